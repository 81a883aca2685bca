// Times, ages and numbers as people read them. The zone is the deployment's, never the browser's.

export const DEFAULT_ZONE = 'Asia/Shanghai';
const FUTURE_MS_MAX = 600_000;

/** The same instants are drawn again and again. @type {Map<string, string>} */
const known = new Map();
const KNOWN_MAX = 5_000;

let zone = DEFAULT_ZONE;
/** @type {Intl.DateTimeFormat} */
let parts;
/** @param {string} [name] */
export function setZone(name = DEFAULT_ZONE) {
  known.clear();
  zone = name;
  parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}
setZone();

/** @param {number} ms @returns {Record<string, string>} */
function fields(ms) {
  return Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]));
}

/** @param {number} ms @returns {string} 14:02:11 */
export function clockTime(ms) {
  const f = fields(ms);
  return `${f.hour}:${f.minute}:${f.second}`;
}

/** @param {number} ms @returns {string} 2026-05-12 */
export function date(ms) {
  const f = fields(ms);
  return `${f.year}-${f.month}-${f.day}`;
}

/**
 * No more digits than are known: 14:02:11, 14:02, ≈14:02, ≈14.
 * @param {string | null | undefined} at @param {string} [precision]
 */
export function time(at, precision = 'second') {
  if (!at) return '—';
  const text = known.get(at) ?? remember(at);
  switch (precision) {
    case 'second':
      return text;
    case 'minute':
      return text.slice(0, 5);
    case 'hour':
      return `≈${text.slice(0, 2)}`;
    default:
      return `≈${text.slice(0, 5)}`;
  }
}


/** @param {string} at */
function remember(at) {
  if (known.size >= KNOWN_MAX) known.clear();
  const text = clockTime(Date.parse(at));
  known.set(at, text);
  return text;
}

/**
 * The instant that a spoken 14:02 means: today, or yesterday where today's would lie in the future.
 * @param {number} hour @param {number} minute @param {number} second @param {number} now milliseconds
 */
export function spokenInstant(hour, minute, second, now) {
  const f = fields(now);
  const wall = Date.UTC(+f.year, +f.month - 1, +f.day, +f.hour, +f.minute, +f.second);
  const ahead = wall - Math.floor(now / 1000) * 1000;
  const at = Date.UTC(+f.year, +f.month - 1, +f.day, hour, minute, second) - ahead;
  return at - now > FUTURE_MS_MAX ? at - 86_400_000 : at;
}

/** Whole minutes, never negative. @param {number} ms */
export const minutes = (ms) => Math.max(0, Math.floor(ms / 60_000));

/** @param {number} ms @param {(id: string, args?: Record<string, unknown>) => string} t */
export function duration(ms, t) {
  const m = minutes(ms);
  if (m < 60) return t('time.minutes', { m });
  if (m < 48 * 60) return t('time.hours', { h: Math.floor(m / 60), m: m % 60 });
  return t('time.days', { d: Math.floor(m / 1440), h: Math.floor((m % 1440) / 60) });
}

/** Minutes and seconds of what runs out or has run out: 02:10, 1:02:10; days beyond two of them. @param {number} ms @param {(id: string, args?: Record<string, unknown>) => string} t */
export function countdown(ms, t) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s >= 48 * 3600) return duration(ms, t);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const [h, m] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)];
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${two(m)}:${two(s % 60)}`;
}

/** @param {number} value @param {string} lang */
export const number = (value, lang) => new Intl.NumberFormat(lang).format(value);
