// Findings with what they rest on, open and cleared; and every deadline that is open, the nearest first.
import { html, nothing, repeat } from '../../vendor/lit.js';
import { instant } from '../core/clock.js';
import * as format from '../core/format.js';
import { say, t } from '../core/i18n.js';
import { deadlineText, own, showSubject } from './alarms.js';
import { form, reasonField } from './forms.js';
import { age, postName, waiting } from './parts.js';
import { timer } from './plans.js';
import { entryRow } from './timeline.js';

/** @typedef {import('../types').App} App */
/** @typedef {import('../types').Finding & { cleared_at: string | null, cleared_position: number | null, note: string | null }} Told */

const SHOWN_MAX = 200;

/** @param {App} app */
export function findingsViews(app) {
  /** Events by position, as far as they were asked for. @type {Map<number, any>} */
  const events = new Map();
  /** @type {{ at: number | null, list: Told[], failed: boolean, busy: boolean }} */
  const cleared = { at: null, list: [], failed: false, busy: false };
  const operation = encodeURIComponent(app.operation);

  /** @param {number} position */
  function fetched(position) {
    if (!events.has(position)) {
      events.set(position, null);
      app.api('GET', `/api/operations/${operation}/events?after=${position - 1}&limit=1`)
        .then((answer) => events.set(position, answer.events[0] ?? { type: '—' }))
        .catch(() => events.delete(position))
        .finally(() => app.dirty('record'));
    }
    return events.get(position);
  }

  /** What proves it: an entry of the timeline, or the stored event where the timeline has gone on. @param {number} position */
  function proof(position) {
    const entry = app.store.timeline.find((one) => one.position === position);
    if (entry) return entryRow(app, entry);
    const event = fetched(position);
    return html`<li class="entry"><time title="#${position}">${event?.occurred_at ? format.time(event.occurred_at, event.precision) : '—'}</time><span class="kind">#${position}</span><span class="said">${event ? event.event?.type ?? event.type : t('finding.loading')}</span></li>`;
  }

  function load() {
    if (cleared.busy || cleared.at === app.store.position) return;
    cleared.busy = true;
    const at = app.store.position;
    app.api('GET', `/api/operations/${operation}/views/findings`)
      .then((answer) => Object.assign(cleared, { list: answer.data.findings.filter((/** @type {Told} */ one) => one.cleared_at), at, failed: false }))
      .catch(() => Object.assign(cleared, { failed: true, at }))
      .finally(() => { cleared.busy = false; app.dirty('record'); });
  }

  /** @param {import('../types').Finding} one @param {unknown} when */
  const row = (one, when) => html`<li><button class="finding-row ${one.severity}" @click=${() => app.show({ type: 'finding', id: one.id })}>
    <span class="severity ${one.severity}" title=${t(`severity.${one.severity}`)}>${one.rule}</span>
    <span class="what">${say(one)}</span><span class="when">${when}</span>
  </button></li>`;

  return {
    /** @param {string} id */
    finding(id) {
      const standing = app.store.row('finding', id);
      const ended = standing ? undefined : cleared.list.find((other) => other.id === id);
      const one = standing ?? ended;
      if (!one) return { title: t('finding.title'), body: html`<p class="notice">${t('finding.gone')}</p><div class="buttons"><button class="button" @click=${() => app.show({ type: 'findings', tab: 'cleared' })}>${t('findings.cleared')}</button></div>` };
      const pending = waiting(app, (command) => command.finding === id);
      const mine = one.acknowledged_by === app.session.post;
      return {
        title: html`<span class="severity ${one.severity}">${one.rule}</span> ${t(`severity.${one.severity}`)}`,
        body: html`
          <p class="finding-text">${say(one)}</p>
          <dl class="facts-list">
            <div><dt>${t('finding.opened')}</dt><dd>${format.time(one.opened_at)} · ${age(app, one.opened_at)}</dd></div>
            ${ended?.cleared_at ? html`<div><dt>${t('finding.cleared')}</dt><dd>${format.time(ended.cleared_at)}${ended.note ? ` · ${ended.note}` : ''}</dd></div>` : nothing}
            <div><dt>${t('finding.subject')}</dt><dd class="mono">${one.subject}</dd></div>
            ${one.incident ? html`<div><dt>${t('activation.incident')}</dt><dd><button class="reference" @click=${() => app.show({ type: 'incident', id: /** @type {string} */ (one.incident), tab: 'overview' })}>${one.incident}</button></dd></div>` : nothing}
            <div><dt>${t('finding.owner')}</dt><dd>${postName(app, one.owner)}</dd></div>
            <div><dt>${t('finding.taken')}</dt><dd>${one.acknowledged_by ? postName(app, one.acknowledged_by) : t('finding.nobody')}</dd></div>
          </dl>
          ${ended?.cleared_at ? nothing : html`<div class="buttons"><button class="button primary" ?disabled=${!app.link.ready || pending || mine} @click=${() => own(app, one)}>${t(mine ? 'alarm.owned' : 'alarm.own')}</button></div>
            <p class="muted">${t('finding.note')}</p>`}
          <h3>${t('finding.evidence')} ${one.evidence.length}</h3>
          ${one.evidence.length ? html`<ol class="entries">${one.evidence.map(proof)}</ol>` : html`<p class="empty">${t('finding.no_evidence')}</p>`}
        `,
      };
    },

    /** @param {'open' | 'cleared'} tab */
    findings(tab) {
      if (tab === 'cleared') load();
      const rank = { critical: 0, warning: 1, notice: 2 };
      const open = [...app.store.rows('finding').values()].sort((a, b) => rank[a.severity] - rank[b.severity] || instant(a.opened_at) - instant(b.opened_at));
      const ended = [...cleared.list].sort((a, b) => instant(/** @type {string} */ (b.cleared_at)) - instant(/** @type {string} */ (a.cleared_at))).slice(0, SHOWN_MAX);
      return {
        title: t('findings.title'),
        body: html`
          <div class="tabs-inner" role="tablist" aria-label=${t('findings.title')}>
            ${/** @type {const} */ (['open', 'cleared']).map((name) => html`<button class="button quiet" role="tab" aria-selected=${tab === name} @click=${() => app.show({ type: 'findings', tab: name })}>${t(`findings.${name}`)}${name === 'open' ? ` ${open.length}` : ''}</button>`)}
          </div>
          ${tab === 'open'
            ? html`<ul class="team-list">${repeat(open, (one) => one.id, (one) => row(one, age(app, one.opened_at)))}</ul>${open.length ? nothing : html`<p class="empty">${t('findings.none')}</p>`}`
            : html`<ul class="team-list">${repeat(ended, (one) => one.id, (one) => row(one, format.time(one.cleared_at)))}</ul>
                ${cleared.failed ? html`<p class="notice">${t('findings.failed')}</p>` : ended.length ? nothing : html`<p class="empty">${t(cleared.busy ? 'finding.loading' : 'findings.none_cleared')}</p>`}`}
        `,
      };
    },

    deadlines() {
      const now = app.clock.now();
      const open = [...app.store.rows('obligation').values()].filter((one) => one.until === null || now < instant(one.until)).sort((a, b) => instant(a.due_at) - instant(b.due_at));
      return {
        title: html`${t('deadlines.title')} ${open.length}`,
        body: html`<ul class="deadlines">${repeat(open.slice(0, SHOWN_MAX), (one) => one.id, (one) => {
            const waiving = app.ui.form === `waive/${one.id}`;
            return html`<li class="deadline ${now > instant(one.due_at) ? 'late' : ''}">
              <button class="what" @click=${() => showSubject(app, one)}>${deadlineText(app, one)}</button>
              <span class="when">${timer(instant(one.due_at), now)}</span>
              <span class="facts muted">${postName(app, one.owner)}${one.incident ? ` · ${one.incident}` : ''} · ${t('task.due', { at: format.time(one.due_at) })} · <span title=${one.citation}>${one.citation}</span></span>
              <button class="button quiet small" ?disabled=${!app.link.ready} aria-expanded=${waiving} @click=${() => app.set({ form: waiving ? null : `waive/${one.id}` })}>${t('deadline.waive')}</button>
              ${waiving ? form(app, t('deadline.waive'), reasonField(), (v) => { app.act({ type: 'WaiveObligation', obligation: one.id, reason: v.reason }, `${t('deadline.waive')} ${one.subject}`); app.set({ form: null }); }) : nothing}
            </li>`;
          })}</ul>
          ${open.length > SHOWN_MAX ? html`<p class="muted">${t('deadlines.more', { n: open.length - SHOWN_MAX })}</p>` : nothing}
          ${open.length ? nothing : html`<p class="empty">${t('deadlines.none')}</p>`}`,
      };
    },
  };
}
