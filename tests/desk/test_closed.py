"""What is closed leaves the world and is brought back when a command names it: by tag, across restarts, in any batch."""

from __future__ import annotations

import asyncio

import pytest

from core.dispatch import ArriveTeam, DispatchTeam, ReleaseTeam, ReturnTeam
from core.entry import AddEntry, StrikeEntry
from core.incident import CloseIncident, MergeIncident, ReopenIncident
from handlers.desk import DESK_LIMITS, Desk, DeskBusy
from tests.desk.support import (
    Nodes,
    accepted,
    gated,
    one_incident,
    order,
    report,
    rows,
    send,
    set_up,
    verified,
)


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
