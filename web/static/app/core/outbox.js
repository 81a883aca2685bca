// What this page has asked for and what became of it. A command is pending until the patch at its position has been
// applied; nothing is ever shown as done because it was sent. Asked again, it goes with the same id.

export const UNKNOWN_MS = 5_000;
export const ITEMS_MAX = 20;
export const UNDO_MS = 600_000;

/**
 * sent: no answer yet · accepted: answered, its patch not applied yet · done · refused · failed: malformed or busy ·
 * unknown: no answer in time · unsent: there was no connection
 * @typedef {'sent' | 'accepted' | 'done' | 'refused' | 'failed' | 'unknown' | 'unsent'} ItemState
 * @typedef {{
 *   id: string, envelope: import('../types').Envelope, label: string, state: ItemState, sentAt: number, doneAt: number,
 *   answer: import('../types').Answer | null
 * }} Item
 */

export class Outbox {
  /** @type {Item[]} oldest first */
  items = [];
  /** @type {any} */
  #timer = null;

  /**
   * @param {{
   *   store: import('./store.js').Store, send: (message: object) => boolean, onChange: () => void,
   *   onResult?: (item: Item) => void, monotonic?: () => number, newId?: () => string
   * }} options
   */
  constructor(options) {
    this.options = options;
    this.store = options.store;
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.newId = options.newId ?? uuid;
    this.store.subscribe(() => this.#settle());
  }

  /** @param {import('../types').Command} command @param {import('../types').Meta} meta @param {string} label */
  send(command, meta, label) {
    const id = this.newId();
    /** @type {import('../types').Envelope} */
    const envelope = { type: 'command', id, command, ...meta };
    if (this.store.position !== null) envelope.seen = this.store.position;
    /** @type {Item} */
    const item = { id, envelope, label, state: 'sent', sentAt: 0, doneAt: 0, answer: null };
    this.items = [...this.items, item].slice(-ITEMS_MAX);
    this.#put(item);
    return item;
  }

  /** Once more, with the same id: the server answers what it answered before. @param {Item} item */
  again(item) {
    this.#put(item);
  }

  /** @param {Item} item */
  forget(item) {
    this.items = this.items.filter((other) => other !== item);
    this.options.onChange();
  }

  get pending() {
    return this.items.filter((item) => item.state === 'sent' || item.state === 'accepted');
  }

  /** The last thing done here that can still be offered for correction. */
  get last() {
    const now = this.monotonic();
    return this.items.filter((item) => item.state === 'done' && item.answer?.positions?.length && now - item.doneAt < UNDO_MS).pop();
  }

  /** @param {import('../types').Answer} answer */
  answer(answer) {
    const item = this.items.find((other) => other.id === answer.id);
    if (!item || item.state === 'done') return;
    item.answer = answer;
    if (answer.outcome === 'accepted') item.state = 'accepted';
    else item.state = answer.outcome === 'refused' ? 'refused' : 'failed';
    if (item.state !== 'accepted') this.options.onResult?.(item);
    this.#settle();
    this.options.onChange();
  }

  /** What has waited too long is no longer known. */
  check() {
    const now = this.monotonic();
    let changed = false;
    for (const item of this.items) {
      if (item.state !== 'sent' || now - item.sentAt < UNKNOWN_MS) continue;
      item.state = 'unknown';
      changed = true;
      this.options.onResult?.(item);
    }
    if (changed) this.options.onChange();
    this.#arm();
  }

  /** @param {Item} item */
  #put(item) {
    item.sentAt = this.monotonic();
    item.answer = null;
    item.state = this.options.send(item.envelope) ? 'sent' : 'unsent';
    this.#arm();
    this.options.onChange();
  }

  #arm() {
    clearTimeout(this.#timer);
    const first = this.items.filter((item) => item.state === 'sent').map((item) => item.sentAt + UNKNOWN_MS);
    if (first.length) this.#timer = setTimeout(() => this.check(), Math.max(0, Math.min(...first) - this.monotonic()) + 5);
  }

  #settle() {
    const position = this.store.position ?? -1;
    let changed = false;
    for (const item of this.items) {
      if (item.state !== 'accepted') continue;
      const positions = item.answer?.positions ?? [];
      if (positions.length && position < positions[positions.length - 1]) continue;
      item.state = 'done';
      item.doneAt = this.monotonic();
      changed = true;
      this.options.onResult?.(item);
    }
    if (changed) this.options.onChange();
  }
}

/** randomUUID needs a secure context; an intranet without TLS still needs ids. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
