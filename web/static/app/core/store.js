// The rows and the timeline of one topic as the server last said them. Nothing here decides anything: a snapshot
// replaces all, a patch changes whole rows, and a patch that does not follow on is refused, so there is no silent gap.

/** @typedef {import('../types').Rows} Rows @typedef {import('../types').Entry} Entry */

export const TIMELINE_ENTRIES_MAX = 500;

export class Store {
  /** @type {Map<string, Map<string, any>>} */
  #kinds = new Map();
  /** @type {Set<(dirty: Set<string>) => void>} */
  #listeners = new Set();
  /** @type {Map<string, number>} position of each row's last change, by `kind/id` */
  changed = new Map();
  /** @type {Entry[]} newest last */
  timeline = [];
  /** @type {number | null} null until the first snapshot */
  position = null;
  /** @type {string | null} */
  epoch = null;

  /** @template {keyof Rows} K @param {K} kind @returns {Map<string, Rows[K]>} */
  rows(kind) {
    let rows = this.#kinds.get(kind);
    if (!rows) this.#kinds.set(kind, (rows = new Map()));
    return rows;
  }

  /** @template {keyof Rows} K @param {K} kind @param {string | null | undefined} id @returns {Rows[K] | undefined} */
  row(kind, id) {
    return id == null ? undefined : this.rows(kind).get(id);
  }

  /** @param {import('../types').Snapshot} message */
  snapshot(message) {
    const dirty = new Set(this.#kinds.keys());
    this.#kinds = new Map();
    this.changed = new Map();
    for (const [kind, rows] of Object.entries(message.rows)) {
      dirty.add(kind);
      this.#kinds.set(kind, new Map(rows.map((row) => [/** @type {any} */ (row).id, row])));
    }
    this.timeline = message.timeline.slice(-TIMELINE_ENTRIES_MAX);
    this.position = message.position;
    this.epoch = message.epoch;
    this.#tell(dirty.add('timeline').add('position'));
  }

  /** Applies a whole frame or nothing. @param {import('../types').Patch} message @returns {boolean} false: a gap */
  patch(message) {
    if (this.position === null || message.after !== this.position) return false;
    const dirty = new Set(['position']);
    for (const [kind, id, position, row] of message.rows) {
      dirty.add(kind);
      const rows = this.rows(/** @type {any} */ (kind));
      if (row === null) rows.delete(id);
      else rows.set(id, /** @type {any} */ (row));
      if (row === null) this.changed.delete(`${kind}/${id}`);
      else this.changed.set(`${kind}/${id}`, position);
    }
    if (message.timeline?.length) {
      this.timeline = withEntries(this.timeline, message.timeline);
      dirty.add('timeline');
    }
    this.position = message.position;
    this.#tell(dirty);
    return true;
  }

  /** @param {(dirty: Set<string>) => void} listener @returns {() => void} */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {Set<string>} dirty */
  #tell(dirty) {
    for (const listener of this.#listeners) listener(dirty);
  }
}

/**
 * An entry whose position is known replaces the old one (it was struck or restored); others are appended in order.
 * @param {Entry[]} old @param {Entry[]} more
 */
function withEntries(old, more) {
  const timeline = old.slice();
  for (const entry of more) {
    let i = timeline.length;
    while (i > 0 && timeline[i - 1].position > entry.position) i--;
    if (i > 0 && timeline[i - 1].position === entry.position) timeline[i - 1] = entry;
    else if (i > 0 || timeline.length < TIMELINE_ENTRIES_MAX) timeline.splice(i, 0, entry);
  }
  return timeline.slice(-TIMELINE_ENTRIES_MAX);
}
