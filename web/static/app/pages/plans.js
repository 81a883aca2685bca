// The map of links: every plan in the lane of its level, every link as a line, broken ones red with the finding. Beside it the
// same as a list, for the keyboard and for whoever wants to read.
import { html, nothing, render, repeat, svg } from '../../vendor/lit.js';
import { LANES, layout, path } from '../core/layout.js';
import { language, say, t } from '../core/i18n.js';
import { begin, href, operation, read, top, trouble } from './shared.js';

/** @typedef {{ id: string, title: import('../types').Text, owner: string, owner_name: import('../types').Text | null, level: string | null, version: number, levels: string[], valid: { from: string, to: string }, findings: Record<string, number>, events: string[] }} PlanNode */
/** @typedef {{ id: string, plan: string, link: string, level: string, kind: string, to: string, to_plan: string | null, to_level: string | null, to_post: string | null, ack_s: number, broken: boolean, findings: string[] }} Edge */

const KINDS = ['activate', 'request', 'hand_over', 'notify', 'warn'];
const ROMAN = /** @type {Record<string, string>} */ ({ I: 'Ⅰ', II: 'Ⅱ', III: 'Ⅲ', IV: 'Ⅳ' });
const WIDTH_MIN = 760;

const root = /** @type {HTMLElement} */ (document.getElementById('main'));
/** @type {any} */
let data = null;
/** @type {any} */
let problem = null;
/** @type {any} */
let known = null;
let kind = new URLSearchParams(location.search).get('kind');
let wanted = '';
let brokenOnly = false;
/** @type {string | null} */
let marked = null;
/** What is told or warned of runs everywhere; it is drawn when it is asked for, or broken. */
const kinds = new Set(['activate', 'request']);

async function load() {
  try {
    data = await read('/linkage', { kind });
    problem = null;
  } catch (error) {
    problem = error;
  }
  draw();
}

/** @param {PlanNode} node */
const nameOf = (node) => (node.title ? say(node.title) : say(node.owner_name) || node.id);

function shown() {
  /** @type {Edge[]} */
  const edges = data.links.filter((/** @type {Edge} */ edge) => edge.broken || (kinds.has(edge.kind) && !brokenOnly));
  const words = wanted.normalize('NFKC').toLowerCase();
  const has = (/** @type {any} */ node) => !words || [node.id, node.title?.zh, node.title?.en, node.owner_name?.zh, node.owner_name?.en, node.owner].some((text) => text?.toLowerCase().includes(words));
  /** @type {any[]} */
  const all = [...data.plans, ...data.posts];
  const found = new Set(all.filter(has).map((node) => node.id));
  const lines = words ? edges.filter((edge) => found.has(edge.plan) || found.has(edge.to)) : edges;
  const touched = new Set(lines.flatMap((edge) => [edge.plan, edge.to]));
  const nodes = all.filter((node) => (words || brokenOnly ? touched.has(node.id) || (found.has(node.id) && !brokenOnly) : data.plans.includes(node) || touched.has(node.id)));
  // What a link names and nobody has: a plan that was never adopted is a node as well, or its line would end nowhere.
  const there = new Set(nodes.map((node) => node.id));
  for (const edge of lines) if (!there.has(edge.to)) { there.add(edge.to); nodes.push({ id: edge.to, level: null, absent: true }); }
  return { nodes, lines };
}

/** @param {Edge} edge */
function wrong(edge) {
  const said = data.findings.filter((/** @type {any} */ one) => one.plan === edge.plan && edge.findings.includes(`${one.rule}|${one.subject}`));
  return said.length ? said.map((/** @type {any} */ one) => `${one.rule} ${language === 'en' ? one.en : one.zh}`).join('；') : t('linkage.nowhere', { to: edge.to_plan ? `${edge.to_plan} ${edge.to_level ?? ''}` : edge.to });
}

