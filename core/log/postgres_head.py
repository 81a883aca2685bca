"""The writing side of one operation on PostgreSQL: its connection, the lock on its head, and the append.

`postgres_schema` says why two round trips are exact. A node that finds itself alone keeps the lock for a moment after an
append (`linger_s`, at most `lease_s` in all): the next batch then needs no round trip to lock, for nobody can have written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg

from core.log import postgres_reads as reads
from core.log.postgres_append import Lost, append, columns, lost_before
from core.log.protocol import (
    CommandKnown,
    Head,
    LogFailed,
    LogUnavailable,
    Query,
    StoredCommand,
    StoredEvent,
)
from core.log.rows import check_append, micros, time_of
from core.log.tail import Tail
from core.log.turn import busy

HOLD = "SELECT * FROM hold_1($1, $2, $3)"
RELEASE = "SELECT release_1($1)"
GRACE_S = 2.0  # On top of the server's own time-outs, before a silent connection is given up.
CONNECT_AGAIN_AFTER_S = 0.2


class OperationHead:
    """One per operation and node. Only one task at a time is between `take` and `leave` (the lock is fair)."""

    def __init__(
        self,
        operation: str,
        connect: Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]],
        *,
        channel: str,
        alone: Callable[[], bool],
        lock_timeout_s: float,
        statement_timeout_s: float,
        hold_timeout_s: float,
        linger_s: float,
        lease_s: float,
    ) -> None:
        self.operation = operation
        self.tail = Tail()
        self.lock = asyncio.Lock()
        self.key = 0
        self.head = Head()
        self.connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._connect = connect
        self._channel = channel
        self._alone = alone
        self._lock_timeout_s = lock_timeout_s
        self._statement_timeout_s = statement_timeout_s
        self._hold_timeout_ms = int(hold_timeout_s * 1000)
        self._linger_s = linger_s
        self._lease_s = lease_s
        self._locked = False
        self._leased_until = 0.0
        self._now_us = 0
        self._now_read = 0.0
        self._connect_not_before = 0.0
        self._releasing: asyncio.TimerHandle | asyncio.Task[None] | None = None

    async def take(self) -> int:
        """Lock the head and read it; answers the database's clock in microseconds. Raises LogBusy, LogUnavailable."""
        connection = await self._ready()
        started = monotonic()
        if self._locked and started < self._leased_until:
            # Nobody else can have held it since: the head in memory is the head, and its clock has run on.
            return max(self._now_us + int((started - self._now_read) * 1e6), self._recorded_at_us())
        try:
            row = await connection.fetchrow(
                HOLD, self.key, self._locked, self._hold_timeout_ms, timeout=self._lock_timeout_s + GRACE_S
            )
        except asyncpg.LockNotAvailableError:
            self._locked = False
            raise busy(self.operation, self._lock_timeout_s) from None
        except BaseException as error:
            # Cancelled or broken in the middle: nobody knows who has the lock now, but a session that ends has it not.
            self.drop()
            if isinstance(error, Lost):
                raise lost_before(error) from error
            raise
        self._locked = True
        if row is None:
            self.drop()
            raise LogUnavailable(
                f"作业面 {self.operation} 的日志头已不存在；请检查数据库。",
                f"The head of {self.operation} is gone; check the database.",
            )
        *fields, now_us = row
        self.head = head = reads.head_of((fields[0], fields[1], fields[2], fields[3]))
        self._now_us, self._now_read = now_us, monotonic()
        # Reckoned from before the question, so that the lease cannot outlive what the lock's server thinks.
        self._leased_until = started + self._lease_s
        self.tail.heard(head.position)
        return int(now_us)

    def leave(self) -> None:
        """Give the head back: at once, or after a moment when this node is alone. Never waits."""
        if self.connection is None or not self._locked:
            return
        linger_s = min(self._linger_s, self._leased_until - monotonic())
        if linger_s > 0 and self._alone():
            self._releasing = asyncio.get_running_loop().call_later(linger_s, self._release)
        else:
            self._release()

    async def close(self) -> None:
        async with self.lock:
            await self._settle()
            if self.connection is not None and not self.connection.is_closed():
                await self.connection.close(timeout=GRACE_S)
            self.connection = None
            self._locked = False

    def drop(self) -> None:
        """End the session, and with it whatever it holds."""
        if self.connection is not None:
            self.connection.terminate()
        self.connection = None
        self._locked = False

    async def missed(self, after: int) -> Sequence[StoredEvent]:
        count = self.head.position - after
        recent = self.tail.since(after, count)
        if recent is not None and len(recent) == count:
            return recent
        events: list[StoredEvent] = await self.ask(
            lambda connection: reads.events(connection, self.key, after, Query(), count)
        )
        return events

    async def ask(
        self, question: Callable[[asyncpg.Connection[asyncpg.Record]], Coroutine[Any, Any, Any]]
    ) -> Any:
        """A question on the connection that holds the head."""
        if self.connection is None:
            raise lost_before(None)
        try:
            return await question(self.connection)
        except Lost as error:
            self.drop()
            raise lost_before(error) from error

    async def append(
        self, events: Sequence[StoredEvent], commands: Sequence[StoredCommand], head: Head
    ) -> None:
        check_append(self.head, events, commands, head)
        if self.connection is None or self.connection.is_closed():
            raise lost_before(None)
        # Nobody is told when nobody else is there: a notification costs a fifth of a small batch.
        hint = None if self._alone() else f"{head.position} {self.operation}"
        batch = columns(events, commands)
        try:
            await append(
                self.connection,
                self.key,
                self.head,
                head,
                self._channel,
                hint,
                batch,
                self._statement_timeout_s + GRACE_S,
            )
        except (CommandKnown, LogFailed):
            # The server answered, so the session is sound and still holds the head until `leave`.
            raise
        except BaseException:
            self.drop()
            raise
        self.head = head
        self.tail.add(events)

    async def _ready(self) -> asyncpg.Connection[asyncpg.Record]:
        await self._settle()
        if self.connection is not None and not self.connection.is_closed():
            return self.connection
        self._locked = False
        if monotonic() < self._connect_not_before:
            await asyncio.sleep(self._connect_not_before - monotonic())
        self._connect_not_before = monotonic() + CONNECT_AGAIN_AFTER_S
        connection = await self._connect()
        try:
            key = await connection.fetchval(reads.KEY, self.operation)
            if key is None:
                await connection.execute(reads.MAKE_OPERATION, self.operation)
                key = await connection.fetchval(reads.KEY, self.operation)
        except Lost as error:
            connection.terminate()
            raise lost_before(error) from error
        except BaseException:
            connection.terminate()
            raise
        self.key, self.connection = int(key), connection
        return connection

    async def _settle(self) -> None:
        """No release is under way on the connection any more. One that only waits for its moment is called off."""
        releasing, self._releasing = self._releasing, None
        if isinstance(releasing, asyncio.Task):
            # Waited for, not awaited: this task's cancellation must not cut the release short.
            await asyncio.wait((releasing,))
        elif releasing is not None:
            releasing.cancel()

    def _release(self) -> None:
        self._locked = False
        self._releasing = asyncio.get_running_loop().create_task(self._unlock())

    async def _unlock(self) -> None:
        if self.connection is None or self.connection.is_closed():
            return
        try:
            await self.connection.fetchval(RELEASE, self.key, timeout=GRACE_S)
        except (*Lost, asyncpg.PostgresError):
            self.drop()

    def _recorded_at_us(self) -> int:
        return 0 if self.head.recorded_at is None else micros(self.head.recorded_at)


