"""The log in one SQLite file: no server, one owner process that writes, any number of processes that read beside it.

This process is the only writer, so the head is in memory and locking it is an asyncio lock; a batch costs one hop to the
writing thread and one fsync.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from core.log import sqlite_jobs as jobs
from core.log.protocol import (
    Head,
    Held,
    LogFailed,
    LogUnavailable,
    Query,
    StoredCommand,
    StoredEvent,
)
from core.log.rows import OPERATION_CHARS_MAX, check_append, join_tags
from core.log.sqlite_file import Owner, append_failed, connect, disconnect, file_of
from core.log.sqlite_snapshots import SnapshotFile
from core.log.tail import Tail
from core.log.turn import acquire_in_turn
from core.log.worker import Worker

READER_THREADS = 2
PAGE_EVENTS = 2_000
STREAM_PAGE_EVENTS = 10_000
BACKUP_PAGES_PER_STEP = 1_000


class _Operation:
    """What this process knows of one operation it writes. Touched by the event loop only."""

    def __init__(self, key: int, head: Head) -> None:
        self.key = key
        self.head = head
        self.lock = asyncio.Lock()
        self.tail = Tail()
        self.tail.position = head.position


class SqliteLog:
    """`path` is the data folder, or the file itself when it ends in `.db`. With `read_only` it opens beside the owner."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        lock_timeout_s: float = 5.0,
        follow_poll_s: float = 0.2,
        snapshots_kept: int = 3,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.file: Path = file_of(path)
        self.read_only = read_only
        self._lock_timeout_s = lock_timeout_s
        self._follow_poll_s = follow_poll_s
        self.clock = clock
        self._owner = Owner(self.file)
        self.writer = Worker[sqlite3.Connection](
            "log-writer", partial(connect, self.file, writer=True), disconnect
        )
        self.readers = Worker[sqlite3.Connection](
            "log-reader", partial(connect, self.file, writer=False), disconnect, READER_THREADS
        )
        self._snapshots = SnapshotFile(self.file, snapshots_kept, read_only=read_only)
        self._operations: dict[str, _Operation] = {}
        self._making = asyncio.Lock()

    async def open(self) -> None:
        """Raises LogUnavailable: another owner, no database, a newer schema, a folder that cannot be written."""
        if not self.read_only:
            self._owner.take()
        try:
            if not self.read_only:
                await self.writer.start()
            await self.readers.start()
            await self._snapshots.open()
            if not self.read_only:
                for name, (key, head) in (await self.readers.submit(jobs.read_heads)).items():
                    self._operations[name] = _Operation(key, head)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """After every append that was begun."""
        await self._snapshots.close()
        await self.readers.stop()
        await self.writer.stop()
        self._owner.give_back()

    @asynccontextmanager
    async def hold(self, operation: str, after: int) -> AsyncGenerator[Held, None]:
        known = self._operations.get(operation) or await self._make(operation)
        # The only arbiter between two desks of this process. asyncio's lock is first come, first served.
        await acquire_in_turn(known.lock, operation, self._lock_timeout_s)
        held = _Held(self, known)
        try:
            if after < known.head.position:
                held.missed = await self._missed(known, after)
            yield held
        finally:
            # A caller that was cancelled in `append` leaves while the thread still writes: the next one may not look at the
            # head before that is settled.
            if held.writing is not None and not held.writing.done():
                held.writing.add_done_callback(lambda _: known.lock.release())
            else:
                known.lock.release()

    async def operations(self) -> list[str]:
        return sorted(await self.readers.submit(jobs.read_heads))

    async def head(self, operation: str) -> Head:
        known = self._operations.get(operation)
        if known is not None:
            return known.head
        found = (await self.readers.submit(jobs.read_heads)).get(operation)
        return found[1] if found else Head()

    async def known(self, operation: str, ids: Sequence[UUID]) -> dict[UUID, StoredCommand]:
        key = await self._key(operation)
        return await self.readers.submit(jobs.read_known, key, list(ids)) if key and ids else {}

    async def read(self, operation: str, after: int, query: Query, limit: int) -> list[StoredEvent]:
        key = await self._key(operation)
        return await self.readers.submit(jobs.read_events, key, after, query, limit) if key else []

    async def position_at(self, operation: str, recorded_at: datetime) -> int:
        key = await self._key(operation)
        if key is None:
            return 0
        position = (await self.head(operation)).position
        return await self.readers.submit(jobs.read_position_at, key, position, recorded_at)

    async def stream(self, operation: str, after: int) -> AsyncGenerator[list[bytes], None]:
        key = await self._key(operation)
        until = (await self.head(operation)).position
        while key and after < until:
            # Pages by key, not one long cursor: a reader that dawdles must not keep the write-ahead log from shrinking.
            page = await self.readers.submit(jobs.read_data, key, after, until, STREAM_PAGE_EVENTS)
            if not page:
                return
            after += len(page)
            yield page

    async def follow(self, operation: str, after: int) -> AsyncGenerator[list[StoredEvent], None]:
        if self.read_only:
            while True:
                events = await self.read(operation, after, Query(), PAGE_EVENTS)
                if events:
                    after = events[-1].position
                    yield events
                else:
                    await asyncio.sleep(self._follow_poll_s)
        tail = (self._operations.get(operation) or await self._make(operation)).tail
        while True:
            recent = tail.since(after, PAGE_EVENTS)
            if recent is None:
                recent = await self.read(operation, after, Query(), PAGE_EVENTS)
            if recent:
                after = recent[-1].position
                yield recent
            else:
                # Nothing can come in between the look above and this: both are of one loop, and a commit tells the tail.
                await tail.wait(after, None)

    async def snapshot_save(
        self, operation: str, position: int, fold: str, version: int, data: bytes
    ) -> None:
        await self._snapshots.save(operation, position, fold, version, data)

    async def snapshot_load(
        self, operation: str, fold: str, version: int, at_most: int | None = None
    ) -> tuple[int, bytes] | None:
        return await self._snapshots.load(operation, fold, version, at_most)

    async def backup_to(
        self, path: str | os.PathLike[str], progress: Callable[[int, int], None] | None = None
    ) -> None:
        """A consistent copy of the whole log as a new file, made while writing goes on. `progress(pages done, pages)` is
        called on a reading thread. Snapshots are not in it: they are derived."""
        target = Path(path)
        if await asyncio.to_thread(target.exists):
            raise LogFailed(
                f"{target} 已存在；请为备份另选文件名。",
                f"{target} exists already; choose another name for the backup.",
            )
        partial_copy = target.with_name(target.name + ".part")
        partial_copy.unlink(missing_ok=True)
        try:
            await self.readers.submit(jobs.back_up, partial_copy, BACKUP_PAGES_PER_STEP, progress)
            partial_copy.rename(target)
        except (sqlite3.Error, OSError) as error:
            partial_copy.unlink(missing_ok=True)
            raise LogFailed(
                f"备份到 {target} 失败（{error}）；请检查目标磁盘。",
                f"The backup to {target} failed ({error}); check the disk it goes to.",
            ) from error

    async def _key(self, operation: str) -> int | None:
        known = self._operations.get(operation)
        if known is not None:
            return known.key
        found = (await self.readers.submit(jobs.read_heads)).get(operation)
        return found[0] if found else None

    async def _make(self, operation: str) -> _Operation:
        if self.read_only:
            raise LogUnavailable(
                "日志以只读方式打开，不能写入；请通过服务端提交。",
                "The log is open for reading only; ask the server to write.",
            )
        if not 0 < len(operation) <= OPERATION_CHARS_MAX:
            raise ValueError(f"{operation!r} cannot name an operation")
        # One at a time: two first uses of one operation must end up with one lock.
        async with self._making:
            if operation not in self._operations:
                try:
                    key = await self.writer.submit(jobs.make_operation, operation)
                except sqlite3.Error as error:
                    raise append_failed(self.file, error, committing=False) from error
                self._operations[operation] = _Operation(key, Head())
        return self._operations[operation]

    async def _missed(self, known: _Operation, after: int) -> list[StoredEvent]:
        count = known.head.position - after
        recent = known.tail.since(after, count)
        if recent is not None:
            return recent
        return await self.readers.submit(jobs.read_events, known.key, after, Query(), count)

    def write(
        self, known: _Operation, events: Sequence[StoredEvent], commands: Sequence[StoredCommand], head: Head
    ) -> asyncio.Future[None]:
        """Hand a batch to the writing thread. What follows from its success happens even if nobody awaits it any more."""
        tags = [join_tags(event.tags) for event in events]
        future = self.writer.submit(jobs.append, self.file, known.key, events, tags, commands, head)

        def settled(done: asyncio.Future[None]) -> None:
            if not done.cancelled() and done.exception() is None:
                known.head = head
                known.tail.add(events)

        future.add_done_callback(settled)
        return future


class _Held:
    def __init__(self, log: SqliteLog, known: _Operation) -> None:
        self._log = log
        self._known = known
        self.head = known.head
        now = log.clock()
        self.now = now if self.head.recorded_at is None else max(now, self.head.recorded_at)
        self.missed: Sequence[StoredEvent] = ()
        self.writing: asyncio.Future[None] | None = None

    async def known(self, ids: Sequence[UUID]) -> dict[UUID, StoredCommand]:
        return await self._log.readers.submit(jobs.read_known, self._known.key, list(ids)) if ids else {}

    async def read(self, after: int, query: Query, limit: int) -> list[StoredEvent]:
        return await self._log.readers.submit(jobs.read_events, self._known.key, after, query, limit)

    async def append(
        self, events: Sequence[StoredEvent], commands: Sequence[StoredCommand], head: Head
    ) -> None:
        if self.writing is not None:
            raise RuntimeError("a held head takes one append")
        check_append(self.head, events, commands, head)
        self.writing = self._log.write(self._known, events, commands, head)
        # Shielded: a cancelled caller must not cancel the future that tells this process where its log stands.
        await asyncio.shield(self.writing)
