"""The clock of an operation 演练时钟: real time, unless its own log says otherwise. Integer microseconds, no rounding, no ticks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, assert_never

from msgspec import Meta, Struct

from core.messages import Command, Event, Moment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

RATE_MAX = 600
RateNumerator = Annotated[int, Meta(ge=1, le=RATE_MAX * 1000)]
RateDenominator = Annotated[int, Meta(ge=1, le=1000)]


# --- asked ---


class StartClock(Command, frozen=True):
    """Start the exercise clock at a simulated instant 启动演练时钟; the rate is `rate_n/rate_d` simulated seconds a second."""

    at: Moment
    rate_n: RateNumerator = 1
    rate_d: RateDenominator = 1


class JumpClock(Command, frozen=True):
    """Move the clock forward to an instant 跳转. An instant that is not ahead changes nothing."""

    to: Moment


class ChangeClockRate(Command, frozen=True):
    """Change the speed from now on 变速."""

    rate_n: RateNumerator
    rate_d: RateDenominator = 1


class PauseClock(Command, frozen=True):
    """Stop the clock 暂停: players' commands are refused until it resumes."""


class ResumeClock(Command, frozen=True):
    """Let the clock run on 恢复."""


ClockCommand = StartClock | JumpClock | ChangeClockRate | PauseClock | ResumeClock


# --- happened ---


class ClockStarted(Event, frozen=True):
    """演练时钟已启动."""

    at: Moment
    rate_n: int = 1
    rate_d: int = 1


class ClockJumped(Event, frozen=True):
    """演练时钟已跳转."""

    to: Moment


class ClockRateChanged(Event, frozen=True):
    """演练时钟已变速."""

    rate_n: int
    rate_d: int = 1


class ClockPaused(Event, frozen=True):
    """演练已暂停."""


class ClockResumed(Event, frozen=True):
    """演练已恢复."""


ClockEvent = ClockStarted | ClockJumped | ClockRateChanged | ClockPaused | ClockResumed


# --- remembered ---


class Clock(Struct, frozen=True):
    """sim(r) = sim0 + ⌊(r − real0)·n/d⌋ microseconds while it runs, sim0 while it is paused."""

    real0: datetime
    sim0: datetime
    rate_n: int
    rate_d: int
    paused: bool = False

    def sim(self, real: datetime) -> datetime:
        """The simulated instant of a real one, never before `sim0`."""
        if self.paused or real <= self.real0:
            return self.sim0
        elapsed = (real - self.real0) // _MICROSECOND
        return self.sim0 + timedelta(microseconds=elapsed * self.rate_n // self.rate_d)


def evolve(clock: Clock | None, event: ClockEvent, real: datetime) -> Clock | None:
    """The clock after an event recorded at `real`. Without a started clock, only a start makes one."""
    if isinstance(event, ClockStarted):
        return Clock(real, event.at, event.rate_n, event.rate_d)
    if clock is None:
        return None
    now = clock.sim(real)
    match event:
        case ClockJumped():
            return Clock(real, max(now, event.to), clock.rate_n, clock.rate_d, clock.paused)
        case ClockRateChanged():
            return Clock(real, now, event.rate_n, event.rate_d, clock.paused)
        case ClockPaused():
            return Clock(real, now, clock.rate_n, clock.rate_d, paused=True)
        case ClockResumed():
            return Clock(real, now, clock.rate_n, clock.rate_d, paused=False)
        case _:
            assert_never(event)


def now_of(clock: Clock | None, real: datetime) -> datetime:
    """The operation's time at a real instant."""
    return real if clock is None else clock.sim(real)
