// Puts the board together: one store, one link, one outbox, the panels, and who is redrawn when.
import { html, render } from '../../vendor/lit.js';
import { HttpProblem, remember, remembered, request } from '../core/api.js';
import { Clock } from '../core/clock.js';
import { LANGUAGES, setLanguage, t } from '../core/i18n.js';
import { Keys } from '../core/keys.js';
import { Link } from '../core/net.js';
import { Outbox } from '../core/outbox.js';
import { Sound } from '../core/sound.js';
import { Store } from '../core/store.js';
import { alarmsPanel } from '../panels/alarms.js';
import { attentionPanel } from '../panels/attention.js';
import { commandPanel } from '../panels/command.js';
import { drawerPanel } from '../panels/drawer.js';
import { bannerPanel, headerPanel } from '../panels/header.js';
import { helpPanel } from '../panels/help.js';
import { incidentsPanel } from '../panels/incidents.js';
import { mapPanel } from '../panels/map.js';
import { plansPanel } from '../panels/plans.js';
import { teamsPanel } from '../panels/teams.js';
import { timelinePanel } from '../panels/timeline.js';
import { bindKeys } from './board_keys.js';
import { Painter } from './painter.js';

const TICK_MS = 15_000;
const LOST_SOUND_MS = 15_000;
const TABS = ['incidents', 'map', 'alarms', 'plans', 'attention', 'teams', 'timeline'];

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

