"""Findings 发现 of the watches, as they were shown; and obligations 时限 that were waived or missed. Derived, then recorded once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.messages import Command, Event, Line

Severity = Literal["critical", "warning", "notice"]
"""严重 | 警告 | 提示."""
FindingId = Annotated[
    str, Meta(min_length=3, max_length=200, description="rule|subject|position of the start")
]


# --- asked ---


class RaiseFinding(Command, frozen=True):
    """The watch saw it 哨兵发现 (asked by the system of itself)."""

    finding: FindingId
    rule: Line
    subject: Line
    severity: Severity
    opened_at: datetime
    zh: Line
    en: Line
    owner: Line | None = None
    incident: Line | None = None
    evidence: Annotated[tuple[int, ...], Meta(max_length=200)] = ()


class ClearFinding(Command, frozen=True):
    """The log says that it is over 发现消除 (asked by the system of itself)."""

    finding: FindingId
    cleared_at: datetime
    note: Line | None = None


class AcknowledgeFinding(Command, frozen=True):
    """To own it 认领; not that it is solved."""

    finding: FindingId


class MissObligation(Command, frozen=True):
    """A deadline has passed 时限已过 (asked by the system of itself)."""

    obligation: FindingId
    due_at: datetime


class WaiveObligation(Command, frozen=True):
    """It need not be met, and why 豁免时限."""

    obligation: FindingId
    reason: Line


FindingCommand = RaiseFinding | ClearFinding | AcknowledgeFinding | MissObligation | WaiveObligation


# --- happened ---


class FindingRaised(Event, frozen=True):
    """发现已提出; `opened_at` is when it became true."""

    finding: str
    rule: str
    subject: str
    severity: Severity
    opened_at: datetime
    zh: str
    en: str
    owner: str | None = None
    incident: str | None = None
    evidence: tuple[int, ...] = ()


class FindingCleared(Event, frozen=True):
    """发现已消除."""

    finding: str
    rule: str
    cleared_at: datetime
    incident: str | None = None
    note: str | None = None


class FindingAcknowledged(Event, frozen=True):
    """发现已认领."""

    finding: str
    rule: str
    incident: str | None = None


class ObligationMissed(Event, frozen=True):
    """时限已过."""

    obligation: str
    kind: str
    owner: str
    due_at: datetime
    incident: str | None = None


class ObligationWaived(Event, frozen=True):
    """时限已豁免."""

    obligation: str
    reason: str
    incident: str | None = None


FindingEvent = FindingRaised | FindingCleared | FindingAcknowledged
ObligationEvent = ObligationMissed | ObligationWaived


# --- remembered ---


class Finding(Struct, frozen=True, omit_defaults=True):
    """A finding that stands."""

    id: str
    rule: str
    subject: str
    severity: Severity
    opened_at: datetime
    zh: str
    en: str
    position: int
    owner: str | None = None
    incident: str | None = None
    evidence: tuple[int, ...] = ()
    acknowledged_by: str | None = None
