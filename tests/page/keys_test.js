import { Keys, keyName } from '../app/core/keys.js';
import { spokenInstant, time } from '../app/core/format.js';
import { SteadyOrder } from '../app/panels/parts.js';
import { equal, ok } from './check.js';

function press(keys, key, more = {}) {
  const { target = document.body, ...init } = more;
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, 'target', { value: target });
  return keys.handle(event);
}

function setup() {
  const ran = [];
  const clock = { now: 0 };
  const keys = new Keys(() => clock.now);
  keys.add({ keys: '/', does: 'x', run: () => ran.push('/') }, { keys: 'n', does: 'x', run: () => ran.push('n') }, { keys: 'g i', does: 'x', run: () => ran.push('g i') }, { keys: 'Ctrl+Enter', does: 'x', run: () => ran.push('act'), always: true });
  return { keys, ran, clock };
}

export function letters_work_outside_inputs_only() {
  const { keys, ran } = setup();
  const input = document.createElement('input');
  press(keys, 'n', { target: input });
  press(keys, 'N', {});
  press(keys, 'Enter', { ctrlKey: true, target: input });
  equal(ran, ['n', 'act']);
}

export function letters_can_be_switched_off() {
  const { keys, ran } = setup();
  keys.letters = false;
  press(keys, 'n');
  press(keys, '/');
  equal(ran, ['/']);
}

export function two_keys_one_after_the_other_within_a_second() {
  const { keys, ran, clock } = setup();
  press(keys, 'g');
  clock.now = 900;
  press(keys, 'i');
  press(keys, 'g');
  clock.now = 3_000;
  press(keys, 'i');
  equal(ran, ['g i']);
}

export function what_is_being_composed_is_left_alone() {
  const { keys, ran } = setup();
  press(keys, 'n', { isComposing: true });
  equal(ran, []);
}

export function a_key_is_given_away_once() {
  const { keys } = setup();
  let refused = false;
  try {
    keys.add({ keys: 'n', does: 'x', run() {} });
  } catch {
    refused = true;
  }
  ok(refused, 'a second owner');
  equal(keyName(new KeyboardEvent('keydown', { key: 'Z', ctrlKey: true })), 'Ctrl+z');
}

export function no_more_digits_are_shown_than_are_known() {
  const at = '2026-05-12T06:02:11Z';
  equal(['second', 'minute', 'hour', 'approximate'].map((p) => time(at, p)), ['14:02:11', '14:02', '≈14', '≈14:02']);
  equal(time(null), '—');
  equal(new Date(spokenInstant(0, 5, 0, Date.parse('2026-05-11T16:03:00Z'))).toISOString(), '2026-05-11T16:05:00.000Z', 'a little ahead is today');
}

export function a_list_holds_still_under_the_hand_and_counts_what_changed() {
  const root = document.createElement('div');
  const steady = new SteadyOrder(root, () => {});
  equal(steady.order(['a', 'b', 'c']), ['a', 'b', 'c']);
  root.dispatchEvent(new Event('pointermove'));
  equal(steady.order(['c', 'a', 'd']), ['a', 'b', 'c']);
  ok(steady.changes >= 3, 'b went, d came, c moved');
  root.dispatchEvent(new Event('pointerleave'));
  equal([steady.order(['c', 'a', 'd']), steady.changes], [['c', 'a', 'd'], 0]);
}
