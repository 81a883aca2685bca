// The line that everything can be said on, what became of the last things said, and the one key to answer a refusal.
import { html, live, nothing, render, repeat } from '../../vendor/lit.js';
import { complete } from '../core/complete.js';
import * as format from '../core/format.js';
import { parse } from '../core/commands.js';
import { language, say, t } from '../core/i18n.js';

const HISTORY_MAX = 50;
const SHOWN_MAX = 4;
const DONE_SHOWN_MS = 20_000;

/** @typedef {import('../core/outbox.js').Item} Item */

/** @param {HTMLElement} root @param {import('../types').App} app */
export function commandPanel(root, app) {
  let line = '';
  /** @type {{ text: string, kind: 'problem' | 'preview' | 'note' } | null} */
  let said = null;
  /** The line that was previewed and goes out at the next Enter. */
  let previewed = '';
  /** @type {string[]} */
  const history = [];
  let past = 0;
  /** @type {{ head: string, options: import('../core/complete.js').Option[], usage: string | null } | null} */
  let offer = null;
  let picked = -1;
  let open = false;

  const context = () => ({ store: app.store, tables: app.tables, now: app.clock.now(), lang: language });
  const input = () => /** @type {HTMLInputElement | null} */ (root.querySelector('#command-line'));
  const draw = () => app.dirty('command');

  /** @param {string} value */
  function change(value) {
    line = value;
    // At once, not with the next frame: the next letter may come before it.
    const field = input();
    if (field && field.value !== value) field.value = value;
    said = null;
    previewed = '';
    picked = -1;
    offer = value.trim() ? complete(value, context()) : null;
    open = Boolean(offer?.options.length);
    draw();
  }

  /** @param {import('../core/commands.js').Problem} problem */
  function explain(problem) {
    const text = t(problem.id, problem.args);
    return problem.several?.length ? `${text} ${t('command.legal', { words: problem.several.join(' ') })}` : text;
  }

  /** @param {string} text */
  function run(text) {
    const parsed = parse(text, context());
    open = false;
    switch (parsed.kind) {
      case 'empty':
        return;
      case 'problem':
        said = { text: explain(parsed.problem), kind: 'problem' };
        return draw();
      case 'find':
        if (parsed.text) app.show({ type: 'find', text: parsed.text });
        break;
      case 'commands': {
        if (!app.link.ready) {
          said = { text: t('command.offline', { what: parsed.steps.map((step) => step.label).join('；') }), kind: 'problem' };
          return draw();
        }
        if (parsed.confirm && previewed !== text) {
          previewed = text;
          said = { text: t(parsed.confirm, { n: parsed.steps.length, what: parsed.steps[0].label }), kind: 'preview' };
          return draw();
        }
        for (const step of parsed.steps) app.act(step.command, step.label, parsed.meta);
      }
    }
    if (history[history.length - 1] !== text) history.push(text);
    if (history.length > HISTORY_MAX) history.shift();
    past = history.length;
    change('');
  }

  /** What the newest answer offers: to divert, or to ask again. */
  function act() {
    const item = [...app.outbox.items].reverse().find((one) => offerOf(one));
    const way = item && offerOf(item);
    if (item && way) way.run();
  }

  /** @param {Item} item */
  function offerOf(item) {
    if (item.state === 'refused' && item.answer?.code === 'team_committed' && item.envelope.command.type === 'DispatchTeam' && !item.envelope.command.divert)
      return {
        label: t('command.divert'),
        run() {
          app.outbox.forget(item);
          const { occurred_at, source, precision } = item.envelope;
          app.act({ ...item.envelope.command, divert: true }, `${item.label} ${language === 'en' ? 'divert' : '改派'}`, clean({ occurred_at, source, precision }));
        },
      };
    if (item.state === 'unknown' || item.state === 'unsent') return { label: t('command.again'), run: () => app.outbox.again(item) };
    return null;
  }

  /** @param {Record<string, any>} object */
  const clean = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

  /** @param {Item} item */
  function outcome(item) {
    const { answer } = item;
    switch (item.state) {
      case 'sent':
      case 'accepted':
        return t('command.state.pending');
      case 'done': {
        const last = answer?.positions?.[answer.positions.length - 1];
        const created = answer?.created?.incident;
        if (last === undefined) return t('command.state.already');
        return created ? t('command.state.created', { id: created, position: last }) : t('command.state.done', { position: last });
      }
      case 'refused':
        return committed(item) ?? (say(answer?.message) || answer?.code || t('command.state.refused'));
      case 'failed':
        return say(answer?.message) || answer?.code || t('command.state.failed');
      case 'unknown':
        return t('command.state.unknown');
      case 'unsent':
        return t('command.state.unsent');
    }
  }

  /** Who has the team, where, since when: from the answer, else from the rows. @param {Item} item */
  function committed(item) {
    if (item.answer?.code !== 'team_committed') return null;
    const details = item.answer.details ?? {};
    const row = app.store.row('team', details.team ?? item.envelope.command.team);
    const incident = app.store.row('incident', details.incident ?? row?.incident);
    return t('command.committed', {
      team: details.team ?? row?.id ?? item.envelope.command.team,
      incident: details.incident ?? row?.incident ?? '—',
      place: incident?.place.text ?? '',
      state: row ? t(`team.state.${details.state ?? row.state}`) : '',
      at: format.time(details.since ?? row?.since),
    });
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.isComposing) return;
    const { key: name } = event;
    if (name === 'Enter' && event.ctrlKey) act();
    else if (name === 'z' && event.ctrlKey && !line) app.keys.bindings.find((b) => b.keys === 'Ctrl+z')?.run();
    else if (name === 'Enter') {
      if (open && picked >= 0) take(picked);
      else run(line);
    } else if (name === 'Tab' && !event.shiftKey && open && offer?.options.length) take(picked < 0 ? 0 : picked);
    else if (name === 'ArrowDown' && open && offer) picked = Math.min(offer.options.length - 1, picked + 1);
    else if (name === 'ArrowUp' && open && picked >= 0) picked--;
    else if (name === 'ArrowUp' || name === 'ArrowDown') recall(name === 'ArrowUp' ? -1 : 1);
    else if (name === 'Escape') {
      if (open) open = false;
      else if (line) change('');
      else input()?.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
    draw();
  }

  /** @param {number} i */
  function take(i) {
    if (!offer) return;
    change(`${offer.head}${offer.options[i].word} `);
    open = false;
  }

  /** @param {number} by */
  function recall(by) {
    if (!history.length) return;
    past = Math.min(history.length, Math.max(0, past + by));
    change(history[past] ?? '');
    open = false;
  }

  const MARKS = { sent: '⏳', accepted: '⏳', done: '✓', refused: '✗', failed: '✗', unknown: '?', unsent: '✗' };

  function shown() {
    const now = app.outbox.monotonic();
    return app.outbox.items.filter((item) => item.state !== 'done' || now - item.doneAt < DONE_SHOWN_MS).slice(-SHOWN_MAX).reverse();
  }

  return {
    kinds: ['command', 'outbox', 'link', 'language', 'tick', 'position'],
    focus: () => input()?.focus(),
    run,
    act,
    /** @param {string} text */
    type(text) {
      change(text);
      draw();
      // The value is drawn in the next frame; the caret belongs behind it.
      requestAnimationFrame(() => {
        input()?.focus();
        input()?.setSelectionRange(line.length, line.length);
      });
    },
    draw() {
      const items = shown();
      const pending = app.outbox.pending.length;
      render(
        html`
          <form class="command-form" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
            <label for="command-line">${t('command.label')}</label>
            <input id="command-line" type="text" role="combobox" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="send"
              aria-expanded=${open} aria-controls="command-options" aria-autocomplete="list" aria-describedby="command-said"
              aria-activedescendant=${open && picked >= 0 ? `command-option-${picked}` : nothing}
              placeholder=${t('command.placeholder')} .value=${live(line)}
              @input=${(/** @type {any} */ e) => { if (!e.isComposing) change(e.target.value); else line = e.target.value; }}
              @compositionend=${(/** @type {any} */ e) => change(e.target.value)}
              @keydown=${key} @focus=${() => { if (line.trim()) change(line); }} @blur=${() => setTimeout(() => { open = false; draw(); }, 150)} />
            <button type="button" class="button send" ?disabled=${!app.link.ready} @click=${() => run(line)}>${t('command.send')}</button>
            <ul id="command-options" role="listbox" aria-label=${t('command.options')} ?hidden=${!open}>
              ${offer?.options.map((option, i) => html`<li id="command-option-${i}" role="option" aria-selected=${i === picked} @pointerdown=${(/** @type {Event} */ e) => { e.preventDefault(); take(i); input()?.focus(); }}><b>${option.word}</b> <span class="muted">${option.hint}</span></li>`)}
            </ul>
          </form>
          <div id="command-said" class="said ${said?.kind ?? ''}" aria-live="polite">
            ${said
              ? html`<span class="message">${said.kind === 'problem' ? '✗ ' : ''}${said.text}</span>`
              : offer?.usage && line
                ? html`<span class="muted">${t(`command.usage.${offer.usage}`)}</span>`
                : items.length
                  ? html`<ul class="outcomes">
                      ${repeat(items, (item) => item.id, (item) => {
                        const way = offerOf(item);
                        const undo = item === app.outbox.last;
                        return html`<li class="outcome ${item.state}"><span aria-hidden="true">${MARKS[item.state]}</span> <b>${item.label}</b> <span>${outcome(item)}</span>
                          ${way ? html`<button class="button small" @click=${way.run}>${way.label} <kbd>Ctrl+Enter</kbd></button>` : nothing}
                          ${undo ? html`<button class="button quiet small" @click=${() => app.keys.bindings.find((b) => b.keys === 'Ctrl+z')?.run()}>${t('command.undo')} <kbd>Ctrl+Z</kbd></button>` : nothing}
                          ${item.state === 'sent' || item.state === 'accepted' ? nothing : html`<button class="button quiet small" aria-label=${t('command.dismiss')} @click=${() => app.outbox.forget(item)}>×</button>`}
                        </li>`;
                      })}
                    </ul>`
                  : html`<span class="muted">${t(app.link.ready ? 'command.hint' : 'command.hint.offline')}</span>`}
          </div>
          ${pending ? html`<span class="pending-count">⏳ ${t('command.pending', { n: pending })}</span>` : nothing}
        `,
        root,
      );
    },
  };
}
