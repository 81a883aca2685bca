// The phrases about plans, links, tasks, orders and findings: `启动 <预案> <级> <事件>`, `收悉 l-3`, `完成 t-4 证据`, `认领`.
import { next, alarms } from './alarms.js';
import { Wrong, needIncident, say } from './lookup.js';
import { match, plain } from './words.js';
import { DECLINE_REASONS, LEVEL_WORDS } from './words_response.js';

/** @typedef {import('./commands.js').Context} Context @typedef {import('./commands.js').Step} Step */

const WORDS_SHOWN_MAX = 12;

/** @param {string} type @param {Record<string, unknown>} fields @param {string} label @returns {Step} */
const step = (type, fields, label) => ({ command: { type, ...fields }, label });

/**
 * One row by its id. @template {'link' | 'task' | 'activation' | 'control' | 'finding'} K
 * @param {K} kind @param {string | undefined} word @param {Context} context @param {(row: import('../types').Rows[K]) => boolean} [open]
 * @returns {import('../types').Rows[K]}
 */
function need(kind, word, context, open = () => true) {
  const rows = context.store.rows(kind);
  const offered = [...rows.values()].filter(open).map((row) => row.id).slice(0, WORDS_SHOWN_MAX);
  if (!word) throw new Wrong(`missing_${kind}`, {}, offered);
  const found = rows.get(plain(word)) ?? rows.get(word);
  if (!found) throw new Wrong(`unknown_${kind}`, { word }, offered);
  return found;
}

/** @param {string} word @param {Context} context */
function needPlan(word, context) {
  const plans = [...context.store.rows('plan').values()];
  const wanted = plain(word);
  const exact = plans.filter((plan) => plan.id === wanted || plan.title.zh === word || plan.title.en?.toLowerCase() === wanted);
  const found = exact.length ? exact : plans.filter((plan) => !plan.retired && (plan.id.includes(wanted) || plan.title.zh.includes(word) || plan.title.en?.toLowerCase().includes(wanted)));
  if (found.length === 1) return found[0];
  if (found.length) throw new Wrong('ambiguous', { word }, found.map((plan) => plan.id).slice(0, WORDS_SHOWN_MAX));
  throw new Wrong('unknown_plan', { word }, plans.map((plan) => plan.id).slice(0, WORDS_SHOWN_MAX));
}

/** @param {string | undefined} word @param {string[]} legal */
function needLevel(word, legal) {
  // NFKC makes letters of the Roman numerals that an input method writes.
  const level = word && LEVEL_WORDS[plain(word).replace(/[级級]$/, '')];
  if (!level) throw new Wrong('level_missing', { word: word ?? '' }, legal);
  return level;
}

/** @param {string[]} words */
function reason(words) {
  if (!words.length) throw new Wrong('reason_missing');
  return words.join(' ');
}

const isOpenLink = (/** @type {import('../types').PlanLink} */ link) => !link.answered;
const isOpenTask = (/** @type {import('../types').Task} */ task) => task.state === 'open' || task.state === 'started';
const isRunning = (/** @type {import('../types').Activation} */ one) => one.state !== 'ended';
const isStanding = (/** @type {import('../types').Control} */ one) => one.state !== 'lifted';

