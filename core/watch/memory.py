"""What the watches remember beside the world: times and facts that no rule of command needs."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, structs

from core.casualty import CasualtiesRecorded
from core.catalogue import Recorded
from core.dispatch import CrewAccountedFor, TeamWithdrawn
from core.entry import EntryAdded, EntryRestored, EntryStruck
from core.hazard import CrowdMeasureDecided, CrowdReadingRecorded
from core.incident import IncidentClosed, IncidentReopened, IncidentVerified, MajorIncidentDeclared


class Told(Struct, frozen=True, omit_defaults=True):
    """One thing that somebody said about an incident, and when."""

    position: int
    at: datetime
    by: str
    tag: str | None = None
    fact: str | None = None
    value: str | None = None
    condition: str | None = None
    text: str | None = None
    struck: bool = False


class Figures(Struct, frozen=True):
    """One casualty record with its time."""

    position: int
    at: datetime
    dead: int | None
    serious: int | None
    injured: int | None
    missing: int | None
    struck: bool = False


class Crowd(Struct, frozen=True, omit_defaults=True):
    """A monitored point: since when it is at or over which threshold, and the last decision."""

    point: str
    value: int = 0
    threshold: int = 0
    over_since: datetime | None = None
    over_position: int = 0
    below_since: datetime | None = None
    decided_at: datetime | None = None
    decided_position: int = 0


class Story(Struct, frozen=True, omit_defaults=True):
    """What was said about one incident."""

    verified_at: datetime | None = None
    verified_position: int = 0
    declared: dict[str, Told] = {}
    told: tuple[Told, ...] = ()
    figures: tuple[Figures, ...] = ()
    withdrawn: dict[str, Told] = {}
    counted: dict[str, Told] = {}


class Memory:
    """Folded beside the world, by the same events."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        self.crowds: dict[str, Crowd] = {}

    def story(self, incident: str) -> Story:
        return self.stories.get(incident, _NOTHING)

    def apply(self, recorded: Recorded) -> None:
        """Fold one event; those that no watch asks about are passed over."""
        event = recorded.event
        told = Told(recorded.position, recorded.occurred_at, recorded.actor.post_id)
        match event:
            case IncidentVerified():
                self._change(event.incident, verified_at=told.at, verified_position=told.position)
            case MajorIncidentDeclared():
                declared = {**self.story(event.incident).declared, event.organisation: told}
                self._change(event.incident, declared=declared)
            case EntryAdded():
                said = structs.replace(
                    told,
                    tag=event.tag,
                    fact=event.fact,
                    value=event.value,
                    condition=event.condition,
                    text=event.text,
                )
                self._change(event.incident, told=(*self.story(event.incident).told, said))
            case EntryStruck() | EntryRestored():
                self._mark(event.incident, event.corrects, struck=isinstance(event, EntryStruck))
            case CasualtiesRecorded():
                figures = Figures(
                    told.position, told.at, event.dead, event.serious, event.injured, event.missing
                )
                self._change(event.incident, figures=(*self.story(event.incident).figures, figures))
            case TeamWithdrawn():
                said = structs.replace(told, text=event.reason)
                self._change(
                    event.incident, withdrawn={**self.story(event.incident).withdrawn, event.dispatch: said}
                )
            case CrewAccountedFor():
                self._change(
                    event.incident, counted={**self.story(event.incident).counted, event.dispatch: told}
                )
            case CrowdReadingRecorded():
                self._reading(recorded, event)
            case CrowdMeasureDecided():
                crowd = self.crowds.get(event.point, Crowd(event.point))
                self.crowds[event.point] = structs.replace(
                    crowd, decided_at=told.at, decided_position=told.position, over_since=None
                )
            case IncidentClosed():
                self.stories.pop(event.incident, None)
            case IncidentReopened():
                self.stories[event.incident] = _NOTHING
            case _:
                pass  # the world remembers what else there is

    def _change(self, incident: str, **changes: object) -> None:
        self.stories[incident] = structs.replace(self.story(incident), **changes)

    def _mark(self, incident: str, position: int, *, struck: bool) -> None:
        story = self.story(incident)
        told = tuple(
            structs.replace(one, struck=struck) if one.position == position else one for one in story.told
        )
        figures = tuple(
            structs.replace(one, struck=struck) if one.position == position else one for one in story.figures
        )
        self._change(incident, told=told, figures=figures)

    def _reading(self, recorded: Recorded, event: CrowdReadingRecorded) -> None:
        before = self.crowds.get(event.point, Crowd(event.point))
        over = event.value >= event.threshold
        at, position = recorded.occurred_at, recorded.position
        starts = over and (before.over_since is None or event.threshold > before.threshold)
        self.crowds[event.point] = structs.replace(
            before,
            value=event.value,
            threshold=event.threshold,
            over_since=(at if starts else before.over_since) if over else before.over_since,
            over_position=position if starts else before.over_position,
            below_since=None if over else (before.below_since or at),
        )


_NOTHING = Story()
