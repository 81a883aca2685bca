// One plan: what it says, how it is linked, what is due and what the checks find; and a card for each post 应急处置卡, to print.
import { html, nothing, render } from '../../vendor/lit.js';
import { seconds, words } from '../core/duration.js';
import * as format from '../core/format.js';
import { has, language, say, t } from '../core/i18n.js';
import { begin, href, operation, read, top, trouble } from './shared.js';

const ROMAN = /** @type {Record<string, string>} */ ({ I: 'Ⅰ', II: 'Ⅱ', III: 'Ⅲ', IV: 'Ⅳ', stand_by: '·' });
const LEVELS = ['I', 'II', 'III', 'IV'];
const CARD_SECONDS = 600;

const root = /** @type {HTMLElement} */ (document.getElementById('main'));
const plan = decodeURIComponent(location.pathname.split('/')[3] ?? '');
/** @type {any} */
let data = null;
/** @type {any} */
let known = null;

const post = (/** @type {string | null | undefined} */ id) => (id ? (language === 'en' ? data.posts[id]?.en : data.posts[id]?.zh) || id : '—');
const title = (/** @type {string} */ id) => say(data.titles[id]) || id;
const planHref = (/** @type {string} */ id) => href(`/plan/${encodeURIComponent(operation)}/${encodeURIComponent(id)}`);
const to = (/** @type {any} */ edge) => (edge.to_plan ? html`<a href=${planHref(edge.to_plan)}>${title(edge.to_plan)}</a> ${edge.to_level ? ROMAN[edge.to_level] : ''}` : html`${post(edge.to_post)}${edge.to !== edge.to_post ? html` <a class="muted" href=${planHref(edge.to)}>${title(edge.to)}</a>` : nothing}`);
const due = (/** @type {number} */ s) => words(`PT${s}S`, t);

/** @param {any[]} tasks */
const taskTable = (tasks) => html`<table><thead><tr><th>${t('plan.task')}</th><th>${t('plan.post')}</th><th>${t('plan.within')}</th><th>${t('task.evidence')}</th><th>${t('plan.clause')}</th></tr></thead>
  <tbody>${tasks.map((task) => html`<tr id=${task.id}><td>${task.critical ? html`<span class="tag">${t('task.critical')}</span> ` : nothing}${say(task.title)} <span class="muted">${task.id}</span></td><td>${post(task.post)}</td><td class="number">${words(task.within, t)}</td><td>${t(`evidence.${task.evidence}`)}</td><td>${task.clause ?? '—'}</td></tr>`)}</tbody></table>`;

/** @param {any[]} edges @param {boolean} out */
const linkTable = (edges, out) => html`<table><thead><tr><th>${t('plan.link')}</th><th>${t(out ? 'plan.to' : 'plan.from')}</th><th>${t('plan.trigger')}</th><th>${t('plan.channel')}</th><th>${t('plan.ack')}</th><th>${t('plan.escalate')}</th><th>${t('plan.state')}</th></tr></thead>
  <tbody>${edges.map((edge) => html`<tr id=${out ? edge.link : nothing} class=${edge.broken ? 'broken' : ''}><td><b>${t(`link.kind.${edge.kind}`)}</b> <span class="muted">${ROMAN[edge.level] ?? ''} ${edge.link}</span></td>
    <td>${out ? to(edge) : html`<a href=${planHref(edge.plan)}>${title(edge.plan)}</a>`}${edge.asks ? html` <span class="muted">${edge.asks}</span>` : nothing}</td>
    <td>${t(`trigger.${edge.trigger}`)}</td><td>${t(`channel.${edge.channel}`)}</td><td class="number">${due(edge.ack_s)}</td><td>${post(edge.escalate_to)}</td>
    <td>${edge.broken ? html`<b class="tag alert">${t('plan.broken')}</b>` : t('plan.holds')}</td></tr>`)}</tbody></table>`;

