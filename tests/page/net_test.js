import { Clock } from '../app/core/clock.js';
import { BACKOFF_MAX_MS, Link, backoff } from '../app/core/net.js';
import { Store } from '../app/core/store.js';
import { FakeSocket, equal, ok, patch, snapshot } from './check.js';

function setup() {
  const made = { sockets: [], states: [], answers: [], problems: [], time: 1_000 };
  const clock = new Clock(() => made.time);
  const store = new Store();
  const link = new Link({
    url: 'ws://test', store, clock,
    onState: () => made.states.push(link.state),
    onAnswer: (answer) => made.answers.push(answer),
    onProblem: (problem) => made.problems.push(problem),
    open: () => (made.sockets.push(new FakeSocket()), made.sockets[made.sockets.length - 1]),
    monotonic: () => made.time,
    random: () => 0.5,
  });
  link.start();
  Object.defineProperty(made, 'socket', { get: () => made.sockets[made.sockets.length - 1] });
  return Object.assign(made, { clock, store, link, pass(ms) { for (let i = 0; i < ms; i += 500) { made.time += 500; link.check(); } } });
}

function live() {
  const it = setup();
  it.socket.open();
  it.socket.hear(snapshot(10, { team: [{ id: 'A' }] }));
  return it;
}

export function the_first_subscription_asks_for_everything() {
  const it = setup();
  it.socket.open();
  equal(it.socket.subscribes, [{ type: 'subscribe', topics: ['board'] }]);
  it.socket.hear(snapshot(10));
  equal([it.link.state, it.store.position, it.link.ready], ['live', 10, true]);
  it.link.stop();
}

export function after_a_drop_it_resumes_from_where_it_was() {
  const it = live();
  it.socket.hear(patch(10, 14));
  it.socket.drop();
  ok(!it.link.ready, 'not ready');
  it.pass(1_000);
  equal(it.sockets.length, 2);
  it.socket.open({ position: 20 });
  equal(it.socket.subscribes, [{ type: 'subscribe', topics: ['board'], after: 14, epoch: '1-1' }]);
  it.socket.hear(patch(14, 20));
  equal(it.store.position, 20);
  it.link.stop();
}

export function another_epoch_is_never_resumed() {
  const it = live();
  it.socket.drop();
  it.pass(1_000);
  it.socket.open({ epoch: '2-1' });
  equal(it.socket.subscribes, [{ type: 'subscribe', topics: ['board'] }]);
  it.link.stop();
}

export function a_gap_asks_for_everything_and_ignores_patches_until_then() {
  const it = live();
  it.socket.hear(patch(12, 13, [['team', 'A', 13, null]]));
  equal(it.socket.subscribes.length, 2);
  equal(it.socket.subscribes[1], { type: 'subscribe', topics: ['board'] });
  it.socket.hear(patch(13, 14));
  equal([it.socket.subscribes.length, it.store.position], [2, 10]);
  it.socket.hear(snapshot(14));
  it.socket.hear(patch(14, 15));
  equal(it.store.position, 15);
  it.link.stop();
}

export function told_that_it_is_behind_it_waits_for_the_snapshot() {
  const it = live();
  it.socket.hear({ type: 'behind', topic: 'board' });
  ok(it.link.behind, 'shown');
  it.socket.hear(patch(90, 99));
  equal([it.store.position, it.socket.subscribes.length], [10, 1]);
  it.socket.hear(snapshot(120));
  equal([it.store.position, it.link.behind], [120, false]);
  it.link.stop();
}

export function silence_is_stale_after_three_seconds_and_lost_after_ten() {
  const it = live();
  it.pass(3_000);
  equal(it.link.state, 'live');
  it.pass(500);
  equal([it.link.state, it.link.ready], ['stale', true]);
  it.pass(6_500);
  equal(it.link.state, 'stale');
  const socket = it.socket;
  it.pass(500);
  equal([it.link.state, it.link.ready, socket.closedWith], ['lost', false, 4000]);
  ok(it.link.retryIn !== null, 'the countdown runs');
  it.link.stop();
}

export function it_never_stops_trying() {
  const it = live();
  for (let i = 0; i < 30; i++) {
    it.socket.drop();
    it.pass(BACKOFF_MAX_MS + 500);
  }
  ok(it.sockets.length > 30, `${it.sockets.length} attempts`);
  equal(it.link.state, 'lost');
  it.socket.open({ position: 10 });
  equal(it.link.state, 'live');
  it.link.stop();
}

export function the_wait_doubles_is_spread_and_has_an_end() {
  equal([0, 1, 2, 3].map((n) => backoff(n, 0.5)), [500, 1000, 2000, 4000]);
  equal([backoff(4, 0), backoff(4, 1)], [4000, 12000]);
  equal([backoff(60, 0), backoff(60, 1)], [7500, 22500]);
}

export function signed_out_and_too_old_do_not_reconnect() {
  for (const [code, state] of [[4003, 'signed_out'], [4002, 'upgrade']]) {
    const it = live();
    it.socket.drop(code);
    it.pass(60_000);
    equal([it.link.state, it.sockets.length], [state, 1]);
    it.link.stop();
  }
}

export function asked_to_resync_it_takes_a_snapshot() {
  const it = live();
  it.socket.drop(4001);
  it.pass(1_000);
  it.socket.open();
  equal(it.socket.subscribes, [{ type: 'subscribe', topics: ['board'] }]);
  it.link.stop();
}

export function pings_carry_the_time_and_the_position_also_when_timers_are_slow() {
  const it = live();
  it.time += 2_500;
  it.socket.hear({ type: 'heartbeat', position: 10, server_time: 1 });
  const ping = it.socket.sent[it.socket.sent.length - 1];
  equal(ping, { type: 'ping', sent: it.time, position: 10 });
  it.link.stop();
}

export function the_clock_follows_the_pong_with_the_shortest_way() {
  let local = 0;
  const clock = new Clock(() => local);
  clock.greet(9_000);
  equal(clock.real(), 9_000);
  local = 1_000;
  clock.pong(900, 60_950); // 100 ms: offset 60 000
  local = 5_000;
  clock.pong(3_000, 70_000); // 2 s: offset 66 000, not believed
  equal([clock.offset, clock.rtt, clock.wrong], [60_000, 2_000, true]);
}

export function an_exercise_clock_runs_at_its_own_rate_and_stands_still_when_paused() {
  let local = 10_000;
  const clock = new Clock(() => local);
  clock.exercise = { real0: 10_000, sim0: 1_000_000, rate: [4, 1], paused: false };
  local = 12_000;
  equal(clock.now(), 1_008_000);
  clock.exercise = { ...clock.exercise, paused: true };
  equal([clock.now(), clock.rate], [1_000_000, 0]);
}

export function the_clock_of_the_operation_comes_with_its_row() {
  const it = live();
  it.socket.hear(patch(10, 11, [['operation', 'demo', 11, { id: 'demo', kind: 'drill', clock: { real0: 1_000, sim0: 0, rate: [1, 1], paused: true } }]]));
  equal(it.clock.now(), 0);
  it.socket.hear({ type: 'clock', real0: it.time, sim0: 777, rate: [1, 1], paused: true });
  equal(it.clock.now(), 777);
  it.link.stop();
}
