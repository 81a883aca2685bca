"""The loop of the desk. A command is answered only after its transaction is durable; no waiting command is ever forgotten."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import Iterable
from uuid import UUID

import structlog

from core.errors import CommandIdReused
from core.log.protocol import AppendOutcomeUnknown, CommandKnown, Log, LogError
from core.messages import Envelope
from core.operation import LIVE, OpenOperation
from core.tables import Undo
from core.world import VERSION, World
from handlers import answers
from handlers.answers import Answer
from handlers.desk.batch import Waiting, actor_key, body_of, decide_batch
from handlers.desk.limits import DESK_LIMITS, DeskBusy, DeskLimits, OperationUnreadable, stopping, unwritable
from handlers.desk.loading import decoded, load_world, recall

_log = structlog.get_logger("desk")


class Desk:
    """Takes the commands of one operation. Make it with `Desk.open`; `send` may be called by any number of tasks."""

    def __init__(self, log: Log, operation: str, world: World, limits: DeskLimits = DESK_LIMITS) -> None:
        self.operation = operation
        self.world = world
        self._log = log
        self._limits = limits
        self._queue: deque[Waiting] = deque()
        # By the ids' numbers: a UUID is hashed and compared in Python, an int is not, and each command is looked up six times.
        self._in_flight: dict[int, Waiting] = {}
        self._remembered: OrderedDict[int, tuple[str, bytes, Answer]] = OrderedDict()
        self._wake = asyncio.Event()
        self._closing = False
        self._world_doubtful = False
        self._snapshot_position = world.position
        self._snapshot_task: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._run(), name=f"desk {operation}")

    @classmethod
    async def open(cls, log: Log, operation: str, limits: DeskLimits = DESK_LIMITS) -> Desk:
        """A desk whose world stands at the log's head. Raises OperationUnreadable."""
        world = await load_world(log, operation)
        if world.plans:
            world.plan_register()  # now, rather than while the first adoption holds the head
        return cls(log, operation, world, limits)

    async def close(self) -> None:
        """Stop taking commands, finish the batch that is being written, and leave a snapshot."""
        self._closing = True
        self._wake.set()
        done, _ = await asyncio.wait([self._task], timeout=self._limits.close_timeout_s)
        if not done:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._fail(list(self._in_flight.values()), stopping())
        self._queue.clear()
        if self._snapshot_task is not None:
            await asyncio.wait([self._snapshot_task])
        if self.world.position > self._snapshot_position:
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
        number, sender, body = envelope.id.int, actor_key(envelope), body_of(envelope)
        remembered = self._remembered.get(number)
        if remembered is not None:
            before_sender, before, answer = remembered
            return _repeated(sender, body, before_sender, before, answer)
        in_flight = self._in_flight.get(number)
        if in_flight is not None:
            answer = await in_flight.answer()
            return _repeated(sender, body, in_flight.sender, in_flight.body, answer)
        if len(self._queue) >= self._limits.queue_commands_max:
            raise DeskBusy(
                "命令过多，请稍后用同一编号重发。",
                "Too many commands are waiting: send the same id again soon.",
            )
        if self._closing or self._task.done():
            raise stopping()
        waiting = Waiting(envelope, body, sender)
        self._in_flight[number] = waiting
        self._queue.append(waiting)
        self._wake.set()
        # A future of this caller's own: a client that hangs up cancels its own waiting, never the batch its command is part of.
        return await waiting.answer()

    # --- the loop ---

    async def _run(self) -> None:
        while not self._closing:
            await self._wake.wait()
            self._wake.clear()
            while self._queue and not self._closing:
                await self._batch()

    async def _batch(self) -> None:
        """Answer what waits now, or fail it; never leaves a waiting command without an answer, an error or a place in the queue."""
        taken: list[Waiting] = []
        try:
            await self._append_until_known(taken)
        except (LogError, DeskBusy) as error:
            _log.warning("batch_failed", operation=self.operation, commands=len(taken), reason=error.en)
            self._fail(taken or self._all_queued(), DeskBusy(error.zh, error.en))
        except OperationUnreadable as error:
            _log.error("operation_unreadable", operation=self.operation, reason=str(error))
            self._fail(taken or self._all_queued(), error)
        except asyncio.CancelledError:
            self._fail(taken, stopping())
            raise
        except Exception as error:  # noqa: BLE001  every client is told, whatever the fault was
            # A fault of ours: every waiting client is told, and the world is folded anew rather than trusted.
            _log.exception("desk_fault", operation=self.operation)
            self._world_doubtful = True
            self._fail(taken or self._all_queued(), error)

    def _all_queued(self) -> list[Waiting]:
        """Everything that waits. Where not even the head can be had, it is told so rather than kept waiting for better times."""
        queued = list(self._queue)
        self._queue.clear()
        return queued

    async def _append_until_known(self, taken: list[Waiting]) -> None:
        """Append what waits. Where a commit's outcome is unknown, ask by command id until it is known, so often and no more."""
        unknown = 0
        while True:
            try:
                await self._hold_and_append(taken)
                return
            except CommandKnown:
                # Each time somebody of the batch is answered, so this ends; the others are decided anew without them.
                before = len(taken)
                await self._answer_known(taken)
                if len(taken) == before:
                    raise
            except AppendOutcomeUnknown as error:
                unknown += 1
                _log.warning("append_outcome_unknown", operation=self.operation, reason=error.en)
            except LogError as error:
                if not unknown:
                    raise
                unknown += 1
                _log.warning("append_outcome_still_unknown", operation=self.operation, reason=error.en)
            if not taken:
                return
            if unknown >= self._limits.unknown_outcome_attempts_max:
                raise unwritable()
            if unknown:
                # Deciding again is safe either way: what was committed comes back as missed events, and its ids as CommandKnown.
                await asyncio.sleep(self._limits.unknown_outcome_wait_s * 2**unknown)

    async def _hold_and_append(self, taken: list[Waiting]) -> None:
        if self._world_doubtful:
            self.world = await load_world(self._log, self.operation)
            self._world_doubtful = False
        world = self.world
        async with self._log.hold(self.operation, world.position) as held:
            for stored in held.missed:
                world.apply(decoded(self.operation, stored.data))
            # Only now: everything that queued while this node waited for the head goes with this batch.
            while self._queue and len(taken) < self._limits.batch_commands_max:
                taken.append(self._queue.popleft())
            if not taken:
                return
            live = await self._live_world_for(taken)
            undo: Undo = []
            before = world.position, world.recorded_at
            try:
                commands = [waiting.envelope.command for waiting in taken]
                await recall(self.operation, world, held, commands, self._limits)
                batch = decide_batch(self.operation, world, live, held, taken, undo)
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
        for waiting, outcome in batch.aside:
            if isinstance(outcome, Exception):
                _log.error(
                    "rule_fault", operation=self.operation, id=str(waiting.envelope.id), exc_info=outcome
                )
                self._fail([waiting], outcome)
            else:
                self._resolve(waiting, outcome)
        self._snapshot_when_due()

    async def _live_world_for(self, taken: Iterable[Waiting]) -> World | None:
        """A fresh fold of `live`, for opening another operation: the live desk's own may hold events not yet durable."""
        if self.operation == LIVE:
            return None
        asked = any(isinstance(waiting.envelope.command, OpenOperation) for waiting in taken)
        return await load_world(self._log, LIVE) if asked else None

    # --- answering ---

    async def _answer_known(self, taken: list[Waiting]) -> None:
        """Answer those that the log knows; the others stay in `taken`, to be decided anew."""
        known = await self._log.known(self.operation, [waiting.envelope.id for waiting in taken])
        for waiting in list(taken):
            stored = known.get(waiting.envelope.id)
            if stored is not None:
                taken.remove(waiting)
                first = answers.stored(stored.outcome)
                self._remember(waiting.envelope.id, stored.actor, stored.body, first)
                self._resolve(
                    waiting, _repeated(waiting.sender, waiting.body, stored.actor, stored.body, first)
                )

    def _answer(self, waiting: Waiting, answer: Answer) -> None:
        self._remember(waiting.envelope.id, waiting.sender, waiting.body, answer)
        self._resolve(waiting, answer)

    def _remember(self, id: UUID, sender: str, body: bytes, answer: Answer) -> None:
        self._remembered[id.int] = (sender, body, answer)
        if len(self._remembered) > self._limits.remembered_answers_max:
            self._remembered.popitem(last=False)

    def _resolve(self, waiting: Waiting, answer: Answer) -> None:
        self._in_flight.pop(waiting.envelope.id.int, None)
        waiting.resolve(answer)

    def _fail(self, taken: Iterable[Waiting], error: Exception) -> None:
        for waiting in taken:
            self._in_flight.pop(waiting.envelope.id.int, None)
            waiting.fail(error)

    # --- snapshots ---

    def _snapshot_when_due(self) -> None:
        """Encoded at once, since the world must stand still for it; saved in the background, off the write path."""
        due = self.world.position - self._snapshot_position >= self._limits.snapshot_every_events
        if due and (self._snapshot_task is None or self._snapshot_task.done()):
            # Also when it cannot be saved: then it is tried again after as many events, not after each batch.
            self._snapshot_position = position = self.world.position
            self._snapshot_task = asyncio.create_task(self._save_snapshot(position, self.world.snapshot()))

    async def _save_snapshot(self, position: int, data: bytes) -> None:
        try:
            await self._log.snapshot_save(self.operation, position, "world", VERSION, data)
        except LogError as error:
            _log.warning("snapshot_not_saved", operation=self.operation, reason=error.en)


def _repeated(sender: str, body: bytes, before_sender: str, before: bytes, answer: Answer) -> Answer:
    """The first answer again; or the refusal of an id that was used for something else (answered, never recorded)."""
    if before == body and before_sender == sender:
        return answer.again()
    return answers.refused(CommandIdReused(), None)