/** @type {Record<string, (words: string[], context: Context) => Step[]>} */
export const RESPONSE_RULES = {
  activate(words, context) {
    if (!words.length) throw new Wrong('plan_missing', {}, [...context.store.rows('plan').keys()].slice(0, WORDS_SHOWN_MAX));
    const plan = needPlan(words[0], context);
    const level = needLevel(words[1], plan.levels);
    const incident = needIncident(words[2], context);
    const measures = words.slice(3).join(' ');
    return [step('ActivatePlan', { plan: plan.id, level, incident: incident.id, ...(measures ? { measures } : {}) }, `${say(context, '启动', 'activate')} ${plan.id} ${level} ${incident.id}`)];
  },

  level(words, context) {
    const one = need('activation', words[0], context, isRunning);
    const level = needLevel(words[1], context.store.row('plan', one.plan)?.levels ?? []);
    const why = words.slice(2).join(' ');
    return [step('ChangeResponseLevel', { activation: one.id, level, ...(why ? { reason: why } : {}) }, `${say(context, '调级', 'level')} ${one.plan} ${level}`)];
  },

  end(words, context) {
    const one = need('activation', words[0], context, isRunning);
    const type = one.state === 'stood_by' ? 'StandDown' : 'EndResponse';
    return [step(type, { activation: one.id, reason: reason(words.slice(1)) }, `${say(context, '终止', 'end')} ${one.plan}`)];
  },

  read(words, context) {
    const link = need('link', words[0], context, isOpenLink);
    return [step('AcknowledgeLink', { link: link.id }, `${say(context, '收悉', 'read')} ${link.id}`)];
  },

  accept(words, context) {
    const link = need('link', words[0], context, isOpenLink);
    const coming = words.slice(1).join(' ');
    return [step('AcceptLink', { link: link.id, ...(coming ? { coming } : {}) }, `${say(context, '接受', 'accept')} ${link.id}`)];
  },

  decline(words, context) {
    const link = need('link', words[0], context, isOpenLink);
    if (words.length < 2) throw new Wrong('reason_missing');
    const known = match(DECLINE_REASONS, words[1]).word;
    const text = words.slice(known ? 2 : 1).join(' ');
    return [step('DeclineLink', { link: link.id, reason: known?.id ?? 'other', ...(text ? { text } : {}) }, `${say(context, '拒绝', 'decline')} ${link.id}`)];
  },

  start(words, context) {
    const task = need('task', words[0], context, isOpenTask);
    return [step('StartTask', { task: task.id }, `${say(context, '开始', 'start')} ${task.id}`)];
  },

  complete(words, context) {
    const task = need('task', words[0], context, isOpenTask);
    const evidence = words.slice(1).join(' ');
    return [step('CompleteTask', { task: task.id, ...(evidence ? { evidence } : {}) }, `${say(context, '完成', 'complete')} ${task.id}`)];
  },

  skip(words, context) {
    const task = need('task', words[0], context, isOpenTask);
    return [step('SkipTask', { task: task.id, reason: reason(words.slice(1)) }, `${say(context, '跳过', 'skip')} ${task.id}`)];
  },

  own(words, context) {
    const { store, now } = context;
    const list = alarms(store.rows('finding').values(), [], now);
    if (!words.length) {
      const first = next(list);
      if (!first) throw new Wrong('nothing_to_own');
      return [step('AcknowledgeFinding', { finding: first.id }, `${say(context, '认领', 'own')} ${first.rule} ${first.subject}`)];
    }
    // A rule stands for all that it has found and nobody owns; else an id names one.
    const of = list.filter((alarm) => alarm.finding && !alarm.owned && (plain(alarm.finding.rule) === plain(words[0]) || alarm.finding.subject === words[0]));
    const chosen = of.length ? of.map((alarm) => /** @type {import('../types').Finding} */ (alarm.finding)) : [need('finding', words[0], context, (one) => one.acknowledged_by === null)];
    return chosen.map((one) => step('AcknowledgeFinding', { finding: one.id }, `${say(context, '认领', 'own')} ${one.rule} ${one.subject}`));
  },

  force(words, context) {
    const one = need('control', words[0], context, isStanding);
    return [step('PutControlInForce', { control: one.id }, `${say(context, '生效', 'in force')} ${one.id}`)];
  },

  review(words, context) {
    const one = need('control', words[0], context, isStanding);
    return [step('ReviewControl', { control: one.id, reason: reason(words.slice(1)) }, `${say(context, '复核', 'review')} ${one.id}`)];
  },

  lift(words, context) {
    const one = need('control', words[0], context, isStanding);
    return [step('LiftControl', { control: one.id, reason: reason(words.slice(1)) }, `${say(context, '撤管', 'lift')} ${one.id} ${one.area}`)];
  },
};

/** What may stand second after one of these words: ids with a hint. @param {string} verb @param {Context} context @returns {{ word: string, hint: string }[]} */
export function responseOffer(verb, context) {
  const { store } = context;
  const text = (/** @type {import('../types').Text | undefined} */ name) => (context.lang === 'en' ? name?.en || name?.zh : name?.zh) ?? '';
  switch (verb) {
    case 'activate':
      return [...store.rows('plan').values()].filter((plan) => !plan.retired).map((plan) => ({ word: plan.id, hint: text(plan.title) }));
    case 'level':
    case 'end':
      return [...store.rows('activation').values()].filter(isRunning).map((one) => ({ word: one.id, hint: `${text(store.row('plan', one.plan)?.title)} ${one.incident}` }));
    case 'read':
    case 'accept':
    case 'decline':
      return [...store.rows('link').values()].filter(isOpenLink).map((link) => ({ word: link.id, hint: link.text }));
    case 'start':
    case 'complete':
    case 'skip':
      return [...store.rows('task').values()].filter(isOpenTask).map((task) => ({ word: task.id, hint: `${task.title} ${task.post}` }));
    case 'own':
      return [...new Set([...store.rows('finding').values()].filter((one) => one.acknowledged_by === null).map((one) => one.rule))].map((rule) => ({ word: rule, hint: '' }));
    default:
      return [...store.rows('control').values()].filter(isStanding).map((one) => ({ word: one.id, hint: one.area }));
  }
}
