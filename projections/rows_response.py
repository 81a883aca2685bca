"""The rows of the response: plans, activations, tasks, links, orders, warnings, findings, deadlines, reports; one function makes each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from core.activation import Activation, Proposal
from core.adoption import Adopted
from core.control import Control, ControlKind, Evacuated, Ring, Shape, Site
from core.finding import Finding, Severity
from core.link import Link, LinkKind, LinkState
from core.messages import Name
from core.obligation import Obligation
from core.organisation import Level, Organisation
from core.plan.document import PlanKind
from core.report import Filed, ReportKind
from core.scales import ResponseLevel, WarningColour
from core.task import Task, TaskState
from core.warning import Warned, WarningKind


class ValidRow(Struct, frozen=True, rename={"from_": "from"}):
    """Both days included."""

    from_: date
    to: date


class PlanRow(Struct, frozen=True):
    """A plan of the register without its document. `events` are the kinds of incident that it is for; none: any."""

    id: str
    title: Name
    owner: str
    level: Level | None
    version: int
    valid: ValidRow
    levels: tuple[ResponseLevel, ...]
    kind: PlanKind
    events: tuple[str, ...]
    retired: bool


class ActivationRow(Struct, frozen=True):
    """`since` is when it began to stand as it does: stood by, active at this level, or ended."""

    id: str
    plan: str
    version: int
    level: ResponseLevel | None
    incident: str
    state: Literal["stood_by", "active", "ended"]
    at: datetime
    since: datetime
    link: str | None
    cause: str | None
    owner: str
    authority: str | None
    released: bool
    warning: str | None
    by: str
    position: int


class ProposalRow(Struct, frozen=True):
    id: str
    plan: str
    version: int
    level: ResponseLevel
    incident: str
    authority: str
    opened_at: datetime
    due_at: datetime | None
    link: str | None
    position: int


class TaskRow(Struct, frozen=True):
    id: str
    activation: str
    incident: str
    plan_task: str
    title: str
    post: str
    state: TaskState
    opened_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    critical: bool
    evidence: str | None
    duty: str | None
    citation: str | None
    position: int


class LinkRow(Struct, frozen=True):
    """`text` is what was sent. `due_at` is the present addressee's, `first_due_at` that of whom it went to first."""

    id: str
    activation: str
    incident: str
    plan: str
    kind: LinkKind
    plan_link: str
    to_post: str
    to_plan: str | None
    to_level: ResponseLevel | None
    asks: str | None
    state: LinkState
    answered: bool
    text: str
    channel: str | None
    opened_at: datetime
    due_at: datetime | None
    first_due_at: datetime | None
    timed_out: bool
    escalated: tuple[str, ...]
    acknowledged_at: datetime | None
    answered_at: datetime | None
    citation: str | None
    position: int


class ControlRow(Struct, frozen=True):
    id: str
    incident: str
    kind: ControlKind
    area: str
    state: Literal["ordered", "in_force", "lifted"]
    shape: Shape | None
    ring: Ring | None
    executing: str
    by: str
    ordered_at: datetime
    in_force_at: datetime | None
    reviewed_at: datetime | None
    lifted_at: datetime | None
    until: datetime | None
    exceptions: tuple[str, ...]
    evacuated: Evacuated | None
    sites: tuple[Site, ...]
    version: int
    position: int


class WarningRow(Struct, frozen=True):
    id: str
    kind: WarningKind
    hazard_type: str
    colour: WarningColour
    area: str
    text: str
    begins: datetime
    ends: datetime | None
    since: datetime
    addressees: tuple[str, ...]
    acknowledged: tuple[str, ...]
    position: int


class FindingRow(Struct, frozen=True):
    id: str
    rule: str
    subject: str
    severity: Severity
    zh: str
    en: str
    opened_at: datetime
    incident: str | None
    owner: str | None
    acknowledged_by: str | None
    evidence: tuple[int, ...]
    position: int


class ObligationRow(Struct, frozen=True):
    """A deadline that is open. `missed`: the log says that it has passed; a page counts down to `due_at` by itself."""

    id: str
    kind: str
    owner: str
    subject: str
    zh: str
    en: str
    basis_at: datetime
    due_at: datetime
    until: datetime | None
    citation: str
    incident: str | None
    missed: bool


class ReportRow(Struct, frozen=True):
    id: str
    incident: str
    kind: ReportKind
    number: int
    to: str
    by: str
    known_at: datetime
    filed_at: datetime
    late_s: int
    position: int


ResponseRow = (
    PlanRow
    | ActivationRow
    | ProposalRow
    | TaskRow
    | LinkRow
    | ControlRow
    | WarningRow
    | FindingRow
    | ObligationRow
    | ReportRow
)


