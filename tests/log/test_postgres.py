"""What only the PostgreSQL log has: several nodes, time-outs, lost connections, and a server that is killed under load."""

# ruff: noqa: PT012  # The hold around an append belongs to what must fail.
# What is waited for happens in a server, which sets no asyncio.Event.
from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from core.log import AppendOutcomeUnknown, LogBusy, LogError, LogFailed, LogUnavailable, StoredEvent
from core.log import postgres_reads as reads
from core.log.postgres import PostgresLog
from tests.log.support import ALL, LIVE, Rival, check_whole, command, event, everything, head_after, write
from tests.servers import free_port


@pytest.fixture
async def nodes(pg_dsn: str) -> AsyncIterator[list[PostgresLog]]:
    logs = [
        PostgresLog(pg_dsn, lock_timeout_s=0.4, hold_timeout_s=0.8, statement_timeout_s=2) for _ in range(2)
    ]
    for each in logs:
        await each.open()
    yield logs
    for each in logs:
        await each.close()


async def run(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_two_nodes_hold_in_turn_and_are_told_what_they_missed(nodes: list[PostgresLog]) -> None:
    one, two = nodes
    first = await write(one, 2)
    async with two.hold(LIVE, 0) as held:
        assert list(held.missed) == first
        with pytest.raises(LogBusy):
            async with one.hold(LIVE, 2):
                raise AssertionError
        events = [event(3, held)]
        await held.append(events, [command(held, 3, 3)], head_after(held, events))
    async with one.hold(LIVE, 2) as held:
        assert list(held.missed) == events
        assert held.now >= events[0].recorded_at


async def test_two_nodes_under_load_leave_one_whole_log(nodes: list[PostgresLog]) -> None:
    seen: list[list[int]] = [[], []]

    async def node(number: int) -> None:
        after = 0
        for _ in range(60):
            async with nodes[number].hold(LIVE, after) as held:
                seen[number] += [each.position for each in held.missed]
                start = held.head.position + 1
                events = [event(position, held) for position in range(start, start + 3)]
                await held.append(events, [command(held, start, start + 2)], head_after(held, events))
                seen[number] += [each.position for each in events]
                after = start + 2

    await asyncio.gather(node(0), node(1))
    assert await check_whole(nodes[0]) == 360
    for number in range(2):
        assert seen[number] == list(range(1, seen[number][-1] + 1))


async def test_a_lone_node_that_keeps_the_head_a_moment_gives_way(pg_dsn: str) -> None:
    one = PostgresLog(pg_dsn, linger_s=5, lease_s=5)
    await one.open()
    await asyncio.sleep(0.05)
    await write(one)
    two = PostgresLog(pg_dsn, linger_s=5, lease_s=5)
    await two.open()
    await asyncio.sleep(0.05)
    await write(one)
    async with asyncio.timeout(1):
        await write(two)
        await write(one)
    assert await check_whole(two) == 4
    await two.close()
    await one.close()


async def test_a_node_that_hangs_with_the_head_loses_it(nodes: list[PostgresLog]) -> None:
    one, two = nodes
    await write(one)
    written: list[StoredEvent] = []
    with pytest.raises(LogError) as lost:
        async with one.hold(LIVE, 1) as held:
            hung = [event(2, held)]
            after = head_after(held, hung)
            await asyncio.sleep(1.0)
            written = await write(two)
            await held.append(hung, [], after)
    assert isinstance(lost.value, (LogFailed, AppendOutcomeUnknown))
    assert await two.read(LIVE, 0, ALL, 9) == [*await one.read(LIVE, 0, ALL, 1), *written]
    await write(one)
    assert await check_whole(two) == 3


async def test_a_session_that_lost_its_lock_unnoticed_writes_nothing(nodes: list[PostgresLog]) -> None:
    one, two = nodes
    await write(one)
    with pytest.raises(LogFailed, match="head"):
        async with one.hold(LIVE, 1) as held:
            connection = one.heads[LIVE].connection
            assert connection is not None
            await connection.execute("SELECT pg_advisory_unlock_all()")
            await write(two, 2)
            events = [event(2, held)]
            await held.append(events, [], head_after(held, events))
    await write(one)
    assert await check_whole(one) == 4


async def test_a_statement_that_hangs_fails_in_time(pg_dsn: str, nodes: list[PostgresLog]) -> None:
    one = nodes[0]
    await write(one)
    blocker = await asyncpg.connect(pg_dsn)
    async with blocker.transaction():
        await blocker.execute("LOCK TABLE liandong.event IN EXCLUSIVE MODE")
        async with asyncio.timeout(3):
            with pytest.raises(LogFailed):
                await write(one)
    await blocker.close()
    await write(one)
    assert await check_whole(one) == 2


async def test_idle_nodes_are_not_timed_out(nodes: list[PostgresLog]) -> None:
    await write(nodes[0])
    connection = nodes[0].heads[LIVE].connection
    await asyncio.sleep(0.9)
    await write(nodes[0])
    assert nodes[0].heads[LIVE].connection is connection


async def test_a_killed_writing_connection_is_made_again(pg_dsn: str, nodes: list[PostgresLog]) -> None:
    one = nodes[0]
    await write(one)
    with pytest.raises(LogError):
        async with one.hold(LIVE, 1) as held:
            connection = one.heads[LIVE].connection
            assert connection is not None
            await run(pg_dsn, f"SELECT pg_terminate_backend({connection.get_server_pid()})")
            await asyncio.sleep(0.05)
            events = [event(2, held)]
            await held.append(events, [], head_after(held, events))
    await write(one)
    assert await check_whole(one) == 2


async def test_two_nodes_may_make_the_schema_at_the_same_moment(pg_dsn: str) -> None:
    logs = [PostgresLog(pg_dsn, schema='应急 "一"') for _ in range(4)]
    await asyncio.gather(*(each.open() for each in logs))
    await asyncio.gather(*(write(each, 2) for each in logs))
    assert await check_whole(logs[3]) == 8
    for each in logs:
        await each.close()


async def test_schemas_are_apart(pg_dsn: str) -> None:
    one, two = PostgresLog(pg_dsn, schema="city_a"), PostgresLog(pg_dsn, schema="city_b")
    await one.open()
    await two.open()
    await write(one, 2)
    async with one.hold(LIVE, 2):
        await write(two, 3)
    assert (await check_whole(one), await check_whole(two)) == (2, 3)
    await one.close()
    await two.close()


async def test_a_newer_schema_is_not_touched(pg_dsn: str, nodes: list[PostgresLog]) -> None:
    await run(pg_dsn, "INSERT INTO liandong.schema_version VALUES (99)")
    with pytest.raises(LogUnavailable) as told:
        await PostgresLog(pg_dsn).open()
    assert "newer Liandong (version 99" in told.value.en
    assert "更新版本" in told.value.zh


@pytest.mark.parametrize(
    ("change", "en"),
    [
        ({"netloc": "someone:geheim@127.0.0.1:{port}"}, "cannot be reached"),
        ({"path": "/nosuch"}, "there is no such database"),
        ({"scheme": "mysql"}, "the address is malformed"),
    ],
)
async def test_a_wrong_address_is_told_without_the_password(
    pg_dsn: str, change: dict[str, str], en: str
) -> None:
    values = {name: value.format(port=free_port()) for name, value in change.items()}
    with pytest.raises(LogUnavailable) as told:
        await PostgresLog(urlunsplit(urlsplit(pg_dsn)._replace(**values))).open()
    assert en in told.value.en
    assert "请检查" in told.value.zh
    assert "geheim" not in told.value.en + told.value.zh


async def test_a_database_that_forgets_is_overruled(pg_dsn: str) -> None:
    name = urlsplit(pg_dsn).path[1:]
    await run(pg_dsn, f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    log = PostgresLog(pg_dsn)
    await log.open()
    await write(log)
    async with log.hold(LIVE, 1):
        connection = log.heads[LIVE].connection
        assert connection is not None
        assert await connection.fetchval("SHOW synchronous_commit") == "on"
    await log.close()


async def test_no_generic_plan_scans_or_joins_whole_tables(pg_dsn: str, nodes: list[PostgresLog]) -> None:
    connection = await nodes[0].connect_idle()
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    statements = [getattr(reads, name) for name in dir(reads) if name.isupper()]
    for statement in statements:
        if (
            isinstance(statement, str)
            and statement.lstrip().startswith(("SELECT", "WITH"))
            and "{}" not in statement
        ):
            count = max(int(each) for each in re.findall(r"\$(\d+)", statement))
            await connection.execute(f"PREPARE asked AS {statement}")
            execute = f"EXPLAIN EXECUTE asked ({', '.join(['NULL'] * count)})"
            lines = [row[0] for row in await connection.fetch(execute)]
            await connection.execute("DEALLOCATE asked")
            assert not [
                line for line in lines if re.search(r"Seq Scan|Bitmap|Hash .*Join|Merge .*Join", line)
            ], lines
    await connection.close()


async def test_a_cancelled_wait_for_another_node_leaves_the_head_free(nodes: list[PostgresLog]) -> None:
    one, two = nodes
    await write(one)
    with pytest.raises(Rival):
        async with one.hold(LIVE, 1):
            waiting = asyncio.create_task(write(two))
            await asyncio.sleep(0.1)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            raise Rival
    async with asyncio.timeout(2):
        await write(two)
        await write(one)
    assert await everything(one) == [b'{"position":%d}' % n for n in (1, 2, 3)]
