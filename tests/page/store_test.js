import { Store, TIMELINE_ENTRIES_MAX } from '../app/core/store.js';
import { entry, equal, ok, patch, snapshot } from './check.js';

const team = (id, state = 'available') => ({ id, state });

export function a_snapshot_replaces_everything() {
  const store = new Store();
  store.snapshot(snapshot(5, { team: [team('A')], incident: [{ id: 'i' }] }));
  store.snapshot(snapshot(9, { team: [team('B')] }));
  equal([...store.rows('team').keys()], ['B']);
  equal(store.rows('incident').size, 0);
  equal(store.position, 9);
}

export function a_patch_changes_whole_rows_and_null_deletes() {
  const store = new Store();
  store.snapshot(snapshot(5, { team: [team('A'), team('B')] }));
  ok(store.patch(patch(5, 8, [['team', 'A', 7, team('A', 'working')], ['team', 'B', 8, null], ['shelter', 'S', 8, { id: 'S' }]])), 'applied');
  equal(store.row('team', 'A').state, 'working');
  equal(store.row('team', 'B'), undefined);
  equal(store.position, 8);
  equal(store.changed.get('team/A'), 7);
}

export function a_patch_that_does_not_follow_on_changes_nothing() {
  const store = new Store();
  store.snapshot(snapshot(5, { team: [team('A')] }));
  for (const after of [4, 6]) ok(!store.patch(patch(after, 9, [['team', 'A', 9, null]])), 'refused');
  equal([store.position, store.rows('team').size], [5, 1]);
  ok(!new Store().patch(patch(0, 1)), 'nothing to patch yet');
}

export function a_frame_is_told_once_and_only_when_all_of_it_is_in() {
  const store = new Store();
  store.snapshot(snapshot(5, { team: [team('A'), team('B')] }));
  const told = [];
  store.subscribe((dirty) => told.push([[...dirty].sort(), store.row('team', 'A').state, store.row('team', 'B').state, store.position]));
  store.patch(patch(5, 7, [['team', 'A', 6, team('A', 'ordered')], ['team', 'B', 7, team('B', 'ordered')]], [entry(7)]));
  equal(told, [[['position', 'team', 'timeline'], 'ordered', 'ordered', 7]]);
}

export function an_entry_with_a_known_position_replaces_the_old_one() {
  const store = new Store();
  store.snapshot(snapshot(5, {}, [entry(3), entry(5)]));
  store.patch(patch(5, 6, [], [entry(3, { struck: true }), entry(6)]));
  equal(store.timeline.map((e) => [e.position, Boolean(e.struck)]), [[3, true], [5, false], [6, false]]);
}

export function the_timeline_keeps_the_newest_entries_only() {
  const store = new Store();
  store.snapshot(snapshot(0, {}, []));
  for (let i = 1; i <= TIMELINE_ENTRIES_MAX + 20; i++) store.patch(patch(i - 1, i, [], [entry(i)]));
  equal(store.timeline.length, TIMELINE_ENTRIES_MAX);
  equal(store.timeline[0].position, 21);
}

export function a_snapshot_and_its_patches_equal_a_later_snapshot() {
  const random = ((seed) => () => (seed = (seed * 16807) % 2147483647) / 2147483647)(42);
  const truth = new Map();
  const store = new Store();
  store.snapshot(snapshot(0, {}, []));
  let position = 0;
  for (let frame = 0; frame < 200; frame++) {
    const after = position;
    const rows = [];
    for (let i = 0; i < 1 + random() * 5; i++) {
      const id = `T${Math.floor(random() * 40)}`;
      const row = random() < 0.2 ? null : { id, value: Math.floor(random() * 1000) };
      rows.push(['team', id, ++position, row]);
      if (row) truth.set(id, row);
      else truth.delete(id);
    }
    ok(store.patch(patch(after, position, rows)), 'applied');
  }
  const fresh = new Store();
  fresh.snapshot(snapshot(position, { team: [...truth.values()] }));
  const sorted = (s) => [...s.rows('team').values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  equal(sorted(store), sorted(fresh));
}
