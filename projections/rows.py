"""The rows of the board, one shape for each kind, and the one function that makes each from things of the world."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from core.clock import Clock
from core.dispatch import Dispatch
from core.incident import Incident
from core.messages import Name, Place, Stamp
from core.operation import Operation, OperationKind
from core.organisation import Level, Organisation
from core.scales import IncidentGrade
from core.team import Team
from projections.rows_response import ResponseRow
from projections.targets import due

ResponseKind = Literal[
    "plan", "activation", "proposal", "task", "link", "control", "warning", "finding", "obligation", "report"
]
"""Kinds of rows of the response: projections/rows_response.py."""
RowKind = Literal["operation", "organisation", "team", "incident", "dispatch"] | ResponseKind
KINDS: tuple[RowKind, ...] = (
    "operation",
    "organisation",
    "team",
    "incident",
    "dispatch",
    "plan",
    "activation",
    "proposal",
    "task",
    "link",
    "control",
    "warning",
    "finding",
    "obligation",
    "report",
)

MILESTONES = (
    "ordered",
    "acknowledged",
    "en_route",
    "on_scene",
    "working",
    "left_scene",
    "at_hospital",
    "released",
    "returned",
    "cancelled",
    "diverted",
    "failed",
)
"""In the order in which they come when everything is reported as it happens."""


class ClockRow(Struct, frozen=True):
    """The exercise clock: sim = sim0 + (now − real0) · rate while it runs, sim0 while it is paused."""

    real0: datetime
    sim0: datetime
    rate: tuple[int, int]
    paused: bool


class OperationRow(Struct, frozen=True):
    id: str
    kind: OperationKind
    title: str
    clock: ClockRow | None


class OrganisationRow(Struct, frozen=True):
    id: str
    name: Name
    level: Level
    parent: str | None
    state: Literal["active", "dissolved", "merged"]


class TeamRow(Struct, frozen=True):
    """`dispatch` is the open assignment, or the one that it was released from and has not returned from."""

    id: str
    name: Name
    organisation: str
    kind: str
    strength: int
    base: Place | None
    state: str
    incident: str | None
    dispatch: str | None
    since: datetime | None
    due_at: datetime | None
    due_rule: str | None
    lon: float | None
    lat: float | None
    precision: Literal["base", "scene"] | None


class IncidentRow(Struct, frozen=True):
    id: str
    kind: str
    field: str
    text: str
    place: Place
    state: Literal["reported", "verified", "false_alarm", "merged"]
    grade: IncidentGrade | None
    declared_major: bool
    reported_at: datetime
    reported_precision: str
    dead: int | None
    serious: int | None
    injured: int | None
    missing: int | None
    loss_yuan: int | None
    commander: str | None
    teams: int
    dispatches: tuple[str, ...]
    merged_into: str | None
    position: int


class MilestoneRow(Struct, frozen=True, omit_defaults=True):
    """`late` 补录: written down after a later stage had been."""

    at: datetime
    precision: str
    source: str
    position: int
    late: bool = False
    corrected: bool = False


class DispatchRow(Struct, frozen=True):
    id: str
    team: str
    incident: str
    state: str
    milestones: dict[str, MilestoneRow]


Row = OperationRow | OrganisationRow | TeamRow | IncidentRow | DispatchRow | ResponseRow


class RowChange(Struct, frozen=True, array_like=True):
    """One row as it is after `position`, or None where it is gone."""

    kind: RowKind
    id: str
    position: int
    row: Row | None


def clock_row(clock: Clock | None) -> ClockRow | None:
    if clock is None:
        return None
    return ClockRow(clock.real0, clock.sim0, (clock.rate_n, clock.rate_d), clock.paused)


def operation_row(operation: Operation, clock: Clock | None) -> OperationRow:
    return OperationRow(operation.id, operation.kind, operation.title, clock_row(clock))


def organisation_row(one: Organisation) -> OrganisationRow:
    state: Literal["active", "dissolved", "merged"] = "active"
    if one.merged_into is not None:
        state = "merged"
    elif one.dissolved:
        state = "dissolved"
    return OrganisationRow(one.id, one.name, one.level, one.parent, state)


def team_row(team: Team, last: Dispatch | None, scene: Place | None) -> TeamRow:
    """`last` is the team's open assignment, else its latest one that the world still holds; `scene` is where that is."""
    state, since, dispatch = "available", team.since, None
    if not team.in_service:
        state = "out_of_service"
    elif last is not None and (last.open or last.state == "released"):
        state, since, dispatch = last.state, _since(last), last.id
    elif last is not None:
        since = _since(last) or since
    bound = last if last is not None and last.open and dispatch is not None else None
    expected = due(bound, team.kind) if bound is not None else None
    there = scene if bound is not None and state in ("on_scene", "working") else None
    shown = there if there is not None and there.lon is not None else team.base
    known = shown is not None and shown.lon is not None
    return TeamRow(
        id=team.id,
        name=team.name,
        organisation=team.organisation,
        kind=team.kind,
        strength=team.strength,
        base=team.base,
        state=state,
        incident=bound.incident if bound is not None else None,
        dispatch=dispatch,
        since=since,
        due_at=expected[0] if expected is not None else None,
        due_rule=expected[1] if expected is not None else None,
        lon=shown.lon if shown is not None else None,
        lat=shown.lat if shown is not None else None,
        precision=None if not known else "scene" if shown is there else "base",
    )


def _since(dispatch: Dispatch) -> datetime | None:
    """When the state was reached, as far as anybody reported it."""
    stamp: Stamp | None = dispatch.diverted or getattr(dispatch, dispatch.state)
    return stamp.at if stamp is not None else None


def incident_row(incident: Incident, teams: int) -> IncidentRow:
    """`teams` counts its open assignments."""
    state: Literal["reported", "verified", "false_alarm", "merged"] = "reported"
    if incident.merged_into is not None:
        state = "merged"
    elif incident.real is not None:
        state = "verified" if incident.real else "false_alarm"
    return IncidentRow(
        id=incident.id,
        kind=incident.kind,
        field=incident.field,
        text=incident.text or incident.said or "",
        place=incident.place,
        state=state,
        grade=incident.grade,
        declared_major=bool(incident.declared_major),
        reported_at=incident.reported.at,
        reported_precision=incident.reported.precision,
        dead=incident.figure("dead"),
        serious=incident.figure("serious"),
        injured=incident.figure("injured"),
        missing=incident.figure("missing"),
        loss_yuan=incident.figure("loss_yuan"),
        commander=incident.commander,
        teams=teams,
        dispatches=incident.dispatches,
        merged_into=incident.merged_into,
        position=incident.position,
    )


def dispatch_row(dispatch: Dispatch) -> DispatchRow:
    milestones: dict[str, MilestoneRow] = {}
    first_after = None
    for name in reversed(MILESTONES):
        stamp: Stamp | None = getattr(dispatch, name)
        if stamp is None:
            continue
        late = not stamp.corrected and first_after is not None and first_after < stamp.position
        milestones[name] = MilestoneRow(
            stamp.at, stamp.precision, stamp.source, stamp.position, late, stamp.corrected
        )
        first_after = stamp.position if first_after is None else min(first_after, stamp.position)
    return DispatchRow(
        dispatch.id,
        dispatch.team,
        dispatch.incident,
        dispatch.state,
        dict(reversed(milestones.items())),
    )
