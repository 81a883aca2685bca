"""Reports 信息报告: 首报, 续报, 终报. Lateness is computed from `known_at`, never confessed; a report is corrected by a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.messages import Command, Event, Id, Line, Moment, PostId, Text

ReportKind = Literal["first", "supplement", "final"]
"""首报 | 续报 | 终报."""


class Elements(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a report says (493号令 Art. 12). A missing element is shown as missing, never filled in."""

    unit: Text | None = None
    situation: Text | None = None
    course: Text | None = None
    casualties: Text | None = None
    measures: Text | None = None
    other: Text | None = None


# --- asked ---


class FileReport(Command, frozen=True):
    """Report upwards 报送. `positions` are the events that it sums up."""

    incident: Id
    kind: ReportKind
    to: PostId
    known_at: Moment
    elements: Elements
    positions: Annotated[tuple[int, ...], Meta(max_length=500)] = ()


# --- happened ---


class ReportFiled(Event, frozen=True):
    """信息已报送; `number` counts the supplements."""

    incident: str
    kind: ReportKind
    to: str
    known_at: datetime
    limit_s: int
    late_s: int
    elements: Elements
    number: int = 1
    positions: tuple[int, ...] = ()
    citation: Line | None = None


# --- remembered ---


class Filed(Struct, frozen=True, omit_defaults=True):
    """A report that was filed."""

    position: int
    kind: ReportKind
    to: str
    by: str
    known_at: datetime
    filed_at: datetime
    late_s: int
    number: int
