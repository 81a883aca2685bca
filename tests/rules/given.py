"""`given(…).when(command).then(events)`: a story told to the rules. It recalls, decides and folds as the desk does, without a log.

Every step is also checked for what no rule may break: deciding changes nothing, and what was folded can be taken back exactly.
"""

from __future__ import annotations

import uuid
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self, cast

import msgspec

from core.catalogue import EVENTS, AnyEvent, Recorded, encode, tags_of
from core.clock import now_of
from core.errors import Refused
from core.log.protocol import Held, Query, StoredEvent
from core.messages import Actor, Context, Name, Precision, Source
from core.operation import OperationOpened, kind_of
from core.organisation import Level, Organisation
from core.tables import Undo
from core.team import Team
from core.world import World
from handlers.desk.limits import DESK_LIMITS
from handlers.desk.loading import recall
from handlers.rules import decide

DAY = datetime(2026, 5, 11, 16, 0, tzinfo=UTC)
"""Midnight of 12 May 2026 in Beijing, when every story begins."""


def t(clock: str) -> datetime:
    """A time of that day in Beijing, given as hh:mm or hh:mm:ss."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def actor(post: str) -> Actor:
    organisation, _, name = post.partition("/")
    return Actor(user="u-1", organisation=organisation, post=name)


def _organisation(
    id: str, level: Level, parent: str | None, *posts: str, code: str | None = None
) -> Organisation:
    return Organisation(id, Name(zh=id), level, parent, code, {post: Name(zh=post) for post in posts})


ORGANISATIONS = (
    _organisation(
        "gov", "government", None, "duty", "duty_lead", "commander", "controller", "evaluator", "reporter", "safety",
        code="330199",
    ),
    _organisation("street", "government", "gov", "duty", "commander", "safety"),
    _organisation("com", "community", "street", "duty", "grid", "team_lead", code="330199001001"),
    _organisation(
        "dept", "department", "gov", "duty", "team_lead", "safety", "site_commander", "commander", "reporter", "shift"
    ),
    _organisation("med", "department", "gov", "duty", "team_lead"),
    _organisation("ent", "enterprise", "gov", "duty", "team_lead", "safety"),
)  # fmt: skip
TEAMS = (
    Team("fs-1", "dept", Name(zh="江湾一队"), "fire_ordinary", 6),
    Team("fs-2", "dept", Name(zh="江湾二队"), "fire_ordinary", 6),
    Team("med-1", "med", Name(zh="急救一组"), "medical", 3),
    Team("micro", "com", Name(zh="社区微站"), "fire_micro", 4),
)


class Asked(NamedTuple):
    """One command with what stands on its envelope."""

    command: Any
    by: str = "gov/duty"
    at: datetime | None = None
    occurred_at: datetime | None = None
    seen: int | None = None
    source: Source = "app"
    precision: Precision = "second"


def asked(command: Any, by: str = "gov/duty", **about: Any) -> Asked:
    return Asked(command, by, **about)


class History:
    """As much of a held log as recalling needs, over what the story recorded."""

    def __init__(self, events: list[StoredEvent]) -> None:
        self._events = events

    async def read(self, after: int, query: Query, limit: int) -> list[StoredEvent]:
        found = [
            event
            for event in self._events[after:]
            if (not query.tags or set(query.tags) & set(event.tags))
            and (not query.types or event.type in query.types)
        ]
        return found[:limit]


class Story:
    """A world with its history, and the outcome of the last command."""

    def __init__(self, operation: str = "live") -> None:
        self.operation = operation
        self.world = World()
        self.history: list[StoredEvent] = []
        self.records: list[Recorded] = []
        self.clock = t("08:00")
        self.events: list[AnyEvent] = []
        self.refusal: Refused | None = None

    # --- telling ---

    def happens(self, event: AnyEvent, of: Asked, occurred_at: datetime, undo: Undo | None = None) -> None:
        who = actor(of.by)
        recorded = Recorded(
            operation=self.operation,
            position=self.world.position + 1,
            command_id=uuid.UUID(int=self.world.position + 1),
            actor=who,
            occurred_at=occurred_at,
            source=of.source,
            precision=of.precision,
            recorded_at=self.clock,
            tags=tags_of(event, who),
            event=event,
        )
        self.records.append(recorded)
        self.history.append(
            StoredEvent(
                recorded.position,
                recorded.type,
                recorded.tags,
                self.clock,
                recorded.command_id,
                encode(recorded),
            )
        )
        self.world.apply(recorded, undo)

    def ask(self, of: Asked) -> Self:
        """Let one command be decided, a minute after the last unless it says when."""
        self.clock = of.at or self.clock + timedelta(minutes=1)
        now = now_of(self.world.clock, self.clock)
        context = self._context(of, now)
        held = cast(Held, History(self.history))
        run(recall(self.operation, self.world, held, [of.command], DESK_LIMITS))
        before = self.world.snapshot()
        self.events, self.refusal = [], None
        try:
            self.events = decide(self.world, of.command, context)
        except Refused as refusal:
            self.refusal = refusal
        assert self.world.snapshot() == before, "deciding changed the world"
        self._fold_twice(of, context.occurred_at, before)
        self.world.sweep()
        return self

    def _context(self, of: Asked, now: datetime) -> Context:
        return Context(
            actor=actor(of.by),
            now=now,
            occurred_at=of.occurred_at or now,
            source=of.source,
            precision=of.precision,
            seen=of.seen,
            position=self.world.position + 1,
            operation=self.operation,
        )

    def _fold_twice(self, of: Asked, occurred_at: datetime, before: bytes) -> None:
        """Fold, take back, fold again: the second time for good."""
        position, recorded_at, length = self.world.position, self.world.recorded_at, len(self.history)
        undo: Undo = []
        for event in self.events:
            self.happens(event, of, occurred_at, undo)
        self.world.take_back(undo, position, recorded_at)
        assert msgspec.msgpack.decode(self.world.snapshot()) == msgspec.msgpack.decode(before), (
            "not taken back"
        )
        del self.history[length:], self.records[length:]
        undo = []
        for event in self.events:
            self.happens(event, of, occurred_at, undo)

    def fold_decided(self, of: Asked, undo: Undo) -> None:
        """Decide one command of a batch and fold it on top of what the batch has folded so far."""
        now = now_of(self.world.clock, self.clock)
        try:
            decided = decide(self.world, of.command, self._context(of, now))
        except Refused:
            return
        for event in decided:
            self.happens(event, of, of.occurred_at or now, undo)

    def when(self, command: Any, by: str = "gov/duty", **about: Any) -> Self:
        return self.ask(command if isinstance(command, Asked) else Asked(command, by, **about))

    # --- wanting ---

    def _accepted(self) -> None:
        if self.refusal is not None:
            raise AssertionError(f"refused: {self.refusal.code} {self.refusal.details}")

    def then(self, *events: AnyEvent) -> Self:
        self._accepted()
        assert self.events == list(events)
        return self

    def then_refused(self, code: str, **details: Any) -> Self:
        assert self.refusal is not None, f"not refused, but {self.events}"
        assert self.refusal.code == code, (self.refusal.code, self.refusal.en)
        assert self.refusal.zh, "a refusal without its Chinese sentence"
        assert self.refusal.en, "a refusal without its English sentence"
        shown = {name: self.refusal.details.get(name) for name in details}
        assert shown == details
        return self

    def then_nothing(self) -> Self:
        self._accepted()
        assert self.events == []
        return self

    def then_yes(self, *types: type[Any]) -> Self:
        """Accepted, with events of these types."""
        self._accepted()
        assert [type(event) for event in self.events] == list(types)
        return self

    # --- looking ---

    def replayed(self) -> World:
        """The world folded from nothing."""
        world = World()
        for recorded in self.records:
            world.apply(recorded)
        return world


def given(*told: Any, operation: str = "live") -> Story:
    """A story that has come so far: the district stands, and these commands were accepted or these events happened."""
    story = Story(operation)
    kind = kind_of(operation)
    assert kind is not None
    opened = OperationOpened(title="江湾区", kind=kind, organisations=ORGANISATIONS, teams=TEAMS)
    story.happens(opened, Asked(None, "system/setup"), story.clock)
    return tell(story, *told)


def tell(story: Story, *told: Any) -> Story:
    """Go on with a story."""
    for one in told:
        if type(one).__name__ in EVENTS:
            story.clock += timedelta(minutes=1)
            story.happens(one, Asked(None), story.clock)
            continue
        of = one if isinstance(one, Asked) else Asked(one)
        story.ask(of)
        assert story.refusal is None, f"given {of.command}: {story.refusal.code} {story.refusal.en}"
    return story


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run what waits for nothing to its end."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")


def rows(world: World) -> dict[str, Any]:
    """All tables of a world, without the order of their rows: two worlds with equal rows decide alike."""
    found: dict[str, Any] = msgspec.msgpack.decode(world.snapshot())
    for name in ("entries", "told", "parts", "zones", "coupled"):
        found[name] = {key: table for key, table in found[name].items() if table}
    return found
