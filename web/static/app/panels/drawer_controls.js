// Protective orders of an incident, and warnings in force: rows with their state and owner, and the forms that change them.
import { html, nothing, repeat } from '../../vendor/lit.js';
import { instant } from '../core/clock.js';
import * as format from '../core/format.js';
import { t } from '../core/i18n.js';
import { field, form, reasonField } from './forms.js';
import { organisationName, postName, waiting } from './parts.js';
import { timer } from './plans.js';

/** @typedef {import('../types').App} App @typedef {import('../types').Control} Control @typedef {import('../types').Warning} Warning */

export const CONTROL_KINDS = ['traffic', 'cordon', 'evacuation', 'shelter_in_place'];
const RINGS = ['hot', 'warm', 'cold', 'outer'];
const COLOURS = ['red', 'orange', 'yellow', 'blue'];
export const HAZARD_TYPES = ['typhoon', 'rainstorm', 'thunderstorm', 'gale', 'snow', 'cold_wave', 'heat', 'fog', 'icing', 'flood', 'geological'];
const MINUTE_MS = 60_000;

/** An instant so many minutes from now, in the operation's time. @param {App} app @param {string} minutes */
const later = (app, minutes) => new Date(app.clock.now() + Number(minutes) * MINUTE_MS).toISOString();
const nameOf = (/** @type {string} */ code) => (HAZARD_TYPES.includes(code) ? t(`hazard.${code}`) : code);

/** @param {App} app @param {Control} one */
export function controlCard(app, one) {
  const now = app.clock.now();
  const pending = waiting(app, (command) => command.control === one.id);
  const open = app.ui.form?.startsWith(`${one.id}/`) ? app.ui.form.slice(one.id.length + 1) : null;
  const toggle = (/** @type {string} */ name) => () => app.set({ form: open === name ? null : `${one.id}/${name}` });
  const moved = one.evacuated;
  const act = (/** @type {string} */ type, /** @type {object} */ fields, /** @type {string} */ key) => {
    app.act({ type, control: one.id, ...fields }, `${t(`control.${key}`)} ${one.id}`);
    app.set({ form: null });
  };
  return html`<article class="control-card ${one.state} ${pending ? 'pending' : ''}" aria-label="${one.id} ${one.area}">
    <header><span class="control-mark ${one.kind} ${one.state}" aria-hidden="true"></span><span class="title"><b>${t(`control.kind.${one.kind}`)}</b> ${one.area}</span><span class="state">${t(`control.state.${one.state}`)}</span></header>
    <p class="facts muted"><span class="mono">${one.id}</span> · ${organisationName(app, one.executing)}${one.ring ? ` · ${t(`control.ring.${one.ring}`)}` : ''} · ${t('plan.version', { n: one.version })} · ${format.time(one.ordered_at)}${one.in_force_at ? ` → ${format.time(one.in_force_at)}` : ''}${one.until ? html` · ${t('control.until')} ${format.time(one.until)} ${one.state === 'lifted' ? nothing : timer(instant(one.until), now)}` : nothing}</p>
    ${moved ? html`<div class="progress" role="img" aria-label=${t('control.moved', { moved: moved.moved, expected: moved.expected })}><span .style=${`width: ${moved.expected ? Math.min(100, (100 * moved.moved) / moved.expected) : 0}%`}></span><b>${t('control.moved', { moved: moved.moved, expected: moved.expected })}${moved.refused ? ` · ${t('control.refused', { n: moved.refused })}` : ''}</b></div>` : nothing}
    ${one.state === 'lifted'
      ? nothing
      : html`<div class="buttons">
          ${one.state === 'ordered' ? html`<button class="button primary" ?disabled=${!app.link.ready || pending} @click=${() => act('PutControlInForce', {}, 'confirm')}>${t('control.confirm')}</button>` : nothing}
          ${['amend', 'review', 'lift'].map((name) => html`<button class="button" ?disabled=${!app.link.ready || pending} aria-expanded=${open === name} @click=${toggle(name)}>${t(`control.${name}`)}</button>`)}
        </div>`}
    ${open === 'review' ? form(app, `${one.id} ${t('control.review')}`, reasonField(), (v) => act('ReviewControl', { reason: v.reason }, 'review')) : nothing}
    ${open === 'lift' ? form(app, `${one.id} ${t('control.lift')}`, reasonField(), (v) => act('LiftControl', { reason: v.reason }, 'lift')) : nothing}
    ${open === 'amend'
      ? form(app, `${one.id} ${t('control.amend')}`,
          html`${field(t('control.change'), html`<input name="change" required maxlength="200" />`)}${field(t('control.area'), html`<input name="area" maxlength="200" .value=${one.area} />`)}
            ${one.shape?.circle ? field(t('control.radius'), html`<input name="radius" type="number" min="1" max="100000" .value=${String(one.shape.radius_m ?? '')} />`) : nothing}
            ${moved ? html`${field(t('control.moved.word'), html`<input name="moved" type="number" min="0" .value=${String(moved.moved)} />`)}${field(t('control.refused.word'), html`<input name="refused" type="number" min="0" .value=${String(moved.refused)} />`)}` : nothing}
            ${field(t('control.minutes'), html`<input name="minutes" type="number" min="1" max="20000" inputmode="numeric" />`)}`,
          (v) => act('AmendControl', {
            change: v.change,
            ...(v.area && v.area !== one.area ? { area: v.area } : {}),
            ...(v.radius && Number(v.radius) !== one.shape?.radius_m ? { shape: { circle: one.shape?.circle, radius_m: Number(v.radius) } } : {}),
            ...(moved && (v.moved || v.refused) ? { evacuated: { expected: moved.expected, moved: Number(v.moved || 0), refused: Number(v.refused || 0) } } : {}),
            ...(v.minutes ? { until: later(app, v.minutes) } : {}),
          }, 'amend'))
      : nothing}
  </article>`;
}

