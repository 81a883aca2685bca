"""An import put together: file and map → book → plan → run → report. What the command line and the tests call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from core.clock import RATE_MAX
from scenarios.replay.book import Reader
from scenarios.replay.collect import collect
from scenarios.replay.doors import Door
from scenarios.replay.errors import ReplayError
from scenarios.replay.maps import ReplayMap
from scenarios.replay.plan import Plan, Prior
from scenarios.replay.reading import Row, Table
from scenarios.replay.report import report
from scenarios.replay.run import Outcome, Progress, Run, look_up

RATE_DENOMINATOR_MAX = 1000
FULL_SPEED_RATE = Fraction(1)
"""After the last instant of a file that was played at full speed, the drill's clock goes on as a clock does."""
ReadProgress = Callable[[int, int], None]
"""Bytes read, bytes in all."""


def _no_progress(*_: int) -> None:
    """For callers that show nothing."""


def rate_of(speed: float) -> Fraction:
    """A speed as the clock takes it. Raises ReplayError."""
    rate = Fraction(speed).limit_denominator(RATE_DENOMINATOR_MAX)
    if not Fraction(1, RATE_DENOMINATOR_MAX) <= rate <= RATE_MAX:
        raise ReplayError(
            f"--speed 须在 {1 / RATE_DENOMINATOR_MAX} 与 {RATE_MAX} 之间；不写则全速。",
            f"--speed must lie between {1 / RATE_DENOMINATOR_MAX} and {RATE_MAX}; without it the file is played at full speed.",
        )
    return rate


class Import:
    """One file, read. `run` sends it, as often as one likes; `report` says what was found and what became of it."""

    def __init__(self, path: Path, chart: ReplayMap, progress: ReadProgress = _no_progress) -> None:
        """Raises FileError."""
        self.path = path
        self.chart = chart
        self.table = Table(path, chart)
        self._progress = progress
        self.reader = Reader(chart, self.table.layout)
        self.book = collect(self._rows(), self.reader)

    def _rows(self) -> Iterator[Row]:
        for row in self.table.rows():
            self._progress(row.done, self.table.bytes)
            yield row

    def plan(self, operation: str, prior: Prior, speed: Fraction | None = None) -> Plan:
        """Raises FileError when the file has no time at all."""
        return Plan(operation, self.path.name, self.book, self.reader, prior, speed or FULL_SPEED_RATE)

    async def run(
        self,
        operation: str,
        door: Door,
        speed: Fraction | None = None,
        progress: Progress = _no_progress,
        *,
        with_teams: bool = False,
    ) -> dict[str, Any]:
        """Send everything and give the report. Raises SendError; what was sent stays, and the same run goes on from there."""
        plan = self.plan(operation, await look_up(door), speed)
        outcome = await Run(plan, door, speed, progress, with_teams=with_teams).go()
        return self._report(operation, plan, outcome=outcome)

    def rehearse(self, operation: str) -> dict[str, Any]:
        """The report of a run that sends nothing."""
        return self._report(operation, self.plan(operation, Prior()), outcome=None)

    def _report(self, operation: str, plan: Plan, outcome: Outcome | None) -> dict[str, Any]:
        return report(
            operation, self.path.name, self.chart.name, self.table.encoding, self.book, plan.order, outcome
        )
