// The keys of the board. The help overlay and the tests read the same table.
import { LEAD, written } from '../core/words.js';
import { language } from '../core/i18n.js';

const MILESTONE_OF = /** @type {Record<string, string>} */ ({
  AcknowledgeDispatch: 'acknowledged', DepartTeam: 'departed', ArriveTeam: 'arrived', StartWork: 'working', ReleaseTeam: 'released', ReturnTeam: 'returned',
});
const MILESTONE_ZH = /** @type {Record<string, string>} */ ({ acknowledged: '接令', departed: '出动', arrived: '到场', working: '处置', released: '解除', returned: '归队' });
const SILENCE_S = 60;

/**
 * @param {import('../types').App} app
 * @param {{ command: { focus: () => void, act: () => void, type: (text: string) => void }, map: { fit: () => void, zoom: (by: number) => void }, alarms: { acknowledge: () => void, acknowledgeNotices: () => void }, panel: (id: string) => void }} to
 */
export function bindKeys(app, to) {
  const panel = (/** @type {string} */ keys, /** @type {string} */ id) => ({ keys, does: `keys.${id}`, run: () => to.panel(id) });
  const step = (/** @type {number} */ by) => () => {
    const active = document.activeElement;
    const row = active?.closest('li');
    const rows = /** @type {HTMLElement[]} */ ([...(active?.closest('.list, .team-list') ?? document).querySelectorAll('.incident, .attention-row, .team-row, .alarm, .plan-row')]);
    const at = row ? rows.findIndex((one) => row.contains(one)) : -1;
    rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
  };
  app.keys.add(
    { keys: '/', does: 'keys.command', run: () => to.command.focus() },
    { keys: '?', does: 'keys.help', run: () => app.set({ help: !app.ui.help }) },
    panel('1', 'incidents'), panel('2', 'alarms'), panel('3', 'plans'), panel('4', 'teams'), panel('5', 'attention'), panel('6', 'timeline'), panel('m', 'map'),
    { ...panel('g i', 'incidents') }, { ...panel('g t', 'teams') }, { ...panel('g p', 'plans') },
    { keys: 'a', does: 'keys.own', run: to.alarms.acknowledge },
    { keys: 'Shift+a', does: 'keys.own_notices', run: to.alarms.acknowledgeNotices },
    { keys: 'p', does: 'keys.activate', run: () => app.show({ type: 'activate', incident: app.ui.chosen && app.store.row('incident', app.ui.chosen) ? app.ui.chosen : null, plan: null }) },
    { keys: 'j', does: 'keys.next', run: step(1) },
    { keys: 'k', does: 'keys.previous', run: step(-1) },
    { keys: 'r', does: 'keys.report', run: () => app.show({ type: 'report' }) },
    { keys: 'f', does: 'keys.fit', run: () => app.fit() },
    { keys: 'l', does: 'keys.lock', run: () => app.set({ locked: !app.ui.locked }) },
    { keys: '+', does: 'keys.zoom_in', run: () => to.map.zoom(1) },
    { keys: '-', does: 'keys.zoom_out', run: () => to.map.zoom(-1) },
    { keys: 's', does: 'keys.silence', run: () => app.sound.silence(SILENCE_S) },
    { keys: 'n', does: 'keys.night', run: () => app.set({ theme: app.ui.theme === 'night' ? 'day' : 'night' }) },
    { keys: 'z', does: 'keys.undo', run: undo },
    { keys: 'Ctrl+z', does: 'keys.undo', run: undo },
    { keys: 'Ctrl+Enter', does: 'keys.act', run: () => to.command.act(), always: true },
    { keys: 'Escape', does: 'keys.back', run: back },
  );
  window.addEventListener('keydown', (event) => app.keys.handle(event));

  function back() {
    if (app.ui.help) app.set({ help: false });
    else if (app.ui.picking) app.set({ picking: false });
    else if (app.ui.form) app.set({ form: null });
    else if (app.ui.view) app.show(null);
  }

  /** Nothing is undone: the correction of what was last said here is begun on the command line. */
  function undo() {
    const item = app.outbox.last;
    if (!item) return;
    const { command } = item.envelope;
    const verb = written(/** @type {import('../core/words.js').Word} */ (LEAD.find((word) => word.id === 'correct')), language);
    const milestone = MILESTONE_OF[command.type];
    if (milestone) return to.command.type(`${verb} ${command.dispatch} ${language === 'en' ? milestone : MILESTONE_ZH[milestone]} `);
    if (command.type === 'DispatchTeam') return to.command.type(`${command.team} ${language === 'en' ? 'cancel' : '取消'} `);
    if (command.type === 'TakeOutOfService') return to.command.type(`${command.team} ${language === 'en' ? 'back' : '恢复'}`);
    to.command.type(`${verb} #${item.answer?.positions?.[0] ?? ''} `);
  }
}
