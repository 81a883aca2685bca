"""Drills of plans 预案演练 as the register needs them: which plan was exercised, when, and what was found."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from core.messages import Command, Event, Id, Text

# --- asked ---


class RecordDrill(Command, frozen=True):
    """Say that a plan was exercised and reviewed 登记演练 (708号令 Art. 8); `drill` names its operation, where it was held here."""

    plan: Id
    held_on: date
    review: Text
    drill: Id | None = None


# --- happened ---


class DrillRecorded(Event, frozen=True):
    """演练已登记."""

    plan: str
    held_on: date
    review: str
    drill: str | None = None


# --- remembered ---


class Drilled(Struct, frozen=True):
    """The last drill of a plan."""

    plan: str
    held_on: date
    position: int
