"""The metrics of one operation (review §4): intervals between milestones, their nearest-rank percentiles, the share within a target.

Nothing is guessed: a missing stamp makes no interval, a negative one is a notice and never a number, no outlier is removed.
An event costs one dictionary look-up; the figures are worked out when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

import msgspec

from core.catalogue import Recorded
from projections.metric_marks import (
    IMPRECISE,
    MINUTE,
    UNKNOWN,
    Mark,
    Marks,
    Register,
    fold,
    grade_of,
    microseconds,
)
from projections.metric_targets import METRIC_IDS, MetricId, MetricTarget, TargetFile

VALUES_SHOWN_BELOW = 10
"""With fewer values than this a percentile says little: the values themselves are given too."""
_SECOND_US = 1_000_000
_NO_TARGETS = TargetFile("none")


class Interval(NamedTuple):
    """One pair of ends. `seconds` is None where it makes no value; then `why` says which of the three reasons."""

    subject: str
    team: str | None
    seconds: int | None
    minute: bool = False
    why: str = ""


class Metrics:
    """The fold. `figures` may be asked at any position; `data` are the figures alone, held against no target."""

    version: ClassVar[int] = 1
    """Raised when stored snapshots of it, or what it says, change their shape."""
    reads: ClassVar[tuple[str, ...]] = ()

    def __init__(self, register: Register | None = None) -> None:
        self._register = register or Register()

    @property
    def position(self) -> int:
        return self._register.position

    def apply(self, recorded: Recorded) -> None:
        fold(self._register, recorded)

    def snapshot(self) -> bytes:
        return _encoder.encode(self._register)

    @classmethod
    def restored(cls, data: bytes) -> Metrics:
        return cls(_decoder.decode(data))

    def data(self) -> Any:
        return self.figures(_NO_TARGETS)

    def figures(self, targets: TargetFile) -> dict[str, Any]:
        """Everything that is asked of an operation, ready for JSON. Costs a sort of all values."""
        register = self._register
        found = {id: list(intervals(register, id)) for id in METRIC_IDS}
        return {
            "operation": register.operation,
            "position": register.position,
            "calls": sum(1 for report in register.incidents.values() if report.merged_into is None),
            "units": len({marks.team for marks in register.dispatches.values()}),
            "dispatches": len(register.dispatches),
            "targets_version": targets.version,
            "metrics": {id: self._figure(id, found[id], targets) for id in METRIC_IDS},
            "notices": [
                {"notice": "negative_interval", "metric": id, "subject": one.subject}
                for id in METRIC_IDS
                for one in found[id]
                if one.why == "negative"
            ],
        }

    def _figure(self, id: MetricId, found: list[Interval], targets: TargetFile) -> dict[str, Any]:
        figure = summary(found)
        general = next((target for target in targets.of(id) if not target.team_kinds), None)
        figure["target"] = None if general is None else msgspec.to_builtins(general)
        figure["within_target"] = None if general is None else self._within(general, found)
        figure["by_team_kind"] = [
            {"target": msgspec.to_builtins(target), "within_target": self._within(target, found)}
            for target in targets.of(id)
            if target.team_kinds
        ]
        if id == "M09":
            figure["to_returned"] = summary(
                _between(key, marks.team, marks.ordered, marks.returned)
                for key, marks in self._register.dispatches.items()
            )
        return figure

    def _within(self, target: MetricTarget, found: Iterable[Interval]) -> dict[str, Any]:
        kinds = self._register.team_kinds
        values = [
            one.seconds
            for one in found
            if one.seconds is not None
            and (not target.team_kinds or kinds.get(one.team or "") in target.team_kinds)
        ]
        count = sum(1 for value in values if value <= target.limit_s)
        return {"count": count, "of": len(values), "share": share(count, len(values))}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Register)


def share(count: int, of: int) -> float | None:
    """count ÷ of to four decimals, halves up, worked out in integers; None of none."""
    return None if of == 0 else (count * 20_000 + of) // (2 * of) / 10_000


def nearest_rank(values: list[int], percent: int) -> int | None:
    """Value number ⌈percent·n/100⌉ of the sorted values, counted from 1; None of none."""
    return values[(percent * len(values) + 99) // 100 - 1] if values else None


def summary(found: Iterable[Interval]) -> dict[str, Any]:
    """Counts and percentiles of some intervals."""
    values: list[int] = []
    missing = imprecise = negative = minute = 0
    for one in found:
        if one.seconds is not None:
            values.append(one.seconds)
            minute += one.minute
        elif one.why == "negative":
            negative += 1
        else:
            missing += 1
            imprecise += one.why == "imprecise"
    values.sort()
    figure: dict[str, Any] = {
        "n": len(values),
        "n_missing": missing,
        "n_imprecise": imprecise,
        "n_negative": negative,
        "n_minute": minute,
        "p50": nearest_rank(values, 50),
        "p90": nearest_rank(values, 90),
        "p95": nearest_rank(values, 95),
        "max": values[-1] if values else None,
    }
    if len(values) < VALUES_SHOWN_BELOW:
        figure["values"] = values
    return figure


def intervals(register: Register, metric: MetricId) -> Iterator[Interval]:
    """The intervals of one metric, one for each incident or assignment that it counts."""
    match metric:
        case "M01":
            yield from _of_incidents(register, "ordered")
        case "M05":
            yield from _of_incidents(register, "on_scene")
        case "M03":
            yield from _of_dispatches(register, "ordered", "en_route")
        case "M04":
            yield from _of_dispatches(register, "en_route", "on_scene")
        case "M22":
            yield from _of_dispatches(register, "ordered", "on_scene")
        case "M08":
            for key, marks in register.dispatches.items():
                end = marks.released if marks.left_scene is None else marks.left_scene
                yield _between(key, marks.team, marks.on_scene, end)
        case "M09":
            for key, marks in register.dispatches.items():
                yield _between(key, marks.team, marks.ordered, _end(marks))
        case "M21":
            for key, marks in register.dispatches.items():
                if marks.left_scene is not None:
                    yield _between(key, marks.team, marks.left_scene, marks.at_hospital)


def _end(marks: Marks) -> Mark | None:
    """When the team was free again: cancelled, released, or, of a diverted one without a real end, the divert."""
    if marks.cancelled is not None:
        return marks.cancelled
    return marks.diverted if marks.released is None else marks.released


def _of_dispatches(register: Register, start: str, end: str) -> Iterator[Interval]:
    for key, marks in register.dispatches.items():
        yield _between(key, marks.team, getattr(marks, start), getattr(marks, end))


def _of_incidents(register: Register, milestone: str) -> Iterator[Interval]:
    """From the earliest report of an incident and what was merged into it, to the earliest milestone of its assignments."""
    reported: dict[str, Mark | None] = {}
    for id, report in register.incidents.items():
        root = register.root(id)
        reported[root] = _earlier(reported.get(root), report.reported)
    first: dict[str, tuple[Mark | None, str]] = {}
    for marks in register.dispatches.values():
        at = getattr(marks, milestone)
        before, team = first.get(marks.incident, (None, marks.team))
        earliest = _earlier(before, at)
        first[marks.incident] = (earliest, team if earliest == before else marks.team)
    for id, start in reported.items():
        end, reached_by = first.get(id, (None, ""))
        yield _between(id, reached_by or None, start, end)


def _earlier(one: Mark | None, other: Mark | None) -> Mark | None:
    """The earlier of two, where an unknown instant is later than any: it only orders its event."""
    known = [mark for mark in (one, other) if mark is not None and grade_of(mark) != UNKNOWN]
    return min(known, default=one if one is not None else other)


def _between(subject: str, team: str | None, start: Mark | None, end: Mark | None) -> Interval:
    if start is None or end is None or UNKNOWN in (grade_of(start), grade_of(end)):
        return Interval(subject, team, None, why="missing")
    grades = (grade_of(start), grade_of(end))
    if IMPRECISE in grades:
        return Interval(subject, team, None, why="imprecise")
    elapsed = microseconds(end) - microseconds(start)
    if elapsed < 0:
        return Interval(subject, team, None, why="negative")
    return Interval(subject, team, elapsed // _SECOND_US, MINUTE in grades)
