"""The rows of orders, warnings, findings, deadlines and reports; one function makes each."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from core.control import Control, ControlKind, Evacuated, Ring, Shape, Site
from core.finding import Finding, Severity
from core.obligation import Obligation
from core.report import Filed, ReportKind
from core.scales import WarningColour
from core.warning import Warned, WarningKind
from projections.rows_plans import ActivationRow, LinkRow, PlanRow, ProposalRow, TaskRow


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
