"""What the metrics remember of an operation: the instants of each assignment and of each report. It computes no interval.

Unlike the world it lets go of nothing, since a percentile rests on every assignment there ever was: a few hundred bytes each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from msgspec import Struct, field

from core.catalogue import Recorded
from core.dispatch import (
    DispatchAcknowledged,
    DispatchCancelled,
    DispatchMilestoneCorrected,
    TeamArrived,
    TeamDeparted,
    TeamDispatched,
    TeamReleased,
    TeamReturned,
    WorkStarted,
)
from core.entry import EntryAdded, EntryRestored, EntryStruck
from core.incident import IncidentMerged, IncidentReported, IncidentUnmerged
from core.messages import Precision
from core.operation import OperationOpened
from core.team import TeamAmended, TeamRegistered, TeamTakenOutOfService

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

SECOND, MINUTE, IMPRECISE, UNKNOWN = 0, 1, 2, 3
"""How well an instant is known. The last two make no interval."""
_GRADE: dict[Precision, int] = {
    "second": SECOND,
    "minute": MINUTE,
    "hour": IMPRECISE,
    "approximate": IMPRECISE,
    "unknown": UNKNOWN,
}
_GRADE_BITS = 2

Mark = int
"""An instant in one integer: microseconds since 1970, then two bits for how well it is known. Marks sort by time."""


def mark(at: datetime, precision: Precision) -> Mark:
    return ((at - _EPOCH) // _MICROSECOND << _GRADE_BITS) | _GRADE[precision]


def grade_of(mark: Mark) -> int:
    return mark & 3


def microseconds(mark: Mark) -> int:
    return mark >> _GRADE_BITS


class Marks(Struct):
    """One assignment: whose, for which incident, and when each milestone was. `diverted` is when another order took the team."""

    team: str
    incident: str
    ordered: Mark | None = None
    acknowledged: Mark | None = None
    en_route: Mark | None = None
    on_scene: Mark | None = None
    working: Mark | None = None
    left_scene: Mark | None = None
    at_hospital: Mark | None = None
    released: Mark | None = None
    returned: Mark | None = None
    cancelled: Mark | None = None
    failed: Mark | None = None
    diverted: Mark | None = None


class Report(Struct):
    """One incident: when it was first reported, and what it was merged into."""

    reported: Mark
    merged_into: str | None = None


class MedicalEntry(Struct):
    """An entry that set a medical milestone. While it is struck, `at` is what a restoring brings back."""

    milestone: str
    at: Mark | None
    struck: bool = False


class Register(Struct):
    """All of it; encodes to bytes as it is."""

    operation: str = ""
    position: int = 0
    incidents: dict[str, Report] = field(default_factory=dict[str, Report])
    dispatches: dict[str, Marks] = field(default_factory=dict[str, Marks])
    entries: dict[str, dict[int, MedicalEntry]] = field(default_factory=dict[str, dict[int, MedicalEntry]])
    team_kinds: dict[str, str] = field(default_factory=dict[str, str])

    def root(self, incident: str) -> str:
        """The incident that counts for this one: what it was merged into, or itself. Merging is never deeper than one step."""
        report = self.incidents.get(incident)
        return incident if report is None or report.merged_into is None else report.merged_into


def fold(register: Register, recorded: Recorded) -> None:
    """Remember what one event says. Total: events of no interest change nothing but the position."""
    register.operation, register.position = recorded.operation, recorded.position
    kind = type(recorded.event)
    if (untimed := UNTIMED.get(kind)) is not None:
        untimed(register, recorded.event)
    elif (milestone := MILESTONE_OF.get(kind)) is not None:
        event = cast("TeamArrived", recorded.event)  # or one of its kin in the table: each names its dispatch
        if (marks := register.dispatches.get(event.dispatch)) is not None:
            setattr(marks, milestone, _stamp(recorded))
    elif (timed := TIMED.get(kind)) is not None:
        timed(register, recorded, recorded.event)


def _stamp(recorded: Recorded) -> Mark:
    return mark(recorded.occurred_at, recorded.precision)


# --- events whose time does not matter ---


def _opened(register: Register, event: OperationOpened) -> None:
    for team in event.teams:
        register.team_kinds[team.id] = team.kind


def _registered(register: Register, event: TeamRegistered | TeamAmended) -> None:
    register.team_kinds[event.team] = event.kind


def _merged(register: Register, event: IncidentMerged) -> None:
    if (report := register.incidents.get(event.incident)) is not None:
        report.merged_into = event.into
    _move(register, event.dispatches, event.into)


def _unmerged(register: Register, event: IncidentUnmerged) -> None:
    if (report := register.incidents.get(event.incident)) is not None:
        report.merged_into = None
    _move(register, event.dispatches, event.incident)


def _move(register: Register, moved: tuple[str, ...], incident: str) -> None:
    for id in moved:
        if (marks := register.dispatches.get(id)) is not None:
            marks.incident = incident


def _corrected(register: Register, event: DispatchMilestoneCorrected) -> None:
    if (marks := register.dispatches.get(event.dispatch)) is not None:
        setattr(marks, event.milestone, None if event.to is None else mark(event.to, event.precision))


def _struck(register: Register, event: EntryStruck | EntryRestored) -> None:
    """As the world does it: a strike clears the time as it stands, unless another entry has set it anew meanwhile."""
    entries = register.entries.get(event.dispatch or "", {})
    entry = entries.get(event.corrects)
    marks = register.dispatches.get(event.dispatch or "")
    if entry is None or marks is None:
        return
    entry.struck = isinstance(event, EntryStruck)
    if not entry.struck:
        if entry.at is not None:
            setattr(marks, entry.milestone, entry.at)
        return
    set_anew = any(
        position > event.corrects and other.milestone == entry.milestone and not other.struck
        for position, other in entries.items()
    )
    entry.at = None if set_anew else getattr(marks, entry.milestone)
    if not set_anew:
        setattr(marks, entry.milestone, None)


UNTIMED: dict[type[Any], Callable[[Register, Any], None]] = {
    OperationOpened: _opened,
    TeamRegistered: _registered,
    TeamAmended: _registered,
    IncidentMerged: _merged,
    IncidentUnmerged: _unmerged,
    DispatchMilestoneCorrected: _corrected,
    EntryStruck: _struck,
    EntryRestored: _struck,
}


# --- events that say when ---


def _reported(register: Register, recorded: Recorded, event: IncidentReported) -> None:
    if event.incident not in register.incidents:
        register.incidents[event.incident] = Report(_stamp(recorded))


def _dispatched(register: Register, recorded: Recorded, event: TeamDispatched) -> None:
    register.dispatches[event.dispatch] = Marks(event.team, event.incident, _stamp(recorded))


def _worked(register: Register, recorded: Recorded, event: WorkStarted) -> None:
    if not event.resumed and (marks := register.dispatches.get(event.dispatch)) is not None:
        marks.working = _stamp(recorded)


def _cancelled(register: Register, recorded: Recorded, event: DispatchCancelled) -> None:
    if (marks := register.dispatches.get(event.dispatch)) is None:
        return
    if event.reason == "diverted":
        marks.diverted = _stamp(recorded)
    else:
        marks.cancelled = _stamp(recorded)


def _failed(register: Register, recorded: Recorded, event: TeamTakenOutOfService) -> None:
    if (marks := register.dispatches.get(event.dispatch or "")) is not None:
        marks.failed = _stamp(recorded)


def _noted(register: Register, recorded: Recorded, event: EntryAdded) -> None:
    if event.milestone is None or event.dispatch is None:
        return
    at = _stamp(recorded)
    entries = register.entries.setdefault(event.dispatch, {})
    entries[recorded.position] = MedicalEntry(event.milestone, at)
    if (marks := register.dispatches.get(event.dispatch)) is not None:
        setattr(marks, event.milestone, at)


MILESTONE_OF: dict[type[Any], str] = {
    DispatchAcknowledged: "acknowledged",
    TeamDeparted: "en_route",
    TeamArrived: "on_scene",
    TeamReleased: "released",
    TeamReturned: "returned",
}
TIMED: dict[type[Any], Callable[[Register, Recorded, Any], None]] = {
    IncidentReported: _reported,
    TeamDispatched: _dispatched,
    WorkStarted: _worked,
    DispatchCancelled: _cancelled,
    TeamTakenOutOfService: _failed,
    EntryAdded: _noted,
}
