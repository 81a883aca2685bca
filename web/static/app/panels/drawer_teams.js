// One team; the teams behind a cell of the matrix; what was found for a word.
import { html, nothing, repeat } from '../../vendor/lit.js';
import { instant } from '../core/clock.js';
import * as format from '../core/format.js';
import { say, t } from '../core/i18n.js';
import { dispatchCard } from './dispatch.js';
import { form, reasonField } from './forms.js';
import { age, citation, dueWord, organisationName, overdue, teamKind, waiting } from './parts.js';
import { entryGroups } from './timeline.js';

const FOUND_MAX = 60;

/** @typedef {import('../types').App} App @typedef {import('../types').Team} Team */

/** @param {App} app @param {string} id */
export function teamView(app, id) {
  const team = app.store.row('team', id);
  if (!team) return { title: id, body: html`<p class="notice">${t('team.unknown')}</p>` };
  const late = overdue(team, app.clock.now());
  const dispatch = app.store.row('dispatch', team.dispatch);
  const past = [...app.store.rows('dispatch').values()].filter((one) => one.team === id && one.id !== team.dispatch);
  const ended = app.store.timeline.filter((entry) => entry.team === id).reverse().slice(0, 20);
  const out = team.state === 'out_of_service';
  return {
    title: html`<span class="mono">${id}</span> ${say(team.name)}`,
    body: html`
      <dl class="facts-list">
        <div><dt>${t('team.state')}</dt><dd>${t(`team.state.${team.state}`)} · ${age(app, team.since)}
          ${late !== null && late > 0 ? html`<span class="tag alert">${t('attention.over', { age: format.duration(late, t) })}</span>` : nothing}</dd></div>
        ${team.due_at && late !== null ? html`<div><dt>${t('team.due')}</dt><dd>${format.time(team.due_at)} · ${dueWord(team)}${late <= 0 ? html` · ${t('attention.left', { age: format.duration(-late + 59_999, t) })}` : nothing} <small class="muted">${citation(app, team)}</small></dd></div>` : nothing}
        <div><dt>${t('team.organisation')}</dt><dd>${organisationName(app, team.organisation)}</dd></div>
        <div><dt>${t('team.kind')}</dt><dd>${teamKind(app, team.kind)} · ${t('team.people', { n: team.strength })}</dd></div>
        <div><dt>${t('team.base')}</dt><dd>${team.base?.text ?? '—'}</dd></div>
      </dl>
      <div class="buttons">
        ${out
          ? html`<button class="button primary" ?disabled=${!app.link.ready} @click=${() => app.act({ type: 'ReturnToService', team: id }, `${id} ${t('verb.back')}`)}>${t('verb.back')}</button>`
          : html`<button class="button" ?disabled=${!app.link.ready} aria-expanded=${app.ui.form === 'out'} @click=${() => app.set({ form: app.ui.form === 'out' ? null : 'out' })}>${t('verb.out')}</button>`}
        ${dispatch || out ? nothing : html`<button class="button primary" ?disabled=${!app.link.ready} @click=${() => app.type(`${t('verb.dispatch')} ${id} `)}>${t('form.dispatch')}</button>`}
      </div>
      ${app.ui.form === 'out'
        ? form(app, `${id} ${t('verb.out')}`, reasonField(), (v) => {
            app.act({ type: 'TakeOutOfService', team: id, reason: v.reason }, `${id} ${t('verb.out')}`);
            app.set({ form: null });
          })
        : nothing}
      ${dispatch ? dispatchCard(app, dispatch, { team: false }) : nothing}
      ${past.map((one) => dispatchCard(app, one, { team: false }))}
      <h3>${t('drawer.tab.record')}</h3>
      ${ended.length ? entryGroups(app, ended) : html`<p class="empty">${t('timeline.empty')}</p>`}
    `,
  };
}

/** @param {App} app @param {Team} team */
function teamRow(app, team) {
  const late = overdue(team, app.clock.now()) ?? -1;
  const pending = waiting(app, (command) => command.team === team.id || (command.dispatch !== undefined && command.dispatch === team.dispatch));
  return html`<li><button class="team-row ${team.state} ${pending ? 'pending' : ''}" @click=${() => app.show({ type: 'team', id: team.id })}>
    <span class="id">${team.id}</span><span class="name">${say(team.name)}</span><span class="where">${team.incident ?? ''}</span>
    <span class="state">${t(`team.state.${team.state}`)}</span>
    <span class="since">${late > 0 ? html`<span class="tag alert">${t('attention.over', { age: format.duration(late, t) })}</span>` : age(app, team.since)}</span>
  </button></li>`;
}

/** @param {App} app @param {Extract<import('../types').View, { type: 'teams' }>} view */
export function teamsView(app, view) {
  const now = app.clock.now();
  const teams = [...app.store.rows('team').values()].filter(
    (team) =>
      (!view.organisation || team.organisation === view.organisation) && (!view.state || team.state === view.state) && (!view.overdue || (team.due_at !== null && instant(team.due_at) < now)),
  );
  const what = view.overdue ? t('teams.overdue') : view.state ? t(`team.state.${view.state}`) : t('teams.title');
  return {
    title: `${view.organisation ? organisationName(app, view.organisation) : ''} ${what} ${teams.length}`,
    body: html`<ul class="team-list">${repeat(teams, (team) => team.id, (team) => teamRow(app, team))}</ul>`,
  };
}

/** @param {App} app @param {string} text */
export function findView(app, text) {
  const wanted = text.normalize('NFKC').toLowerCase();
  const has = (/** @type {(string | null | undefined)[]} */ ...words) => words.some((word) => word && word.toLowerCase().includes(wanted));
  const incidents = [...app.store.rows('incident').values()].filter((one) => has(one.id, one.text, one.place.text));
  const teams = [...app.store.rows('team').values()].filter((one) => has(one.id, one.name.zh, one.name.en));
  const entries = app.store.timeline.filter((one) => has(one.text.zh, one.text.en)).reverse();
  return {
    title: t('find.title', { text, n: incidents.length + teams.length + entries.length }),
    body: html`
      ${incidents.length ? html`<h3>${t('incidents.title')} ${incidents.length}</h3>` : nothing}
      <ul class="team-list">${incidents.map((one) => html`<li><button class="team-row" @click=${() => app.show({ type: 'incident', id: one.id, tab: 'overview' })}><span class="id">${one.id}</span><span class="name">${one.place.text} ${one.text}</span></button></li>`)}</ul>
      ${teams.length ? html`<h3>${t('teams.title')} ${teams.length}</h3>` : nothing}
      <ul class="team-list">${teams.slice(0, FOUND_MAX).map((team) => teamRow(app, team))}</ul>
      ${teams.length > FOUND_MAX ? html`<p class="muted">${t('find.more', { n: teams.length - FOUND_MAX })}</p>` : nothing}
      ${entries.length ? html`<h3>${t('timeline.title')} ${entries.length}</h3>${entryGroups(app, entries.slice(0, FOUND_MAX))}` : nothing}
      ${incidents.length + teams.length + entries.length ? nothing : html`<p class="empty">${t('find.nothing')}</p>`}
    `,
  };
}
