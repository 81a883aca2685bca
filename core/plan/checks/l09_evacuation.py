"""L9 疏散安置衔接: a community in an effect zone knows the hazard, takes the warning, and has places for everybody outside the zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

from core.plan.checks.zones import Effect, effects
from core.plan.finding import PlanFinding, found
from core.plan.register import PlanVersion
from core.plan.rows import CommunityRow
from core.plan.together import Together
from core.plan.view import View


def check(view: View, _as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds communities in a zone that do not know of it, or whose shelters outside it are too small."""
    laid = list(effects(view, plan))
    for effect in laid:
        if _within_fence(view, plan, effect):
            continue
        for community in view.communities_near(effect.points, effect.reach_m):
            if effect.area.meets(effect.plane.line(community.polygon)):
                yield from _community(view, plan, effect, community, laid)


def _within_fence(view: View, plan: PlanVersion, effect: Effect) -> bool:
    return any(
        effect.area.inside(effect.plane.line(place.polygon))
        for id in plan.document.covers.places
        if (place := view.place(id)) and place.polygon
    )


def _community(
    view: View, plan: PlanVersion, effect: Effect, community: CommunityRow, laid: list[Effect]
) -> Iterator[PlanFinding]:
    zone = effect.zone
    hazards = (zone.hazard,) if zone.hazard else plan.document.covers.hazards
    plans = view.plans_of(community.id)
    ready = [
        own
        for own in plans
        if set(hazards) <= set(own.document.aware_of)
        and any(link.from_ == plan.id and link.kind == "warn" for link in own.document.links_in)
    ]
    row = view.organisation(community.id)
    name = row.name.zh if row else community.id
    what = "、".join(hazards) or zone.id
    subject = f"{community.id}/{zone.id}"
    if not ready:
        yield found(
            "L9", plan, subject, "critical",
            (
                f"{name} 位于 {what} 影响区内：其有效预案未列该危险源或未承接预警",
                f"{community.id} lies in the effect zone of {what}: none of its plans names it and takes the warning",
            ),
            (
                f"由 {community.id} 在预案 aware_of 中列入危险源，并在 links_in 中承接 {plan.id} 的 warn。",
                f"Let {community.id} name the hazard in aware_of and take the warn link of {plan.id} in links_in.",
            ),
            f"zones.{zone.id}",
            community=community.id, zone=zone.id, hazards=what,
        )  # fmt: skip
        return
    short, decided = _places_short(view, plan, ready, laid)
    if short > 0:
        yield found(
            "L9", plan, f"{subject}/places", "critical" if decided else "notice",
            (
                f"{name} 位于 {what} 影响区内：影响区外安置容量缺 {short} 人",
                f"{community.id} lies in the effect zone of {what}: {short} places short outside the zone",
            ),
            ("增加影响区外的避难场所，或分流到其他避难场所。", "Add shelters outside the zone, or send people to others."),
            f"zones.{zone.id}",
            community=community.id, zone=zone.id, short=short,
        )  # fmt: skip


def _places_short(
    view: View, plan: PlanVersion, ready: list[PlanVersion], laid: list[Effect]
) -> tuple[int, bool]:
    """How many people are without a place in the worst case of plans that run with this one; was that decided exactly?"""
    named = {id for own in ready if own.document.evacuation for id in own.document.evacuation.shelters}
    senders = {other.id: other for id in named for other in view.staking("shelter", id)} | {
        own.id: own for own in ready
    }
    outside: dict[str, int] = {}
    for sender in senders.values():
        for id in sender.document.evacuation.shelters if sender.document.evacuation else ():
            shelter = view.shelter(id)
            if shelter and shelter.in_service and not any(effect.covers(shelter.point) for effect in laid):
                outside[id] = shelter.capacity
    together = Together(view, plan, [sender for id, sender in sorted(senders.items()) if id != plan.id])
    worst = 0
    for members in together.sets:
        demands = {
            id: (senders[id].document.evacuation.expected, senders[id].document.evacuation.shelters)  # type: ignore[union-attr]  # asked for in the condition
            for id in sorted(members & senders.keys())
            if senders[id].document.evacuation
        }
        people = sum(expected for expected, _ in demands.values())
        worst = max(worst, people - placed(demands, outside))
    return worst, together.decided


def placed(demands: Mapping[str, tuple[int, tuple[str, ...]]], capacity: Mapping[str, int]) -> int:
    """How many people find a place at most: demand → (people, shelters it may use), shelter → places (augmenting paths)."""
    free = dict(capacity)
    sent: dict[tuple[str, str], int] = {}
    total = 0
    for origin, (people, _) in demands.items():
        left = people
        while left > 0:
            path = _path(origin, demands, free, sent)
            if path is None:
                break
            moved = min([left, free[path[-1][1]], *(sent[step] for step in _returns(path))])
            for step in _returns(path):
                sent[step] -= moved
            for step in path:
                sent[step] = sent.get(step, 0) + moved
            free[path[-1][1]] -= moved
            left -= moved
            total += moved
    return total


def _returns(path: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The places that later demands of a path give up for the earlier ones."""
    return [(later[0], earlier[1]) for earlier, later in pairwise(path)]


def _path(
    origin: str,
    demands: Mapping[str, tuple[int, tuple[str, ...]]],
    free: Mapping[str, int],
    sent: Mapping[tuple[str, str], int],
) -> list[tuple[str, str]] | None:
    """A way from a demand to a shelter with room, moving others on where that helps (breadth first)."""
    edge: list[list[tuple[str, str]]] = [
        [(origin, shelter)] for shelter in demands[origin][1] if shelter in free
    ]
    seen = {path[-1][1] for path in edge}
    while edge:
        following: list[list[tuple[str, str]]] = []
        for path in edge:
            shelter = path[-1][1]
            if free[shelter] > 0:
                return path
            for other, (_, allowed) in demands.items():
                if sent.get((other, shelter), 0) > 0:
                    for onward in allowed:
                        if onward in free and onward not in seen:
                            seen.add(onward)
                            following.append([*path, (other, onward)])
        edge = following
    return None
