"""Where the log stood at an instant of the operation's own time: simulated where the exercise clock says so (review §2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import get_args

from core import catalogue
from core.catalogue import Recorded
from core.clock import Clock, ClockEvent, ClockStarted, evolve, now_of
from core.log.protocol import Log, Query

CLOCK_TYPES = tuple(sorted(event.__name__ for event in get_args(ClockEvent)))
CLOCK_PAGE_EVENTS = 1_000
_MICROSECOND = timedelta(microseconds=1)


async def position_at(log: Log, operation: str, at: datetime) -> int:
    """The last position whose event came at or before `at`; 0 where there is none. Reads the clock's own events, not the log."""
    clock: Clock | None = None
    since, until = 0, (await log.head(operation)).position
    async for recorded in _clock_events(log, operation):
        event = recorded.event
        assert isinstance(event, ClockEvent)
        # What came before the clock was started, on real time, counts as no later than where the clock began.
        reached = event.at if isinstance(event, ClockStarted) else now_of(clock, recorded.recorded_at)
        if reached > at:
            until = recorded.position - 1
            break
        clock, since = evolve(clock, event, recorded.recorded_at), recorded.position
    if clock is None:
        return min(until, await log.position_at(operation, at))
    if clock.paused:
        return until if clock.sim0 <= at else since
    if at < clock.sim0:
        return since
    simulated = (at - clock.sim0) // _MICROSECOND
    # The last real microsecond whose simulated instant, rounded down, is not after `at`.
    real = -(-(simulated + 1) * clock.rate_d // clock.rate_n) - 1
    return max(since, min(until, await log.position_at(operation, clock.real0 + real * _MICROSECOND)))


async def _clock_events(log: Log, operation: str) -> AsyncIterator[Recorded]:
    after = 0
    while True:
        page = await log.read(operation, after, Query(types=CLOCK_TYPES), CLOCK_PAGE_EVENTS)
        for stored in page:
            yield catalogue.decode(stored.data)
        if len(page) < CLOCK_PAGE_EVENTS:
            return
        after = page[-1].position
