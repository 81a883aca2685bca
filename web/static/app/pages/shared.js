// What the pages beside the board share: the language, the login, and the line at the top.
import { html, nothing, render } from '../../vendor/lit.js';
import { HttpProblem, remember, remembered, request } from '../core/api.js';
import { LANGUAGES, language, say, setLanguage, t } from '../core/i18n.js';
import { marking } from '../panels/header.js';

export const { operation = '', base = '' } = document.body.dataset;
export const api = `/api/operations/${encodeURIComponent(operation)}`;

/** The past that is looked at, from the address: a position or a time. */
export const at = new URLSearchParams(location.search).get('at');

/** @param {string} path @param {Record<string, string | null>} [query] */
export function read(path, query = {}) {
  const given = Object.entries({ ...query, at }).filter(([, value]) => value);
  const asked = new URLSearchParams(/** @type {[string, string][]} */ (given)).toString();
  return request('GET', `${api}${path}${asked ? `?${asked}` : ''}`);
}

/** Keeps the moment that is looked at. @param {string} path */
export const href = (path) => (at ? `${path}?at=${encodeURIComponent(at)}` : path);

/** The session, once the language is there; else the login page. */
export async function begin() {
  const wanted = remembered('language') ?? (navigator.language.startsWith('en') ? 'en' : 'zh-CN');
  await setLanguage(LANGUAGES.find((one) => one === wanted) ?? 'zh-CN');
  try {
    const [session, tables] = await Promise.all([request('GET', '/api/session'), request('GET', '/api/tables')]);
    return { session, tables };
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 401) {
      location.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
      return null;
    }
    throw error;
  }
}

/** @param {any} error */
export const trouble = (error) => html`<p class="trouble" role="alert">${(error instanceof HttpProblem && say(error.body?.message)) || t('login.unreachable')}</p>`;

/** @param {import('../types').Session} session @param {unknown} title @param {unknown} tools @param {() => void} redraw */
export function top(session, title, tools, redraw) {
  const kind = session.operations.find((one) => one.id === operation)?.kind ?? 'drill';
  const night = document.documentElement.dataset.theme === 'night';
  document.title = `${kind === 'live' ? '' : `【${t('marking.drill')}】`}${title} · ${t('product')}`;
  render(
    html`${marking(kind)}<h1>${title}</h1>${at ? html`<span class="tag">${t('register.at', { at })}</span>` : nothing}
      <span class="spacer"></span>${tools}
      <a class="button" href="/board/${encodeURIComponent(operation)}">${t('register.board')}</a>
      <button class="button quiet" @click=${async () => { const other = language === 'en' ? 'zh-CN' : 'en'; await setLanguage(other); remember('language', other); redraw(); }} lang=${language === 'en' ? 'zh-CN' : 'en'}>${language === 'en' ? '中文' : 'EN'}</button>
      <button class="button quiet" aria-pressed=${night} @click=${() => { const theme = night ? 'day' : 'night'; document.documentElement.dataset.theme = theme; remember('theme', theme); redraw(); }}>${t(night ? 'header.night' : 'header.day')}</button>`,
    /** @type {HTMLElement} */ (document.getElementById('header')),
  );
}
