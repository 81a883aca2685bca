"""The desk over both logs: its bounds, its end, its memory, and what it brings back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from core.log import Head, Log, StoredEvent, merkle
from core.messages import Actor
from core.operation import CommandRefused, OpenOperation, OperationOpened
from core.team import TakeOutOfService
from core.world import VERSION
from handlers.desk import DESK_LIMITS, Desk, DeskBusy, OperationUnreadable
from handlers.numbers import LOCAL
from tests.desk.support import (
    ALL,
    LIVE,
    Nodes,
    accepted,
    envelope,
    gated,
    one_incident,
    order,
    records,
    report,
    rows,
    said,
    send,
    set_up,
    verified,
)

FIRST = f"{datetime.now(UTC).astimezone(LOCAL).year}-0001"


# --- bounds and the end ---


async def test_a_full_queue_says_so_at_once(nodes: Nodes) -> None:
    desk, log = await gated(nodes, queue_commands_max=3)
    log.shut()
    first = asyncio.create_task(send(desk, report()))
    await log.appending.wait()
    waiting = [asyncio.create_task(send(desk, report())) for _ in range(3)]
    await asyncio.sleep(0)
    assert desk.waiting == 3
    with pytest.raises(DeskBusy) as refused:
        await send(desk, report())
    assert "same id" in refused.value.en
    log.gate.set()
    answers = await asyncio.gather(first, *waiting)
    assert all(answer["outcome"] == "accepted" for answer in answers)


async def test_a_batch_takes_no_more_than_its_bound(nodes: Nodes) -> None:
    desk, log = await gated(nodes, batch_commands_max=4)
    before = log.appends
    await asyncio.gather(*(send(desk, report()) for _ in range(20)))
    assert log.appends - before >= 5


async def test_closing_finishes_what_is_written_and_fails_what_waits(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    log.shut()
    written = asyncio.create_task(send(desk, report()))
    await log.appending.wait()
    waits = asyncio.create_task(send(desk, report()))
    await asyncio.sleep(0)
    closing = asyncio.create_task(nodes.stop(desk))
    await asyncio.sleep(0)
    log.gate.set()
    await closing
    assert (await written)["outcome"] == "accepted"
    with pytest.raises(DeskBusy):
        await waits
    with pytest.raises(DeskBusy):
        await send(desk, report())


async def test_closing_does_not_wait_for_ever(nodes: Nodes) -> None:
    desk, log = await gated(nodes, close_timeout_s=0.05)
    log.shut()
    hangs = asyncio.create_task(send(desk, report()))
    await log.appending.wait()
    await nodes.stop(desk)
    with pytest.raises(DeskBusy):
        await hangs
    log.gate.set()


# --- what is recorded ---


async def test_a_refusal_is_recorded_and_is_about_its_actor_alone(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    grid = Actor("u-7", "gov", "grid")
    answer = await send(desk, order("i-9"), grid)
    assert answer["code"] == "not_authorised"
    last = (await verified(nodes.logs[0]))[-1]
    assert last.position == answer["position"]
    assert last.tags == ("actor:gov/grid",)
    assert isinstance(last.event, CommandRefused)
    assert (last.event.command, last.event.code) == ("DispatchTeam", "not_authorised")
    assert (
        bytes(last.event.asked)
        == b'{"type":"DispatchTeam","incident":"i-9","team":"fs-1","dispatch":null,"divert":false,"agreement":null}'
    )


async def test_a_command_that_changes_nothing_has_no_positions(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    await accepted(desk, TakeOutOfService(team="fs-1", reason="检修"))
    assert (await accepted(desk, TakeOutOfService(team="fs-1", reason="检修")))["positions"] == []


async def test_a_time_outside_the_calendar_fails_nobody_else(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    wild = datetime.fromisoformat("0001-01-01T00:00:00+14:00")
    answers = await asyncio.gather(
        desk.send(envelope(report(), occurred_at=wild)), desk.send(envelope(report()))
    )
    assert said(answers[0])["code"] == "time_out_of_range"
    assert said(answers[1])["outcome"] == "accepted"
    await verified(nodes.logs[0])


# --- operations ---


async def test_opening_an_operation_copies_the_register_as_it_is_durable(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    incident = await one_incident(desk)
    await accepted(desk, order(incident))
    log.shut()
    undurable = asyncio.create_task(send(desk, TakeOutOfService(team="fs-2", reason="未落盘")))
    await log.appending.wait()
    drill = await nodes.desk("drill-1", log=nodes.logs[0])
    answer = await send(drill, OpenOperation(title="演练"))
    assert answer["outcome"] == "accepted"
    log.gate.set()
    await undurable
    opened = (await records(nodes.logs[0], "drill-1"))[0].event
    assert isinstance(opened, OperationOpened)
    assert [one.id for one in opened.organisations] == ["gov"]
    assert [(team.id, team.dispatch, team.in_service) for team in opened.teams] == [
        ("fs-1", None, True), ("fs-2", None, True),
    ]  # fmt: skip
    assert (await send(drill, OpenOperation(title="演练")))["positions"] == []
    assert (await accepted(drill, report()))["created"]["incident"] == FIRST


async def test_a_refused_opening_leaves_nothing_behind(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    drill = await nodes.desk("drill-1", log=nodes.logs[0])
    id = uuid4()
    assert (await send(drill, OpenOperation(title="演练"), Actor("u", "gov", "grid"), id=id))[
        "code"
    ] == "not_authorised"
    assert (await send(drill, report()))["code"] == "unknown_operation"
    assert (await nodes.logs[0].head("drill-1")).position == 0
    answer = await send(drill, OpenOperation(title="演练"), id=id)
    assert answer["outcome"] == "accepted"
    assert "repeated" not in answer


# --- snapshots, unknown events ---


async def test_a_snapshot_is_written_and_used(nodes: Nodes) -> None:
    desk = await nodes.desk(limits=DESK_LIMITS._replace(snapshot_every_events=10))
    await set_up(desk)
    await asyncio.gather(*(send(desk, report()) for _ in range(20)))
    await accepted(desk, report())
    before = rows(desk.world)
    await nodes.stop(desk)
    log = nodes.logs[0]
    found = await log.snapshot_load(LIVE, "world", VERSION)
    assert found is not None
    assert found[0] == before["position"]
    again = await nodes.desk()
    assert rows(again.world) == before
    position, data = found
    await log.snapshot_save(
        LIVE, position + 1, "world", VERSION, data.replace("江湾区".encode(), "钱塘区".encode())
    )
    assert (await nodes.desk()).world.organisation("gov").name.zh == "钱塘区"


async def unknown_event(log: Log) -> None:
    """An event as a newer version would write it."""
    async with log.hold(LIVE, 0) as held:
        data = (await log.read(LIVE, held.head.position - 1, ALL, 1))[0].data
        data = data.replace(b'"type":"', b'"type":"Newer')
        position = held.head.position + 1
        stored = StoredEvent(position, "NewerThing", (), held.now, uuid4(), data)
        frontier = merkle.extend_data(held.head.frontier, held.head.position, [data])
        await held.append([stored], [], Head(position, held.now, frontier, held.head.epoch))


async def test_an_event_of_a_newer_version_stops_the_desk_and_says_so(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    log = nodes.logs[0]
    await unknown_event(log)
    results = await asyncio.gather(*(send(desk, report()) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(one, OperationUnreadable) for one in results)
    with pytest.raises(OperationUnreadable, match="live"):
        await Desk.open(log, LIVE)
