"""L14 结束衔接: a plan does not end before its upper plan, and not on the word of those who did the work (Shiyan 2021)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.plan.document import EndCondition, PlanLevel
from core.plan.finding import PlanFinding, about, found
from core.plan.register import PlanVersion
from core.plan.view import View

PARENTS_MAX = 16
"""How far up the tree of organisations an upper post is looked for."""
CITATION = "突发事件应对法第八十六条 / 应对法 Art. 86"


def check(view: View, _as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds levels that can end before the upper plan, and end conditions without evidence or an independent confirmation."""
    zh, en = about(plan)
    mapped = {row.own for row in plan.document.level_map if row.upper_level is not None}
    for level, part in sorted(plan.document.levels.items()):
        if plan.document.expand and not _waits(view, plan, part):
            yield found(
                "L14", plan, f"{level.value}/order", "critical",
                (
                    f"{zh}（{level.value} 级）可先于上级预案解除响应",
                    f"{en} (level {level.value}) can end its response before its upper plan",
                ),
                (
                    "在 end 中写明 after（上级预案）或 released_by（上级岗位）。",
                    "State in `end`: after (the upper plans) or released_by (a post of the upper level).",
                ),
                f"levels.{level.value}.end",
                level=level.value,
            )  # fmt: skip
        for item in part.end.conditions if part.end else ():
            problem = _problem(plan, part, item, mapped=level in mapped) if item.mandatory else None
            if problem:
                yield found(
                    "L14", plan, item.id, "critical",
                    (
                        f"{zh}的结束条件 {item.id} {problem[0]}（{CITATION}）",
                        f"{en}: end condition {item.id} {problem[1]} ({CITATION})",
                    ),
                    (
                        "写明证据种类，并由未承担该项工作的岗位确认；对应上级的级别由外单位确认。",
                        "State the evidence and a confirming post that did not do the work; if mapped upward, one from outside.",
                    ),
                    f"levels.{level.value}.end.conditions.{item.id}",
                    level=level.value, condition=item.id,
                )  # fmt: skip


def _waits(view: View, plan: PlanVersion, part: PlanLevel) -> bool:
    """Does the level's end wait for the upper plans, or for the release of an upper post?"""
    if part.end is None:
        return False
    uppers = {upper.plan for upper in plan.document.upper_plans}
    if uppers and uppers <= set(part.end.after):
        return True
    return bool(part.end.released_by and _is_upper(view, plan, part.end.released_by.partition("/")[0]))


def _is_upper(view: View, plan: PlanVersion, organisation: str) -> bool:
    """Is it the owner of an upper plan, or above the plan's owner in the tree?"""
    owners = {
        upper.document.owner
        for row in plan.document.upper_plans
        if (upper := view.current(row.plan)) is not None
    }
    if organisation in owners - {plan.document.owner}:
        return True
    above = view.organisation(plan.document.owner)
    for _ in range(PARENTS_MAX):
        if above is None or above.parent is None:
            return False
        if above.parent == organisation:
            return True
        above = view.organisation(above.parent)
    return False


def _problem(
    plan: PlanVersion, part: PlanLevel, item: EndCondition, *, mapped: bool
) -> tuple[str, str] | None:
    if item.evidence is None:
        return "没有证据种类", "states no kind of evidence"
    if item.confirmed_by is None:
        return "没有确认岗位", "states no confirming post"
    workers = {task.post for task in part.tasks if task.evidence == item.evidence}
    if item.confirmed_by in workers:
        return (
            f"由承担该项工作的 {item.confirmed_by} 自行确认",
            f"is confirmed by {item.confirmed_by}, who does the work",
        )
    if mapped and item.confirmed_by.partition("/")[0] == plan.document.owner:
        return (
            f"由本单位 {item.confirmed_by} 确认",
            f"is confirmed by {item.confirmed_by} of the owner itself",
        )
    return None
