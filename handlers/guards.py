"""What may stand against ending a response or closing an incident (domain §7): each failure is one item, so that a screen shows all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.dispatch import Dispatch
from core.world import World

Guards = Iterator[dict[str, Any]]


def dispatches_of(world: World, incident: str) -> list[Dispatch]:
    return [world.dispatch(id) for id in world.incident(incident).dispatches]


def dispatches_open(world: World, incident: str) -> Guards:
    """Teams that are ordered, on their way or at work."""
    for one in dispatches_of(world, incident):
        if one.open:
            yield {"guard": "dispatch_open", "dispatch": one.id, "team": one.team, "state": one.state}


def crews_unaccounted(world: World, incident: str) -> Guards:
    """Crews of which somebody is missing or still inside."""
    for one in dispatches_of(world, incident):
        if one.crew is not None and (one.crew.missing or one.crew.inside):
            yield {
                "guard": "crew_unaccounted",
                "dispatch": one.id,
                "team": one.team,
                "missing": one.crew.missing,
                "inside": one.crew.inside,
            }


def persons_missing(world: World, incident: str) -> Guards:
    """Persons missing by the latest unstruck statement, unless the search was ended since, by the commander's decision."""
    statements = [
        one
        for id in world.members(incident)
        if id in world.incidents
        for one in world.incidents[id].casualties
    ]
    standing = [one for one in statements if one.missing is not None and not one.struck]
    if not standing:
        return
    last = max(standing, key=lambda one: one.position)
    ended = any(
        entry.tag == "search_end" and not entry.struck and entry.position > last.position
        for id in world.members(incident)
        for entry in world.told.get(id, {}).values()
    )
    if last.missing and not ended:
        yield {"guard": "missing_persons", "missing": last.missing}


def controls_standing(world: World, incident: str) -> Guards:
    """Protective orders that were not lifted."""
    for id in world.members(incident):
        for one in world.part_of("controls", id):
            if one.lifted_at is None:
                yield {"guard": "control_not_lifted", "control": one.id, "area": one.area}


def responses_open(world: World, incident: str) -> Guards:
    """Plans that run or stand by."""
    for one in world.open_activations(incident):
        yield {"guard": "response_open", "activation": one.id, "plan": one.plan}


def links_unanswered(world: World, incident: str) -> Guards:
    """Links that nobody answered enough for their kind."""
    for id in world.members(incident):
        for one in world.part_of("links", id):
            if not one.answered:
                yield {"guard": "link_unanswered", "link": one.id, "to": one.to_post, "kind": one.kind}


def final_report_missing(world: World, incident: str) -> Guards:
    """Who began to report 首报 also reports the end 终报."""
    filed = [one for id in world.members(incident) for one in world.reports.get(id, ())]
    if filed and all(one.kind != "final" for one in filed):
        yield {"guard": "final_report_missing", "to": filed[0].to}


def named(guard: dict[str, Any]) -> str:
    """A guard in one word, as events keep it: link_unanswered l-3."""
    about = next((str(guard[name]) for name in ("dispatch", "link", "to") if name in guard), "")
    return f"{guard['guard']} {about}".strip()
