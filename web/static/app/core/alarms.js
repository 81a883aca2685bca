// What needs a hand now: open findings, which somebody must own, and deadlines that have passed. Pure: rows and a time in,
// a list out. The server decides what is a finding; here it is only ordered, grouped and counted.
import { instant } from './clock.js';

/** @typedef {import('../types').Finding} Finding @typedef {import('../types').Obligation} Obligation */
/**
 * @typedef {{
 *   key: string, priority: 1 | 2 | 3, since: number, cause: string, owned: boolean,
 *   finding: Finding | null, obligation: Obligation | null
 * }} Alarm
 * @typedef {{ key: string, alarms: Alarm[], open: boolean }} Group
 */

export const PRIORITY = /** @type {const} */ ({ critical: 1, warning: 2, notice: 3 });
export const FLOOD_ALARMS = 10;
export const FLOOD_MS = 600_000;
/** So many of one cause stand as one line. */
export const GROUP_MIN = 4;

/** Past its time and not over by itself. @param {Obligation} one @param {number} now */
export const isOverdue = (one, now) => now > instant(one.due_at) && !isOver(one, now);

/** @param {Obligation} one @param {number} now */
const isOver = (one, now) => one.until !== null && now >= instant(one.until);

/**
 * Unowned first, then by priority, then the oldest. A deadline about which a finding stands already is that finding.
 * @param {Iterable<Finding>} findings @param {Iterable<Obligation>} obligations @param {number} now @returns {Alarm[]}
 */
export function alarms(findings, obligations, now) {
  /** @type {Alarm[]} */
  const found = [];
  const known = new Set();
  for (const finding of findings) {
    known.add(finding.subject);
    found.push({
      key: `f/${finding.id}`, priority: PRIORITY[finding.severity], since: instant(finding.opened_at), cause: finding.rule, owned: finding.acknowledged_by !== null,
      finding, obligation: null,
    });
  }
  for (const one of obligations) {
    if (!isOverdue(one, now) || known.has(one.subject)) continue;
    const priority = one.kind.startsWith('report.') || one.kind.startsWith('crew.') ? 2 : 3;
    found.push({ key: `o/${one.id}`, priority, since: instant(one.due_at), cause: one.kind, owned: false, finding: null, obligation: one });
  }
  return found.sort((a, b) => Number(a.owned) - Number(b.owned) || a.priority - b.priority || a.since - b.since || (a.key < b.key ? -1 : 1));
}

/** The finding that A takes on: of the highest priority the oldest. @param {Alarm[]} list */
export const next = (list) => list.find((alarm) => alarm.finding && !alarm.owned)?.finding ?? null;

/** Ten or more within ten minutes: nobody can read them all. @param {Alarm[]} list @param {number} now */
export const isFlood = (list, now) => list.filter((alarm) => !alarm.owned && now - alarm.since < FLOOD_MS).length >= FLOOD_ALARMS;

/**
 * Several of one cause and priority become one line; in a flood all of the lowest priority do.
 * @param {Alarm[]} list @param {boolean} flood @param {Set<string>} expanded @returns {Group[]}
 */
export function groups(list, flood, expanded) {
  /** @type {Map<string, Alarm[]>} */
  const by = new Map();
  for (const alarm of list) {
    const cause = flood && alarm.priority === 3 ? 'flood' : alarm.cause;
    const key = `g/${alarm.owned ? 1 : 0}/${alarm.priority}/${cause}`;
    by.set(key, [...(by.get(key) ?? []), alarm]);
  }
  /** @type {Group[]} */
  const shown = [];
  for (const [key, members] of by) {
    if (members.length < GROUP_MIN && !key.endsWith('/flood')) for (const alarm of members) shown.push({ key: alarm.key, alarms: [alarm], open: false });
    else shown.push({ key, alarms: members, open: expanded.has(key) });
  }
  const order = new Map(list.map((alarm, i) => [alarm.key, i]));
  return shown.sort((a, b) => /** @type {number} */ (order.get(a.alarms[0].key)) - /** @type {number} */ (order.get(b.alarms[0].key)));
}
