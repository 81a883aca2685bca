// One activation: who started what on whose word, its tasks, its links with the very text that was sent and how it was answered.
import { html, nothing, repeat } from '../../vendor/lit.js';
import { instant } from '../core/clock.js';
import * as format from '../core/format.js';
import { isLateLink, isLateTask } from '../core/tree.js';
import { t } from '../core/i18n.js';
import { form, reasonField } from './forms.js';
import { activationForm, linkForm, taskForm } from './forms_plans.js';
import { age, organisationName, postName, waiting } from './parts.js';
import { ROMAN, levelName, planTitle, timer } from './plans.js';

/** @typedef {import('../types').App} App @typedef {import('../types').Activation} Activation @typedef {import('../types').PlanLink} PlanLink */

const DUTY = ['duty', 'duty_lead'];

/** Whether this post may answer: it was asked, or it stands in for its organisation. @param {App} app @param {PlanLink} link */
export function mayAnswer(app, link) {
  const [organisation, post] = app.session.post.split('/');
  return [link.to_post, ...link.escalated].some((asked) => asked === app.session.post || (asked.split('/')[0] === organisation && DUTY.includes(post)));
}

/** @param {App} app @param {string} plan */
export const planLink = (app, plan) => html`<a class="reference" href="/plan/${encodeURIComponent(app.operation)}/${encodeURIComponent(plan)}">${planTitle(app, plan)}</a>`;

/** @param {App} app @param {import('../types').Task} task */
export function taskCard(app, task) {
  const now = app.clock.now();
  const open = task.state === 'open' || task.state === 'started';
  const late = isLateTask(task, now);
  const pending = waiting(app, (command) => command.task === task.id);
  const form = app.ui.form?.startsWith(`${task.id}/`) ? app.ui.form.slice(task.id.length + 1) : null;
  const toggle = (/** @type {string} */ name) => () => app.set({ form: form === name ? null : `${task.id}/${name}` });
  const mark = /** @type {Record<string, string>} */ ({ open: '·', started: '◔', completed: '✓', skipped: '■' })[task.state];
  return html`<article class="task-card ${late ? 'late' : ''} ${pending ? 'pending' : ''}" aria-label="${task.id} ${task.title}">
    <header>
      <span class="mark-of ${task.state}" title=${t(`task.state.${task.state}`)}>${mark}</span>
      <span class="title">${task.title}${task.critical ? html` <span class="tag">${t('task.critical')}</span>` : nothing}</span>
      <span class="when">${open && task.due_at ? timer(instant(task.due_at), now) : task.done_at ? format.time(task.done_at) : nothing}</span>
    </header>
    <p class="facts muted">${postName(app, task.post)} · <span class="mono">${task.id}</span>${task.due_at ? ` · ${t('task.due', { at: format.time(task.due_at) })}` : ''}${task.citation ? ` · ${task.citation}` : ''}${open ? '' : ` · ${t(`task.state.${task.state}`)}`}</p>
    ${open
      ? html`<div class="buttons">
          ${task.state === 'open' ? html`<button class="button" ?disabled=${!app.link.ready || pending} @click=${() => app.act({ type: 'StartTask', task: task.id }, `${t('verb.start')} ${task.id}`)}>${t('verb.start')}</button>` : nothing}
          <button class="button ${task.state === 'started' ? 'primary' : ''}" ?disabled=${!app.link.ready || pending} aria-expanded=${form === 'complete'} @click=${toggle('complete')}>${t('verb.complete')}</button>
          <button class="button quiet" ?disabled=${!app.link.ready || pending} aria-expanded=${form === 'skip'} @click=${toggle('skip')}>${t('verb.skip')}</button>
        </div>
        ${form ? taskForm(app, task, form) : nothing}`
      : nothing}
  </article>`;
}

/** One step of what became of a link. @param {string | null} at @param {unknown} what @param {string} [extra] */
const step = (at, what, extra = '') => html`<li class=${extra}><time>${at ? format.time(at) : '—'}</time><span>${what}</span></li>`;

