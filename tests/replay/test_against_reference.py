"""An import against a reference worked out from the CSV alone: every fact in the log, none beside them, every figure equal."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.catalogue import Recorded
from core.dispatch import DispatchCancelled, TeamArrived, TeamDeparted, TeamDispatched, TeamReleased
from core.entry import EntryAdded
from core.incident import IncidentReported
from core.operation import CommandRefused
from tests.replay import drill
from tests.replay.invented import invent
from tests.replay.reference import LIFE, Reference

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "dispatch" / "sffd_b_310505.csv"
Facts = Counter[tuple[str, str, datetime | None]]


def facts_wanted(reference: Reference) -> Facts:
    """(what, whose, when) for everything that the file says; None for an instant that nobody stamped."""
    wanted: Facts = Counter()
    for call in reference.calls:
        wanted["reported", call, reference.reported(call)] += 1
    for id, row in reference.dispatches.items():
        wanted["ordered", id, row["ordered"]] += 1
        for name in LIFE[1:]:
            if row[name] is not None:
                what = name
                if name == "available":
                    what = "released" if row["on_scene"] is not None else "cancelled"
                wanted[what, id, row[name]] += 1
    return wanted


def facts_found(recorded: list[Recorded]) -> Facts:
    found: Facts = Counter()
    for one in recorded:
        at = None if one.precision == "unknown" else one.occurred_at
        match one.event:
            case IncidentReported(incident=id):
                found["reported", id, at] += 1
            case TeamDispatched(dispatch=id):
                found["ordered", id, at] += 1
            case TeamDeparted(dispatch=id):
                found["en_route", id, at] += 1
            case TeamArrived(dispatch=id):
                found["on_scene", id, at] += 1
            case TeamReleased(dispatch=id):
                found["released", id, at] += 1
            case DispatchCancelled(dispatch=id, reason=reason) if reason != "diverted":
                found["cancelled", id, at] += 1
            case EntryAdded(milestone=str(milestone), dispatch=str(id)):
                found[milestone, id, at] += 1
            case _:
                continue
    return found


def same_figures(found: dict[str, Any], reference: Reference) -> None:
    for metric, wanted in reference.figures().items():
        shown = {key: found["metrics"][metric][key] for key in wanted}
        assert shown == wanted, metric


async def check(log: Any, file: Path, operation: str) -> dict[str, Any]:
    """Import, compare everything, import again: nothing is added."""
    report = await drill.play(log, file, operation)
    reference = Reference(file)
    recorded = await drill.records(log, operation)
    assert facts_found(recorded) == facts_wanted(reference)
    assert [one.event for one in recorded if isinstance(one.event, CommandRefused)] == []
    found = drill.metrics_of(recorded).data()
    assert found["calls"] == report["calls"] == len(reference.calls)
    assert found["dispatches"] == report["dispatches"] == len(reference.dispatches)
    assert found["units"] == len({row["unit"] for row in reference.dispatches.values()})
    same_figures(found, reference)
    again = await drill.play(log, file, operation)
    assert again["events"] == {"before": recorded[-1].position, "after": recorded[-1].position, "added": 0}
    assert again["commands"]["repeated"] == again["commands"]["sent"]
    assert again["oddities"] == report["oddities"]
    return report


@pytest.mark.skipif(not SHARED.exists(), reason="the shared sample data is not beside this checkout")
async def test_the_real_file_comes_out_as_plain_arithmetic_says(tmp_path: Path) -> None:
    async with drill.sqlite(tmp_path) as log:
        report = await check(log, SHARED, "drill-sf")
    assert (report["rows"], report["calls"], report["dispatches"]) == (865, 173, 865)


async def test_thousands_of_odd_rows_come_out_as_plain_arithmetic_says(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    invent(file, seed=7, rows=2500)
    async with drill.sqlite(tmp_path) as log:
        report = await check(log, file, "drill-a")
    kinds = {one["kind"] for one in report["oddities"]}
    assert kinds >= {
        "diverted", "out_of_order", "missing", "missing_order", "missing_report", "repeated_identical",
        "repeated_differing", "unknown_call_type", "unknown_unit_type", "unit_type_differs", "stamp_unreadable",
        "point_unreadable", "point_out_of_range", "dst_ambiguous", "report_differs", "not_freed", "no_unit", "no_call",
        "wrong_cells",
    }  # fmt: skip


async def test_many_small_odd_files_come_out_as_plain_arithmetic_says(tmp_path: Path) -> None:
    async with drill.sqlite(tmp_path) as log:
        for seed in range(30):
            file = tmp_path / f"calls-{seed}.csv"
            # Few units and many calls: everybody is always sent on before being free.
            invent(file, seed, rows=40, units=3 + seed % 5)
            await check(log, file, f"drill-{seed}")
