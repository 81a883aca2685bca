"""Adoption of plans 预案发布: an adopted version is immutable, known by the hash of its bytes, and kept whole in the log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from core.messages import Command, Event, Id, Line, Name
from core.plan.document import PlanDocument
from core.plan.rows import Rule

SOURCE_CHARACTERS_MAX = 600_000


SOURCES_MAX = 200
"""How many plans one decision may adopt together."""
WAIVERS_MAX = 200


class Waiver(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Critical findings of a check that are accepted until a day 豁免, and why: one finding, or without `subject` all of the rule."""

    rule: Rule
    reason: Line
    until: date
    subject: Line | None = None


class Waived(Struct, frozen=True, omit_defaults=True):
    """A waiver as it was recorded: by which post."""

    rule: Rule
    by: str
    reason: str
    until: date
    subject: str | None = None


Source = Annotated[str, Meta(min_length=1, max_length=SOURCE_CHARACTERS_MAX)]
Waivers = Annotated[tuple[Waiver, ...], Meta(max_length=WAIVERS_MAX)]


# --- asked ---


class AdoptPlan(Command, frozen=True):
    """Adopt a plan file 发布预案. `source` is the file, to the letter; a critical finding of the checks needs a waiver."""

    source: Source
    waivers: Waivers = ()


class AdoptPlans(Command, frozen=True):
    """Adopt plans that lead to each other together 成套发布: none of them stands without the others. One decision: all, or none."""

    sources: Annotated[tuple[Source, ...], Meta(min_length=1, max_length=SOURCES_MAX)]
    waivers: Waivers = ()


class RetirePlan(Command, frozen=True):
    """End a plan's use 废止预案; running activations keep their version."""

    plan: Id
    reason: Line


AdoptionCommand = AdoptPlan | AdoptPlans | RetirePlan


# --- happened ---


class PlanAdopted(Event, frozen=True):
    """预案已发布. `hash` is the SHA-256 of the file's bytes."""

    plan: str
    version: int
    organisation: str
    title: Name
    hash: str
    document: PlanDocument
    waivers: tuple[Waived, ...] = ()


class PlanRetired(Event, frozen=True):
    """预案已废止."""

    plan: str
    version: int
    organisation: str
    reason: str


AdoptionEvent = PlanAdopted | PlanRetired


# --- remembered ---


class Adopted(Struct, frozen=True, omit_defaults=True):
    """The current version of a plan, and those before it that an activation still runs on."""

    id: str
    version: int
    hash: str
    document: PlanDocument
    adopted_at: datetime
    position: int
    retired_at: datetime | None = None
    before: Adopted | None = None
    waivers: tuple[Waived, ...] = ()

    def pinned(self, version: int) -> Adopted | None:
        """The version that an activation is pinned to."""
        found: Adopted | None = self
        while found is not None and found.version != version:
            found = found.before
        return found
