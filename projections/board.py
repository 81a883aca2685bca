"""The board 态势: every row that is open or needed, and the timeline, folded from the log. It must cost the same per event for ever.

It holds a world of its own. The undo list of one event says which rows of the world changed; the rows of the board that are made
of them are made again, and those that came out different are the change. So a snapshot and a patch have one origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from core.catalogue import Recorded
from core.dispatch import Dispatch
from core.incident import Incident, IncidentClosed
from core.messages import Place
from core.tables import Undo
from core.world import VERSION as WORLD_VERSION
from core.world import World
from projections.response import (
    OWING,
    Grouped,
    Thing,
    asked_again,
    filed_for,
    of_incident,
    owed_by,
    owing_things,
    single_row,
    tables_of,
)
from projections.rows import (
    KINDS,
    Row,
    RowChange,
    RowKind,
    dispatch_row,
    incident_row,
    operation_row,
    organisation_row,
    team_row,
)
from projections.timeline import Entry, Timeline

VERSION = WORLD_VERSION * 100 + 2
"""Of the fold and of the shape of its rows: raised when a page may not go on from rows of the version before."""

_Key = tuple[RowKind, str]


class Change(Struct, frozen=True):
    """What one event changed. `clock`: the exercise clock among it."""

    position: int
    rows: Sequence[RowChange]
    entries: Sequence[Entry]
    clock: bool = False


class BoardState(Struct, frozen=True):
    """The whole board at a position."""

    position: int
    rows: dict[str, list[Any]]
    timeline: list[Entry]


class _Saved(Struct):
    """A board as stored bytes."""

    world: bytes
    timeline: list[Entry]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Saved)


class Board:
    """The board of one operation."""

    def __init__(self, world: World | None = None, timeline: Iterable[Entry] = ()) -> None:
        self.world = world or World()
        self.timeline = Timeline(self.world, timeline)
        self.rows: dict[RowKind, dict[str, Row]] = {kind: {} for kind in KINDS}
        self._dispatches_of: dict[str, dict[str, None]] = {}
        """By team, in the order in which the world came to hold them."""
        self._kind_of: dict[int, RowKind] = {
            id(self.world.single): "operation",
            id(self.world.clocks): "operation",
            id(self.world.organisations): "organisation",
            id(self.world.teams): "team",
            id(self.world.incidents): "incident",
            id(self.world.dispatches): "dispatch",
            **{id(table): kind for kind, table in tables_of(self.world).items()},
        }
        self.owed = Grouped("obligation", owed_by)
        self._filed = Grouped("report", filed_for)
        self._make_all()

    @property
    def position(self) -> int:
        return self.world.position

    # --- folding ---

    def apply(self, recorded: Recorded) -> Change:
        """Fold one event, and say what it changed."""
        world = self.world
        undo: Undo = []
        owing = dict.fromkeys(asked_again(world, recorded))
        world.apply(recorded, undo)
        owing.update(dict.fromkeys(asked_again(world, recorded)))
        touched = self._touched(undo)
        entries = self.timeline.note(recorded)
        if isinstance(recorded.event, IncidentClosed):
            for key in self._leaving(recorded.event.incident):
                touched[key] = None
        owing.update(dict.fromkeys(self._deadlines_about(undo, touched)))
        filed = dict.fromkeys(("incident", key) for table, key, _ in undo if table is world.reports)
        filed.update(dict.fromkeys(key for key in touched if key[0] == "incident"))
        world.sweep()  # only now: the sentence of a closing names the incident that it closes
        position = recorded.position
        rows = [change for key in touched if (change := self._made(key, position)) is not None]
        for thing in owing:
            rows += self.owed.make_again(world, thing, self.rows["obligation"], position)
        for thing in filed:
            rows += self._filed.make_again(world, thing, self.rows["report"], position)
        return Change(recorded.position, rows, entries, any(table is world.clocks for table, _, _ in undo))

    def skip(self, recorded: Recorded) -> None:
        """Fold an event of long ago, without its entry and its rows. `settle` before anything is asked or applied."""
        self.world.apply(recorded)

    def settle(self) -> None:
        """Make all rows anew, from the world as it stands."""
        self._make_all()

    def _touched(self, undo: Undo) -> dict[_Key, None]:
        """The rows of the board that are made of what changed; a dict, for its order."""
        touched: dict[_Key, None] = {}
        for table, key, before in undo:
            kind = self._kind_of.get(id(table))
            if kind is None:
                continue
            touched[kind, key] = None
            if kind == "dispatch":
                self._touch_beside(touched, key, before if isinstance(before, Dispatch) else None)
            elif kind == "incident" and isinstance(before, Incident):
                after = self.world.incidents[key]
                if after.place != before.place:  # where its teams are shown
                    for dispatch in self._dispatches(after):
                        touched["team", dispatch.team] = None
        return touched

    def _deadlines_about(self, undo: Undo, touched: Iterable[_Key]) -> Iterator[Thing]:
        """The things whose deadlines stand otherwise because a row changed or left, or because one was missed or waived."""
        world = self.world
        yield from (key for key in touched if key[0] in OWING)
        for table, key, _ in undo:
            if table is world.missed or table is world.waived:
                thing = self.owed.thing_of(key)
                if thing is not None:
                    yield thing

    def _touch_beside(self, touched: dict[_Key, None], id: str, before: Dispatch | None) -> None:
        """A dispatch shows in its team's row, and in its incident's as long as it is open."""
        after = self.world.dispatches[id]
        self._dispatches_of.setdefault(after.team, {})[id] = None
        touched["team", after.team] = None
        if before is None or before.open != after.open:
            touched["incident", after.incident] = None

    def _leaving(self, id: str) -> Iterator[_Key]:
        """What the world lets go of with a closed incident, as it still stands; the teams are free of it."""
        incident = self.world.incidents.get(id)
        if incident is None:
            return
        yield "incident", id
        for dispatch in self._dispatches(incident):
            yield "dispatch", dispatch.id
            yield "team", dispatch.team
            self._dispatches_of.get(dispatch.team, {}).pop(dispatch.id, None)
        yield from of_incident(self.world, id)
        for merged in incident.merged:
            yield from self._leaving(merged)

    # --- making rows ---

    def _make_all(self) -> None:
        world = self.world
        self._dispatches_of = {}
        for dispatch in world.dispatches.values():
            self._dispatches_of.setdefault(dispatch.team, {})[dispatch.id] = None
        tables: dict[RowKind, Iterable[str]] = {
            "operation": world.single,
            "organisation": world.organisations,
            "team": world.teams,
            "incident": world.incidents,
            "dispatch": world.dispatches,
            **tables_of(world),
        }
        for kind, keys in tables.items():
            made = ((key, self._row(kind, key)) for key in keys)
            self.rows[kind] = {_id_of(row): row for _, row in made if row is not None}
        self.rows["obligation"] = dict(self.owed.make_all(world, owing_things(world)))
        self.rows["report"] = dict(self._filed.make_all(world, (("incident", id) for id in world.reports)))

    def _made(self, key: _Key, position: int) -> RowChange | None:
        """The row made again, if it came out different."""
        kind, id = key
        rows = self.rows[kind]
        row = self._row(kind, id)
        if row is None:
            return RowChange(kind, id, position, None) if rows.pop(id, None) is not None else None
        if rows.get(_id_of(row)) == row:
            return None
        rows[_id_of(row)] = row
        return RowChange(kind, _id_of(row), position, row)

    def _row(self, kind: RowKind, id: str) -> Row | None:
        """A row from the world as it stands; the only place where rows are made."""
        world = self.world
        match kind:
            case "operation":
                return None if world.operation is None else operation_row(world.operation, world.clock)
            case "organisation":
                organisation = world.organisations.get(id)
                return None if organisation is None else organisation_row(organisation)
            case "team":
                team = world.teams.get(id)
                if team is None:
                    return None
                last = self._last_dispatch(id, team.dispatch)
                return team_row(team, last, self._scene(last))
            case "incident":
                incident = world.incidents.get(id)
                if incident is None:
                    return None
                return incident_row(incident, sum(one.open for one in self._dispatches(incident)))
            case "dispatch":
                dispatch = world.dispatches.get(id)
                return None if dispatch is None else dispatch_row(dispatch)
            case "obligation" | "report":
                raise ValueError(f"{kind} rows come several to a thing")
            case _:
                return single_row(world, kind, id)

    def _last_dispatch(self, team: str, open: str | None) -> Dispatch | None:  # noqa: A002  the word of the domain
        """The team's open assignment, else the newest that the world still holds."""
        known = self._dispatches_of.get(team)
        last = open or (next(reversed(known), None) if known else None)
        return self.world.dispatches.get(last) if last is not None else None

    def _scene(self, dispatch: Dispatch | None) -> Place | None:
        incident = self.world.incidents.get(dispatch.incident) if dispatch is not None else None
        return incident.place if incident is not None else None

    def _dispatches(self, incident: Incident) -> Iterator[Dispatch]:
        for id in incident.dispatches:
            if (dispatch := self.world.dispatches.get(id)) is not None:
                yield dispatch

    # --- handing over ---

    def snapshot(self) -> BoardState:
        """The whole board as a page holds it."""
        rows: dict[str, list[Any]] = {kind: list(rows.values()) for kind, rows in self.rows.items()}
        return BoardState(self.position, rows, self.timeline.entries())

    def save(self) -> bytes:
        """The board as bytes; `Board.restored` reads it."""
        return _encoder.encode(_Saved(self.world.snapshot(), self.timeline.entries()))

    @classmethod
    def restored(cls, data: bytes) -> Board:
        """A board from its bytes. Raises msgspec.MsgspecError for what is none."""
        saved = _decoder.decode(data)
        return cls(World.restored(saved.world), saved.timeline)


def _id_of(row: Row) -> str:
    return row.id
