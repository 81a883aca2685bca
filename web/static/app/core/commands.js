// From a typed line to commands. Pure: it looks things up and decides nothing that the server decides; whether an order
// is legal is the server's word. What is wrong is named together with the words that would be right.
import { RESPONSE_RULES } from './commands_response.js';
import { spokenInstant } from './format.js';
import {
  Wrong, findDispatch, findIncident, findTeam, incidentIds, kindNames, leadWords, needIncident, needKind, say,
} from './lookup.js';
import {
  CANCEL_REASONS, DIVERT, FIGURES, LEAD, MILESTONES, NOTHING, SOURCES, STATES, TRUTH, WITHDRAW_REASONS, match, plain, written,
} from './words.js';

/**
 * @typedef {import('../types').Command} Command
 * @typedef {{
 *   store: import('./store.js').Store, tables: import('../types').Tables, now: number, lang: string
 * }} Context
 * @typedef {{ command: Command, label: string }} Step
 * @typedef {{ id: string, args?: Record<string, unknown>, several?: string[] }} Problem
 * @typedef {{ kind: 'commands', steps: Step[], meta: import('../types').Meta, confirm: string | null }
 *   | { kind: 'find', text: string } | { kind: 'problem', problem: Problem } | { kind: 'empty' }} Parsed
 */

/** From so many teams on, an order is shown before it goes out. */
export const TEAMS_WITHOUT_PREVIEW_MAX = 4;

/** @param {string} line @param {Context} context @returns {Parsed} */
export function parse(line, context) {
  try {
    return read(line, context);
  } catch (error) {
    if (error instanceof Wrong) return { kind: 'problem', problem: error.problem };
    throw error;
  }
}

/** @param {string} line */
export function tokens(line) {
  const words = line.trim().split(/[\s\u3000]+/).filter(Boolean);
  // 派FS012 and FS012到场 are what is typed in a hurry.
  const glued = /^(\p{Script=Han}+)([A-Za-z]+-?\d[\w-]*)$/u.exec(words[0] ?? '');
  if (glued) words.splice(0, 1, glued[1], glued[2]);
  return words.flatMap((word) => {
    const parts = /^([A-Za-z]+-?\d+)(\p{Script=Han}{1,2})$/u.exec(word);
    return parts ? [parts[1], parts[2]] : [word];
  });
}

