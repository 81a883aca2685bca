"""A log that fails as told: before the append, after it, or without anybody learning which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from core.log import AppendOutcomeUnknown, Head, Held, Log, LogFailed, Query, StoredCommand, StoredEvent


class FaultyHeld:
    def __init__(self, held: Held, log: FaultyLog) -> None:
        self._held = held
        self._log = log
        self.head = held.head
        self.now = held.now
        self.missed = held.missed

    async def known(self, ids: Sequence[Any]) -> Any:
        return await self._held.known(ids)

    async def read(self, after: int, query: Query, limit: int) -> list[StoredEvent]:
        self._log.reads.append((query, limit))
        return await self._held.read(after, query, limit)

    async def append(
        self, events: Sequence[StoredEvent], commands: Sequence[StoredCommand], head: Head
    ) -> None:
        self._log.appends += 1
        self._log.appending.set()
        await self._log.gate.wait()
        fault = self._log.faults.pop(0) if self._log.faults else None
        if fault == "failed":
            raise LogFailed("没有写入", "it did not happen")
        if fault == "lost_before":
            raise AppendOutcomeUnknown("不知道", "nobody knows")
        if fault == "broken":
            raise RuntimeError("a fault of ours")
        await self._held.append(events, commands, head)
        if fault == "lost_after":
            raise AppendOutcomeUnknown("不知道", "nobody knows")


class FaultyLog:
    """`faults` is taken one an append: failed, lost_before, lost_after, broken, or None for none. `gate` holds appends up."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.faults: list[str | None] = []
        self.hold_fails: list[Exception] = []
        self.known_fails: list[Exception] = []
        self.reads: list[tuple[Query, int]] = []
        self.appends = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.appending = asyncio.Event()

    def shut(self) -> None:
        """Hold up the next append; `appending` says when it has come."""
        self.gate.clear()
        self.appending.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def known(self, operation: str, ids: Sequence[Any]) -> Any:
        if self.known_fails:
            raise self.known_fails.pop(0)
        return await self._log.known(operation, ids)

    @asynccontextmanager
    async def hold(self, operation: str, after: int) -> AsyncGenerator[Any, None]:
        if self.hold_fails:
            raise self.hold_fails.pop(0)
        async with self._log.hold(operation, after) as held:
            yield FaultyHeld(held, self)
