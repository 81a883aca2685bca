"""How much faster or slower the day's planned changes of rate make the clock, whatever rate it was started at. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from core.clock import ChangeClockRate
from scenarios.demo.plan import Planned


def faster(plan: Sequence[Planned], rate: int) -> dict[str, Fraction]:
    """How much faster each planned change of rate makes the clock, by its key."""
    found: dict[str, Fraction] = {}
    before = Fraction(rate)
    for one in plan:
        if one.do == ChangeClockRate.__name__:
            after = Fraction(one.content["rate_n"], one.content.get("rate_d", 1))
            found[one.key] = after / before
            before = after
    return found
