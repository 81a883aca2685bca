"""What an adopted plan owes by itself 预案的评估与演练: reviews and drills, the nearest due date of all that apply, with its basis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone

from core.adoption import Adopted
from core.obligation import Obligation, owed
from core.plan.document import PlanDocument
from core.tables import Tables

LOCAL = timezone(timedelta(hours=8))
HALF_YEARLY_FIELDS = frozenset({"hazmat", "construction", "commerce_tourism"})
"""Fields whose enterprises drill twice a year: hazardous goods, construction, hotels, malls, entertainment, scenic spots."""
UPPER_CHANGED = timedelta(days=90)


def of_plan(world: Tables, plan: str) -> Iterator[Obligation]:
    """The next review and the next drill of a plan that is in use. A day counts to its end, in Beijing time."""
    adopted = world.plans.get(plan)
    if adopted is None or adopted.retired_at is not None:
        return
    document = adopted.document
    owner = f"{document.owner}/plan_keeper"
    basis, due, citation = min(_reviews(world, adopted), key=lambda one: one[1])
    yield owed(
        "plan.review",
        owner,
        plan,
        _begins(basis),
        adopted.position,
        f"评估、修订《{document.title.zh}》",
        f"review {document.title.en or document.title.zh}",
        due_at=_ends(due),
        citation=citation,
    )
    drilled = world.drills.get(plan)
    held = drilled.held_on if drilled is not None else document.valid.from_
    months, citation = min(_cycles(document))
    yield owed(
        "plan.drill",
        owner,
        plan,
        _begins(held),
        drilled.position if drilled is not None else adopted.position,
        f"演练《{document.title.zh}》",
        f"exercise {document.title.en or document.title.zh}",
        due_at=_ends(_later(held, months)),
        citation=citation,
    )


def _reviews(world: Tables, adopted: Adopted) -> Iterator[tuple[date, date, str]]:
    document = adopted.document
    reviewed = document.valid.reviewed or document.valid.from_
    yield reviewed, _later(reviewed, 36), "《生产安全事故应急预案管理办法》：每三年评估一次"
    yield document.valid.from_, document.valid.to, "预案有效期截止"
    for upper in document.upper_plans:
        current = world.plans.get(upper.plan)
        if current is not None and current.version > upper.version:
            changed = current.adopted_at.astimezone(LOCAL).date()
            citation = f"708号令第六条“及时修订”：上级预案 {upper.plan} 已为第 {current.version} 版；90 天为本系统默认 [design]"
            yield changed, changed + UPPER_CHANGED, citation


def _cycles(document: PlanDocument) -> Iterator[tuple[int, str]]:
    """Months between drills, by each rule that applies."""
    kind = document.kind
    if kind.startswith("government") or kind in ("department", "joint", "event_support", "community"):
        yield 24, "708号令第八条：政府及其部门、街道至少每两年一次"
    if kind.startswith("enterprise"):
        yield 12, "《生产安全事故应急预案管理办法》：综合、专项预案每年至少一次"
        if kind == "enterprise_scene":
            yield 6, "《生产安全事故应急预案管理办法》：现场处置方案每半年至少一次"
        if HALF_YEARLY_FIELDS.intersection(document.fields):
            yield 6, "708号令第八条：危险物品、建筑施工、人员密集场所等单位至少每半年一次"


def _later(day: date, months: int) -> date:
    """The same day some months on; the last of the month where there is none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def _ends(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LOCAL).astimezone(UTC)
