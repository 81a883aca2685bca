"""One import from beginning to end: send the plan through a door, at full speed or in time, and note what became of it all."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import groupby
from typing import Any
from uuid import uuid5

from msgspec import Struct, field

from core.dispatch import TeamDispatched
from core.incident import IncidentClosed, IncidentReopened, IncidentReported
from scenarios.replay.cells import SECOND_US, Instant
from scenarios.replay.doors import CHUNK_COMMANDS, Door, Reply
from scenarios.replay.errors import SendError
from scenarios.replay.plan import KnownDispatch, KnownIncident, Plan, Prior, Step

_PRIOR_EVENTS = (TeamDispatched, IncidentReported, IncidentClosed, IncidentReopened)
_OUT_OF_TURN = frozenset({"unknown_incident", "unknown_dispatch", "unknown_team", "unknown_organisation"})
"""Codes that a planned command meets only when what comes before it failed to be written: then it is sent once more."""

Progress = Callable[[int, int], None]
"""Commands sent, and about how many there are in all."""


class Refusal(Struct):
    """A command that was refused, now or when it was first sent. The log keeps it with its own time."""

    row: int
    command: str
    code: str
    zh: str
    en: str
    position: int | None
    before: bool


class Outcome(Struct):
    """What became of the commands."""

    events_before: int = 0
    events_after: int = 0
    sent: int = 0
    accepted: int = 0
    unchanged: int = 0
    repeated: int = 0
    refused: int = 0
    reused: int = 0
    by_command: Counter[str] = field(default_factory=Counter[str])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    seconds: float = 0.0

    def note(self, step: Step, reply: Reply) -> None:
        """Count one reply."""
        name = type(step.command).__name__
        self.sent += 1
        self.by_command[name] += 1
        if reply.code == "command_id_reused":
            self.reused += 1
        elif reply.code is not None:
            if reply.repeated:
                self.repeated += 1
            else:
                self.refused += 1
            position = reply.positions[0] if reply.positions else None
            self.refusals.append(
                Refusal(step.row, name, reply.code, reply.zh, reply.en, position, reply.repeated)
            )
        elif reply.repeated:
            self.repeated += 1
        elif reply.positions:
            self.accepted += 1
        else:
            self.unchanged += 1

    def to_json(self) -> dict[str, Any]:
        return {
            "events": {
                "before": self.events_before,
                "after": self.events_after,
                "added": self.events_after - self.events_before,
            },
            "commands": {
                "sent": self.sent,
                "accepted": self.accepted,
                "unchanged": self.unchanged,
                "repeated": self.repeated,
                "refused": self.refused,
                "sent_by_another": self.reused,
                "by_type": dict(sorted(self.by_command.items())),
            },
            "refusals": [
                {
                    "row": one.row,
                    "command": one.command,
                    "code": one.code,
                    "message": {"zh": one.zh, "en": one.en},
                    "position": one.position,
                    "refused_before": one.before,
                }
                for one in self.refusals
            ],
            "seconds": round(self.seconds, 3),
        }


async def look_up(door: Door) -> Prior:
    """What the log says already of assignments and incidents."""
    prior = Prior()
    if await door.head() == 0:
        return prior
    async for recorded in door.events(tuple(event.__name__ for event in _PRIOR_EVENTS)):
        event = recorded.event
        if isinstance(event, TeamDispatched):
            prior.dispatches[event.dispatch] = KnownDispatch(
                event.team, event.incident, recorded.occurred_at, recorded.precision
            )
        elif isinstance(event, IncidentReported):
            prior.incidents[event.incident] = KnownIncident(
                event.kind, event.place.text, event.text, recorded.occurred_at, recorded.precision
            )
        elif isinstance(event, IncidentClosed):
            prior.closed.add(event.incident)
        elif isinstance(event, IncidentReopened):
            prior.closed.discard(event.incident)
    return prior


class Run:
    """One run of a plan. `speed` None: as fast as it goes; N: the file's seconds pass N times as fast as real ones."""

    def __init__(
        self, plan: Plan, door: Door, speed: Fraction | None, progress: Progress, *, with_teams: bool = False
    ) -> None:
        self.outcome = Outcome()
        self._plan = plan
        self._door = door
        self._speed = speed
        self._progress = progress
        self._total = len(plan)
        self._with_teams = with_teams
        self._resumed = False

        self._anchor: tuple[float, Instant] | None = None

    async def go(self) -> Outcome:
        """Send everything. Cancelling leaves what was sent in the log; the same run again goes on from there. Raises SendError."""
        began = time.monotonic()
        outcome = self.outcome
        outcome.events_before = await self._door.head()
        try:
            await self._set_up()
            if self._speed is None:
                await self._all_at_once()
            else:
                await self._in_time(self._speed)
        finally:
            outcome.seconds = time.monotonic() - began
        outcome.events_after = await self._door.head()
        return outcome

    async def _set_up(self) -> None:
        opening = self._plan.opening(with_teams=self._with_teams)
        _must(await self._send([opening]))
        steps = list(self._plan.setting_up(await self._door.root()))
        for chunk in chunks(steps):
            replies = await self._send(chunk)
            _must(replies)
            if chunk[0] is steps[0]:
                self._resumed = not replies[0].new
                if not self._resumed:
                    self._anchor = (time.monotonic(), chunk[0].key)

    async def _all_at_once(self) -> None:
        for chunk in chunks(self._plan.playing()):
            await self._play(chunk)

    async def _in_time(self, speed: Fraction) -> None:
        """One instant after the other; nothing is waited for while all of it is in the log already."""
        for key, group in groupby(self._plan.playing(), lambda step: step.key):
            if self._anchor is not None:
                since, first = self._anchor
                due = since + (key - first) / SECOND_US / float(speed)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            for chunk in chunks(group):
                await self._play(chunk)

    async def _play(self, chunk: list[Step]) -> None:
        replies = await self._send(chunk)
        new = next((step for step, reply in zip(chunk, replies, strict=True) if reply.new), None)
        if new is not None and self._anchor is None:
            self._anchor = (time.monotonic(), new.key)
        if new is not None and self._resumed:
            # It goes on where another run stopped, perhaps at another speed, and the clock may be told so now.
            self._resumed = False
            await self._send([self._plan.change_rate(new.key)])

    async def _send(self, chunk: list[Step]) -> list[Reply]:
        replies = await self._door.send(chunk)
        again = [
            (index, step._replace(id=uuid5(step.id, "again")))
            for index, (step, reply) in enumerate(zip(chunk, replies, strict=True))
            if reply.code in _OUT_OF_TURN
        ]
        for step, reply in zip(chunk, replies, strict=True):
            self.outcome.note(step, reply)
        if again:
            second = await self._door.send([step for _, step in again])
            for (index, step), reply in zip(again, second, strict=True):
                self.outcome.note(step, reply)
                replies[index] = reply
        self._progress(self.outcome.sent, self._total)
        return replies


def chunks(steps: Iterable[Step]) -> Iterable[list[Step]]:
    """At most CHUNK_COMMANDS at a time."""
    chunk: list[Step] = []
    for step in steps:
        chunk.append(step)
        if len(chunk) == CHUNK_COMMANDS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _must(replies: list[Reply]) -> None:
    """Without its operation and its teams an import can do nothing: stop before thousands of refusals."""
    for reply in replies:
        if reply.code in ("not_authorised", "operation_id", "unknown_organisation", "parent_required"):
            raise SendError(f"无法准备演练：{reply.zh}", f"The drill cannot be set up: {reply.en}")
