"""Following on both stores: every event once and in order, soon after its commit, across nodes and lost connections."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from core.log import Log, StoredEvent
from core.log.postgres import PostgresLog
from core.log.sqlite import SqliteLog
from core.log.tail import TAIL_EVENTS_MAX
from tests.log.support import LIVE, take, write
from tests.servers import PostgresServer

SOON_S = 0.5  # Well under the slow poll.


async def test_a_follower_gets_what_is_there_and_then_each_batch(log: Log) -> None:
    first = await write(log, 3)
    follower = log.follow(LIVE, 1)
    assert await take(follower, 2) == first[1:]
    for count in (1, 4):
        waiting = asyncio.ensure_future(anext(follower))
        await asyncio.sleep(0.02)
        written = await write(log, count)
        async with asyncio.timeout(SOON_S):
            assert await waiting == written


async def test_a_follower_of_an_operation_that_is_not_there_yet(log: Log) -> None:
    follower = log.follow("drill-9", 0)
    waiting = asyncio.ensure_future(anext(follower))
    await asyncio.sleep(0.02)
    written = await write(log, 2, operation="drill-9")
    async with asyncio.timeout(SOON_S):
        assert await waiting == written


async def test_many_followers_under_load_lose_and_repeat_nothing(log: Log) -> None:
    total = TAIL_EVENTS_MAX + 1_000

    async def follow(after: int, pause_s: float) -> list[int]:
        got: list[int] = []
        async for events in log.follow(LIVE, after):
            got += [each.position for each in events]
            await asyncio.sleep(pause_s)
            if got[-1] == total:
                break
        return got

    followers = [
        asyncio.create_task(follow(after, pause))
        for after, pause in ((0, 0), (0, 0.01), (2_500, 0), (0, 0.1))
    ]
    while (await log.head(LIVE)).position < total:
        await write(log, min(137, total - (await log.head(LIVE)).position))
    async with asyncio.timeout(20):
        got = await asyncio.gather(*followers)
    for after, positions in zip((0, 0, 2_500, 0), got, strict=True):
        assert positions == list(range(after + 1, total + 1))


async def test_a_cancelled_follower_leaves_nothing_behind(log: Log) -> None:
    await write(log)

    async def follow() -> None:
        async for _ in log.follow(LIVE, 0):
            pass

    tasks = [asyncio.create_task(follow()) for _ in range(50)]
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    assert all(
        isinstance(each, asyncio.CancelledError)
        for each in await asyncio.gather(*tasks, return_exceptions=True)
    )
    await write(log)
    assert len(await take(log.follow(LIVE, 0), 2)) == 2


async def test_a_reader_beside_the_owner_follows(tmp_path: Path) -> None:
    owner, reader = SqliteLog(tmp_path), SqliteLog(tmp_path, read_only=True, follow_poll_s=0.02)
    await owner.open()
    await reader.open()
    follower = reader.follow(LIVE, 0)
    first = await write(owner, 2)
    assert await take(follower, 2) == first
    written = await write(owner, 1)
    assert await take(follower, 1) == written
    await reader.close()
    await owner.close()


@pytest.fixture
async def nodes(pg_dsn: str) -> list[PostgresLog]:
    return [PostgresLog(pg_dsn, follow_poll_s=30) for _ in range(2)]


async def test_a_follower_on_another_node_wakes_up_by_notification(nodes: list[PostgresLog]) -> None:
    one, two = nodes
    await one.open()
    await write(one)
    await two.open()
    follower = two.follow(LIVE, 0)
    await take(follower, 1)
    await asyncio.sleep(0.1)
    for _ in range(3):
        waiting = asyncio.ensure_future(anext(follower))
        await asyncio.sleep(0.02)
        written = await write(one, 2, after=1)
        async with asyncio.timeout(SOON_S):
            assert await waiting == written
    await one.close()
    await two.close()


async def test_a_node_that_is_left_alone_again_notices(nodes: list[PostgresLog]) -> None:
    one, two = nodes
    await one.open()
    await asyncio.sleep(0.05)
    assert [one.listener.alone, two.listener.alone] == [True, False]
    await two.open()
    await asyncio.sleep(0.1)
    assert [one.listener.alone, two.listener.alone] == [False, False]
    await two.close()
    await one.close()


async def test_a_killed_listener_is_made_again(pg_dsn: str, nodes: list[PostgresLog]) -> None:
    one, two = nodes
    await one.open()
    await two.open()
    await write(one)
    follower = two.follow(LIVE, 0)
    await take(follower, 1)
    killer = await asyncpg.connect(pg_dsn)
    killed = await killer.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND query LIKE '%pg_locks%'"
    )
    assert killed == 2
    await killer.close()
    await asyncio.sleep(0.5)
    waiting = asyncio.ensure_future(anext(follower))
    written = await write(one)
    async with asyncio.timeout(SOON_S):
        assert await waiting == written
    await one.close()
    await two.close()


async def test_a_lost_notification_only_delays(pg_dsn: str) -> None:
    log = PostgresLog(pg_dsn, follow_poll_s=0.1)
    await log.open()
    await log.listener.stop()
    other = PostgresLog(pg_dsn)
    await other.open()
    follower = log.follow(LIVE, 0)
    waiting = asyncio.ensure_future(anext(follower))
    await asyncio.sleep(0.05)
    written = await write(other)
    async with asyncio.timeout(2):
        assert await waiting == written
    await other.close()
    await log.close()


async def test_a_follower_outlives_a_restart_of_the_server(postgres_server: PostgresServer) -> None:
    log = PostgresLog(postgres_server.dsn(), follow_poll_s=0.2)
    await log.open()
    got: list[StoredEvent] = []

    async def follow() -> None:
        async for events in log.follow(LIVE, 0):
            got.extend(events)

    follower = asyncio.create_task(follow())
    await write(log, 2)
    await asyncio.to_thread(postgres_server.restart)
    await write(log, 2)
    async with asyncio.timeout(10):
        while len(got) < 4:  # noqa: ASYNC110  # The follower is what is tested.
            await asyncio.sleep(0.02)
    assert [each.position for each in got] == [1, 2, 3, 4]
    follower.cancel()
    await asyncio.gather(follower, return_exceptions=True)
    await log.close()
