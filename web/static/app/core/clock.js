// What time it is in the operation, by the server's clock and never by the computer's own. The offset comes from the
// pong with the shortest round trip among the last few; an exercise clock, where there is one, runs on top of it.

/** @typedef {import('../types').ExerciseClock} ExerciseClock */

export const SAMPLES_MAX = 30;
export const OFFSET_WARN_MS = 2_000;

/** @param {string | number} time ISO text or milliseconds @returns {number} milliseconds since 1970 */
export const instant = (time) => (typeof time === 'number' ? time : Date.parse(time));

export class Clock {
  /** @type {{rtt: number, offset: number}[]} */
  #samples = [];
  /** @type {ExerciseClock | null} */
  exercise = null;
  /** Milliseconds to add to the local clock. */
  offset = 0;
  /** @type {number | null} round trip of the last pong */
  rtt = null;

  /** @param {() => number} local */
  constructor(local = Date.now) {
    this.local = local;
  }

  /** A first guess, until a pong says better. @param {string | number} serverTime */
  greet(serverTime) {
    if (!this.#samples.length) this.offset = instant(serverTime) - this.local();
  }

  /** @param {number} sent local milliseconds @param {string | number} serverTime */
  pong(sent, serverTime) {
    const received = this.local();
    const rtt = Math.max(0, received - sent);
    this.rtt = rtt;
    this.#samples.push({ rtt, offset: instant(serverTime) - (sent + rtt / 2) });
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
    this.offset = this.#samples.reduce((best, sample) => (sample.rtt < best.rtt ? sample : best)).offset;
  }

  /** The server's time, in milliseconds. */
  real() {
    return this.local() + this.offset;
  }

  /** The operation's time: that of the exercise clock where there is one. */
  now() {
    const x = this.exercise;
    if (!x) return this.real();
    if (x.paused) return instant(x.sim0);
    return instant(x.sim0) + ((this.real() - instant(x.real0)) * x.rate[0]) / x.rate[1];
  }

  /** How many seconds of the operation pass in one second. */
  get rate() {
    const x = this.exercise;
    return x ? (x.paused ? 0 : x.rate[0] / x.rate[1]) : 1;
  }

  get wrong() {
    return Math.abs(this.offset) > OFFSET_WARN_MS;
  }
}