/** @param {App} app @param {import('../types').Incident} incident */
function orderForm(app, incident) {
  const { lon, lat } = incident.place;
  const organisations = [...app.store.rows('organisation').values()].filter((one) => one.state === 'active');
  return form(app, t('control.order'),
    html`${field(t('form.kind'), html`<select name="kind">${CONTROL_KINDS.map((kind) => html`<option value=${kind}>${t(`control.kind.${kind}`)}</option>`)}</select>`)}
      ${field(t('control.area'), html`<input name="area" required maxlength="200" .value=${incident.place.text} />`)}
      ${field(t('control.radius'), html`<input name="radius" type="number" min="1" max="100000" inputmode="numeric" ?disabled=${lon == null} />`)}
      ${field(t('control.ring'), html`<select name="ring"><option value="">—</option>${RINGS.map((ring) => html`<option value=${ring}>${t(`control.ring.${ring}`)}</option>`)}</select>`)}
      ${field(t('control.executing'), html`<select name="executing" required>${organisations.map((one) => html`<option value=${one.id}>${organisationName(app, one.id)}</option>`)}</select>`)}
      ${field(t('control.expected'), html`<input name="expected" type="number" min="1" inputmode="numeric" placeholder=${t('control.expected.hint')} />`)}
      ${field(t('control.minutes'), html`<input name="minutes" type="number" min="1" max="20000" inputmode="numeric" />`)}
      ${reasonField()}`,
    (v) => {
      app.act(
        {
          type: 'OrderControl', incident: incident.id, kind: v.kind, area: v.area, executing: v.executing, reason: v.reason,
          ...(v.radius && lon != null && lat != null ? { shape: { circle: [lon, lat], radius_m: Number(v.radius) } } : {}),
          ...(v.ring ? { ring: v.ring } : {}), ...(v.minutes ? { until: later(app, v.minutes) } : {}), ...(v.expected ? { evacuated: { expected: Number(v.expected) } } : {}),
        },
        `${t(`control.kind.${v.kind}`)} ${v.area}`,
      );
      app.set({ form: null });
    });
}

/** The tab of an incident. @param {App} app @param {import('../types').Incident} incident */
export function controlsTab(app, incident) {
  const mine = [...app.store.rows('control').values()].filter((one) => one.incident === incident.id).sort((a, b) => Number(a.state === 'lifted') - Number(b.state === 'lifted') || b.position - a.position);
  const open = app.ui.form === 'order';
  return html`<div class="buttons"><button class="button ${open ? '' : 'primary'}" ?disabled=${!app.link.ready} aria-expanded=${open} @click=${() => app.set({ form: open ? null : 'order' })}>${t('control.order')}</button></div>
    ${open ? orderForm(app, incident) : nothing}
    ${repeat(mine, (one) => one.id, (one) => controlCard(app, one))}
    ${mine.length ? nothing : html`<p class="empty">${t('control.none')}</p>`}`;
}

