"""The rules of declared contents and counted crowds."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue import AnyEvent
from core.hazard import (
    CrowdMeasureDecided,
    CrowdReadingRecorded,
    DecideCrowdMeasure,
    DeclareHazardContents,
    HazardContentsDeclared,
    RecordCrowdReading,
)
from core.messages import Context
from core.world import World


def declare_hazard_contents(
    world: World, command: DeclareHazardContents, context: Context
) -> Iterator[AnyEvent]:
    """Each declaration counts from its own time."""
    yield HazardContentsDeclared(hazard=command.hazard, contents=command.contents)


def record_crowd_reading(world: World, command: RecordCrowdReading, context: Context) -> Iterator[AnyEvent]:
    """Each reading is a fact."""
    yield CrowdReadingRecorded(point=command.point, value=command.value, threshold=command.threshold)


def decide_crowd_measure(world: World, command: DecideCrowdMeasure, context: Context) -> Iterator[AnyEvent]:
    """A named decision, with its reason."""
    yield CrowdMeasureDecided(
        point=command.point, measure=command.measure, reason=command.reason, review_at=command.review_at
    )
