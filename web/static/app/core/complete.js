// What Tab offers next on the command line.
import { tokens } from './commands.js';
import { responseOffer } from './commands_response.js';
import { findTeam } from './lookup.js';
import { DECLINE_REASONS, RESPONSE_LEAD } from './words_response.js';
import { CANCEL_REASONS, LEAD, SOURCES, STATES, TRUTH, WITHDRAW_REASONS, MILESTONES, match, plain, written } from './words.js';

export const OPTIONS_MAX = 8;

/**
 * @typedef {{ word: string, hint: string }} Option
 * @param {string} line @param {import('./commands.js').Context} context
 * @returns {{ head: string, options: Option[], usage: string | null }} head: what stays before the completed word
 */
export function complete(line, context) {
  const open = /\S$/.test(line);
  let words = tokens(line);
  const typed = open ? (words.pop() ?? '') : '';
  const head = open ? line.slice(0, line.length - typed.length) : line;
  if (words.length && plain(words[0]).length > 1 && match(SOURCES, words[0]).word) words = words.slice(1);
  const { offered, usage } = offer(words, typed, context);
  const wanted = plain(typed);
  const options = offered.filter((option) => option.forms.some((form) => plain(form).startsWith(wanted))).slice(0, OPTIONS_MAX);
  return { head, options: options.map(({ word, hint }) => ({ word, hint })), usage };
}

/** @typedef {{ word: string, hint: string, forms: string[] }} Offer */

/**
 * @param {string[]} words @param {string} typed @param {import('./commands.js').Context} context
 * @returns {{ offered: Offer[], usage: string | null }}
 */
function offer(words, typed, context) {
  const named = (/** @type {import('./words.js').Word[]} */ list) =>
    list.map((word) => ({ word: written(word, context.lang), hint: context.lang === 'en' ? '' : word.en[0], forms: [...word.zh, ...(word.py ?? []), ...word.en] }));
  if (!words.length) {
    const lead = match(LEAD, typed).word;
    return { offered: [...named(LEAD), ...(typed ? teams(context) : [])], usage: lead ? lead.id : null };
  }
  const lead = match(LEAD, words[0]).word;
  if (lead && !findTeam(words[0], context)) {
    const n = words.length;
    switch (lead.id) {
      case 'dispatch':
        return { offered: [...(typed ? teams(context, true) : []), ...incidents(context)], usage: lead.id };
      case 'report':
        return { offered: n === 1 ? kinds(context) : [], usage: lead.id };
      case 'verify':
        return { offered: n === 1 ? incidents(context) : n === 2 ? named(TRUTH) : [], usage: lead.id };
      case 'correct':
        return { offered: n === 1 && typed ? teams(context) : n === 2 ? named(MILESTONES) : [], usage: lead.id };
      case 'activate':
        return { offered: n === 1 ? ids(lead.id, context) : n === 2 ? levels(words[1], context) : n === 3 ? incidents(context) : [], usage: lead.id };
      case 'decline':
        return { offered: n === 1 ? ids(lead.id, context) : n === 2 ? named(DECLINE_REASONS) : [], usage: lead.id };
      case 'find':
        return { offered: [], usage: lead.id };
      default:
        if (RESPONSE_LEAD.includes(lead)) return { offered: n === 1 ? ids(lead.id, context) : [], usage: lead.id };
        return { offered: n === 1 ? incidents(context) : [], usage: lead.id };
    }
  }
  if (findTeam(words[0], context)) {
    const last = words[words.length - 1];
    if (findTeam(last, context)) return { offered: [...named(STATES), ...(typed ? teams(context) : [])], usage: 'team' };
    const state = match(STATES, last).word?.id;
    if (state === 'withdraw') return { offered: named(WITHDRAW_REASONS), usage: 'team' };
    if (state === 'cancel') return { offered: named(CANCEL_REASONS), usage: 'team' };
    return { offered: state ? incidents(context) : [], usage: 'team' };
  }
  return { offered: [], usage: null };
}

/** @param {import('./commands.js').Context} context @param {boolean} [freeFirst] @returns {Offer[]} */
function teams(context, freeFirst = false) {
  const all = [...context.store.rows('team').values()];
  const free = (/** @type {import('../types').Team} */ team) => team.state === 'available' || team.state === 'released';
  return (freeFirst ? [...all.filter(free), ...all.filter((team) => !free(team))] : all).map((team) => ({ word: team.id, hint: context.lang === 'en' ? team.name.en || team.name.zh : team.name.zh, forms: [team.id, team.name.zh] }));
}
/** @param {import('./commands.js').Context} context @returns {Offer[]} */
function incidents(context) {
  return [...context.store.rows('incident').values()].map((incident) => ({ word: incident.id, hint: incident.place.text, forms: [incident.id, /\d+$/.exec(incident.id)?.[0].replace(/^0+/, '') ?? ''] }));
}
/** @param {import('./commands.js').Context} context @returns {Offer[]} */
function kinds(context) {
  return context.tables.incident_kinds.map((kind) => ({ word: context.lang === 'en' ? kind.code : kind.zh, hint: context.lang === 'en' ? kind.en : kind.code, forms: [kind.zh, kind.code, kind.en] }));
}
/** @param {string} verb @param {import('./commands.js').Context} context @returns {Offer[]} */
const ids = (verb, context) => responseOffer(verb, context).map((one) => ({ ...one, forms: [one.word, one.hint] }));
/** @param {string} plan @param {import('./commands.js').Context} context @returns {Offer[]} */
const levels = (plan, context) => (context.store.row('plan', plan)?.levels ?? ['I', 'II', 'III', 'IV']).map((level) => ({ word: level, hint: '', forms: [level] }));
