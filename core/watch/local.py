"""Times as people in the district read them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


def clock_time(at: datetime) -> str:
    """Hours and minutes in Beijing time."""
    return at.astimezone(BEIJING).strftime("%H:%M")