async function start() {
  const wanted = remembered('language') ?? 'zh-CN';
  const language = LANGUAGES.find((one) => one === wanted) ?? 'zh-CN';
  await setLanguage(language);
  let session, tables;
  try {
    [session, tables] = await Promise.all([request('GET', '/api/session'), request('GET', '/api/tables')]);
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 401) return signIn();
    render(html`<p class="banner lost"><b>${t('banner.start')}</b> <button class="button" @click=${() => location.reload()}>${t('banner.now')}</button></p>`, $('banner'));
    setTimeout(() => location.reload(), 5_000 * (0.5 + Math.random()));
    return;
  }

  const { operation = '', base = '' } = document.body.dataset;
  const store = new Store();
  const clock = new Clock();
  const sound = new Sound();
  const painter = new Painter();
  /** @type {HTMLElement | null} */
  let focusedBefore = null;

  const socket = new URL(`/api/operations/${encodeURIComponent(operation)}/live`, location.href);
  socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';
  let wasReady = false;
  let wasState = '';
  let lostSound = 0;
  const link = new Link({
    url: socket.href,
    store,
    clock,
    onState() {
      painter.dirty('link');
      document.body.dataset.link = link.state;
      if (link.ready !== wasReady || link.state !== wasState) {
        if (link.state === 'live' && wasState === 'lost') clearInterval(lostSound);
        if (link.state === 'lost' && wasState !== 'lost') {
          sound.lost();
          clearInterval(lostSound);
          lostSound = setInterval(() => (link.state === 'lost' ? sound.lost() : clearInterval(lostSound)), LOST_SOUND_MS);
        }
        wasReady = link.ready;
        wasState = link.state;
        painter.dirty('online');
      }
    },
    onAnswer: (answer) => outbox.answer(answer),
    // A refused handshake says nothing about why; the session does.
    onUnopened: () => request('GET', '/api/session').catch((error) => {
      if (error instanceof HttpProblem && error.status === 401) link.signOut();
    }),
    onProblem: (problem) => console.warn('protocol', problem),
  });
  const outbox = new Outbox({
    store,
    send: (message) => link.ready && link.send(message),
    onChange: () => painter.dirty('outbox'),
    onResult(item) {
      if (item.state === 'refused' || item.state === 'failed') sound.refused();
      const created = item.state === 'done' ? item.answer?.created?.incident : undefined;
      if (created && !app.ui.view) app.show({ type: 'incident', id: created, tab: 'overview' });
    },
  });

  /** @type {import('../types').App} */
  const app = {
    operation, base, session, tables, store, clock, link, outbox, sound,
    keys: new Keys(),
    ui: {
      view: null, form: null, chosen: null, tab: 'incidents', theme: document.documentElement.dataset.theme === 'night' ? 'night' : 'day',
      significant: false, locked: false, picking: false, help: false, layers: { idle: true, labels: true },
    },
    set(changes) {
      Object.assign(app.ui, changes);
      if (changes.theme) {
        document.documentElement.dataset.theme = changes.theme;
        remember('theme', changes.theme);
      }
      $('main').dataset.tab = app.ui.tab;
      painter.dirty('ui');
    },
    show(view) {
      const active = /** @type {HTMLElement | null} */ (document.activeElement);
      if (view && !app.ui.view) focusedBefore = active;
      const same = view && app.ui.view && view.type === app.ui.view.type;
      const chosen = view?.type === 'incident' || view?.type === 'team' ? view.id : view ? app.ui.chosen : null;
      app.set({ view, chosen, form: view?.type === 'incident' && view.tab === 'teams' && same ? app.ui.form : null, picking: false });
      if (view) painter.after(() => { if (!$('drawer').contains(document.activeElement) && active?.id !== 'command-line') $('drawer').focus({ preventScroll: true }); });
      else {
        if (focusedBefore?.isConnected) focusedBefore.focus({ preventScroll: true });
        focusedBefore = null;
      }
    },
    act(command, label, meta = {}) {
      outbox.send(command, meta, label);
    },
    dirty: (...kinds) => painter.dirty(...kinds),
    api: (method, path, body) => request(method, path, body, session.csrf),
    type: (text) => command.type(text),
    run: (line) => command.run(line),
    fit() {
      map.fit();
      app.set({ locked: false });
    },
    async setLanguage(name) {
      await setLanguage(name);
      remember('language', name);
      painter.dirty('language');
    },
  };

  const command = commandPanel($('command'), app);
  const map = mapPanel($('map'), app);
  const alarms = alarmsPanel($('alarms'), app);
  painter.add(
    headerPanel($('header'), app), bannerPanel($('banner'), app), incidentsPanel($('incidents'), app), map, alarms, plansPanel($('plans'), app), attentionPanel($('attention'), app),
    teamsPanel($('teams'), app), timelinePanel($('timeline'), app), drawerPanel($('drawer'), app), helpPanel($('help'), app), command, tabsPanel(app),
  );
  bindKeys(app, { command, map, alarms, panel: (id) => focusPanel(app, id) });

  let incidentsKnown = -1;
  store.subscribe((dirty) => {
    if (dirty.has('incident')) {
      const n = store.rows('incident').size;
      if (incidentsKnown >= 0 && n > incidentsKnown) sound.incident();
      incidentsKnown = n;
    }
    painter.dirty(...dirty);
  });
  setInterval(() => painter.dirty('tick'), TICK_MS);
  setInterval(() => painter.dirty('second'), 1_000);
  window.addEventListener('online', () => link.retry());
  document.addEventListener('visibilitychange', () => document.hidden || link.retry());
  for (const type of ['pointerdown', 'keydown']) window.addEventListener(type, () => (sound.unlock(), painter.dirty('ui')), { once: true });
  painter.dirty('ui', 'language', 'incident', 'team', 'finding', 'activation', 'control');
  link.start();
}

/** @param {import('../types').App} app @param {string} id */
function focusPanel(app, id) {
  app.set({ tab: id });
  const panel = $(id);
  const inside = /** @type {HTMLElement | null} */ (panel.querySelector('[tabindex="0"]'));
  (inside ?? panel).focus();
}

/** On a phone one panel is seen at a time. @param {import('../types').App} app @returns {import('../types').Panel} */
function tabsPanel(app) {
  const root = $('tabs');
  return {
    kinds: ['ui', 'language', 'incident', 'tick'],
    draw() {
      root.setAttribute('aria-label', t('tabs'));
      render(TABS.map((id) => html`<button class="button quiet" aria-current=${app.ui.tab === id ? 'page' : 'false'} @click=${() => { if (app.ui.view) app.show(null); app.set({ tab: id }); }}>${t(`tab.${id}`)}</button>`), root);
    },
  };
}

function signIn() {
  location.href = `/login?next=${encodeURIComponent(location.pathname)}`;
}

start();
