"""The reactor of one operation on one node: follows the log, sleeps until the next deadline of the operation's clock, and sends what
the reactions ask for through the desk like everybody else. It decides nothing and keeps nothing that the log does not say.

Every node runs one for each operation that it serves. Command ids are UUIDv5 of the operation and the reaction's key, and the rules
ask the world at the head, so however many nodes ask, and however often one of them is killed, it happens once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
import structlog

from core import catalogue
from core.clock import Clock, now_of
from core.log.protocol import Log
from core.messages import SYSTEM, Actor, Envelope
from handlers.desk import Desk, DeskBusy, OperationUnreadable
from handlers.reactions import Reactions
from handlers.responding import Wanted

_log = structlog.get_logger("reactor")

YIELD_EVENTS = 200
"""Folded between two looks at the other work of the loop: some ten milliseconds."""
BATCH_COMMANDS_MAX = 256
WAIT_MAX_S = 3600.0
"""It looks at the clock at least so often, should the machine's be set."""
RETRY_S = 0.25
RETRY_MAX_S = 5.0
ATTEMPTS_MAX = 40
"""A deadline that the log's own clock has not reached yet is asked for again so often, and then given up."""
FOLD_TIMEOUT_S = 5.0
_NAMES = uuid5(NAMESPACE_URL, "liandong/reactions")


class _Accepted(msgspec.Struct):
    """As much of an answer as is looked at: [first, last] of the events, or nothing."""

    positions: tuple[int, ...] = ()


_accepted = msgspec.json.Decoder(_Accepted)


def id_of(operation: str, key: str) -> UUID:
    """The id of a reaction's command: the same on every node and after every restart."""
    return uuid5(_NAMES, f"{operation}|{key}")


def real_delay_s(clock: Clock | None, due: datetime, real: datetime) -> float | None:
    """Seconds until the operation's clock reaches an instant; None while it stands still. Negative where it has passed."""
    if clock is None:
        return (due - real).total_seconds()
    if clock.paused:
        return None if due > clock.sim0 else 0.0
    ahead = due - now_of(clock, real)
    return ahead.total_seconds() * clock.rate_d / clock.rate_n


