"""What a log is: one gapless, ordered, append-only record per operation, kept as bytes. It knows no event type and no rule."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class StoredEvent(NamedTuple):
    """One recorded event as it lies in the log. `data` is what is hashed; the other fields are index copies of it."""

    position: int
    type: str
    tags: tuple[str, ...]
    recorded_at: datetime
    command_id: UUID
    data: bytes


class StoredCommand(NamedTuple):
    """One command that was answered: what was asked (`body`, without its id), by whom, and the first answer (`outcome`)."""

    id: UUID
    actor: str
    received_at: datetime
    body: bytes
    outcome: bytes
    first_position: int | None
    last_position: int | None


class Head(NamedTuple):
    """Where an operation's log stands. `frontier` is the compact range of its RFC 6962 tree: the roots of the perfect
    subtrees, largest (leftmost) first. `epoch` is new after each restore."""

    position: int = 0
    recorded_at: datetime | None = None
    frontier: tuple[bytes, ...] = ()
    epoch: int = 1


class Query(NamedTuple):
    """Which events: any of the tags (empty: all) and any of the types (empty: all). `every_tag`: all of the tags at once."""

    tags: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    every_tag: bool = False


class Held(Protocol):
    """The head of one operation, locked until the context ends. Leaving without `append` changes nothing."""

    head: Head
    now: datetime
    """The log's clock, read with the head, never before `head.recorded_at`."""
    missed: Sequence[StoredEvent]
    """What others appended after the position given to `hold`."""

    async def known(self, ids: Sequence[UUID]) -> dict[UUID, StoredCommand]:
        """The commands among `ids` that were answered before."""
        ...

    async def read(self, after: int, query: Query, limit: int) -> list[StoredEvent]:
        """As `Log.read`, within the lock."""
        ...

    async def append(
        self, events: Sequence[StoredEvent], commands: Sequence[StoredCommand], head: Head
    ) -> None:
        """Write all and commit: durable when it returns.

        Raises CommandKnown when a command id is already there (nothing was written, the lock is gone: ask `known` and decide
        the rest anew), AppendOutcomeUnknown when the connection died and it cannot be told whether the commit happened,
        LogFailed when it surely did not. Cancelling is safe only before it is called: shield it.
        """
        ...


class Log(Protocol):
    """A store of many operations' logs."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def hold(self, operation: str, after: int) -> AbstractAsyncContextManager[Held]:
        """Lock the head of `operation` (made on first use). Waiting is fair and bounded by `lock_timeout_s` (LogBusy)."""
        ...

    async def operations(self) -> list[str]: ...

    async def head(self, operation: str) -> Head: ...

    async def known(self, operation: str, ids: Sequence[UUID]) -> dict[UUID, StoredCommand]: ...

    async def read(self, operation: str, after: int, query: Query, limit: int) -> list[StoredEvent]:
        """At most `limit` events with position > `after` that match, in order."""
        ...

    async def position_at(self, operation: str, recorded_at: datetime) -> int:
        """The last position recorded at or before that time; 0 where there is none."""
        ...

    def stream(self, operation: str, after: int) -> AsyncIterator[list[bytes]]:
        """All stored bytes after a position up to the present head, in pages, by the fastest way the store has."""
        ...

    def follow(self, operation: str, after: int) -> AsyncIterator[list[StoredEvent]]:
        """Every event after a position, in order, for ever: what is there, then each batch soon after its commit."""
        ...

    async def snapshot_save(
        self, operation: str, position: int, fold: str, version: int, data: bytes
    ) -> None: ...

    async def snapshot_load(
        self, operation: str, fold: str, version: int, at_most: int | None = None
    ) -> tuple[int, bytes] | None:
        """The newest snapshot of a fold (at or before `at_most`), or nothing. Derived data: never needed for truth."""
        ...


class LogError(Exception):
    """The log cannot do it. `zh` and `en` each say in one sentence what is wrong and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class LogUnavailable(LogError):
    """The log cannot be opened: another process owns it, a newer schema, a full disk, a read-only folder, a wrong DSN."""


class LogBusy(LogError):
    """The head could not be locked in time."""


class LogFailed(LogError):
    """The append surely did not happen."""


class AppendOutcomeUnknown(LogError):
    """The connection died in commit: whether it happened is found by command id."""


class CommandKnown(LogError):
    """A command id of the batch is in the log already; nothing of the batch was written."""
