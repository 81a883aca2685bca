"""The whole day on a bare world, without a log and without waiting: what the rules say to every command of the demo files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from core.catalogue import Recorded, tags_of
from core.clock import StartClock
from core.errors import Refused
from core.messages import SYSTEM, Actor, Context
from core.operation import LIVE, OpenOperation
from core.organisation import STANDARD_POSTS, OpenPost, RegisterOrganisation
from core.world import World
from handlers.reactions import Reactions
from handlers.rules import decide
from scenarios.demo.files import PLANS, Day, Register
from scenarios.demo.opening import adoption_of
from scenarios.demo.plan import Planned, command_id, day_plan, register_plan
from scenarios.plan_folder import read_folder

OPERATION = "drill-dry-run"
SETUP = Actor(SYSTEM, SYSTEM, "setup")


def actor(post: str) -> Actor:
    organisation, _, name = post.partition("/")
    return Actor("dry-run", organisation, name)


class DryRun:
    """A world that decides what it is told, at the simulated instants of the plan. Closed incidents are kept to look at."""

    def __init__(self, day: Day, register: Register) -> None:
        self.day = day
        self.events: Counter[str] = Counter()
        self.refusals: list[tuple[str, str]] = []
        self.positions: dict[str, int] = {}
        self.by_system: list[tuple[str, str]] = []
        self.reactions: Reactions | None = None
        self._opened: list[Recorded] = []
        self.open_by_minute: dict[datetime, int] = {}
        self.live = World(keep_closed=True)
        self.drill = World(keep_closed=True)
        self._reacted = day.start
        self._register(register)
        self._send(self.drill, SETUP, OpenOperation(title=day.title.zh), day.start, judged_on=self.live)
        start = StartClock(at=day.start, rate_n=day.rate)
        self._send(self.drill, actor(day.controller), start, day.start)
        self.reactions = Reactions()
        for one in self._opened:
            self.reactions.apply(one)
        for _, post, command in adoption_of(read_folder(PLANS), day.dispatcher):
            self._send(self.drill, actor(post), command, day.start)
        self.plan = day_plan(day, register)

    def _register(self, register: Register) -> None:
        opening: list[Any] = [
            OpenOperation(title="实战"),
            RegisterOrganisation(organisation=register.district, name=register.name, level="government"),
            *(OpenPost(organisation=register.district, post=post) for post in STANDARD_POSTS),
        ]
        for command in opening:
            self._send(self.live, SETUP, command, self.day.start)
        for one in register_plan(register, self.day.dispatcher):
            self.ask(one, self.live)

    def play(self, planned: Iterable[Planned] | None = None) -> None:
        """Ask for everything in its order, and count what is open at every minute between."""
        minute = self.day.start
        for one in self.plan if planned is None else planned:
            at = self.day.start + one.at
            while minute + timedelta(minutes=1) <= at:
                minute += timedelta(minutes=1)
                self.react(minute)
                self.open_by_minute[minute] = len(self.open_incidents())
            self.react(at)
            self.ask(one, self.drill)

    def react(self, until: datetime) -> None:
        """What the system asks of itself by an instant, each at the moment at which it falls due."""
        assert self.reactions is not None
        while True:
            due = self.reactions.next_due()
            at = min(until, due) if due is not None else until
            at = max(at, self._reacted)
            for wanted in self.reactions.due(at):
                who = Actor(SYSTEM, SYSTEM, wanted.part)
                try:
                    self._send(self.drill, who, wanted.command, at)
                except Refused as refusal:
                    self.by_system.append((wanted.key, refusal.code))
                self.reactions.answered(wanted.key)
            self._reacted = at
            if at >= until and not self.reactions.due(at):
                return

    def open_incidents(self) -> list[str]:
        return [
            one.id
            for one in self.drill.incidents.values()
            if one.closed_at is None and one.merged_into is None
        ]

    def ask(self, one: Planned, world: World) -> None:
        at = self.day.start + one.at
        occurred = at if one.occurred is None else self.day.start + one.occurred
        try:
            command = one.command(self.day.start, self.positions, world)
            first = self._send(world, actor(one.post), command, at, occurred=occurred)
        except Refused as refusal:
            self.refusals.append((one.key, refusal.code))
            return
        except KeyError as missing:
            self.refusals.append((one.key, f"not there: {missing}"))
            return
        if one.label is not None:
            self.positions[one.label] = first

    def _send(
        self,
        world: World,
        who: Actor,
        command: Any,
        at: datetime,
        *,
        occurred: datetime | None = None,
        judged_on: World | None = None,
    ) -> int:
        operation = LIVE if world is self.live else OPERATION
        first = world.position + 1
        context = Context(
            actor=who,
            now=at,
            occurred_at=occurred or at,
            source="app",
            precision="second",
            seen=None,
            position=first,
            operation=operation,
        )
        for event in decide(judged_on or world, command, context):
            self.events[type(event).__name__] += 1
            recorded = Recorded(
                operation=operation,
                position=world.position + 1,
                command_id=command_id(self.day.id, operation, str(world.position)),
                actor=who,
                occurred_at=context.occurred_at,
                source="app",
                precision="second",
                recorded_at=at,
                tags=tags_of(event, who),
                event=event,
            )
            world.apply(recorded)
            if world is self.drill:
                if self.reactions is None:
                    self._opened.append(recorded)
                else:
                    self.reactions.apply(recorded)
        return first
