"""What a log promises, on both stores: one gapless order, whole batches, known commands, one holder at a time."""

# ruff: noqa: PT012  # The hold around an append belongs to what must fail.
from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from core.log import (
    AppendOutcomeUnknown,
    CommandKnown,
    Head,
    Held,
    Log,
    LogBusy,
    LogFailed,
    Query,
    StoredEvent,
    merkle,
)
from tests.log.conftest import OpenLog
from tests.log.support import ALL, LIVE, Rival, check_whole, command, event, everything, head_after, write


async def test_an_empty_log_has_nothing_and_says_so(log: Log) -> None:
    assert await log.head(LIVE) == Head()
    assert await log.read(LIVE, 0, ALL, 10) == []
    assert await log.known(LIVE, [uuid4()]) == {}
    assert await everything(log) == []
    assert await log.position_at(LIVE, datetime.now(UTC)) == 0
    assert await log.operations() == []


async def test_positions_have_no_gaps_and_come_back_in_order(log: Log) -> None:
    for count in (1, 3, 1, 64, 200):
        await write(log, count)
    assert await check_whole(log) == 269


async def test_what_is_stored_comes_back_byte_for_byte(log: Log) -> None:
    def make(position: int, held: Held) -> StoredEvent:
        data = '{"说明":"东风路积水0.8米🚒"}'.encode() + bytes(range(256))
        return event(position, held, type="现场", tags=("地点:东风路 8 号", "incident:2026-0017"), data=data)

    written = await write(log, 3, make=make)
    assert await log.read(LIVE, 0, ALL, 10) == written
    assert await log.read(LIVE, 0, Query(("地点:东风路 8 号",)), 10) == written
    assert await everything(log) == [each.data for each in written]


async def test_ten_thousand_rows_in_one_batch(log: Log) -> None:
    await write(log, 10_000)
    await write(log, 5)
    assert await check_whole(log) == 10_005
    assert len(await log.read(LIVE, 0, Query(("team:3",)), 10_000)) == 1429


async def test_operations_are_apart(log: Log) -> None:
    await write(log, 2)
    await write(log, 3, operation="drill-1")
    assert (await check_whole(log), await check_whole(log, "drill-1")) == (2, 3)
    assert await log.operations() == ["drill-1", "live"]
    assert [each.position for each in await log.read("drill-1", 0, Query(("team:1",)), 9)] == [1]
    assert await log.known("drill-1", [(await log.read(LIVE, 0, ALL, 1))[0].command_id]) == {}


async def test_a_known_command_answers_its_first_answer(log: Log) -> None:
    id_ = uuid4()
    await write(log, 2, id_=id_)
    found = (await log.known(LIVE, [uuid4(), id_]))[id_]
    assert (found.outcome, found.first_position, found.last_position) == (b'{"positions":[1,2]}', 1, 2)
    assert (found.id, found.actor, found.body) == (id_, "u-1/队/指挥", b'{"ask":1}')
    async with log.hold(LIVE, 2) as held:
        assert await held.known([id_]) == {id_: found}


async def test_a_command_known_already_writes_nothing_of_its_batch(log: Log) -> None:
    id_ = uuid4()
    await write(log, 1, id_=id_)
    before = await log.head(LIVE)
    fresh_id = uuid4()
    with pytest.raises(CommandKnown):
        async with log.hold(LIVE, 1) as held:
            events = [event(2, held, tags=("only:here",)), event(3, held)]
            fresh = command(held, 2, 2, fresh_id)
            await held.append(events, [fresh, command(held, 3, 3, id_)], head_after(held, events))
    assert await log.head(LIVE) == before
    assert await log.known(LIVE, [fresh_id]) == {}
    assert await log.read(LIVE, 0, Query(("only:here",)), 9) == []
    await write(log, 2)
    assert await check_whole(log) == 3


async def test_a_command_without_events_is_remembered(log: Log) -> None:
    id_ = uuid4()
    assert await write(log, 0, id_=id_) == []
    assert (await log.known(LIVE, [id_]))[id_].first_position is None
    assert (await log.head(LIVE)).position == 0


async def test_many_commands_go_in_at_once_and_each_is_known(log: Log) -> None:
    async with log.hold(LIVE, 0) as held:
        events = [event(n, held) for n in range(1, 1201)]
        commands = [command(held, n, n) for n in range(1, 1201)]
        await held.append(events, commands, head_after(held, events))
    assert len(await log.known(LIVE, [each.id for each in commands])) == 1200


async def test_leaving_without_an_append_changes_nothing(log: Log) -> None:
    await write(log)
    before = await log.head(LIVE)
    async with log.hold(LIVE, 1):
        pass
    with pytest.raises(Rival):
        async with log.hold(LIVE, 1):
            raise Rival
    assert await log.head(LIVE) == before


