// One incident: what is known, who is there and what they may do next, and its record.
import { html, nothing, repeat } from '../../vendor/lit.js';
import * as format from '../core/format.js';
import { say, t } from '../core/i18n.js';
import { nodes } from '../core/tree.js';
import { dispatchCard } from './dispatch.js';
import { controlsTab } from './drawer_controls.js';
import { form, incidentForm } from './forms.js';
import { age, gradeBadge, incidentKind, postName, stage, waiting } from './parts.js';
import { nodeRow } from './plans.js';
import { entryGroups } from './timeline.js';

const TABS = /** @type {const} */ (['overview', 'teams', 'plans', 'controls', 'record']);
const NEAR_TEAMS_MAX = 40;

/** @param {import('../types').App} app */
export function incidentView(app) {
  /** @type {{ id: string, entries: import('../types').Entry[], failed: boolean, at: number | null } | null} */
  let record = null;
  let kind = '';

  /** The board holds the last entries only; the whole record is fetched, and newer ones are added from the board. @param {string} id */
  function load(id) {
    if (record?.id === id) return;
    const mine = (record = { id, entries: [], failed: /** @type {boolean} */ (false), at: /** @type {number | null} */ (null) });
    app
      .api('GET', `/api/operations/${encodeURIComponent(app.operation)}/incidents/${encodeURIComponent(id)}`)
      .then((answer) => Object.assign(mine, { entries: answer.timeline, at: app.store.position }))
      .catch(() => (mine.failed = true))
      .finally(() => app.dirty('record'));
  }

  /** @param {string} id */
  function entries(id) {
    const all = new Map((record?.id === id ? record.entries : []).map((entry) => [entry.position, entry]));
    for (const entry of app.store.timeline) if (entry.incident === id) all.set(entry.position, entry);
    return [...all.values()].sort((a, b) => b.position - a.position);
  }

  /** @param {import('../types').Incident} incident */
  function overview(incident) {
    const open = (/** @type {string} */ name) => () => app.set({ form: app.ui.form === name ? null : name });
    const button = (/** @type {string} */ name, shown = true) =>
      shown ? html`<button class="button" ?disabled=${!app.link.ready} aria-expanded=${app.ui.form === name} @click=${open(name)}>${t(`form.${name}`)}</button>` : nothing;
    const figure = (/** @type {string} */ name) => {
      const value = /** @type {any} */ (incident)[name];
      return html`<div class=${value ? 'some' : ''}><dt>${t(`casualties.${name}`)}</dt><dd>${value ?? '—'}</dd></div>`;
    };
    return html`
      <dl class="facts-list">
        <div><dt>${t('incident.grade')}</dt><dd>${gradeBadge(incident.grade)} ${incident.declared_major ? html`<span class="tag">${t('incident.declared')}</span>` : nothing}</dd></div>
        <div><dt>${t('incident.kind')}</dt><dd>${incidentKind(app, incident.kind)} · ${t(`field.${incident.field}`)}</dd></div>
        <div><dt>${t('incident.place')}</dt><dd>${incident.place.text}${incident.place.lon == null ? html` <span class="muted">${t('form.position.none')}</span>` : nothing}</dd></div>
        <div><dt>${t('incident.text')}</dt><dd>${incident.text || '—'}</dd></div>
        <div><dt>${t('incident.reported')}</dt><dd>${format.time(incident.reported_at, incident.reported_precision)} · ${age(app, incident.reported_at)}</dd></div>
        <div><dt>${t('incident.state')}</dt><dd>${t(`incident.stage.${stage(incident)}`)}${incident.teams ? ` · ${t('incident.teams', { n: incident.teams })}` : ''}</dd></div>
        <div><dt>${t('incident.commander')}</dt><dd>${postName(app, incident.commander)}</dd></div>
      </dl>
      <dl class="casualties">${['dead', 'serious', 'injured', 'missing'].map(figure)}</dl>
      <div class="buttons">
        ${button('verify', incident.state === 'reported')}
        <button class="button primary" ?disabled=${!app.link.ready} @click=${() => app.show({ type: 'incident', id: incident.id, tab: 'teams' })}>${t('form.dispatch')}</button>
        ${button('note')}${button('casualties')}${button('amend')}${button('major', !incident.declared_major)}
        <button class="button" ?disabled=${!app.link.ready} @click=${() => app.act({ type: 'TransferCommand', incident: incident.id, slot: 'overall' }, `${t('form.command')} ${incident.id}`)}>${t('form.command')}</button>
        ${button('close')}
      </div>
      ${incidentForm(app, incident)}
      <h3>${t('incident.latest')}</h3>
      ${entryGroups(app, entries(incident.id).slice(0, 6))}
    `;
  }

  /** Teams that are free, the nearest first. @param {import('../types').Incident} incident */
  function free(incident) {
    const { lon, lat } = incident.place;
    const east = Math.cos(((lat ?? 30) * Math.PI) / 180);
    return [...app.store.rows('team').values()]
      .filter((team) => (team.state === 'available' || team.state === 'released') && (!kind || team.kind === kind))
      .map((team) => {
        const [x, y] = [team.lon ?? team.base?.lon, team.lat ?? team.base?.lat];
        const metres = lon == null || lat == null || x == null || y == null ? null : Math.hypot((x - lon) * east, y - lat) * 111_320;
        return { team, metres };
      })
      .sort((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity))
      .slice(0, NEAR_TEAMS_MAX);
  }

  /** @param {import('../types').Incident} incident */
  function teams(incident) {
    const dispatches = incident.dispatches.map((id) => app.store.row('dispatch', id)).filter((one) => one !== undefined);
    const ended = ['returned', 'cancelled', 'failed', 'released'];
    dispatches.sort((a, b) => Number(ended.includes(a.state)) - Number(ended.includes(b.state)));
    return html`
      <div class="buttons"><button class="button ${app.ui.form === 'dispatch' ? '' : 'primary'}" ?disabled=${!app.link.ready} aria-expanded=${app.ui.form === 'dispatch'} @click=${() => app.set({ form: app.ui.form === 'dispatch' ? null : 'dispatch' })}>${t('form.dispatch')}</button></div>
      ${app.ui.form === 'dispatch' ? dispatchTeams(incident) : nothing}
      ${repeat(dispatches, (one) => one.id, (one) => dispatchCard(app, one, { team: true }))}
      ${dispatches.length ? nothing : html`<p class="empty">${t('incident.no_teams')}</p>`}
    `;
  }

  /** @param {import('../types').Incident} incident */
  function dispatchTeams(incident) {
    const near = free(incident);
    return form(
      app,
      t('form.dispatch.near', { id: incident.id }),
      html`
        <label class="field"><span>${t('form.team_kind')}</span>
          <select @change=${(/** @type {any} */ e) => ((kind = e.target.value), app.dirty('ui'))}>
            <option value="">${t('form.any')}</option>
            ${app.tables.team_kinds.map((one) => html`<option value=${one.code} ?selected=${one.code === kind}>${say(one)}</option>`)}
          </select></label>
        <ul class="choices">
          ${repeat(near, ({ team }) => team.id, ({ team, metres }) => html`<li><label>
            <input type="checkbox" name=${`team:${team.id}`} /><b>${team.id}</b><span class="name">${say(team.name)}</span>
            <span class="muted">${t('team.people', { n: team.strength })}</span><span class="muted number">${metres === null ? '—' : t('team.distance', { km: (metres / 1000).toFixed(1) })}</span>
          </label></li>`)}
        </ul>`,
      (values) => {
        const chosen = Object.keys(values).filter((name) => name.startsWith('team:')).map((name) => name.slice(5));
        for (const team of chosen) app.act({ type: 'DispatchTeam', incident: incident.id, team }, `${t('verb.dispatch')} ${team} → ${incident.id}`);
        if (chosen.length) app.set({ form: null });
      },
      { go: t('form.dispatch.go') },
    );
  }

  /** The plans at work for it, and the way to start another. @param {import('../types').Incident} incident */
  function plans(incident) {
    const list = nodes(app.store, app.clock.now(), (id) => id === incident.id);
    const reports = [...app.store.rows('report').values()].filter((one) => one.incident === incident.id);
    return html`<div class="buttons"><button class="button primary" @click=${() => app.show({ type: 'activate', incident: incident.id, plan: null })}>${t('plan.activate')}</button></div>
      <ul class="team-list">${repeat(list, (node) => node.key, (node) => nodeRow(app, node, app.clock.now(), false))}</ul>
      ${list.length ? nothing : html`<p class="empty">${t('plans.empty')}</p>`}
      <h3>${t('reports.title')} ${reports.length}</h3>
      <ul class="reports">${reports.map((one) => html`<li><span>${t(`report.${one.kind}`)}${one.kind === 'supplement' ? ` ${one.number}` : ''}</span> → ${postName(app, one.to)} <span class="muted">${format.time(one.filed_at)}</span>${one.late_s ? html` <span class="tag alert">${t('report.late', { n: Math.ceil(one.late_s / 60) })}</span>` : nothing}</li>`)}</ul>`;
  }

  /** @param {Extract<import('../types').View, { type: 'incident' }>} view */
  return (view) => {
    const incident = app.store.row('incident', view.id);
    load(view.id);
    const list = entries(view.id);
    const tab = incident ? view.tab : 'record';
    const pending = waiting(app, (command) => command.incident === view.id);
    return {
      title: html`<span class="mono">${view.id}</span> ${incident?.place.text ?? ''} ${pending ? html`<span class="tag">⏳</span>` : nothing}`,
      body: html`
        <div class="tabs-inner" role="tablist" aria-label=${t('drawer.tabs')}>
          ${TABS.map((name) => html`<button class="button quiet" role="tab" id="tab-${name}" aria-controls="tab-panel" aria-selected=${tab === name} ?disabled=${!incident && name !== 'record'}
            @click=${() => app.show({ ...view, tab: name })}>${t(`drawer.tab.${name}`)}${name === 'teams' && incident ? ` ${incident.teams}` : ''}</button>`)}
        </div>
        <div id="tab-panel" role="tabpanel" aria-labelledby="tab-${tab}">
          ${incident ? nothing : html`<p class="notice">${t('incident.closed')}</p>`}
          ${tab === 'overview' && incident ? overview(incident) : nothing}
          ${tab === 'teams' && incident ? teams(incident) : nothing}
          ${tab === 'plans' && incident ? plans(incident) : nothing}
          ${tab === 'controls' && incident ? controlsTab(app, incident) : nothing}
          ${tab === 'record' ? html`${record?.failed ? html`<p class="notice">${t('incident.record.failed')}</p>` : nothing}${entryGroups(app, list)}` : nothing}
        </div>
      `,
    };
  };
}
