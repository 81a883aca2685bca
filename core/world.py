"""Everything the rules may look at, folded from the log: what is open, or needed to decide. Closed incidents leave it.

`apply` is total: it never refuses. With an undo list it notes each table row it replaces, so that a batch whose append failed
can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, structs

from core import clock as clocks
from core import dispatch as dispatches
from core import incident as incidents
from core import leadership
from core import organisation as organisations
from core import team as teams
from core.casualty import CasualtiesRecorded
from core.catalogue import EVENTS, Recorded
from core.clock import Clock
from core.dispatch import Dispatch
from core.entry import Entry, EntryAdded, EntryRestored, EntryStruck
from core.errors import Rule, Unknown
from core.incident import Casualty, Incident
from core.messages import Stamp
from core.operation import CommandRefused, Operation, OperationOpened
from core.organisation import Organisation
from core.team import Team

VERSION = 1
"""Of the fold: raised when stored snapshots of it can no longer be used."""

_TREE_DEPTH_MAX = 32
COUNTED_DIGITS_MAX = 9
"""A longer number that a sender chose is just a name: it does not move the counter."""
_ABSENT: Any = object()
Undo = list[tuple[dict[Any, Any], Any, Any]]
"""Rows lost, newest last: (table, key, what was there)."""


class Tables(Struct):
    """What a snapshot of the world holds."""

    position: int
    single: dict[str, Operation | None]
    clock: dict[str, Clock | None]
    organisations: dict[str, Organisation]
    codes: dict[str, str]
    teams: dict[str, Team]
    incidents: dict[str, Incident]
    dispatches: dict[str, Dispatch]
    entries: dict[str, dict[int, Entry]]
    counters: dict[str, int]


class World:
    """The state of one operation at a position."""

    def __init__(self, *, keep_closed: bool = False) -> None:
        """With `keep_closed` nothing is let go: for bringing single incidents back."""
        self.position = 0
        self.recorded_at: datetime | None = None
        self.single: dict[str, Operation | None] = {"operation": None}
        self.clocks: dict[str, Clock | None] = {"clock": None}
        self.organisations: dict[str, Organisation] = {}
        self.codes: dict[str, str] = {}
        self.teams: dict[str, Team] = {}
        self.incidents: dict[str, Incident] = {}
        self.dispatches: dict[str, Dispatch] = {}
        self.entries: dict[str, dict[int, Entry]] = {}
        self.counters: dict[str, int] = {}
        self._keep_closed = keep_closed
        self._closing: list[str] = []
        self._undo: Undo | None = None

    # --- what rules ask ---

    @property
    def operation(self) -> Operation | None:
        return self.single["operation"]

    @property
    def clock(self) -> Clock | None:
        return self.clocks["clock"]

    @property
    def root(self) -> Organisation | None:
        """The operator's district: the first organisation, the root of the tree."""
        return next(iter(self.organisations.values()), None)

    def organisation(self, id: str) -> Organisation:
        """An organisation by its id or by any code it ever had. Raises Unknown."""
        found = self.organisations.get(id) or self.organisations.get(self.codes.get(id, ""))
        if found is None:
            raise Unknown("organisation", "组织", id)
        return found

    def team(self, id: str) -> Team:
        found = self.teams.get(id)
        if found is None:
            raise Unknown("team", "队伍", id)
        return found

    def incident(self, id: str) -> Incident:
        found = self.incidents.get(id)
        if found is None:
            raise Unknown("incident", "事件", id)
        return found

    def open_incident(self, id: str) -> Incident:
        """An incident that takes new orders: neither closed nor merged into another."""
        found = self.incident(id)
        if found.closed_at is not None:
            raise Rule(
                "incident_not_open",
                f"事件 {id} 已结案，请先重新启动。",
                f"Incident {id} is closed: reopen it first.",
                incident=id,
                closed_at=found.closed_at,
            )
        if found.merged_into is not None:
            raise Rule(
                "incident_merged",
                f"事件 {id} 已并入 {found.merged_into}，请使用该编号。",
                f"Incident {id} was merged into {found.merged_into}: use that one.",
                incident=id,
                into=found.merged_into,
            )
        return found

    def dispatch(self, id: str) -> Dispatch:
        found = self.dispatches.get(id)
        if found is None:
            raise Unknown("dispatch", "调派", id)
        return found

    def entry(self, position: int) -> Entry:
        for table in self.entries.values():
            if (found := table.get(position)) is not None:
                return found
        raise Unknown("entry", "记录", str(position))

    def is_within(self, organisation: str, ancestor: str) -> bool:
        """Whether an organisation is `ancestor` or stands below it in the tree."""
        current: str | None = organisation
        for _ in range(_TREE_DEPTH_MAX):
            if current == ancestor:
                return True
            found = self.organisations.get(current or "")
            if found is None:
                return False
            current = found.merged_into or found.parent
            if current is None:
                return False
        return False

    # --- folding ---

    def apply(self, recorded: Recorded, undo: Undo | None = None) -> None:
        """Fold one event. With `undo`, note what each change replaced."""
        self._undo = undo
        self.position = recorded.position
        self.recorded_at = recorded.recorded_at
        event = recorded.event
        _FOLDS[type(event)](self, recorded, event)

    def take_back(self, undo: Undo, position: int, recorded_at: datetime | None) -> None:
        """Undo a batch that did not become durable: the world stands at `position` again."""
        for table, key, before in reversed(undo):
            if before is _ABSENT:
                table.pop(key, None)
            else:
                table[key] = before
        self.position = position
        self.recorded_at = recorded_at

    def _put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        if self._undo is not None:
            self._undo.append((table, key, table.get(key, _ABSENT)))
        table[key] = value

    def _drop(self, table: dict[Any, Any], key: Any) -> None:
        if key in table:
            if self._undo is not None:
                self._undo.append((table, key, table[key]))
            del table[key]

    def _bind(self, dispatch: Dispatch) -> None:
        """Keep the team's one open assignment in step with the assignment's state."""
        team = self.teams.get(dispatch.team)
        if team is None:
            return
        if dispatch.open:
            if team.dispatch is None:
                self._put(self.teams, team.id, structs.replace(team, dispatch=dispatch.id))
        elif team.dispatch == dispatch.id:
            self._put(self.teams, team.id, structs.replace(team, dispatch=None))

    def _put_dispatch(self, dispatch: Dispatch) -> None:
        self._put(self.dispatches, dispatch.id, dispatch)
        self._bind(dispatch)

    def _fold_opened(self, recorded: Recorded, event: OperationOpened) -> None:
        operation = Operation(recorded.operation, event.kind, event.title, recorded.recorded_at)
        self._put(self.single, "operation", operation)
        for organisation in event.organisations:
            self._put(self.organisations, organisation.id, organisation)
            self._note_codes(organisation)
        for team in event.teams:
            self._put(self.teams, team.id, team)

    def _note_codes(self, organisation: Organisation) -> None:
        for code in (organisation.code, *(former.code for former in organisation.former)):
            if code is not None:
                self._put(self.codes, code, organisation.id)

    def _fold_clock(self, recorded: Recorded, event: clocks.ClockEvent) -> None:
        self._put(self.clocks, "clock", clocks.evolve(self.clock, event, recorded.recorded_at))

    def _fold_organisation(self, recorded: Recorded, event: organisations.OrganisationEvent) -> None:
        before = self.organisations.get(event.organisation)
        after = organisations.evolve(before, event, recorded.occurred_at)
        self._put(self.organisations, after.id, after)
        self._note_codes(after)

    def _fold_team(self, recorded: Recorded, event: teams.TeamEvent) -> None:
        if isinstance(event, teams.TeamTakenOutOfService) and event.dispatch is not None:
            bound = self.dispatches.get(event.dispatch)
            if bound is not None:
                self._put_dispatch(structs.replace(bound, failed=_stamp(recorded)))
        before = self.teams.get(event.team)
        self._put(self.teams, event.team, teams.evolve(before, event, recorded.occurred_at))

    def _fold_incident(self, recorded: Recorded, event: incidents.IncidentEvent) -> None:
        before = self.incidents.get(event.incident)
        if before is None and not isinstance(event, incidents.IncidentReported | incidents.IncidentReopened):
            return  # of a closed incident, which is in the log and not here
        after = incidents.evolve(before, event, _stamp(recorded), recorded.actor.post_id)
        self._put(self.incidents, after.id, after)
        match event:
            case incidents.IncidentReported():
                self._count_incident(event.incident)
            case incidents.IncidentMerged():
                self._move(event.dispatches, event.incident, event.into)
                if (into := self.incidents.get(event.into)) is not None:
                    self._put(
                        self.incidents,
                        into.id,
                        structs.replace(
                            into,
                            merged=(*into.merged, event.incident),
                            dispatches=(*into.dispatches, *event.dispatches),
                            position=recorded.position,
                        ),
                    )
            case incidents.IncidentUnmerged():
                self._move(event.dispatches, event.out_of, event.incident)
                if (out_of := self.incidents.get(event.out_of)) is not None:
                    self._put(
                        self.incidents,
                        out_of.id,
                        structs.replace(
                            out_of,
                            merged=tuple(id for id in out_of.merged if id != event.incident),
                            dispatches=tuple(id for id in out_of.dispatches if id not in event.dispatches),
                            position=recorded.position,
                        ),
                    )
            case incidents.IncidentReopened():
                for dispatch in event.dispatches:
                    self._put(self.dispatches, dispatch.id, dispatch)
                self._put(self.entries, event.incident, {entry.position: entry for entry in event.entries})
            case incidents.IncidentClosed():
                if self._undo is not None:
                    self._closing.append(
                        event.incident
                    )  # its log is not durable yet: `sweep` lets go after the commit
                elif not self._keep_closed:
                    self._forget(event.incident)
            case _:
                pass  # folded by incident.evolve, which is exhaustive; no other table changes

    def _move(self, moved: Iterable[str], out_of: str, into: str) -> None:
        for id in moved:
            if (dispatch := self.dispatches.get(id)) is not None:
                origin = dispatch.origin or out_of
                after = structs.replace(dispatch, incident=into, origin=None if origin == into else origin)
                self._put(self.dispatches, id, after)

    def _forget(self, id: str) -> None:
        incident = self.incidents.get(id)
        if incident is None:
            return
        self._drop(self.incidents, id)
        self._drop(self.entries, id)
        for dispatch in incident.dispatches:
            self._drop(self.dispatches, dispatch)
        for merged in incident.merged:
            self._forget(merged)

    def _count_incident(self, id: str) -> None:
        """Ids of the form that rules give count on, whoever chose them: so a number that a rule gives is always free."""
        year, _, number = id.partition("-")
        if len(year) == 4 and len(number) <= COUNTED_DIGITS_MAX and (year + number).isdecimal() and number:
            self._count(f"incident:{year}", int(number))

    def _count(self, counter: str, number: int) -> None:
        if number > self.counters.get(counter, 0):
            self._put(self.counters, counter, number)

    def _fold_leadership(self, recorded: Recorded, event: leadership.LeadershipEvent) -> None:
        if (before := self.incidents.get(event.incident)) is not None:
            after = leadership.evolve(before, event, recorded.position, recorded.actor.post_id)
            self._put(self.incidents, before.id, after)

    def _fold_casualties(self, recorded: Recorded, event: CasualtiesRecorded) -> None:
        if (before := self.incidents.get(event.incident)) is None:
            return
        by = recorded.actor.post_id
        record = Casualty(
            recorded.position, by, event.dead, event.serious, event.injured, event.missing, event.loss_yuan
        )
        after = structs.replace(before, casualties=(*before.casualties, record), position=recorded.position)
        self._put(self.incidents, before.id, after)
        self._note_entry(Entry(recorded.position, by, event.incident, casualties=True))

    def _note_entry(self, entry: Entry) -> None:
        table = self.entries.get(entry.incident)
        if table is None:
            table = {}
            self._put(self.entries, entry.incident, table)
        self._put(table, entry.position, entry)

    def _fold_entry_added(self, recorded: Recorded, event: EntryAdded) -> None:
        if event.incident not in self.incidents:
            return
        entry = Entry(
            recorded.position,
            recorded.actor.post_id,
            event.incident,
            milestone=event.milestone,
            dispatch=event.dispatch,
            stamp=_stamp(recorded) if event.milestone is not None else None,
        )
        self._note_entry(entry)
        if (
            event.milestone is not None
            and (dispatch := self.dispatches.get(event.dispatch or "")) is not None
        ):
            self._put(
                self.dispatches, dispatch.id, structs.replace(dispatch, **{event.milestone: _stamp(recorded)})
            )

    def _fold_entry_marked(self, recorded: Recorded, event: EntryStruck | EntryRestored) -> None:
        struck = isinstance(event, EntryStruck)
        table = self.entries.get(event.incident, {})
        entry = table.get(event.corrects)
        if entry is None:
            return
        self._put(table, entry.position, structs.replace(entry, struck=struck))
        incident = self.incidents.get(event.incident)
        if entry.casualties and incident is not None:
            casualties = tuple(
                structs.replace(one, struck=struck) if one.position == entry.position else one
                for one in incident.casualties
            )
            after = structs.replace(incident, casualties=casualties, position=recorded.position)
            self._put(self.incidents, incident.id, after)
        if (
            entry.milestone is not None
            and (dispatch := self.dispatches.get(entry.dispatch or "")) is not None
        ):
            stamp = None if struck else entry.stamp
            self._put(self.dispatches, dispatch.id, structs.replace(dispatch, **{entry.milestone: stamp}))

    def _fold_dispatched(self, recorded: Recorded, event: dispatches.TeamDispatched) -> None:
        self._fold_dispatch(recorded, event)
        number = event.dispatch[2:]
        if event.dispatch.startswith("d-") and len(number) <= COUNTED_DIGITS_MAX and number.isdecimal():
            self._count("dispatch", int(number))
        if (incident := self.incidents.get(event.incident)) is not None:
            known = (*incident.dispatches, event.dispatch)
            self._put(self.incidents, incident.id, structs.replace(incident, dispatches=known))

    def _fold_dispatch(self, recorded: Recorded, event: dispatches.DispatchEvent) -> None:
        before = self.dispatches.get(event.dispatch)
        if before is None and not isinstance(event, dispatches.TeamDispatched):
            return  # of a closed incident, which is in the log and not here
        self._put_dispatch(dispatches.evolve(before, event, _stamp(recorded), recorded.actor.post_id))

    def _fold_refused(self, recorded: Recorded, event: CommandRefused) -> None:
        """A refusal changes nothing."""

    # --- letting go, and bringing back ---

    def recall(self, records: Iterable[Recorded]) -> None:
        """Bring closed incidents back, from all events about them in order, until the next `sweep`."""
        scratch = World(keep_closed=True)
        for recorded in records:
            scratch.apply(recorded)
        for id, incident in scratch.incidents.items():
            if id in self.incidents:
                continue
            self.incidents[id] = incident
            self._closing.append(id)
            if (table := scratch.entries.get(id)) is not None:
                self.entries[id] = table
            for dispatch in incident.dispatches:
                if dispatch in scratch.dispatches:
                    self.dispatches[dispatch] = scratch.dispatches[dispatch]

    def sweep(self) -> None:
        """Let go of what is closed, after the batch that closed it or named it has ended, one way or the other."""
        self._undo = None
        closing, self._closing = self._closing, []
        for id in closing:
            incident = self.incidents.get(id)
            if incident is None:
                continue
            into = self.incidents.get(incident.merged_into or "")
            gone = incident.merged_into is not None and (into is None or into.closed_at is not None)
            if incident.closed_at is not None or gone:
                self._forget(id)

    # --- snapshots ---

    def snapshot(self) -> bytes:
        """The whole state as bytes; `World.restored` reads it."""
        return _snapshot_encoder.encode(
            Tables(
                self.position,
                self.single,
                self.clocks,
                self.organisations,
                self.codes,
                self.teams,
                self.incidents,
                self.dispatches,
                self.entries,
                self.counters,
            )
        )

    @classmethod
    def restored(cls, data: bytes) -> World:
        """A world from its snapshot."""
        tables = _snapshot_decoder.decode(data)
        world = cls()
        world.position = tables.position
        world.single, world.clocks = tables.single, tables.clock
        world.organisations, world.codes, world.teams = tables.organisations, tables.codes, tables.teams
        world.incidents, world.dispatches = tables.incidents, tables.dispatches
        world.entries, world.counters = tables.entries, tables.counters
        return world


