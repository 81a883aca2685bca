"""Incidents 突发事件: reported → verified (or judged false) → closed; amended, merged, linked, reopened.

The grade is derived from consequences, never typed.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec import Struct, structs

from core.activation import Activation, Proposal
from core.control import Control
from core.dispatch import Dispatch
from core.entry import Entry
from core.kinds import Field
from core.link import Link
from core.messages import Command, Event, Id, Line, Place, Stamp, Text
from core.report import Filed
from core.scales import IncidentGrade, grade
from core.task import Task

# --- asked ---


class ReportIncident(Command, frozen=True):
    """Report an incident 接报. Without `incident` the rule numbers it; `said` keeps the sender's own word for kind `other`."""

    kind: Line
    place: Place
    incident: Id | None = None
    field: Field | None = None
    text: Text | None = None
    said: Line | None = None


class VerifyIncident(Command, frozen=True):
    """Say whether a reported incident is real 核实."""

    incident: Id
    real: bool
    reason: Line


class AmendIncident(Command, frozen=True):
    """Change kind, key field or place 更正事件信息; what is left out stays."""

    incident: Id
    kind: Line | None = None
    field: Field | None = None
    place: Place | None = None
    said: Line | None = None


class DeclareMajorIncident(Command, frozen=True):
    """An organisation declares a major incident 宣布重大突发事件, once for itself; everybody on the incident sees it."""

    incident: Id
    reason: Line


class LinkIncidents(Command, frozen=True):
    """Say that two incidents belong together without being one 关联."""

    incident: Id
    other: Id
    reason: Line


class MergeIncident(Command, frozen=True):
    """Two reports are one incident 并案: the dispatches go over, with their origin."""

    incident: Id
    into: Id


class UnmergeIncident(Command, frozen=True):
    """Take a merged incident apart again 撤销并案: its dispatches go back."""

    incident: Id


class CloseIncident(Command, frozen=True):
    """Close an incident 结案; refused with the whole list of what is still open.

    `override_reason` is the way past links that nobody answered and a final report that was not filed; past nothing else.
    """

    incident: Id
    reason: Line
    override_reason: Line | None = None


class ReopenIncident(Command, frozen=True):
    """Open a closed incident again 重新启动; no dispatch is reopened."""

    incident: Id
    reason: Line


IncidentCommand = (
    ReportIncident
    | VerifyIncident
    | AmendIncident
    | DeclareMajorIncident
    | LinkIncidents
    | MergeIncident
    | UnmergeIncident
    | CloseIncident
    | ReopenIncident
)


# --- happened ---


class IncidentReported(Event, frozen=True):
    """事件已接报."""

    incident: str
    kind: str
    field: Field
    place: Place
    text: str | None = None
    said: str | None = None


class IncidentVerified(Event, frozen=True):
    """事件已核实; `real` false: judged a false report 误报."""

    incident: str
    real: bool
    reason: str


class IncidentAmended(Event, frozen=True):
    """事件信息已更正: only what changed."""

    incident: str
    kind: str | None = None
    field: Field | None = None
    place: Place | None = None
    said: str | None = None


class MajorIncidentDeclared(Event, frozen=True):
    """已宣布重大突发事件, by one organisation."""

    incident: str
    organisation: str
    reason: str


class IncidentsLinked(Event, frozen=True):
    """事件已关联."""

    incident: str
    other: str
    reason: str


class IncidentMerged(Event, frozen=True):
    """事件已并案; `dispatches` are those that went over."""

    incident: str
    into: str
    dispatches: tuple[str, ...] = ()


class IncidentUnmerged(Event, frozen=True):
    """并案已撤销; `dispatches` are those that went back."""

    incident: str
    out_of: str
    dispatches: tuple[str, ...] = ()


class IncidentClosed(Event, frozen=True):
    """事件已结案; `passed` is what was left open by the override."""

    incident: str
    reason: str
    override_reason: str | None = None
    passed: tuple[str, ...] = ()