/** @param {App} app @param {PlanLink} link */
export function linkCard(app, link) {
  const now = app.clock.now();
  const late = isLateLink(link, now);
  const pending = waiting(app, (command) => command.link === link.id);
  const mine = mayAnswer(app, link);
  const form = app.ui.form?.startsWith(`${link.id}/`) ? app.ui.form.slice(link.id.length + 1) : null;
  const toggle = (/** @type {string} */ name) => () => app.set({ form: form === name ? null : `${link.id}/${name}` });
  const over = ['accepted', 'declined', 'satisfied'].includes(link.state);
  const mark = link.answered ? '✓' : link.state === 'declined' ? '■' : late ? '!' : '◔';
  return html`<article class="link-card ${late ? 'late' : ''} ${pending ? 'pending' : ''}" id="link-${link.id}" aria-label="${link.id} ${t(`link.kind.${link.kind}`)}">
    <header>
      <span class="mark-of ${link.answered ? 'active' : late ? 'late' : 'waiting'}" title=${t(`link.state.${link.state}`)}>${mark}</span>
      <span class="title"><b>${t(`link.kind.${link.kind}`)}</b> → ${link.to_plan ? html`${planLink(app, link.to_plan)} ${levelName(link.to_level)}` : postName(app, link.to_post)}</span>
      <span class="when">${link.answered ? nothing : link.due_at ? timer(instant(link.due_at), now) : link.first_due_at ? timer(instant(link.first_due_at), now) : nothing}</span>
    </header>
    <blockquote class="sent">${link.text}</blockquote>
    <ol class="chain">
      ${step(link.opened_at, t('link.sent', { post: postName(app, link.to_post), channel: link.channel ? t(`channel.${link.channel}`) : '—' }))}
      ${link.acknowledged_at ? step(link.acknowledged_at, t('link.acknowledged')) : nothing}
      ${link.timed_out ? step(link.first_due_at, t('link.timed_out'), 'late') : nothing}
      ${link.escalated.map((post) => step(null, t('link.escalated', { post: postName(app, post) }), 'late'))}
      ${link.answered_at ? step(link.answered_at, t(`link.state.${link.state}`)) : nothing}
      ${!link.answered && link.due_at ? step(link.due_at, t('link.due'), 'coming') : nothing}
    </ol>
    <p class="facts muted"><span class="mono">${link.id}</span> · ${link.plan_link}${link.citation ? ` · ${link.citation}` : ''}</p>
    ${over
      ? nothing
      : mine
        ? html`<div class="buttons">
            ${link.state === 'open' ? html`<button class="button" ?disabled=${!app.link.ready || pending} @click=${() => app.act({ type: 'AcknowledgeLink', link: link.id }, `${t('verb.read')} ${link.id}`)}>${t('verb.read')}</button>` : nothing}
            ${link.kind === 'notify' || link.kind === 'warn'
              ? nothing
              : html`<button class="button primary" ?disabled=${!app.link.ready || pending} aria-expanded=${form === 'accept'} @click=${toggle('accept')}>${t('verb.accept')}</button>
                  <button class="button" ?disabled=${!app.link.ready || pending} aria-expanded=${form === 'decline'} @click=${toggle('decline')}>${t('verb.decline')}</button>`}
          </div>
          ${form ? linkForm(app, link, form) : nothing}`
        : html`<p class="muted">${t('link.theirs', { post: postName(app, link.escalated[link.escalated.length - 1] ?? link.to_post) })}</p>`}
  </article>`;
}

/** @param {App} app @param {Activation} one */
function facts(app, one) {
  const cause = app.store.row('activation', one.cause);
  const incident = app.store.row('incident', one.incident);
  return html`<dl class="facts-list">
    <div><dt>${t('activation.plan')}</dt><dd>${planLink(app, one.plan)} <span class="muted">${t('plan.version', { n: one.version })}</span></dd></div>
    <div><dt>${t('activation.state')}</dt><dd><b>${t(`activation.state.${one.state}`)}</b> ${one.level ? html`<span class="level-badge">${ROMAN[one.level]}</span>` : nothing} · ${format.time(one.since)} · ${age(app, one.since)}</dd></div>
    <div><dt>${t('activation.incident')}</dt><dd><button class="reference" ?disabled=${!incident} @click=${() => app.show({ type: 'incident', id: one.incident, tab: 'plans' })}>${one.incident}</button> ${incident?.place.text ?? ''}</dd></div>
    <div><dt>${t('activation.owner')}</dt><dd>${organisationName(app, one.owner)}</dd></div>
    <div><dt>${t('activation.by')}</dt><dd>${postName(app, one.authority ?? one.by)}${one.authority && one.authority !== one.by ? html` <span class="muted">${t('activation.entered', { post: postName(app, one.by) })}</span>` : nothing}</dd></div>
    ${cause ? html`<div><dt>${t('activation.cause')}</dt><dd><button class="reference" @click=${() => app.show({ type: 'activation', id: cause.id })}>${planTitle(app, cause.plan)}</button></dd></div>` : nothing}
    ${one.released ? html`<div><dt>${t('activation.release')}</dt><dd>${t('activation.released')}</dd></div>` : nothing}
  </dl>`;
}

