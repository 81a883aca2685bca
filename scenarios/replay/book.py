"""What a file says, row by row: calls, units, assignments, and everything that had to be kept beside them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from core.dispatch import CancelReason
from core.kinds import TeamKind
from core.messages import Place
from scenarios.replay.cells import Ids, Instant, Points, Times
from scenarios.replay.maps import STAMPS, ReplayMap, code
from scenarios.replay.oddities import Oddities
from scenarios.replay.reading import Layout

LINE_CHARS_MAX = 200
TEXT_CHARS_MAX = 4000
RECEIVED, ENTRY, ORDERED, EN_ROUTE, ON_SCENE, LEFT_SCENE, AT_HOSPITAL, AVAILABLE = range(len(STAMPS))


class Extra(Struct):
    """Something to keep as an entry on a call: a named value, with its own time where it has one."""

    call: int
    row: int
    fact: str
    value: str
    text: str | None
    at: Instant | None


class Assignment(Struct):
    """One unit on one call: the row that said it first, with what later rows added."""

    row: int
    call: int
    unit: str
    id: str
    stamps: list[Instant | None]
    cells: int
    """A hash of the whole row, to tell a repetition from a contradiction."""


class Call(Struct):
    """One call, as its first row says it."""

    row: int
    id: str
    kind: str
    said: str | None
    place: Place
    disposition: str
    text: str | None
    reports: dict[Instant, tuple[int, str]] = field(default_factory=dict[Instant, tuple[int, str]])
    """When rows say it was received: the first row that says so, and its words."""
    first: dict[str, str] = field(default_factory=dict[str, str])
    """What the first row says, by column: what others are compared with."""
    assignments: list[int] = field(default_factory=list[int])
    earliest: Instant | None = None
    """Of all stamps of the call."""


class Unit(Struct):
    """One unit, as it is first named."""

    id: str
    name: str
    type: str


class Listed(Struct):
    """A row that could not be understood, and whether it became an entry on its call or stands in the report alone."""

    row: int
    why: str
    cells: list[str]
    incident: str | None = None


class Book:
    """Everything that the file says, in the order in which it says it."""

    def __init__(self) -> None:
        self.rows = 0
        self.calls: list[Call] = []
        self.units: dict[str, Unit] = {}
        self.assignments: list[Assignment] = []
        self.extras: list[Extra] = []
        self.listed: list[Listed] = []
        self.oddities = Oddities()
        self.call_numbers: dict[str, int] = {}
        self.by_id: dict[str, int] = {}
        self.names = Names()
        self._kept: set[tuple[int, str, str, str | None]] = set()

    def keep(
        self, call: int, row: int, fact: str, value: str, text: str | None = None, at: Instant | None = None
    ) -> None:
        """Keep a value as an entry on a call, once."""
        key = (call, fact, value, text)
        if key not in self._kept:
            self._kept.add(key)
            fact, value = self.clip(fact, row, LINE_CHARS_MAX), self.clip(value, row, LINE_CHARS_MAX)
            self.extras.append(Extra(call, row, fact, value, text, at))

    def clip(self, text: str, row: int, chars_max: int) -> str:
        """A text that the log takes; what is cut off is told."""
        if len(text) <= chars_max:
            return text
        self.oddities.add("text_clipped", row)
        return text[: chars_max - 1] + "…"

    def differing(self, column: str, row: int, call: int, value: str) -> None:
        """Another row of a call says something else of it."""
        self.oddities.add("call_differs", row, column, of=self.calls[call].row)
        self.keep(call, row, column, value)

    def earliest(self, call: int, at: Instant) -> None:
        found = self.calls[call]
        if found.earliest is None or at < found.earliest:
            found.earliest = at


class Names:
    """The ids of each sort of thing; the file may use one text for a call and for a unit."""

    def __init__(self) -> None:
        self.calls, self.units, self.assignments = Ids(), Ids(), Ids()


class Reader:
    """The map and the layout made ready: what a cell of a row says."""

    def __init__(self, chart: ReplayMap, layout: Layout) -> None:
        self.chart = chart
        self.layout = layout
        self.times = Times(chart.time_formats, chart.zone)
        self.points = Points(chart.point_formats, chart.source_crs)
        self.stamps = [(number, name, layout.place.get(name)) for number, name in enumerate(STAMPS)]
        self._kinds: dict[str, str] = {code(word): kind for word, kind in chart.codes.call_type.items()}
        self.unit_kinds: dict[str, TeamKind] = {
            code(word): kind for word, kind in chart.codes.unit_type.items()
        }
        self._cancel: dict[str, CancelReason] = {
            code(word): reason for word, reason in chart.codes.cancel.items()
        }

    def cell(self, cells: list[str], name: str) -> str:
        """A cell without blanks at its ends; empty where the file has no such column."""
        index = self.layout.place.get(name)
        return "" if index is None else cells[index].strip()

    def call_kind(self, word: str) -> str | None:
        """Our kind of incident for the file's word; None where the map has none."""
        return self._kinds.get(code(word))

    def unit_kind(self, word: str) -> TeamKind:
        return self.unit_kinds.get(code(word), self.chart.codes.unit_type_default)

    def cancel_reason(self, disposition: str) -> CancelReason:
        return self._cancel.get(code(disposition), self.chart.codes.cancel_default)

    def absent(self) -> Iterator[str]:
        """The map's columns that this file does not have. A point stands in one column or in two: either will do."""
        place = self.layout.place
        other = {"lon": "point", "lat": "point", "point": "lon"}
        for name, index in place.items():
            if index is None and place.get(other.get(name, "")) is None:
                yield self.layout.called[name]