class PostgresHeld:
    def __init__(self, of: OperationHead, now_us: int) -> None:
        self._of = of
        self.head = of.head
        self.now = time_of(now_us)
        self.missed: Sequence[StoredEvent] = ()
        self.writing: asyncio.Future[None] | None = None

    async def known(self, ids: Sequence[UUID]) -> dict[UUID, StoredCommand]:
        found: dict[UUID, StoredCommand] = {}
        if ids:
            found = await self._of.ask(lambda connection: reads.known(connection, self._of.key, ids))
        return found

    async def read(self, after: int, query: Query, limit: int) -> list[StoredEvent]:
        found: list[StoredEvent] = await self._of.ask(
            lambda connection: reads.events(connection, self._of.key, after, query, limit)
        )
        return found

    async def append(
        self, events: Sequence[StoredEvent], commands: Sequence[StoredCommand], head: Head
    ) -> None:
        if self.writing is not None:
            raise RuntimeError("a held head takes one append")
        # Not a task of its own, which would cost a tenth of a lone command: the caller shields this, as the protocol says,
        # and leaves `hold` perhaps before it is done. Whoever cancels it all the same loses the session with the statement.
        self.writing = asyncio.get_running_loop().create_future()
        try:
            await self._of.append(events, commands, head)
        finally:
            self.writing.set_result(None)