/** @param {App} app @param {string} id */
export function activationView(app, id) {
  const one = app.store.row('activation', id);
  if (!one) return { title: id, body: html`<p class="notice">${t('activation.gone')}</p>` };
  const about = (/** @type {{ activation: string }} */ row) => row.activation === id;
  const tasks = [...app.store.rows('task').values()].filter(about);
  const links = [...app.store.rows('link').values()].filter(about);
  const came = app.store.row('link', one.link);
  const lower = [...app.store.rows('activation').values()].filter((other) => other.cause === id);
  const done = tasks.filter((task) => task.state === 'completed' || task.state === 'skipped').length;
  const open = (/** @type {string} */ name) => () => app.set({ form: app.ui.form === name ? null : name });
  const button = (/** @type {string} */ name, extra = '') =>
    html`<button class="button ${extra}" ?disabled=${!app.link.ready} aria-expanded=${app.ui.form === name} @click=${open(name)}>${t(`activation.form.${name}`)}</button>`;
  return {
    title: html`${planTitle(app, one.plan)} ${one.level ? html`<b>${ROMAN[one.level]}</b>` : nothing}`,
    body: html`
      ${facts(app, one)}
      ${one.state === 'ended'
        ? nothing
        : html`<div class="buttons">
            ${one.state === 'stood_by'
              ? html`<button class="button primary" @click=${() => app.show({ type: 'activate', incident: one.incident, plan: one.plan })}>${t('plan.activate')}</button>${button('stand_down')}`
              : html`${button('level')}${button('end')}${one.released ? nothing : button('release')}`}
          </div>`}
      ${activationForm(app, one)}
      ${came ? html`<h3>${t('activation.came')}</h3>${linkCard(app, came)}` : nothing}
      <h3>${t('activation.tasks')} ${done}/${tasks.length}</h3>
      ${repeat(tasks, (task) => task.id, (task) => taskCard(app, task))}
      ${tasks.length ? nothing : html`<p class="empty">${t('activation.no_tasks')}</p>`}
      <h3>${t('activation.links')} ${links.filter((link) => link.answered).length}/${links.length}</h3>
      ${repeat(links, (link) => link.id, (link) => linkCard(app, link))}
      ${links.length ? nothing : html`<p class="empty">${t('activation.no_links')}</p>`}
      ${lower.length ? html`<h3>${t('activation.lower')}</h3><ul class="team-list">${lower.map((other) => html`<li><button class="plan-row" @click=${() => app.show({ type: 'activation', id: other.id })}><span class="mark-of">${other.state === 'ended' ? '■' : '✓'}</span><span class="title">${planTitle(app, other.plan)} ${levelName(other.level)}</span><span></span><span class="owner muted">${organisationName(app, other.owner)}</span><span class="when">${format.time(other.since)}</span></button></li>`)}</ul>` : nothing}
    `,
  };
}

/** @param {App} app @param {string} id */
export function proposalView(app, id) {
  const one = app.store.row('proposal', id);
  if (!one) return { title: id, body: html`<p class="notice">${t('proposal.gone')}</p>` };
  const came = app.store.row('link', one.link);
  const running = [...app.store.rows('activation').values()].find((other) => other.plan === one.plan && other.incident === one.incident && other.state === 'active');
  const pending = waiting(app, (command) => command.proposal === id || (command.plan === one.plan && command.incident === one.incident));
  const go = () =>
    running
      ? app.act({ type: 'ChangeResponseLevel', activation: running.id, level: one.level }, `${t('activation.form.level')} ${planTitle(app, one.plan)} ${ROMAN[one.level]}`)
      : came && mayAnswer(app, came)
        ? app.act({ type: 'AcceptLink', link: came.id }, `${t('verb.accept')} ${came.id}`)
        : app.show({ type: 'activate', incident: one.incident, plan: one.plan });
  return {
    title: html`${t('proposal.title')} ${planTitle(app, one.plan)} <b>${ROMAN[one.level]}</b>`,
    body: html`
      <dl class="facts-list">
        <div><dt>${t('activation.plan')}</dt><dd>${planLink(app, one.plan)} ${levelName(one.level)}</dd></div>
        <div><dt>${t('activation.incident')}</dt><dd><button class="reference" @click=${() => app.show({ type: 'incident', id: one.incident, tab: 'plans' })}>${one.incident}</button></dd></div>
        <div><dt>${t('proposal.authority')}</dt><dd>${postName(app, one.authority)}</dd></div>
        <div><dt>${t('proposal.due')}</dt><dd>${one.due_at ? html`${format.time(one.due_at)} · ${timer(instant(one.due_at), app.clock.now())}` : '—'}</dd></div>
      </dl>
      <p class="muted">${t('proposal.note')}</p>
      <div class="buttons"><button class="button primary" ?disabled=${!app.link.ready || pending} @click=${go}>${t(running ? 'proposal.raise' : 'plan.activate')}</button>
        <button class="button" ?disabled=${!app.link.ready || pending} aria-expanded=${app.ui.form === 'decline'} @click=${() => app.set({ form: app.ui.form === 'decline' ? null : 'decline' })}>${t('proposal.decline')}</button></div>
      ${app.ui.form === 'decline' ? form(app, t('proposal.decline'), reasonField(), (v) => { app.act({ type: 'DeclineProposal', proposal: one.id, reason: v.reason }, `${t('proposal.decline')} ${planTitle(app, one.plan)}`); app.set({ form: null }); }) : nothing}
      ${came ? html`<h3>${t('activation.came')}</h3>${linkCard(app, came)}` : nothing}
      ${running ? html`<p><button class="reference" @click=${() => app.show({ type: 'activation', id: running.id })}>${t('proposal.running', { level: running.level ?? '' })}</button></p>` : nothing}
    `,
  };
}
