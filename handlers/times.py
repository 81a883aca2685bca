"""Times that a sender states: in UTC, not from another century, and no further ahead than a clock can explain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.errors import FutureTime, Rule
from core.messages import Context

FUTURE_LIMIT_S = 600
"""A time stated later than the operation's clock by more than this is a typing error (domain §8 rule 6) [design]."""
_FUTURE_LIMIT = timedelta(seconds=FUTURE_LIMIT_S)
STATED_FROM = datetime(1900, 1, 1, tzinfo=UTC)
"""Nothing that this system coordinates happened before: an earlier time is a typing error."""
STATED_UNTIL = datetime(2200, 1, 1, tzinfo=UTC)
"""No exercise plays later; what runs ahead of it for years still has room in a date."""


def in_range(time: datetime) -> datetime:
    """The time in UTC. Raises Rule for one that lies outside of the centuries spoken of here."""
    if not STATED_FROM <= time <= STATED_UNTIL:
        raise Rule(
            "time_out_of_range",
            f"时间 {time.isoformat()} 不在 {STATED_FROM.year} 年至 {STATED_UNTIL.year} 年之间，请核对。",
            f"The time {time.isoformat()} is not between the years {STATED_FROM.year} and {STATED_UNTIL.year}: check it.",
            time=time.isoformat(),
        )
    return time if time.tzinfo is UTC else time.astimezone(UTC)


def stated(time: datetime, context: Context) -> datetime:
    """A stated time in UTC. Raises FutureTime when it lies further ahead than two clocks can differ."""
    found = in_range(time)
    if found - context.now > _FUTURE_LIMIT:
        raise FutureTime(found.isoformat(), context.now.isoformat(), FUTURE_LIMIT_S)
    return found
