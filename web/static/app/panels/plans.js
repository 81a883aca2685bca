// The plans at work, by the four levels: who was asked, who has started, who is late. Each opens with what was sent and said.
import { html, nothing, render, repeat } from '../../vendor/lit.js';
import { LANES, nodes } from '../core/tree.js';
import * as format from '../core/format.js';
import { say, t } from '../core/i18n.js';
import { SteadyOrder, changesButton, head, organisationName, roving, waiting } from './parts.js';

/** @typedef {import('../core/tree.js').Node} Node @typedef {import('../types').App} App */

export const ROMAN = /** @type {Record<string, string>} */ ({ I: 'Ⅰ', II: 'Ⅱ', III: 'Ⅲ', IV: 'Ⅳ' });
const MARK_KEYS = /** @type {Record<string, string>} */ ({ '·': 'stood_by', '◔': 'waiting', '✓': 'active', '!': 'late', '■': 'ended' });

/** The title of a plan, or its id where the board does not hold it. @param {App} app @param {string} id */
export const planTitle = (app, id) => say(app.store.row('plan', id)?.title) || id;

/** A response level as it is written. @param {string | null} level */
export const levelName = (level) => (level ? t('plan.level', { level: ROMAN[level] ?? level }) : '');

/** @param {App} app @param {Node} node */
export const openNode = (app, node) => app.show(node.proposal ? { type: 'proposal', id: node.proposal.id } : node.activation ? { type: 'activation', id: node.activation.id } : { type: 'activation', id: node.link?.activation ?? '' });

/** Left until a time, or past it. @param {number} due @param {number} now */
export const timer = (due, now) =>
  due >= now ? html`<span class="timer">${t('attention.left', { age: format.countdown(due - now, t) })}</span>` : html`<span class="timer late">${t('attention.over', { age: format.countdown(now - due, t) })}</span>`;

/** One line of the tree. @param {App} app @param {Node} node @param {number} now @param {boolean} withIncident */
export function nodeRow(app, node, now, withIncident) {
  const owner = node.activation?.owner ?? (node.proposal?.authority ?? node.link?.to_post ?? '').split('/')[0];
  const late = node.tasks.late + node.links.late;
  const pending = waiting(app, (command) => command.activation === node.activation?.id || (command.plan === node.plan && command.incident === node.incident));
  const alarming = node.mark === '!' || (node.mark === '✓' && late > 0);
  return html`<li>
    <button class="plan-row ${alarming ? 'late' : ''} ${node.mark === '■' ? 'ended' : ''} ${pending ? 'pending' : ''}" tabindex="-1" data-key=${node.key}
      .style=${`--depth: ${node.depth}`} aria-label="${t(`plan.mark.${MARK_KEYS[node.mark]}`)} ${planTitle(app, node.plan)} ${levelName(node.level)}" @click=${() => openNode(app, node)}>
      <span class="mark-of ${MARK_KEYS[node.mark]}" title=${t(`plan.mark.${MARK_KEYS[node.mark]}`)}>${node.mark}</span>
      <span class="title" title=${planTitle(app, node.plan)}>${planTitle(app, node.plan)}</span>
      <b class="level">${node.level ? ROMAN[node.level] : ''}</b>
      <span class="count muted">${late ? html`<span class="tag alert">${t('plan.late', { n: late })}</span>` : node.tasks.all ? t('plan.tasks.short', { done: node.tasks.done, all: node.tasks.all }) : ''}</span>
      <span class="owner muted">${withIncident ? node.incident : organisationName(app, owner)}</span>
      <span class="when">${node.due !== null && (node.mark === '◔' || node.mark === '!') ? timer(node.due, now) : format.clockTime(node.at).slice(0, 5)}</span>
    </button>
  </li>`;
}

/** @param {HTMLElement} root @param {App} app @returns {import('../types').Panel} */
export function plansPanel(root, app) {
  const steady = new SteadyOrder(root, () => app.dirty('activation'));
  const focus = roving(root, '.plan-row');
  root.setAttribute('aria-labelledby', 'plans-title');

  return {
    kinds: ['activation', 'proposal', 'task', 'link', 'plan', 'organisation', 'warning', 'incident', 'ui', 'outbox', 'second', 'language'],
    every: 250,
    draw() {
      const now = app.clock.now();
      const all = nodes(app.store, now, () => true);
      const chosen = app.ui.chosen && all.some((node) => node.incident === app.ui.chosen) ? app.ui.chosen : null;
      const list = chosen ? all.filter((node) => node.incident === chosen) : all;
      const several = new Set(list.map((node) => node.incident)).size > 1;
      const byKey = new Map(list.map((node) => [node.key, node]));
      const order = steady.order(LANES.flatMap((lane) => list.filter((node) => node.lane === lane).map((node) => node.key)));
      const started = list.filter((node) => node.activation?.state === 'active').length;
      const late = list.filter((node) => node.mark === '!').length + list.reduce((n, node) => n + node.tasks.late + node.links.late, 0);
      const warnings = app.store.rows('warning').size;
      const operation = encodeURIComponent(app.operation);
      render(
        html`${head('plans', t('plans.title'), t(chosen ? 'plans.sub.one' : 'plans.sub', { started, all: list.length, late, incident: chosen ?? '' }), '3',
            html`${changesButton(steady, () => app.dirty('activation'))}
              <button class="button quiet ${warnings ? 'strong' : ''}" @click=${() => app.show({ type: 'warnings' })}>${t('warnings.short', { n: warnings })}</button>
              <a class="button quiet" href="/plans/${operation}">${t('linkage.short')}</a>
              <button class="button quiet" @click=${() => app.show({ type: 'activate', incident: app.ui.chosen && app.store.row('incident', app.ui.chosen) ? app.ui.chosen : null, plan: null })}>${t('plan.activate')} <kbd>P</kbd></button>`)}
          <div class="list" aria-labelledby="plans-title">
            ${LANES.map((lane) => {
              const mine = order.map((key) => byKey.get(key)).filter((node) => node?.lane === lane);
              return mine.length
                ? html`<h3 class="lane">${t(`level.${lane}`)}</h3><ul>${repeat(mine, (node) => /** @type {Node} */ (node).key, (node) => nodeRow(app, /** @type {Node} */ (node), now, several))}</ul>`
                : nothing;
            })}
            ${list.length ? nothing : html`<p class="empty">${t('plans.empty')}</p>`}
          </div>`,
        root,
      );
      focus.keep();
    },
  };
}
