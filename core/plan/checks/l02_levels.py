"""L2 级别对应: a level that asks the upper plan says which of its levels it is there, and is not copied from the accident grade."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.plan.conditions import atoms
from core.plan.finding import PlanFinding, about, found
from core.plan.register import PlanVersion
from core.plan.view import View

CITATION = (
    "「响应分级不可照搬事故分级」（GB/T 29639-2020）",
    "response levels are not copied from accident grades (GB/T 29639-2020)",
)


def check(view: View, _as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds levels without exactly one counterpart that exists, and levels that are only copied."""
    document = plan.document
    zh, en = about(plan)
    uppers = {upper.plan for upper in document.upper_plans}
    for level, part in sorted(document.levels.items()):
        upward = {link.to.plan for link in part.links_out if link.to.plan in uppers}
        for upper in sorted(filter(None, upward)):
            rows = [row for row in document.level_map if row.own is level and row.upper == upper]
            if len(rows) != 1 or rows[0].upper_level is None:
                yield found(
                    "L2", plan, f"{level.value}/{upper}", "critical",
                    (
                        f"{zh} {level.value} 级未对应上级预案 {upper} 的级别",
                        f"{en} level {level.value} has no counterpart in the upper plan {upper}",
                    ),
                    (
                        "在 level_map 中为该级别写明唯一一行：上级预案、级别和理由。",
                        "Give the level exactly one row in level_map: upper plan, level and reason.",
                    ),
                    "level_map" if document.level_map else f"levels.{level.value}",
                    level=level.value, upper=upper, rows=len(rows),
                )  # fmt: skip
    yield from _targets(view, plan)
    grades_only = all(
        {atom.fact for atom in atoms(part.start.when)} == {"grade_at_least"}
        for part in document.levels.values()
    )
    if grades_only:
        yield found(
            "L2", plan, "levels", "warning",
            (f"{zh}的启动条件全部照搬事故等级：{CITATION[0]}", f"{en} starts by accident grade alone: {CITATION[1]}"),
            (
                "按本单位的危险、影响范围和控制能力规定启动条件。",
                "State starts by the own hazards, the reach of the effects and the power to control them.",
            ),
            "levels",
        )  # fmt: skip


def _targets(view: View, plan: PlanVersion) -> Iterator[PlanFinding]:
    zh, en = about(plan)
    uppers = {upper.plan for upper in plan.document.upper_plans}
    for index, row in enumerate(plan.document.level_map):
        upper = view.valid(row.upper)
        level = row.upper_level
        exists = upper is not None and (level is None or level in upper.document.levels)
        if row.upper not in uppers or not exists:
            yield found(
                "L2", plan, f"{row.own.value}->{row.upper}/{row.level}", "critical",
                (
                    f"{zh} {row.own.value} 级对应的 {row.upper} {row.level} 级不存在",
                    f"{en} maps level {row.own.value} to {row.upper} level {row.level}, which does not exist",
                ),
                ("改为有效上级预案中存在的级别。", "Name a level that a valid upper plan has."),
                f"level_map.{index}",
                level=row.own.value, upper=row.upper, upper_level=row.level,
            )  # fmt: skip
        elif level is row.own and row.reason is None:
            yield found(
                "L2", plan, f"{row.own.value}=", "warning",
                (
                    f"{zh} {row.own.value} 级与上级预案同名对应而未说明理由：{CITATION[0]}",
                    f"{en} maps level {row.own.value} to itself without a reason: {CITATION[1]}",
                ),
                ("写明 reason。", "State the reason."),
                f"level_map.{index}",
                level=row.own.value, upper=row.upper,
            )  # fmt: skip
