// Small pieces that several panels use: badges, headings, names, and the order that holds still under the pointer.
import { html, nothing, svg } from '../../vendor/lit.js';
import * as format from '../core/format.js';
import { instant } from '../core/clock.js';
import { has, say, t } from '../core/i18n.js';

/** @typedef {import('../types').App} App @typedef {import('../types').Team} Team @typedef {import('../types').Incident} Incident */

export const GRADES = ['particularly_major', 'major', 'large', 'ordinary'];
export const LEVELS = ['government', 'department', 'enterprise', 'community'];
export const TEAM_STATES = ['available', 'ordered', 'acknowledged', 'en_route', 'on_scene', 'working', 'released', 'out_of_service'];
export const OPEN_STATES = ['ordered', 'acknowledged', 'en_route', 'on_scene', 'working'];

const SHAPES = [
  svg`<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M3.6 0.4h4.8l3.2 3.2v4.8l-3.2 3.2h-4.8l-3.2-3.2v-4.8z"/></svg>`,
  svg`<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M6 0l6 6-6 6-6-6z"/></svg>`,
  svg`<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M6 0.6l6 10.8H0z"/></svg>`,
  svg`<svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5.6"/></svg>`,
];
export const ROMAN = ['Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ'];

/** 1 for the gravest to 4; 5 where there is none. @param {string | null} grade */
export const rank = (grade) => (grade === null ? 5 : GRADES.indexOf(grade) + 1);

/** @param {string | null} grade */
export function gradeBadge(grade) {
  const n = rank(grade);
  if (n === 5 || n === 0) return html`<span class="grade g0" title=${t('grade.none')}>${t('grade.none')}</span>`;
  return html`<span class="grade g${n}" title=${t(`grade.${grade}`)}>${SHAPES[n - 1]}${ROMAN[n - 1]} ${t(`grade.short.${grade}`)}</span>`;
}

/** @param {string} id @param {unknown} title @param {unknown} sub @param {string | null} key @param {unknown} [more] */
export const head = (id, title, sub, key, more = nothing) => html`
  <div class="panel-head">
    <h2 id="${id}-title">${title}</h2>
    <span class="sub">${sub}</span>
    <span class="spacer"></span>
    ${more}${key ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}
  </div>
`;

/** @param {App} app @param {string} code */
export function incidentKind(app, code) {
  const kind = app.tables.incident_kinds.find((k) => k.code === code);
  return kind ? say(kind) : code;
}
/** @param {App} app @param {string} code */
export function teamKind(app, code) {
  const kind = app.tables.team_kinds.find((k) => k.code === code);
  return kind ? say(kind) : code;
}
/** @param {App} app @param {string | null} id */
export const organisationName = (app, id) => say(app.store.row('organisation', id)?.name) || id || '—';

/** @param {App} app @param {string | null} post */
export function postName(app, post) {
  if (!post) return '—';
  if (post === app.session.post) return say(app.session.post_name);
  const [organisation, ...rest] = post.split('/');
  if (organisation === 'system') return t('post.system');
  const name = app.store.row('organisation', organisation)?.name;
  return name ? [say(name), rest.map((word) => say(app.tables.posts?.find((one) => one.code === word)) || (has(`post.${word}`) ? t(`post.${word}`) : word)).join('/')].filter(Boolean).join(' ') : post;
}

/** What an incident waits for. @param {Incident} incident */
export function stage(incident) {
  if (incident.state !== 'verified') return incident.state;
  return incident.teams > 0 ? 'active' : 'waiting';
}

/** @param {Incident} incident */
export function casualties(incident) {
  return ['dead', 'serious', 'injured', 'missing']
    .map((name) => [name, /** @type {any} */ (incident)[name]])
    .filter(([, value]) => value)
    .map(([name, value]) => t(`casualties.short.${name}`, { n: value }))
    .join(' ');
}

/** Milliseconds past its due time; negative before it; null where nothing is due. @param {Team} team @param {number} now */
export const overdue = (team, now) => (team.due_at ? now - instant(team.due_at) : null);

/** What is due, in a word: rules are named after the milestone they end with, as in fire_on_scene. @param {Team} team */
export function dueWord(team) {
  const milestone = ['acknowledged', 'turnout', 'en_route', 'on_scene'].find((name) => team.due_rule?.endsWith(name));
  return milestone ? t(`due.${milestone}`) : t(`team.state.${team.state}`);
}

