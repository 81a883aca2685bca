// Every word that the page itself says, by key. zh-CN is the source and what is missing elsewhere falls back to it.

export const LANGUAGES = /** @type {const} */ (['zh-CN', 'en']);
/** @typedef {typeof LANGUAGES[number]} Language */

/** @type {Record<string, string>} */
let source = {};
/** @type {Record<string, string>} */
let chosen = {};
/** @type {Language} */
export let language = 'zh-CN';

/** @param {Language} name @returns {Promise<Record<string, string>>} */
async function catalogue(name) {
  const answer = await fetch(new URL(`../../i18n/${name}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`catalogue ${name}: ${answer.status}`);
  return answer.json();
}

/** @param {Language} name */
export async function setLanguage(name) {
  const [first, second] = await Promise.all([
    Object.keys(source).length ? source : catalogue('zh-CN'),
    name === 'zh-CN' ? {} : catalogue(name),
  ]);
  source = first;
  chosen = second;
  language = name;
  document.documentElement.lang = name;
}

/**
 * The text of a key, its {names} replaced. An unknown key is shown as it is, so that nobody sees an empty button.
 * @param {string} id @param {Record<string, unknown>} [args]
 */
export function t(id, args) {
  const text = chosen[id] ?? source[id] ?? id;
  return args ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in args ? String(args[name]) : whole)) : text;
}

/** @param {string} id */
export const has = (id) => id in source;

/** What the server says in both languages. @param {import('../types').Text | string | null | undefined} text */
export function say(text) {
  if (text == null) return '';
  if (typeof text === 'string') return text;
  return (language === 'en' && text.en) || text.zh;
}