/** @param {string} line @param {Context} context @returns {Parsed} */
function read(line, context) {
  let words = tokens(line);
  if (!words.length) return { kind: 'empty' };
  /** @type {import('../types').Meta} */
  const meta = {};
  const source = match(SOURCES, words.length > 1 ? words[0] : undefined).word;
  if (source && plain(words[0]).length > 1) {
    meta.source = source.id;
    words = words.slice(1);
  }
  const at = /^@(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(plain(words[words.length - 1]).replace('：', ':'));
  if (at) {
    meta.occurred_at = when(at, context.now);
    meta.precision = at[3] ? 'second' : 'minute';
    words = words.slice(0, -1);
  }
  if (!words.length) throw new Wrong('nothing_said', {}, leadWords(context.lang));
  const lead = match(LEAD, words[0]);
  const isTeam = findTeam(words[0], context);
  if (lead.word && !(isTeam && plain(words[0]).length > 2)) {
    if (lead.word.id === 'find') return { kind: 'find', text: words.slice(1).join(' ') };
    const rule = RULES[lead.word.id] ?? RESPONSE_RULES[lead.word.id];
    // A corrected time is known as exactly as it was said.
    if (lead.word.id === 'correct' && /^@?\d{1,2}:\d{2}$/.test(plain(words[3] ?? ''))) meta.precision ??= 'minute';
    return done(rule(words.slice(1), context), meta, lead.word.id);
  }
  if (isTeam) return done(teamStatement(words, context), meta, 'team');
  const state = match(STATES, words[0]);
  if (state.word && !lead.several) return done(teamStatement([...words.slice(1), words[0]], context, true), meta, 'team');
  if (lead.several) throw new Wrong('ambiguous', { word: words[0] }, lead.several.map((word) => written(word, context.lang)));
  if (/^[a-z]+-?\d+$/i.test(plain(words[0]))) throw new Wrong('unknown_team', { word: words[0] });
  throw new Wrong('unknown_word', { word: words[0] }, leadWords(context.lang));
}

/** @param {Step[]} steps @param {import('../types').Meta} meta @param {string} verb @returns {Parsed} */
function done(steps, meta, verb) {
  const first = steps[0].command;
  let confirm = null;
  if (first.type === 'EndResponse') confirm = 'command.confirm.end';
  else if (verb === 'activate') confirm = 'command.confirm.activate';
  else if (verb === 'lift') confirm = 'command.confirm.lift';
  else if (verb === 'close') confirm = 'command.confirm.close';
  else if (verb === 'major') confirm = 'command.confirm.major';
  else if (first.type === 'VerifyIncident' && !first.real) confirm = 'command.confirm.false_alarm';
  else if (first.divert) confirm = 'command.confirm.divert';
  else if (steps.length > TEAMS_WITHOUT_PREVIEW_MAX) confirm = 'command.confirm.many';
  return { kind: 'commands', steps, meta, confirm };
}

/** @type {Record<string, (words: string[], context: Context) => Step[]>} */
const RULES = {
  dispatch(words, context) {
    const rest = words.slice();
    let divert = false;
    if (rest.length > 1 && match(DIVERT, rest[rest.length - 1]).word) {
      divert = true;
      rest.pop();
    }
    if (!rest.length) throw new Wrong('team_missing');
    const teams = [];
    while (rest.length) {
      const team = findTeam(rest[0], context);
      if (!team) break;
      teams.push(team);
      rest.shift();
    }
    if (!teams.length) throw new Wrong(findIncident(rest[0], context) ? 'team_missing' : 'unknown_team', { word: rest[0] });
    if (!rest.length) throw new Wrong('incident_missing', {}, incidentIds(context));
    if (rest.length > 1 && !findIncident(rest[0], context)) throw new Wrong('unknown_team', { word: rest[0] });
    const incident = needIncident(rest.shift(), context);
    if (rest.length) throw new Wrong('too_much', { word: rest.join(' ') });
    return teams.map((team) => ({
      command: { type: 'DispatchTeam', incident: incident.id, team: team.id, ...(divert ? { divert: true } : {}) },
      label: `${say(context, '派', 'dispatch')} ${team.id} → ${incident.id}${divert ? ` ${say(context, '改派', 'divert')}` : ''}`,
    }));
  },

  report(words, context) {
    if (!words.length) throw new Wrong('kind_missing', {}, kindNames(context).slice(0, 12));
    const kind = needKind(words[0], context);
    const rest = words.slice(1);
    if (!rest.length) throw new Wrong('place_missing');
    /** @type {Record<string, unknown>} */
    const place = { text: rest.shift() };
    const lonlat = /^(\d{2,3}\.\d+),(\d{1,2}\.\d+)$/.exec(plain(rest[0] ?? '').replace('，', ','));
    if (lonlat) {
      rest.shift();
      Object.assign(place, { lon: Number(lonlat[1]), lat: Number(lonlat[2]) });
    }
    const text = rest.join(' ');
    return [
      {
        command: { type: 'ReportIncident', kind: kind.code, place, ...(text ? { text } : {}) },
        label: `${say(context, '接报', 'report')} ${say(context, kind.zh, kind.en)} ${place.text}`,
      },
    ];
  },

  verify(words, context) {
    const incident = needIncident(words[0], context);
    const truth = match(TRUTH, words[1]).word;
    if (!truth) throw new Wrong('truth_missing', {}, TRUTH.map((word) => written(word, context.lang)));
    const reason = needText(words.slice(2), 'reason_missing');
    return [step('VerifyIncident', { incident: incident.id, real: truth.id === 'true', reason }, `${say(context, '核实', 'verify')} ${incident.id} ${written(truth, context.lang)}`)];
  },

  close(words, context) {
    const incident = needIncident(words[0], context);
    return [step('CloseIncident', { incident: incident.id, reason: needText(words.slice(1), 'reason_missing') }, `${say(context, '结案', 'close')} ${incident.id}`)];
  },

  note(words, context) {
    const incident = needIncident(words[0], context);
    return [step('AddEntry', { incident: incident.id, text: needText(words.slice(1), 'text_missing') }, `${say(context, '记', 'note')} ${incident.id}`)];
  },

  major(words, context) {
    const incident = needIncident(words[0], context);
    return [step('DeclareMajorIncident', { incident: incident.id, reason: needText(words.slice(1), 'reason_missing') }, `${say(context, '重大', 'major')} ${incident.id}`)];
  },

  command(words, context) {
    const incident = needIncident(words[0], context);
    return [step('TransferCommand', { incident: incident.id, slot: 'overall' }, `${say(context, '指挥', 'command')} ${incident.id}`)];
  },

  casualties(words, context) {
    const incident = needIncident(words[0], context);
    /** @type {Record<string, number>} */
    const figures = {};
    const names = FIGURES.map((word) => `${written(word, context.lang)}1`);
    for (const word of words.slice(1)) {
      const parts = /^(\D+?)[=:]?(\d+)$/.exec(plain(word));
      const figure = parts && match(FIGURES, parts[1]).word;
      if (!parts || !figure) throw new Wrong('unknown_figure', { word }, names);
      figures[figure.id] = Number(parts[2]);
    }
    if (!Object.keys(figures).length) throw new Wrong('figure_missing', {}, names);
    const said = FIGURES.filter((f) => f.id in figures).map((f) => `${written(f, context.lang)}${figures[f.id]}`);
    return [step('RecordCasualties', { incident: incident.id, ...figures }, `${say(context, '伤亡', 'casualties')} ${incident.id} ${said.join(' ')}`)];
  },

  correct(words, context) {
    const position = /^#?(\d+)$/.exec(plain(words[0] ?? ''));
    if (position && words[0].startsWith('#')) {
      return [step('StrikeEntry', { position: Number(position[1]), reason: needText(words.slice(1), 'reason_missing') }, `${say(context, '更正', 'correct')} #${position[1]}`)];
    }
    const dispatch = findDispatch(words[0], context);
    if (!dispatch) throw new Wrong('unknown_dispatch', { word: words[0] ?? '' });
    const milestone = match(MILESTONES, words[1]).word;
    if (!milestone) throw new Wrong('unknown_milestone', { word: words[1] ?? '' }, MILESTONES.map((word) => written(word, context.lang)));
    const at = /^@?(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(plain(words[2] ?? '').replace('：', ':'));
    const none = match(NOTHING, words[2]).word;
    if (!at && !none) throw new Wrong('time_missing', { word: words[2] ?? '' });
    const to = at ? when(at, context.now) : null;
    const reason = needText(words.slice(3), 'reason_missing');
    return [
      step('CorrectMilestone', { dispatch: dispatch.id, milestone: milestone.id, to, reason },
        `${say(context, '更正', 'correct')} ${dispatch.team} ${written(milestone, context.lang)} ${at ? words[2] : '—'}`),
    ];
  },
};

/** `FS012 FS014 到场 [HZ003]`. @param {string[]} words @param {Context} context @param {boolean} [verbLast] @returns {Step[]} */
function teamStatement(words, context, verbLast = false) {
  const rest = words.slice();
  const verb = verbLast ? rest.pop() : undefined;
  const teams = [];
  for (let team; rest.length && (team = findTeam(rest[0], context)); rest.shift()) teams.push(team);
  if (!teams.length) throw new Wrong('team_missing');
  const typed = verb ?? rest.shift();
  const legal = STATES.map((word) => written(word, context.lang));
  if (!typed) throw new Wrong('state_missing', {}, legal);
  const { word, several } = match(STATES, typed);
  if (several) throw new Wrong('ambiguous', { word: typed }, several.map((w) => written(w, context.lang)));
  if (!word) {
    if (/^[a-z]+-?\d+$/i.test(plain(typed)) && !findIncident(typed, context)) throw new Wrong('unknown_team', { word: typed });
    throw new Wrong('unknown_state', { word: typed }, legal);
  }
  const label = (/** @type {string} */ id) => `${id} ${written(word, context.lang)}`;
  if (word.id === 'out') {
    const reason = needText(rest, 'reason_missing');
    return teams.map((team) => step('TakeOutOfService', { team: team.id, reason }, label(team.id)));
  }
  if (word.id === 'back') return teams.map((team) => step('ReturnToService', { team: team.id }, label(team.id)));
  const named = rest.length ? findIncident(rest[0], context) : undefined;
  if (named) rest.shift();
  /** @type {Record<string, string>} */
  const more = {};
  if (word.id === 'withdraw' || word.id === 'cancel') {
    const reasons = word.id === 'withdraw' ? WITHDRAW_REASONS : CANCEL_REASONS;
    const reason = match(reasons, rest.shift()).word;
    if (!reason) throw new Wrong('reason_word_missing', {}, reasons.map((w) => written(w, context.lang)));
    more.reason = reason.id;
  }
  if (rest.length) throw new Wrong(named ? 'too_much' : 'unknown_incident', { word: rest.join(' ') }, named ? undefined : incidentIds(context));
  return teams.map((team) => {
    if (!team.dispatch) throw new Wrong('no_dispatch', { team: team.id });
    if (named && team.incident !== named.id) throw new Wrong('other_incident', { team: team.id, incident: team.incident });
    return step(TEAM_COMMANDS[word.id], { dispatch: team.dispatch, ...more }, label(team.id));
  });
}

/** @type {Record<string, string>} */
export const TEAM_COMMANDS = {
  acknowledge: 'AcknowledgeDispatch',
  depart: 'DepartTeam',
  arrive: 'ArriveTeam',
  work: 'StartWork',
  withdraw: 'WithdrawTeam',
  release: 'ReleaseTeam',
  return: 'ReturnTeam',
  cancel: 'CancelDispatch',
};

/** @param {string} type @param {Record<string, unknown>} fields @param {string} label @returns {Step} */
const step = (type, fields, label) => ({ command: { type, ...fields }, label });

/** @param {RegExpExecArray} at @param {number} now */
function when(at, now) {
  const [hour, minute, second] = [Number(at[1]), Number(at[2]), Number(at[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) throw new Wrong('time_missing', { word: at[0] });
  return new Date(spokenInstant(hour, minute, second, now)).toISOString();
}

/** @param {string[]} words @param {string} problem */
function needText(words, problem) {
  if (!words.length) throw new Wrong(problem);
  return words.join(' ');
}