def plan_row(adopted: Adopted, owner: Organisation | None) -> PlanRow:
    document = adopted.document
    return PlanRow(
        id=adopted.id,
        title=document.title,
        owner=document.owner,
        level=owner.level if owner is not None else None,
        version=adopted.version,
        valid=ValidRow(document.valid.from_, document.valid.to),
        levels=tuple(sorted(document.levels, reverse=True)),
        kind=document.kind,
        events=document.covers.events,
        retired=adopted.retired_at is not None,
    )


def activation_row(one: Activation, adopted: Adopted | None) -> ActivationRow:
    """`adopted` is the version that it is pinned to."""
    state: Literal["stood_by", "active", "ended"] = "stood_by" if one.level is None else "active"
    if one.ended_at is not None:
        state = "ended"
    return ActivationRow(
        id=one.id,
        plan=one.plan,
        version=one.version,
        level=one.level,
        incident=one.incident,
        state=state,
        at=one.at,
        since=one.ended_at or one.level_at or one.at,
        link=one.link,
        cause=one.cause,
        owner=one.owner or (adopted.document.owner if adopted is not None else ""),
        authority=one.authority,
        released=one.released,
        warning=one.warning,
        by=one.by,
        position=one.position,
    )


def proposal_row(one: Proposal) -> ProposalRow:
    return ProposalRow(
        one.id,
        one.plan,
        one.version,
        one.level,
        one.incident,
        one.authority,
        one.opened_at,
        one.due_at,
        one.link,
        one.position,
    )


def task_row(one: Task) -> TaskRow:
    return TaskRow(
        one.id,
        one.activation,
        one.incident,
        one.plan_task,
        one.title,
        one.post,
        one.state,
        one.opened_at,
        one.due_at,
        one.done_at,
        one.critical,
        one.evidence,
        one.duty,
        one.citation,
        one.position,
    )


def link_row(one: Link) -> LinkRow:
    return LinkRow(
        id=one.id,
        activation=one.activation,
        incident=one.incident,
        plan=one.plan,
        kind=one.kind,
        plan_link=one.plan_link,
        to_post=one.to_post,
        to_plan=one.to_plan,
        to_level=one.to_level,
        asks=one.asks,
        state=one.state,
        answered=one.answered,
        text=one.text,
        channel=one.channel,
        opened_at=one.opened_at,
        due_at=one.due_at,
        first_due_at=one.first_due_at,
        timed_out=one.timed_out,
        escalated=one.escalated,
        acknowledged_at=one.acknowledged_at,
        answered_at=one.answered_at,
        citation=one.citation,
        position=one.position,
    )


def control_row(one: Control) -> ControlRow:
    return ControlRow(
        id=one.id,
        incident=one.incident,
        kind=one.kind,
        area=one.area,
        state=one.state,
        shape=one.shape,
        ring=one.ring,
        executing=one.executing,
        by=one.by,
        ordered_at=one.ordered_at,
        in_force_at=one.in_force_at,
        reviewed_at=one.reviewed_at,
        lifted_at=one.lifted_at,
        until=one.until,
        exceptions=one.exceptions,
        evacuated=one.evacuated,
        sites=one.sites,
        version=one.version,
        position=one.position,
    )


def warning_row(one: Warned) -> WarningRow:
    return WarningRow(
        id=one.id,
        kind=one.kind,
        hazard_type=one.hazard_type,
        colour=one.colour,
        area=one.area,
        text=one.text,
        begins=one.begins,
        ends=one.ends,
        since=one.since,
        addressees=one.addressees,
        acknowledged=one.acknowledged,
        position=one.position,
    )


def finding_row(one: Finding) -> FindingRow:
    return FindingRow(
        id=one.id,
        rule=one.rule,
        subject=one.subject,
        severity=one.severity,
        zh=one.zh,
        en=one.en,
        opened_at=one.opened_at,
        incident=one.incident,
        owner=one.owner,
        acknowledged_by=one.acknowledged_by,
        evidence=one.evidence,
        position=one.position,
    )


def obligation_row(one: Obligation, missed: bool) -> ObligationRow:
    return ObligationRow(
        id=one.id,
        kind=one.kind,
        owner=one.owner,
        subject=one.subject,
        zh=one.zh,
        en=one.en,
        basis_at=one.basis_at,
        due_at=one.due_at,
        until=one.until,
        citation=one.citation,
        incident=one.incident,
        missed=missed,
    )


def report_row(incident: str, one: Filed) -> ReportRow:
    return ReportRow(
        f"r-{one.position}",
        incident,
        one.kind,
        one.number,
        one.to,
        one.by,
        one.known_at,
        one.filed_at,
        one.late_s,
        one.position,
    )
