// Alarms: findings that somebody must own, and deadlines that have passed. To take one on is to own it, not to solve it.
import { html, nothing, render, repeat } from '../../vendor/lit.js';
import { alarms, groups, isFlood, next } from '../core/alarms.js';
import * as format from '../core/format.js';
import { say, t } from '../core/i18n.js';
import { levelName, planTitle } from './plans.js';
import { SteadyOrder, changesButton, head, postName, roving, waiting } from './parts.js';

/** Seconds between two sounds of one priority; 0: once. */
const REPEAT_S = { 1: 10, 2: 60, 3: 0 };

const SEVERITY = { 1: 'critical', 2: 'warning', 3: 'notice' };

/** @typedef {import('../core/alarms.js').Alarm} Alarm @typedef {import('../types').App} App */

/** @param {App} app */
export const currentAlarms = (app) => alarms(app.store.rows('finding').values(), app.store.rows('obligation').values(), app.clock.now());

/** @param {App} app @param {import('../types').Finding} finding */
export const own = (app, finding) => app.act({ type: 'AcknowledgeFinding', finding: finding.id }, `${t('alarm.own')} ${finding.rule} ${finding.subject}`);

/** @param {App} app the thing that a deadline is about @param {import('../types').Obligation} one */
export function showSubject(app, one) {
  const link = app.store.row('link', one.subject);
  const task = app.store.row('task', one.subject);
  const activation = link?.activation ?? task?.activation;
  if (activation) app.show({ type: 'activation', id: activation });
  else if (app.store.row('proposal', one.subject)) app.show({ type: 'proposal', id: one.subject });
  else if (one.kind.startsWith('warning.')) app.show({ type: 'warnings' });
  else if (one.incident && app.store.row('incident', one.incident)) app.show({ type: 'incident', id: one.incident, tab: one.kind.startsWith('control.') ? 'controls' : one.kind.startsWith('dispatch.') || one.kind.startsWith('crew.') ? 'teams' : 'overview' });
  else app.show({ type: 'deadlines' });
}

/** What is owed, by the names that people know. @param {App} app @param {import('../types').Obligation} one */
export function deadlineText(app, one) {
  const proposal = app.store.row('proposal', one.subject);
  if (proposal) return t('deadline.decide', { plan: planTitle(app, proposal.plan), level: levelName(proposal.level) });
  const link = app.store.row('link', one.subject);
  return link ? t('deadline.answer', { plan: planTitle(app, link.plan), kind: t(`link.kind.${link.kind}`), id: link.id }) : say(one);
}

