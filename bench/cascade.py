"""A cascade of sixty plans and six hundred tasks from one command; and what ten thousand plans cost those who adopt and activate."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from bench.common import PLACE, SETUP, Figure, envelope, folder, furnish, lower_is_better, percentile, report
from bench.plan_lint import PLANS_OF_DISTRICT, SITES
from core.activation import ActivatePlan
from core.adoption import AdoptPlan, PlanAdopted
from core.catalogue import Recorded, decode, tags_of
from core.incident import IncidentReported
from core.log import merkle
from core.log.protocol import StoredEvent
from core.log.sqlite import SqliteLog
from core.messages import Actor, Context, Name
from core.operation import OperationOpened
from core.organisation import Organisation
from core.plan.register import TABLES, RegisterFile
from core.register import RegisterEntered
from core.scales import ResponseLevel
from core.team import Team
from core.world import World
from handlers.desk import Desk
from handlers.desk.loading import restored
from handlers.rules import decide
from tests.plans.district import District, Site, districts
from tests.plans.fan import ROOT_PLAN, adopted

PLANS, TASKS = 60, 10
EVENTS = PLANS + PLANS * TASKS + 2 * (PLANS - 1)
ROUNDS = 40
SOME = 40
NOW = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)
FIRE, ENTERPRISE = "dept-fire-hazmat-0", "ent-slc-ammonia-0-0"


def run(scale: int) -> list[Figure]:
    """For the rules alone, `scale` plans in the world."""
    return [*asyncio.run(_through_the_desk()), *_in_a_world_of(scale)]


async def _through_the_desk() -> list[Figure]:
    """The peer writes the same bytes in one batch, as any program could that knew the answer."""
    with folder() as place:
        log = SqliteLog(place / "log.db")
        await log.open()
        desk = await Desk.open(log, "live")
        await furnish(desk)
        await desk.send(envelope(adopted(PLANS, TASKS)))
        ours_ms: list[float] = []
        for _ in range(ROUNDS):
            incident = await _incident(desk)
            activate = envelope(ActivatePlan(plan=ROOT_PLAN, level=ResponseLevel.IV, incident=incident))
            gc.collect()
            start = time.perf_counter()
            await desk.send(activate)
            ours_ms.append((time.perf_counter() - start) * 1000)
        page = [event async for data in log.stream("live", 0) for event in data]
        await desk.close()
        await log.close()
        theirs_ms = await _plain_batches(place / "peer.db", page[-EVENTS:])
    rate = EVENTS / statistics.median(ours_ms) * 1000
    return [
        lower_is_better(
            f"{PLANS} plans, {PLANS * TASKS} tasks from one command, durable, p50",
            "the same bytes in one plain batch",
            statistics.median(ours_ms),
            statistics.median(theirs_ms),
            "ms",
            must=3,
            note=f"{EVENTS} events, {rate:,.0f} events/s; p99 {percentile(ours_ms, 99):.1f} ms",
        )
    ]


async def _incident(desk: Desk) -> str:
    await desk.send(report())
    return next(reversed(desk.world.incidents))


async def _plain_batches(path: Any, data: list[bytes]) -> list[float]:
    """The bytes appended by the log alone, with its tree: nobody decides and nobody folds."""
    log = SqliteLog(path)
    await log.open()
    records = [decode(each) for each in data]
    taken_ms: list[float] = []
    position = 0
    for _ in range(ROUNDS):
        gc.collect()
        start = time.perf_counter()
        async with log.hold("live", position) as held:
            command = uuid4()
            events = [
                StoredEvent(position + number, one.type, one.tags, held.now, command, each)
                for number, (one, each) in enumerate(zip(records, data, strict=True), 1)
            ]
            position += len(events)
            frontier = merkle.extend_data(held.head.frontier, held.head.position, data)
            head = held.head._replace(position=position, recorded_at=held.now, frontier=frontier)
            await held.append(events, [], head)
        taken_ms.append((time.perf_counter() - start) * 1000)
    await log.close()
    return taken_ms


# --- ten thousand plans ---


def _in_a_world_of(plans: int) -> list[Figure]:
    """Rules alone, without a log: the peer is the same decision where one district's plans are all there is."""
    small, large = _world(1), _world(max(1, plans // PLANS_OF_DISTRICT))
    note = f"{len(large.plans):,} plans adopted"
    works: tuple[tuple[str, Callable[[World], Any]], ...] = (
        ("one plan adopted, with its checks", _next_version),
        (
            "one plan activated",
            lambda _: ActivatePlan(plan=FIRE, level=ResponseLevel.II, incident="2026-0001"),
        ),
    )
    figures = [
        lower_is_better(
            work,
            f"the same among {len(small.plans)} plans",
            _median_ms(large, command(large)),
            _median_ms(small, command(small)),
            "ms",
            must=2,
            scale=note,
        )
        for work, command in works
    ]
    large.snapshot()  # the first encodes the plans; it is made in no hurry, or by the node before
    start = time.perf_counter()
    snapshot = large.snapshot()
    encoded_ms = (time.perf_counter() - start) * 1000
    start = time.perf_counter()
    restored(snapshot)
    restored_ms = (time.perf_counter() - start) * 1000
    figures.append(
        lower_is_better(
            "a snapshot of all plans written, while nothing else is decided",
            "reading it again, indexed for the checks",
            encoded_ms,
            restored_ms,
            "ms",
            must=0.2,
            scale=note,
            note=f"{len(snapshot) / 1e6:.0f} MB",
        )
    )
    return figures


def _median_ms(world: World, command: Any) -> float:
    taken_ms: list[float] = []
    for _ in range(SOME):
        start = time.perf_counter()
        decide(world, command, _context(world))
        taken_ms.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken_ms)


def _next_version(world: World) -> AdoptPlan:
    document = world.plan(ENTERPRISE).document
    newer = msgspec.structs.replace(document, version=document.version + 1)
    return AdoptPlan(source=msgspec.json.encode(newer).decode())


def _world(number: int) -> World:
    """So many districts with all that their plans look at, and an incident."""
    register = districts([District(sites=(Site(),) * SITES)] * number)
    world = World()
    organisations = tuple(
        Organisation(
            row.id,
            row.name,
            row.level,
            row.parent,
            None,
            {post.id: post.name or Name(post.id) for post in row.posts},
        )
        for row in register.organisations.values()
        if row.successor is None
    )
    teams = tuple(
        Team(row.id, row.owners[0], row.name, row.kind, 6, row.capabilities)
        for row in register.teams.values()
    )
    rows = {
        name: tuple(getattr(register, name).values())
        for name in TABLES
        if name not in ("plans", "organisations", "teams")
    }
    _happens(world, OperationOpened(title="实战", kind="live", organisations=organisations, teams=teams))
    _happens(world, RegisterEntered(hash="", file=RegisterFile(format="liandong-register/1", **rows)))
    for plan in register.plans.values():
        document = plan.document
        adopted = PlanAdopted(
            plan=plan.id,
            version=plan.version,
            organisation=document.owner,
            title=document.title,
            hash=plan.sha256,
            document=document,
        )
        _happens(world, adopted)
    _happens(world, IncidentReported(incident="2026-0001", kind="toxic_release", field="hazmat", place=PLACE))
    world.plan_register()
    return world


def _happens(world: World, event: Any) -> None:
    world.apply(
        Recorded(
            operation="live",
            position=world.position + 1,
            command_id=uuid4(),
            actor=SETUP,
            occurred_at=NOW,
            source="system",
            precision="second",
            recorded_at=NOW,
            tags=tags_of(event, SETUP),
            event=event,
        )
    )


def _context(world: World) -> Context:
    return Context(
        actor=Actor("system", "system", "replay"),
        now=NOW,
        occurred_at=NOW,
        source="app",
        precision="second",
        seen=None,
        position=world.position + 1,
        operation="live",
    )