async def test_a_batch_that_leaves_a_gap_is_not_written(log: Log) -> None:
    async with log.hold(LIVE, 0) as held:
        wrong = [event(2, held)]
        with pytest.raises(ValueError, match="position"):
            await held.append(wrong, [], head_after(held, wrong))
    assert (await log.head(LIVE)).position == 0


@pytest.mark.parametrize("tag", ["incident:\x00", "incident:a\x1fb", "", "incident:\ud800"])
async def test_a_tag_that_no_index_can_keep_is_refused_before_anything_is_written(log: Log, tag: str) -> None:
    with pytest.raises(LogFailed) as refused:
        await write(log, make=lambda position, held: event(position, held, tags=("a:b", tag)))
    assert "标签" in refused.value.zh
    assert "tags" in refused.value.en
    assert (await log.head(LIVE)).position == 0
    await write(log)


async def test_nul_in_the_data_is_only_a_byte(log: Log) -> None:
    await write(log, make=lambda position, held: event(position, held, data=b'"\x00"'))
    assert await everything(log) == [b'"\x00"']


async def test_the_frontier_is_kept_with_the_head(open_log: OpenLog, store: str) -> None:
    log = await open_log()
    for count in (1, 2, 5, 11):
        await write(log, count)
    head = await log.head(LIVE)
    assert len(head.frontier) == (19).bit_count()
    await log.close()
    again = await open_log()
    assert await again.head(LIVE) == head
    assert merkle.root(head.frontier) == merkle.root_of(
        [merkle.leaf_hash(each) for each in await everything(again)]
    )
    await write(again, 3)
    assert await check_whole(again) == 22


async def test_the_logs_clock_never_goes_back(log: Log) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    async with log.hold(LIVE, 0) as held:
        assert abs(held.now - datetime.now(UTC)) < timedelta(seconds=5)
        events = [event(1, held, recorded_at=ahead)]
        await held.append(events, [], head_after(held, events)._replace(recorded_at=ahead))
    async with log.hold(LIVE, 1) as held:
        assert held.now == ahead
    await asyncio.sleep(0.03)
    async with log.hold(LIVE, 1) as held:
        assert held.now == ahead
        assert held.head.recorded_at == ahead


async def test_holding_is_for_one_at_a_time_and_in_turn(log: Log) -> None:
    inside, order = 0, list[int]()

    async def one(number: int) -> None:
        nonlocal inside
        async with log.hold(LIVE, 0) as held:
            inside += 1
            assert inside == 1
            order.append(number)
            events = [event(held.head.position + 1, held)]
            await held.append(events, [], head_after(held, events))
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one(number) for number in range(20)))
    assert order == list(range(20))
    assert await check_whole(log) == 20


async def test_a_holder_is_told_what_it_missed(log: Log) -> None:
    written = [*await write(log, 3), *await write(log, 4)]
    async with log.hold(LIVE, 2) as held:
        assert list(held.missed) == written[2:]
        assert held.head.position == 7
        assert await held.read(5, Query(("team:6",)), 9) == [written[5]]
    async with log.hold(LIVE, 7) as held:
        assert list(held.missed) == []


async def test_waiting_for_the_head_ends_in_time(open_log: OpenLog) -> None:
    log = await open_log(lock_timeout_s=0.2)
    async with log.hold(LIVE, 0):
        with pytest.raises(LogBusy) as busy:
            async with log.hold(LIVE, 0):
                raise AssertionError
    assert "0.2" in busy.value.en
    assert "0.2" in busy.value.zh
    await write(log)


async def test_a_cancelled_wait_leaves_the_line_in_order(log: Log) -> None:
    async with log.hold(LIVE, 0):
        waiting = asyncio.create_task(write(log))
        behind = asyncio.create_task(write(log))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.sleep(0.01)
    assert [each.position for each in await behind] == [1]


async def test_a_cancelled_append_is_finished_before_the_next_holder(log: Log) -> None:
    await write(log)
    entered = asyncio.Event()

    async def one() -> None:
        async with log.hold(LIVE, 1) as held:
            events = [event(2, held)]
            entered.set()
            await asyncio.shield(held.append(events, [], head_after(held, events)))

    task = asyncio.create_task(one())
    await entered.wait()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await write(log)
    assert await check_whole(log) == 3


async def test_hundreds_of_writers_leave_one_whole_log(log: Log) -> None:
    async def one(number: int) -> None:
        await write(log, number % 3 + 1, operation=f"op-{number % 4}")

    await asyncio.gather(*(one(number) for number in range(240)))
    assert [await check_whole(log, f"op-{n}") for n in range(4)] == [120] * 4


async def test_errors_say_it_in_both_tongues() -> None:
    for kind in (LogBusy, LogFailed, CommandKnown, AppendOutcomeUnknown):
        error = kind("忙", "busy")
        assert (error.zh, error.en, str(error)) == ("忙", "busy", "busy")