/** @param {App} app @param {Warning} one */
function warningCard(app, one) {
  const open = app.ui.form?.startsWith(`${one.id}/`) ? app.ui.form.slice(one.id.length + 1) : null;
  const toggle = (/** @type {string} */ name) => () => app.set({ form: open === name ? null : `${one.id}/${name}` });
  const pending = waiting(app, (command) => command.warning === one.id);
  const mine = one.addressees.includes(app.session.post) && !one.acknowledged.includes(app.session.post);
  const act = (/** @type {string} */ type, /** @type {object} */ fields, /** @type {string} */ key) => {
    app.act({ type, warning: one.id, ...fields }, `${t(`warning.${key}`)} ${one.id}`);
    app.set({ form: null });
  };
  const missing = one.addressees.filter((post) => !one.acknowledged.includes(post));
  return html`<article class="warning-card ${pending ? 'pending' : ''}" aria-label="${one.id} ${nameOf(one.hazard_type)}">
    <header><span class="colour ${one.colour}">${t(`colour.${one.colour}`)}</span><span class="title"><b>${nameOf(one.hazard_type)}</b> ${one.area}</span><span class="state">${t(`warning.kind.${one.kind}`)}</span></header>
    <p>${one.text}</p>
    <p class="facts muted"><span class="mono">${one.id}</span> · ${format.time(one.since)} ${one.ends ? html`→ ${format.time(one.ends)}` : nothing} · ${t('warning.read', { n: one.addressees.length - missing.length, all: one.addressees.length })}${missing.length ? ` · ${t('warning.missing', { posts: missing.slice(0, 4).map((post) => postName(app, post)).join('、') })}` : ''}</p>
    <div class="buttons">
      ${mine ? html`<button class="button primary" ?disabled=${!app.link.ready || pending} @click=${() => act('AcknowledgeWarning', {}, 'acknowledge')}>${t('warning.acknowledge')}</button>` : nothing}
      ${['update', 'cancel'].map((name) => html`<button class="button" ?disabled=${!app.link.ready || pending} aria-expanded=${open === name} @click=${toggle(name)}>${t(`warning.${name}`)}</button>`)}
    </div>
    ${open === 'cancel' ? form(app, `${one.id} ${t('warning.cancel')}`, reasonField(), (v) => act('CancelWarning', { reason: v.reason }, 'cancel')) : nothing}
    ${open === 'update' ? form(app, `${one.id} ${t('warning.update')}`, html`${colourField(one.colour)}${field(t('form.text'), html`<textarea name="text" rows="3" required maxlength="2000">${one.text}</textarea>`)}`, (v) => act('UpdateWarning', { colour: v.colour, text: v.text }, 'update')) : nothing}
  </article>`;
}

const colourField = (/** @type {string} */ chosen = 'orange') => field(t('warning.colour'), html`<select name="colour">${COLOURS.map((colour) => html`<option value=${colour} ?selected=${colour === chosen}>${t(`colour.${colour}`)}</option>`)}</select>`);

/** @param {App} app */
export function warningsView(app) {
  const all = [...app.store.rows('warning').values()].sort((a, b) => COLOURS.indexOf(a.colour) - COLOURS.indexOf(b.colour));
  const open = app.ui.form === 'issue' || app.ui.form === 'relay' ? app.ui.form : null;
  const toggle = (/** @type {string} */ name) => () => app.set({ form: open === name ? null : name });
  const duties = [...app.store.rows('organisation').values()].filter((one) => one.state === 'active').map((one) => `${one.id}/duty`);
  const fields = html`${field(t('warning.type'), html`<select name="hazard_type">${HAZARD_TYPES.map((code) => html`<option value=${code}>${nameOf(code)}</option>`)}</select>`)}
    ${colourField()}${field(t('control.area'), html`<input name="area" required maxlength="200" />`)}
    ${field(t('form.text'), html`<textarea name="text" rows="2" required maxlength="2000"></textarea>`)}
    ${open === 'issue' ? field(t('activate.measures'), html`<textarea name="measures" rows="2" required maxlength="2000"></textarea>`) : field(t('warning.issuer'), html`<input name="issuer" required maxlength="200" />`)}
    ${field(t('control.minutes'), html`<input name="minutes" type="number" min="1" max="20000" inputmode="numeric" />`)}
    <label class="check"><input type="checkbox" name="everybody" /> ${t('warning.everybody', { n: duties.length })}</label>`;
  return {
    title: html`${t('warnings.title')} ${all.length}`,
    body: html`<div class="buttons">${['issue', 'relay'].map((name) => html`<button class="button" ?disabled=${!app.link.ready} aria-expanded=${open === name} @click=${toggle(name)}>${t(`warning.${name}`)}</button>`)}</div>
      ${open
        ? form(app, t(`warning.${open}`), fields, (v) => {
            app.act(
              {
                type: open === 'issue' ? 'IssueWarning' : 'RelaySignal', hazard_type: v.hazard_type, colour: v.colour, area: v.area, text: v.text, begins: new Date(app.clock.now()).toISOString(),
                ...(open === 'issue' ? { measures: v.measures } : { issuer: v.issuer }), ...(v.minutes ? { ends: later(app, v.minutes) } : {}), ...(v.everybody ? { addressees: duties } : {}),
              },
              `${t(`warning.${open}`)} ${nameOf(v.hazard_type)} ${t(`colour.${v.colour}`)}`,
            );
            app.set({ form: null });
          })
        : nothing}
      ${repeat(all, (one) => one.id, (one) => warningCard(app, one))}
      ${all.length ? nothing : html`<p class="empty">${t('warnings.none')}</p>`}`,
  };
}
