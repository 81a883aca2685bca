"""Numbers that rules give: incidents by year, dispatches in one row. Senders may choose ids themselves."""

from __future__ import annotations

from datetime import timedelta, timezone

from core.messages import Context
from core.world import World

LOCAL = timezone(timedelta(hours=8))
"""Beijing time, without daylight saving: the year of an incident's number is the local one."""


def next_incident(world: World, context: Context) -> str:
    """2026-0017: the year of the report and the next number of that year."""
    year = str(context.now.astimezone(LOCAL).year)
    return f"{year}-{world.counters.get(f'incident:{year}', 0) + 1:04d}"


def next_dispatch(world: World) -> str:
    """d-3: the next dispatch of the operation."""
    return f"d-{world.counters.get('dispatch', 0) + 1}"
