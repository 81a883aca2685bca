"""Reading on both stores: by tag, type, limit and time; whole and in pages; and snapshots beside it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from core.log import Held, Log, Query, StoredEvent
from tests.log.conftest import OpenLog
from tests.log.support import ALL, LIVE, event, everything, write


def make(position: int, held: Held) -> StoredEvent:
    tags = ["all:1", f"mod3:{position % 3}", f"mod5:{position % 5}"]
    return event(position, held, type="ABCD"[position % 4], tags=tuple(tags))


def expected(last: int, after: int, limit: int, query: Query) -> list[int]:
    found: list[int] = []
    for n in range(after + 1, last + 1):
        tags = {"all:1", f"mod3:{n % 3}", f"mod5:{n % 5}"}
        wanted = set(query.tags)
        tagged = not wanted or (wanted <= tags if query.every_tag else bool(wanted & tags))
        if tagged and (not query.types or "ABCD"[n % 4] in query.types):
            found.append(n)
    return found[:limit]


QUERIES = [
    ALL,
    Query(("mod3:1",)),
    Query(("mod3:1", "mod5:0")),
    Query(("mod3:1", "mod3:1", "nothing:0")),
    Query(("mod3:1", "mod5:0"), every_tag=True),
    Query(("mod5:4", "all:1", "mod3:0"), ("B", "D"), every_tag=True),
    Query(("all:1", "nothing:0"), every_tag=True),
    Query(("mod3:1",), every_tag=True),
    Query((), ("A",)),
    Query((), ("A", "C", "Z")),
    Query(("mod3:2", "mod5:1"), ("B",)),
    Query(("all:1",), ("Z",)),
]


@pytest.mark.parametrize("query", QUERIES)
async def test_reading_by_tags_and_types_finds_exactly_those(log: Log, query: Query) -> None:
    await write(log, 120, make=make)
    await write(log, 7, operation="drill-other", make=make)
    for after, limit in ((0, 1000), (0, 7), (59, 1000), (60, 5), (119, 3), (120, 9), (0, 0)):
        got = [each.position for each in await log.read(LIVE, after, query, limit)]
        assert got == expected(120, after, limit, query)


async def test_a_tag_with_nul_matches_nothing(log: Log) -> None:
    await write(log)
    assert await log.read(LIVE, 0, Query(("a\x00",)), 9) == []
    assert await log.read(LIVE, 0, Query(("a'); DROP TABLE event; --",)), 9) == []


async def test_the_position_at_a_time_is_the_last_one_recorded_by_then(log: Log) -> None:
    async with log.hold(LIVE, 0) as held:
        start = held.now
    times = [start + timedelta(microseconds=each) for each in (0, 0, 1, 1, 1, 5, 1_000_000)]

    def timed(position: int, held: Held) -> StoredEvent:
        return event(position, held, recorded_at=times[position - 1])

    await write(log, len(times), make=timed)
    asked = [-1, 0, 1, 2, 4, 5, 6, 999_999, 1_000_000, 10**9]
    got = [await log.position_at(LIVE, start + timedelta(microseconds=each)) for each in asked]
    assert got == [0, 2, 5, 5, 5, 6, 6, 6, 7, 7]


async def test_a_stream_begins_after_a_position_and_is_what_is_read(log: Log) -> None:
    written = await write(log, 2_345)
    data = [each.data for each in written]
    assert await everything(log) == data
    for after in (1, 1000, 2344, 2345, 9999):
        assert [each async for page in log.stream(LIVE, after) for each in page] == data[after:]


async def test_large_events_stream_whole(log: Log) -> None:
    def large(position: int, held: Held) -> StoredEvent:
        return event(position, held, data=bytes([position % 251]) * (position * 40_000 + 1))

    written = await write(log, 12, make=large)
    assert await everything(log) == [each.data for each in written]
    assert await log.read(LIVE, 0, ALL, 99) == written


async def test_a_stream_left_early_leaves_nothing_behind(log: Log) -> None:
    await write(log, 5_000, make=lambda position, held: event(position, held, data=b"x" * 2000))
    for _ in range(6):
        stream = log.stream(LIVE, 0)
        assert await anext(stream)
        assert isinstance(stream, AsyncGenerator)
        await stream.aclose()
    assert len(await everything(log)) == 5_000


async def test_the_newest_snapshot_at_or_before_a_position_is_loaded(open_log: OpenLog) -> None:
    log = await open_log(snapshots_kept=3)
    assert await log.snapshot_load(LIVE, "board", 1) is None
    for position in (10, 20, 30):
        await log.snapshot_save(LIVE, position, "board", 1, b"at %d" % position)
    assert await log.snapshot_load(LIVE, "board", 1) == (30, b"at 30")
    assert await log.snapshot_load(LIVE, "board", 1, 29) == (20, b"at 20")
    assert await log.snapshot_load(LIVE, "board", 1, 9) is None
    assert await log.snapshot_load(LIVE, "board", 2) is None
    assert await log.snapshot_load("drill-1", "board", 1) is None
    await log.snapshot_save(LIVE, 30, "board", 1, b"again")
    assert await log.snapshot_load(LIVE, "board", 1) == (30, b"again")


async def test_old_snapshots_go_and_those_of_older_versions_too(open_log: OpenLog) -> None:
    log = await open_log(snapshots_kept=2)
    for position in (10, 20, 30):
        await log.snapshot_save(LIVE, position, "board", 1, b"%d" % position)
    await log.snapshot_save(LIVE, 1, "world", 1, b"w")
    assert await log.snapshot_load(LIVE, "board", 1, 19) is None
    assert await log.snapshot_load(LIVE, "board", 1, 20) == (20, b"20")
    await log.snapshot_save(LIVE, 31, "board", 2, b"new")
    assert await log.snapshot_load(LIVE, "board", 1) is None
    assert await log.snapshot_load(LIVE, "world", 1) == (1, b"w")


async def test_a_large_snapshot_comes_back_after_a_restart(open_log: OpenLog) -> None:
    log = await open_log()
    await log.snapshot_save(LIVE, 5, "board", 1, bytes(3_400_000))
    await log.close()
    assert await (await open_log()).snapshot_load(LIVE, "board", 1) == (5, bytes(3_400_000))
