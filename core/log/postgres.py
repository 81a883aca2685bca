"""The log in PostgreSQL, through asyncpg: any number of nodes write, each operation's head is locked for one at a time.

Per operation one connection that writes, for all a small pool that reads and one connection that listens.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from core.log import postgres_reads as reads
from core.log.postgres_append import Lost
from core.log.postgres_head import OperationHead, PostgresHeld
from core.log.postgres_listen import Listener
from core.log.postgres_schema import migrate, unavailable
from core.log.postgres_stream import stream_data
from core.log.protocol import Head, Held, LogUnavailable, Query, StoredCommand, StoredEvent
from core.log.rows import OPERATION_CHARS_MAX
from core.log.turn import acquire_in_turn

log = logging.getLogger(__name__)

PAGE_EVENTS = 2_000
FOLLOW_POLL_S = 1.0
CONNECT_TIMEOUT_S = 5.0
POSITION_LIMIT = (1 << 63) - 1


class PostgresLog:
    """Holding an operation's head waits at most `lock_timeout_s`; a statement runs at most `statement_timeout_s`; a node
    that hangs while it holds loses the head after `hold_timeout_s`."""

    def __init__(
        self,
        dsn: str,
        *,
        schema: str = "liandong",
        readers_max: int = 4,
        lock_timeout_s: float = 5.0,
        statement_timeout_s: float = 10.0,
        hold_timeout_s: float = 5.0,
        linger_s: float = 0.002,
        lease_s: float = 0.010,
        follow_poll_s: float = FOLLOW_POLL_S,
        snapshots_kept: int = 3,
    ) -> None:
        self._dsn = dsn
        self.schema = schema
        self._readers_max = readers_max
        self._lock_timeout_s = lock_timeout_s
        self._statement_timeout_s = statement_timeout_s
        self._hold_timeout_s = hold_timeout_s
        self._linger_s = linger_s
        self._lease_s = lease_s
        self._follow_poll_s = follow_poll_s
        self._snapshots_kept = snapshots_kept
        self._channel = f"liandong:{schema}"
        self.heads: dict[str, OperationHead] = {}
        self._keys: dict[str, int] = {}
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self.listener = Listener(self.connect_idle, self._channel, self._heard, self._anew)

    async def open(self) -> None:
        """Raises LogUnavailable: a wrong address, a server that is not there, a newer schema."""
        try:
            connection = await self.connect_idle()
            try:
                await migrate(connection, self.schema)
            finally:
                await connection.close()
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=self._readers_max,
                timeout=CONNECT_TIMEOUT_S,
                server_settings=self._settings(),
                reset=_leave_as_it_is,
            )
        except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise unavailable(self._dsn, error) from error
        self.listener.start()

    async def close(self) -> None:
        """After every append that was begun."""
        await self.listener.stop()
        for each in self.heads.values():
            await each.close()
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await pool.close()
            except TimeoutError:
                # A reader that never ends its stream must not keep the process from ending.
                pool.terminate()

    @asynccontextmanager
    async def hold(self, operation: str, after: int) -> AsyncGenerator[Held, None]:
        of = self._head_of(operation)
        # First this node's own queue, then the database's: both first come, first served.
        await acquire_in_turn(of.lock, operation, self._lock_timeout_s)
        held: PostgresHeld | None = None

        def leave(_: object = None) -> None:
            of.leave()
            of.lock.release()

        try:
            held = PostgresHeld(of, await of.take())
            if after < of.head.position:
                held.missed = await of.missed(after)
            yield held
        finally:
            # A caller that was cancelled in `append` leaves while its statement runs: the head is given back after that.
            if held is not None and held.writing is not None and not held.writing.done():
                held.writing.add_done_callback(leave)
            else:
                leave()

    async def operations(self) -> list[str]:
        rows = await self._ask("SELECT operation FROM head ORDER BY operation")
        return [row[0] for row in rows]

    async def head(self, operation: str) -> Head:
        rows = await self._ask(reads.HEAD, operation)
        return reads.head_of(rows[0]) if rows else Head()

    async def known(self, operation: str, ids: Sequence[UUID]) -> dict[UUID, StoredCommand]:
        key = await self._key(operation)
        if key is None or not ids:
            return {}
        async with self._reader() as connection:
            return await reads.known(connection, key, ids)

    async def read(self, operation: str, after: int, query: Query, limit: int) -> list[StoredEvent]:
        key = await self._key(operation)
        if key is None:
            return []
        async with self._reader() as connection:
            return await reads.events(connection, key, after, query, limit)

    async def position_at(self, operation: str, recorded_at: datetime) -> int:
        key = await self._key(operation)
        if key is None:
            return 0
        async with self._reader() as connection:
            return await reads.position_at(connection, key, recorded_at)

    async def stream(self, operation: str, after: int) -> AsyncGenerator[list[bytes], None]:
        key = await self._key(operation)
        if key is None:
            return
        async for page in stream_data(self._reader(), key, after):
            yield page

    async def follow(self, operation: str, after: int) -> AsyncGenerator[list[StoredEvent], None]:
        tail, heard = self._head_of(operation).tail, False
        while True:
            events = tail.since(after, PAGE_EVENTS)
            if events is None or not (events or heard):
                # Also when nothing was heard of: notifications may be lost, so the first look and every poll ask the table.
                events = await self._follow_read(operation, after)
            if events:
                after, heard = events[-1].position, True
                yield events
            else:
                heard = await tail.wait(after, self._follow_poll_s)

    async def snapshot_save(
        self, operation: str, position: int, fold: str, version: int, data: bytes
    ) -> None:
        async with self._reader() as connection, connection.transaction():
            await connection.execute(reads.SNAPSHOT_SAVE, operation, fold, version, position, data)
            await connection.execute(reads.SNAPSHOT_PRUNE, operation, fold, version, self._snapshots_kept - 1)

    async def snapshot_load(
        self, operation: str, fold: str, version: int, at_most: int | None = None
    ) -> tuple[int, bytes] | None:
        most = POSITION_LIMIT if at_most is None else at_most
        rows = await self._ask(reads.SNAPSHOT_LOAD, operation, fold, version, most)
        return (rows[0][0], rows[0][1]) if rows else None

    async def _follow_read(self, operation: str, after: int) -> list[StoredEvent]:
        try:
            return await self.read(operation, after, Query(), PAGE_EVENTS)
        except LogUnavailable as error:
            # Following is for ever: the database comes back, and nothing is skipped meanwhile. Writers hear the error.
            log.warning("following %s waits for the database: %s", operation, error)
            return []

    def _head_of(self, operation: str) -> OperationHead:
        found = self.heads.get(operation)
        if found is None:
            if not 0 < len(operation) <= OPERATION_CHARS_MAX or "\x00" in operation:
                raise ValueError(f"{operation!r} cannot name an operation")
            found = self.heads[operation] = OperationHead(
                operation,
                self._connect_writer,
                channel=self._channel,
                alone=lambda: self.listener.alone,
                lock_timeout_s=self._lock_timeout_s,
                statement_timeout_s=self._statement_timeout_s,
                hold_timeout_s=self._hold_timeout_s,
                linger_s=self._linger_s,
                lease_s=self._lease_s,
            )
        return found

    async def _key(self, operation: str) -> int | None:
        key = self._keys.get(operation)
        if key is None:
            rows = await self._ask(reads.KEY, operation)
            if not rows:
                return None
            key = self._keys[operation] = rows[0][0]
        return key

    async def _ask(self, statement: str, *parameters: object) -> list[asyncpg.Record]:
        async with self._reader() as connection:
            return await connection.fetch(statement, *parameters)

    @asynccontextmanager
    async def _reader(self) -> AsyncGenerator[reads.Connection, None]:
        """A connection of the pool. A database that is away is LogUnavailable, whatever the driver calls it."""
        if self._pool is None:
            raise RuntimeError("the log is closed")
        try:
            async with self._pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection:
                yield connection
        except Lost as error:
            raise unavailable(self._dsn, error) from error

    async def connect_idle(self) -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(self._dsn, timeout=CONNECT_TIMEOUT_S, server_settings=self._settings())

    async def _connect_writer(self) -> asyncpg.Connection[asyncpg.Record]:
        try:
            connection = await self.connect_idle()
            # Acknowledged means durable: a database that is set to forget the last moments is overruled.
            await connection.fetchval(
                "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise unavailable(self._dsn, error) from error
        return connection

    def _settings(self) -> dict[str, str]:
        return {
            "application_name": "liandong",
            "search_path": '"' + self.schema.replace('"', '""') + '"',
            "lock_timeout": f"{self._lock_timeout_s * 1000:.0f}",
            "statement_timeout": f"{self._statement_timeout_s * 1000:.0f}",
            "idle_in_transaction_session_timeout": f"{self._hold_timeout_s * 1000:.0f}",
            **reads.PLAN_SETTINGS,
        }

    def _heard(self, operation: str, position: int) -> None:
        of = self.heads.get(operation)
        if of is not None:
            of.tail.heard(position)

    def _anew(self) -> None:
        for of in self.heads.values():
            of.tail.wake()


async def _leave_as_it_is(_: Any) -> None:
    """Nothing is set on a reading connection, so nothing has to be undone: a round trip saved for each read."""
