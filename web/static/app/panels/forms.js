// The forms of the drawer: the same commands as on the command line, for whoever does not type them.
import { html, nothing } from '../../vendor/lit.js';
import { CANCEL_REASONS, WITHDRAW_REASONS } from '../core/words.js';
import { say, t } from '../core/i18n.js';

/** @typedef {import('../types').App} App */

/**
 * @param {App} app @param {string} title @param {unknown} fields
 * @param {(values: Record<string, string>) => void} send @param {{ go?: string, bare?: boolean, onCancel?: () => void }} [more]
 */
export function form(app, title, fields, send, more = {}) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const target = /** @type {HTMLFormElement} */ (event.target);
    if (!app.link.ready) return;
    const values = Object.fromEntries([...new FormData(target)].map(([name, value]) => [name, String(value).trim()]));
    send(values);
    target.reset();
  };
  return html`<form class="form" @submit=${submit} aria-label=${title}>
    ${more.bare ? nothing : html`<h3>${title}</h3>`}
    ${fields}
    <div class="buttons">
      <button class="button primary" type="submit" ?disabled=${!app.link.ready}>${more.go ?? t('form.send')}</button>
      <button class="button" type="button" @click=${more.onCancel ?? (() => app.set({ form: null }))}>${t('form.cancel')}</button>
    </div>
  </form>`;
}

/** @param {string} label @param {unknown} control */
export const field = (label, control) => html`<label class="field"><span>${label}</span>${control}</label>`;

export const reasonField = () => field(t('form.reason'), html`<input name="reason" required maxlength="500" />`);

/** @param {string[]} ids @param {string} prefix @param {string} name */
const choice = (ids, prefix, name) => html`<select name=${name} required>${ids.map((id) => html`<option value=${id}>${t(`${prefix}.${id}`)}</option>`)}</select>`;

/** @param {App} app @param {string} [chosen] */
export const kindField = (app, chosen) =>
  field(t('form.kind'), html`<select name="kind" required>
    ${app.tables.incident_kinds.map((kind) => html`<option value=${kind.code} ?selected=${kind.code === chosen}>${say(kind)}</option>`)}
  </select>`);

/** @param {App} app @param {Extract<import('../types').View, { type: 'report' }>} view */
export function reportForm(app, view) {
  const located = view.lon !== undefined;
  return form(
    app,
    t('form.report'),
    html`
      ${kindField(app)}
      ${field(t('form.place'), html`<input name="place" required maxlength="200" autocomplete="off" />`)}
      <div class="field">
        <span>${t('form.position')}</span>
        <span class="inline">
          <output>${located ? `${view.lon}, ${view.lat}` : t('form.position.none')}</output>
          <button class="button" type="button" aria-pressed=${app.ui.picking} @click=${() => app.set({ picking: !app.ui.picking, tab: 'map' })}>${t('form.position.pick')}</button>
        </span>
      </div>
      ${field(t('form.text'), html`<textarea name="text" rows="3" maxlength="2000"></textarea>`)}
    `,
    (values) => {
      const place = { text: values.place, ...(located ? { lon: view.lon, lat: view.lat } : {}) };
      app.act({ type: 'ReportIncident', kind: values.kind, place, ...(values.text ? { text: values.text } : {}) }, `${t('form.report')} ${values.place}`);
      app.show(null);
    },
    { bare: true, onCancel: () => app.show(null) },
  );
}

/**
 * The form that is open for an incident. @param {App} app @param {import('../types').Incident} incident @returns {unknown}
 */
