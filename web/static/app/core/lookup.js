// Finds what the words of a typed line name: a team, an incident, a dispatch, a kind. Says what is wrong where nothing fits.
import { LEAD, plain, written } from './words.js';

/** @typedef {import('./commands.js').Context} Context */

/** A line that cannot be run, with the words that could be. */
export class Wrong extends Error {
  /** @param {string} id @param {Record<string, unknown>} [args] @param {string[]} [words] */
  constructor(id, args, words) {
    super(id);
    this.problem = { id: `command.error.${id}`, args, several: words };
  }
}

/** @param {Context} context @param {string} zh @param {string} en */
export const say = (context, zh, en) => (context.lang === 'en' ? en : zh);

/** @param {string | undefined} word @param {Context} context */
export function findTeam(word, context) {
  if (!word) return undefined;
  const wanted = plain(word).toUpperCase();
  const teams = context.store.rows('team');
  const exact = teams.get(word) ?? teams.get(wanted);
  if (exact) return exact;
  const named = [...teams.values()].filter((team) => team.name.zh === word || team.name.en === word);
  return named.length === 1 ? named[0] : undefined;
}

/** By its id, or by the number at the end of it. @param {string | undefined} word @param {Context} context */
export function findIncident(word, context) {
  if (!word) return undefined;
  const wanted = plain(word).toUpperCase();
  const incidents = context.store.rows('incident');
  const exact = incidents.get(word) ?? incidents.get(wanted);
  if (exact) return exact;
  if (!/^\d+$/.test(wanted)) return undefined;
  const numbered = [...incidents.values()].filter((incident) => Number(/\d+$/.exec(incident.id)?.[0]) === Number(wanted));
  return numbered.length === 1 ? numbered[0] : undefined;
}

/** A dispatch by its id, or the present one of a team. @param {string | undefined} word @param {Context} context */
export function findDispatch(word, context) {
  if (!word) return undefined;
  const dispatches = context.store.rows('dispatch');
  const team = findTeam(word, context);
  return dispatches.get(word) ?? dispatches.get(plain(word)) ?? (team?.dispatch ? dispatches.get(team.dispatch) ?? { id: team.dispatch, team: team.id } : undefined);
}

/** @param {string | undefined} word @param {Context} context */
export function needIncident(word, context) {
  if (!word) throw new Wrong('incident_missing', {}, incidentIds(context));
  const incident = findIncident(word, context);
  if (!incident) throw new Wrong('unknown_incident', { word }, incidentIds(context));
  return incident;
}

/** @param {string} word @param {Context} context */
export function needKind(word, context) {
  const kinds = context.tables.incident_kinds;
  const wanted = plain(word);
  const exact = kinds.filter((kind) => [kind.code, kind.zh, kind.en.toLowerCase()].includes(wanted));
  const found = exact.length ? exact : kinds.filter((kind) => kind.zh.startsWith(wanted) || kind.code.startsWith(wanted) || kind.en.toLowerCase().startsWith(wanted));
  const inside = found.length ? found : kinds.filter((kind) => kind.zh.includes(wanted) || kind.en.toLowerCase().includes(wanted));
  if (inside.length === 1) return inside[0];
  if (inside.length) throw new Wrong('ambiguous', { word }, inside.map((kind) => say(context, kind.zh, kind.en)));
  throw new Wrong('unknown_kind', { word }, kindNames(context).slice(0, 12));
}

/** @param {Context} context */
export const kindNames = (context) => context.tables.incident_kinds.map((kind) => say(context, kind.zh, kind.en));
/** @param {Context} context */
export const incidentIds = (context) => [...context.store.rows('incident').keys()].slice(0, 12);
/** @param {string} lang */
export const leadWords = (lang) => [...LEAD.map((word) => written(word, lang)), lang === 'en' ? '<team> <state>' : '<队号> <状态>'];
