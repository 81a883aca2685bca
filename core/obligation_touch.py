"""Of which things something else may be owed after an event: only those are asked again. What is missed here is owed unseen."""

from __future__ import annotations

from collections.abc import Iterator

from core.activation import PlanActivated
from core.catalogue import Recorded
from core.entry import EntryAdded, EntryRestored, EntryStruck
from core.finding import ObligationWaived
from core.incident import IncidentClosed, IncidentMerged, IncidentReopened, IncidentUnmerged
from core.leadership import CommandTransferred
from core.obligation_scene import ALARMS, NO_RESPONSE
from core.obligations import thing_of
from core.tables import Tables

_SPREADING = frozenset(
    {"PlanStoodBy", "PlanActivated", "PlanStoodDown", "ResponseEnded", "PlanAdopted", "PlanRetired"}
)
"""After these the warnings in force are asked again: they may be answered now, or a plan may act on them."""


def touched(world: Tables, recorded: Recorded) -> Iterator[tuple[str, str]]:
    """The things of which other things may be owed after an event. Ask before it is folded and again after it."""
    for tag in recorded.tags:
        kind, _, id = tag.partition(":")
        yield kind, id
        if kind == "team" and (team := world.teams.get(id)) is not None and team.dispatch is not None:
            yield "dispatch", team.dispatch
    event = recorded.event
    if recorded.type in _SPREADING:
        yield from (("warning", id) for id in world.warnings)
    match event:
        case ObligationWaived():
            yield thing_of(event.obligation)
        case PlanActivated():
            yield from (
                ("proposal", one.id)
                for one in world.proposals.values()
                if (one.plan, one.incident) == (event.plan, event.incident)
            )
        case CommandTransferred():
            yield from _dispatches(world, event.incident)  # counting crews is the new holder's to see to
        case EntryAdded():
            if event.tag in ALARMS:
                yield from _dispatches(world, event.incident)
            elif event.tag == NO_RESPONSE:
                yield from (("warning", id) for id in world.warnings)
        case EntryStruck() | EntryRestored():
            entry = world.told.get(event.incident, {}).get(event.corrects)
            if entry is not None and entry.tag in ALARMS:
                yield from _dispatches(world, event.incident)
            elif entry is not None and entry.tag == NO_RESPONSE:
                yield from (("warning", id) for id in world.warnings)
        case IncidentClosed() | IncidentReopened():
            yield from _all_of(world, event.incident)
        case IncidentMerged() | IncidentUnmerged():
            yield from _all_of(world, event.incident)
            yield from _all_of(world, event.into if isinstance(event, IncidentMerged) else event.out_of)
        case _:
            if recorded.type.startswith("Control"):
                incident = next((tag[9:] for tag in recorded.tags if tag.startswith("incident:")), "")
                yield from _dispatches(world, incident)
                yield from (("point", point) for point in world.crowds)
            elif recorded.type == "PlanAdopted":
                yield from (("plan", id) for id in _lower(world, recorded))


def _lower(world: Tables, recorded: Recorded) -> Iterator[str]:
    plan = next((tag[5:] for tag in recorded.tags if tag.startswith("plan:")), "")
    for id, adopted in world.plans.items():
        if any(upper.plan == plan for upper in adopted.document.upper_plans):
            yield id


def _dispatches(world: Tables, incident: str) -> Iterator[tuple[str, str]]:
    found = world.incidents.get(incident)
    if found is not None:
        yield from (("dispatch", id) for id in found.dispatches)
        # Its dispatches may have gone over, and what is told of it is still told of them.
        if found.merged_into is not None:
            yield from _dispatches(world, found.merged_into)


def _all_of(world: Tables, incident: str) -> Iterator[tuple[str, str]]:
    yield from _dispatches(world, incident)
    for kind, table in (
        ("task", world.tasks),
        ("link", world.links),
        ("control", world.controls),
        ("proposal", world.proposals),
    ):
        yield from ((kind, id) for id, row in table.items() if row.incident == incident)