/** @param {string} name @param {any} part */
function level(name, part) {
  const out = data.links_out.filter((/** @type {any} */ edge) => edge.level === name);
  const { start, end } = part;
  return html`<section class="level" aria-labelledby="level-${name}">
    <h2 id="level-${name}"><span class="level-badge">${ROMAN[name]}</span> ${name === 'stand_by' ? t('activation.state.stood_by') : t('plan.level', { level: ROMAN[name] })}</h2>
    ${start
      ? html`<dl class="facts"><div><dt>${t('plan.start')}</dt><dd>${say(data.conditions[name])} <span class="tag">${t(`start.${start.mode}`)}</span></dd></div>
          <div><dt>${t('plan.authority')}</dt><dd>${post(start.authority)}${start.decide_within ? ` · ${t('plan.decide', { within: words(start.decide_within, t) })}` : ''}</dd></div></dl>`
      : nothing}
    ${part.tasks?.length ? html`<h3>${t('activation.tasks')} ${part.tasks.length}</h3>${taskTable(part.tasks)}` : nothing}
    ${out.length ? html`<h3>${t('plan.links_out')} ${out.length}</h3>${linkTable(out, true)}` : nothing}
    ${end
      ? html`<h3>${t('plan.end')}</h3><p>${t('plan.authority')}：${post(end.authority)}${end.after?.length ? html` · ${t('plan.after')} ${end.after.map((/** @type {string} */ id) => html`<a href=${planHref(id)}>${title(id)}</a> `)}` : nothing}${end.released_by ? ` · ${t('plan.released_by', { post: post(end.released_by) })}` : ''}</p>
          <ul class="plain">${(end.conditions ?? []).map((/** @type {any} */ one) => html`<li id=${one.id}>${say(one.text)} <span class="muted">${one.evidence ? t(`evidence.${one.evidence}`) : '—'} · ${t('plan.confirmed', { post: post(one.confirmed_by) })}</span></li>`)}</ul>`
      : nothing}
  </section>`;
}

/** What one post does, in the order of its times: the first ten minutes on one card. @param {string} id */
function card(id) {
  const parts = [...LEVELS.filter((name) => data.document.levels[name]).map((name) => [name, data.document.levels[name]]), ...(data.document.stand_by ? [['stand_by', data.document.stand_by]] : [])];
  const tasks = parts.flatMap(([name, part]) => (part.tasks ?? []).filter((/** @type {any} */ task) => task.post === id).map((/** @type {any} */ task) => ({ ...task, level: name })));
  tasks.sort((a, b) => (seconds(a.within) ?? 0) - (seconds(b.within) ?? 0));
  const duty = id.split('/')[1] === 'duty' && id.split('/')[0] === data.plan.owner;
  const calls = duty ? data.links_out : [];
  const channels = (data.document.contacts ?? []).find((/** @type {any} */ one) => one.post === id);
  return html`<article class="card" data-post=${id}>
    <header><b>${t('card.title')}</b><span>${say(data.plan.title)} · ${t('plan.version', { n: data.plan.version })}</span></header>
    <h3>${post(id)}</h3>
    ${channels ? html`<p class="muted">${channels.channels.map((/** @type {any} */ one) => `${t(`channel.${one.kind}`)} ${one.ref}`).join(' · ')} · ${channels.hours ?? '24h'}</p>` : nothing}
    <ol>${tasks.map((task) => html`<li class=${(seconds(task.within) ?? 0) <= CARD_SECONDS ? 'first' : ''}><span class="box" aria-hidden="true"></span><b>${words(task.within, t)}</b> ${say(task.title)}${task.critical ? html` <span class="tag">${t('task.critical')}</span>` : nothing} <span class="muted">${t(`evidence.${task.evidence}`)} · ${ROMAN[task.level]}</span></li>`)}</ol>
    ${calls.length ? html`<h4>${t('card.calls')}</h4><ul class="plain">${calls.map((/** @type {any} */ edge) => html`<li><span class="box" aria-hidden="true"></span>${t(`link.kind.${edge.kind}`)} → ${edge.to_plan ? title(edge.to_plan) : post(edge.to_post)} <span class="muted">${t(`channel.${edge.channel}`)} · ${due(edge.ack_s)} · ${ROMAN[edge.level] ?? ''}</span></li>`)}</ul>` : nothing}
    <button class="button" @click=${() => print(id)}>${t('card.print')}</button>
  </article>`;
}

