"""One supervised LISTEN connection: it tells every tail of this node that an operation has moved. A hint, never truth.

A listener may die without a word after a server restart, and notifications may be lost, so it is asked for a sign of life
now and then, made again when it is gone, and every follower polls slowly beside it. It also knows whether this node is
alone: then nobody has to be notified (a notification wakes two processes) and nobody waits for a lock that is kept a moment.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import asyncpg

from core.log.postgres_append import Lost

ALIVE_EVERY_S = 5.0
ALIVE_TIMEOUT_S = 5.0
BACKOFF_FIRST_S = 0.1
BACKOFF_MAX_S = 5.0

# Every node keeps this lock, shared, on its listening session: counting its holders is counting the nodes, and a crash
# is counted out. No operation has the key 0.
JOIN = "SELECT pg_advisory_lock_shared('head'::regclass::oid::integer, 0)"
NODES = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = 'head'::regclass AND objid = 0 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
HELLO = "hello"


class Listener:
    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]],
        channel: str,
        heard: Callable[[str, int], None],
        anew: Callable[[], None],
    ) -> None:
        """`heard(operation, position)` on each hint; `anew()` whenever hints may have been missed."""
        self._connect = connect
        self._channel = channel
        self._heard = heard
        self._anew = anew
        self._task: asyncio.Task[None] | None = None
        self.alone = False
        """Whether no other node was there a moment ago. A hint as well: one that joins says hello, and polls besides."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._supervise(), name="log-listener")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _supervise(self) -> None:
        backoff_s = BACKOFF_FIRST_S
        while True:
            try:
                connection = await self._connect()
            except (*Lost, asyncpg.PostgresError):
                # Followers poll meanwhile, and whoever writes is told by its own connection.
                await asyncio.sleep(backoff_s)
                backoff_s = min(backoff_s * 2, BACKOFF_MAX_S)
                continue
            backoff_s = BACKOFF_FIRST_S
            try:
                await self._listen(connection)
            except (*Lost, asyncpg.PostgresError):
                pass
            finally:
                self.alone = False
                connection.terminate()

    async def _listen(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        await connection.add_listener(self._channel, self._told)
        await connection.fetchval(JOIN)
        await connection.execute("SELECT pg_notify($1, $2)", self._channel, HELLO)
        await self._count(connection)
        # What was committed before LISTEN took effect was not announced to us.
        self._anew()
        while True:
            try:
                async with asyncio.timeout(ALIVE_EVERY_S):
                    await gone.wait()
                return
            except TimeoutError:
                await self._count(connection)

    async def _count(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self.alone = await connection.fetchval(NODES, timeout=ALIVE_TIMEOUT_S) == 1

    def _told(
        self,
        connection: asyncpg.Connection[asyncpg.Record] | object,
        pid: int,
        _channel: str,
        payload: object,
    ) -> None:
        if payload == HELLO:
            if isinstance(connection, asyncpg.Connection) and pid != connection.get_server_pid():
                self.alone = False
            return
        position, _, operation = str(payload).partition(" ")
        self._heard(operation, int(position))
