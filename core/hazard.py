"""What is known of dangers: contents of a hazard 重大危险源 as they were declared, and crowds 大客流 as they were counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct, structs

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


OBSERVE = "observe"
"""The measure of only looking on 观察."""


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


CROWD_BELOW = timedelta(minutes=10)
"""Readings below a threshold for so long end the matter [design]."""


class Over(Struct, frozen=True, omit_defaults=True):
    """One threshold of a point that was reached: since when, and what ended it."""

    threshold: int
    since: datetime
    position: int
    value: int
    below_since: datetime | None = None
    decided_at: datetime | None = None


class Crowd(Struct, frozen=True, omit_defaults=True):
    """A monitored point: the last reading, and the thresholds that are or were just reached, each a matter of its own."""

    point: str
    value: int = 0
    at: datetime | None = None
    over: tuple[Over, ...] = ()
    decided_at: datetime | None = None


def read(before: Crowd | None, event: CrowdReadingRecorded, at: datetime, position: int) -> Crowd:
    """The point after a reading. A threshold is known from the first reading that was compared with it."""
    crowd = before or Crowd(event.point)
    after = [_compared(one, event.value, at, position) for one in crowd.over]
    if event.value >= event.threshold and all(one.threshold != event.threshold for one in crowd.over):
        after.append(Over(event.threshold, at, position, event.value))
    standing = tuple(one for one in after if one.below_since is None or at < one.below_since + CROWD_BELOW)
    return structs.replace(crowd, value=event.value, at=at, over=standing)


def _compared(one: Over, value: int, at: datetime, position: int) -> Over:
    if value < one.threshold:
        return one if one.below_since is not None else structs.replace(one, below_since=at)
    if one.below_since is not None and at >= one.below_since + CROWD_BELOW:
        return Over(one.threshold, at, position, value)  # it was over and done with: this is a new matter
    return structs.replace(one, below_since=None, value=value)


def decided(before: Crowd | None, point: str, at: datetime) -> Crowd:
    """The point after a decision, which settles what is over its threshold now."""
    crowd = before or Crowd(point)
    over = tuple(structs.replace(one, decided_at=one.decided_at or at) for one in crowd.over)
    return structs.replace(crowd, over=over, decided_at=at)


def decides(event: CrowdMeasureDecided) -> bool:
    """To observe only is a decision if it says when to look again."""
    return event.measure != OBSERVE or event.review_at is not None
