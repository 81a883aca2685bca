"""The bounds of the live board, each reached: rings, queues, gates and buckets, without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from websockets.frames import Frame as Reference
from websockets.frames import Opcode

from projections.board import Change
from projections.rows import OperationRow, RowChange
from projections.timeline import TIMELINE_ENTRIES_MAX
from tests.views.page import board_of
from tests.views.story import whole_day
from web.live.client import Client
from web.live.frames import Pending, Ring
from web.live.hub import Bucket, Gate
from web.live.limits import LiveLimits
from web.live.messages import SLOW, Frame


class Line:
    """A wire that takes what it is allowed to take."""

    def __init__(self) -> None:
        self.on_ready: Callable[[], None] | None = None
        self.on_text: Callable[[bytes], bool] | None = None
        self.ready = True
        self.written: list[bytes] = []
        self.ended: int | None = None

    def write(self, frame: Frame) -> None:
        self.written.append(bytes(frame.payload))

    def end(self, code: int, reason: str) -> None:
        self.ended = code
        self.ready = False

    def free(self) -> None:
        self.ready = True
        assert self.on_ready is not None
        self.on_ready()


def shared(text: str) -> Frame:
    return Frame(text.encode(), shared=True)


def change(position: int, title: str = "x") -> Change:
    row = OperationRow("live", "live", title, None)
    return Change(position, [RowChange("operation", "live", position, row)], [])


def patches(ring: list[Frame] | None) -> list[tuple[int, int]]:
    assert ring is not None
    said = [json.loads(bytes(one.payload)) for one in ring]
    return [(one["after"], one["position"]) for one in said]


def filled(count: int, patches_max: int = 100, bytes_max: int = 1 << 20, step: int = 1) -> Ring:
    ring, pending = Ring(0, patches_max, bytes_max), Pending(0)
    for number in range(1, count + 1):
        pending.add(change(number * step))
        after, position = pending.after, pending.position
        ring.add(after, position, pending.take("board"))
    return ring


def test_a_frame_holds_the_last_state_of_each_row_and_begins_where_the_last_one_ended() -> None:
    pending = Pending(7)
    pending.add(change(8, "first"))
    pending.add(change(9, "last"))
    said = json.loads(bytes(pending.take("board").payload))
    assert (said["after"], said["position"]) == (7, 9)
    assert [(row[2], row[3]["title"]) for row in said["rows"]] == [(9, "last")]
    pending.add(change(10))
    assert json.loads(bytes(pending.take("board").payload))["after"] == 9


def test_a_frame_holds_no_more_of_the_timeline_than_a_page_shows() -> None:
    entry = board_of(whole_day().log).timeline.entries()[0]
    pending = Pending(0)
    for position in range(1, TIMELINE_ENTRIES_MAX + 51):
        line = msgspec.structs.replace(entry, position=position)
        pending.add(Change(position, [], [line]))
    said = json.loads(bytes(pending.take("board").payload))
    positions = [line["position"] for line in said["timeline"]]
    assert positions == list(range(51, TIMELINE_ENTRIES_MAX + 51))


def test_a_ring_gives_what_came_after_a_position_and_nothing_when_nothing_did() -> None:
    ring = filled(5)
    assert patches(ring.since(3, 10, 10_000)) == [(3, 4), (4, 5)]
    assert ring.since(5, 10, 10_000) == []
    assert ring.since(6, 10, 10_000) is None


def test_a_ring_tells_a_patch_to_begin_where_the_page_stands() -> None:
    ring = filled(3, step=10)
    assert patches(ring.since(14, 10, 10_000)) == [(14, 20), (20, 30)]


def test_a_ring_forgets_the_oldest_by_number_and_by_bytes() -> None:
    ring = filled(10, patches_max=4)
    assert (ring.floor, ring.position) == (6, 10)
    assert ring.since(5, 100, 1 << 20) is None
    assert patches(ring.since(6, 100, 1 << 20)) == [(6, 7), (7, 8), (8, 9), (9, 10)]
    assert filled(10, bytes_max=400).floor > 5


@pytest.mark.parametrize(("patches_max", "bytes_max"), [(2, 1 << 20), (100, 300)])
def test_who_missed_more_than_a_snapshot_is_worth_gets_the_snapshot(patches_max: int, bytes_max: int) -> None:
    assert filled(10).since(0, patches_max, bytes_max) is None


def client(line: Line, **bounds: Any) -> tuple[Client, list[Client], list[int]]:
    drained: list[Client] = []
    fell: list[int] = []
    limits = LiveLimits()._replace(**bounds)
    return Client(line, limits, drained.append, lambda: fell.append(1), 0.0), drained, fell


@pytest.mark.parametrize("bounds", [{"client_queue_frames_max": 3}, {"client_queue_bytes_max": 40}])
def test_too_much_for_the_queue_is_dropped_as_a_whole_and_answers_are_kept(bounds: dict[str, int]) -> None:
    line = Line()
    one, drained, fell = client(line, **bounds)
    one.subscribed = True
    line.ready = False
    one.send(Frame(b"answer", shared=False))
    for number in range(5):
        one.send(shared(f"frame {number}"))
    assert one.behind
    assert not one.subscribed
    assert fell == [1]
    one.send(shared("while behind"))
    line.free()
    assert line.written[0] == b"answer"
    assert json.loads(line.written[1]) == {"type": "behind", "topic": "board", "reason": "slow_client"}
    assert len(line.written) == 2
    assert drained == [one]
    assert not one.behind


def test_who_does_not_even_take_answers_is_closed() -> None:
    line = Line()
    one, _, _ = client(line, client_queue_frames_max=3)
    line.ready = False
    for _ in range(5):
        one.send(Frame(b"answer", shared=False))
    assert line.ended == SLOW


def test_a_wire_that_takes_nothing_is_given_up_and_one_that_takes_now_and_then_is_not() -> None:
    line = Line()
    one, _, _ = client(line, client_drain_s=10, client_silent_s=1000)
    line.ready = False
    one.tick(0.0, 1)
    one.tick(9.0, 1)
    line.free()
    line.ready = False
    one.tick(11.0, 1)
    one.tick(20.0, 1)
    assert line.ended is None
    one.tick(21.5, 1)
    assert line.ended == SLOW


async def test_a_gate_turns_away_who_would_wait_too_long_and_who_has_no_room() -> None:
    gate = Gate(connections_max=100, per_s=10, wait_s_max=0.15)
    assert await asyncio.gather(*(gate.enter() for _ in range(4))) == [True, True, False, False]
    assert gate.inside == 2
    full = Gate(connections_max=1, per_s=1000, wait_s_max=1)
    assert await full.enter()
    assert not await full.enter()
    full.leave()
    assert await full.enter()


async def test_who_gives_up_waiting_at_the_gate_gives_the_room_away() -> None:
    gate = Gate(connections_max=2, per_s=1, wait_s_max=10)
    assert await gate.enter()
    waiting = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait((waiting,))
    assert gate.inside == 1


def test_a_bucket_lets_a_burst_through_and_then_its_pace() -> None:
    bucket = Bucket(per_s=10, burst=3, now=0.0)
    assert [bucket.take(1, 0.0) for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]
    assert not bucket.take_now(1, 0.1)
    assert bucket.take_now(1, 0.3)


@pytest.mark.parametrize("size", [0, 125, 126, 0xFFFF, 0x10000])
def test_a_frame_is_what_the_protocol_asks_for(size: int) -> None:
    payload = b"x" * size
    assert Frame(payload, shared=True).framed == Reference(Opcode.TEXT, payload).serialize(mask=False)
    assert Frame(payload, shared=True).text == payload.decode()
