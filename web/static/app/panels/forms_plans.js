// The forms of the response: to start a plan, to answer a link, to close a task, to change and end a response.
import { html, nothing } from '../../vendor/lit.js';
import { date } from '../core/format.js';
import { say, t } from '../core/i18n.js';
import { field, form, reasonField } from './forms.js';
import { incidentKind, postName } from './parts.js';
import { LANES } from '../core/tree.js';
import { ROMAN, planTitle } from './plans.js';

/** @typedef {import('../types').App} App */

export const DECLINE = ['no_capacity', 'not_ours', 'unsafe', 'other'];

/** @param {App} app @param {import('../types').Task} task @param {string} name */
export function taskForm(app, task, name) {
  const send = (/** @type {object} */ command, /** @type {string} */ verb) => {
    app.act(/** @type {any} */ (command), `${t(`verb.${verb}`)} ${task.id}`);
    app.set({ form: null });
  };
  if (name === 'complete')
    return form(app, `${task.id} ${t('verb.complete')}`, field(t('task.evidence'), html`<input name="evidence" maxlength="200" ?required=${task.critical && task.evidence !== null} placeholder=${task.evidence ? t(`evidence.${task.evidence}`) : ''} />`),
      (v) => send({ type: 'CompleteTask', task: task.id, ...(v.evidence ? { evidence: v.evidence } : {}) }, 'complete'));
  return form(app, `${task.id} ${t('verb.skip')}`, reasonField(), (v) => send({ type: 'SkipTask', task: task.id, reason: v.reason }, 'skip'));
}

/** @param {App} app @param {import('../types').PlanLink} link @param {string} name */
export function linkForm(app, link, name) {
  const send = (/** @type {object} */ command, /** @type {string} */ verb) => {
    app.act(/** @type {any} */ (command), `${t(`verb.${verb}`)} ${link.id}`);
    app.set({ form: null });
  };
  if (name === 'decline')
    return form(app, `${link.id} ${t('verb.decline')}`,
      html`${field(t('form.reason'), html`<select name="reason" required>${DECLINE.map((id) => html`<option value=${id}>${t(`decline.${id}`)}</option>`)}</select>`)}
        ${field(t('form.text'), html`<input name="text" maxlength="200" />`)}`,
      (v) => send({ type: 'DeclineLink', link: link.id, reason: v.reason, ...(v.text ? { text: v.text } : {}) }, 'decline'));
  return form(app, `${link.id} ${t('verb.accept')}`,
    link.kind === 'request'
      ? html`${field(t('link.coming'), html`<input name="coming" maxlength="500" required />`)}${field(t('link.minutes'), html`<input name="minutes" type="number" min="1" max="1440" inputmode="numeric" />`)}`
      : html`<p class="muted">${t(link.kind === 'activate' ? 'link.accept.activate' : 'link.accept.note', { plan: link.to_plan ? planTitle(app, link.to_plan) : '' })}</p>`,
    (v) => send({ type: 'AcceptLink', link: link.id, ...(v.coming ? { coming: v.coming } : {}), ...(v.minutes ? { expected_s: Number(v.minutes) * 60 } : {}) }, 'accept'));
}

/** What the server last held against the end of this response. @param {App} app @param {string} activation */
function guards(app, activation) {
  const item = [...app.outbox.items].reverse().find((one) => one.envelope.command.type === 'EndResponse' && one.envelope.command.activation === activation);
  const found = item?.state === 'refused' ? item.answer?.details?.guards : null;
  if (!Array.isArray(found)) return nothing;
  const words = (/** @type {any} */ one) =>
    t(`guard.${one.guard}`, { what: one.zh ?? one.area ?? (one.plan ? planTitle(app, one.plan) : one.dispatch ?? ''), n: one.missing ?? '', post: one.confirmed_by ? postName(app, one.confirmed_by) : '—' });
  return html`<div class="guards" role="status"><b>${t('guard.title', { n: found.length })}</b><ul>${found.map((one) => html`<li>✗ ${words(one)}
    ${one.guard === 'evidence_missing' ? html`<button class="button small" type="button" @click=${() => app.set({ form: `evidence/${one.condition}` })}>${t('guard.evidence')}</button>` : nothing}
    ${one.activation ? html`<button class="button small" type="button" @click=${() => app.show({ type: 'activation', id: one.activation })}>${t('guard.open')}</button>` : nothing}</li>`)}</ul></div>`;
}

