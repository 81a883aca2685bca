// One thing opened beside the board, never over it: an incident, a team, a list of teams, what was found, a new report.
import { html, nothing, render } from '../../vendor/lit.js';
import { t } from '../core/i18n.js';
import { warningsView } from './drawer_controls.js';
import { findingsViews } from './drawer_findings.js';
import { incidentView } from './drawer_incident.js';
import { activationView, proposalView } from './drawer_plans.js';
import { reportForm } from './forms.js';
import { activateView } from './forms_plans.js';
import { findView, teamsView, teamView } from './drawer_teams.js';

const COUNTING = new Set(['activation', 'proposal', 'deadlines', 'plans', 'controls']);

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel} */
export function drawerPanel(root, app) {
  const incident = incidentView(app);
  const activate = activateView(app);
  const findings = findingsViews(app);
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
      case 'activation':
        return activationView(app, view.id);
      case 'proposal':
        return proposalView(app, view.id);
      case 'activate':
        return activate(view);
      case 'finding':
        return findings.finding(view.id);
      case 'findings':
        return findings.findings(view.tab);
      case 'deadlines':
        return findings.deadlines();
      case 'warnings':
        return warningsView(app);
      case 'report':
        return { title: t('form.report'), body: reportForm(app, view) };
    }
  }

  return {
    kinds: [
      'incident', 'team', 'dispatch', 'organisation', 'ui', 'outbox', 'online', 'timeline', 'record', 'tick', 'language',
      'plan', 'activation', 'proposal', 'task', 'link', 'control', 'warning', 'finding', 'obligation', 'report', 'second',
    ],
    every: 100,
    draw(dirty) {
      const { view } = app.ui;
      // Only these count seconds.
      if (dirty.size === 1 && dirty.has('second') && view && !COUNTING.has(view.type) && !(view.type === 'incident' && COUNTING.has(view.tab))) return;
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
