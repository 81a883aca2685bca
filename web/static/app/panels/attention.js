// What somebody must look at: teams past their time, the longest first; teams about to be; reports nobody has verified.
import { html, nothing, render, repeat } from '../../vendor/lit.js';
import { instant } from '../core/clock.js';
import * as format from '../core/format.js';
import { say, t } from '../core/i18n.js';
import { SteadyOrder, changesButton, dueWord, head, overdue, roving, waiting } from './parts.js';

const SOON_MS = 300_000;

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel} */
export function attentionPanel(root, app) {
  const steady = new SteadyOrder(root, () => app.dirty('tick'));
  const focus = roving(root, '.attention-row');
  root.setAttribute('aria-labelledby', 'attention-title');

  /** @param {string} key @param {number} now */
  function row(key, now) {
    const id = key.slice(2);
    if (key[0] === 'i') {
      const incident = app.store.row('incident', id);
      if (!incident) return nothing;
      return html`<li>
        <button class="attention-row" tabindex="-1" data-key=${key} @click=${() => app.show({ type: 'incident', id, tab: 'overview' })}>
          <span class="id">${id}</span>
          <span class="what">${incident.place.text}</span>
          <span class="why">${t('incident.stage.reported')}</span>
          <span class="since">${format.duration(now - instant(incident.reported_at), t)}</span>
        </button>
      </li>`;
    }
    const team = app.store.row('team', id);
    if (!team) return nothing;
    const late = overdue(team, now) ?? 0;
    const pending = waiting(app, (command) => command.team === id || command.dispatch === team.dispatch);
    return html`<li>
      <button class="attention-row ${late > 0 ? 'late' : ''} ${pending ? 'pending' : ''}" tabindex="-1" data-key=${key} @click=${() => app.show({ type: 'team', id })}>
        <span class="id">${id}</span>
        <span class="what">${team.incident ?? '—'} <span class="muted">${say(team.name)}</span></span>
        <span class="why">${dueWord(team)}</span>
        <span class="since">${late > 0 ? html`<span class="tag alert">${t('attention.over', { age: format.duration(late, t) })}</span>` : t('attention.left', { age: format.duration(-late + 59_999, t) })}</span>
      </button>
    </li>`;
  }

  return {
    kinds: ['team', 'incident', 'tick', 'outbox', 'language'],
    every: 250,
    draw() {
      const now = app.clock.now();
      /** @type {[string, number][]} */
      const due = [];
      let late = 0;
      for (const team of app.store.rows('team').values()) {
        const by = overdue(team, now);
        if (by === null || by < -SOON_MS) continue;
        if (by > 0) late++;
        due.push([`t/${team.id}`, by]);
      }
      due.sort((a, b) => b[1] - a[1]);
      const unverified = [...app.store.rows('incident').values()].filter((incident) => incident.state === 'reported').map((incident) => `i/${incident.id}`);
      const keys = due.map(([key]) => key);
      const order = steady.order([...keys.slice(0, late), ...unverified, ...keys.slice(late)]);
      render(
        html`${head('attention', t('attention.title'), t('attention.sub', { late, soon: due.length - late, unverified: unverified.length }), '5', changesButton(steady, () => app.dirty('tick')))}
          <ul class="list" aria-labelledby="attention-title">
            ${repeat(order, (key) => key, (key) => row(key, now))}
            ${order.length ? nothing : html`<li class="empty">${t('attention.empty')}</li>`}
          </ul>`,
        root,
      );
      focus.keep();
    },
  };
}
