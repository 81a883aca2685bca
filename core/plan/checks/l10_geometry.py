"""L10 空间一致: evacuees do not cross a planned closure or end in a danger zone, and a way for rescuers stays open. In metres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from core.plan.checks.zones import effects
from core.plan.finding import PlanFinding, found
from core.plan.geometry import XY, Degrees, Plane, heading_deg, span_distance, spans, trimmed, turn_deg
from core.plan.parts import Closure
from core.plan.register import PlanVersion
from core.plan.rows import RouteRow, SegmentRow
from core.plan.together import Together
from core.plan.view import View

ALONG_DEG = 45.0
"""A route within this angle of a closed road's direction runs along it; at more it crosses."""


def check(view: View, _as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds routes through closures, shelters and rendezvous points in zones, and lifelines that are cut."""
    yield from _routes(view, plan)
    yield from _inside(view, plan)
    yield from _lifelines(view, plan)


def _conflict(
    plan: PlanVersion, subject: str, object_: str, detail: tuple[str, str], path: str, *, decided: bool = True
) -> PlanFinding:
    return found(
        "L10", plan, f"{subject}/{object_}", "critical" if decided else "notice",
        (f"{subject} 与 {object_} 空间冲突：{detail[0]}", f"{subject} conflicts with {object_}: {detail[1]}"),
        ("改道、移出影响区，或为封闭路段写明例外。", "Move the one or the other, or state an exception of the closure."),
        path,
        facility=subject, obstacle=object_,
    )  # fmt: skip


# Routes through closures ---------------------------------------------------------------------------------


def _routes(view: View, plan: PlanVersion) -> Iterator[PlanFinding]:
    if plan.document.evacuation is None:
        return
    for index, id in enumerate(plan.document.evacuation.routes):
        route = view.route(id)
        if route is None:
            continue
        for segment in _segments(view, route):
            closers = [
                (other, closure)
                for other in view.staking("segment", segment.id)
                for closure in other.document.closures
                if closure.segment == segment.id
                and "evacuees" not in closure.except_
                and _blocks(view, route, segment, closure)
            ]
            for other in sorted({other.id for other, _ in closers}):
                closer = next(member for member, _ in closers if member.id == other)
                together = Together(view, plan, [closer])
                if other == plan.id or any(other in members for members in together.sets):
                    yield _conflict(
                        plan, id, segment.id,
                        (f"撤离路线穿越 {other} 计划封闭的路段", f"the route crosses the closure planned by {other}"),
                        f"evacuation.routes.{index}",
                        decided=together.decided,
                    )  # fmt: skip


def _segments(view: View, route: RouteRow) -> list[SegmentRow]:
    """The segments that a route names or comes near."""
    near = {row.id: row for row in view.segments_near(route.line, view.limits.route_clear_m.value)}
    named = {id: row for id in route.segments if (row := view.segment(id))}
    found_rows = near | named
    return [found_rows[id] for id in sorted(found_rows)]


def _blocks(view: View, route: RouteRow, segment: SegmentRow, closure: Closure) -> bool:
    """Does the closure stop the route? It does unless the route runs along the open direction only, or does not touch it."""
    plane = Plane(*segment.line[0])
    closed = trimmed(plane.line(segment.line), view.limits.junction_m.value)
    near_m = view.limits.route_clear_m.value
    touching = [
        (a, b, turn_deg(heading_deg(a, b), heading_deg(c, d)))
        for a, b in spans(plane.line(route.line))
        for c, d in spans(closed)
        if span_distance(a, b, c, d) <= near_m
    ]
    if not touching:
        return segment.id in route.segments
    along = [turn for _, _, turn in touching if turn <= ALONG_DEG or turn >= 180 - ALONG_DEG]
    if closure.direction == "both" or not along:
        return True
    # Whoever turns onto the road or off it touches it too: only what has both ends beside the road goes across.
    across = any(
        _apart(a, closed) > near_m and _apart(b, closed) > near_m
        for a, b, turn in touching
        if ALONG_DEG < turn < 180 - ALONG_DEG
    )
    return across or any((turn <= ALONG_DEG) == (closure.direction == "forward") for turn in along)


def _apart(point: XY, line: Sequence[XY]) -> float:
    return min(span_distance(point, point, c, d) for c, d in spans(line))


# Shelters and rendezvous points in zones -----------------------------------------------------------------


def _inside(view: View, plan: PlanVersion) -> Iterator[PlanFinding]:
    points = list(_refuges(view, plan))
    for effect in effects(view, plan):
        for id, point, path in points:
            where = effect.covers(point)
            if where:
                words = (
                    ("位于影响区内", "lies in the zone")
                    if where == "zone"
                    else ("位于下风向扇区内", "lies downwind")
                )
                yield _conflict(plan, id, effect.zone.id, words, path)


def _refuges(view: View, plan: PlanVersion) -> Iterator[tuple[str, Degrees, str]]:
    evacuation = plan.document.evacuation
    named = [
        (id, f"evacuation.shelters.{index}")
        for index, id in enumerate(evacuation.shelters if evacuation else ())
    ]
    named += [
        (item.shelter, f"resources.{index}")
        for index, item in enumerate(plan.document.resources)
        if item.shelter
    ]
    for id, path in dict(reversed(named)).items():
        shelter = view.shelter(id)
        if shelter:
            yield id, shelter.point, path
    if evacuation and evacuation.rendezvous and (place := view.place(evacuation.rendezvous)):
        yield place.id, place.point, "evacuation.rendezvous"


# Lifelines -----------------------------------------------------------------------------------------------


def _lifelines(view: View, plan: PlanVersion) -> Iterator[PlanFinding]:
    own = [closure.segment for closure in plan.document.closures if "rescue" not in closure.except_]
    touched = {
        line.id: line
        for segment in own
        for route in view.routes_on(segment)
        for line in view.lifelines_on(route.id)
    }
    for id in sorted(touched):
        routes = [row for route in touched[id].routes if (row := view.route(route))]
        closers = {
            other.id: other
            for row in routes
            for segment in row.segments
            for other in view.staking("segment", segment)
        }
        together = Together(view, plan, [other for key, other in sorted(closers.items()) if key != plan.id])
        for members in together.sets:
            closed = {
                closure.segment
                for key in members & closers.keys()
                for closure in closers[key].document.closures
                if "rescue" not in closure.except_
            }
            if routes and all(closed.intersection(row.segments) for row in routes):
                plans = "、".join(sorted(members & closers.keys()))
                yield _conflict(
                    plan, "closures", id,
                    (f"{plans} 的封路使生命通道全部中断", f"the closures of {plans} leave no way for rescuers"),
                    "closures",
                    decided=together.decided,
                )  # fmt: skip
                break
