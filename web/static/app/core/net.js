// The one connection to the server: says how fresh the picture is, fetches what was missed, and never gives up.
// It decides nothing about commands (outbox.js) and holds no rows (store.js).

export const PING_MS = 2_000;
export const STALE_MS = 3_000;
export const LOST_MS = 10_000;
export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_MAX_MS = 15_000;
const CHECK_MS = 500;

export const CLOSE = { dead: 4000, resync: 4001, upgrade: 4002, auth: 4003, slow: 4004 };

/** @typedef {'connecting' | 'live' | 'stale' | 'lost' | 'signed_out' | 'upgrade'} LinkState */

/**
 * How long to wait before the n-th new attempt (0 first), spread so that boards do not come back all at once.
 * @param {number} attempt @param {number} random from 0 to 1
 */
export const backoff = (attempt, random) => Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 10)) * (0.5 + random);

export class Link {
  /** @type {LinkState} */
  state = 'connecting';
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {any} */
  #check = null;
  #heard = 0;
  #pinged = 0;
  #attempt = 0;
  /** Server said nothing about our topic yet on this connection. */
  #subscribed = false;
  #waitingForSnapshot = false;
  /** @type {number | null} monotonic instant of the next attempt */
  #retryAt = null;
  /** @type {number | null} operation time of the last word from the server */
  heardAt = null;
  /** @type {string | null} */
  build = null;
  /** Server is gathering a snapshot for us, because we were too slow. */
  behind = false;

  /**
   * @param {{
   *   url: string, store: import('./store.js').Store, clock: import('./clock.js').Clock, topic?: string,
   *   onState: () => void, onUnopened?: () => void, onAnswer: (answer: any) => void, onProblem?: (error: any) => void,
   *   open?: (url: string) => WebSocket, monotonic?: () => number, random?: () => number
   * }} options
   */
  constructor(options) {
    this.options = options;
    this.store = options.store;
    this.clock = options.clock;
    this.topic = options.topic ?? 'board';
    this.open = options.open ?? ((url) => new WebSocket(url));
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.random = options.random ?? Math.random;
  }

  start() {
    this.#heard = this.monotonic();
    this.#check = setInterval(() => this.check(), CHECK_MS);
    this.#connect();
  }

  stop() {
    clearInterval(this.#check);
    this.#check = null;
    this.#socket?.close(CLOSE.dead);
  }

  get attempt() {
    return this.#attempt;
  }

  /** Milliseconds to the next attempt, or null while connected or trying. */
  get retryIn() {
    return this.#retryAt === null ? null : Math.max(0, this.#retryAt - this.monotonic());
  }

  /** A command can go out now. */
  get ready() {
    return this.#subscribed && this.#socket?.readyState === 1 && this.state !== 'lost';
  }

  /** Now, instead of when the countdown ends. */
  retry() {
    if (!this.#socket && this.state !== 'signed_out') this.#connect();
    else this.check();
  }

  /** @param {object} message @returns {boolean} false: nothing was sent */
  send(message) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Looks at the clock: pings, ages the picture, gives a dead connection up, makes the next attempt. */
  check() {
    if (this.state === 'signed_out' || this.state === 'upgrade') return;
    const now = this.monotonic();
    if (this.#retryAt !== null && now >= this.#retryAt) this.#connect();
    if (now - this.#pinged >= PING_MS) this.#ping(now);
    const silent = now - this.#heard;
    if (silent > LOST_MS) {
      this.#become('lost');
      // A socket that is still being opened is given the same ten seconds.
      if (this.#socket && now - this.#opened > LOST_MS) this.#gone(CLOSE.dead);
    } else if (silent > STALE_MS) this.#become(this.store.position === null ? 'connecting' : 'stale');
    else this.options.onState();
  }
  #opened = 0;
  #greeted = false;

  /** The session is over: no more attempts. What was last known stays in sight. */
  signOut() {
    this.#retryAt = null;
    this.#become('signed_out');
  }

  #connect() {
    this.#retryAt = null;
    this.#greeted = false;
    this.#opened = this.monotonic();
    this.#subscribed = false;
    let socket;
    try {
      socket = this.open(this.options.url);
    } catch (error) {
      this.options.onProblem?.(error);
      this.#gone();
      return;
    }
    this.#socket = socket;
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#hear(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#gone(event.code);
    };
    this.options.onState();
  }

  /** @param {number} [code] */
  #gone(code) {
    const socket = this.#socket;
    this.#socket = null;
    this.#subscribed = false;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      if (socket.readyState < 2) socket.close(CLOSE.dead);
    }
    if (code === CLOSE.auth) return this.signOut();
    if (code === CLOSE.upgrade) return this.#become('upgrade');
    // The server asked for a fresh start: what we hold may not be resumed from.
    if (code === CLOSE.resync) this.#waitingForSnapshot = true;
    if (!this.#greeted && code !== CLOSE.dead) this.options.onUnopened?.();
    this.#retryAt = this.monotonic() + backoff(this.#attempt++, this.random());
    this.options.onState();
  }

  /** @param {number} now */
  #ping(now) {
    this.#pinged = now;
    this.send({ type: 'ping', sent: this.clock.local(), position: this.store.position });
  }

  /** @param {any} message */
  #hear(message) {
    const now = this.monotonic();
    this.#heard = now;
    // A hidden page's timers are slowed down; what the server says is a timer too.
    if (now - this.#pinged >= PING_MS) this.#ping(now);
    switch (message.type) {
      case 'hello':
        this.#greeted = true;
        this.build = message.build;
        this.clock.greet(message.server_time);
        if ('clock' in message) this.clock.exercise = message.clock ?? null;
        this.#subscribe(message.epoch === this.store.epoch && !this.#waitingForSnapshot);
        this.#ping(now);
        break;
      case 'snapshot':
        if (message.topic !== this.topic) break;
        this.#waitingForSnapshot = false;
        this.behind = false;
        this.#attempt = 0;
        this.store.snapshot(message);
        this.#exercise();
        break;
      case 'patch':
        if (message.topic !== this.topic || this.#waitingForSnapshot) break;
        this.#attempt = 0;
        this.behind = false;
        if (!this.store.patch(message)) this.#subscribe(false);
        else if (message.rows.some((/** @type {any} */ row) => row[0] === 'operation')) this.#exercise();
        break;
      case 'pong':
        this.clock.pong(message.sent, message.server_time);
        this.#attempt = 0;
        break;
      case 'clock':
        this.clock.exercise = message.real0 == null ? null : message;
        break;
      case 'behind':
        this.behind = true;
        this.#waitingForSnapshot = true;
        break;
      case 'answer':
        this.options.onAnswer(message);
        break;
      case 'error':
        this.options.onProblem?.(message);
        break;
      default: // a heartbeat needs nothing more than to be heard; later kinds of message are for later pages
    }
    this.heardAt = this.clock.now();
    this.#become('live');
  }

  /** @param {boolean} resume */
  #subscribe(resume) {
    this.#subscribed = true;
    if (!resume) this.#waitingForSnapshot = true;
    const { position, epoch } = this.store;
    this.send(
      resume && position !== null
        ? { type: 'subscribe', topics: [this.topic], after: position, epoch }
        : { type: 'subscribe', topics: [this.topic] },
    );
  }

  /** The operation's row carries its clock as well; the later word wins. */
  #exercise() {
    const [operation] = this.store.rows('operation').values();
    if (operation) this.clock.exercise = operation.clock;
  }

  /** @param {LinkState} state */
  #become(state) {
    this.state = state;
    this.options.onState();
  }
}

