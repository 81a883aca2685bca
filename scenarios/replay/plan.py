"""Facts into commands: each with an id that follows from what it says, so that saying it again adds nothing. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from msgspec import Struct, field

from core.clock import ChangeClockRate, JumpClock, StartClock
from core.dispatch import ArriveTeam, CancelDispatch, DepartTeam, DispatchTeam, ReleaseTeam
from core.entry import AddEntry
from core.incident import CloseIncident, ReopenIncident, ReportIncident
from core.messages import Name, Precision, Source
from core.operation import OpenOperation
from core.organisation import RegisterOrganisation
from core.team import RegisterTeam
from scenarios.replay.book import ORDERED, Book, Reader
from scenarios.replay.cells import Instant, moment_of, with_hash
from scenarios.replay.oddities import Oddities
from scenarios.replay.order import Fact, Order, What

SOURCE: Source = "import"
TITLE_CHARS_MAX = 200
_NAMES = uuid5(NAMESPACE_URL, "liandong/replay")
REOPENED = "补录同一警情的其他调派 / further assignments of this call are imported"


class Step(NamedTuple):
    """One command to send. `key` is the instant of the file at which it is sent, `row` the row that asks for it (0: none)."""

    id: UUID
    command: Any
    key: Instant
    row: int
    occurred_at: datetime | None = None
    precision: Precision = "second"


class KnownDispatch(NamedTuple):
    """An assignment that the log has already."""

    team: str
    incident: str
    ordered: datetime
    precision: Precision


class KnownIncident(NamedTuple):
    """An incident that the log has already."""

    kind: str
    place: str
    text: str | None
    reported: datetime
    precision: Precision


class Prior(Struct):
    """What the operation's log says before the import: nothing in a new one, the same facts when the file is run again."""

    dispatches: dict[str, KnownDispatch] = field(default_factory=dict[str, KnownDispatch])
    incidents: dict[str, KnownIncident] = field(default_factory=dict[str, KnownIncident])
    closed: set[str] = field(default_factory=set[str])


