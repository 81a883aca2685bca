// The plans of an incident as a tree: what is active, what waits for an answer, what is late. Pure: rows and a time in.
import { instant } from './clock.js';

/** @typedef {import('./store.js').Store} Store */
/**
 * · on stand-by, ◔ asked and waiting, ✓ active, ! asked and late, ■ ended
 * @typedef {'·' | '◔' | '✓' | '!' | '■'} Mark
 * @typedef {{
 *   key: string, plan: string, incident: string, lane: string, mark: Mark, depth: number, level: string | null, at: number, due: number | null,
 *   activation: import('../types').Activation | null, proposal: import('../types').Proposal | null, link: import('../types').PlanLink | null,
 *   tasks: Count, links: Count
 * }} Node
 * @typedef {{ done: number, all: number, late: number }} Count
 */

export const LANES = ['government', 'department', 'enterprise', 'community'];
const RISING = ['IV', 'III', 'II', 'I'];
const DONE = new Set(['completed', 'skipped']);

/** @param {Store} store @param {string} plan @param {string} owner */
export const laneOf = (store, plan, owner) => store.row('plan', plan)?.level ?? store.row('organisation', owner)?.level ?? 'enterprise';

/** @param {import('../types').Task} task @param {number} now */
export const isLateTask = (task, now) => !DONE.has(task.state) && task.due_at !== null && now > instant(task.due_at);

/** Nobody has answered enough for its kind, and its time, or the first one, is over. @param {import('../types').PlanLink} link @param {number} now */
export const isLateLink = (link, now) => !link.answered && (link.timed_out || (link.due_at !== null && now > instant(link.due_at)));

/** @param {Store} store @param {number} now @param {(incident: string) => boolean} about @returns {Node[]} in the order in which they came */
export function nodes(store, now, about) {
  const { tasks, links } = counts(store, now);
  /** @type {Node[]} */
  const found = [];
  /** @type {Map<string, Node>} */
  const running = new Map();
  for (const one of store.rows('activation').values()) {
    if (!about(one.incident)) continue;
    const mark = /** @type {Mark} */ ({ active: '✓', stood_by: '·', ended: '■' }[one.state]);
    /** @type {Node} */
    const node = {
      key: `a/${one.id}`, plan: one.plan, incident: one.incident, lane: laneOf(store, one.plan, one.owner), mark, depth: 0, level: one.level, at: instant(one.since), due: null,
      activation: one, proposal: null, link: null, tasks: tasks.get(one.id) ?? none(), links: links.get(one.id) ?? none(),
    };
    found.push(node);
    if (one.state !== 'ended') running.set(`${one.incident} ${one.plan}`, node);
  }
  const asked = (/** @type {string} */ plan, /** @type {string} */ incident, /** @type {string | null} */ due, /** @type {Partial<Node>} */ by) => {
    const ends = due === null ? null : instant(due);
    /** @type {Mark} */
    const mark = ends !== null && now > ends ? '!' : '◔';
    const node = running.get(`${incident} ${plan}`);
    if (node && node.activation?.state === 'active') {
      // It runs at a lower level and is asked to rise.
      Object.assign(node, by, { mark, due: ends });
      return;
    }
    const owner = (by.proposal?.authority ?? by.link?.to_post ?? '').split('/')[0];
    const fresh = { plan, incident, lane: laneOf(store, plan, owner), mark, depth: 0, level: null, at: 0, due: ends, activation: null, proposal: null, link: null, tasks: none(), links: none(), key: `${incident} ${plan}` };
    if (node) Object.assign(node, by, { mark, due: ends, level: by.level ?? node.level });
    else {
      const made = /** @type {Node} */ ({ ...fresh, ...by });
      found.push(made);
      running.set(`${incident} ${plan}`, made);
    }
  };
  const proposed = new Set();
  for (const one of store.rows('proposal').values()) {
    proposed.add(one.link);
    if (about(one.incident)) asked(one.plan, one.incident, one.due_at, { key: `p/${one.id}`, proposal: one, link: store.row('link', one.link) ?? null, level: one.level, at: instant(one.opened_at) });
  }
  for (const one of store.rows('link').values()) {
    if (one.kind !== 'activate' || one.to_plan === null || one.answered || proposed.has(one.id) || !about(one.incident)) continue;
    const there = running.get(`${one.incident} ${one.to_plan}`)?.activation;
    if (there?.level && one.to_level && RISING.indexOf(there.level) >= RISING.indexOf(one.to_level)) continue; // it runs already, whoever asked
    asked(one.to_plan, one.incident, one.due_at ?? one.first_due_at, { key: `l/${one.id}`, link: one, level: one.to_level, at: instant(one.opened_at) });
  }
  return inOrder(found);
}

const none = () => ({ done: 0, all: 0, late: 0 });

/** @param {Store} store @param {number} now */
function counts(store, now) {
  /** @type {Map<string, Count>} */
  const tasks = new Map();
  /** @type {Map<string, Count>} */
  const links = new Map();
  const add = (/** @type {Map<string, Count>} */ to, /** @type {string} */ id, /** @type {boolean} */ done, /** @type {boolean} */ late) => {
    const count = to.get(id) ?? none();
    to.set(id, { done: count.done + Number(done), all: count.all + 1, late: count.late + Number(late) });
  };
  for (const task of store.rows('task').values()) add(tasks, task.activation, DONE.has(task.state), isLateTask(task, now));
  for (const link of store.rows('link').values()) add(links, link.activation, link.answered, isLateLink(link, now));
  return { tasks, links };
}

/** Each one under what brought it about, as far as both stand in one lane. @param {Node[]} found */
function inOrder(found) {
  const byId = new Map(found.filter((node) => node.activation).map((node) => [node.activation?.id, node]));
  /** @param {Node} node @returns {Node | undefined} */
  const parent = (node) => {
    const above = byId.get(node.activation?.cause ?? node.link?.activation);
    return above && above !== node && above.lane === node.lane ? above : undefined;
  };
  /** @type {Map<Node | undefined, Node[]>} */
  const below = new Map();
  for (const node of found.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1))) {
    const above = parent(node);
    below.set(above, [...(below.get(above) ?? []), node]);
  }
  /** @type {Node[]} */
  const ordered = [];
  const take = (/** @type {Node} */ node, /** @type {number} */ depth) => {
    if (ordered.includes(node)) return;
    ordered.push(Object.assign(node, { depth }));
    for (const lower of below.get(node) ?? []) take(lower, depth + 1);
  };
  for (const node of below.get(undefined) ?? []) take(node, 0);
  for (const node of found) take(node, 0); // what points at itself in a circle is not lost
  return ordered;
}
