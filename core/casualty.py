"""Casualties and loss 伤亡与损失: counts, never names. Each statement stays; the latest unstruck figure counts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.messages import Command, Count, Event, Id

Yuan = Annotated[int, Meta(ge=0, le=9_007_199_254_740_991, description="whole yuan (1 万元 = 10 000)")]


# --- asked ---


class RecordCasualties(Command, frozen=True):
    """State figures 登记伤亡; a figure that is left out keeps its former value, a zero is a figure."""

    incident: Id
    dead: Count | None = None
    serious: Count | None = None
    injured: Count | None = None
    missing: Count | None = None
    loss_yuan: Yuan | None = None


# --- happened ---


class CasualtiesRecorded(Event, frozen=True):
    """伤亡已登记."""

    incident: str
    dead: int | None = None
    serious: int | None = None
    injured: int | None = None
    missing: int | None = None
    loss_yuan: int | None = None
