"""The watch over one operation: it folds events, keeps the running conditions of each thing, and says which are findings now."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime

from core.catalogue import Recorded
from core.clock import ClockJumped, now_of
from core.dispatch import DispatchMilestoneCorrected
from core.entry import EntryRestored, EntryStruck
from core.incident import IncidentClosed
from core.obligations import report_facts
from core.report import Filed, ReportFiled
from core.watch.candidate import Candidate, Found, Note
from core.watch.rules import RULES
from core.watch.touch import Thing, touched
from core.watch.view import Rule, View
from core.world import World

SPARE_DEADLINES_MAX = 1024
_CORRECTIONS = (EntryStruck, EntryRestored, DispatchMilestoneCorrected)


class Watch(View):
    """A fold with the rules that ask it. Its findings depend on the log and on `now` alone, never on when it was asked."""

    def __init__(
        self,
        rules: dict[str, tuple[Rule, ...]] = RULES,
        world: World | None = None,
        *,
        keep_cleared: bool = True,
    ) -> None:
        """`keep_cleared` false: for a node that runs for years, and whose history is the log."""
        super().__init__(world)
        self.asked = 0
        """How many times a rule was asked: the work done."""
        self.cleared: list[Found] = []
        self._rules = rules
        self._keep_cleared = keep_cleared
        self._running: dict[Thing, dict[str, Candidate]] = {}
        self._by_id: dict[str, Candidate] = {}
        self._since: dict[str, int] = {}
        self._due: list[tuple[datetime, str]] = []
        self._ends: list[tuple[datetime, str]] = []
        self._news: set[str] = set()
        self._jumps: list[tuple[datetime, datetime]] = []

    def apply(self, recorded: Recorded) -> None:
        """Fold one event, and ask again about the things that it is about."""
        before = now_of(self.world.clock, recorded.recorded_at)
        things: dict[Thing, None] = dict.fromkeys(touched(self, recorded))
        if isinstance(recorded.event, IncidentClosed):
            self._keep_reports(recorded.event.incident)
        self.memory.apply(recorded, self.world)
        self.world.apply(recorded)
        if isinstance(recorded.event, ReportFiled):
            self._add_report(recorded, recorded.event)
        things |= dict.fromkeys(touched(self, recorded))
        changed, self.memory.calls.changed = self.memory.calls.changed, {}
        things |= {("calls", id): None for id in changed}
        # The instant at which the board could know it: simulated, where the exercise clock runs.
        known_at = now_of(self.world.clock, recorded.recorded_at)
        if isinstance(recorded.event, ClockJumped):
            self._jumps.append((before, known_at))
        self._expire(known_at)
        for thing in things:
            self._ask_again(thing, recorded, known_at)
            if thing[0] == "incident":
                self._ask_again(("reports", thing[1]), recorded, known_at)

    # --- what is asked of it ---

    def findings(self, now: datetime) -> list[Candidate]:
        """The conditions that are findings now, oldest first."""
        found = [one for one in self._by_id.values() if one.is_open(now)]
        return sorted(found, key=lambda one: (one.opens_at, one.id))

    def finding(self, id: str) -> Candidate | None:
        """A running condition by its id, whether it is a finding yet or not."""
        return self._by_id.get(id)

    def since(self, id: str) -> int:
        """The position at which a running condition came to run, this time; 0 of one that does not."""
        return self._since.get(id, 0)

    def running(self) -> dict[str, Candidate]:
        """Every running condition."""
        return dict(self._by_id)

    def jumped(self, candidate: Candidate) -> bool:
        """Whether it fell due inside a jump of the exercise clock."""
        return any(start < candidate.opens_at <= end for start, end in self._jumps)

    def news(self, now: datetime) -> set[str]:
        """Ids of conditions that began, ended, fell due or expired since this was last asked."""
        found, self._news = self._news, set()
        while self._due and self._due[0][0] < now:
            found.add(heapq.heappop(self._due)[1])
        while self._ends and self._ends[0][0] <= now:
            found.add(heapq.heappop(self._ends)[1])
        return found

    def next_due(self) -> datetime | None:
        """The next instant at which there will be news if nothing happens before: just after a deadline, or at an end."""
        self._prune(self._due)
        self._prune(self._ends)
        instants = [heap[0][0] for heap in (self._due, self._ends) if heap]
        return min(instants, default=None)

    def _prune(self, heap: list[tuple[datetime, str]]) -> None:
        while heap and heap[0][1] not in self._by_id:
            heapq.heappop(heap)

    # --- asking ---

    def _ask_again(self, thing: Thing, recorded: Recorded, known_at: datetime) -> None:
        rules = self._rules.get(thing[0])
        if rules is None:
            return
        before = self._running.get(thing, {})
        after: dict[str, Candidate] = {}
        for rule in rules:
            self.asked += 1
            for one in rule(self, thing[1]):
                after[one.id] = one
        if after == before:
            return
        for id, was in before.items():
            now_is = after.get(id)
            if now_is is None or (was.opened(known_at) and not now_is.opened(known_at)):
                self._clear(was, recorded, known_at)
            if now_is is None:
                self._by_id.pop(id, None)
                self._since.pop(id, None)
                self._news.add(id)
        for id, one in after.items():
            if before.get(id) != one:
                self._by_id[id] = one
                self._since.setdefault(id, recorded.position)
                self._news.add(id)
                heapq.heappush(self._due, (one.opens_at, id))
                if one.critical_at is not None:
                    heapq.heappush(self._due, (one.critical_at, id))
                if one.until is not None:
                    heapq.heappush(self._ends, (one.until, id))
        if after:
            self._running[thing] = after
        else:
            self._running.pop(thing, None)
        if len(self._due) > 2 * len(self._by_id) + SPARE_DEADLINES_MAX:
            self._compact()

    def _compact(self) -> None:
        """Let go of deadlines of what does not run any more. One that is told again is told to no harm."""
        self._due = [
            (at, id)
            for id, one in self._by_id.items()
            for at in (one.opens_at, one.critical_at)
            if at is not None
        ]
        heapq.heapify(self._due)

    def _clear(self, was: Candidate, recorded: Recorded, known_at: datetime) -> None:
        """Note what was a finding and is none any more: not what never became one."""
        if not was.opened(known_at):
            return
        if was.until is not None and was.until <= known_at:
            self._note(Found(was, was.until, None, "expired", self.jumped(was)))
            return
        at = min(recorded.occurred_at, known_at)
        corrected = isinstance(recorded.event, _CORRECTIONS)
        note: Note | None = "corrected" if corrected else "backfilled" if at <= was.opens_at else None
        if was.at_once and at == was.opens_at and at == known_at:
            note = None  # at that very instant: nothing was told late
        self._note(Found(was, max(at, was.opens_at), recorded.position, note, self.jumped(was)))

    def _note(self, found: Found) -> None:
        if self._keep_cleared:
            self.cleared.append(found)

    def _expire(self, known_at: datetime) -> None:
        """What ended by itself before this event is over, and would open as something new."""
        while self._ends and self._ends[0][0] <= known_at:
            _, id = heapq.heappop(self._ends)
            self._news.add(id)

    # --- reports of closed incidents ---

    def _keep_reports(self, incident: str) -> None:
        """A late report stays late when its incident is closed: the world lets go of it, and this does not."""
        if self._running.get(("reports", incident)):
            facts = report_facts(self.world, incident)
            if facts is not None:
                self.memory.closed_reports[incident] = facts

    def _add_report(self, recorded: Recorded, event: ReportFiled) -> None:
        facts = self.memory.closed_reports.get(event.incident)
        if facts is None:
            return
        filed = Filed(
            recorded.position,
            event.kind,
            event.to,
            recorded.actor.post_id,
            event.known_at,
            recorded.occurred_at,
            event.late_s,
            event.number,
        )
        self.memory.closed_reports[event.incident] = type(facts)(
            facts.incident, facts.entries, (*facts.filed, filed)
        )


def watch(
    events: Iterable[Recorded], now: datetime, rules: dict[str, tuple[Rule, ...]] = RULES
) -> list[Found]:
    """Every finding of a log as known at `now`, cleared ones included: the same list however often it is asked on the way."""
    seen = Watch(rules)
    for recorded in events:
        if now_of(seen.world.clock, recorded.recorded_at) <= now:
            seen.apply(recorded)
    found = list(seen.cleared)
    for one in seen.running().values():
        if one.opened(now):
            over = one.until is not None and one.until <= now
            found.append(
                Found(one, one.until, None, "expired", seen.jumped(one))
                if over
                else Found(one, jumped=seen.jumped(one))
            )
    return sorted(found, key=lambda one: (one.candidate.opens_at, one.candidate.id, one.cleared_by or 0))


def true_at(events: Iterable[Recorded], now: datetime) -> list[Found]:
    """Every finding by all facts that had happened by `now`, whenever they were told: what was shown only because something was
    recorded late or wrongly is left out."""
    happened = [recorded for recorded in events if recorded.occurred_at <= now]
    last = max((recorded.recorded_at for recorded in happened), default=now)
    found = watch(happened, max(now, last))
    return [one for one in found if one.note not in ("backfilled", "corrected") and one.candidate.opened(now)]
