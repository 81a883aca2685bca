"""How fast a log is read, decoded and folded into the world, beside decoding alone; and a start from a snapshot beside a whole replay."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from msgspec import structs

from bench.common import DUTY, PLACE, SETUP, Figure, folder, higher_is_better, lower_is_better
from core import catalogue
from core.catalogue import AnyEvent, Recorded, tags_of
from core.dispatch import TeamArrived, TeamDeparted, TeamDispatched, TeamReleased
from core.incident import IncidentClosed, IncidentReported
from core.log import Log, Query, StoredEvent, merkle
from core.log.postgres import PostgresLog
from core.log.sqlite import SqliteLog
from core.messages import Name
from core.operation import OperationOpened
from core.organisation import Organisation
from core.team import TeamRegistered
from core.world import VERSION, World
from handlers.desk import load_world
from tests.servers import PostgresServer

OPERATION = "live"
TEAMS = 500
OPEN_MAX = 10_000
"""Open matters at the end of the log: what a snapshot of the world holds."""
BATCH = 5_000
DECODED_ALONE = 50_000
ROUNDS = 3
MUST_PER_S = 250_000
AIM_PER_S = 450_000
MUST_COLD = 0.2
BEGIN = datetime(2026, 5, 12, tzinfo=UTC)


def history(events: int) -> Iterator[AnyEvent]:
    """A district, its teams, then incidents one after the other; the last ones stay open."""
    yield OperationOpened(
        title="实战",
        kind="live",
        organisations=(Organisation("gov", Name("江湾区"), "government", posts={"duty": Name("值班员")}),),
    )
    for number in range(TEAMS):
        yield TeamRegistered(
            team=f"t-{number}", organisation="gov", name=Name(f"消防 {number} 队"), kind="fire_ordinary"
        )
    still_open = min(OPEN_MAX, events // 20)
    whole = (events - TEAMS - 1 - still_open) // 6
    for number in range(whole):
        incident, dispatch, team = f"i-{number}", f"x-{number}", f"t-{number % TEAMS}"
        yield IncidentReported(
            incident=incident, kind="alarm", field="fire", place=PLACE, text="烟感报警，十二层"
        )
        yield TeamDispatched(dispatch=dispatch, team=team, incident=incident, strength=6)
        yield TeamDeparted(dispatch=dispatch, team=team, incident=incident)
        yield TeamArrived(dispatch=dispatch, team=team, incident=incident)
        yield TeamReleased(dispatch=dispatch, team=team, incident=incident)
        yield IncidentClosed(incident=incident, reason="误报")
    for number in range(whole, whole + still_open):
        yield IncidentReported(incident=f"i-{number}", kind="flood", field="city_operation", place=PLACE)


async def fill(log: Log, events: int) -> None:
    """Write a history as the desk would have, without deciding it again."""
    position = 0
    coming = history(events)
    while True:
        async with log.hold(OPERATION, position) as held:
            stored: list[StoredEvent] = []
            for event in coming:
                position += 1
                stored.append(_stored(event, position))
                if len(stored) == BATCH:
                    break
            if not stored:
                return
            frontier = merkle.extend_data(
                held.head.frontier, held.head.position, [one.data for one in stored]
            )
            head = held.head._replace(
                position=position, recorded_at=stored[-1].recorded_at, frontier=frontier
            )
            await held.append(stored, [], head)


def _stored(event: AnyEvent, position: int) -> StoredEvent:
    actor = SETUP if position == 1 else DUTY
    at = BEGIN + timedelta(milliseconds=position)
    recorded = Recorded(
        operation=OPERATION,
        position=position,
        command_id=UUID(int=position),
        actor=actor,
        occurred_at=at,
        source="app",
        precision="second",
        recorded_at=at,
        tags=tags_of(event, actor),
        event=event,
    )
    return StoredEvent(
        position, recorded.type, recorded.tags, at, recorded.command_id, catalogue.encode(recorded)
    )


async def decode_rate(log: Log) -> float:
    """Events a second that msgspec decodes, from bytes that are in memory already."""
    data = [stored.data for stored in await log.read(OPERATION, 0, Query(), DECODED_ALONE)]
    best = 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for one in data:
            catalogue.decode(one)
        best = max(best, len(data) / (time.perf_counter() - start))
    return best


async def fold_s(log: Log) -> tuple[float, World]:
    """Seconds to read, decode and fold the whole log; the best of some rounds."""
    best, world = float("inf"), World()
    for _ in range(ROUNDS):
        world = World()
        start = time.perf_counter()
        async for page in log.stream(OPERATION, 0):
            for data in page:
                world.apply(catalogue.decode(data))
        best = min(best, time.perf_counter() - start)
    return best, world


async def cold_start_s(log: Log, world: World) -> float:
    """Seconds to stand at the head with the newest snapshot there."""
    await log.snapshot_save(OPERATION, world.position, "world", VERSION, world.snapshot())
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        found = await load_world(log, OPERATION)
        best = min(best, time.perf_counter() - start)
        assert found.position == world.position
    return best


async def measure(name: str, log: Log, scale: int) -> list[Figure]:
    await fill(log, scale)
    alone = await decode_rate(log)
    whole_s, world = await fold_s(log)
    rate = world.position / whole_s
    cold_s = await cold_start_s(log, world)
    events = f"{world.position:,} events"
    replay = higher_is_better(
        f"replay into the world, {name}",
        "msgspec decode alone",
        rate,
        alone,
        "events/s",
        must=0,
        scale=events,
    )
    cold = lower_is_better(
        f"cold start from a snapshot, {name}",
        "full replay",
        cold_s * 1000,
        whole_s * 1000,
        "ms",
        must=MUST_COLD,
        scale=f"{events}, {len(world.incidents):,} open",
        note="aim ≤ 0.05×",
    )
    return [
        structs.replace(replay, must=f"≥ {MUST_PER_S:,}/s, aim {AIM_PER_S:,}", met=rate >= MUST_PER_S),
        cold,
    ]


@asynccontextmanager
async def opened(log: Log) -> AsyncGenerator[Log]:
    await log.open()
    try:
        yield log
    finally:
        await log.close()


async def sqlite(place: Path, scale: int) -> list[Figure]:
    async with opened(SqliteLog(place)) as log:
        return await measure("SQLite", log, scale)


async def postgres(dsn: str, scale: int) -> list[Figure]:
    async with opened(PostgresLog(dsn)) as log:
        return await measure("PostgreSQL", log, scale)


def run(scale: int) -> list[Figure]:
    """`scale` is how many events the log holds."""
    with folder() as place:
        figures = asyncio.run(sqlite(place, scale))
    with PostgresServer() as server:
        return figures + asyncio.run(postgres(server.dsn(), scale))
