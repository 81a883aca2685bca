"""What every test of the log does: write a batch as the desk does, take turns, and check the whole record afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID, uuid4

from core.log import Head, Held, Log, Query, StoredCommand, StoredEvent, merkle

T = TypeVar("T")
LIVE = "live"
ALL = Query()


class Rival(Exception):
    """Raised inside a hold, to leave it without an append."""


def event(position: int, held: Held, **fields: Any) -> StoredEvent:
    made = StoredEvent(
        position,
        "TeamArrived",
        (f"team:{position % 7}",),
        held.now,
        uuid4(),
        f'{{"position":{position}}}'.encode(),
    )
    return made._replace(**fields)


def command(held: Held, first: int | None, last: int | None, id_: UUID | None = None) -> StoredCommand:
    return StoredCommand(
        id_ or uuid4(),
        "u-1/队/指挥",
        held.now,
        b'{"ask":1}',
        f'{{"positions":[{first},{last}]}}'.encode(),
        first,
        last,
    )


def head_after(held: Held, events: Sequence[StoredEvent]) -> Head:
    before = held.head
    frontier = merkle.extend_data(before.frontier, before.position, [each.data for each in events])
    return Head(before.position + len(events), held.now, frontier, before.epoch)


async def write(
    log: Log,
    count: int = 1,
    *,
    operation: str = LIVE,
    id_: UUID | None = None,
    after: int = 0,
    make: Callable[[int, Held], StoredEvent] = event,
) -> list[StoredEvent]:
    """One command with `count` events, at the head."""
    async with log.hold(operation, after) as held:
        start = held.head.position + 1
        events = [make(position, held) for position in range(start, start + count)]
        asked = command(held, start if count else None, start + count - 1 if count else None, id_)
        await held.append(events, [asked], head_after(held, events))
    return events


async def everything(log: Log, operation: str = LIVE) -> list[bytes]:
    return [data async for page in log.stream(operation, 0) for data in page]


async def check_whole(log: Log, operation: str = LIVE) -> int:
    """Gapless, in order, times never back, the stream the same as what is read, the root that of all bytes. Its length."""
    head = await log.head(operation)
    events = await log.read(operation, 0, ALL, head.position + 1)
    assert [each.position for each in events] == list(range(1, head.position + 1))
    times = [each.recorded_at for each in events]
    assert times == sorted(times)
    assert times[-1:] <= [head.recorded_at or times[-1]]
    data = await everything(log, operation)
    assert data == [each.data for each in events]
    assert merkle.root(head.frontier) == merkle.root_of([merkle.leaf_hash(each) for each in data])
    return head.position


async def take(
    follower: AsyncIterator[list[StoredEvent]], count: int, timeout_s: float = 10.0
) -> list[StoredEvent]:
    """The next events of a follower, at least `count`."""
    got: list[StoredEvent] = []
    async with asyncio.timeout(timeout_s):
        while len(got) < count:
            got += await anext(follower)
    return got
