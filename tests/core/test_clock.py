"""The clock of an exercise, in whole microseconds: it never goes back and never drifts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

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

REAL = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)
SIM = datetime(2031, 1, 1, tzinfo=UTC)
US = timedelta(microseconds=1)

rates = st.tuples(st.integers(1, 600_000), st.integers(1, 1000)).filter(lambda rate: rate[0] <= 600 * rate[1])
later = st.integers(0, 10**12).map(lambda us: REAL + us * US)
jumps = st.integers(0, 10**13).map(lambda us: ClockJumped(to=SIM + us * US))
changes = rates.map(lambda rate: ClockRateChanged(rate_n=rate[0], rate_d=rate[1]))
events: st.SearchStrategy[ClockEvent] = st.one_of(
    jumps, changes, st.just(ClockPaused()), st.just(ClockResumed())
)


@given(rates, later)
def test_it_is_exact_to_the_microsecond(rate: tuple[int, int], real: datetime) -> None:
    elapsed = (real - REAL) // US
    assert Clock(REAL, SIM, *rate).sim(real) == SIM + (elapsed * rate[0] // rate[1]) * US


@given(st.lists(st.tuples(events, st.integers(0, 10**10)), max_size=12), st.integers(0, 10**10))
def test_it_never_goes_back(story: list[tuple[ClockEvent, int]], wait: int) -> None:
    real, clock = REAL, evolve(None, ClockStarted(at=SIM), REAL)
    assert clock is not None
    last = clock.sim(real)
    for event, elapsed in story:
        real += elapsed * US
        before = clock.sim(real)
        assert before >= last
        found = evolve(clock, event, real)
        assert found is not None
        clock, last = found, found.sim(real)
        assert last >= before
        if not isinstance(event, ClockJumped):
            assert last == before
    assert clock.sim(real + wait * US) >= last
    if clock.paused:
        assert clock.sim(real + wait * US) == last


@given(later)
def test_ten_changes_of_rate_do_not_drift(real: datetime) -> None:
    clock: Clock | None = Clock(REAL, SIM, 1, 1)
    at = REAL
    for step in range(1, 11):
        at = REAL + (real - REAL) // 10 * step
        clock = evolve(clock, ClockRateChanged(rate_n=1), at)
    assert clock is not None
    assert clock.sim(at) - SIM == at - REAL


def test_a_machine_clock_set_back_does_not_set_it_back() -> None:
    assert Clock(REAL, SIM, 60, 1).sim(REAL - timedelta(hours=1)) == SIM


def test_without_a_clock_the_time_is_the_real_one() -> None:
    assert now_of(None, REAL) == REAL
    assert evolve(None, ClockPaused(), REAL) is None


def test_an_instant_that_is_not_ahead_changes_nothing() -> None:
    clock = evolve(
        Clock(REAL, SIM, 1, 1), ClockJumped(to=SIM - timedelta(hours=1)), REAL + timedelta(seconds=5)
    )
    assert clock is not None
    assert clock.sim(REAL + timedelta(seconds=6)) == SIM + timedelta(seconds=6)
