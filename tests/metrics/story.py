"""Events of an operation told in a few words, and the figures they come to. Decided by the real rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from core.catalogue import Recorded, tags_of
from core.messages import Actor, Command, Context, Name, Place, Precision
from core.operation import OpenOperation
from core.organisation import OpenPost, RegisterOrganisation
from core.team import RegisterTeam
from core.world import World
from handlers.rules import decide
from projections.metrics import Metrics

SETUP, DUTY = Actor("system", "system", "setup"), Actor("u-1", "gov", "duty")
DAY = datetime(2026, 5, 12, tzinfo=UTC)
PLACE = Place(text="江岸路 3 号")


def clock(text: str) -> datetime:
    """`12:21:05` of the day."""
    hours, minutes, seconds = text.split(":")
    return DAY + timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


class Story:
    """A world, and the metrics of all that happened in it."""

    def __init__(self, *teams: str, kind: Any = "fire_ordinary") -> None:
        self.world = World()
        self.metrics = Metrics()
        self.tell("00:00:00", OpenOperation(title="实战"), actor=SETUP)
        self.tell(
            "00:00:00",
            RegisterOrganisation(organisation="gov", name=Name("江湾区"), level="government"),
            actor=SETUP,
        )
        self.tell("00:00:00", OpenPost(organisation="gov", post="duty"), actor=SETUP)
        for team in teams:
            self.tell("00:00:00", RegisterTeam(team=team, organisation="gov", name=Name(team), kind=kind))

    def tell(
        self, at: str, command: Command, *, precision: Precision = "second", actor: Actor = DUTY
    ) -> list[Recorded]:
        """What a command leads to when it is told at the end of the day."""
        context = Context(
            actor=actor,
            now=DAY + timedelta(days=1),
            occurred_at=clock(at),
            source="radio",
            precision=precision,
            seen=None,
            position=self.world.position + 1,
            operation="live",
        )
        found: list[Recorded] = []
        for event in decide(self.world, command, context):
            recorded = Recorded(
                operation="live",
                position=self.world.position + 1,
                command_id=uuid5(NAMESPACE_URL, str(self.world.position)),
                actor=actor,
                occurred_at=clock(at),
                source="radio",
                precision=precision,
                recorded_at=DAY + timedelta(days=1),
                tags=tags_of(event, actor),
                event=event,
            )
            self.world.apply(recorded)
            self.metrics.apply(recorded)
            found.append(recorded)
        return found

    def figure(self, metric: str) -> dict[str, Any]:
        found: dict[str, Any] = self.metrics.data()["metrics"][metric]
        return found

    def value(self, metric: str) -> int | None:
        """The value of a metric that has at most one."""
        values: list[int] = self.figure(metric)["values"]
        assert len(values) <= 1
        return values[0] if values else None
