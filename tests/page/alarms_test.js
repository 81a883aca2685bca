import { alarms, groups, isFlood, next } from '../app/core/alarms.js';
import { equal, ok } from './check.js';

const NOW = Date.parse('2026-05-12T06:10:00Z');
const at = (minutes) => new Date(NOW - minutes * 60_000).toISOString();
const finding = (id, severity, minutes, more = {}) => ({ id, rule: 'W1', subject: id, severity, opened_at: at(minutes), acknowledged_by: null, ...more });
const owed = (id, minutes, more = {}) => ({ id, kind: 'task', subject: id, due_at: at(minutes), until: null, ...more });
const ids = (list) => list.map((alarm) => alarm.finding?.id ?? alarm.obligation.id);

export function unowned_come_first_then_the_gravest_then_the_oldest() {
  const list = alarms([finding('n', 'notice', 30), finding('o', 'critical', 40, { acknowledged_by: 'a/duty' }), finding('b', 'critical', 5), finding('a', 'critical', 9), finding('w', 'warning', 60)], [], NOW);
  equal(ids(list), ['a', 'b', 'w', 'n', 'o']);
  equal(next(list).id, 'a');
}

export function a_deadline_counts_from_the_first_instant_after_it_and_until_it_is_over_by_itself() {
  equal(ids(alarms([], [owed('now', 0), owed('past', 1), owed('open', -1)], NOW)), ['past']);
  equal(ids(alarms([], [owed('over', 5, { until: at(1) }), owed('runs', 5, { until: at(-1) })], NOW)), ['runs']);
}

export function a_deadline_that_a_finding_is_about_is_told_once() {
  equal(ids(alarms([finding('l-1', 'warning', 3)], [owed('l-1', 5)], NOW)), ['l-1']);
}

export function a_deadline_is_never_taken_for_a_finding_to_own() {
  equal(next(alarms([], [owed('t', 5)], NOW)), null);
}

export function four_of_one_cause_are_one_line_and_three_are_three() {
  const some = (n) => Array.from({ length: n }, (_, i) => finding(`f${i}`, 'warning', 20 + i));
  equal(groups(alarms(some(3), [], NOW), false, new Set()).length, 3);
  const [group] = groups(alarms(some(4), [], NOW), false, new Set(['g/0/2/W1']));
  equal([group.alarms.length, group.open], [4, true]);
}

export function a_flood_folds_the_notices_only() {
  const many = Array.from({ length: 10 }, (_, i) => finding(`f${i}`, i < 2 ? 'critical' : 'notice', i / 2, { rule: `W${i}` }));
  const list = alarms(many, [], NOW);
  ok(isFlood(list, NOW), 'ten within ten minutes');
  ok(!isFlood(list.slice(1), NOW), 'nine are none');
  const shown = groups(list, true, new Set());
  equal(shown.map((group) => group.alarms.length), [1, 1, 8]);
}
