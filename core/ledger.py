"""The ledger of obligations 时限台账: every one that ever opened, with what became of it, folded from the log. As of a time: folded so far.

Nothing here sleeps or is scheduled: what is overdue follows from `now`, so that any evaluation at any time tells the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct

from core.catalogue import Recorded
from core.clock import now_of
from core.finding import ObligationWaived
from core.incident import IncidentClosed, IncidentMerged, IncidentVerified
from core.obligation import Obligation
from core.obligation_reports import report_clocks
from core.obligation_touch import touched
from core.obligations import of_thing, report_facts
from core.world import World

State = Literal["open", "met", "late", "missed", "waived", "cancelled"]
_ENDING = frozenset(
    {
        "ControlLifted",
        "DispatchCancelled",
        "WarningCancelled",
        "ResponseEnded",
        "PlanRetired",
        "TeamTakenOutOfService",
    }
)
"""Events after which the subject is gone: what was still owed about it is cancelled, or missed where it was overdue."""


class Settled(Struct, frozen=True, omit_defaults=True):
    """An obligation and what became of it. `met_at` is when, by the log; `position` is where the log says so."""

    obligation: Obligation
    state: State
    met_at: datetime | None = None
    position: int = 0
    reason: str | None = None


class Ledger:
    """A fold over one operation. `keep_settled` false: only what is open, for a node that runs for years."""

    def __init__(self, world: World | None = None, *, keep_settled: bool = True) -> None:
        self.world = world or World()
        self.open: dict[str, Obligation] = {}
        self.settled: list[Settled] = []
        self.asked = 0
        """How many things were looked at: the work done."""
        self._of_thing: dict[tuple[str, str], dict[str, Obligation]] = {}
        self._keep_settled = keep_settled

    def apply(self, recorded: Recorded) -> None:
        """Fold one event: what it is about is asked again, and what is not owed any more is settled."""
        things = self.begin(recorded)
        self.world.apply(recorded)
        self.end(recorded, things)

    def begin(self, recorded: Recorded) -> dict[tuple[str, str], None]:
        """The things to ask about again; before the world, which somebody else may fold, folds the event."""
        return dict.fromkeys(touched(self.world, recorded))

    def end(self, recorded: Recorded, things: dict[tuple[str, str], None]) -> list[Obligation]:
        """After the world has folded it: what is owed since, or by another time."""
        fresh: list[Obligation] = []
        for thing in things | dict.fromkeys(touched(self.world, recorded)):
            self.asked += 1
            before = self._of_thing.get(thing, {})
            after = {found.id: found for found in of_thing(self.world, *thing)}
            for gone in before.keys() - after.keys():
                del self.open[gone]
                if self._keep_settled:
                    self.settled.append(self._settle(before[gone], recorded))
            fresh += [one for id, one in after.items() if before.get(id) != one]
            self.open.update(after)
            if after:
                self._of_thing[thing] = after
            else:
                self._of_thing.pop(thing, None)
        return fresh

    def states(self, now: datetime) -> list[Settled]:
        """All of them as known at `now`, oldest deadline first. What is open and past due is missed so far: it may still be met, late."""
        found = list(self.settled)
        for one in self.open.values():
            over = one.until is not None and now >= one.until
            overdue = one.is_missed(now)
            found.append(Settled(one, "missed" if overdue else "cancelled" if over else "open"))
        return sorted(found, key=lambda one: (one.obligation.due_at, one.obligation.id))

    def _settle(self, one: Obligation, recorded: Recorded) -> Settled:
        event = recorded.event
        at = min(recorded.occurred_at, now_of(self.world.clock, recorded.recorded_at))
        if isinstance(event, ObligationWaived):
            return Settled(one, "waived", None, recorded.position, event.reason)
        judged_false = isinstance(event, IncidentVerified) and not event.real
        if isinstance(event, IncidentClosed | IncidentMerged) or recorded.type in _ENDING or judged_false:
            return Settled(one, "missed" if at > one.due_at else "cancelled", None, recorded.position)
        if one.kind.startswith("report."):
            at = self._reported_at(one) or at
        return Settled(one, "met" if at <= one.due_at else "late", at, recorded.position)

    def _reported_at(self, one: Obligation) -> datetime | None:
        """A report counts from when it was sent, which a later record of it may say."""
        facts = report_facts(self.world, one.incident or "")
        if facts is None:
            return None
        clocks = report_clocks(facts, self.world.organisations)
        return next((clock.met_at for clock in clocks if clock.owed.id == one.id), None)


def ledger(events: Iterable[Recorded], now: datetime) -> list[Settled]:
    """The ledger of a log as known at `now`: a pure function of the events recorded until then."""
    book = Ledger()
    for recorded in events:
        if now_of(book.world.clock, recorded.recorded_at) <= now:
            book.apply(recorded)
    return book.states(now)