class IncidentReopened(Event, frozen=True):
    """事件已重新启动. It carries the incident as it was, and what was merged into it, since folds let go of closed ones."""

    incident: str
    reason: str
    as_was: Incident
    dispatches: tuple[Dispatch, ...] = ()
    entries: tuple[Entry, ...] = ()
    merged: tuple[Incident, ...] = ()
    reports: tuple[Filed, ...] = ()
    activations: tuple[Activation, ...] = ()
    tasks: tuple[Task, ...] = ()
    links: tuple[Link, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    controls: tuple[Control, ...] = ()
    missed: dict[str, dict[str, datetime]] = {}  # noqa: RUF012  msgspec gives each its own empty one
    waived: dict[str, dict[str, str]] = {}  # noqa: RUF012  as above


IncidentEvent = (
    IncidentReported
    | IncidentVerified
    | IncidentAmended
    | MajorIncidentDeclared
    | IncidentsLinked
    | IncidentMerged
    | IncidentUnmerged
    | IncidentClosed
    | IncidentReopened
)


# --- remembered ---


class Changed(Struct, frozen=True):
    """Who last changed a field, and where the log says so."""

    position: int
    by: str


class Casualty(Struct, frozen=True, omit_defaults=True):
    """One recorded statement of casualties and loss 伤亡与损失; what it did not state is None."""

    position: int
    by: str
    dead: int | None = None
    serious: int | None = None
    injured: int | None = None
    missing: int | None = None
    loss_yuan: int | None = None
    struck: bool = False
    at: datetime | None = None


class Offer(Struct, frozen=True):
    """An open offer of command 指挥权移交中."""

    id: int
    to_post: str
    by: str


class Incident(Struct, frozen=True, omit_defaults=True):
    """An incident as it stands."""

    id: str
    kind: str
    field: Field
    place: Place
    reported: Stamp
    text: str | None = None
    said: str | None = None
    real: bool | None = None
    declared_major: tuple[str, ...] = ()
    casualties: tuple[Casualty, ...] = ()
    dispatches: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    merged_into: str | None = None
    changed: dict[str, Changed] = {}
    holders: dict[str, str] = {}
    offers: dict[str, Offer] = {}
    closed_at: datetime | None = None
    position: int = 0

    def figure(self, name: str) -> int | None:
        """The latest unstruck statement of one figure: dead, serious, injured, missing or loss_yuan."""
        for casualty in reversed(self.casualties):
            if not casualty.struck and (value := getattr(casualty, name)) is not None:
                return int(value)
        return None

    @property
    def grade(self) -> IncidentGrade | None:
        """事故等级, from the latest unstruck figures."""
        if not self.casualties:
            return None
        return grade(self.figure("dead"), self.figure("serious"), self.figure("loss_yuan"))

    @property
    def commander(self) -> str | None:
        """The post that holds overall command 总指挥."""
        return self.holders.get("overall")


def evolve(incident: Incident | None, event: IncidentEvent, stamp: Stamp, by: str) -> Incident:
    """The incident after an event that happened at `stamp` by the post `by`. Total: an unreported one becomes a bare one."""
    if isinstance(event, IncidentReported):
        return Incident(
            event.incident,
            event.kind,
            event.field,
            event.place,
            stamp,
            event.text,
            event.said,
            position=stamp.position,
        )
    before = incident or Incident(event.incident, "other", "city_operation", Place(text="—"), stamp)
    position = stamp.position
    match event:
        case IncidentVerified():
            judged = {**before.changed, "real": Changed(position, by)}
            return structs.replace(before, real=event.real, changed=judged, position=position)
        case IncidentAmended():
            changed = dict(before.changed)
            for name in ("kind", "field", "place"):
                if getattr(event, name) is not None:
                    changed[name] = Changed(position, by)
            return structs.replace(
                before,
                kind=event.kind or before.kind,
                field=event.field or before.field,
                place=event.place or before.place,
                said=event.said or (before.said if event.kind is None else None),
                changed=changed,
                position=position,
            )
        case MajorIncidentDeclared():
            declared = (*before.declared_major, event.organisation)
            return structs.replace(before, declared_major=declared, position=position)
        case IncidentsLinked():
            return structs.replace(before, linked=(*before.linked, event.other), position=position)
        case IncidentMerged():
            return structs.replace(before, merged_into=event.into, dispatches=(), position=position)
        case IncidentUnmerged():
            return structs.replace(before, merged_into=None, dispatches=event.dispatches, position=position)
        case IncidentClosed():
            return structs.replace(before, closed_at=stamp.at, position=position)
        case IncidentReopened():
            return structs.replace(event.as_was, closed_at=None, position=position)
        case _:
            assert_never(event)