/** @param {any} node @param {import('../core/layout.js').Spot} spot @param {number} card */
function nodeCard(node, spot, card) {
  const grave = node.findings?.critical ?? 0;
  const more = (node.findings?.warning ?? 0) + (node.findings?.notice ?? 0);
  const mark = (/** @type {string | null} */ id) => () => { marked = id; draw(); };
  const place = `left: ${spot.x}px; top: ${spot.y}px; width: ${card}px`;
  const inside = html`<span class="title">${node.absent ? node.id : node.title ? nameOf(node) : html`${nameOf(node)} <span class="muted">${node.id.split('/')[1]}</span>`}</span>
    <span class="facts">${node.title ? html`${say(node.owner_name) || node.owner} · ${node.levels.map((/** @type {string} */ level) => ROMAN[level]).join(' ')} · ${t('plan.version', { n: node.version })}` : t(node.absent ? 'linkage.absent' : 'linkage.post')}
      ${grave ? html`<b class="tag alert">${t('linkage.critical', { n: grave })}</b>` : more ? html`<span class="tag">${t('linkage.more', { n: more })}</span>` : nothing}</span>`;
  const classes = `node ${node.title ? '' : 'post'} ${node.absent ? 'absent' : ''} ${grave ? 'grave' : ''} ${marked === node.id ? 'marked' : ''}`;
  return node.title
    ? html`<a class=${classes} .style=${place} href=${href(`/plan/${encodeURIComponent(operation)}/${encodeURIComponent(node.id)}`)} @pointerenter=${mark(node.id)} @pointerleave=${mark(null)} @focus=${mark(node.id)} @blur=${mark(null)}>${inside}</a>`
    : html`<span class=${classes} .style=${place} @pointerenter=${mark(node.id)} @pointerleave=${mark(null)}>${inside}</span>`;
}

/** @param {any[]} nodes @param {Edge[]} lines */
function map(nodes, lines) {
  const width = Math.max(WIDTH_MIN, (root.querySelector('.map-scroll')?.clientWidth ?? WIDTH_MIN + 200) - 2);
  const { spots, card, height, lane } = layout(nodes, lines, width, (root.querySelector('.map-scroll')?.clientHeight ?? 0) - 4);
  const taken = new Map();
  return html`<div class="canvas" .style=${`width: ${width}px; height: ${height}px`}>
    ${LANES.map((name, i) => html`<h2 class="lane-head" .style=${`left: ${i * lane}px; width: ${lane}px`}>${t(`level.${name}`)} ${nodes.filter((node) => (node.level ?? 'enterprise') === name && node.title).length}</h2>`)}
    <svg width=${width} height=${height} aria-hidden="true">
      <defs>${['', 'broken', 'marked'].map((name) => svg`<marker id="arrow-${name}" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto-start-reverse"><path class="arrow ${name}" d="M0 0 L8 4 L0 8 z"/></marker>`)}</defs>
      ${lines.map((edge) => {
        const [from, to] = [spots.get(edge.plan), spots.get(edge.to)];
        if (!from || !to) return nothing;
        const n = taken.get(edge.plan) ?? 0;
        taken.set(edge.plan, n + 1);
        const ours = marked !== null && (edge.plan === marked || edge.to === marked);
        const state = edge.broken ? 'broken' : ours ? 'marked' : '';
        return svg`<path class="edge ${edge.kind} ${state} ${marked !== null && !ours ? 'faded' : ''}" d=${path(from, to, card, n)} marker-end="url(#arrow-${state})"><title>${`${edge.plan} → ${edge.to}: ${t(`link.kind.${edge.kind}`)}`}</title></path>`;
      })}
    </svg>
    ${repeat(nodes, (node) => node.id, (node) => { const spot = spots.get(node.id); return spot ? nodeCard(node, spot, card) : nothing; })}
  </div>`;
}

/** @param {any[]} nodes @param {Edge[]} lines */
function list(nodes, lines) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const called = (/** @type {string} */ id) => { const node = byId.get(id); return node?.title ? nameOf(node) : node?.owner_name ? `${nameOf(node)} ${id.split('/')[1] ?? ''}` : id; };
  const order = [...lines].sort((a, b) => Number(b.broken) - Number(a.broken) || (a.plan < b.plan ? -1 : a.plan > b.plan ? 1 : 0));
  return html`<ul class="links" aria-label=${t('linkage.list')}>
    ${repeat(order, (edge) => edge.id, (edge) => html`<li>
      <a class="link-row ${edge.broken ? 'broken' : ''}" href=${`${href(`/plan/${encodeURIComponent(operation)}/${encodeURIComponent(edge.plan)}`)}#${encodeURIComponent(edge.link)}`}
        @focus=${() => { marked = edge.plan; draw(); }} @blur=${() => { marked = null; draw(); }}>
        <span class="kind">${edge.broken ? '✗ ' : ''}${t(`link.kind.${edge.kind}`)}</span>
        <span class="ends"><b>${called(edge.plan)}</b> → ${called(edge.to)} ${edge.to_level ? ROMAN[edge.to_level] : ''}</span>
        ${edge.broken ? html`<span class="why">${wrong(edge)}</span>` : nothing}
      </a></li>`)}
  </ul>`;
}

root.addEventListener('keydown', (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const active = document.activeElement;
  if (!by || !active?.matches('.link-row, .node')) return;
  const all = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(active.matches('.node') ? 'a.node' : '.link-row')]);
  all[Math.min(all.length - 1, Math.max(0, all.indexOf(/** @type {HTMLElement} */ (active)) + by))]?.focus();
  event.preventDefault();
});
window.addEventListener('keydown', (event) => {
  if (event.key !== '/' || document.activeElement?.matches('input:not([type=checkbox]), select')) return;
  /** @type {HTMLElement | null} */ (document.querySelector('#search'))?.focus();
  event.preventDefault();
});

