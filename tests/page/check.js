// The little that the module tests need.

/** @param {unknown} is @param {unknown} wanted @param {string} [what] */
export function equal(is, wanted, what = '') {
  const [a, b] = [JSON.stringify(is), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what} is ${a}, wanted ${b}`);
}

/** @param {unknown} value @param {string} what */
export function ok(value, what) {
  if (!value) throw new Error(what);
}

/** A socket and a clock in the hand of the test. */
export class FakeSocket {
  readyState = 0;
  /** @type {any[]} */
  sent = [];
  closedWith = null;
  onmessage = null;
  onclose = null;
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close(code) {
    this.readyState = 3;
    this.closedWith = code;
  }
  open(hello) {
    this.readyState = 1;
    this.hear({ type: 'hello', protocol: 1, operation: 'demo', kind: 'drill', epoch: '1-1', position: 10, server_time: 5_000, build: 'b', clock: null, ...hello });
  }
  hear(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  drop(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  get subscribes() {
    return this.sent.filter((message) => message.type === 'subscribe');
  }
}

export const snapshot = (position, rows = {}, timeline = [], epoch = '1-1') => ({ type: 'snapshot', topic: 'board', epoch, position, rows, timeline });
export const patch = (after, position, rows = [], timeline = []) => ({ type: 'patch', topic: 'board', after, position, rows, timeline });
export const entry = (position, more = {}) => ({ position, kind: 'entry', type: 'EntryAdded', incident: null, text: { zh: `第${position}条` }, ...more });
