"""Several nodes on one PostgreSQL: the head is the only arbiter, and every node ends with the same world."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from core.dispatch import DispatchTeam, ReleaseTeam
from core.incident import AmendIncident, CloseIncident, ReopenIncident
from core.log.postgres import PostgresLog
from core.messages import Place
from handlers.desk import Desk, DeskBusy
from tests.desk.support import (
    LIVE,
    Nodes,
    accepted,
    assert_exactly_once,
    order,
    report,
    rows,
    send,
    set_up,
    verified,
)
from tests.servers import PostgresServer


async def same_world(*desks: Desk) -> dict[str, Any]:
    """Let each node fold what the others wrote, then compare."""
    for desk in desks * 2:
        await accepted(
            desk, AmendIncident(incident=next(iter(desk.world.incidents)), place=Place(text="江湾路"))
        )
    worlds = [rows(desk.world) for desk in desks]
    assert worlds[0] == worlds[1]
    return worlds[0]


async def test_of_two_nodes_that_order_one_team_at_once_one_is_accepted(two_nodes: Nodes) -> None:
    one, other = await two_nodes.desk(), await two_nodes.desk()
    await set_up(one, teams=12)
    first = str((await accepted(one, report()))["created"]["incident"])
    second = str((await accepted(other, report()))["created"]["incident"])
    answers = await asyncio.gather(
        *(
            send(desk, order(incident, f"fs-{n}"))
            for n in range(1, 13)
            for desk, incident in ((one, first), (other, second))
        )
    )
    for at in range(0, len(answers), 2):
        codes = sorted(str(answer.get("code")) for answer in answers[at : at + 2])
        assert codes == ["None", "team_committed"]
    world = await same_world(one, other)
    assert sum(team.dispatch is not None for team in world["teams"].values()) == 12
    assert len(world["dispatches"]) == 12
    await verified(two_nodes.logs[0])


async def test_closing_and_reopening_on_different_nodes_leaves_equal_worlds(two_nodes: Nodes) -> None:
    one, other = await two_nodes.desk(), await two_nodes.desk()
    await set_up(one)
    incident = str((await accepted(one, report()))["created"]["incident"])
    await accepted(one, report())
    await accepted(other, CloseIncident(incident=incident, reason="完"))
    await accepted(one, ReopenIncident(incident=incident, reason="复燃"))
    dispatch = str((await accepted(other, order(incident)))["created"]["dispatch"])
    assert (await send(one, ReleaseTeam(dispatch=dispatch)))["code"] == "wrong_state"
    await same_world(one, other)


async def test_a_node_that_hangs_with_the_head_does_not_hold_it(pg_dsn: str) -> None:
    hung = PostgresLog(pg_dsn, hold_timeout_s=0.5)
    nodes = Nodes(pg_dsn)
    desk = await nodes.desk(log=await nodes.log(lock_timeout_s=0.2))
    try:
        await set_up(desk)
        await hung.open()
        async with hung.hold(LIVE, 0):
            with pytest.raises(DeskBusy):
                await send(desk, report())
            await asyncio.sleep(0.6)
            assert (await send(desk, report()))["outcome"] == "accepted"
    finally:
        await nodes.close()
        await hung.close()


async def load(desk: Desk, acknowledged: dict[UUID, dict[str, Any]], until: asyncio.Event) -> None:
    """One client: each command again under its own id until it is answered."""
    while not until.is_set():
        id = uuid4()
        while True:
            try:
                acknowledged[id] = await send(desk, report(), id=id)
                break
            except DeskBusy:
                await asyncio.sleep(0.02)


@pytest.mark.parametrize("how", ["kill", "cut"])
async def test_what_was_acknowledged_outlives_the_database(postgres_server: PostgresServer, how: str) -> None:
    nodes = Nodes(postgres_server.dsn())
    acknowledged: dict[UUID, dict[str, Any]] = {}
    enough = asyncio.Event()
    one, other = await nodes.desk(), await nodes.desk()
    await set_up(one)
    clients = [
        asyncio.create_task(load(desk, acknowledged, enough)) for desk in (one, other) for _ in range(8)
    ]
    try:
        for _ in range(2):
            await asyncio.sleep(0.5)
            if how == "kill":
                await asyncio.to_thread(postgres_server.kill)
                await asyncio.to_thread(postgres_server.start)
            else:
                await cut_everybody(postgres_server.dsn())
        reached = len(acknowledged)
        async with asyncio.timeout(20):
            while len(acknowledged) < reached + 50:  # noqa: ASYNC110  sixteen clients move it, and none knows the mark
                await asyncio.sleep(0.05)
    finally:
        enough.set()
        await asyncio.gather(*clients)
    assert all(answer["outcome"] == "accepted" for answer in acknowledged.values())
    checker = await nodes.log()
    await assert_exactly_once(checker, acknowledged)
    await same_world(one, other)
    assert len(one.world.incidents) == len(acknowledged)
    await nodes.close()


async def cut_everybody(dsn: str) -> None:
    """End every session of the database but the one that says so, in whatever they are doing."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        )
    finally:
        await connection.close()


async def test_a_diverted_team_is_diverted_once(two_nodes: Nodes) -> None:
    one, other = await two_nodes.desk(), await two_nodes.desk()
    await set_up(one)
    incidents = [str((await accepted(one, report()))["created"]["incident"]) for _ in range(5)]
    await accepted(one, order(incidents[0]))
    await asyncio.gather(
        *(
            send(desk, DispatchTeam(incident=incident, team="fs-1", divert=True))
            for incident in incidents[1:]
            for desk in (one, other)
        )
    )
    world = await same_world(one, other)
    assert sum(dispatch.open for dispatch in world["dispatches"].values()) == 1
