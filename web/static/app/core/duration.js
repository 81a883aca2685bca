// Durations as the plan files have them (ISO 8601), in words.

const PARTS = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/;

/** @param {string | null | undefined} text @returns {number | null} seconds */
export function seconds(text) {
  const parts = PARTS.exec(text ?? '');
  if (!parts) return null;
  const [d, h, m, s] = parts.slice(1).map((part) => Number(part ?? 0));
  return d * 86_400 + h * 3_600 + m * 60 + s;
}

/** @param {string | null | undefined} text @param {(id: string, args?: Record<string, unknown>) => string} t */
export function words(text, t) {
  const s = seconds(text);
  if (s === null) return '—';
  if (s % 86_400 === 0 && s) return t('duration.days', { n: s / 86_400 });
  if (s % 3_600 === 0 && s) return t('duration.hours', { n: s / 3_600 });
  return s % 60 ? t('duration.seconds', { n: s }) : t('duration.minutes', { n: s / 60 });
}
