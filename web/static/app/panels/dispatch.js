// One dispatch: its milestones as they were reported, "—" where nothing was, and what may be said of it next.
import { html, nothing } from '../../vendor/lit.js';
import * as format from '../core/format.js';
import { TEAM_COMMANDS } from '../core/commands.js';
import { say, t } from '../core/i18n.js';
import { dispatchForm } from './forms.js';
import { waiting } from './parts.js';

const MILESTONES = ['ordered', 'acknowledged', 'en_route', 'on_scene', 'working', 'released', 'returned'];
const OTHER_MILESTONES = ['left_scene', 'at_hospital', 'cancelled', 'diverted', 'failed'];

/** What may be said next, the likeliest first. The server decides; this only spares people what it would refuse. @type {Record<string, string[]>} */
const NEXT = {
  ordered: ['acknowledge', 'depart', 'arrive', 'work', 'cancel'],
  acknowledged: ['depart', 'arrive', 'work', 'cancel'],
  en_route: ['arrive', 'work', 'cancel'],
  on_scene: ['work', 'release', 'withdraw', 'return'],
  working: ['release', 'withdraw', 'return'],
  released: ['return'],
};
const WITH_FORM = ['withdraw', 'cancel'];

/** @param {import('../types').App} app @param {import('../types').Dispatch} dispatch @param {{ team: boolean }} shows */
export function dispatchCard(app, dispatch, shows) {
  const pending = waiting(app, (command) => command.dispatch === dispatch.id);
  const team = app.store.row('team', dispatch.team);
  const incident = app.store.row('incident', dispatch.incident);
  const formOf = (/** @type {string} */ verb) => `${dispatch.id}/${verb}`;
  const open = app.ui.form?.startsWith(`${dispatch.id}/`) ? app.ui.form.slice(dispatch.id.length + 1) : null;

  /** @param {string} name */
  function milestone(name) {
    const one = dispatch.milestones[name];
    if (!one && !MILESTONES.includes(name)) return nothing;
    return html`<div class="milestone ${one ? '' : 'none'}">
      <dt>${t(`milestone.${name}`)}</dt>
      <dd>${one ? format.time(one.at, one.precision) : '—'}
        ${one?.late ? html`<span class="tag">${t('entry.late')}</span>` : nothing}${one?.corrected ? html`<span class="tag">${t('milestone.corrected')}</span>` : nothing}</dd>
    </div>`;
  }

  /** @param {string} verb @param {number} i */
  function action(verb, i) {
    const run = WITH_FORM.includes(verb)
      ? () => app.set({ form: open === verb ? null : formOf(verb) })
      : () => app.act({ type: TEAM_COMMANDS[verb], dispatch: dispatch.id }, `${dispatch.team} ${t(`verb.${verb}`)}`);
    return html`<button class="button ${i === 0 ? 'primary' : ''}" ?disabled=${!app.link.ready || pending} @click=${run}>${t(`verb.${verb}`)}</button>`;
  }

  return html`<article class="dispatch-card ${pending ? 'pending' : ''}" aria-label="${dispatch.team} ${dispatch.incident}">
    <header>
      ${shows.team
        ? html`<button class="reference" @click=${() => app.show({ type: 'team', id: dispatch.team })}>${dispatch.team}</button> <span class="name">${say(team?.name)}</span>`
        : html`<button class="reference" ?disabled=${!incident} @click=${() => app.show({ type: 'incident', id: dispatch.incident, tab: 'overview' })}>${dispatch.incident}</button> <span class="name">${incident?.place.text}</span>`}
      <span class="spacer"></span><span class="state">${t(`dispatch.state.${dispatch.state}`)}</span><span class="muted mono">${dispatch.id}</span>
    </header>
    <dl class="milestones">${[...MILESTONES, ...OTHER_MILESTONES].map(milestone)}</dl>
    <div class="buttons">
      ${(NEXT[dispatch.state] ?? []).map(action)}
      <button class="button quiet" ?disabled=${!app.link.ready} aria-expanded=${open === 'correct'} @click=${() => app.set({ form: open === 'correct' ? null : formOf('correct') })}>${t('verb.correct')}</button>
      ${pending ? html`<span class="waiting">⏳ ${t('command.state.pending')}</span>` : nothing}
    </div>
    ${open ? dispatchForm(app, dispatch, open) : nothing}
  </article>`;
}
