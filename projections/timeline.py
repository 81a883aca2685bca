"""The timeline 时间线: a bounded window of what happened last, as sentences. What was struck stays in it, marked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct, structs

from core import (
    activation,
    adoption,
    clock,
    control,
    dispatch,
    finding,
    hazard,
    incident,
    leadership,
    link,
    organisation,
    task,
    team,
    warning,
)
from core.agreement import AgreementSigned
from core.casualty import CasualtiesRecorded
from core.catalogue import AnyEvent, Recorded
from core.clock import now_of
from core.drill import DrillRecorded
from core.entry import EntryAdded, EntryEvent, EntryRestored, EntryStruck
from core.operation import CommandRefused, OperationOpened
from core.register import RegisterEntered
from core.report import ReportFiled
from core.tables import Tables
from projections.names import Names, Said
from projections.sentences import say

TIMELINE_ENTRIES_MAX = 500
LATE_ENTRY_S = 120
"""Written down later than this after it happened: a late entry (review: delay marks). Configuration, not a rule."""

Kind = Literal[
    "incident",
    "team",
    "dispatch",
    "entry",
    "organisation",
    "operation",
    "refusal",
    "clock",
    "plan",
    "task",
    "link",
    "control",
    "warning",
    "hazard",
    "report",
    "finding",
]

_KIND_OF_UNION: tuple[tuple[Any, Kind], ...] = (
    (clock.ClockEvent, "clock"),
    (organisation.OrganisationEvent, "organisation"),
    (team.TeamEvent, "team"),
    (incident.IncidentEvent, "incident"),
    (leadership.LeadershipEvent, "incident"),
    (EntryEvent, "entry"),
    (dispatch.DispatchEvent, "dispatch"),
    (adoption.AdoptionEvent, "plan"),
    (activation.ActivationEvent, "plan"),
    (task.TaskEvent, "task"),
    (link.LinkEvent, "link"),
    (control.ControlEvent, "control"),
    (warning.WarningEvent, "warning"),
    (hazard.HazardEvent, "hazard"),
    (finding.FindingEvent, "finding"),
    (finding.ObligationEvent, "finding"),
)
KIND_OF: dict[type[Any], Kind] = {
    OperationOpened: "operation",
    CommandRefused: "refusal",
    CasualtiesRecorded: "incident",
    AgreementSigned: "plan",
    DrillRecorded: "plan",
    RegisterEntered: "plan",
    activation.ActivationProposed: "plan",
    activation.ProposalDeclined: "plan",
    ReportFiled: "report",
    **{event: kind for union, kind in _KIND_OF_UNION for event in get_args(union)},
}

_SIGNIFICANT = frozenset(
    {
        OperationOpened,
        incident.IncidentReported,
        incident.MajorIncidentDeclared,
        incident.IncidentMerged,
        incident.IncidentClosed,
        incident.IncidentReopened,
        CasualtiesRecorded,
        leadership.CommandTransferred,
        clock.ClockStarted,
        clock.ClockPaused,
        clock.ClockResumed,
        clock.ClockJumped,
        activation.PlanStoodBy,
        activation.PlanActivated,
        activation.ResponseLevelChanged,
        activation.ResponseEnded,
        link.LinkDeclined,
        link.LinkTimedOut,
        control.ControlOrdered,
        control.ControlLifted,
        warning.WarningIssued,
        warning.SignalRelayed,
        warning.WarningUpdated,
        warning.WarningCancelled,
        ReportFiled,
    }
)
_MAY_BE_LATE = frozenset({"incident", "team", "dispatch", "entry"})
_NOT_AN_ARGUMENT = frozenset(
    {
        "organisations",
        "teams",
        "as_was",
        "entries",
        "asked",
        "briefing",
        "zh",
        "en",
        "document",
        "elements",
        "file",
    }
)
"""Fields that hold whole tables, a whole command or a whole sentence: they stay in the log."""


class Entry(Struct, frozen=True):
    """One line of the timeline."""

    position: int
    kind: Kind
    type: str
    incident: str | None
    team: str | None
    args: dict[str, Any]
    text: Said
    post: str
    occurred_at: datetime
    precision: str
    recorded_at: datetime
    significant: bool
    late: bool
    struck: bool


class _Asked(Struct):
    """What a refused command was about, as far as it says so."""

    incident: str | None = None
    team: str | None = None


_asked_decoder = msgspec.json.Decoder(_Asked)


class Timeline:
    """The newest entries of one operation, in the order of their positions."""

    def __init__(
        self, tables: Tables, entries: Iterable[Entry] = (), entries_max: int | None = TIMELINE_ENTRIES_MAX
    ) -> None:
        """`entries_max` None: for one matter's whole story, which is bounded by what is read of it."""
        self._entries_max = entries_max
        self._names = Names(tables)
        self._tables = tables
        self._entries = OrderedDict((entry.position, entry) for entry in entries)

    def note(self, recorded: Recorded) -> list[Entry]:
        """Add the entry of an event that the tables hold already. Returns it, and the one that it struck or restored."""
        changed: list[Entry] = []
        event = recorded.event
        if isinstance(event, EntryStruck | EntryRestored):
            marked = self._entries.get(event.corrects)
            if marked is not None:
                marked = structs.replace(marked, struck=isinstance(event, EntryStruck))
                self._entries[marked.position] = marked
                changed.append(marked)
        entry = self._entry(recorded)
        self._entries[entry.position] = entry
        changed.append(entry)
        if self._entries_max is not None and len(self._entries) > self._entries_max:
            gone, _ = self._entries.popitem(last=False)
            changed = [one for one in changed if one.position != gone]
        return changed

    def entries(self) -> list[Entry]:
        """Newest last."""
        return list(self._entries.values())

    def _entry(self, recorded: Recorded) -> Entry:
        event = recorded.event
        kind = KIND_OF[type(event)]
        about, of_team = getattr(event, "incident", None), getattr(event, "team", None)
        if isinstance(event, CommandRefused):
            asked = _asked_of(event)
            about, of_team = asked.incident, asked.team
        return Entry(
            position=recorded.position,
            kind=kind,
            type=recorded.type,
            incident=about,
            team=of_team,
            args=_arguments(event),
            text=say(event, self._names, recorded.actor),
            post=recorded.actor.post_id,
            occurred_at=recorded.occurred_at,
            precision=recorded.precision,
            recorded_at=recorded.recorded_at,
            significant=_is_significant(event),
            late=kind in _MAY_BE_LATE and self._is_late(recorded),
            struck=False,
        )

    def _is_late(self, recorded: Recorded) -> bool:
        """Told after its assignment had ended, or long after it happened. An import tells everything when it is played."""
        if getattr(recorded.event, "late", False):
            return True
        clock = self._tables.clock
        if recorded.source == "import" or (clock is not None and recorded.recorded_at < clock.real0):
            return False  # of the time before this clock ran, it can say nothing
        now = now_of(clock, recorded.recorded_at)
        return now - recorded.occurred_at > timedelta(seconds=LATE_ENTRY_S)


def _is_significant(event: AnyEvent) -> bool:
    """What a duty lead would want to read who looks only once in an hour."""
    match event:
        case incident.IncidentVerified():
            return not event.real
        case dispatch.TeamWithdrawn():
            return event.reason == "danger"
        case dispatch.CrewAccountedFor():
            return event.missing > 0
        case team.TeamTakenOutOfService():
            return event.dispatch is not None
        case EntryAdded():
            return event.tag is not None
        case finding.FindingRaised():
            return event.severity == "critical"
        case _:
            return type(event) in _SIGNIFICANT


def _arguments(event: AnyEvent) -> dict[str, Any]:
    """What the sentence was made of, for programs: the fields of the event that say something."""
    found: dict[str, Any] = {}
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if value is not None and value != () and name not in _NOT_AN_ARGUMENT:
            found[name] = value
    return found


def _asked_of(event: CommandRefused) -> _Asked:
    try:
        return _asked_decoder.decode(event.asked)
    except msgspec.MsgspecError:
        return _Asked()  # the command has fields of these names that mean something else