/** Where the figure behind a due time comes from. @param {App} app @param {Team} team @returns {string} */
export const citation = (app, team) => app.tables.targets?.find((target) => target.id === team.due_rule)?.citation ?? '';

/** @param {App} app @param {string | null | undefined} at */
export const age = (app, at) => (at ? format.duration(app.clock.now() - instant(at), t) : '—');

/** A command about this is on its way. @param {App} app @param {(command: import('../types').Command) => boolean} about */
export const waiting = (app, about) => app.outbox.pending.some((item) => about(item.envelope.command));

/** A row that has just changed is lit for two seconds: the class alternates, so that the animation starts anew. */
export class Fresh {
  /** @type {Map<string, [position: number, n: number]>} */
  #seen = new Map();

  /** @param {App} app @param {string} key of the row, `kind/id` */
  mark(app, key) {
    const position = app.store.changed.get(key);
    if (position === undefined) return '';
    const seen = this.#seen.get(key);
    const n = seen && seen[0] === position ? seen[1] : (seen?.[1] ?? 0) + 1;
    this.#seen.set(key, [position, n]);
    return n % 2 ? 'fresh-odd' : 'fresh-even';
  }
}

const HOLD_MS = 2_000;

/** The order of a list, which does not change under a hand: what moved meanwhile is counted and offered. */
export class SteadyOrder {
  /** @type {string[]} */
  #shown = [];
  #touched = -Infinity;
  changes = 0;

  /** @param {HTMLElement} root @param {() => void} redraw */
  constructor(root, redraw) {
    let timer = 0;
    const touch = () => {
      this.#touched = performance.now();
      clearTimeout(timer);
      timer = setTimeout(() => this.changes && redraw(), HOLD_MS + 20);
    };
    for (const type of ['pointermove', 'pointerdown', 'keydown', 'wheel']) root.addEventListener(type, touch, { passive: true });
    root.addEventListener('pointerleave', () => {
      this.#touched = -Infinity;
      if (this.changes) redraw();
    });
  }

  release() {
    this.#touched = -Infinity;
  }

  /** @param {string[]} wanted @returns {string[]} */
  order(wanted) {
    const held = performance.now() - this.#touched < HOLD_MS && this.#shown.length > 0;
    if (!held) {
      this.changes = 0;
      return (this.#shown = wanted);
    }
    const before = new Set(this.#shown);
    const after = new Set(wanted);
    const kept = this.#shown.filter((id) => after.has(id));
    const known = wanted.filter((id) => before.has(id));
    this.changes = wanted.length - known.length + (before.size - kept.length) + known.filter((id, i) => id !== kept[i]).length;
    return this.#shown;
  }
}

/** @param {SteadyOrder} steady @param {() => void} redraw */
export const changesButton = (steady, redraw) =>
  steady.changes
    ? html`<button class="button quiet changes" @click=${() => (steady.release(), redraw())}>${t('list.changes', { n: steady.changes })} ↻</button>`
    : nothing;

/**
 * One stop for Tab, arrows and J/K inside: rows have tabindex -1 in the template and this keeps one of them at 0.
 * @param {HTMLElement} root @param {string} selector
 */
export function roving(root, selector) {
  /** @type {HTMLElement | null} */
  let current = null;
  const rows = () => /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
  const mark = (/** @type {HTMLElement | null} */ row) => {
    if (current && current !== row) current.tabIndex = -1;
    current = row;
    if (row) row.tabIndex = 0;
  };
  root.addEventListener('focusin', (event) => {
    const row = /** @type {HTMLElement} */ (event.target).closest(selector);
    if (row) mark(/** @type {HTMLElement} */ (row));
  });
  root.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !current || !current.contains(/** @type {Node} */ (event.target))) return;
    event.preventDefault();
    step(by);
  });
  /** @param {number} by */
  function step(by) {
    const all = rows();
    const at = current ? all.indexOf(current) : -1;
    const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) {
      mark(next);
      next.focus();
    }
  }
  return {
    step,
    /** After a redraw: there is always one row to tab to. */
    keep() {
      if (!current?.isConnected) mark(/** @type {HTMLElement | null} */ (root.querySelector(selector)));
    },
  };
}
