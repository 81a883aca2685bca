"""L11 版本一致: a plan was reviewed against the upper plan's current version, and after the last ground for revision. 待复核."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.plan.finding import PlanFinding, Severity, about, found
from core.plan.register import PlanVersion
from core.plan.rows import Ground
from core.plan.view import View

GROUNDS = {
    "law": ("法规变化", "law"),
    "structure": ("机构变化", "structure"),
    "risk": ("风险变化", "risk"),
    "resource": ("重要资源变化", "key resource"),
    "drill": ("演练结果", "drill result"),
}


def check(view: View, as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds upper plans that have moved on and grounds for revision that the last review does not know."""
    zh, en = about(plan)
    for index, upper in enumerate(plan.document.upper_plans):
        current = view.current(upper.plan)
        if current is None or current.version == upper.version:
            continue
        days = (as_of - current.adopted).days
        yield found(
            "L11", plan, upper.plan, _severity(view, days),
            (
                f"上级预案 {upper.plan} 已为第 {current.version} 版，{zh}按第 {upper.version} 版衔接，待复核（{days} 天）",
                f"{upper.plan} is now version {current.version}; {en} was reviewed against {upper.version} ({days} days)",
            ),
            (
                "对照现行版本复核，未变也要更新 upper_plans 的版本。",
                "Review against the current version; state it in upper_plans even if nothing changes.",
            ),
            f"upper_plans.{index}",
            upper=upper.plan, current=current.version, stated=upper.version, days=days,
        )  # fmt: skip
    reviewed = plan.document.valid.reviewed or plan.document.valid.from_
    for ground in _grounds(view, plan):
        if reviewed < ground.on <= as_of:
            days = (as_of - ground.on).days
            kind = GROUNDS[ground.kind]
            yield found(
                "L11", plan, f"ground/{ground.id}", _severity(view, days),
                (
                    f"{zh}在 {reviewed} 复核之后出现修订事由（{kind[0]}）：{ground.text.zh}，待复核（{days} 天）",
                    f"{en}: a ground for revision ({kind[1]}) after {reviewed}: {ground.text.en or ground.text.zh} ({days} days)",
                ),
                ("复核或修订预案（708号令第六条）。", "Review or revise the plan (708号令 Art. 6)."),
                "valid",
                ground=ground.id, days=days,
            )  # fmt: skip


def _severity(view: View, days: int) -> Severity:
    return "critical" if days > view.limits.review_overdue_days.value else "warning"


def _grounds(view: View, plan: PlanVersion) -> list[Ground]:
    grounds = [*view.grounds_for("plan", plan.id), *view.grounds_for("organisation", plan.document.owner)]
    grounds += [
        ground for hazard in plan.document.covers.hazards for ground in view.grounds_for("hazard", hazard)
    ]
    by_id = {ground.id: ground for ground in grounds}
    return [by_id[id] for id in sorted(by_id)]
