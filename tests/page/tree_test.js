import { Store } from '../app/core/store.js';
import { nodes } from '../app/core/tree.js';
import { layout, path } from '../app/core/layout.js';
import { seconds } from '../app/core/duration.js';
import { equal, ok, snapshot } from './check.js';

const NOW = Date.parse('2026-05-12T06:10:00Z');
const at = (minutes) => new Date(NOW - minutes * 60_000).toISOString();
const plan = (id, level) => ({ id, title: { zh: id }, owner: `o-${id}`, level, levels: ['I', 'II'] });
const active = (id, of, more = {}) => ({ id, plan: of, incident: 'A', state: 'active', level: 'II', since: at(30), owner: `o-${of}`, cause: null, link: null, ...more });
const link = (id, more = {}) => ({ id, activation: 'a-1', incident: 'A', kind: 'activate', to_plan: 'p2', to_level: 'II', to_post: 'o-p2/duty', answered: false, timed_out: false, opened_at: at(10), due_at: at(-5), first_due_at: at(-5), ...more });
const task = (id, state, due) => ({ id, activation: 'a-1', state, due_at: due });

function tree(rows) {
  const store = new Store();
  store.snapshot(snapshot(1, { plan: [plan('p1', 'government'), plan('p2', 'department'), plan('p3', 'government')], ...rows }));
  return nodes(store, NOW, () => true);
}
const marks = (list) => Object.fromEntries(list.map((node) => [node.plan, node.mark]));

export function what_is_asked_waits_and_then_is_late() {
  equal(marks(tree({ activation: [active('a-1', 'p1')], link: [link('l-1')] })), { p1: '✓', p2: '◔' });
  equal(marks(tree({ activation: [active('a-1', 'p1')], link: [link('l-1', { due_at: at(1) })] })), { p1: '✓', p2: '!' });
}

export function a_plan_that_runs_already_is_not_asked_again_below_its_level() {
  const rows = { activation: [active('a-1', 'p1'), active('a-2', 'p2')], link: [link('l-1')] };
  equal(marks(tree(rows)), { p1: '✓', p2: '✓' });
  rows.link = [link('l-1', { to_level: 'I' })];
  equal(marks(tree(rows)), { p1: '✓', p2: '◔' });
}

export function a_proposal_stands_for_its_link() {
  const proposal = { id: 'p-1', plan: 'p2', incident: 'A', level: 'II', authority: 'o-p2/duty', opened_at: at(3), due_at: at(1), link: 'l-1' };
  const list = tree({ activation: [active('a-1', 'p1')], link: [link('l-1')], proposal: [proposal] });
  equal(list.map((node) => node.key), ['a/a-1', 'p/p-1']);
  equal(list[1].mark, '!');
}

export function tasks_and_links_are_counted_where_they_belong() {
  const [node] = tree({ activation: [active('a-1', 'p1')], task: [task('t-1', 'completed', at(5)), task('t-2', 'open', at(5)), task('t-3', 'started', at(-5))], link: [link('l-1', { kind: 'notify', to_plan: null, timed_out: true, due_at: null })] });
  equal([node.tasks, node.links], [{ done: 1, all: 3, late: 1 }, { done: 0, all: 1, late: 1 }]);
}

export function what_a_plan_started_in_its_own_lane_stands_under_it() {
  const list = tree({ activation: [active('a-1', 'p1'), active('a-2', 'p3', { cause: 'a-1', since: at(20) }), active('a-3', 'p2', { cause: 'a-1', since: at(20) })] });
  equal(list.map((node) => [node.plan, node.depth]), [['p1', 0], ['p3', 1], ['p2', 0]]);
}

export function ended_and_stood_by_have_marks_of_their_own() {
  equal(marks(tree({ activation: [active('a-1', 'p1', { state: 'ended' }), active('a-2', 'p2', { state: 'stood_by', level: null })] })), { p1: '■', p2: '·' });
}

export function no_two_plans_of_the_map_lie_on_each_other_and_every_line_has_figures() {
  const lanes = ['government', 'department', 'enterprise', 'community'];
  const many = Array.from({ length: 60 }, (_, i) => ({ id: `n${i}`, level: lanes[i % 3] }));
  const links = many.slice(1).map((node, i) => ({ plan: many[i].id, to: node.id }));
  const { spots, card, height } = layout(many, links, 1200, 900);
  const all = [...spots.values()];
  for (const a of all) {
    ok(a.y >= 40 && a.y + 46 <= height, 'inside');
    for (const b of all) ok(a === b || a.lane !== b.lane || Math.abs(a.y - b.y) >= 46, `${a.id} and ${b.id}`);
  }
  for (const { plan: from, to } of links) ok(!/NaN|undefined/.test(path(spots.get(from), spots.get(to), card, 3)), 'a path');
}

export function durations_of_plan_files_are_read() {
  equal(['PT3M', 'PT300S', 'PT1H30M', 'P1D', 'P1DT2H', 'soon', null].map(seconds), [180, 300, 5400, 86400, 93600, null, null]);
}
