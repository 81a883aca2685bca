"""L1 启动条件连续: in no situation may a plan ask the upper level while no upper plan starts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from core.plan.cells import CELLS_MAX, Situation, Undecided, situations
from core.plan.conditions import Condition, describe, holds
from core.plan.finding import PlanFinding, about, found
from core.plan.register import PlanVersion
from core.plan.view import View

REPAIR = (
    "使上级预案某一级的启动条件覆盖该情形，或修改本预案扩大响应条件。",
    "Let a level of the upper plan start in this situation, or change this plan's expand condition.",
)
GAPS_CACHED_MAX = 8192


def check(view: View, _as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds the situation in which the plan escalates to nobody."""
    document = plan.document
    if not document.upper_plans:
        return
    zh, en = about(plan)
    if document.expand is None:
        yield found(
            "L1", plan, "expand", "critical",
            (f"{zh}有上级预案，但未规定何时扩大响应", f"{en} has an upper plan and does not say when it escalates"),
            ("写明 expand：从哪一级、在什么条件下请求上级。", "State `expand`: from which level and on what condition."),
        )  # fmt: skip
        return
    uppers = [upper for row in document.upper_plans if (upper := view.valid(row.plan))]
    starts = tuple(
        upper.document.levels[level].start.when for upper in uppers for level in sorted(upper.document.levels)
    )
    try:
        gap = first_gap(document.expand.when, starts)
    except Undecided as undecided:
        yield found(
            "L1", plan, "expand", "notice",
            (
                f"{zh}的扩大响应条件有 {undecided.cells} 种情形，超过 {CELLS_MAX} 种，未作判断",
                f"{en}: {undecided.cells} situations are more than {CELLS_MAX}; undecided",
            ),
            ("减少条件中的事实和阈值。", "Use fewer facts and thresholds in the conditions."),
            "expand.when",
            cells=undecided.cells,
        )  # fmt: skip
        return
    if gap is not None:
        names = "、".join(upper.id for upper in uppers) or "（无有效上级预案）"
        yield found(
            "L1", plan, "expand", "critical",
            (
                f"{zh}扩大响应后无人承接：{gap.zh} 时上级预案均未达到启动条件",
                f"{en} escalates to nobody: no upper plan starts when {gap.en}",
            ),
            REPAIR, "expand.when", (gap.zh, gap.en),
            uppers=names, expand=describe(document.expand.when)[0],
        )  # fmt: skip


@lru_cache(maxsize=GAPS_CACHED_MAX)
def first_gap(expand: Condition, starts: tuple[Condition, ...]) -> Situation | None:
    """The first situation in which `expand` holds and no start does; raises `Undecided`."""
    for situation in situations((expand, *starts)):
        if holds(expand, situation.facts) and not any(holds(start, situation.facts) for start in starts):
            return situation
    return None
