"""Adoption of plans 预案发布: an adopted version is immutable, known by the hash of its bytes, and kept whole in the log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from core.messages import Command, Event, Id, Line, Moment, Name
from core.plan.document import PlanDocument

SOURCE_CHARACTERS_MAX = 600_000


class Waiver(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A critical finding of a check that is accepted for a time 豁免, and why."""

    rule: Line
    reason: Line
    until: Moment | None = None


# --- asked ---


class AdoptPlan(Command, frozen=True):
    """Adopt a plan file 发布预案. `source` is the file, to the letter; a critical finding of the checks needs a waiver."""

    source: Annotated[str, Meta(min_length=1, max_length=SOURCE_CHARACTERS_MAX)]
    waivers: Annotated[tuple[Waiver, ...], Meta(max_length=14)] = ()


class RetirePlan(Command, frozen=True):
    """End a plan's use 废止预案; running activations keep their version."""

    plan: Id
    reason: Line


AdoptionCommand = AdoptPlan | RetirePlan


# --- happened ---


class PlanAdopted(Event, frozen=True):
    """预案已发布. `hash` is the SHA-256 of the file's bytes."""

    plan: str
    version: int
    organisation: str
    title: Name
    hash: str
    document: PlanDocument
    waivers: tuple[Waiver, ...] = ()


class PlanRetired(Event, frozen=True):
    """预案已废止."""

    plan: str
    version: int
    organisation: str
    reason: str


AdoptionEvent = PlanAdopted | PlanRetired


# --- remembered ---


class Adopted(Struct, frozen=True, omit_defaults=True):
    """The current version of a plan, and the one before it while an activation may still be pinned to that."""

    id: str
    version: int
    hash: str
    document: PlanDocument
    adopted_at: datetime
    position: int
    retired_at: datetime | None = None
    before: Adopted | None = None

    def pinned(self, version: int) -> Adopted | None:
        """The version that an activation is pinned to."""
        found: Adopted | None = self
        while found is not None and found.version != version:
            found = found.before
        return found