/** @param {HTMLElement} root @param {App} app @returns {import('../types').Panel & { acknowledge: () => void, acknowledgeNotices: () => void }} */
export function alarmsPanel(root, app) {
  const steady = new SteadyOrder(root, () => app.dirty('finding'));
  const focus = roving(root, '.alarm');
  /** @type {Set<string>} */
  const expanded = new Set();
  const sounded = new Map();
  root.setAttribute('aria-labelledby', 'alarms-title');

  /** @param {Alarm} alarm */
  function row(alarm) {
    const { finding, obligation } = alarm;
    const now = app.clock.now();
    const about = finding?.incident ?? obligation?.incident ?? null;
    const pending = finding !== null && waiting(app, (command) => command.finding === finding.id);
    const open = () => (finding ? app.show({ type: 'finding', id: finding.id }) : obligation && showSubject(app, obligation));
    const who = finding ? finding.acknowledged_by ?? finding.owner : obligation?.owner ?? null;
    return html`<li class="alarm-line p${alarm.priority} ${alarm.owned ? 'owned' : ''} ${pending ? 'pending' : ''}">
      <span class="priority" title=${t(`severity.${SEVERITY[alarm.priority]}`)}>${alarm.priority}</span>
      <button class="alarm" tabindex="-1" data-key=${alarm.key} @click=${open}>
        <span class="what">${finding ? say(finding) : obligation ? t('alarm.overdue', { what: deadlineText(app, obligation) }) : ''}</span>
        <span class="facts">${finding ? finding.rule : t('alarm.deadline')}${about ? ` · ${about}` : ''} · ${format.clockTime(alarm.since)} · ${format.countdown(now - alarm.since, t)}${who ? ` · ${postName(app, who)}` : ''}</span>
      </button>
      ${finding && !alarm.owned
        ? html`<button class="button own" ?disabled=${!app.link.ready || pending} @click=${() => own(app, finding)}>${t('alarm.own')} <kbd>A</kbd></button>`
        : html`<span class="muted own">${finding ? t('alarm.owned') : t('alarm.overdue.short')}</span>`}
    </li>`;
  }

  /** @param {import('../core/alarms.js').Group} group */
  function lines(group) {
    if (group.alarms.length === 1 && !group.key.startsWith('g/')) return row(group.alarms[0]);
    const [first] = group.alarms;
    const unowned = group.alarms.filter((alarm) => alarm.finding && !alarm.owned);
    const toggle = () => {
      if (!expanded.delete(group.key)) expanded.add(group.key);
      app.dirty('finding');
    };
    return html`<li class="alarm-line p${first.priority} ${first.owned ? 'owned' : ''}">
        <span class="priority">${first.priority}</span>
        <button class="alarm" tabindex="-1" data-key=${group.key} aria-expanded=${group.open} @click=${toggle}>
          <span class="what">${group.open ? '▾' : '▸'} ${group.key.endsWith('/flood') ? t('alarm.flood.rest', { n: group.alarms.length }) : first.finding ? say(first.finding) : first.obligation ? t('alarm.overdue', { what: deadlineText(app, first.obligation) }) : ''}</span>
          <span class="facts">${t('alarm.group', { cause: first.finding ? first.cause : t('alarm.deadline'), n: group.alarms.length })}</span>
        </button>
        ${unowned.length ? html`<button class="button own" ?disabled=${!app.link.ready} @click=${() => unowned.forEach((alarm) => alarm.finding && own(app, alarm.finding))}>${t('alarm.own.all', { n: unowned.length })}</button>` : html`<span class="muted own">×${group.alarms.length}</span>`}
      </li>
      ${group.open ? group.alarms.map(row) : nothing}`;
  }

  /** Every unowned one is heard in its turn; one tone for all that are due. @param {Alarm[]} list @param {boolean} flood */
  function sound(list, flood) {
    const now = performance.now();
    for (const priority of /** @type {(1 | 2 | 3)[]} */ ([1, 2, 3])) {
      if (flood && priority > 1) continue;
      const mine = list.filter((alarm) => !alarm.owned && alarm.priority === priority);
      const heard = /** @type {{ at: number, keys: Set<string> } | undefined} */ (sounded.get(priority));
      const fresh = mine.some((alarm) => !heard?.keys.has(alarm.key));
      const again = REPEAT_S[priority] > 0 && mine.some((alarm) => alarm.finding) && heard && now - heard.at >= REPEAT_S[priority] * 1000;
      if (mine.length && (fresh || again)) {
        app.sound.alarm(priority);
        sounded.set(priority, { at: now, keys: new Set(mine.map((alarm) => alarm.key)) });
        return;
      }
    }
  }

  const acknowledge = () => {
    const finding = next(currentAlarms(app));
    if (finding && app.link.ready) own(app, finding);
  };
  return {
    kinds: ['finding', 'obligation', 'outbox', 'online', 'second', 'language'],
    every: 250,
    acknowledge,
    acknowledgeNotices() {
      if (!app.link.ready) return;
      for (const alarm of currentAlarms(app)) if (alarm.finding && alarm.priority === 3 && !alarm.owned) own(app, alarm.finding);
    },
    draw() {
      const now = app.clock.now();
      const list = currentAlarms(app);
      const flood = isFlood(list, now);
      const shown = groups(list, flood, expanded);
      const byKey = new Map(shown.map((group) => [group.key, group]));
      const order = steady.order([...byKey.keys()]);
      const unowned = list.filter((alarm) => alarm.finding && !alarm.owned).length;
      const overdue = list.filter((alarm) => alarm.obligation).length;
      if (app.link.state === 'live' && app.store.position !== null) sound(list, flood);
      render(
        html`${head('alarms', t('alarms.title'), t('alarms.sub', { unowned, all: list.length - overdue, overdue }), '2',
            html`${changesButton(steady, () => app.dirty('finding'))}
              <button class="button quiet" @click=${() => app.show({ type: 'deadlines' })}>${t('deadlines.title')}</button>
              <button class="button quiet" @click=${() => app.show({ type: 'findings', tab: 'open' })}>${t('findings.title')}</button>`)}
          ${flood ? html`<p class="flood">${t('alarm.flood')}</p>` : nothing}
          <ul class="list" aria-labelledby="alarms-title">
            ${repeat(order, (key) => key, (key) => { const group = byKey.get(key); return group ? lines(group) : nothing; })}
            ${order.length ? nothing : html`<li class="empty">${t('alarms.empty')}</li>`}
          </ul>
          <span class="visually-hidden" aria-live="assertive">${list[0] && list[0].priority === 1 && !list[0].owned && list[0].finding ? say(list[0].finding) : ''}</span>`,
        root,
      );
      focus.keep();
    },
  };
}
