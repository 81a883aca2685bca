"""Nodes as tests need them: a log on a disk or in PostgreSQL, a desk and a reactor, and a plan that starts by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from core import catalogue
from core.adoption import AdoptPlan, Waiver
from core.catalogue import Recorded
from core.dispatch import DispatchTeam
from core.entry import AddEntry
from core.incident import ReportIncident
from core.log.postgres import PostgresLog
from core.log.protocol import Log, Query
from core.log.sqlite import SqliteLog
from core.messages import Actor, Envelope, Name
from core.operation import OpenOperation
from core.organisation import OpenPost, RegisterOrganisation
from core.team import RegisterTeam
from handlers.desk import Desk
from tests.watch.log import HERE
from tests.watch.plans import plan
from web.reactor import Reactor

FIRST = "i-1"
SETUP = Actor("system", "system", "setup")
DUTY = Actor("u-1", "gov", "duty")
START = "{mode: automatic, authority: gov/duty, when: {fact: leak_t, op: '>=', value: 5}}"
LINK = """links_out: [{id: n1, kind: notify, to: {post: dept/duty}, trigger: activated, channel: phone,
  ack_within: PT%dS, escalate_to: gov/duty_lead}]"""

UNCHECKED = (Waiver(rule="L3", reason="无通信登记册", until=date(2100, 1, 1)),)
"""These stories are about time: their plans have no register of channels behind them."""


def plan_that_starts(ack_s: int) -> str:
    """A plan that starts by itself at five tonnes and tells a department, which has so many seconds to answer."""
    return plan("gov-chem", levels=f"{{I: {{start: {START}, {LINK % ack_s}}}}}")


class Node:
    """A desk and a reactor on one log, as `web.node` puts them together."""

    def __init__(self, log: Log, operation: str = "live") -> None:
        self.log = log
        self.operation = operation
        self.desk: Desk | None = None
        self.reactor: Reactor | None = None

    async def open(self, *, react: bool = True) -> Node:
        self.desk = await Desk.open(self.log, self.operation)
        if react:
            self.reactor = Reactor.start(self.log, self.operation, self._desk)
        return self

    async def _desk(self) -> Desk:
        assert self.desk is not None
        return self.desk

    async def close(self) -> None:
        if self.reactor is not None:
            await self.reactor.close()
        if self.desk is not None:
            await self.desk.close()

    async def send(self, command: Any, actor: Actor = DUTY, operation: str | None = None) -> None:
        desk = await self._desk()
        answer = await desk.send(
            Envelope(id=uuid4(), operation=operation or self.operation, actor=actor, command=command)
        )
        assert answer.code is None, (command, answer.body)

    async def furnish(self, ack_s: int = 1, *, district: bool = True) -> None:
        """A district (unless it stands) with its department, a team, a plan and an incident."""
        gov = (
            OpenOperation(title="实战"),
            RegisterOrganisation(organisation="gov", name=Name("江湾区"), level="government"),
            *(OpenPost(organisation="gov", post=post) for post in ("duty", "duty_lead", "controller")),
        )
        department = (
            RegisterOrganisation(
                organisation="dept", name=Name("消防大队"), level="department", parent="gov"
            ),
            OpenPost(organisation="dept", post="duty"),
        )
        for command in (*(gov if district else ()), *department):
            await self.send(command, SETUP)
        team = RegisterTeam(
            team="fs-1", organisation="dept", name=Name("一队"), kind="fire_ordinary", strength=6
        )
        for command in (
            team,
            AdoptPlan(source=plan_that_starts(ack_s), waivers=UNCHECKED),
            ReportIncident(incident=FIRST, kind="explosion", place=HERE),
        ):
            await self.send(command)

    async def records(self) -> list[Recorded]:
        return [catalogue.decode(one.data) for one in await self.log.read(self.operation, 0, Query(), 10_000)]

    async def of_type(self, *types: str) -> list[Recorded]:
        return [one for one in await self.records() if one.type in types]


@contextlib.asynccontextmanager
async def sqlite_node(folder: Path, operation: str = "live", *, react: bool = True) -> AsyncGenerator[Node]:
    """A node on a file."""
    log = SqliteLog(folder / "liandong.db")
    await log.open()
    node = await Node(log, operation).open(react=react)
    try:
        yield node
    finally:
        await node.close()
        await log.close()


@contextlib.asynccontextmanager
async def postgres_node(dsn: str, operation: str = "live", *, react: bool = True) -> AsyncGenerator[Node]:
    """A node on a database that others may use too."""
    log = PostgresLog(dsn)
    await log.open()
    node = await Node(log, operation).open(react=react)
    try:
        yield node
    finally:
        await node.close()
        await log.close()


async def eventually(
    node: Node, kind: str, enough: Callable[[list[Recorded]], bool] = bool, within_s: float = 15
) -> list[Recorded]:
    """The events of a type, once there are enough of them."""
    async with asyncio.timeout(within_s):
        while True:
            found = await node.of_type(kind)
            if enough(found):
                return found
            await asyncio.sleep(0.02)


def leak() -> AddEntry:
    return AddEntry(incident=FIRST, fact="leak_t", value="6")


def order() -> DispatchTeam:
    return DispatchTeam(incident=FIRST, team="fs-1")


def real_now() -> datetime:
    return datetime.now(UTC)
