"""Decide a batch: each command on top of the ones before it, in the world as it stands at the head. Pure: nothing here waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from core import catalogue
from core.activation import PlanActivated, PlanStoodBy
from core.catalogue import AnyEvent, Recorded, tags_of
from core.clock import now_of
from core.control import ControlOrdered
from core.dispatch import TeamDispatched
from core.errors import Refused
from core.incident import IncidentReported
from core.log import merkle
from core.log.protocol import Head, Held, StoredCommand, StoredEvent
from core.messages import Context, Envelope
from core.operation import CommandRefused, OpenOperation
from core.tables import Undo
from core.warning import SignalRelayed, WarningIssued
from core.world import World
from handlers import answers
from handlers.answers import Answer
from handlers.rules import decide

_encoder = msgspec.json.Encoder()


class Waiting:
    """One command in the queue, and who waits for its answer. Each caller has a future of its own: one that hangs up cancels
    that, and neither the command nor anybody else's waiting. (A shield around a shared one costs four futures and callbacks.)"""

    __slots__ = ("_callers", "body", "envelope", "sender")

    def __init__(self, envelope: Envelope, body: bytes, sender: str) -> None:
        self.envelope = envelope
        self.body = body
        self.sender = sender
        self._callers: list[asyncio.Future[Answer]] = []

    def answer(self) -> asyncio.Future[Answer]:
        """The answer, for one more caller."""
        caller: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._callers.append(caller)
        return caller

    def resolve(self, answer: Answer) -> None:
        for caller in self._callers:
            if not caller.done():
                caller.set_result(answer)

    def fail(self, error: Exception) -> None:
        for caller in self._callers:
            if not caller.done():
                caller.set_exception(error)
                caller.exception()  # it may hang up before it hears it: then nobody else would look at it


class Batch(NamedTuple):
    """What one hold of the head leads to. `aside` is told without being recorded: a refusal where there is no operation yet, and
    the fault of a rule, which is its sender's alone to hear."""

    events: list[StoredEvent]
    commands: list[StoredCommand]
    answers: list[tuple[Waiting, Answer]]
    aside: list[tuple[Waiting, Answer | Exception]]
    head: Head


def actor_key(envelope: Envelope) -> str:
    """Who sent a command, as it is compared when its id comes again."""
    return f"{envelope.actor.user}@{envelope.actor.post_id}"


def body_of(envelope: Envelope) -> bytes:
    """What is compared when a command id comes again: all that was asked, without id and `seen`."""
    return _encoder.encode((envelope.command, envelope.occurred_at, envelope.source, envelope.precision))


def decide_batch(
    operation: str, world: World, live: World | None, held: Held, taken: Sequence[Waiting], undo: Undo
) -> Batch:
    """Decide each on top of the ones before. Nothing here waits."""
    recorded_at = held.now
    events: list[StoredEvent] = []
    commands: list[StoredCommand] = []
    found: list[tuple[Waiting, Answer]] = []
    aside: list[tuple[Waiting, Answer | Exception]] = []
    for waiting in taken:
        envelope = waiting.envelope
        now = now_of(world.clock, recorded_at)
        context = Context(
            actor=envelope.actor,
            now=now,
            occurred_at=now if envelope.occurred_at is None else _in_utc(envelope.occurred_at),
            source=envelope.source,
            precision=envelope.precision,
            seen=envelope.seen,
            position=world.position + 1,
            operation=operation,
        )
        first = world.position + 1
        refusal: Refused | None = None
        opening = isinstance(envelope.command, OpenOperation)
        try:
            decided = decide(live if opening and live is not None else world, envelope.command, context)
            if opening and world.operation is not None:
                decided = []  # it is open already
        except Refused as error:
            refusal = error
            decided = [_refusal_event(envelope, error)]
        except Exception as fault:  # noqa: BLE001  a rule that breaks on one command must not fail everybody else's
            aside.append((waiting, fault))
            continue
        if refusal is not None and world.operation is None:
            # No operation, no log: a refused opening leaves nothing behind.
            aside.append((waiting, answers.refused(refusal, None)))
            continue
        events.extend(
            _record(operation, world, event, envelope, context, recorded_at, undo) for event in decided
        )
        last = world.position
        if refusal is not None:
            answer = answers.refused(refusal, first)
        else:
            positions = (first, last) if last >= first else ()
            answer = answers.accepted(positions, _created(decided))
        found.append((waiting, answer))
        commands.append(
            StoredCommand(
                envelope.id,
                waiting.sender,
                recorded_at,
                waiting.body,
                answer.body,
                first if last >= first else None,
                last if last >= first else None,
            )
        )
    frontier = merkle.extend_data(held.head.frontier, held.head.position, [event.data for event in events])
    head = held.head._replace(position=world.position, recorded_at=recorded_at, frontier=frontier)
    return Batch(events, commands, found, aside, head)


def _in_utc(time: datetime) -> datetime:
    """In UTC; where that would leave the calendar, as it is: the rules refuse it."""
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return time.replace(tzinfo=UTC)


def _record(
    operation: str,
    world: World,
    event: AnyEvent,
    envelope: Envelope,
    context: Context,
    recorded_at: datetime,
    undo: Undo,
) -> StoredEvent:
    tags = tags_of(event, envelope.actor)
    recorded = Recorded(
        operation=operation,
        position=world.position + 1,
        command_id=envelope.id,
        actor=envelope.actor,
        occurred_at=context.occurred_at,
        source=context.source,
        precision=context.precision,
        recorded_at=recorded_at,
        tags=tags,
        event=event,
    )
    world.apply(recorded, undo)
    return StoredEvent(
        recorded.position,
        type(event).__name__,
        tags,
        recorded_at,
        envelope.id,
        catalogue.encode(recorded),
    )


def _refusal_event(envelope: Envelope, refusal: Refused) -> CommandRefused:
    return CommandRefused(
        command=type(envelope.command).__name__,
        code=refusal.code,
        zh=refusal.zh,
        en=refusal.en,
        asked=msgspec.Raw(_encoder.encode(envelope.command)),
    )


def _created(events: Iterable[Any]) -> dict[str, str]:
    """The ids that came into being, by thing."""
    created: dict[str, str] = {}
    for event in events:
        if isinstance(event, IncidentReported):
            created["incident"] = event.incident
        elif isinstance(event, TeamDispatched):
            created["dispatch"] = event.dispatch
        elif isinstance(event, PlanActivated | PlanStoodBy):
            created.setdefault(
                "activation", event.activation
            )  # the one asked for comes before what follows from it
        elif isinstance(event, ControlOrdered):
            created["control"] = event.control
        elif isinstance(event, WarningIssued | SignalRelayed):
            created["warning"] = event.warning
    return created
