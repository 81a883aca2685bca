"""Reactions 系统自动动作: what the system must ask for next, from the log and the time alone. Pure: it sends nothing and sleeps never.

State-based: it asks for what should be and is not, so asked again it asks for nothing that already is, and several nodes that ask
for the same thing use the same key. After an event only what the event is about is looked at again, and what fell due.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from core.activation import ActivatePlan, ProposeActivation
from core.adoption import PlanAdopted, PlanRetired
from core.catalogue import Recorded
from core.finding import ClearFinding, MissObligation, RaiseFinding
from core.incident import Incident
from core.ledger import Ledger
from core.link import TimeOutLink, TriggerLinks
from core.obligation import Obligation
from core.watch.candidate import NOTES, Candidate, Found
from core.watch.engine import Watch
from core.watch.view import line
from core.world import World
from handlers.responding import RESPONSE_TO, Wanted, is_proposed, responses, takes_orders
from handlers.starting import Coverage, starts

TICK = timedelta(microseconds=1)
"""The first instant after a limit: on the limit exactly is in time."""
COVERAGE_EVENTS = frozenset(
    {
        "IncidentReported",
        "IncidentAmended",
        "IncidentReopened",
        "CasualtiesRecorded",
        "EntryStruck",
        "EntryRestored",
    }
)
ARRIVALS = frozenset({"TeamArrived", "WorkStarted", "PlanActivated", "ResponseLevelChanged"})
AUTHORITIES = ("government", "department")


class Reactions:
    """A fold over one operation, with the watch and the ledger on one world."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.ledger = Ledger(self.watch.world, keep_settled=False)
        self.position = 0
        self._coverage = Coverage()
        self._owed: list[tuple[datetime, str]] = []
        self._todo: dict[tuple[str, str], None] = {}
        self._cleared: dict[str, Found] = {}
        self._later: list[tuple[datetime, str]] = []
        self._answered: dict[str, None] = {}

    @property
    def world(self) -> World:
        return self.watch.world

    # --- folding ---

    def apply(self, recorded: Recorded) -> None:
        """Fold one event, and note what is to be looked at because of it."""
        things = self.ledger.begin(recorded)
        self.watch.apply(recorded)
        for one in self.ledger.end(recorded, things):
            heapq.heappush(self._owed, (one.due_at, one.id))
        self.position = recorded.position
        for found in self.watch.cleared:
            self._cleared[found.candidate.id] = found
        self.watch.cleared.clear()
        event = recorded.event
        if isinstance(event, PlanAdopted):
            self._coverage.put(event.document)
        elif isinstance(event, PlanRetired):
            self._coverage.drop(event.plan)
        told = recorded.type == "EntryAdded" and getattr(event, "fact", None) is not None
        for tag in recorded.tags:
            kind, _, id = tag.partition(":")
            if kind == "incident":
                if told or recorded.type in COVERAGE_EVENTS:
                    self._todo["start", id] = None
                if recorded.type in ARRIVALS:
                    self._todo["arrival", id] = None
                if id.startswith(RESPONSE_TO):
                    self._todo["warning", id.removeprefix(RESPONSE_TO)] = None
            elif kind == "warning":
                self._todo["warning", id] = None
                self._warned(id)

    def _warned(self, id: str) -> None:
        """A warning is a fact for every incident that is open; when it begins later, then."""
        warning = self.world.warnings.get(id)
        if warning is not None:
            heapq.heappush(self._later, (warning.since, id))
        for incident in self.world.incidents:
            self._todo["start", incident] = None

    # --- what is due ---

    def due(self, now: datetime) -> list[Wanted]:
        """What should be and is not, at `now`. The same again until it is folded, or answered."""
        while self._later and self._later[0][0] <= now:
            self._todo["warning", heapq.heappop(self._later)[1]] = None
        while self._owed and self._owed[0][0] < now:
            self._todo["owed", heapq.heappop(self._owed)[1]] = None
        for id in sorted(self.watch.news(now)):
            self._todo["finding", id] = None
        found: list[Wanted] = []
        for thing in list(self._todo):
            wanted = [one for one in self._ask(thing, now) if one.key not in self._answered]
            if wanted:
                found += wanted
            else:
                del self._todo[thing]
        return found

    def answered(self, key: str) -> None:
        """The desk has carried it out, or refused it for good: it is not asked for again under this key."""
        self._answered[key] = None
        if len(self._answered) > ANSWERED_KEYS_MAX:
            del self._answered[next(iter(self._answered))]

    def next_due(self) -> datetime | None:
        """The next instant, by the operation's clock, at which something falls due if nothing happens before."""
        while self._owed and self._owed[0][1] not in self.ledger.open:
            heapq.heappop(self._owed)
        instants = [self._owed[0][0] + TICK] if self._owed else []
        if (watched := self.watch.next_due()) is not None:
            instants.append(watched + TICK)
        if self._later:
            instants.append(self._later[0][0])
        return min(instants, default=None)

    def _ask(self, thing: tuple[str, str], now: datetime) -> Iterator[Wanted]:
        kind, id = thing
        match kind:
            case "owed":
                yield from self._overdue(self.ledger.open.get(id), now)
            case "finding":
                yield from self._finding(id, now)
            case "start":
                yield from self._start(id, now)
            case "arrival":
                yield from self._arrived(id)
            case _:
                yield from responses(self.world, id, now)

    # --- deadlines ---

    def _overdue(self, owed: Obligation | None, now: datetime) -> Iterator[Wanted]:
        if owed is None or not owed.is_missed(now):
            return
        if owed.id not in self.world.missed:
            command = MissObligation(obligation=owed.id, due_at=owed.due_at)
            yield Wanted(f"miss|{owed.id}", command, "reactions")
        if owed.kind == "link.ack":
            key = f"time-out|{owed.subject}|{owed.due_at.isoformat()}"
            yield Wanted(key, TimeOutLink(link=owed.subject), "reactions")

    # --- findings ---

    def _finding(self, id: str, now: datetime) -> Iterator[Wanted]:
        candidate = self.watch.finding(id)
        shown = self.world.findings.get(id)
        if candidate is not None and candidate.is_open(now):
            severity = candidate.severity_at(now)
            if shown is None or (shown.severity != "critical" and severity == "critical"):
                yield Wanted(
                    f"raise|{id}|{self.watch.since(id)}|{candidate.opens_at.isoformat()}|{severity}",
                    _raised(candidate, now),
                    "watch",
                )
        elif shown is not None:
            yield Wanted(f"clear|{id}|{shown.position}", self._clear(id, candidate, now), "watch")

    def _clear(self, id: str, candidate: Candidate | None, now: datetime) -> ClearFinding:
        found = self._cleared.get(id)
        if candidate is not None and candidate.until is not None and candidate.until <= now:
            return ClearFinding(finding=id, cleared_at=candidate.until, note=NOTES["expired"])
        at = found.cleared_at if found is not None and found.cleared_at is not None else now
        note = NOTES[found.note] if found is not None and found.note is not None else None
        return ClearFinding(finding=id, cleared_at=at, note=note)

    # --- plans ---

    def _start(self, id: str, now: datetime) -> Iterator[Wanted]:
        incident = self.world.incidents.get(id)
        if incident is None or not takes_orders(incident):
            return
        for start in starts(self.world, self._coverage, incident, now):
            key = f"{id}|{start.plan}|{start.level.value}|{max(start.facts, default=0)}"
            if start.automatic:
                command: Any = ActivatePlan(plan=start.plan, level=start.level, incident=id)
                yield Wanted(f"activate|{key}", command, "reactions")
            elif not is_proposed(self.world, start.plan, id):
                command = ProposeActivation(
                    plan=start.plan, level=start.level, incident=id, facts=start.facts
                )
                yield Wanted(f"propose|{key}", command, "reactions")

    def _arrived(self, id: str) -> Iterator[Wanted]:
        """Links that wait for the government: open once a team of a government or department is there."""
        incident = self.world.incidents.get(id)
        if incident is None or not takes_orders(incident) or not self._government_is_there(incident):
            return
        for activation_id in self.watch.memory.story(id).activations:
            activation = self.world.activations.get(activation_id)
            if activation is None or activation.ended_at is not None or activation.level is None:
                continue
            adopted = self.world.plans.get(activation.plan)
            version = adopted.pinned(activation.version) if adopted is not None else None
            part = version.document.levels.get(activation.level) if version is not None else None
            sent = {
                link.plan_link
                for one in self.watch.memory.story(id).links
                if (link := self.world.links.get(one)) is not None and link.activation == activation_id
            }
            waiting = [
                one
                for one in (part.links_out if part is not None else ())
                if one.trigger == "government_on_scene"
            ]
            if any(one.id not in sent for one in waiting):
                key = f"trigger|{activation_id}|{activation.level.value}"
                yield Wanted(key, TriggerLinks(activation=activation_id), "reactions")

    def _government_is_there(self, incident: Incident) -> bool:
        for dispatch in self.watch.dispatches(incident):
            organisation = self.world.organisations.get(self.watch.owner_of(dispatch))
            there = (dispatch.on_scene or dispatch.working) is not None
            if there and organisation is not None and organisation.level in AUTHORITIES:
                return True
        return False


ANSWERED_KEYS_MAX = 50_000


def _raised(candidate: Candidate, now: datetime) -> RaiseFinding:
    return RaiseFinding(
        finding=candidate.id,
        rule=candidate.rule,
        subject=line(candidate.subject),
        severity=candidate.severity_at(now),
        opened_at=candidate.opens_at,
        zh=line(candidate.zh),
        en=line(candidate.en),
        owner=candidate.owner,
        incident=candidate.incident,
        evidence=candidate.evidence[:200],
    )
