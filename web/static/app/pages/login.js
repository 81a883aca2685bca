// Signs a person in, by password or by a one-time link whose code stands behind the # and so reaches no log.
import { html, nothing, render } from '../../vendor/lit.js';
import { HttpProblem, remember, remembered, request } from '../core/api.js';
import { LANGUAGES, language, say, setLanguage, t } from '../core/i18n.js';

const root = /** @type {HTMLElement} */ (document.getElementById('main'));
let problem = '';
let busy = false;

/** Only a path of this server: no other page is ever opened by a link to this one. */
function next() {
  const wanted = new URLSearchParams(location.search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(wanted) ? wanted : '/';
}

/** @param {object} body */
async function send(body) {
  busy = true;
  problem = '';
  draw();
  try {
    await request('POST', '/api/session', body);
    location.replace(next());
  } catch (error) {
    busy = false;
    const known = error instanceof HttpProblem;
    problem = (known && say(error.body?.message)) || t(!known ? 'login.unreachable' : 'code' in body ? 'login.code' : error.status === 401 || error.status === 403 ? 'login.wrong' : 'login.failed');
    draw();
  }
}

function draw() {
  document.title = `${t('login.title')} · ${t('product')}`;
  const other = language === 'en' ? 'zh-CN' : 'en';
  render(
    html`<form class="login-form" @submit=${(/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const values = new FormData(/** @type {HTMLFormElement} */ (event.target));
        send({ user: String(values.get('user')).trim(), password: String(values.get('password')) });
      }}>
      <h1>${t('product')}<small>${t('product.line')}</small></h1>
      <label class="field"><span>${t('login.user')}</span><input name="user" required autocomplete="username" autocapitalize="off" autofocus /></label>
      <label class="field"><span>${t('login.password')}</span><input name="password" type="password" required autocomplete="current-password" /></label>
      <p class="problem" role="alert">${problem || nothing}</p>
      <button class="button primary" type="submit" ?disabled=${busy}>${t('login.go')}</button>
      <p class="muted">${t('login.link')}</p>
      <button class="button quiet" type="button" lang=${other} @click=${async () => { await setLanguage(other); remember('language', other); draw(); }}>${other === 'en' ? 'English' : '中文'}</button>
    </form>`,
    root,
  );
}

const wanted = remembered('language') ?? 'zh-CN';
await setLanguage(LANGUAGES.find((one) => one === wanted) ?? 'zh-CN');
draw();
const code = location.hash.slice(1);
if (code) {
  // Out of the address bar and the history before anything else happens to it.
  history.replaceState(null, '', location.pathname + location.search);
  await send({ code: decodeURIComponent(code) });
}
