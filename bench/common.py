"""What the benchmarks share: worlds to act in, envelopes, percentiles, and the shape of a result."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec import Struct

from core.incident import CloseIncident, ReportIncident
from core.messages import Actor, Envelope, Name, Place
from core.operation import OpenOperation
from core.organisation import OpenPost, RegisterOrganisation
from handlers.desk import Desk

SETUP = Actor("system", "system", "setup")
DUTY = Actor("u-bench", "gov", "duty")
PLACE = Place("江湾区文晖路 88 号", 120.1748, 30.2885)


class Figure(Struct, kw_only=True):
    """One row of the table: ours, the peer's, and what architecture.md §10 asks of their ratio."""

    work: str
    peer: str
    ours_value: float
    peer_value: float
    unit: str
    ratio: float
    must: str
    met: bool
    scale: str = ""
    note: str = ""


def higher_is_better(
    work: str,
    peer: str,
    ours: float,
    theirs: float,
    unit: str,
    *,
    must: float,
    scale: str = "",
    note: str = "",
) -> Figure:
    """A rate: ours divided by the peer's must reach `must`."""
    ratio = ours / theirs
    return Figure(
        work=work,
        peer=peer,
        ours_value=ours,
        peer_value=theirs,
        unit=unit,
        ratio=ratio,
        must=f"≥ {must:g}×",
        met=ratio >= must,
        scale=scale,
        note=note,
    )


def lower_is_better(
    work: str,
    peer: str,
    ours: float,
    theirs: float,
    unit: str,
    *,
    must: float,
    scale: str = "",
    note: str = "",
) -> Figure:
    """A duration or a cost: ours divided by the peer's may not pass `must`."""
    ratio = ours / theirs
    return Figure(
        work=work,
        peer=peer,
        ours_value=ours,
        peer_value=theirs,
        unit=unit,
        ratio=ratio,
        must=f"≤ {must:g}×",
        met=ratio <= must,
        scale=scale,
        note=note,
    )


def percentile(values: Sequence[float], p: int) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-p * len(ordered) // 100) - 1)]


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A new folder on a real disk, removed afterwards."""
    made = Path(tempfile.mkdtemp(prefix="liandong-bench-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def envelope(command: Any, operation: str = "live", actor: Actor = DUTY) -> Envelope:
    return Envelope(id=uuid4(), operation=operation, actor=actor, command=command)


def report() -> Envelope:
    """A dispatcher's commonest command: a new incident with place and text."""
    return envelope(ReportIncident(kind="gas_leak", place=PLACE, text="楼道里有很浓的煤气味"))


async def furnish(desk: Desk) -> None:
    """A district with a duty desk, so that commands have somebody to send them."""
    for command in (
        OpenOperation(title="实战"),
        RegisterOrganisation(organisation="gov", name=Name("江湾区"), level="government"),
        OpenPost(organisation="gov", post="duty"),
    ):
        await desk.send(envelope(command, actor=SETUP))


async def fill(desk: Desk, events: int, wave: int = 512) -> None:
    """Give the operation a history: incidents reported and closed again, so that the log is long and the world is not."""
    for first in range(0, events // 2, wave):
        ids = [f"h-{number}" for number in range(first, min(first + wave, events // 2))]
        await asyncio.gather(
            *(desk.send(envelope(ReportIncident(kind="alarm", place=PLACE, incident=id))) for id in ids)
        )
        await asyncio.gather(*(desk.send(envelope(CloseIncident(incident=id, reason="误报"))) for id in ids))
