"""Where the log stood at an instant of the operation's own time, beside a reckoning event by event."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from core import catalogue
from core.catalogue import AnyEvent, Recorded
from core.clock import (
    Clock,
    ClockEvent,
    ClockJumped,
    ClockPaused,
    ClockRateChanged,
    ClockResumed,
    ClockStarted,
    evolve,
    now_of,
)
from core.log import merkle
from core.log.protocol import StoredEvent
from core.log.sqlite import SqliteLog
from core.messages import Actor
from core.team import TeamReturnedToService
from web.positions import position_at

REAL = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
SIMULATED = datetime(2026, 5, 12, 0, 0, tzinfo=UTC)
STEP = st.integers(0, 3_000_000)

EVENTS = st.one_of(
    st.builds(TeamReturnedToService, team=st.just("fs-1")),
    st.builds(ClockStarted, at=st.just(SIMULATED), rate_n=st.integers(1, 7), rate_d=st.integers(1, 3)),
    st.builds(ClockJumped, to=st.integers(0, 20).map(lambda s: SIMULATED + timedelta(seconds=s))),
    st.builds(ClockRateChanged, rate_n=st.integers(1, 90), rate_d=st.integers(1, 9)),
    st.builds(ClockPaused),
    st.builds(ClockResumed),
)


def _recorded(position: int, event: AnyEvent, at: datetime) -> Recorded:
    return Recorded(
        operation="drill-x",
        position=position,
        command_id=UUID(int=position),
        actor=Actor("u-1", "gov", "controller"),
        occurred_at=at,
        source="app",
        precision="second",
        recorded_at=at,
        tags=(),
        event=event,
    )


def _slowly(records: list[Recorded], at: datetime) -> int:
    start = next((one for one in records if isinstance(one.event, ClockStarted)), None)
    clock: Clock | None = None
    last = 0
    for recorded in records:
        now = now_of(clock, recorded.recorded_at)
        if (
            start is not None
            and recorded.position <= start.position
            and isinstance(start.event, ClockStarted)
        ):
            now = start.event.at if recorded is start else min(now, start.event.at)
        if now <= at:
            last = recorded.position
        if isinstance(recorded.event, ClockEvent):
            clock = evolve(clock, recorded.event, recorded.recorded_at)
    return last


async def _log(path: Path, records: list[Recorded]) -> SqliteLog:
    log = SqliteLog(path / "liandong.db")
    await log.open()
    async with log.hold("drill-x", 0) as held:
        stored = [
            StoredEvent(
                one.position, one.type, one.tags, one.recorded_at, one.command_id, catalogue.encode(one)
            )
            for one in records
        ]
        frontier = merkle.extend_data((), 0, [one.data for one in stored])
        head = held.head._replace(
            position=len(records), recorded_at=records[-1].recorded_at, frontier=frontier
        )
        await held.append(stored, [], head)
    return log


def _started(records: list[Recorded]) -> bool:
    return any(isinstance(one.event, ClockStarted) for one in records)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STEP, EVENTS), min_size=1, max_size=14))
async def test_it_agrees_with_a_reckoning_event_by_event(told: list[tuple[int, AnyEvent]]) -> None:
    records: list[Recorded] = []
    at = REAL
    for micros, event in told:
        at += timedelta(microseconds=micros)
        again = isinstance(event, ClockStarted) and _started(records)
        if again or (
            isinstance(event, ClockEvent) and not isinstance(event, ClockStarted) and not _started(records)
        ):
            continue  # no rule lets a clock start twice, or change before it has started
        records.append(_recorded(len(records) + 1, event, at))
    if not records:
        return
    instants = {REAL - timedelta(seconds=1), at + timedelta(days=1), SIMULATED}
    clock: Clock | None = None
    for recorded in records:
        now = now_of(clock, recorded.recorded_at)
        instants |= {now, now - timedelta(microseconds=1), now + timedelta(microseconds=1)}
        if isinstance(recorded.event, ClockEvent):
            clock = evolve(clock, recorded.event, recorded.recorded_at)
    with tempfile.TemporaryDirectory() as folder:
        log = await _log(Path(folder), records)
        try:
            for instant in sorted(instants):
                assert await position_at(log, "drill-x", instant) == _slowly(records, instant), instant
        finally:
            await log.close()
