// How many teams of each organisation are in each state, one column a level. A cell opens the list behind it.
import { html, nothing, render } from '../../vendor/lit.js';
import { t } from '../core/i18n.js';
import { LEVELS, OPEN_STATES, TEAM_STATES, head, organisationName, overdue } from './parts.js';

/** @typedef {{ counts: number[], late: number, total: number }} Tally */

/**
 * @param {Iterable<import('../types').Team>} teams @param {number} now
 * @returns {Map<string, Tally>} by organisation
 */
export function tally(teams, now) {
  /** @type {Map<string, Tally>} */
  const all = new Map();
  for (const team of teams) {
    let one = all.get(team.organisation);
    if (!one) all.set(team.organisation, (one = { counts: TEAM_STATES.map(() => 0), late: 0, total: 0 }));
    one.counts[TEAM_STATES.indexOf(team.state)]++;
    one.total++;
    if (team.due_at && (overdue(team, now) ?? -1) > 0) one.late++;
  }
  return all;
}

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel} */
export function teamsPanel(root, app) {
  root.setAttribute('aria-labelledby', 'teams-title');
  const BUSY = new Set([4, 5]);

  /** @param {string} organisation @param {string | null} state @param {number} n @param {string} extra @param {boolean} [late] */
  function cell(organisation, state, n, extra, late = false) {
    if (!n) return html`<td class="zero"><span aria-hidden="true">·</span></td>`;
    const label = t('teams.cell', { organisation: organisationName(app, organisation), state: t(late ? 'teams.overdue' : `team.state.${state}`), n });
    return html`<td class=${extra}>
      <button tabindex="-1" aria-label=${label} @click=${() => app.show({ type: 'teams', organisation, state, overdue: late })}>${n}</button>
    </td>`;
  }

  /** @param {string} level @param {Map<string, Tally>} all */
  function table(level, all) {
    const rows = [...app.store.rows('organisation').values()].filter((one) => one.level === level && all.has(one.id));
    if (!rows.length) return nothing;
    return html`<table class="matrix">
      <thead>
        <tr>
          <th scope="col">${t(`level.${level}`)}</th>
          ${TEAM_STATES.map((state) => html`<th scope="col" title=${t(`team.state.${state}`)}>${t(`team.short.${state}`)}</th>`)}
          <th scope="col">${t('teams.overdue.short')}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((one) => {
          const { counts, late, total } = /** @type {Tally} */ (all.get(one.id));
          return html`<tr>
            <th scope="row">
              <button class="organisation" tabindex="0" title=${t('teams.all', { n: total })}
                @click=${() => app.show({ type: 'teams', organisation: one.id, state: null, overdue: false })}>${organisationName(app, one.id)}</button>
            </th>
            ${TEAM_STATES.map((state, i) => cell(one.id, state, counts[i], BUSY.has(i) ? 'busy' : i === 7 ? 'out' : ''))}
            ${cell(one.id, null, late, 'late', true)}
          </tr>`;
        })}
      </tbody>
    </table>`;
  }

  root.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const target = /** @type {HTMLElement} */ (event.target);
    const row = by && target.closest('tr');
    if (!row) return;
    const buttons = /** @type {HTMLElement[]} */ ([...row.querySelectorAll('button')]);
    buttons[buttons.indexOf(target) + by]?.focus();
    event.preventDefault();
  });

  return {
    kinds: ['team', 'organisation', 'tick', 'language'],
    every: 250,
    draw() {
      const all = tally(app.store.rows('team').values(), app.clock.now());
      const sum = (/** @type {(one: Tally) => number} */ of) => [...all.values()].reduce((n, one) => n + of(one), 0);
      const open = sum((one) => OPEN_STATES.reduce((n, state) => n + one.counts[TEAM_STATES.indexOf(state)], 0));
      render(
        html`${head('teams', t('teams.title'), t('teams.sub', { n: app.store.rows('team').size, open, late: sum((one) => one.late) }), '4')}
          <div class="matrices">${LEVELS.map((level) => table(level, all))}</div>`,
        root,
      );
    },
  };
}
