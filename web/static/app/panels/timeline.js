// What happened, newest first. What this page has asked for stands above it, hatched, until the server says it is so.
import { html, nothing, render, repeat } from '../../vendor/lit.js';
import * as format from '../core/format.js';
import { say, t } from '../core/i18n.js';
import { SteadyOrder, changesButton, head, postName } from './parts.js';

const GROUP_POSITIONS = 64;

/** @typedef {import('../types').Entry} Entry */

/** The sentence, without the incident that stands before it as a reference. @param {Entry} entry */
function words(entry) {
  const said = say(entry.text);
  return entry.incident && said.startsWith(`${entry.incident} `) ? said.slice(entry.incident.length + 1) : said;
}

/** @param {import('../types').App} app @param {Entry} entry */
export function entryRow(app, entry) {
  const about = entry.incident && app.store.row('incident', entry.incident);
  return html`<li class="entry of-${entry.kind} ${entry.significant ? 'significant' : ''} ${entry.struck ? 'struck' : ''}">
    <time datetime=${entry.occurred_at} title="#${entry.position}">${format.time(entry.occurred_at, entry.precision)}</time>
    <span class="kind">${t(`entry.${entry.kind}`)}</span>
    <span class="said">
      ${entry.incident
        ? html`<button class="reference" tabindex="-1" ?disabled=${!about} @click=${() => app.show({ type: 'incident', id: /** @type {string} */ (entry.incident), tab: 'overview' })}>${entry.incident}</button>`
        : nothing}
      <span class="words">${words(entry)}</span>
      ${entry.late ? html`<span class="tag" title=${t('entry.late.title', { at: format.time(entry.recorded_at) })}>${t('entry.late')}</span>` : nothing}
      ${entry.struck ? html`<span class="tag">${t('entry.struck')}</span>` : nothing}
      <span class="post">${entry.post === app.session.post ? t('post.mine') : postName(app, entry.post)}</span>
    </span>
  </li>`;
}

/** @param {import('../types').App} app @param {Entry[]} newestFirst */
export function entryGroups(app, newestFirst) {
  /** @type {[number, Entry[]][]} */
  const groups = [];
  for (const entry of newestFirst) {
    const group = Math.floor(entry.position / GROUP_POSITIONS);
    if (groups.length && groups[groups.length - 1][0] === group) groups[groups.length - 1][1].push(entry);
    else groups.push([group, [entry]]);
  }
  return repeat(groups, ([group]) => group, ([, entries]) => html`<ol class="entries">${repeat(entries, (entry) => entry.position, (entry) => entryRow(app, entry))}</ol>`);
}

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel} */
export function timelinePanel(root, app) {
  root.setAttribute('aria-labelledby', 'timeline-title');
  const steady = new SteadyOrder(root, () => app.dirty('timeline'));
  return {
    kinds: ['timeline', 'outbox', 'ui', 'language'],
    draw() {
      const wanted = app.ui.significant ? app.store.timeline.filter((entry) => entry.significant) : app.store.timeline;
      const byPosition = new Map(wanted.map((entry) => [String(entry.position), entry]));
      const order = steady.order([...byPosition.keys()].reverse());
      const entries = /** @type {Entry[]} */ (order.map((position) => byPosition.get(position)).filter(Boolean));
      const choose = (/** @type {boolean} */ significant) => () => (steady.release(), app.set({ significant }));
      render(
        html`${head('timeline', t('timeline.title'), t('timeline.sub'), '6',
            html`${changesButton(steady, () => app.dirty('timeline'))}
              <span class="switch" role="group" aria-label=${t('timeline.which')}>
                <button class="button quiet" aria-pressed=${!app.ui.significant} @click=${choose(false)}>${t('timeline.all')}</button>
                <button class="button quiet" aria-pressed=${app.ui.significant} @click=${choose(true)}>${t('timeline.significant')}</button>
              </span>`)}
          <div class="list" tabindex="0" role="region" aria-labelledby="timeline-title">
            <ol class="entries pending-entries">
              ${app.outbox.pending.map((item) => html`<li class="entry pending"><span class="time">⏳</span><span class="kind">${t('entry.pending')}</span><span class="said">${item.label}</span></li>`)}
            </ol>
            ${entryGroups(app, entries)}
            ${entries.length ? nothing : html`<p class="empty">${t('timeline.empty')}</p>`}
          </div>`,
        root,
      );
    },
  };
}
