"""What a rule looks at: the world, the memory beside it, and small questions that several rules ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

from core.control import Control
from core.dispatch import Dispatch
from core.entry import Entry
from core.incident import Incident
from core.messages import Stamp
from core.watch.candidate import Candidate
from core.watch.memory import Memory
from core.world import World

BEIJING = timezone(timedelta(hours=8))


class View:
    """The world and the memory at one position. Rules read it and change nothing."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.memory = Memory()

    def incident(self, id: str) -> Incident | None:
        """An incident that is open and not part of another."""
        found = self.world.incidents.get(id)
        gone = found is None or found.closed_at is not None or found.merged_into is not None
        return None if gone else found

    def told(self, incident: str) -> Iterator[Entry]:
        """The unstruck entries of an incident that carry a fact, a condition or a tag."""
        for entry in self.world.told.get(incident, {}).values():
            if not entry.struck:
                yield entry

    def dispatches(self, incident: Incident) -> Iterator[Dispatch]:
        for id in incident.dispatches:
            if (found := self.world.dispatches.get(id)) is not None:
                yield found

    def controls(self, incident: str) -> Iterator[Control]:
        for id in self.memory.story(incident).controls:
            if (found := self.world.controls.get(id)) is not None:
                yield found

    def owner_of(self, dispatch: Dispatch) -> str:
        """The organisation of a dispatch's team."""
        team = self.world.teams.get(dispatch.team)
        return team.organisation if team is not None else dispatch.team

    @property
    def district(self) -> str | None:
        root = self.world.root
        return f"{root.id}/duty" if root is not None else None

    def in_charge(self, incident: Incident) -> str | None:
        """Who owns a finding about an incident: its commander, else the district's duty desk."""
        return incident.commander or self.district


Rule = Callable[[View, str], Iterator[Candidate]]
"""A rule is asked about one thing, by its id, and says which conditions run for it."""


def first_arrival(view: View, incident: Incident) -> Stamp | None:
    """When the first team was there."""
    stamps = [
        stamp
        for dispatch in view.dispatches(incident)
        if (stamp := dispatch.on_scene or dispatch.working) is not None and stamp.precision != "unknown"
    ]
    return min(stamps, key=lambda stamp: (stamp.at, stamp.position), default=None)


def clock_time(at: datetime) -> str:
    """Hours and minutes in Beijing time, as people in the district read them."""
    return at.astimezone(BEIJING).strftime("%H:%M")


def organisation_of(post: str) -> str:
    return post.partition("/")[0]


def line(text: str) -> str:
    """As much as fits a line of the log."""
    return text if len(text) <= 200 else text[:199] + "…"
