"""What every test of the desk does: open nodes on one store, send as a post, and check the whole record afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec

from core.catalogue import Recorded, decode
from core.dispatch import DispatchTeam
from core.incident import ReportIncident
from core.log import Log, Query, merkle
from core.log.postgres import PostgresLog
from core.log.sqlite import SqliteLog
from core.messages import Actor, Envelope, Name, Place
from core.operation import OpenOperation
from core.organisation import OpenPost, RegisterOrganisation
from core.team import RegisterTeam
from core.world import World
from handlers.answers import Answer
from handlers.desk import DESK_LIMITS, Desk, DeskLimits
from tests.desk.faulty import FaultyLog

LIVE = "live"
SETUP = Actor("system", "system", "setup")
DUTY = Actor("u-1", "gov", "duty")
ALL = Query()


class Nodes:
    """Desks on one store. On PostgreSQL each has a log of its own, as on another machine; a SQLite file has one owner."""

    def __init__(self, store: Path | str) -> None:
        self.store = store
        self.logs: list[Log] = []
        self.desks: list[Desk] = []

    async def log(self, **settings: Any) -> Log:
        if isinstance(self.store, Path) and self.logs:
            return self.logs[0]
        log: Log = (
            SqliteLog(self.store / "log.db", **settings)
            if isinstance(self.store, Path)
            else PostgresLog(self.store, **settings)
        )
        await log.open()
        self.logs.append(log)
        return log

    async def desk(
        self, operation: str = LIVE, limits: DeskLimits = DESK_LIMITS, log: Log | None = None
    ) -> Desk:
        desk = await Desk.open(log or await self.log(), operation, limits)
        self.desks.append(desk)
        return desk

    async def stop(self, desk: Desk) -> None:
        self.desks.remove(desk)
        await desk.close()

    async def close(self) -> None:
        for desk in self.desks:
            await desk.close()
        for log in self.logs:
            await log.close()
        self.desks.clear()
        self.logs.clear()


def envelope(
    command: Any, by: Actor = DUTY, id: UUID | None = None, operation: str = LIVE, **about: Any
) -> Envelope:
    return Envelope(id=id or uuid4(), operation=operation, actor=by, command=command, **about)


def said(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(answer.body)
    return found


async def send(
    desk: Desk, command: Any, by: Actor = DUTY, id: UUID | None = None, **about: Any
) -> dict[str, Any]:
    return said(await desk.send(envelope(command, by, id, desk.operation, **about)))


async def accepted(desk: Desk, *commands: Any) -> dict[str, Any]:
    """Send them in turn; each must be accepted. The last answer."""
    answer: dict[str, Any] = {}
    for command in commands:
        answer = await send(desk, command)
        assert answer["outcome"] == "accepted", answer
    return answer


async def set_up(desk: Desk, teams: int = 2) -> None:
    """The district with its duty desk, and fire teams fs-1, fs-2 …"""
    for command in (
        OpenOperation(title="江湾区"),
        RegisterOrganisation(organisation="gov", name=Name(zh="江湾区"), level="government"),
        OpenPost(organisation="gov", post="duty"),
        OpenPost(organisation="gov", post="grid"),
    ):
        assert (await send(desk, command, SETUP))["outcome"] == "accepted"
    await accepted(
        desk,
        *(
            RegisterTeam(
                team=f"fs-{n}", organisation="gov", name=Name(zh=f"{n} 队"), kind="fire_ordinary", strength=6
            )
            for n in range(1, teams + 1)
        ),
    )


def report(**said_too: Any) -> ReportIncident:
    return ReportIncident(kind="gas_leak", place=Place(text="江湾路"), **said_too)


def order(incident: str, team: str = "fs-1") -> DispatchTeam:
    return DispatchTeam(incident=incident, team=team)


async def records(log: Log, operation: str = LIVE) -> list[Recorded]:
    return [decode(data) async for page in log.stream(operation, 0) for data in page]


async def verified(log: Log, operation: str = LIVE) -> list[Recorded]:
    """The whole record, after checking what must hold of it: no gap, and the head's tree is that of the stored bytes."""
    data = [each async for page in log.stream(operation, 0) for each in page]
    found = [decode(each) for each in data]
    head = await log.head(operation)
    assert [one.position for one in found] == list(range(1, head.position + 1))
    assert merkle.extend_data((), 0, data) == head.frontier
    return found


async def assert_exactly_once(
    log: Log, acknowledged: dict[UUID, dict[str, Any]], operation: str = LIVE
) -> None:
    """Every acknowledged command stands in the log, once, where its answer said."""
    found = await verified(log, operation)
    by_command: dict[UUID, list[int]] = {}
    for one in found:
        by_command.setdefault(one.command_id, []).append(one.position)
    known = await log.known(operation, list(acknowledged))
    for id, answer in acknowledged.items():
        assert id in known, f"{id} was acknowledged and is not in the log"
        first, last = answer["positions"]
        assert by_command[id] == list(range(first, last + 1))


def rows(world: World) -> dict[str, Any]:
    names: Sequence[str] = (
        "position", "single", "clocks", "organisations", "codes", "teams", "incidents", "dispatches", "entries", "counters",
    )  # fmt: skip
    return {name: getattr(world, name) for name in names}


async def gated(nodes: Nodes, **limits: Any) -> tuple[Desk, FaultyLog]:
    log = FaultyLog(await nodes.log())
    desk = await nodes.desk(log=cast(Log, log), limits=DESK_LIMITS._replace(**limits))
    await set_up(desk)
    return desk, log


async def one_incident(desk: Desk) -> str:
    return str((await accepted(desk, report()))["created"]["incident"])
