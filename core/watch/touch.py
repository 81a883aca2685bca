"""Which things an event is about, for the watches: only those are asked again. What is missed here would be seen too late.

Asked before an event is folded and again after it, so that what it takes away is asked as well as what it brings.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.activation import PlanActivated, PlanStoodDown, ResponseEnded, ResponseLevelChanged
from core.adoption import PlanAdopted, PlanRetired
from core.agreement import AgreementSigned
from core.casualty import CasualtiesRecorded
from core.catalogue import Recorded
from core.control import ControlOrdered
from core.entry import EntryAdded, EntryRestored, EntryStruck
from core.hazard import CrowdMeasureDecided, HazardContentsDeclared
from core.incident import (
    IncidentAmended,
    IncidentClosed,
    IncidentMerged,
    IncidentReopened,
    IncidentsLinked,
    IncidentUnmerged,
)
from core.leadership import CommandTransferred
from core.obligation_touch import touched as owed_by
from core.watch.order_rules import WIND_FACT, endangers, leads
from core.watch.plan_rules import exclusive_teams
from core.watch.unit_rules import GOVERNMENT_ORDER
from core.watch.view import View

Thing = tuple[str, str]
"""Its kind and its id."""
_ARRIVALS = frozenset(
    {"TeamArrived", "WorkStarted", "DispatchMilestoneCorrected", "TeamDispatched", "IncidentAmended"}
)


def touched(view: View, recorded: Recorded) -> Iterator[Thing]:
    """The things that rules are to be asked about again."""
    world, memory = view.world, view.memory
    yield from owed_by(world, recorded)
    event = recorded.event
    for tag in recorded.tags:
        kind, _, id = tag.partition(":")
        if kind == "incident":
            merged = world.incidents.get(id)
            if merged is not None and merged.merged_into is not None:
                yield "incident", merged.merged_into
            if recorded.type in _ARRIVALS:
                yield from (("link", link) for link in memory.story(id).links)
        elif kind == "control":
            yield from _pairs(view, id)
        elif kind == "team":
            for one in memory.dispatches_of.get(id, {}):
                yield "dispatch", one
                if recorded.type == "TeamAmended" and (dispatch := world.dispatches.get(one)) is not None:
                    yield from (("link", link) for link in memory.story(dispatch.incident).links)
    match event:
        case EntryAdded():
            yield from _entry(view, event.incident, event.fact, event.value)
        case EntryStruck() | EntryRestored():
            # A casualty record may have said that lives are at risk.
            yield from _dispatches(view, event.incident)
            entry = world.told.get(event.incident, {}).get(event.corrects)
            if entry is not None:
                yield from _entry(view, event.incident, entry.fact, entry.value)
        case CasualtiesRecorded():
            yield from _dispatches(view, event.incident)
        case IncidentAmended() | IncidentReopened() | IncidentClosed():
            yield from _all_of(view, event.incident)
        case IncidentMerged() | IncidentUnmerged():
            yield from _all_of(view, event.incident)
            yield from _all_of(view, event.into if isinstance(event, IncidentMerged) else event.out_of)
        case CommandTransferred():
            # The new holder owns what is found about the incident's parts.
            yield from _all_of(view, event.incident)
        case IncidentsLinked():
            yield "incident", event.other
        case PlanAdopted() | PlanRetired():
            yield from (("activation", one) for one in memory.activations_of.get(event.plan, {}))
        case PlanActivated() | PlanStoodDown() | ResponseLevelChanged() | ResponseEnded():
            yield from _sharing(view, event.activation)
            yield from (("link", link) for link in memory.story(event.incident).links)
        case HazardContentsDeclared():
            yield from (("incident", one) for one in memory.at_hazard.get(event.hazard, {}))
        case CrowdMeasureDecided() | ControlOrdered():  # an order that names a point decides about it too
            yield from (("incident", one) for one in memory.breached)
        case AgreementSigned():
            yield from (("dispatch", one) for one in memory.called_under.get(event.agreement, {}))
        case _:
            pass  # its tags say all that it is about


def _entry(view: View, incident: str, fact: str | None, value: str | None) -> Iterator[Thing]:
    if fact == GOVERNMENT_ORDER and value:
        yield "dispatch", value
    elif fact == WIND_FACT:
        for control in view.memory.story(incident).controls:
            yield from _pairs(view, control)


def _dispatches(view: View, incident: str) -> Iterator[Thing]:
    found = view.world.incidents.get(incident)
    if found is not None:
        yield from (("dispatch", id) for id in found.dispatches)
        # Its dispatches may have gone over, and what is told of it is still told of them.
        if found.merged_into is not None:
            yield from _dispatches(view, found.merged_into)


def _all_of(view: View, incident: str) -> Iterator[Thing]:
    story = view.memory.story(incident)
    yield from _dispatches(view, incident)
    yield from (("link", id) for id in story.links)
    yield from (("activation", id) for id in story.activations)
    for id in story.controls:
        yield "control", id
        yield from _pairs(view, id)


def _sharing(view: View, activation: str) -> Iterator[Thing]:
    for team in exclusive_teams(view, activation):
        yield from (("activation", one) for one in view.memory.promised.get(team, {}))


def _pairs(view: View, id: str) -> Iterator[Thing]:
    """An order that leads people somewhere, with each that endangers; and the other way round."""
    control = view.world.controls.get(id)
    if control is None:
        return
    memory = view.memory
    if leads(control):
        yield from (("pair", f"{id}>{other}") for other in memory.endangering if other != id)
    if endangers(control):
        yield from (("pair", f"{other}>{id}") for other in memory.leading if other != id)
