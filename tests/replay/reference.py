"""What an import must come to, straight from the CSV with plain Python: no line of this is shared with the importer."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")
FORMATS = ("%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S")
COLUMNS = {
    "received": "Received DtTm",
    "entry": "Entry DtTm",
    "ordered": "Dispatch DtTm",
    "en_route": "Response DtTm",
    "on_scene": "On Scene DtTm",
    "left_scene": "Transport DtTm",
    "at_hospital": "Hospital DtTm",
    "available": "Available DtTm",
}
LIFE = ("ordered", "en_route", "on_scene", "left_scene", "at_hospital", "available")
Stamps = dict[str, datetime | None]


def read_time(text: str) -> datetime | None:
    for written in FORMATS:
        try:
            local = datetime.strptime(text.strip(), written)  # noqa: DTZ007  the zone is the next line's business
        except ValueError:
            continue
        return local.replace(tzinfo=ZONE).astimezone(UTC)
    return None


class Reference:
    """Calls, assignments and intervals of one file."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file))
        self.read = 0
        self.reports: dict[str, list[datetime]] = defaultdict(list)
        self.calls: list[str] = []
        self.dispatches: dict[str, dict[str, Any]] = {}
        for cells in rows:
            if len(cells) != len(header):
                continue
            row = dict(zip(header, cells, strict=True))
            call, unit = row["Call Number"].strip(), row["Unit ID"].strip()
            if not call:
                continue
            self.read += 1
            if call not in self.calls:
                self.calls.append(call)
            stamps: Stamps = {name: read_time(row[column]) for name, column in COLUMNS.items()}
            if (received := stamps["received"]) is not None:
                self.reports[call].append(received)
            if unit:
                self._dispatch(row["RowID"].strip() or f"{call}-{unit}", call, unit, stamps)

    def _dispatch(self, id: str, call: str, unit: str, stamps: Stamps) -> None:
        known = self.dispatches.get(id)
        if known is None:
            self.dispatches[id] = {
                "call": call,
                "unit": unit,
                "received": stamps["received"],
                **{n: stamps[n] for n in LIFE},
            }
            return
        for name in LIFE:
            if known[name] is None:
                known[name] = stamps[name]

    # --- what follows ---

    def reported(self, call: str) -> datetime | None:
        return min(self.reports[call], default=None)

    def order_key(self, dispatch: dict[str, Any]) -> datetime:
        """When the order is given to the log: not before the report, nor before its own time."""
        ordered = dispatch["ordered"] or next((dispatch[n] for n in LIFE if dispatch[n]), None)
        known: list[datetime | None] = [self.reported(dispatch["call"]), dispatch["received"], ordered]
        return max(at for at in known if at is not None)

    def ends(self) -> dict[str, datetime | None]:
        """When each team was free again: its own stamp, else the next order it was given."""
        by_unit: dict[str, list[str]] = defaultdict(list)
        for id, dispatch in self.dispatches.items():
            by_unit[dispatch["unit"]].append(id)
        found: dict[str, datetime | None] = {}
        for ids in by_unit.values():
            ids.sort(key=lambda id: self.order_key(self.dispatches[id]))
            for id, following in zip(ids, [*ids[1:], None], strict=True):
                end = self.dispatches[id]["available"]
                if end is None and following is not None:
                    end = self.dispatches[following]["ordered"]
                found[id] = end
        return found

    def intervals(self) -> dict[str, list[float | None]]:
        """Seconds of every metric, None where an end is missing."""
        ends = self.ends()
        rows = self.dispatches.items()
        return {
            "M01": [between(self.reported(call), self._first(call, "ordered")) for call in self.calls],
            "M03": [between(row["ordered"], row["en_route"]) for _, row in rows],
            "M04": [between(row["en_route"], row["on_scene"]) for _, row in rows],
            "M05": [between(self.reported(call), self._first(call, "on_scene")) for call in self.calls],
            "M08": [
                between(row["on_scene"], row["left_scene"] or (row["available"] if row["on_scene"] else None))
                for _, row in rows
            ],
            "M09": [between(row["ordered"], ends[id]) for id, row in rows],
            "M21": [between(row["left_scene"], row["at_hospital"]) for _, row in rows if row["left_scene"]],
            "M22": [between(row["ordered"], row["on_scene"]) for _, row in rows],
        }

    def _first(self, call: str, name: str) -> datetime | None:
        found = [
            row[name] for row in self.dispatches.values() if row["call"] == call and row[name] is not None
        ]
        return min(found, default=None)

    def figures(self) -> dict[str, dict[str, int | None]]:
        return {metric: figure(found) for metric, found in self.intervals().items()}


def between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()


def figure(found: list[float | None]) -> dict[str, int | None]:
    """Nearest rank, as its textbook definition has it."""
    values = sorted(int(one) for one in found if one is not None and one >= 0)

    def percentile(percent: int) -> int | None:
        return values[math.ceil(len(values) * percent / 100) - 1] if values else None

    return {
        "n": len(values),
        "n_missing": sum(one is None for one in found),
        "n_negative": sum(one is not None and one < 0 for one in found),
        "p50": percentile(50),
        "p90": percentile(90),
        "p95": percentile(95),
        "max": max(values, default=None),
    }
