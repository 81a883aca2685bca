"""What the watches remember beside the world: times that no rule of command needs, and which thing belongs to which."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from core.activation import PlanActivated, PlanStoodBy, ResponseEnded
from core.catalogue import Recorded
from core.control import ControlLifted, ControlOrdered
from core.dispatch import TeamDispatched
from core.entry import EntryAdded
from core.incident import (
    IncidentAmended,
    IncidentClosed,
    IncidentMerged,
    IncidentReopened,
    IncidentReported,
    IncidentsLinked,
    IncidentVerified,
    MajorIncidentDeclared,
)
from core.leadership import CommandOffered, CommandTransferred
from core.link import LinkOpened
from core.obligation_reports import ReportFacts
from core.watch.calls import Call, Calls
from core.watch.geometry import point_of
from core.world import World

HAZARD_FACT = "hazard"
"""The fact that says at which hazard an incident is."""


class Said(Struct, frozen=True):
    """Where the log says it, when it happened, and who said it."""

    position: int
    at: datetime
    by: str


class Taken(Struct, frozen=True):
    """One passing of command."""

    said: Said
    slot: str
    to_post: str
    from_post: str | None
    assumed: bool


class Ended(Struct, frozen=True):
    """A response that was ended by override, and what was missing."""

    said: Said
    activation: str
    plan: str
    missing: tuple[str, ...]


class Story:
    """What happened to one incident. It lives as long as the incident is open."""

    def __init__(self) -> None:
        self.verified: Said | None = None
        self.declared: dict[str, Said] = {}
        self.taken: list[Taken] = []
        self.offered: dict[str, Said] = {}
        self.merged: list[tuple[Said, str]] = []
        self.ended: list[Ended] = []
        self.links: dict[str, None] = {}
        self.activations: dict[str, None] = {}
        self.controls: dict[str, None] = {}


class Memory:
    """Folded just before the world, by the same events."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        self.calls = Calls()
        self.dispatches_of: dict[str, dict[str, None]] = {}  # team → its assignments in the world
        self.called_under: dict[str, dict[str, None]] = {}  # agreement → dispatches
        self.activations_of: dict[str, dict[str, None]] = {}  # plan → activations
        self.at_hazard: dict[str, dict[str, None]] = {}  # hazard → incidents
        self.promised: dict[str, dict[str, None]] = {}  # team → activations that hold it for themselves alone
        self.leading: dict[str, None] = {}  # orders that lead people somewhere
        self.endangering: dict[str, None] = {}  # orders that say where it is dangerous or closed
        self.breached: dict[str, None] = {}  # incidents where a one-way flow was broken through
        self.closed_reports: dict[
            str, ReportFacts
        ] = {}  # of incidents that were closed while a report was late

    def story(self, incident: str) -> Story:
        """The story of an incident that is open; an empty one of any other, which nobody keeps."""
        return self.stories.get(incident) or Story()

    def apply(self, recorded: Recorded, world: World) -> None:
        """Fold one event; `world` stands before it. What no watch asks about is passed over."""
        event = recorded.event
        said = Said(recorded.position, recorded.occurred_at, recorded.actor.post_id)
        match event:
            case IncidentReported():
                self.stories[event.incident] = Story()
                if (point := point_of(event.place)) is not None:
                    self.calls.report(Call(event.incident, point, said.at, said.position))
            case IncidentVerified():
                self.story(event.incident).verified = said
                self.calls.act_on(event.incident)
            case IncidentAmended():
                self._moved(event, world)
            case MajorIncidentDeclared():
                self.story(event.incident).declared.setdefault(event.organisation, said)
            case IncidentsLinked():
                self.calls.act_on(event.incident)
                self.calls.act_on(event.other)
            case IncidentMerged():
                self.calls.act_on(event.incident)
                self.calls.act_on(event.into)
                self.story(event.into).merged.append((said, event.incident))
            case IncidentClosed():
                self._closed(event.incident, world)
            case IncidentReopened():
                self._reopened(event, said, world)
            case CommandOffered():
                self.story(event.incident).offered[event.slot] = said
            case CommandTransferred():
                self.story(event.incident).offered.pop(event.slot, None)
                taken = Taken(said, event.slot, event.to_post, event.from_post, event.assumed)
                self.story(event.incident).taken.append(taken)
            case TeamDispatched():
                self.calls.act_on(event.incident)
                self.dispatches_of.setdefault(event.team, {})[event.dispatch] = None
                if event.agreement is not None:
                    self.called_under.setdefault(event.agreement, {})[event.dispatch] = None
            case EntryAdded():
                self._told(event.incident, event.fact, event.value, event.tag)
            case LinkOpened():
                self.story(event.incident).links[event.link] = None
            case ControlOrdered():
                self._ordered(event.incident, event.control, event.kind, shaped=event.shape is not None)
            case ControlLifted():
                self._lifted(event.control)
            case PlanActivated() | PlanStoodBy():
                self._activated(event.incident, event.activation, event.plan, event.version, world)
            case ResponseEnded():
                if event.missing:
                    ended = Ended(said, event.activation, event.plan, event.missing)
                    self.story(event.incident).ended.append(ended)
            case _:
                pass  # the world remembers what else there is

    def _told(self, incident: str, fact: str | None, value: str | None, tag: str | None) -> None:
        if fact == HAZARD_FACT and value:
            self.at_hazard.setdefault(value, {})[incident] = None
        if tag == "one_way_breached":
            self.breached[incident] = None

    def _moved(self, event: IncidentAmended, world: World) -> None:
        """A call that turns out to be somewhere else is a call there."""
        incident = world.incidents.get(event.incident)
        point = point_of(event.place)
        if incident is None or point is None or not is_unattended(world, event.incident):
            return
        self.calls.report(Call(incident.id, point, incident.reported.at, incident.reported.position))

    def _activated(self, incident: str, id: str, plan: str, version: int, world: World) -> None:
        self.story(incident).activations[id] = None
        self.activations_of.setdefault(plan, {})[id] = None
        adopted = world.plans.get(plan)
        pinned = adopted.pinned(version) if adopted is not None else None
        for one in pinned.document.resources if pinned is not None else ():
            if one.team is not None and one.exclusive:
                self.promised.setdefault(one.team, {})[id] = None

    def _reopened(self, event: IncidentReopened, said: Said, world: World) -> None:
        """All that belongs to the incident comes back with it."""
        for incident in (event.as_was, *event.merged):
            story = self.stories[incident.id] = Story()
            story.verified = said if incident.real else None
        self.closed_reports.pop(event.incident, None)
        for dispatch in event.dispatches:
            self.dispatches_of.setdefault(dispatch.team, {})[dispatch.id] = None
            if dispatch.agreement is not None:
                self.called_under.setdefault(dispatch.agreement, {})[dispatch.id] = None
        for entry in event.entries:
            self._told(entry.incident, entry.fact, entry.value, entry.tag)
        for link in event.links:
            self.story(link.incident).links[link.id] = None
        for activation in event.activations:
            self._activated(activation.incident, activation.id, activation.plan, activation.version, world)
        for control in event.controls:
            self._ordered(control.incident, control.id, control.kind, shaped=control.shape is not None)
            if control.lifted_at is not None:
                self._lifted(control.id)

    def _ordered(self, incident: str, id: str, kind: str, *, shaped: bool) -> None:
        """Which orders may clash: whether one does, its shape and its sites say when it is asked."""
        self.story(incident).controls[id] = None
        if kind in ("evacuation", "shelter_in_place"):
            self.leading[id] = None
        elif shaped:
            self.endangering[id] = None

    def _lifted(self, id: str) -> None:
        self.leading.pop(id, None)
        self.endangering.pop(id, None)

    def _closed(self, id: str, world: World) -> None:
        """Let go of everything about an incident, as the world does."""
        self.calls.act_on(id)
        story = self.stories.pop(id, None)
        incident = world.incidents.get(id)
        for dispatch_id in incident.dispatches if incident is not None else ():
            dispatch = world.dispatches.get(dispatch_id)
            if dispatch is not None:
                _drop(self.dispatches_of, dispatch.team, dispatch_id)
                _drop(self.called_under, dispatch.agreement or "", dispatch_id)
        for activation_id in story.activations if story is not None else ():
            activation = world.activations.get(activation_id)
            if activation is not None:
                _drop(self.activations_of, activation.plan, activation_id)
            for team in [team for team, held in self.promised.items() if activation_id in held]:
                _drop(self.promised, team, activation_id)
        for entry in world.told.get(id, {}).values():
            if entry.fact == HAZARD_FACT and entry.value:
                _drop(self.at_hazard, entry.value, id)
        for control in story.controls if story is not None else ():
            self._lifted(control)
        self.breached.pop(id, None)
        for merged in incident.merged if incident is not None else ():
            self._closed(merged, world)


def is_unattended(world: World, id: str) -> bool:
    """Whether nobody has verified, linked, merged or sent anybody to a report."""
    incident = world.incidents.get(id)
    return (
        incident is not None
        and incident.real is None
        and not incident.dispatches
        and not incident.linked
        and incident.merged_into is None
    )


def _drop(tables: dict[str, dict[str, None]], key: str, id: str) -> None:
    if (table := tables.get(key)) is not None:
        table.pop(id, None)
        if not table:
            del tables[key]