function draw() {
  if (!known) return;
  const { session, tables } = known;
  top(session, t('linkage.title'), html`
    <label class="tool"><span>${t('linkage.kind')}</span><select @change=${(/** @type {any} */ e) => { kind = e.target.value || null; load(); }}>
      <option value="">${t('form.any')}</option>${tables.incident_kinds.map((/** @type {any} */ one) => html`<option value=${one.code} ?selected=${one.code === kind}>${say(one)}</option>`)}</select></label>
    <label class="tool"><span class="visually-hidden">${t('linkage.search')}</span><input id="search" type="search" placeholder=${t('linkage.search')} .value=${wanted} @input=${(/** @type {any} */ e) => { wanted = e.target.value; draw(); }} /></label>
    <label class="tool"><input type="checkbox" .checked=${brokenOnly} @change=${() => { brokenOnly = !brokenOnly; draw(); }} /> ${t('linkage.broken')}</label>`, draw);
  if (problem) {
    render(trouble(problem), root);
    return;
  }
  if (!data) {
    render(html`<p class="muted">${t('finding.loading')}</p>`, root);
    return;
  }
  const { nodes, lines } = shown();
  const broken = data.links.filter((/** @type {Edge} */ edge) => edge.broken).length;
  const grave = data.findings.filter((/** @type {any} */ one) => one.severity === 'critical' && !one.waived_by).length;
  render(html`
    <p class="summary">${t('linkage.summary', { plans: data.plans.length, links: data.links.length, day: data.day })}
      <b class=${broken ? 'tag alert' : 'tag'}>${t('linkage.broken.count', { n: broken })}</b> <span class="tag">${t('linkage.critical', { n: grave })}</span>
      <span class="spacer"></span>
      ${KINDS.map((name) => html`<label class="tool kind-${name}"><input type="checkbox" .checked=${kinds.has(name)} @change=${() => { if (!kinds.delete(name)) kinds.add(name); draw(); }} /><svg class="sample" width="26" height="8" aria-hidden="true"><path class="edge ${name}" d="M0 4 H26"/></svg>${t(`link.kind.${name}`)}</label>`)}</p>
    <div class="map-scroll" tabindex="-1">${map(nodes, lines)}</div>
    <section class="side" aria-labelledby="links-title"><h2 id="links-title">${t('linkage.list')} ${lines.length}</h2>${lines.length ? list(nodes, lines) : html`<p class="muted">${t('linkage.none')}</p>`}</section>`, root);
}

known = await begin();
if (known) {
  draw();
  await load();
  draw(); // once more, now that the map has a width
  new ResizeObserver(() => draw()).observe(/** @type {HTMLElement} */ (root));
}
