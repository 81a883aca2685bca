"""What comes when: all facts of a book in one order, and what follows from it (diverted, still open). Pure.

A row's facts keep the order of its life; each waits for the latest stamp before it (`key`), and rows are merged by key. At one
instant come first the ends of rows that began earlier, so that a unit freed and sent on in the same second was not diverted;
then reports, orders, milestones, ends. The file's own order breaks ties.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from scenarios.replay.book import AVAILABLE, ORDERED, RECEIVED, Assignment, Book
from scenarios.replay.cells import Instant
from scenarios.replay.errors import FileError
from scenarios.replay.maps import STAMPS


class What(IntEnum):
    """The facts. From ORDER on, the number is the stamp's own place in a row."""

    REPORT = 0
    EXTRA = 1
    ORDER = 2
    DEPART = 3
    ARRIVE = 4
    LEAVE = 5
    HOSPITAL = 6
    END = 7
    CLOSE = 8


class Rank(IntEnum):
    """Which of the facts of one instant come first."""

    EARLIER_END = 0
    REPORT = 1
    ORDER = 2
    MILESTONE = 3
    END = 4
    CLOSE = 5


_INDEX_BITS = 32
_WHAT_BITS = 4
_RANK_BITS = 3


class Fact(NamedTuple):
    """One fact in its place. `of` is the number of a call (REPORT, CLOSE), an extra (EXTRA) or an assignment."""

    key: Instant
    what: What
    of: int


class Order:
    """A book's facts in order. They are kept as one integer each: a large file has half a million."""

    def __init__(self, book: Book) -> None:
        """Raises FileError when the file has no time at all."""
        self.reports = _report_keys(book)
        self._packed = sorted(self._facts(book))
        self.open_rows: list[int] = []
        self.closes: list[int] = []
        if self._packed:
            self._follow(book)

    @property
    def first(self) -> Instant:
        return _unpack(self._packed[0]).key

    def __len__(self) -> int:
        return len(self._packed) + len(self.closes)

    def __iter__(self) -> Iterator[Fact]:
        return map(_unpack, heapq.merge(self._packed, self.closes))

    def _facts(self, book: Book) -> Iterator[int]:
        for index, key in enumerate(self.reports):
            yield _pack(key, Rank.REPORT, What.REPORT, index)
        for index, extra in enumerate(book.extras):
            at = self.reports[extra.call]
            yield _pack(at if extra.at is None else max(at, extra.at), Rank.MILESTONE, What.EXTRA, index)
        for index, assignment in enumerate(book.assignments):
            keys = _keys(assignment, self.reports[assignment.call])
            ordered, end = keys[0][1], keys[-1][1]
            ended = keys[-1][0] is What.END
            for what, key in keys:
                if what is What.ORDER:
                    rank = Rank.ORDER
                elif ended and key == end > ordered:
                    rank = Rank.EARLIER_END
                else:
                    rank = Rank.END if what is What.END else Rank.MILESTONE
                yield _pack(key, rank, what, index)

    def _follow(self, book: Book) -> None:
        """Walk through the facts once: who is bound, who is taken from where, which calls come to an end and when."""
        bound: dict[str, int] = {}
        last: dict[int, Instant] = {}
        for key, what, index in map(_unpack, self._packed):
            if what in (What.REPORT, What.EXTRA):
                last[book.extras[index].call if what is What.EXTRA else index] = key
                continue
            assignment = book.assignments[index]
            last[assignment.call] = key
            if what is What.ORDER:
                before = bound.get(assignment.unit)
                if before is not None:
                    former = book.assignments[before]
                    book.oddities.add("diverted", assignment.row, assignment.unit, of=former.row)
                    last[former.call] = key
                bound[assignment.unit] = index
            elif what is What.END and bound.get(assignment.unit) == index:
                del bound[assignment.unit]
        self.open_rows = sorted(bound.values())
        still_open = {book.assignments[index].call for index in self.open_rows}
        for index, call in enumerate(book.calls):
            if not call.disposition:
                book.oddities.add("no_disposition", call.row)
            elif index not in still_open:
                self.closes.append(_pack(last[index], Rank.CLOSE, What.CLOSE, index))
        self.closes.sort()


def _keys(assignment: Assignment, reported: Instant) -> list[tuple[What, Instant]]:
    """The facts of one row with their keys: the running maximum of its stamps."""
    stamps = assignment.stamps
    received, ordered = stamps[RECEIVED], stamps[ORDERED]
    key = reported if received is None else max(reported, received)
    if ordered is None:
        # It was ordered at some time up to the first thing that is known of it; the latest moment invents no divert.
        later = [stamp for stamp in stamps[ORDERED + 1 :] if stamp is not None]
        ordered = later[0] if later else key
    key = max(key, ordered)
    found = [(What.ORDER, key)]
    for stage in range(ORDERED + 1, len(STAMPS)):
        if (stamp := stamps[stage]) is not None:
            key = max(key, stamp)
            found.append((What.END if stage == AVAILABLE else What(stage), key))
    return found


def _report_keys(book: Book) -> list[Instant]:
    """When each call is reported: its earliest report, else its earliest stamp, else with the call before it in the file."""
    keys = [min(call.reports) if call.reports else call.earliest for call in book.calls]
    before = next((key for key in keys if key is not None), None)
    found: list[Instant] = []
    for key in keys:
        before = before if key is None else key
        if before is None:
            raise FileError(
                "文件中没有任何可读的时间：请核对对照表的 time_formats。",
                "No time in the file could be read: check time_formats in the map.",
            )
        found.append(before)
    return found


def _pack(key: Instant, rank: Rank, what: What, index: int) -> int:
    return (((key << _RANK_BITS) | rank) << _INDEX_BITS | index) << _WHAT_BITS | what


def _unpack(packed: int) -> Fact:
    what = What(packed & ((1 << _WHAT_BITS) - 1))
    index = (packed >> _WHAT_BITS) & ((1 << _INDEX_BITS) - 1)
    return Fact(packed >> (_WHAT_BITS + _INDEX_BITS + _RANK_BITS), what, index)
