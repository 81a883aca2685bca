"""Watches over orders and crowds: people led into danger (W8), advice nobody reviews (W14), crowds nobody decides on (W18)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.control import Control
from core.entry import Entry
from core.incident import Incident
from core.obligation_scene import of_point
from core.watch.candidate import Candidate
from core.watch.geometry import led_into, sites_within
from core.watch.limits import LIMITS
from core.watch.people_rules import decides
from core.watch.view import View

ADVICE = frozenset({"evacuation", "shelter_in_place", "cordon", "traffic"})
STRATEGY_FACT = "strategy"
WIND_FACT = "wind_from_deg"
DANGEROUS_RINGS = frozenset({"hot", "warm"})


def w08_inside_danger_zone(view: View, pair: str) -> Iterator[Candidate]:
    """W8 避险设施位于危险区: asked of an order that leads people somewhere, and of one that closes or cordons."""
    leading_id, _, zone_id = pair.partition(">")
    leading, zone = view.world.controls.get(leading_id), view.world.controls.get(zone_id)
    if leading is None or zone is None or leading.lifted_at is not None or zone.state != "in_force":
        return
    found = _clash(view, leading, zone)
    if found is None:
        return
    later = max(leading, zone, key=lambda one: one.changed_position)
    yield Candidate(
        "W8",
        pair,
        later.changed_position,
        later.changed_at or later.ordered_at,
        "critical",
        found[0],
        found[1],
        tuple(sorted({leading.changed_position, zone.changed_position})),
        leading.incident,
        leading.by,
        LIMITS["W8.zone"].citation,
        at_once=True,
    )


def leads(control: Control) -> bool:
    """Whether an order leads people somewhere."""
    return bool(control.sites) or (
        control.kind == "evacuation" and control.shape is not None and bool(control.shape.line)
    )


def endangers(control: Control) -> bool:
    """Whether an order says where it is dangerous, or closed."""
    if control.shape is None:
        return False
    return control.kind == "traffic" or (
        control.kind == "cordon" and control.ring in (*DANGEROUS_RINGS, None)
    )


def _clash(view: View, leading: Control, zone: Control) -> tuple[str, str] | None:
    if zone.shape is None or not endangers(zone):
        return None
    line = leading.shape.line if leading.kind == "evacuation" and leading.shape is not None else ()
    if zone.kind == "traffic":
        if line and "evacuees" not in zone.exceptions and led_into(line, zone.shape, None, crosses=True):
            return (
                f"{leading.area} 的疏散路线穿越封闭路段 {zone.area}",
                f"route {leading.area} crosses closure {zone.area}",
            )
        return None
    wind = _wind(view, zone.incident)
    inside = sites_within(leading.sites, zone.shape, wind)
    if inside:
        names = "、".join(site.name for site in inside)
        return (
            f"{names} 位于 {zone.area} 警戒区或其下风向内",
            f"{names} lies inside {zone.area} or downwind of it",
        )
    if line and led_into(line, zone.shape, wind, crosses=False):
        return f"{leading.area} 的疏散路线通入 {zone.area}", f"route {leading.area} leads into {zone.area}"
    return None


def _wind(view: View, incident: str) -> float | None:
    """Where the wind comes from by the last report, in degrees."""
    reports = [entry for entry in view.told(incident) if entry.fact == WIND_FACT and entry.at is not None]
    for entry in sorted(reports, key=lambda one: (one.at, one.position), reverse=True):
        if entry.value is not None and entry.value.replace(".", "", 1).isdecimal():
            return float(entry.value) % 360
    return None


def w14_order_stale(view: View, id: str) -> Iterator[Candidate]:
    """W14 避险指令未复核: critical after twice the limit."""
    control = view.world.controls.get(id)
    if control is None or control.lifted_at is not None:
        return
    incident = view.world.incidents.get(control.incident)
    burning = incident is not None and incident.kind == "structure_fire"
    basis = max(control.ordered_at, control.reviewed_at or control.ordered_at)
    yield _stale(
        id,
        control.area,
        basis,
        control.looked_position,
        "W14.burning" if control.kind == "shelter_in_place" and burning else "W14.review",
        control.incident,
        control.by,
    )


def w14_decision_stale(view: View, id: str) -> Iterator[Candidate]:
    """W14 for what is decided in an entry: not to evacuate, or a strategy. A later entry tagged `review` is the look at it."""
    incident = view.incident(id)
    if incident is None:
        return
    for what, entry in _decisions(view, incident):
        looked = [
            (one.at, one.position)
            for one in view.told(id)
            if one.tag == "review" and one.at is not None and entry.at is not None and one.at >= entry.at
        ]
        at, position = max(looked, default=(entry.at, entry.position))
        if at is not None:
            yield _stale(f"{id}:{what}", what, at, position, "W14.review", id, view.in_charge(incident))


def _decisions(view: View, incident: Incident) -> Iterator[tuple[str, Entry]]:
    """The last decision of each sort that stands."""
    last: dict[str, Entry] = {}
    for entry in view.told(incident.id):
        if entry.tag == "no_evacuation" and decides(view, incident, entry.by):
            last["no_evacuation"] = entry
        elif entry.fact == STRATEGY_FACT:
            last["strategy"] = entry
    if any(one.kind == "evacuation" and one.lifted_at is None for one in view.controls(incident.id)):
        last.pop("no_evacuation", None)
    yield from last.items()


def _stale(
    subject: str, what: str, basis: datetime, position: int, key: str, incident: str, owner: str | None
) -> Candidate:
    limit = LIMITS[key]
    minutes = limit.seconds // 60
    return Candidate(
        "W14",
        subject,
        position,
        basis + limit.delta,
        "warning",
        f"{what} 已逾 {minutes} 分钟未复核",
        f"{what} not reviewed for more than {minutes} min",
        (position,),
        incident,
        owner,
        limit.citation,
        critical_at=basis + 2 * limit.delta,
    )


def w18_crowd_over_threshold(view: View, id: str) -> Iterator[Candidate]:
    """W18 客流超限未决策: each higher threshold is a matter of its own."""
    for owed in of_point(view.world, id):
        yield Candidate(
            "W18",
            owed.subject,
            owed.position,
            owed.due_at,
            "critical",
            f"{owed.zh}：已逾 5 分钟无处置决定",
            f"{owed.en}: no decision for more than 5 min",
            (owed.position,),
            None,
            owed.owner,
            owed.citation,
            until=owed.until,
        )


def w18_one_way_breached(view: View, id: str) -> Iterator[Candidate]:
    """W18 for a one-way flow that was broken through. The fact `point` of the entry says where; a decision or an order ends it."""
    incident = view.incident(id)
    if incident is None:
        return
    limit = LIMITS["W18.breached"]
    for entry in view.told(id):
        if entry.tag != "one_way_breached" or entry.at is None:
            continue
        point = entry.value if entry.fact == "point" else None
        crowds = [view.world.crowds.get(point)] if point is not None else list(view.world.crowds.values())
        since = entry.at
        if any(
            crowd is not None and crowd.decided_at is not None and crowd.decided_at >= since
            for crowd in crowds
        ):
            continue
        if any(control.ordered_at >= since for control in view.controls(id)):
            continue
        where = point or incident.place.text
        yield Candidate(
            "W18",
            f"{id}:{where}",
            entry.position,
            since + limit.delta,
            "critical",
            f"{where} 单向通行被突破已逾 5 分钟，无处置决定",
            f"one-way flow at {where} broken through for more than 5 min, no decision",
            (entry.position,),
            id,
            view.in_charge(incident),
            limit.citation,
        )
