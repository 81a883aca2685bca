"""A small desk in memory: commands are decided by the real rules and become the records that a log would hold. No log, no clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from core import catalogue
from core.catalogue import AnyCommand, Recorded, tags_of
from core.clock import now_of
from core.errors import Refused
from core.messages import Actor, Context
from core.operation import CommandRefused
from core.world import World
from handlers.rules import decide

SETUP = Actor("system", "system", "setup")
REPLAY = Actor("system", "system", "replay")
DUTY = Actor("u1", "gov", "duty")
LEAD = Actor("u2", "gov", "duty_lead")
CONTROLLER = Actor("u3", "gov", "controller")
BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


class Play:
    """Every command is one second after the one before."""

    def __init__(self, operation: str = "live") -> None:
        self.operation = operation
        self.world = World()
        self.log: list[Recorded] = []
        self.now = BEGIN

    def send(self, command: AnyCommand, actor: Actor = DUTY, **given: Any) -> list[Recorded]:
        """What the command led to: its events, or the refusal as it is recorded."""
        self.now += timedelta(seconds=1)
        now = now_of(self.world.clock, self.now)
        context = Context(
            actor=actor,
            now=now,
            occurred_at=given.get("occurred_at", now),
            source=given.get("source", "app"),
            precision=given.get("precision", "second"),
            seen=given.get("seen"),
            position=self.world.position + 1,
            operation=self.operation,
        )
        self._recall(command)
        events: list[Any]
        try:
            events = list(decide(given.get("live", self.world), command, context))
        except Refused as refusal:
            asked = msgspec.Raw(msgspec.json.encode(command))
            name = type(command).__name__
            events = [
                CommandRefused(command=name, code=refusal.code, zh=refusal.zh, en=refusal.en, asked=asked)
            ]
        recorded = [self._record(event, context) for event in events]
        self.world.sweep()
        return recorded

    def accept(self, command: AnyCommand, actor: Actor = DUTY, **given: Any) -> list[Recorded]:
        """As `send`, for a command that must not be refused."""
        recorded = self.send(command, actor, **given)
        refused = [one.event.en for one in recorded if isinstance(one.event, CommandRefused)]
        assert not refused, refused
        return recorded

    def _record(self, event: Any, context: Context) -> Recorded:
        recorded = Recorded(
            operation=self.operation,
            position=self.world.position + 1,
            command_id=UUID(int=self.world.position + 1),
            actor=context.actor,
            occurred_at=context.occurred_at,
            source=context.source,
            precision=context.precision,
            recorded_at=self.now,
            tags=tags_of(event, context.actor),
            event=event,
        )
        # As from a log: through its bytes, so that nothing but what is stored can reach a fold.
        recorded = catalogue.decode(catalogue.encode(recorded))
        self.log.append(recorded)
        self.world.apply(recorded, [])
        return recorded

    def _recall(self, command: Any) -> None:
        """Closed incidents that a command names come back, as the desk does it by their tags."""
        named = {getattr(command, "incident", None), *self._incident_of(getattr(command, "dispatch", None))}
        position: int | None = getattr(command, "position", None)
        if position is not None and position <= len(self.log):
            named |= {tag.removeprefix("incident:") for tag in self.log[position - 1].tags}
        gone = {f"incident:{id}" for id in named if id is not None and id not in self.world.incidents}
        if gone:
            self.world.recall([one for one in self.log if gone.intersection(one.tags)])

    def _incident_of(self, dispatch: str | None) -> set[str]:
        if dispatch is None:
            return set()
        tag = f"dispatch:{dispatch}"
        about: list[Any] = [one.event for one in self.log if tag in one.tags]
        return {str(event.incident) for event in about if getattr(event, "incident", None) is not None}
