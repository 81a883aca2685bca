"""The desk: the only writer of an operation on this node. It decides while it holds the head, on the whole current world.

lock the head → fold what others wrote → decide everything that waits → one append for all → answer. A command is answered only
after its transaction is durable. Rules see no I/O; this file has it all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import structlog

from core import catalogue
from core.catalogue import AnyEvent, Recorded, tags_of
from core.clock import now_of
from core.dispatch import TeamDispatched
from core.errors import CommandIdReused, Refused
from core.incident import IncidentReported
from core.log import merkle
from core.log.protocol import (
    AppendOutcomeUnknown,
    CommandKnown,
    Head,
    Held,
    Log,
    LogError,
    Query,
    StoredCommand,
    StoredEvent,
)
from core.messages import Context, Envelope
from core.operation import LIVE, CommandRefused, OpenOperation
from core.tables import Undo
from core.world import VERSION, World
from handlers import answers
from handlers.answers import Answer
from handlers.rules import decide

_log = structlog.get_logger("desk")
_encoder = msgspec.json.Encoder()


class DeskLimits(NamedTuple):
    """The desk's bounds, each with its unit."""

    queue_commands_max: int = 10_000
    batch_commands_max: int = 512
    remembered_answers_max: int = 20_000
    unknown_outcome_attempts_max: int = 5
    snapshot_every_events: int = 20_000
    page_events: int = 5_000
    recall_events_max: int = 200_000
    close_timeout_s: float = 10


DESK_LIMITS = DeskLimits()


