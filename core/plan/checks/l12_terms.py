"""L12 用语一致: every name in a plan still means something on the day, and linked plans count one thing in one unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from core.kinds import INCIDENT_KINDS
from core.plan.checks.resolve import Resolved, organisation, place, post, successor
from core.plan.conditions import Condition, atoms
from core.plan.document import PlanDocument
from core.plan.finding import PlanFinding, about, found
from core.plan.references import links, tasks
from core.plan.register import PlanVersion
from core.plan.view import View


class _Use(NamedTuple):
    """A name where it is used."""

    thing: str
    id: str
    path: str


def check(view: View, as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds names that lead nowhere, names that have gone over into another, and quantities in two units."""
    zh, en = about(plan)
    seen: set[tuple[str, str]] = set()
    for use in _uses(plan.document):
        if (use.thing, use.id) in seen:
            continue
        seen.add((use.thing, use.id))
        state, now = _resolve(view, as_of, use)
        if state is Resolved.SUCCEEDED:
            yield found(
                "L12", plan, f"{use.thing}/{use.id}", "warning",
                (f"{zh}使用已更名的 {use.id}（现为 {now}）", f"{en} uses {use.id}, now {now}"),
                (f"改用 {now}。", f"Write {now}."),
                use.path,
                old=use.id, new=now or "",
            )  # fmt: skip
        elif state is not Resolved.HERE and use.thing != "addressee":
            yield found(
                "L12", plan, f"{use.thing}/{use.id}", "critical",
                (f"{zh}中的 {use.id}（{use.thing}）无法对应到登记册", f"{en}: {use.thing} {use.id} is not in the register"),
                ("更正编号，或先在登记册中登记。", "Correct the id, or register it first."),
                use.path,
                thing=use.thing, id=use.id,
            )  # fmt: skip
    yield from _units(view, plan)


def _uses(plan: PlanDocument) -> Iterator[_Use]:
    """Every name of the plan that must mean something. Resources are L7's, plans L1, L2 and L4's, reachability is L3's."""
    yield _Use("organisation", plan.owner, "owner")
    yield _Use("post", plan.approval.by, "approval.by")
    if plan.approval.filed_with:
        yield _Use("organisation", plan.approval.filed_with, "approval.filed_with")
    covers = plan.covers
    yield from (_Use("event", id, "covers.events") for id in covers.events)
    yield from (_Use("hazard", id, "covers.hazards") for id in (*covers.hazards, *plan.aware_of))
    yield from (_Use("risk_unit", id, "covers.risk_units") for id in covers.risk_units)
    yield from (_Use("place", id, "covers.places") for id in covers.places)
    for index, contact in enumerate(plan.contacts):
        yield _Use("post", contact.post, f"contacts.{index}")
        yield from (
            _Use("channel", channel.ref, f"contacts.{index}.channels") for channel in contact.channels
        )
    for level, part in plan.levels.items():
        path = f"levels.{level.value}"
        yield _Use("post", part.start.authority, f"{path}.start.authority")
        yield from _places_in(part.start.when, f"{path}.start.when")
        if part.end:
            yield _Use("post", part.end.authority, f"{path}.end.authority")
            for item in part.end.conditions:
                if item.confirmed_by:
                    yield _Use("post", item.confirmed_by, f"{path}.end.conditions.{item.id}")
    yield from (_Use("post", task.post, path) for path, task in tasks(plan))
    for path, link in links(plan):
        if link.to.post:
            yield _Use("addressee", link.to.post.partition("/")[0], path)
        yield _Use("addressee", link.escalate_to.partition("/")[0], path)
    yield from (_Use("post", link.accept, f"links_in.{index}") for index, link in enumerate(plan.links_in))
    if plan.expand:
        yield from _places_in(plan.expand.when, "expand.when")
    yield from _space(plan)


def _space(plan: PlanDocument) -> Iterator[_Use]:
    yield from (
        _Use("place", zone.shape.circle, f"zones.{zone.id}") for zone in plan.zones if zone.shape.circle
    )
    if plan.evacuation:
        yield from (_Use("route", id, "evacuation.routes") for id in plan.evacuation.routes)
        yield from (_Use("shelter", id, "evacuation.shelters") for id in plan.evacuation.shelters)
        if plan.evacuation.rendezvous:
            yield _Use("place", plan.evacuation.rendezvous, "evacuation.rendezvous")
    for index, closure in enumerate(plan.closures):
        yield _Use("segment", closure.segment, f"closures.{index}")
        yield _Use("post", closure.authority, f"closures.{index}")


def _places_in(condition: Condition, path: str) -> Iterator[_Use]:
    yield from (_Use("place", str(atom.value), path) for atom in atoms(condition) if atom.fact == "place")


def _resolve(view: View, as_of: date, use: _Use) -> tuple[Resolved, str | None]:
    match use.thing:
        case "organisation" | "addressee":
            return organisation(view, as_of, use.id), successor(view, as_of, use.id)
        case "post":
            of, _, own = use.id.partition("/")
            now = successor(view, as_of, of)
            return post(view, as_of, use.id), f"{now}/{own}" if now else None
        case "place":
            return place(view, as_of, use.id)
        case "event":
            return _event(view, use.id)
        case "channel":
            channel = view.channel(use.id)
            return (Resolved.HERE if channel and channel.valid.covers(as_of) else Resolved.MISSING), None
        case _:
            looks = {
                "hazard": view.hazard,
                "risk_unit": view.risk_unit,
                "route": view.route,
                "shelter": view.shelter,
                "segment": view.segment,
            }
            return (Resolved.HERE if looks[use.thing](use.id) else Resolved.MISSING), None


def _event(view: View, code: str) -> tuple[Resolved, str | None]:
    row = view.event_kind(code)
    if row is not None and row.successor:
        return Resolved.SUCCEEDED, row.successor
    return (Resolved.HERE if row is not None or code in INCIDENT_KINDS else Resolved.MISSING), None


def _units(view: View, plan: PlanVersion) -> Iterator[PlanFinding]:
    """One item (GB/T 38565 code) has one unit in the register and in all linked plans."""
    linked = {upper.plan for upper in plan.document.upper_plans} | {
        link.to.plan for _, link in links(plan.document) if link.to.plan
    }
    linked |= {taken.from_ for taken in plan.document.links_in}
    others = [other for id in sorted(linked) if (other := view.valid(id))]
    zh, en = about(plan)
    for index, resource in enumerate(plan.document.resources):
        if not resource.stock:
            continue
        item = resource.stock.partition("/")[2]
        stock = view.stock(resource.stock)
        mine = resource.unit or (stock.unit if stock else None)
        stated = {(other.id, theirs) for other in others for theirs in _stated(view, other, item)}
        if stock:
            stated.add((resource.stock, stock.unit))
        for where, unit in sorted(stated):
            if mine and unit != mine:
                yield found(
                    "L12", plan, f"unit/{item}/{where}", "warning",
                    (f"{zh}以“{mine}”计 {item}，{where} 以“{unit}”计", f"{en} counts {item} in {mine}, {where} in {unit}"),
                    ("统一计量单位。", "Agree on one unit."),
                    f"resources.{index}",
                    item=item, unit=mine, other=where, other_unit=unit,
                )  # fmt: skip


def _stated(view: View, plan: PlanVersion, item: str) -> Iterator[str]:
    for resource in plan.document.resources:
        if resource.stock and resource.stock.partition("/")[2] == item:
            stock = view.stock(resource.stock)
            unit = resource.unit or (stock.unit if stock else None)
            if unit:
                yield unit
