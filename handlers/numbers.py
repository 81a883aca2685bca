"""Numbers that rules give: incidents by year, dispatches in one row. Senders may choose ids themselves."""

from __future__ import annotations

import re
from datetime import timedelta, timezone

from core.errors import Rule
from core.messages import Context
from core.world import World

LOCAL = timezone(timedelta(hours=8))
"""Beijing time, without daylight saving: the year of an incident's number is the local one."""

CHOSEN_DIGITS_MAX = 9
_LONG_NUMBER = re.compile(rf"(?:[0-9]{{4}}|[acdlptw])-[0-9]{{{CHOSEN_DIGITS_MAX + 1},}}")


def chosen(id: str | None) -> str | None:
    """The id that a sender chose. One that looks like the rules' own moves their counter on, so its number may not be so long
    that it would use the counter up."""
    if id is not None and _LONG_NUMBER.fullmatch(id):
        raise Rule(
            "number_too_long",
            f"编号 {id} 的数字部分超过 {CHOSEN_DIGITS_MAX} 位，与自动编号冲突，请换一个编号（例如加字母前缀）。",
            f"The number in {id} has more than {CHOSEN_DIGITS_MAX} digits, which is kept for numbers given here: "
            "choose another id, with letters in front for example.",
            id=id,
        )
    return id


def next_incident(world: World, context: Context) -> str:
    """2026-0017: the year of the report and the next number of that year."""
    year = str(context.now.astimezone(LOCAL).year)
    return f"{year}-{world.counters.get(f'incident:{year}', 0) + 1:04d}"


def next_dispatch(world: World) -> str:
    """d-3: the next dispatch of the operation."""
    return f"d-{world.counters.get('dispatch', 0) + 1}"


def next_number(world: World, prefix: str) -> str:
    """c-7: the next order, warning, … of the operation."""
    return f"{prefix}-{world.counters.get(prefix, 0) + 1}"