class DeskBusy(Exception):
    """The queue is full, or the log cannot be written now: nothing was recorded; the same command may be sent again."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class OperationUnreadable(Exception):
    """The log holds an event that this version does not know: the node does not serve the operation."""


class _Waiting:
    """One command in the queue, and who waits for its answer."""

    __slots__ = ("answer", "body", "envelope")

    def __init__(self, envelope: Envelope, body: bytes) -> None:
        self.envelope = envelope
        self.body = body
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()


class _Batch(NamedTuple):
    """What one hold of the head leads to."""

    events: list[StoredEvent]
    commands: list[StoredCommand]
    answers: list[tuple[_Waiting, Answer]]
    head: Head


def actor_key(envelope: Envelope) -> str:
    """Who sent a command, as it is compared when its id comes again."""
    return f"{envelope.actor.user}@{envelope.actor.post_id}"


def body_of(envelope: Envelope) -> bytes:
    """What is compared when a command id comes again: all that was asked, without id and `seen`."""
    return _encoder.encode((envelope.command, envelope.occurred_at, envelope.source, envelope.precision))


async def load_world(log: Log, operation: str) -> World:
    """The world of an operation at its head: from the newest snapshot and what came after it."""
    found = await log.snapshot_load(operation, "world", VERSION)
    world = World() if found is None else World.restored(found[1])
    await catch_up(log, operation, world)
    return world


async def catch_up(log: Log, operation: str, world: World) -> None:
    """Fold what the log has and the world has not."""
    async for page in log.stream(operation, world.position):
        for data in page:
            world.apply(_decoded(operation, data))
        await asyncio.sleep(0)  # a long history must not keep the other operations of this node waiting


def _decoded(operation: str, data: bytes) -> Recorded:
    try:
        return catalogue.decode(data)
    except catalogue.UnknownEvent as error:
        raise OperationUnreadable(f"{operation}: {error}") from error


class Desk:
    """Takes the commands of one operation. Make it with `Desk.open`; `send` may be called by any number of tasks."""

    def __init__(self, log: Log, operation: str, world: World, limits: DeskLimits = DESK_LIMITS) -> None:
        self.operation = operation
        self.world = world
        self._log = log
        self._limits = limits
        self._queue: deque[_Waiting] = deque()
        self._in_flight: dict[UUID, _Waiting] = {}
        self._remembered: OrderedDict[UUID, tuple[str, bytes, Answer]] = OrderedDict()
        self._wake = asyncio.Event()
        self._closing = False
        self._snapshot_position = world.position
        self._snapshot_task: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._run(), name=f"desk {operation}")

    @classmethod
    async def open(cls, log: Log, operation: str, limits: DeskLimits = DESK_LIMITS) -> Desk:
        """A desk whose world stands at the log's head. Raises OperationUnreadable."""
        return cls(log, operation, await load_world(log, operation), limits)

    async def close(self) -> None:
        """Stop taking commands, finish the batch that is being written, and leave a snapshot."""
        self._closing = True
        self._wake.set()
        done, _ = await asyncio.wait([self._task], timeout=self._limits.close_timeout_s)
        if not done:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for waiting in self._in_flight.values():
            if not waiting.answer.done():
                waiting.answer.set_exception(_stopping())
        self._in_flight.clear()
        if self._snapshot_task is not None:
            await asyncio.wait([self._snapshot_task])
        if self.world.position > self._snapshot_position:
            with contextlib.suppress(LogError):
                await self._save_snapshot(self.world.position, self.world.snapshot())

    @property
    def waiting(self) -> int:
        """How many commands wait now."""
        return len(self._queue)

    async def send(self, envelope: Envelope) -> Answer:
        """Have a command decided and recorded; returns when it is durable.

        The same id again gets the first answer. Cancelling the caller does not cancel the command: it is asked again by id.
        Raises DeskBusy (nothing was recorded, or it is not known whether: the same id may be sent again).
        """
        body = body_of(envelope)
        remembered = self._remembered.get(envelope.id)
        if remembered is not None:
            actor, before, answer = remembered
            return _repeated(envelope, body, actor, before, answer)
        in_flight = self._in_flight.get(envelope.id)
        if in_flight is not None:
            first = in_flight.envelope
            answer = await asyncio.shield(in_flight.answer)
            return _repeated(envelope, body, actor_key(first), in_flight.body, answer)
        if len(self._queue) >= self._limits.queue_commands_max:
            raise DeskBusy(
                "命令过多，请稍后用同一编号重发。",
                "Too many commands are waiting: send the same id again soon.",
            )
        if self._closing or self._task.done():
            raise _stopping()
        waiting = _Waiting(envelope, body)
        self._in_flight[envelope.id] = waiting
        self._queue.append(waiting)
        self._wake.set()
        # The shield: a client that hangs up cancels its own waiting, never the batch that its command is part of.
        return await asyncio.shield(waiting.answer)

    # --- the loop ---

    async def _run(self) -> None:
        while not self._closing:
            await self._wake.wait()
            self._wake.clear()
            while self._queue and not self._closing:
                await self._batch()

    async def _batch(self) -> None:
        """Answer what waits now, or fail it; never leaves a waiting command without an answer, an error or a place in the queue."""
        taken: list[_Waiting] = []
        try:
            for attempt in range(self._limits.unknown_outcome_attempts_max):
                try:
                    await self._hold_and_append(taken)
                except CommandKnown:
                    await self._answer_known(taken)
                except AppendOutcomeUnknown as error:
                    # Whether the commit happened is in the log, not here: fold anew from what is durable, then ask by id.
                    _log.warning(
                        "append_outcome_unknown", operation=self.operation, attempt=attempt, reason=error.en
                    )
                    await asyncio.sleep(0.05 * 2**attempt)
                    self.world = await load_world(self._log, self.operation)
                    await self._answer_known(taken)
                else:
                    taken.clear()
                    return
                if not taken:
                    return
            self._fail(taken, _unwritable())
        except LogError as error:
            _log.warning("batch_failed", operation=self.operation, commands=len(taken), reason=error.en)
            self._fail(taken, DeskBusy(error.zh, error.en))
        except OperationUnreadable as error:
            _log.error("operation_unreadable", operation=self.operation, reason=str(error))
            self._fail(taken, error)
        except asyncio.CancelledError:
            self._fail(taken, _stopping())
            raise
        except Exception as error:  # noqa: BLE001  every client is told, whatever the fault was
            # A fault of ours: every waiting client is told, and the world is folded anew rather than trusted.
            _log.exception("desk_fault", operation=self.operation)
            self._fail(taken, error)
            self.world = await load_world(self._log, self.operation)

    async def _hold_and_append(self, taken: list[_Waiting]) -> None:
        world = self.world
        live = await self._live_world_for(taken)
        async with self._log.hold(self.operation, world.position) as held:
            for stored in held.missed:
                world.apply(_decoded(self.operation, stored.data))
            # Only now: everything that queued while this node waited for the head goes with this batch.
            while self._queue and len(taken) < self._limits.batch_commands_max:
                taken.append(self._queue.popleft())
                live = live or await self._live_world_for(taken[-1:])
            if not taken:
                return
            undo: Undo = []
            before = world.position, world.recorded_at
            try:
                await self._recall(held, taken)
                batch = self._decide(world, live, held, taken, undo)
                if batch.commands:
                    # The shield: from here on the outcome must be learnt, or it would have to be called unknown.
                    await asyncio.shield(held.append(batch.events, batch.commands, batch.head))
            except BaseException:
                world.take_back(undo, *before)
                raise
            finally:
                world.sweep()
        for waiting, answer in batch.answers:
            self._answer(waiting, answer)
        self._snapshot_when_due()

    async def _live_world_for(self, taken: Iterable[_Waiting]) -> World | None:
        """A fresh fold of `live`, for opening another operation: the live desk's own may hold events not yet durable."""
        asked = any(isinstance(waiting.envelope.command, OpenOperation) for waiting in taken)
        return await load_world(self._log, LIVE) if asked and self.operation != LIVE else None

    def _decide(
        self, world: World, live: World | None, held: Held, taken: Sequence[_Waiting], undo: Undo
    ) -> _Batch:
        """Decide each on top of the ones before. Nothing here waits."""
        recorded_at = held.now
        events: list[StoredEvent] = []
        commands: list[StoredCommand] = []
        found: list[tuple[_Waiting, Answer]] = []
        for waiting in taken:
            envelope = waiting.envelope
            now = now_of(world.clock, recorded_at)
            context = Context(
                actor=envelope.actor,
                now=now,
                occurred_at=(envelope.occurred_at or now).astimezone(UTC),
                source=envelope.source,
                precision=envelope.precision,
                seen=envelope.seen,
                position=world.position + 1,
                operation=self.operation,
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
            if refusal is not None and world.operation is None:
                # No operation, no log: a refused opening leaves nothing behind.
                found.append((waiting, answers.refused(refusal, None)))
                continue
            events.extend(
                self._record(world, event, envelope, context, recorded_at, undo) for event in decided
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
                    actor_key(envelope),
                    recorded_at,
                    waiting.body,
                    answer.body,
                    first if last >= first else None,
                    last if last >= first else None,
                )
            )
        frontier = merkle.extend_data(
            held.head.frontier, held.head.position, [event.data for event in events]
        )
        head = held.head._replace(position=world.position, recorded_at=recorded_at, frontier=frontier)
        return _Batch(events, commands, found, head)

    def _record(
        self,
        world: World,
        event: AnyEvent,
        envelope: Envelope,
        context: Context,
        recorded_at: datetime,
        undo: Undo,
    ) -> StoredEvent:
        tags = tags_of(event, envelope.actor)
        recorded = Recorded(
            operation=self.operation,
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

    async def _recall(self, held: Held, taken: Sequence[_Waiting]) -> None:
        """Bring back the closed incidents that these commands name, before anything is decided."""
        tags, positions = _unknown_to(self.world, [waiting.envelope.command for waiting in taken])
        for position in positions:
            for stored in await held.read(position - 1, Query(), 1):
                tags |= _incidents_of(stored)
        known: set[str] = set()
        found: dict[int, StoredEvent] = {}
        # A dispatch names its incident, an incident what it was merged with: read until nothing new is named.
        while wanted := tags - known:
            known |= wanted
            query = Query(tags=tuple(sorted(wanted)))
            for stored in await held.read(0, query, self._limits.recall_events_max):
                found[stored.position] = stored
                tags |= _incidents_of(stored)
        if found:
            self.world.recall(_decoded(self.operation, found[position].data) for position in sorted(found))

    # --- answering ---

    async def _answer_known(self, taken: list[_Waiting]) -> None:
        """Answer those that the log knows; the others stay in `taken`, to be decided anew."""
        known = await self._log.known(self.operation, [waiting.envelope.id for waiting in taken])
        for waiting in list(taken):
            stored = known.get(waiting.envelope.id)
            if stored is not None:
                taken.remove(waiting)
                first = answers.stored(stored.outcome)
                self._remember(waiting.envelope.id, stored.actor, stored.body, first)
                self._resolve(
                    waiting, _repeated(waiting.envelope, waiting.body, stored.actor, stored.body, first)
                )

    def _answer(self, waiting: _Waiting, answer: Answer) -> None:
        self._remember(waiting.envelope.id, actor_key(waiting.envelope), waiting.body, answer)
        self._resolve(waiting, answer)

    def _remember(self, id: UUID, actor: str, body: bytes, answer: Answer) -> None:
        self._remembered[id] = (actor, body, answer)
        if len(self._remembered) > self._limits.remembered_answers_max:
            self._remembered.popitem(last=False)

    def _resolve(self, waiting: _Waiting, answer: Answer) -> None:
        self._in_flight.pop(waiting.envelope.id, None)
        if not waiting.answer.done():
            waiting.answer.set_result(answer)

    def _fail(self, taken: Iterable[_Waiting], error: Exception) -> None:
        for waiting in taken:
            self._in_flight.pop(waiting.envelope.id, None)
            if not waiting.answer.done():
                waiting.answer.set_exception(error)
                waiting.answer.exception()  # its client may have hung up: then nobody else would look at it

    # --- snapshots ---

    def _snapshot_when_due(self) -> None:
        """Encoded at once, since the world must stand still for it; saved in the background, off the write path."""
        due = self.world.position - self._snapshot_position >= self._limits.snapshot_every_events
        if due and (self._snapshot_task is None or self._snapshot_task.done()):
            position = self.world.position
            self._snapshot_task = asyncio.create_task(self._save_snapshot(position, self.world.snapshot()))

    async def _save_snapshot(self, position: int, data: bytes) -> None:
        try:
            await self._log.snapshot_save(self.operation, position, "world", VERSION, data)
            self._snapshot_position = position
        except LogError as error:
            _log.warning("snapshot_not_saved", operation=self.operation, reason=error.en)


def _stopping() -> DeskBusy:
    return DeskBusy("系统正在停止，请用同一编号重发。", "The system is stopping: send the same id again.")


def _unwritable() -> DeskBusy:
    return DeskBusy(
        "日志暂不可写，请用同一编号重发。", "The log cannot be written now: send the same id again."
    )


def _repeated(envelope: Envelope, body: bytes, actor: str, before: bytes, answer: Answer) -> Answer:
    """The first answer again; or the refusal of an id that was used for something else (answered, never recorded)."""
    if before == body and actor == actor_key(envelope):
        return answer.again()
    return answers.refused(CommandIdReused(), None)


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
    return created


def _incidents_of(stored: StoredEvent) -> set[str]:
    """The incidents that belong with one event; a mere link brings nothing back."""
    if stored.type == "IncidentsLinked":
        return set()
    return {tag for tag in stored.tags if tag.startswith("incident:")}


def _unknown_to(world: World, commands: Iterable[Any]) -> tuple[set[str], set[int]]:
    """What commands name and the world does not hold: tags to read by, and positions of entries."""
    tags: set[str] = set()
    positions: set[int] = set()
    for command in commands:
        for name in ("incident", "into", "other"):
            id = getattr(command, name, None)
            if isinstance(id, str) and id not in world.incidents and id not in world.organisations:
                tags.add(f"incident:{id}")
        dispatch = getattr(command, "dispatch", None)
        if dispatch is not None and dispatch not in world.dispatches:
            tags.add(f"dispatch:{dispatch}")
        position = getattr(command, "position", None)
        if position is not None and not any(position in table for table in world.entries.values()):
            positions.add(position)
    return tags, positions
