"""A district, a drill and an import into it, as the tests need them: on a real log, through a real desk."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from core import catalogue
from core.catalogue import Recorded
from core.log import Log
from core.log.sqlite import SqliteLog
from core.messages import SYSTEM, Actor, Command, Envelope, Name
from core.operation import LIVE, OpenOperation
from core.organisation import OpenPost, RegisterOrganisation
from handlers.desk import Desk
from projections.metrics import Metrics
from scenarios.replay.doors import DeskDoor
from scenarios.replay.finding import find_map
from scenarios.replay.importing import Import

SETUP = Actor(SYSTEM, SYSTEM, "setup")
SF = "san-francisco-fire"


async def district(log: Log) -> None:
    """An open log with a district in `live`."""
    desk = await Desk.open(log, LIVE)
    commands: tuple[Command, ...] = (
        OpenOperation(title="实战"),
        RegisterOrganisation(organisation="gov", name=Name("江湾区"), level="government"),
        OpenPost(organisation="gov", post="duty"),
    )
    for command in commands:
        id = uuid5(NAMESPACE_URL, repr(command))
        answer = await desk.send(Envelope(id=id, operation=LIVE, actor=SETUP, command=command))
        assert answer.code is None
    await desk.close()


@asynccontextmanager
async def sqlite(folder: Path, *, fresh: bool = True) -> AsyncGenerator[SqliteLog]:
    log = SqliteLog(folder)
    await log.open()
    if fresh:
        await district(log)
    try:
        yield log
    finally:
        await log.close()


async def play(log: Log, file: Path, operation: str, chart: str = SF) -> dict[str, Any]:
    """Import a file at full speed; the report."""
    desk = await Desk.open(log, operation)
    try:
        return await Import(file, find_map(chart)).run(operation, DeskDoor(desk, log))
    finally:
        await desk.close()


async def records(log: Log, operation: str) -> list[Recorded]:
    return [catalogue.decode(data) async for page in log.stream(operation, 0) for data in page]


def metrics_of(recorded: list[Recorded]) -> Metrics:
    found = Metrics()
    for one in recorded:
        found.apply(one)
    return found
