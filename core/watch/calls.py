"""Repeated calls from one place 同地多次报警: which reports nobody has acted on lie within 300 m and two hours of each other.

A call that makes three founds a group and belongs to it with the others; later calls join. Somebody who acts on one of them acts on
the group. So a call costs a look at its neighbours, which cannot be many: three make a group.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import cos, floor, radians

from core.watch.geometry import metres_between
from core.watch.limits import CALLS_MIN, CALLS_WITHIN, CALLS_WITHIN_M

CELL_DEG = CALLS_WITHIN_M / 110_574
"""The side of a cell, in degrees of latitude; nothing within reach lies further than in the next cell."""
KEPT = timedelta(hours=24)
"""A lone call is let go after so long: nobody tells of a second one so late."""
_MIDDLE = timedelta()
Point = tuple[float, float]
Cell = tuple[int, int]


class Call:
    """One report that nobody has acted on."""

    __slots__ = ("at", "id", "point", "position")

    def __init__(self, id: str, point: Point, at: datetime, position: int) -> None:
        self.id, self.point, self.at, self.position = id, point, at, position


class Group:
    """Calls that belong together. `founder` is the call that made three; `opened_at` is when the third was made."""

    __slots__ = ("calls", "founder", "last_at", "opened_at")

    def __init__(self, founder: Call, calls: list[Call]) -> None:
        self.founder = founder
        self.calls = sorted(calls, key=lambda call: (call.at, call.position))
        self.opened_at = self.calls[CALLS_MIN - 1].at
        self.last_at = self.calls[-1].at


class Calls:
    """All lone calls and groups, by place."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.changed: dict[str, None] = {}
        """Groups that were founded, joined or dissolved since somebody emptied this."""
        self._lone: dict[Cell, dict[str, Call]] = {}
        self._near: dict[Cell, list[str]] = {}
        self._call_of: dict[str, Call] = {}
        self._group_of: dict[str, str] = {}

    def report(self, call: Call) -> str | None:
        """A new call; the id of the group that it founds or joins, if any."""
        self.act_on(call.id)
        group = self._joined(call)
        if group is None:
            near = [call, *self._neighbours(call)]
            if len(near) < CALLS_MIN:
                self._lone.setdefault(_cell(call.point), {})[call.id] = call
                self._call_of[call.id] = call
                return None
            group = Group(call, near)
            self.groups[call.id] = group
            self.changed[call.id] = None
            self._near.setdefault(_cell(call.point), []).append(call.id)
            for one in near:
                self._leave(one)
                self._group_of[one.id] = call.id
            return call.id
        self.changed[group.founder.id] = None
        group.calls.append(call)
        group.last_at = max(group.last_at, call.at)
        self._group_of[call.id] = group.founder.id
        return group.founder.id

    def act_on(self, id: str) -> str | None:
        """Somebody acts on a call, and so on its group; the group's id, if it had one."""
        if (call := self._call_of.get(id)) is not None:
            self._leave(call)
            return None
        founder = self._group_of.get(id)
        if founder is None:
            return None
        group = self.groups.pop(founder)
        self.changed[founder] = None
        self._near[_cell(group.founder.point)].remove(founder)
        for one in group.calls:
            self._group_of.pop(one.id, None)
        return founder

    def _leave(self, call: Call) -> None:
        if self._call_of.pop(call.id, None) is not None:
            cell = _cell(call.point)
            table = self._lone[cell]
            del table[call.id]
            if not table:
                del self._lone[cell]

    def _joined(self, call: Call) -> Group | None:
        for cell in _around(call.point):
            for id in self._near.get(cell, ()):
                group = self.groups[id]
                near = metres_between(group.founder.point, call.point) <= CALLS_WITHIN_M
                if near and abs(call.at - group.last_at) <= CALLS_WITHIN:
                    return group
        return None

    def _neighbours(self, call: Call) -> list[Call]:
        """The lone calls within 300 m that make two hours with this one: the window that holds most of them."""
        found: list[Call] = []
        for cell in _around(call.point):
            for one in list(self._lone.get(cell, {}).values()):
                if call.at - one.at > KEPT:
                    self._leave(one)
                elif metres_between(one.point, call.point) <= CALLS_WITHIN_M:
                    found.append(one)
        starts = [one.at for one in (*found, call) if _MIDDLE <= call.at - one.at <= CALLS_WITHIN]
        windows = (
            [one for one in found if start <= one.at <= start + CALLS_WITHIN] for start in sorted(starts)
        )
        none: list[Call] = []
        return max(windows, key=len, default=none)


def _cell(point: Point) -> Cell:
    return floor(point[1] / CELL_DEG), floor(point[0] * cos(radians(round(point[1]))) / CELL_DEG)


def _around(point: Point) -> Iterator[Cell]:
    north, east = _cell(point)
    # Columns are counted with the cosine of whole degrees: two of them, so that a neighbour across such a degree is not lost.
    for row in (north - 1, north, north + 1):
        for column in (east - 2, east - 1, east, east + 1, east + 2):
            yield row, column