/** Only one card, or all of them. @param {string | null} id */
function print(id) {
  document.body.dataset.print = 'cards';
  for (const one of root.querySelectorAll('.card')) one.classList.toggle('unprinted', id !== null && /** @type {HTMLElement} */ (one).dataset.post !== id);
  window.print();
}
window.addEventListener('afterprint', () => delete document.body.dataset.print);

function posts() {
  const found = new Set();
  const parts = [...Object.values(data.document.levels), data.document.stand_by ?? {}];
  for (const part of parts) for (const task of /** @type {any} */ (part).tasks ?? []) found.add(task.post);
  if (data.links_out.length) found.add(`${data.plan.owner}/duty`);
  return [...found];
}

/** @param {any} problem */
function draw(problem = null) {
  if (!known) return;
  top(known.session, data ? say(data.plan.title) : plan, html`<a class="button" href=${href(`/plans/${encodeURIComponent(operation)}`)}>${t('linkage.short')}</a>
    ${data ? html`<button class="button" @click=${() => window.print()}>${t('plan.print')}</button><button class="button primary" @click=${() => print(null)}>${t('card.print.all')}</button>` : nothing}`, () => draw());
  if (problem) {
    render(trouble(problem), root);
    return;
  }
  if (!data) {
    render(html`<p class="muted">${t('finding.loading')}</p>`, root);
    return;
  }
  const { document: file, plan: head } = data;
  render(html`<div class="sheet">
    <dl class="facts wide">
      <div><dt>${t('plan.id')}</dt><dd>${head.id} · ${t('plan.version', { n: head.version })} ${head.retired ? html`<b class="tag alert">${t('plan.retired')}</b>` : nothing}</dd></div>
      <div><dt>${t('activation.owner')}</dt><dd>${say(head.owner_name) || head.owner} · ${has(`level.${head.level}`) ? t(`level.${head.level}`) : ''} · ${t(`plan.kind.${head.kind}`)}</dd></div>
      <div><dt>${t('plan.valid')}</dt><dd>${head.valid.from} — ${head.valid.to}${head.reviewed ? ` · ${t('plan.reviewed', { day: head.reviewed })}` : ''}</dd></div>
      <div><dt>${t('plan.approval')}</dt><dd>${post(file.approval.by)}${file.approval.filed_with ? ` · ${t('plan.filed', { with: file.approval.filed_with })}` : ''}</dd></div>
      <div><dt>${t('plan.covers')}</dt><dd>${(file.covers?.events ?? []).map((/** @type {string} */ code) => { const one = known.tables.incident_kinds.find((/** @type {any} */ kind) => kind.code === code); return one ? say(one) : code; }).join('、') || t('form.any')}</dd></div>
      <div><dt>${t('plan.upper')}</dt><dd>${(file.upper_plans ?? []).map((/** @type {any} */ one) => html`<a href=${planHref(one.plan)}>${title(one.plan)}</a> <span class="muted">${t('plan.version', { n: one.version })}</span> `)}${file.upper_plans?.length ? nothing : '—'}</dd></div>
      <div><dt>${t('plan.hash')}</dt><dd class="mono">${head.hash.slice(0, 16)}…</dd></div>
      ${data.due.map((/** @type {any} */ one) => html`<div class=${format.date(Date.parse(one.due_at)) < data.day ? 'overdue' : ''}><dt>${t(one.kind === 'plan.drill' ? 'plan.due.drill' : 'plan.due.review')}</dt><dd><b>${format.date(Date.parse(one.due_at))}</b> <span class="muted">${one.citation}</span></dd></div>`)}
    </dl>
    ${data.findings.length
      ? html`<section class="findings" aria-labelledby="findings-title"><h2 id="findings-title">${t('plan.findings')} ${data.findings.length}</h2><ul class="plain">${data.findings.map((/** @type {any} */ one) => html`<li class="finding ${one.severity} ${one.waived_by ? 'waived' : ''}">
          <span class="severity ${one.severity}">${one.rule}</span> <span><b>${language === 'en' ? one.en : one.zh}</b>${one.witness ? html` <span class="muted">${say(one.witness)}</span>` : nothing}<br /><span class="muted">${say(one.repair)}${one.part ? html` · <a href="#${one.part.split('.').pop()}">${one.part}</a>` : nothing}${one.waived_by ? ` · ${t('plan.waived', { post: post(one.waived_by) })}` : ''}</span></span></li>`)}</ul></section>`
      : html`<p class="muted">${t('plan.no_findings')}</p>`}
    ${LEVELS.filter((name) => file.levels[name]).map((name) => level(name, file.levels[name]))}
    ${file.stand_by?.tasks?.length || file.stand_by?.links_out?.length ? level('stand_by', file.stand_by) : nothing}
    ${data.conditions.expand ? html`<section><h2>${t('plan.expand')}</h2><p>${t('plan.expand.from', { level: ROMAN[file.expand.from_level] })}：${say(data.conditions.expand)}</p>${(file.level_map ?? []).map((/** @type {any} */ row) => html`<p>${ROMAN[row.own]} → <a href=${planHref(row.upper)}>${title(row.upper)}</a> ${ROMAN[row.level] ?? t('plan.only_told')} <span class="muted">${row.reason ?? ''}</span></p>`)}</section>` : nothing}
    ${file.hand_over ? html`<section><h2>${t('plan.hand_over')}</h2><p>${post(file.hand_over.from)} → ${post(file.hand_over.to)}${file.hand_over.within ? ` · ${words(file.hand_over.within, t)}` : ''}</p><p class="muted">${(file.hand_over.briefing ?? []).map((/** @type {string} */ item) => t(`briefing.${item}`)).join('、')}</p></section>` : nothing}
    <section><h2>${t('plan.links_in')} ${data.links_in.length}</h2>${data.links_in.length ? linkTable(data.links_in, false) : html`<p class="muted">${t('plan.no_links_in')}</p>`}
      ${data.not_sent.map((/** @type {any} */ one) => html`<p class="notice">${t('plan.not_sent', { from: one.from, kind: t(`link.kind.${one.kind}`) })}</p>`)}</section>
    <section><h2>${t('plan.contacts')}</h2><ul class="plain">${(file.contacts ?? []).map((/** @type {any} */ one) => html`<li>${post(one.post)} <span class="muted">${one.hours ?? '24h'} · ${one.channels.map((/** @type {any} */ channel) => `${t(`channel.${channel.kind}`)} ${channel.ref}`).join(' · ')}</span></li>`)}</ul></section>
    ${(file.sections ?? []).map((/** @type {any} */ one) => html`<section><h2>${say(one.title)}</h2><p class="text">${one.text}</p></section>`)}
    <section class="history"><h2>${t('plan.versions')}</h2><ul class="plain">${data.versions.map((/** @type {any} */ one) => html`<li>${t(one.event === 'PlanRetired' ? 'plan.retired' : 'plan.adopted')} ${t('plan.version', { n: one.version })} · ${format.date(Date.parse(one.at))} ${format.clockTime(Date.parse(one.at))} · <a href="?at=${one.position}">#${one.position}</a>${one.waivers?.length ? ` · ${t('plan.waivers', { n: one.waivers.length })}` : ''}</li>`)}</ul></section>
    <section class="cards" aria-labelledby="cards-title"><h2 id="cards-title">${t('card.title')}</h2><div class="card-grid">${posts().map(card)}</div></section>
  </div>`, root);
}

known = await begin();
if (known) {
  draw();
  try {
    data = await read(`/plans/${encodeURIComponent(plan)}`);
    draw();
    const part = decodeURIComponent(location.hash.slice(1));
    if (part) document.getElementById(part)?.scrollIntoView({ block: 'center' });
  } catch (error) {
    draw(error);
  }
}