class Plan:
    """The commands of one file for one operation. Iterating makes them one by one; two iterations give the same."""

    def __init__(
        self, operation: str, title: str, book: Book, reader: Reader, prior: Prior, rate: Fraction
    ) -> None:
        self.namespace = uuid5(_NAMES, operation)
        self.order = Order(book)
        self._title = title[:TITLE_CHARS_MAX]
        self._book = book
        self._reader = reader
        self._prior = prior
        self._rate = rate
        self._rename_taken(book.oddities)
        self._reopen: dict[str, str] = {}

    def opening(self, *, with_teams: bool) -> Step:
        """The operation's first command. Its id is the same for every file: who comes second finds it open."""
        return Step(
            uuid5(self.namespace, "open"), OpenOperation(title=self._title, with_teams=with_teams), 0, 0
        )

    def setting_up(self, root: str | None) -> Iterator[Step]:
        """The clock, the organisation, the teams: in place before the first call. `root` is the district."""
        if not self._book.calls:
            return
        first = self.order.first
        start = StartClock(at=moment_of(first), rate_n=self._rate.numerator, rate_d=self._rate.denominator)
        yield Step(uuid5(self.namespace, "clock"), start, first, 0)
        owner = self._reader.chart.organisation
        parent = None if root == owner.id else root
        yield self._plain(
            RegisterOrganisation(organisation=owner.id, name=owner.name, level=owner.level, parent=parent),
            first,
        )
        for unit in self._book.units.values():
            team = RegisterTeam(
                team=unit.id,
                organisation=owner.id,
                name=Name(zh=unit.name),
                kind=self._reader.unit_kind(unit.type),
                capabilities=(unit.type[:TITLE_CHARS_MAX],) if unit.type else (),
            )
            yield self._plain(team, first)

    def change_rate(self, key: Instant) -> Step:
        """For an import that goes on where another stopped, perhaps at another speed."""
        change = ChangeClockRate(rate_n=self._rate.numerator, rate_d=self._rate.denominator)
        return Step(uuid5(self.namespace, f"rate {self._rate} {key}"), change, key, 0)

    def playing(self) -> Iterator[Step]:
        """Every fact in order; the clock jumps to each new instant before its facts."""
        now: Instant | None = None
        self._reopen = self._to_reopen()
        for fact in self.order:
            if fact.key != now:
                now = fact.key
                yield Step(uuid5(self.namespace, f"jump {now}"), JumpClock(to=moment_of(now)), now, 0)
            yield from self._of(fact)

    def __len__(self) -> int:
        """About how many commands there are to send, for a progress bar."""
        instants = 0
        before: Instant | None = None
        for fact in self.order:
            instants += fact.key != before
            before = fact.key
        return len(self.order) + instants + len(self._book.units) + 3

    # --- one fact ---

    def _of(self, fact: Fact) -> Iterator[Step]:
        match fact.what:
            case What.REPORT:
                yield self._report(fact)
            case What.EXTRA:
                extra = self._book.extras[fact.of]
                entry = AddEntry(
                    incident=self._book.calls[extra.call].id,
                    text=extra.text,
                    fact=extra.fact,
                    value=extra.value,
                )
                yield self._told(entry, fact.key, extra.row, extra.at)
            case What.CLOSE:
                yield self._close(fact)
            case What.ORDER:
                yield from self._dispatch(fact)
            case What.DEPART | What.ARRIVE | What.LEAVE | What.HOSPITAL | What.END:
                yield self._milestone(fact)

    def _report(self, fact: Fact) -> Step:
        call = self._book.calls[fact.of]
        at = fact.key if call.reports else None
        known = self._prior.incidents.get(call.id)
        said = (moment_of(fact.key), "second" if call.reports else "unknown")
        column = self._reader.layout.called["received"]
        if (
            known is not None
            and (known.kind, known.place) == (call.kind, call.place.text)
            and (known.text, known.reported, known.precision) != (call.text, *said)
        ):
            # The rule takes it for the report that it has already; what is said otherwise must not be lost.
            words = call.reports[fact.key][1] if call.reports else "—"
            entry = AddEntry(incident=call.id, text=call.text, fact=column, value=words)
            return self._told(entry, fact.key, call.row, at)
        report = ReportIncident(
            kind=call.kind, place=call.place, incident=call.id, text=call.text, said=call.said
        )
        return self._told(report, fact.key, call.row, at)

    def _dispatch(self, fact: Fact) -> Iterator[Step]:
        assignment = self._book.assignments[fact.of]
        call = self._book.calls[assignment.call]
        ordered = assignment.stamps[ORDERED]
        if (digest := self._reopen.pop(call.id, None)) is not None:
            reopen = ReopenIncident(incident=call.id, reason=REOPENED)
            yield self._told(reopen, fact.key, assignment.row, None, digest)
        known = self._prior.dispatches.get(assignment.id)
        if known is not None and ordered is not None and known.ordered != moment_of(ordered):
            # The rule takes it for the order that it has already: the second clock is kept as an entry.
            column = self._reader.layout.called["ordered"]
            words = moment_of(ordered).isoformat()
            entry = AddEntry(incident=call.id, text=assignment.id, fact=column, value=words)
            yield self._told(entry, fact.key, assignment.row, ordered)
            return
        dispatch = DispatchTeam(incident=call.id, team=assignment.unit, dispatch=assignment.id, divert=True)
        yield self._told(dispatch, fact.key, assignment.row, ordered)

    def _milestone(self, fact: Fact) -> Step:
        assignment = self._book.assignments[fact.of]
        call, id = self._book.calls[assignment.call], assignment.id
        command: Any
        match fact.what:
            case What.DEPART:
                command = DepartTeam(dispatch=id)
            case What.ARRIVE:
                command = ArriveTeam(dispatch=id)
            case What.LEAVE:
                command = AddEntry(incident=call.id, milestone="left_scene", dispatch=id)
            case What.HOSPITAL:
                command = AddEntry(incident=call.id, milestone="at_hospital", dispatch=id)
            case _ if assignment.stamps[What.ARRIVE] is not None:
                command = ReleaseTeam(dispatch=id)
            case _:
                reason = self._reader.cancel_reason(call.disposition)
                command = CancelDispatch(dispatch=id, reason=reason)
        return self._told(command, fact.key, assignment.row, assignment.stamps[fact.what])

    def _close(self, fact: Fact) -> Step:
        """Another file may hold other units of the same call: what closes it again is another command."""
        call = self._book.calls[fact.of]
        ids = sorted(self._book.assignments[index].id for index in call.assignments)
        return self._told(
            CloseIncident(incident=call.id, reason=call.disposition), fact.key, call.row, None, _digest(ids)
        )

    def _told(self, command: Any, key: Instant, row: int, at: Instant | None, digest: str = "") -> Step:
        """A fact with its own time; where nobody stamped it, its place in the order, marked as no more than that."""
        precision: Precision = "unknown" if at is None else "second"
        occurred_at = moment_of(key if at is None else at)
        content = _encoder.encode((command, occurred_at, precision, digest)).decode()
        return Step(uuid5(self.namespace, content), command, key, row, occurred_at, precision)

    def _plain(self, command: Any, key: Instant) -> Step:
        """What sets the operation up is of the time at which it is sent."""
        return Step(uuid5(self.namespace, _encoder.encode(command).decode()), command, key, 0)

    # --- what the log has already ---

    def _rename_taken(self, oddities: Oddities) -> None:
        """An assignment whose id the log knows as another team's or incident's."""
        for assignment in self._book.assignments:
            known = self._prior.dispatches.get(assignment.id)
            incident = self._book.calls[assignment.call].id
            if known is not None and (known.team, known.incident) != (assignment.unit, incident):
                oddities.add("row_id_taken", assignment.row, assignment.id)
                assignment.id = with_hash(assignment.id, f"{incident}\n{assignment.unit}")

    def _to_reopen(self) -> dict[str, str]:
        """Closed incidents that get further assignments, each with a digest of these."""
        found: dict[str, str] = {}
        for call in self._book.calls:
            if call.id in self._prior.closed:
                ids = sorted(self._book.assignments[index].id for index in call.assignments)
                if new := [id for id in ids if id not in self._prior.dispatches]:
                    found[call.id] = _digest(new)
        return found


_encoder = msgspec.json.Encoder()


def _digest(ids: list[str]) -> str:
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()
