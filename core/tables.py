"""The tables of one operation's world, with an undo list for what a batch replaced. It knows rows, and neither events nor rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import msgspec
from msgspec import Struct, structs

from core.activation import Activation, Proposal
from core.adoption import Adopted
from core.agreement import Agreement
from core.clock import Clock
from core.control import Control
from core.dispatch import Dispatch
from core.drill import Drilled
from core.entry import Entry
from core.finding import Finding
from core.hazard import Crowd, Declared
from core.incident import Incident
from core.link import Link
from core.operation import Operation
from core.organisation import Organisation
from core.plan.register import RegisterFile
from core.register import EMPTY
from core.report import Filed
from core.task import Task
from core.team import Team
from core.warning import Warned

COUNTED_DIGITS_MAX = 18
PARTS = ("activations", "tasks", "links", "proposals", "controls", "missed", "waived")
"""The tables whose rows belong to one incident each, beside its dispatches. Missed and waived deadlines may belong to another thing."""
RESTATED = ("organisations", "teams", "plans", "registers", "agreements")
"""The tables that the checks of plans look at."""
_ABSENT: Any = object()
Undo = list[tuple[dict[Any, Any], Any, Any]]
"""Rows lost, newest last: (table, key, what was there)."""


class _Snapshot(Struct):
    """What a snapshot of the tables holds."""

    position: int
    single: dict[str, Operation | None]
    clocks: dict[str, Clock | None]
    organisations: dict[str, Organisation]
    codes: dict[str, str]
    teams: dict[str, Team]
    incidents: dict[str, Incident]
    dispatches: dict[str, Dispatch]
    entries: dict[str, dict[int, Entry]]
    counters: dict[str, int]
    plans: dict[str, Adopted] = {}
    activations: dict[str, Activation] = {}
    running: dict[str, str] = {}
    tasks: dict[str, Task] = {}
    links: dict[str, Link] = {}
    proposals: dict[str, Proposal] = {}
    controls: dict[str, Control] = {}
    warnings: dict[str, Warned] = {}
    reports: dict[str, tuple[Filed, ...]] = {}
    findings: dict[str, Finding] = {}
    missed: dict[str, datetime] = {}
    waived: dict[str, str] = {}
    hazards: dict[str, Declared] = {}
    crowds: dict[str, Crowd] = {}
    agreements: dict[str, Agreement] = {}
    drills: dict[str, Drilled] = {}
    coupled: dict[str, dict[str, str]] = {}
    zones: dict[str, dict[str, bool]] = {}
    told: dict[str, dict[int, Entry]] = {}
    no_responses: dict[int, Entry] = {}
    registers: dict[str, RegisterFile] = {}
    parts: dict[str, dict[str, bool]] = {}


_LARGE = ("plans", "registers")
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Snapshot)


class Tables:
    """Rows are frozen values; only the tables change, and with an undo list every change can be taken back."""

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
        self.plans: dict[str, Adopted] = {}
        self.activations: dict[str, Activation] = {}
        self.running: dict[str, str] = {}  # incident and plan → the activation that runs
        self.tasks: dict[str, Task] = {}
        self.links: dict[str, Link] = {}
        self.proposals: dict[str, Proposal] = {}
        self.controls: dict[str, Control] = {}
        self.warnings: dict[str, Warned] = {}
        self.reports: dict[str, tuple[Filed, ...]] = {}
        self.findings: dict[str, Finding] = {}
        self.missed: dict[str, datetime] = {}
        self.waived: dict[str, str] = {}
        self.hazards: dict[str, Declared] = {}
        self.crowds: dict[str, Crowd] = {}
        self.agreements: dict[str, Agreement] = {}
        self.drills: dict[str, Drilled] = {}
        self.coupled: dict[str, dict[str, str]] = {}
        """"type colour" → the plans that act on such a warning, and how."""
        self.told: dict[str, dict[int, Entry]] = {}
        """incident → its entries with a fact, a condition or a tag."""
        self.zones: dict[str, dict[str, bool]] = {}  # incident → its hot cordons
        self.no_responses: dict[int, Entry] = {}
        """Decisions against responding to a warning, of whatever incident."""
        self.registers: dict[str, RegisterFile] = {"entered": EMPTY}
        self.parts: dict[str, dict[str, bool]] = {}
        """Which rows of `PARTS` belong to an incident: "tasks 2026-0001" → their ids, so that nobody looks at all of them."""
        self.restated: set[tuple[str, str]] = set()
        """What the checks of plans look at and was changed since they looked: (table, id)."""
        self._packed_rows: dict[str, dict[str, tuple[Any, msgspec.Raw]]] = {}
        self._keep_closed = keep_closed
        self._closing: list[str] = []
        self._undo: Undo | None = None

    @property
    def operation(self) -> Operation | None:
        return self.single["operation"]

    @property
    def clock(self) -> Clock | None:
        return self.clocks["clock"]

    # --- changing rows ---

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        if self._undo is not None:
            self._undo.append((table, key, table.get(key, _ABSENT)))
        table[key] = value

    def drop(self, table: dict[Any, Any], key: Any) -> None:
        if key in table:
            if self._undo is not None:
                self._undo.append((table, key, table[key]))
            del table[key]

    def take_back(self, undo: Undo, position: int, recorded_at: datetime | None) -> None:
        """Undo a batch that did not become durable: the tables stand at `position` again."""
        looked_at = {id(getattr(self, name)): name for name in RESTATED}
        for table, key, before in reversed(undo):
            if before is _ABSENT:
                table.pop(key, None)
            else:
                table[key] = before
            if (name := looked_at.get(id(table))) is not None:
                self.restated.add((name, key))
        self.position = position
        self.recorded_at = recorded_at

    def put_dispatch(self, dispatch: Dispatch) -> None:
        """Keep the team's one open assignment in step with the assignment's state."""
        self.put(self.dispatches, dispatch.id, dispatch)
        team = self.teams.get(dispatch.team)
        if team is None:
            return
        if dispatch.open:
            if team.dispatch is None:
                self.put(self.teams, team.id, structs.replace(team, dispatch=dispatch.id))
        elif team.dispatch == dispatch.id:
            self.put(self.teams, team.id, structs.replace(team, dispatch=None))

    def put_in(self, outer: dict[str, dict[Any, Any]], key: str, inner: Any, value: Any) -> None:
        """Put into a table of tables."""
        table = outer.get(key)
        if table is None:
            table = {}
            self.put(outer, key, table)
        self.put(table, inner, value)

    def put_entry(self, entry: Entry) -> None:
        """An entry where it belongs: all of an incident, and apart from them what rules and watches ask about."""
        self.put_in(self.entries, entry.incident, entry.position, entry)
        if entry.fact is not None or entry.condition is not None or entry.tag is not None:
            self.put_in(self.told, entry.incident, entry.position, entry)
        if entry.tag == "no_response":
            self.put(self.no_responses, entry.position, entry)

    def put_part(self, name: str, incident: str, key: str, row: Any) -> None:
        """A row that leaves the world with its incident."""
        self.put(getattr(self, name), key, row)
        self.put_in(self.parts, f"{name} {incident}", key, True)

    def drop_part(self, name: str, incident: str, key: str) -> None:
        """A row of an incident that is over before the incident is."""
        self.drop(getattr(self, name), key)
        self.drop(self.parts.get(f"{name} {incident}", {}), key)

    def part_of(self, name: str, incident: str) -> list[Any]:
        """The rows of one table that belong to an incident, in the order in which they came."""
        return list(self.keyed(name, incident).values())

    def keyed(self, name: str, incident: str) -> dict[str, Any]:
        """The same, by their ids."""
        table = getattr(self, name)
        return {key: table[key] for key in self.parts.get(f"{name} {incident}", ())}

    def count_id(self, id: str, prefix: str) -> None:
        """An id of the form that rules give moves their counter on."""
        number = id.removeprefix(prefix)
        counts = number != id and number.isdecimal() and len(number) <= COUNTED_DIGITS_MAX
        if counts and int(number) > self.counters.get(prefix[0], 0):
            self.put(self.counters, prefix[0], int(number))

    # --- letting go ---

    def close_incident(self, id: str) -> None:
        """Let go of a closed incident: at once in a replay, by `sweep` after the commit where it may be taken back."""
        if self._undo is not None:
            self._closing.append(id)
        elif not self._keep_closed:
            self._forget(id)

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

    def _forget(self, id: str) -> None:
        incident = self.incidents.get(id)
        if incident is None:
            return
        self.drop(self.incidents, id)
        for table in (self.entries, self.reports, self.zones, self.told):
            self.drop(table, id)
        for dispatch in incident.dispatches:
            self.drop(self.dispatches, dispatch)
        for merged in incident.merged:
            self._forget(merged)
        for position in [key for key, entry in self.no_responses.items() if entry.incident == id]:
            self.drop(self.no_responses, position)
        for activation in self.part_of("activations", id):
            self.drop(self.running, f"{id} {activation.plan}")
        for name in PARTS:
            self.forget_part(name, id)

    def forget_part(self, name: str, owner: str) -> None:
        """Let go of all rows of one table that belong to an incident, or of deadlines to what they were about."""
        of_owner = f"{name} {owner}"
        table = getattr(self, name)
        for key in self.parts.get(of_owner, ()):
            self.drop(table, key)
        self.drop(self.parts, of_owner)

    # --- snapshots ---

    def snapshot(self) -> bytes:
        """All rows as bytes; `restored` reads them."""
        rows = {name: getattr(self, name) for name in _Snapshot.__struct_fields__}
        for name in _LARGE:
            rows[name] = self._packed(name)
        return _encoder.encode(_Snapshot(**rows))

    def _packed(self, name: str) -> dict[str, msgspec.Raw]:
        """The rows of a table as they stand in a snapshot. What is large and seldom changes is encoded once, not at each snapshot:
        while one is made, nothing else is decided."""
        before = self._packed_rows.get(name, {})
        table: dict[str, Any] = getattr(self, name)
        after = {
            key: kept
            if (kept := before.get(key)) is not None and kept[0] is row
            else (row, msgspec.Raw(_encoder.encode(row)))
            for key, row in table.items()
        }
        self._packed_rows[name] = after
        return {key: raw for key, (_, raw) in after.items()}

    @classmethod
    def restored(cls, data: bytes) -> Self:
        """The tables from their snapshot."""
        snapshot = _decoder.decode(data)
        tables = cls()
        for name in _Snapshot.__struct_fields__:
            setattr(tables, name, getattr(snapshot, name))
        return tables
