// One thing opened beside the board, never over it: an incident, a team, a list of teams, what was found, a new report.
import { html, nothing, render } from '../../vendor/lit.js';
import { t } from '../core/i18n.js';
import { incidentView } from './drawer_incident.js';
import { reportForm } from './forms.js';
import { findView, teamsView, teamView } from './drawer_teams.js';

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel} */
export function drawerPanel(root, app) {
  const incident = incidentView(app);
  let drawn = '';

  /** @param {import('../types').View} view @returns {{ title: unknown, body: unknown }} */
  function content(view) {
    switch (view.type) {
      case 'incident':
        return incident(view);
      case 'team':
        return teamView(app, view.id);
      case 'teams':
        return teamsView(app, view);
      case 'find':
        return findView(app, view.text);
      case 'report':
        return { title: t('form.report'), body: reportForm(app, view) };
    }
  }

  return {
    kinds: ['incident', 'team', 'dispatch', 'organisation', 'ui', 'outbox', 'online', 'timeline', 'record', 'tick', 'language'],
    every: 100,
    draw() {
      const { view } = app.ui;
      root.hidden = !view;
      if (!view) {
        drawn = '';
        return;
      }
      const { title, body } = content(view);
      root.setAttribute('aria-labelledby', 'drawer-title');
      const key = JSON.stringify([view.type, 'id' in view ? view.id : '', 'tab' in view ? view.tab : '']);
      render(
        html`<div class="panel-head">
            <h2 id="drawer-title">${title}</h2>
            <span class="spacer"></span>
            <button class="button quiet" @click=${() => app.show(null)}>${t('drawer.close')} <kbd>Esc</kbd></button>
          </div>
          <div class="drawer-body ${app.link.ready ? '' : 'offline'}">
            ${app.link.ready ? nothing : html`<p class="notice">${t('drawer.offline')}</p>`}
            ${body}
          </div>`,
        root,
      );
      if (key !== drawn) {
        drawn = key;
        root.querySelector('.drawer-body')?.scrollTo(0, 0);
      }
    },
  };
}