class Reactor:
    """Make it with `Reactor.start`; close it with `await reactor.close()`, before the desk."""

    def __init__(self, log: Log, operation: str, desk: Callable[[], Awaitable[Desk]]) -> None:
        self.operation = operation
        self.failure: str | None = None
        """Why nothing is done for the operation any more: the log holds what this version cannot read."""
        self._log = log
        self._desk = desk
        self._reactions = Reactions()
        self._attempts: dict[str, int] = {}
        self._moved = asyncio.Event()
        self._is_current = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._running = asyncio.create_task(self._run(), name=f"reactor {operation}")

    @classmethod
    def start(cls, log: Log, operation: str, desk: Callable[[], Awaitable[Desk]]) -> Reactor:
        """A reactor that folds the log in the background and then acts. `desk` is asked for only when there is something to send."""
        return cls(log, operation, desk)

    @property
    def position(self) -> int:
        """Up to where it has folded."""
        return self._reactions.position

    async def close(self) -> None:
        """Stop. A command that was sent is finished by the desk; one that was not is asked for by whoever starts next."""
        tasks = [task for task in (self._running, self._following) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    async def _run(self) -> None:
        self._following = asyncio.create_task(self._follow(), name=f"reactor follows {self.operation}")
        await self._is_current.wait()
        retry_s = RETRY_S
        while self.failure is None:
            self._moved.clear()
            try:
                again = await self._act()
                wait_s = RETRY_S if again else self._wait_s()
                retry_s = RETRY_S
            except OperationUnreadable as error:
                self._fail(error)
                return
            except Exception as error:  # noqa: BLE001  deadlines must outlive every fault of a store or a rule
                _log.warning("reactions_wait", operation=self.operation, reason=repr(error))
                wait_s, retry_s = retry_s, min(retry_s * 2, RETRY_MAX_S)
            # Whatever is folded meanwhile sets the event: nothing that falls due earlier is slept through.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._moved.wait()

    async def _act(self) -> bool:
        """Send what is due now, until nothing is. True where something must be asked for again soon."""
        again = False
        while True:
            wanted = self._reactions.due(self._now())
            wanted = [one for one in wanted if not (again and one.key in self._attempts)]
            if not wanted:
                return again
            for at in range(0, len(wanted), BATCH_COMMANDS_MAX):
                again = await self._send(wanted[at : at + BATCH_COMMANDS_MAX]) or again

    async def _send(self, wanted: list[Wanted]) -> bool:
        """Have the desk decide them, in this order and in one batch if it can; then wait until this fold has seen the outcome."""
        desk = await self._desk()
        envelopes = [self._envelope(one) for one in wanted]
        results = await asyncio.gather(*(desk.send(one) for one in envelopes), return_exceptions=True)
        reached, again = 0, False
        for one, result in zip(wanted, results, strict=True):
            if isinstance(result, OperationUnreadable):
                raise result
            if isinstance(result, DeskBusy):
                again = True
                self._attempts.setdefault(one.key, 0)  # nothing was decided: the same id again
                continue
            if isinstance(result, BaseException):
                # A fault of a rule, logged by the desk: asking again would break again.
                self._done(one.key)
                continue
            positions = _accepted.decode(result.body).positions if result.code is None else None
            if positions:
                reached = max(reached, positions[-1])
                self._attempts.pop(one.key, None)
                self._reactions.answered(one.key)
            elif positions is None or self._attempts.get(one.key, 0) >= ATTEMPTS_MAX:
                self._done(one.key)
            else:
                # Accepted, and nothing happened: it is so already and about to be folded, or the log's clock is behind ours.
                self._attempts[one.key] = self._attempts.get(one.key, 0) + 1
                again = True
        await self._folded(reached)
        return again

    def _done(self, key: str) -> None:
        self._attempts.pop(key, None)
        self._reactions.answered(key)

    def _envelope(self, one: Wanted) -> Envelope:
        attempt = self._attempts.get(one.key, 0)
        key = one.key if attempt == 0 else f"{one.key}#{attempt}"
        return Envelope(
            id=id_of(self.operation, key),
            operation=self.operation,
            actor=Actor(SYSTEM, SYSTEM, one.part),
            command=one.command,
            source="system",
        )

    def _now(self) -> datetime:
        return now_of(self._reactions.world.clock, datetime.now(UTC))

    def _wait_s(self) -> float:
        due = self._reactions.next_due()
        if due is None:
            return WAIT_MAX_S
        delay = real_delay_s(self._reactions.world.clock, due, datetime.now(UTC))
        # A millisecond more: a timer that fires early would find nothing due and spin.
        return WAIT_MAX_S if delay is None else min(WAIT_MAX_S, max(0.0, delay) + 0.001)

    # --- following ---

    async def _folded(self, position: int) -> None:
        """Wait until that position is folded, so that nothing is asked for that has just been done."""
        deadline = asyncio.get_running_loop().time() + FOLD_TIMEOUT_S
        while self.position < position and asyncio.get_running_loop().time() < deadline:
            self._moved.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY_S):
                    await self._moved.wait()

    async def _follow(self) -> None:
        """For ever. A log that fails is asked again from where the fold stands; nothing is skipped."""
        wait_s = RETRY_S
        while self.failure is None:
            pages = self._log.follow(self.operation, self.position)
            try:
                if not self._is_current.is_set():
                    await self._catch_up()
                    self._is_current.set()
                    continue
                async for page in pages:
                    for stored in page:
                        self._fold(stored.data)
                    self._moved.set()
                    wait_s = RETRY_S
            except OperationUnreadable as error:
                self._fail(error)
            except Exception as error:  # noqa: BLE001  following is for ever: the store comes back
                _log.warning("reactor_follows_again", operation=self.operation, reason=repr(error))
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, RETRY_MAX_S)
            finally:
                if isinstance(pages, AsyncGenerator):
                    await pages.aclose()

    async def _catch_up(self) -> None:
        """What is in the log already, without keeping the other work of this node waiting."""
        async for page in self._log.stream(self.operation, self.position):
            for data in page:
                self._fold(data)
                if self.position % YIELD_EVENTS == 0:
                    await asyncio.sleep(0)

    def _fold(self, data: bytes) -> None:
        try:
            recorded = catalogue.decode(data)
            if recorded.position > self.position:
                self._reactions.apply(recorded)
        except catalogue.UnknownEvent as error:
            raise OperationUnreadable(f"{self.operation}: {error}") from error

    def _fail(self, error: OperationUnreadable) -> None:
        self.failure = str(error)
        self._is_current.set()
        self._moved.set()
        _log.error("reactions_stopped", operation=self.operation, reason=str(error))


RECENT = timedelta(hours=24)
"""Operations that something was recorded in since then are reacted to from the start of a node; others from their first command."""
