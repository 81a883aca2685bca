"""L7 资源真实: what a plan counts on exists, is in service, is enough, and is not promised twice to plans that run at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.plan.finding import PlanFinding, about, found
from core.plan.parts import Resource
from core.plan.register import PlanVersion
from core.plan.together import Together
from core.plan.view import View, resource_id


def check(view: View, as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds resources that are missing, out of service, too small, or promised twice."""
    for index, resource in enumerate(plan.document.resources):
        path = f"resources.{index}"
        id = resource_id(resource)
        problem = _problem(view, resource)
        zh, en = about(plan)
        if problem:
            yield found(
                "L7", plan, id, "critical",
                (f"{zh}依靠的资源 {id} 不可用：{problem[0]}", f"{en} counts on {id}: {problem[1]}"),
                ("改为登记册中可用的资源，或更正数量。", "Name a resource that the register has in service, or correct the quantity."),
                path,
                resource=id, quantity=resource.quantity,
            )  # fmt: skip
        else:
            yield from _expired(view, as_of, plan, resource, path)
            if resource.exclusive:
                yield from _double(view, plan, id, path)


def available(view: View, resource: Resource) -> float | None:
    """How much of it there is; None where it does not exist or is out of service."""
    if resource.team:
        team = view.team(resource.team)
        return team.quantity if team and team.in_service else None
    if resource.stock:
        stock = view.stock(resource.stock)
        return stock.quantity if stock else None
    if resource.shelter:
        shelter = view.shelter(resource.shelter)
        return shelter.capacity if shelter and shelter.in_service else None
    return 1.0 if view.agreement(resource.agreement or "") else None


def _problem(view: View, resource: Resource) -> tuple[str, str] | None:
    there = available(view, resource)
    if there is None:
        return "登记册中没有或已停用", "not in the register, or out of service"
    if there < resource.quantity:
        return f"只有 {there:g}，需要 {resource.quantity:g}", f"only {there:g} of {resource.quantity:g}"
    if resource.capability and resource.team:
        team = view.team(resource.team)
        if team and resource.capability not in team.capabilities:
            return (
                f"该队伍没有 {resource.capability} 能力",
                f"the team is not registered for {resource.capability}",
            )
    return None


def _expired(
    view: View, as_of: date, plan: PlanVersion, resource: Resource, path: str
) -> Iterator[PlanFinding]:
    """An agreement that is not valid: a warning here, since L8 says whether another one stands in for it."""
    agreement = view.agreement(resource.agreement) if resource.agreement else None
    if agreement and not agreement.valid.covers(as_of):
        zh, en = about(plan)
        yield found(
            "L7", plan, agreement.id, "warning",
            (f"{zh}依靠的协议 {agreement.id} 不在有效期内", f"{en} counts on agreement {agreement.id}, which is not valid"),
            ("续签协议，或改为有效的协议。", "Renew the agreement, or name a valid one."),
            path,
            resource=agreement.id,
        )  # fmt: skip


def _double(view: View, plan: PlanVersion, id: str, path: str) -> Iterator[PlanFinding]:
    others = [other for other in view.staking("resource", id) if other.id != plan.id]
    if not others:
        return
    mine = next(item for item in plan.document.resources if resource_id(item) == id)
    there = available(view, mine) or 0.0
    asked = {member.id: _asked(member, id) for member in (plan, *others)}
    if sum(asked.values()) <= there:
        return
    together = Together(view, plan, others)
    worst = max(
        together.sets,
        key=lambda members: (sum(asked[one] for one in members if one in asked), sorted(members)),
    )
    total = sum(asked[one] for one in worst if one in asked)
    if total > there:
        plans = "、".join(sorted(one for one in worst if one in asked))
        yield found(
            "L7", plan, f"{id}/double", "warning" if together.decided else "notice",
            (
                f"{id} 同时承诺给 {plans}，数量不足（共 {total:g}，现有 {there:g}）",
                f"{id} is promised to {plans.replace('、', ', ')} at once; not enough ({total:g} of {there:g})",
            ),
            ("增加数量，改为非独占，或由一份预案改用其他资源。", "Get more, share it, or let one plan use another resource."),
            path,
            resource=id, plans=plans, promised=total, available=there,
        )  # fmt: skip


def _asked(plan: PlanVersion, id: str) -> float:
    return sum(
        item.quantity for item in plan.document.resources if item.exclusive and resource_id(item) == id
    )
