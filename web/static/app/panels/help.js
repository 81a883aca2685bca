// Every key and every phrase of the command line, from the tables that make them work.
import { html, render } from '../../vendor/lit.js';
import { LEAD, STATES, written } from '../core/words.js';
import { language, t } from '../core/i18n.js';

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel} */
export function helpPanel(root, app) {
  return {
    kinds: ['ui', 'language'],
    draw() {
      root.hidden = !app.ui.help;
      if (!app.ui.help) return;
      root.setAttribute('aria-labelledby', 'help-title');
      render(
        html`<div class="panel-head"><h2 id="help-title">${t('help.title')}</h2><span class="spacer"></span>
            <button class="button quiet" @click=${() => app.set({ help: false })}>${t('drawer.close')} <kbd>Esc</kbd></button></div>
          <div class="list help-body" tabindex="0" role="region" aria-labelledby="help-title">
            <h3>${t('help.keys')}</h3>
            <dl class="keys">${app.keys.bindings.map((binding) => html`<div><dt>${binding.keys.split(' ').map((key) => html`<kbd>${key.length === 1 ? key.toUpperCase() : key.replace(/\+([a-z])$/, (_, letter) => `+${letter.toUpperCase()}`)}</kbd> `)}</dt><dd>${t(binding.does)}</dd></div>`)}</dl>
            <label><input type="checkbox" .checked=${app.keys.letters} @change=${() => { app.keys.letters = !app.keys.letters; app.dirty('ui'); }} /> ${t('help.letters')}</label>
            <h3>${t('help.commands')}</h3>
            <dl class="phrases">
              ${['team', ...LEAD.map((word) => word.id)].map((id) => html`<div><dt>${t(`command.usage.${id}`)}</dt></div>`)}
            </dl>
            <p class="muted">${t('help.states', { words: STATES.map((word) => written(word, language)).join(' ') })}</p>
            <p class="muted">${t('help.prefix')}</p>
          </div>`,
        root,
      );
    },
  };
}
