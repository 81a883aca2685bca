// The open incidents, gravest first, then longest waiting.
import { html, nothing, render, repeat } from '../../vendor/lit.js';
import { instant } from '../core/clock.js';
import * as format from '../core/format.js';
import { t } from '../core/i18n.js';
import { Fresh, SteadyOrder, age, casualties, changesButton, gradeBadge, head, incidentKind, rank, roving, stage, waiting } from './parts.js';

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel} */
export function incidentsPanel(root, app) {
  /** Rows as last seen, so that one that is gone stays where it was while a hand is on the list. @type {Map<string, import('../types').Incident>} */
  const seen = new Map();
  const steady = new SteadyOrder(root, () => app.dirty('incident'));
  const fresh = new Fresh();
  const focus = roving(root, '.incident');
  root.setAttribute('aria-labelledby', 'incidents-title');

  /** @param {string} id */
  function row(id) {
    const incident = app.store.row('incident', id) ?? seen.get(id);
    if (!incident) return nothing;
    const gone = !app.store.row('incident', id);
    const hurt = casualties(incident);
    const pending = waiting(app, (command) => command.incident === id);
    const what = stage(incident);
    return html`<li>
      <button
        class="incident ${app.ui.chosen === id ? 'chosen' : ''} ${gone ? 'gone' : fresh.mark(app, `incident/${id}`)} ${pending ? 'pending' : ''}"
        tabindex="-1" data-key=${id} aria-current=${app.ui.chosen === id ? 'true' : 'false'}
        @click=${() => app.show({ type: 'incident', id, tab: 'overview' })}
      >
        ${gradeBadge(incident.grade)}
        <span class="body">
          <span class="title">${incident.place.text}<span class="text"> ${incident.text}</span></span>
          <span class="facts">
            <span class="id">${id} · <span title=${format.time(incident.reported_at, incident.reported_precision)}>${age(app, incident.reported_at)}</span></span><span class="kind">${incidentKind(app, incident.kind)}</span>
            ${hurt ? html`<span class="hurt">${hurt}</span>` : nothing}
            ${incident.declared_major && rank(incident.grade) > 2 ? html`<span class="tag">${t('incident.declared')}</span>` : nothing}
          </span>
        </span>
        <span class="stage ${what}">${what === 'active' ? t('incident.teams', { n: incident.teams }) : t(`incident.stage.${what}`)}</span>
      </button>
    </li>`;
  }

  return {
    kinds: ['incident', 'ui', 'tick', 'outbox', 'language'],
    draw() {
      const incidents = [...app.store.rows('incident').values()].filter((incident) => !incident.merged_into);
      for (const incident of incidents) seen.set(incident.id, incident);
      incidents.sort((a, b) => rank(a.grade) - rank(b.grade) || instant(a.reported_at) - instant(b.reported_at) || (a.id < b.id ? -1 : 1));
      // Not yet graded and not yet verified: somebody has to look, so it does not sink to the end of the list.
      incidents.sort((a, b) => Number(b.state === 'reported' && b.grade === null) - Number(a.state === 'reported' && a.grade === null));
      const order = steady.order(incidents.map((incident) => incident.id));
      render(
        html`${head('incidents', t('incidents.title'), t('incidents.sub', { n: incidents.length }), '1',
            html`${changesButton(steady, () => app.dirty('incident'))}
              <button class="button quiet" @click=${() => app.show({ type: 'report' })}>${t('incidents.report')} <kbd>R</kbd></button>`)}
          <ul class="list" aria-labelledby="incidents-title">
            ${repeat(order, (id) => id, row)}
            ${order.length ? nothing : html`<li class="empty">${t('incidents.empty')}</li>`}
          </ul>`,
        root,
      );
      focus.keep();
    },
  };
}