export function incidentForm(app, incident) {
  const id = incident.id;
  /** @param {string} type @param {object} fields @param {string} key */
  const act = (type, fields, key) => {
    app.act({ type, incident: id, ...fields }, `${t(key)} ${id}`);
    app.set({ form: null });
  };
  switch (app.ui.form) {
    case 'verify':
      return form(app, t('form.verify'), html`
          ${field(t('form.real'), html`<select name="real"><option value="true">${t('form.real.true')}</option><option value="false">${t('form.real.false')}</option></select>`)}
          ${reasonField()}`,
        (v) => act('VerifyIncident', { real: v.real === 'true', reason: v.reason }, 'form.verify'));
    case 'note':
      return form(app, t('form.note'), field(t('form.text'), html`<textarea name="text" rows="3" required maxlength="2000"></textarea>`), (v) => act('AddEntry', { text: v.text }, 'form.note'));
    case 'casualties':
      return form(app, t('form.casualties'),
        html`<div class="figures">${['dead', 'serious', 'injured', 'missing', 'loss_yuan'].map((name) =>
          field(t(`casualties.${name}`), html`<input name=${name} type="number" min="0" step="1" inputmode="numeric" placeholder=${/** @type {any} */ (incident)[name] ?? '—'} />`))}</div>
          <p class="muted">${t('form.casualties.only')}</p>`,
        (v) => {
          const figures = Object.fromEntries(Object.entries(v).filter(([, value]) => value !== '').map(([name, value]) => [name, Number(value)]));
          if (Object.keys(figures).length) act('RecordCasualties', figures, 'form.casualties');
        });
    case 'amend':
      return form(app, t('form.amend'), html`${kindField(app, incident.kind)}${field(t('form.place'), html`<input name="place" required maxlength="200" .value=${incident.place.text} />`)}`, (v) =>
        act('AmendIncident', {
          ...(v.kind !== incident.kind ? { kind: v.kind } : {}),
          ...(v.place !== incident.place.text ? { place: { ...incident.place, text: v.place } } : {}),
        }, 'form.amend'));
    case 'major':
      return form(app, t('form.major'), reasonField(), (v) => act('DeclareMajorIncident', { reason: v.reason }, 'form.major'));
    case 'close':
      return form(app, t('form.close'), html`${incident.teams ? html`<p class="notice">${t('form.close.open', { n: incident.teams })}</p>` : nothing}${reasonField()}`, (v) => act('CloseIncident', { reason: v.reason }, 'form.close'));
    default:
      return nothing;
  }
}

/** @param {App} app @param {import('../types').Dispatch} dispatch @param {string} verb */
export function dispatchForm(app, dispatch, verb) {
  const send = (/** @type {string} */ type, /** @type {object} */ fields) => {
    app.act({ type, dispatch: dispatch.id, ...fields }, `${dispatch.team} ${t(`verb.${verb}`)}`);
    app.set({ form: null });
  };
  switch (verb) {
    case 'withdraw':
      return form(app, `${dispatch.team} ${t('verb.withdraw')}`, field(t('form.reason'), choice(WITHDRAW_REASONS.map((word) => word.id), 'reason.withdraw', 'reason')), (v) => send('WithdrawTeam', v));
    case 'cancel':
      return form(app, `${dispatch.team} ${t('verb.cancel')}`, field(t('form.reason'), choice(CANCEL_REASONS.map((word) => word.id), 'reason.cancel', 'reason')), (v) => send('CancelDispatch', v));
    case 'correct':
      return form(app, `${dispatch.team} ${t('verb.correct')}`,
        html`${field(t('form.milestone'), choice(Object.keys(dispatch.milestones).filter((name) => dispatch.milestones[name]), 'milestone', 'milestone'))}
          ${field(t('form.time'), html`<input name="time" placeholder="14:02" pattern="[0-9]{1,2}[:：][0-9]{2}([:：][0-9]{2})?" autocomplete="off" aria-describedby="time-none" />`)}
          <p class="muted" id="time-none">${t('form.time.none')}</p>
          ${reasonField()}`,
        (v) => {
          // The same words as on the command line, so that a time means the same in both places.
          const word = { ordered: '派出', acknowledged: '接令', en_route: '出动', on_scene: '到场', working: '处置', released: '解除', returned: '归队', left_scene: '离场', at_hospital: '到院' }[v.milestone];
          app.run(`更正 ${dispatch.id} ${word} ${v.time.replace(/：/g, ':') || '无'} ${v.reason}`);
          app.set({ form: null });
        });
    default:
      return nothing;
  }
}