/** The form that is open for an activation. @param {App} app @param {import('../types').Activation} one */
export function activationForm(app, one) {
  const name = app.ui.form;
  const act = (/** @type {string} */ type, /** @type {object} */ fields, /** @type {string} */ key, keep = false) => {
    app.act({ type, ...fields }, `${t(`activation.form.${key}`)} ${planTitle(app, one.plan)}`);
    if (!keep) app.set({ form: null });
  };
  if (name?.startsWith('evidence/')) {
    const condition = name.slice(9);
    return form(app, t('activation.form.evidence', { id: condition }), field(t('task.evidence'), html`<input name="evidence" required maxlength="200" />`),
      (v) => act('AddEntry', { incident: one.incident, condition, evidence: v.evidence }, 'end'));
  }
  switch (name) {
    case 'level': {
      const levels = (app.store.row('plan', one.plan)?.levels ?? []).filter((level) => level !== one.level);
      return form(app, t('activation.form.level'),
        html`${field(t('plan.level.word'), html`<select name="level" required>${levels.map((level) => html`<option value=${level}>${ROMAN[level]}</option>`)}</select>`)}
          ${field(t('form.reason'), html`<input name="reason" maxlength="200" />`)}<p class="muted">${t('activation.level.note')}</p>`,
        (v) => act('ChangeResponseLevel', { activation: one.id, level: v.level, ...(v.reason ? { reason: v.reason } : {}) }, 'level'));
    }
    case 'end':
      // It stays open: a refusal lists what still stands against the end.
      return html`${form(app, t('activation.form.end'),
        html`<p class="notice">${t('activation.end.note')}</p>${reasonField()}
          ${field(t('activation.override'), html`<input name="override" maxlength="200" placeholder=${t('activation.override.hint')} />`)}`,
        (v) => act('EndResponse', { activation: one.id, reason: v.reason, ...(v.override ? { override_reason: v.override } : {}) }, 'end', true))}${guards(app, one.id)}`;
    case 'release':
      return form(app, t('activation.form.release'), html`<p class="muted">${t('activation.release.note')}</p>${field(t('activation.conditions'), html`<input name="conditions" required maxlength="200" />`)}`,
        (v) => act('ReleaseActivation', { activation: one.id, conditions: v.conditions }, 'release'));
    case 'stand_down':
      return form(app, t('activation.form.stand_down'), reasonField(), (v) => act('StandDown', { activation: one.id, reason: v.reason }, 'stand_down'));
    default:
      return nothing;
  }
}

/** Of the plans those that are for this kind of incident, in force today and not at work for it yet. @param {App} app @param {import('../types').Incident | undefined} incident @param {boolean} all */
export function candidates(app, incident, all) {
  const today = date(app.clock.now());
  const running = new Set([...app.store.rows('activation').values()].filter((one) => one.incident === incident?.id && one.state === 'active').map((one) => one.plan));
  return [...app.store.rows('plan').values()].filter(
    (plan) => !running.has(plan.id) && (all || (!plan.retired && plan.valid.from <= today && today <= plan.valid.to && (!incident || !plan.events.length || plan.events.includes(incident.kind)))),
  );
}

/** The view that starts a plan. @param {App} app */
export function activateView(app) {
  let all = false;
  let byHand = '';
  /** @param {Extract<import('../types').View, { type: 'activate' }>} view */
  return (view) => {
    const incidents = [...app.store.rows('incident').values()].filter((one) => !one.merged_into);
    const incident = app.store.row('incident', view.incident) ?? undefined;
    const plans = candidates(app, incident, all);
    const wanted = view.plan ?? byHand;
    const chosen = plans.find((plan) => plan.id === wanted) ?? app.store.row('plan', view.plan) ?? plans[0];
    const today = date(app.clock.now());
    const outside = chosen && (chosen.retired || today < chosen.valid.from || today > chosen.valid.to);
    return {
      title: t('plan.activate'),
      body: form(app, t('plan.activate'),
        html`
          ${field(t('activation.incident'), html`<select name="incident" required @change=${(/** @type {any} */ e) => app.show({ ...view, incident: e.target.value || null })}>
            <option value="">${t('activate.choose')}</option>
            ${incidents.map((one) => html`<option value=${one.id} ?selected=${one.id === incident?.id}>${one.id} ${one.place.text} · ${incidentKind(app, one.kind)}</option>`)}</select>`)}
          ${field(t('activation.plan'), html`<select name="plan" required @change=${(/** @type {any} */ e) => { byHand = e.target.value; app.show({ ...view, plan: null }); }}>
            ${LANES.map((lane) => {
              const mine = plans.filter((plan) => (plan.level ?? 'enterprise') === lane);
              return mine.length ? html`<optgroup label=${t(`level.${lane}`)}>${mine.map((plan) => html`<option value=${plan.id} ?selected=${plan.id === chosen?.id}>${say(plan.title)}</option>`)}</optgroup>` : nothing;
            })}</select>`)}
          <label class="check"><input type="checkbox" .checked=${all} @change=${() => { all = !all; app.dirty('ui'); }} /> ${t('activate.all')}</label>
          ${plans.length ? nothing : html`<p class="notice">${t('activate.none')}</p>`}
          ${field(t('plan.level.word'), html`<select name="level" required>${(chosen?.levels ?? []).map((level, i, { length }) => html`<option value=${level} ?selected=${i === length - 1}>${ROMAN[level]}</option>`)}</select>`)}
          ${field(t('activate.measures'), html`<textarea name="measures" rows="3" maxlength="2000"></textarea>`)}
          ${field(t('activate.hours'), html`<input name="hours" type="number" min="1" max="720" inputmode="numeric" />`)}
          ${outside ? html`<p class="notice">${t('activate.outside', { from: chosen.valid.from, to: chosen.valid.to })}</p>${field(t('activation.override'), html`<input name="override" required maxlength="200" />`)}` : nothing}
          <p class="muted">${t('activate.note')}</p>`,
        (v) => {
          app.act(
            {
              type: 'ActivatePlan', plan: v.plan, level: v.level, incident: v.incident,
              ...(v.measures ? { measures: v.measures } : {}), ...(v.hours ? { expected_s: Number(v.hours) * 3600 } : {}), ...(v.override ? { override_reason: v.override } : {}),
            },
            `${t('plan.activate')} ${planTitle(app, v.plan)} ${ROMAN[v.level]} ${v.incident}`,
          );
          app.show({ type: 'incident', id: v.incident, tab: 'plans' });
        },
        { bare: true, go: t('plan.activate'), onCancel: () => app.show(null) }),
    };
  };
}