def _stamp(recorded: Recorded) -> Stamp:
    return Stamp(
        recorded.occurred_at, recorded.precision, recorded.source, recorded.position, recorded.actor.post_id
    )


_snapshot_encoder = msgspec.msgpack.Encoder()
_snapshot_decoder = msgspec.msgpack.Decoder(Tables)

_Fold = Callable[[World, Recorded, Any], None]
_FOLD_OF_UNION: tuple[tuple[Any, _Fold], ...] = (
    (clocks.ClockEvent, World._fold_clock),
    (organisations.OrganisationEvent, World._fold_organisation),
    (teams.TeamEvent, World._fold_team),
    (incidents.IncidentEvent, World._fold_incident),
    (leadership.LeadershipEvent, World._fold_leadership),
    (dispatches.DispatchEvent, World._fold_dispatch),
)


def _folds() -> dict[type[Any], _Fold]:
    """One method for each event type: a table, since a chain of forty isinstance checks is most of a fold's cost."""
    folds: dict[type[Any], _Fold] = {
        OperationOpened: World._fold_opened,
        CommandRefused: World._fold_refused,
        CasualtiesRecorded: World._fold_casualties,
        EntryAdded: World._fold_entry_added,
        EntryStruck: World._fold_entry_marked,
        EntryRestored: World._fold_entry_marked,
    }
    for union, fold in _FOLD_OF_UNION:
        folds.update(dict.fromkeys(union.__args__, fold))
    folds[dispatches.TeamDispatched] = World._fold_dispatched
    missing = [name for name, event in EVENTS.items() if event not in folds]
    if missing:
        raise TypeError(f"the world does not fold {', '.join(missing)}")
    return folds


_FOLDS = _folds()
