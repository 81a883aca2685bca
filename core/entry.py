"""Entries 记录: what somebody wrote down. Never edited: struck through, and restored, by events of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.messages import Command, Event, Id, Line, Stamp, Text

MedicalMilestone = Literal["left_scene", "at_hospital"]
EntryTag = Literal[
    "hazard_open",
    "substance",
    "stand_down",
    "release",
    "no_evacuation",
    "no_response",
    "review",
    "mayday",
    "explosion",
    "collapse",
    "one_way_breached",
    "command_claimed",
    "acknowledged",
    "search_end",
]
Position = Annotated[int, Meta(ge=1, le=9_007_199_254_740_991)]


# --- asked ---


class AddEntry(Command, frozen=True):
    """Write something down 记录. At least one of text, fact, milestone, evidence or tag.

    `fact` + `value` is one named fact; `milestone` + `dispatch` one of the medical legs; `evidence` + `condition` proves an end
    condition; `tag` marks what watches look for; `search_end` is the commander's decision to end a search, with the expert note.
    """

    incident: Id
    text: Text | None = None
    fact: Line | None = None
    value: Line | None = None
    milestone: MedicalMilestone | None = None
    dispatch: Id | None = None
    evidence: Line | None = None
    condition: Line | None = None
    tag: EntryTag | None = None


class StrikeEntry(Command, frozen=True):
    """Strike an entry or a casualty record through 划销, with a reason; it stays readable."""

    position: Position
    reason: Line


class RestoreEntry(Command, frozen=True):
    """Undo a strike 恢复."""

    position: Position
    reason: Line


EntryCommand = AddEntry | StrikeEntry | RestoreEntry


# --- happened ---


class EntryAdded(Event, frozen=True):
    """已记录; `late` where the dispatch had ended or the incident was closed."""

    incident: str
    text: str | None = None
    fact: str | None = None
    value: str | None = None
    milestone: MedicalMilestone | None = None
    dispatch: str | None = None
    team: str | None = None
    evidence: str | None = None
    condition: str | None = None
    tag: str | None = None
    late: bool = False


class EntryStruck(Event, frozen=True):
    """记录已划销."""

    incident: str
    corrects: int
    reason: str
    milestone: MedicalMilestone | None = None
    dispatch: str | None = None


class EntryRestored(Event, frozen=True):
    """记录已恢复."""

    incident: str
    corrects: int
    reason: str
    milestone: MedicalMilestone | None = None
    dispatch: str | None = None


EntryEvent = EntryAdded | EntryStruck | EntryRestored


# --- remembered ---


class Entry(Struct, frozen=True, omit_defaults=True):
    """What rules need to know of an entry: whose it is, what it is about, whether it stands. The text stays in the log."""

    position: int
    by: str
    incident: str
    casualties: bool = False
    milestone: MedicalMilestone | None = None
    dispatch: str | None = None
    struck: bool = False
    stamp: Stamp | None = None
    condition: str | None = None
    fact: str | None = None
    value: str | None = None
    tag: str | None = None
    at: datetime | None = None
