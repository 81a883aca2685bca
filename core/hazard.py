"""What is known of dangers: contents of a hazard 重大危险源 as they were declared, and crowds 大客流 as they were counted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from core.messages import Command, Count, Event, Id, Line, Moment, Text

# --- asked ---


class DeclareHazardContents(Command, frozen=True):
    """Say what is stored at a hazard now 申报储存物质."""

    hazard: Id
    contents: Text


class RecordCrowdReading(Command, frozen=True):
    """A count of people at a monitored point 客流读数, with the threshold it is compared with."""

    point: Id
    value: Count
    threshold: Annotated[int, Meta(ge=1, le=10_000_000)]


class DecideCrowdMeasure(Command, frozen=True):
    """A named decision about a crowd 客流处置决定. To observe only needs a reason and a time to look again."""

    point: Id
    measure: Line
    reason: Line
    review_at: Moment | None = None


HazardCommand = DeclareHazardContents | RecordCrowdReading | DecideCrowdMeasure


# --- happened ---


class HazardContentsDeclared(Event, frozen=True):
    """储存物质已申报."""

    hazard: str
    contents: str


class CrowdReadingRecorded(Event, frozen=True):
    """客流读数已记录."""

    point: str
    value: int
    threshold: int


class CrowdMeasureDecided(Event, frozen=True):
    """客流处置已决定."""

    point: str
    measure: str
    reason: str
    review_at: Moment | None = None


HazardEvent = HazardContentsDeclared | CrowdReadingRecorded | CrowdMeasureDecided


# --- remembered ---


class Declared(Struct, frozen=True):
    """The last declaration of what is stored at a hazard."""

    hazard: str
    contents: str
    at: datetime
    position: int
    by: str
