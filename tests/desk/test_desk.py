"""The desk over both logs: its bounds, its end, its memory, and what it brings back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import pytest

from core.dispatch import ArriveTeam, DispatchTeam, ReleaseTeam, ReturnTeam
from core.entry import AddEntry, StrikeEntry
from core.incident import CloseIncident, MergeIncident, ReopenIncident
from core.log import Head, Log, StoredEvent, merkle
from core.messages import Actor
from core.operation import CommandRefused, OpenOperation, OperationOpened
from core.team import TakeOutOfService
from core.world import VERSION
from handlers.desk import DESK_LIMITS, Desk, DeskBusy, OperationUnreadable
from tests.desk.faulty import FaultyLog
from tests.desk.support import (
    ALL,
    LIVE,
    Nodes,
    accepted,
    envelope,
    order,
    records,
    report,
    rows,
    said,
    send,
    set_up,
    verified,
)

FIRST = f"{datetime.now(UTC).astimezone().year}-0001"


async def gated(nodes: Nodes, **limits: Any) -> tuple[Desk, FaultyLog]:
    log = FaultyLog(await nodes.log())
    desk = await nodes.desk(log=cast(Log, log), limits=DESK_LIMITS._replace(**limits))
    await set_up(desk)
    return desk, log


async def one_incident(desk: Desk) -> str:
    return str((await accepted(desk, report()))["created"]["incident"])


async def closed_incident(desk: Desk, team: str = "fs-1") -> tuple[str, str]:
    """An incident with one released dispatch, closed. Its id and that of the dispatch."""
    incident = await one_incident(desk)
    dispatch = str((await accepted(desk, DispatchTeam(incident=incident, team=team)))["created"]["dispatch"])
    await accepted(
        desk,
        ArriveTeam(dispatch=dispatch),
        ReleaseTeam(dispatch=dispatch),
        CloseIncident(incident=incident, reason="完"),
    )
    return incident, dispatch


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
        == b'{"type":"DispatchTeam","incident":"i-9","team":"fs-1","dispatch":null,"divert":false}'
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


# --- closed incidents ---


async def test_a_late_fact_about_a_closed_incident_lands_across_a_restart(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    incident, dispatch = await closed_incident(desk)
    assert desk.world.incidents == {}
    assert (await accepted(desk, ReturnTeam(dispatch=dispatch)))["positions"]
    await nodes.stop(desk)
    desk = await nodes.desk()
    assert (await send(desk, ReturnTeam(dispatch=dispatch)))["code"] == "already_recorded"
    await accepted(desk, AddEntry(incident=incident, text="补记"))
    assert desk.world.incidents == {}
    await accepted(desk, ReopenIncident(incident=incident, reason="复燃"))
    assert desk.world.dispatch(dispatch).state == "returned"
    assert len(desk.world.entries[incident]) == 1
    await verified(nodes.logs[0])


async def test_a_late_fact_in_the_same_batch_as_the_close_lands(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    incident = await one_incident(desk)
    dispatch = str((await accepted(desk, order(incident)))["created"]["dispatch"])
    await accepted(desk, ArriveTeam(dispatch=dispatch), ReleaseTeam(dispatch=dispatch))
    before = log.appends
    closed, entry, late = await asyncio.gather(
        send(desk, CloseIncident(incident=incident, reason="完")),
        send(desk, AddEntry(incident=incident, text="补记")),
        send(desk, ReturnTeam(dispatch=dispatch)),
    )
    assert log.appends == before + 1
    assert [one["outcome"] for one in (closed, entry, late)] == ["accepted"] * 3
    assert not desk.world.incidents
    assert not desk.world.dispatches
    assert not desk.world.entries
    await accepted(desk, ReopenIncident(incident=incident, reason="复燃"))
    assert desk.world.dispatch(dispatch).state == "returned"


async def test_a_close_that_did_not_become_durable_lets_go_of_nothing(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    incident = await one_incident(desk)
    before = rows(desk.world)
    log.faults = ["failed"]
    with pytest.raises(DeskBusy):
        await send(desk, CloseIncident(incident=incident, reason="完"))
    assert rows(desk.world) == before
    await accepted(desk, CloseIncident(incident=incident, reason="完"))
    assert desk.world.incidents == {}


async def test_a_struck_entry_of_a_closed_incident_is_found_by_its_position(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    incident = await one_incident(desk)
    entry = (await accepted(desk, AddEntry(incident=incident, text="误")))["positions"][0]
    await accepted(desk, CloseIncident(incident=incident, reason="完"))
    assert (await send(desk, StrikeEntry(position=entry - 1, reason="误")))["code"] == "unknown_entry"
    assert (await send(desk, StrikeEntry(position=10**9, reason="误")))["code"] == "unknown_entry"
    assert (await accepted(desk, StrikeEntry(position=entry, reason="误")))["positions"]
    assert (await accepted(desk, StrikeEntry(position=entry, reason="误")))["positions"] == []


async def test_recalling_reads_by_tag_and_only_what_belongs_together(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    former = await one_incident(desk)
    dispatch = str((await accepted(desk, order(former)))["created"]["dispatch"])
    diverted = dispatch
    for _ in range(12):  # the team is diverted from one to the next
        incident = await one_incident(desk)
        answer = await accepted(desk, DispatchTeam(incident=incident, team="fs-1", divert=True))
        dispatch = str(answer["created"]["dispatch"])
    await accepted(desk, CloseIncident(incident=former, reason="完"))
    merged = await one_incident(desk)
    into = await one_incident(desk)
    await accepted(desk, MergeIncident(incident=merged, into=into), CloseIncident(incident=into, reason="完"))
    log.reads.clear()
    await accepted(desk, ArriveTeam(dispatch=diverted))
    assert [(query.tags, query.types) for query, _ in log.reads] == [
        ((f"dispatch:{diverted}",), ("TeamDispatched",)),
        ((f"incident:{former}",), ()),
    ]
    log.reads.clear()
    await accepted(desk, AddEntry(incident=merged, text="补记"))
    assert [query.tags for query, _ in log.reads] == [(f"incident:{merged}",), (f"incident:{into}",)]
    log.reads.clear()
    await accepted(desk, report())
    assert log.reads == []


async def test_a_long_story_is_recalled_in_pages(nodes: Nodes) -> None:
    desk, log = await gated(nodes, recall_page_events_max=4, recall_tags_max=2)
    incident = await one_incident(desk)
    await accepted(desk, *(AddEntry(incident=incident, text=f"第 {n} 条") for n in range(10)))
    await accepted(desk, CloseIncident(incident=incident, reason="完"))
    log.reads.clear()
    await accepted(desk, ReopenIncident(incident=incident, reason="复燃"))
    assert len(desk.world.entries[incident]) == 10
    assert [limit for _, limit in log.reads] == [4, 4, 4, 4]


async def test_a_batch_that_names_a_thousand_unknown_things_is_one_batch(nodes: Nodes) -> None:
    desk = await nodes.desk(limits=DESK_LIMITS._replace(batch_commands_max=1000))
    await set_up(desk)
    answers = await asyncio.gather(*(send(desk, report(incident=f"call-{n}")) for n in range(1000)))
    assert all(answer["outcome"] == "accepted" for answer in answers)


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
