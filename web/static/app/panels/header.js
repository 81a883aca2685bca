// Always in sight: exercise or live, what the operation is, how fresh the picture is, who is on duty, what time it is.
import { html, nothing, render } from '../../vendor/lit.js';
import * as format from '../core/format.js';
import { language, say, t } from '../core/i18n.js';
import { gradeBadge, rank } from './parts.js';

/** @param {string} kind */
export const marking = (kind) => html`<span class="marking ${kind === 'live' ? 'live' : 'drill'}"><span>${t(kind === 'live' ? 'marking.live' : kind === 'drill' ? 'marking.drill' : 'marking.what_if')}</span></span>`;

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel} */
export function headerPanel(root, app) {
  let titled = '';
  /** The title and the icon of the browser's own tab carry the marking as well. @param {string} kind @param {string} title */
  function mark(kind, title) {
    const text = `${kind === 'live' ? '' : `【${t('marking.drill')}】`}${title} · ${t('product')}`;
    if (text === titled) return;
    titled = document.title = text;
    const icon = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel=icon]'));
    icon.href = `${app.base}/icons/${kind === 'live' ? 'live' : 'drill'}.svg`;
    document.body.dataset.kind = kind;
  }

  return {
    kinds: ['operation', 'incident', 'link', 'second', 'ui', 'language', 'position'],
    draw() {
      const [operation] = app.store.rows('operation').values();
      const known = app.session.operations.find((one) => one.id === app.operation);
      const kind = operation?.kind ?? known?.kind ?? 'drill';
      const title = say(operation?.title ?? known?.title) || app.operation;
      mark(kind, title);
      const incidents = [...app.store.rows('incident').values()];
      const worst = incidents.reduce((/** @type {import('../types').Incident | null} */ a, b) => (a && rank(a.grade) <= rank(b.grade) ? a : b), null);
      const { state, retryIn, attempt } = app.link;
      const others = app.session.operations.filter((one) => one.id !== app.operation);
      render(
        html`
          ${marking(kind)}
          <h1>${title}</h1>
          ${worst?.grade ? html`<span class="worst" title=${t('header.worst')}>${gradeBadge(worst.grade)}</span>` : nothing}
          ${others.length
            ? html`<select class="operations" aria-label=${t('header.operations')} @change=${(/** @type {Event} */ e) => (location.href = `/board/${encodeURIComponent(/** @type {HTMLSelectElement} */ (e.target).value)}`)}>
                <option selected value=${app.operation}>${t('header.switch')}</option>
                ${others.map((one) => html`<option value=${one.id}>${one.kind === 'live' ? t('marking.live') : t('marking.drill')} · ${say(one.title)}</option>`)}
              </select>`
            : nothing}
          <span class="spacer"></span>
          <span class="link ${state}" title=${t('header.link.title', { attempt })}>
            <span class="lamp" aria-hidden="true"></span>
            <span>${t(`link.${state}`)}</span>
            ${state === 'live' && app.clock.rtt !== null ? html`<b>${Math.round(app.clock.rtt)} ms</b>` : nothing}
            ${retryIn !== null ? html`<b>${t('link.retry', { s: Math.ceil(retryIn / 1000) })}</b>` : nothing}
          </span>
          <span class="position">${t('header.position')} <b>${app.store.position ?? '—'}</b></span>
          <span class="post" title=${app.session.user}>${say(app.session.post_name)}</span>
          <span class="tools">
            <button class="button quiet" @click=${() => app.setLanguage(language === 'en' ? 'zh-CN' : 'en')} lang=${language === 'en' ? 'zh-CN' : 'en'}>${language === 'en' ? '中文' : 'EN'}</button>
            <button class="button quiet" aria-pressed=${app.ui.theme === 'night'} @click=${() => app.set({ theme: app.ui.theme === 'night' ? 'day' : 'night' })}>${t(app.ui.theme === 'night' ? 'header.night' : 'header.day')} <kbd>N</kbd></button>
            <button class="button quiet" aria-pressed=${!app.sound.muted && !app.sound.blocked} @click=${() => { app.sound.unlock(); app.sound.muted = !app.sound.muted; app.dirty('ui'); }}>${t(app.sound.muted || app.sound.blocked ? 'header.sound.off' : 'header.sound.on')}</button>
            <button class="button quiet" aria-expanded=${app.ui.help} @click=${() => app.set({ help: !app.ui.help })}>${t('header.help')} <kbd>?</kbd></button>
            <button class="button quiet" @click=${() => app.api('DELETE', '/api/session').finally(() => (location.href = '/login'))}>${t('header.logout')}</button>
          </span>
          <time class="clock" title=${format.date(app.clock.now())}>${format.clockTime(app.clock.now())}${app.clock.exercise ? html`<small>${app.clock.rate === 0 ? t('clock.paused') : `×${app.clock.rate}`}</small>` : nothing}</time>
        `,
        root,
      );
    },
  };
}

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel} */
export function bannerPanel(root, app) {
  return {
    kinds: ['link', 'language', 'second', 'operation'],
    draw() {
      const { link, clock } = app;
      const at = link.heardAt === null ? '—' : format.clockTime(link.heardAt);
      const retry = link.retryIn === null ? t('banner.trying') : t('banner.retry', { s: Math.ceil(link.retryIn / 1000), n: link.attempt });
      /** @type {unknown[]} */
      const lines = [];
      if (link.state === 'lost')
        lines.push(html`<p class="banner lost"><b>${t('banner.lost', { at })}</b><span>${t('banner.lost.do')}</span><span class="retry" aria-hidden="true">${retry}</span>
          <button class="button" @click=${() => link.retry()}>${t('banner.now')}</button></p>`);
      else if (link.state === 'stale') lines.push(html`<p class="banner stale"><b>${t('banner.stale', { at })}</b>${link.retryIn === null ? nothing : html`<span class="retry" aria-hidden="true">${retry}</span>`}</p>`);
      else if (link.state === 'upgrade') lines.push(html`<p class="banner lost"><b>${t('banner.upgrade')}</b> <button class="button" @click=${() => location.reload()}>${t('banner.reload')}</button></p>`);
      else if (link.state === 'signed_out') lines.push(html`<p class="banner lost"><b>${t('banner.signed_out', { at })}</b> <a class="button" href="/login?next=${encodeURIComponent(location.pathname)}">${t('login.title')}</a></p>`);
      if (link.behind) lines.push(html`<p class="banner stale">${t('banner.behind')}</p>`);
      if (link.build && document.body.dataset.build && link.build !== document.body.dataset.build) lines.push(html`<p class="banner note">${t('banner.build')}</p>`);
      if (clock.wrong) lines.push(html`<p class="banner note">${t('banner.clock', { s: Math.round(Math.abs(clock.offset) / 1000) })}</p>`);
      if (clock.exercise?.paused) lines.push(html`<p class="banner paused">${t('banner.paused')}</p>`);
      render(lines, root);
    },
  };
}
