import { Outbox } from '../app/core/outbox.js';
import { Store } from '../app/core/store.js';
import { equal, ok, patch, snapshot } from './check.js';

function setup(connected = true) {
  const it = { time: 0, sent: [], results: [], connected };
  const store = new Store();
  store.snapshot(snapshot(10));
  let n = 0;
  const outbox = new Outbox({
    store,
    send: (message) => it.connected && Boolean(it.sent.push(message)),
    onChange: () => {},
    onResult: (item) => it.results.push(item.state),
    monotonic: () => it.time,
    newId: () => `id-${++n}`,
  });
  return Object.assign(it, { store, outbox });
}

export function a_command_carries_its_id_and_what_was_seen() {
  const it = setup();
  it.outbox.send({ type: 'ArriveTeam', dispatch: 'd-3' }, { source: 'radio' }, 'x');
  equal(it.sent, [{ type: 'command', id: 'id-1', command: { type: 'ArriveTeam', dispatch: 'd-3' }, source: 'radio', seen: 10 }]);
}

export function accepted_is_pending_until_its_patch_is_in() {
  const it = setup();
  const item = it.outbox.send({ type: 'X' }, {}, 'x');
  it.outbox.answer({ type: 'answer', id: item.id, outcome: 'accepted', positions: [11, 12] });
  equal([item.state, it.outbox.pending.length], ['accepted', 1]);
  it.store.patch(patch(10, 11));
  equal(item.state, 'accepted');
  it.store.patch(patch(11, 13));
  equal([item.state, it.outbox.pending.length, it.outbox.last === item], ['done', 0, true]);
}

export function an_answer_after_its_patch_is_done_at_once() {
  const it = setup();
  const item = it.outbox.send({ type: 'X' }, {}, 'x');
  it.store.patch(patch(10, 12));
  it.outbox.answer({ type: 'answer', id: item.id, outcome: 'accepted', positions: [11, 12] });
  equal(item.state, 'done');
}

export function nothing_new_is_done_without_a_position() {
  const it = setup();
  const item = it.outbox.send({ type: 'X' }, {}, 'x');
  it.outbox.answer({ type: 'answer', id: item.id, outcome: 'accepted', positions: [] });
  equal([item.state, it.outbox.last], ['done', undefined]);
}

export function no_answer_in_five_seconds_is_unknown_and_asked_again_with_the_same_id() {
  const it = setup();
  const item = it.outbox.send({ type: 'X' }, {}, 'x');
  it.time = 4_999;
  it.outbox.check();
  equal(item.state, 'sent');
  it.time = 5_000;
  it.outbox.check();
  equal([item.state, it.results], ['unknown', ['unknown']]);
  it.outbox.again(item);
  equal([item.state, it.sent.map((m) => m.id)], ['sent', ['id-1', 'id-1']]);
  it.outbox.answer({ type: 'answer', id: 'id-1', outcome: 'accepted', positions: [10, 10], repeated: true });
  equal(item.state, 'done');
}

export function an_answer_that_comes_late_still_counts() {
  const it = setup();
  const item = it.outbox.send({ type: 'X' }, {}, 'x');
  it.time = 6_000;
  it.outbox.check();
  it.outbox.answer({ type: 'answer', id: item.id, outcome: 'refused', code: 'team_committed' });
  equal(item.state, 'refused');
}

export function refused_and_malformed_are_told_apart() {
  const it = setup();
  const [a, b] = ['a', 'b'].map((x) => it.outbox.send({ type: 'X' }, {}, x));
  it.outbox.answer({ type: 'answer', id: a.id, outcome: 'refused', code: 'c' });
  it.outbox.answer({ type: 'answer', id: b.id, outcome: 'error', code: 'busy' });
  equal([a.state, b.state, it.results], ['refused', 'failed', ['refused', 'failed']]);
  ok(!it.outbox.last, 'nothing to correct');
}

export function without_a_connection_nothing_is_sent_and_nothing_is_queued() {
  const it = setup(false);
  const item = it.outbox.send({ type: 'X' }, {}, 'x');
  equal([item.state, it.sent.length], ['unsent', 0]);
  it.connected = true;
  it.store.patch(patch(10, 11));
  equal(it.sent.length, 0, 'only a person sends it again');
}
