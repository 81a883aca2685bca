"""When a plan must be drilled and reviewed again: every cycle that applies, each with its basis; the nearest comes first.

The figures are those of the law where the law has one; the others say whose they are. A calendar month that lacks the day ends on its
last one.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from core.organisation import Level
from core.plan.document import PlanDocument, PlanKind
from core.plan.rows import Drill, Ground

CycleKind = Literal["plan.drill", "plan.review", "plan.validity"]


class Cycle(Struct, frozen=True):
    """One due date 周期: of what kind, counted from when, by which rule."""

    kind: CycleKind
    basis_at: date
    due: date
    citation: str


class _Drills(Struct, frozen=True):
    months: int
    citation: str


DRILLS_BY_LEVEL: dict[Level, _Drills] = {
    "government": _Drills(
        24, "708号令第八条：政府至少每 2 年一次 / 708号令 Art. 8: government, every 2 years"
    ),
    "department": _Drills(
        36, "《突发事件应急预案管理办法》：部门预案至少每 3 年一次 / plan management measures: every 3 years"
    ),
}
DRILLS_BY_KIND: dict[PlanKind, _Drills] = {
    "enterprise_comprehensive": _Drills(
        12, "企业综合、专项预案每年至少一次（配置） / enterprise plans once a year (configuration)"
    ),
    "enterprise_special": _Drills(
        12, "企业综合、专项预案每年至少一次（配置） / enterprise plans once a year (configuration)"
    ),
    "enterprise_scene": _Drills(
        6, "现场处置方案每半年至少一次（配置） / on-scene plans twice a year (configuration)"
    ),
}
HALF_YEAR_SECTORS = frozenset(
    {"hazmat", "mine", "metro", "construction", "hotel", "mall", "entertainment", "scenic"}
)
HALF_YEAR = _Drills(
    6, "708号令第八条：重点单位至少每半年一次并报送 / 708号令 Art. 8: listed units, every half-year, reported"
)
REVIEW_DAYS = 90
REVIEW_CITATION = "708号令第六条“及时修订”；90 天为本项目设定 / 708号令 Art. 6; 90 days by this project"
REVIEW_YEARS_MONTHS = 36
REVIEW_YEARS_CITATION = (
    "重点单位每三年评估一次（配置） / listed units review every three years (configuration)"
)
VALIDITY_CITATION = "预案有效期 / the plan's own validity"


def cycles(
    plan: PlanDocument,
    level: Level,
    sectors: Iterable[str] = (),
    drills: Iterable[Drill] = (),
    grounds: Iterable[Ground] = (),
) -> list[Cycle]:
    """Every date by which something is due for a plan, nearest first. Without a drill the first is counted from the first valid day."""
    found = [*_drills(plan, level, sectors, drills), *_reviews(plan, sectors, grounds)]
    found.append(Cycle("plan.validity", plan.valid.from_, plan.valid.to, VALIDITY_CITATION))
    return sorted(found, key=lambda cycle: (cycle.due, cycle.kind, cycle.citation))


def _drills(
    plan: PlanDocument, level: Level, sectors: Iterable[str], drills: Iterable[Drill]
) -> Iterator[Cycle]:
    last = max((drill.on for drill in drills if drill.plan == plan.id), default=plan.valid.from_)
    rules = [DRILLS_BY_LEVEL.get(level), DRILLS_BY_KIND.get(plan.kind)]
    if HALF_YEAR_SECTORS.intersection(sectors):
        rules.append(HALF_YEAR)
    yield from (
        Cycle("plan.drill", last, months_after(last, rule.months), rule.citation)
        for rule in rules
        if rule is not None
    )


def _reviews(plan: PlanDocument, sectors: Iterable[str], grounds: Iterable[Ground]) -> Iterator[Cycle]:
    reviewed = plan.valid.reviewed or plan.valid.from_
    if HALF_YEAR_SECTORS.intersection(sectors):
        yield Cycle(
            "plan.review", reviewed, months_after(reviewed, REVIEW_YEARS_MONTHS), REVIEW_YEARS_CITATION
        )
    for ground in grounds:
        if ground.on > reviewed:
            yield Cycle("plan.review", ground.on, ground.on + timedelta(days=REVIEW_DAYS), REVIEW_CITATION)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
