"""The watch over one operation: it folds events, keeps the running conditions of each thing, and says which are findings now."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from core.catalogue import Recorded
from core.clock import now_of
from core.watch.candidate import Candidate, Found
from core.watch.memory import Memory
from core.world import World

Rule = Callable[["Watch", str], Iterator[Candidate]]
"""A rule is asked about one thing, by its id, and says which conditions run for it."""


class Watch:
    """A fold with the rules that ask it. `rules` maps a thing (`incident`, `dispatch`, `link`, …) to the rules asked about it."""

    def __init__(self, rules: dict[str, tuple[Rule, ...]], world: World | None = None) -> None:
        self.world = world or World()
        self.memory = Memory()
        self._rules = rules
        self._running: dict[str, dict[str, Candidate]] = {}
        self._due: list[tuple[datetime, str, str]] = []
        self.cleared: list[Found] = []
        """What was cleared since the caller last emptied the list."""

    def apply(self, recorded: Recorded) -> None:
        """Fold one event, and ask again about the things that it is about."""
        touched = set(self._touched(recorded))
        self.memory.apply(recorded)
        self.world.apply(recorded)
        touched |= set(self._touched(recorded))
        # The instant at which the board could know it: simulated, where the exercise clock runs.
        known_at = now_of(self.world.clock, recorded.recorded_at)
        for thing in touched:
            self._ask_again(thing, recorded, known_at)

    def findings(self, now: datetime) -> list[Candidate]:
        """The conditions that are findings now, oldest first."""
        found = [one for running in self._running.values() for one in running.values() if one.is_open(now)]
        return sorted(found, key=lambda one: (one.opens_at, one.id))

    def next_due(self, now: datetime) -> datetime | None:
        """When the next running condition becomes a finding, if nothing happens before."""
        while self._due:
            opens_at, thing, id = self._due[0]
            running = self._running.get(thing, {}).get(id)
            if running is None or running.opens_at != opens_at or running.is_open(now):
                heapq.heappop(self._due)
                continue
            return opens_at
        return None

    def _touched(self, recorded: Recorded) -> Iterable[str]:
        """The things of an event by its tags; what happens to a dispatch, a link or an order is also its incident's matter."""
        yield from recorded.tags
        for tag in recorded.tags:
            kind, _, id = tag.partition(":")
            if kind == "incident" and (incident := self.world.incidents.get(id)) is not None:
                yield from (f"dispatch:{dispatch}" for dispatch in incident.dispatches)
                if incident.merged_into is not None:
                    yield f"incident:{incident.merged_into}"

    def _ask_again(self, thing: str, recorded: Recorded, known_at: datetime) -> None:
        kind, _, id = thing.partition(":")
        rules = self._rules.get(kind, ())
        if not rules:
            return
        before = self._running.get(thing, {})
        after = {one.id: one for rule in rules for one in rule(self, id)}
        for gone in before.keys() - after.keys():
            candidate = before[gone]
            if candidate.is_open(known_at):
                at = min(recorded.occurred_at, known_at)
                kept = at <= candidate.opens_at and not candidate.at_once
                self.cleared.append(
                    Found(candidate, max(at, candidate.opens_at), recorded.position, backfilled=kept)
                )
        if after:
            self._running[thing] = after
        else:
            self._running.pop(thing, None)
        for one in after.values():
            if one.id not in before or before[one.id].opens_at != one.opens_at:
                heapq.heappush(self._due, (one.opens_at, thing, one.id))


def watch(events: Iterable[Recorded], now: datetime, rules: dict[str, tuple[Rule, ...]]) -> list[Found]:
    """Every finding of a log as known at `now`, cleared ones included: the same list however often it is asked on the way."""
    seen = Watch(rules)
    for recorded in events:
        seen.apply(recorded)
    found = [*seen.cleared, *(Found(one) for one in seen.findings(now))]
    return sorted(found, key=lambda one: (one.candidate.opens_at, one.candidate.id))
