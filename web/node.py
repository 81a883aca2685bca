"""The composition root: one node of an installation, with its log, its desks, its views and its accounts. No rule, no HTTP.

Everything is made on first use and once: a node serves any number of operations and holds only those that somebody asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import re
from collections.abc import AsyncGenerator, Coroutine
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol, TypeVar

import structlog

from core import catalogue
from core.log import Log, Query
from core.log.postgres import PostgresLog
from core.log.sqlite import SqliteLog
from core.messages import ID_PATTERN
from core.operation import LIVE, OperationKind, OperationOpened, kind_of
from handlers.desk import Desk, DeskBusy, DeskLimits
from web.accounts.access import Access
from web.accounts.accounts import Accounts
from web.limits import Limits
from web.metrics import MeteredLog, Metrics
from web.reactor import RECENT, Reactor
from web.settings import Settings

_log = structlog.get_logger("node")
_ID = re.compile(ID_PATTERN)
T = TypeVar("T")


class UnknownOperation(Exception):
    """No operation of that id was ever opened here."""

    def __init__(self, operation: str) -> None:
        super().__init__(operation)
        self.operation = operation


class OperationInfo(NamedTuple):
    """One operation, as a list of them shows it."""

    id: str
    kind: OperationKind
    title: str


class Keeper(Protocol):
    """What `web.live.keeper.Keeper` is to the rest of the edge: the projections of one operation, kept up to date."""

    @property
    def position(self) -> int: ...

    @property
    def failure(self) -> str | None: ...

    @property
    def is_stale(self) -> bool: ...

    async def reached(self, position: int, timeout_s: float) -> bool: ...

    def keeps(self, name: str) -> bool: ...

    def view(self, name: str) -> Any: ...

    async def close(self) -> None: ...


def open_log(settings: Settings, *, read_only: bool = False) -> Log:
    """The log that the settings name, not yet opened. `read_only`: beside the process that owns a SQLite file."""
    if settings.postgres is not None:
        return PostgresLog(
            settings.postgres.reveal(),
            schema=settings.postgres_schema,
            lock_timeout_s=settings.lock_timeout_s,
            statement_timeout_s=settings.statement_timeout_s,
            hold_timeout_s=settings.hold_timeout_s,
        )
    return SqliteLog(settings.data, read_only=read_only, lock_timeout_s=settings.lock_timeout_s)


class Node:
    """Make it with `await Node.open(settings)`; close it with `await node.close()`, or use `async with Node.running(settings)`."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self.settings = settings
        self.log = log
        self.closing = False
        self.metrics = Metrics()
        self.accounts = Accounts.of(settings)
        self.access = Access(self.accounts, settings)
        self.limits = Limits(settings)
        self._desks: dict[str, Desk] = {}
        self._keepers: dict[str, Keeper] = {}
        self._reactors: dict[str, Reactor] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._infos: dict[str, OperationInfo] = {}

    @classmethod
    async def open(cls, settings: Settings) -> Node:
        """A node on an open log, with the district set up. Raises LogUnavailable with what to do."""
        from web.setup import set_up

        log = open_log(settings)
        await log.open()
        node = cls(settings, log)
        try:
            await node.accounts.open()
            await set_up(node)
            await node._react_to_recent()
        except BaseException:
            await node.close()
            raise
        return node

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, settings: Settings) -> AsyncGenerator[Node]:
        node = await cls.open(settings)
        try:
            yield node
        finally:
            await node.close()

    async def close(self) -> None:
        """Stop the views, let the desks finish what they write, close the log. Safe to call twice."""
        self.closing = True
        keepers, self._keepers = list(self._keepers.values()), {}
        for keeper in keepers:
            await keeper.close()
        reactors, self._reactors = list(self._reactors.values()), {}
        for reactor in reactors:
            await reactor.close()
        desks, self._desks = list(self._desks.values()), {}
        for desk in desks:
            await desk.close()
        await self.limits.close()
        await self.accounts.close()
        await self.log.close()

    # --- operations ---

    async def exists(self, operation: str) -> bool:
        """Whether an operation of that id has been opened, here or by another node."""
        if operation in self._desks or operation in self._infos:
            return True
        if kind_of(operation) is None or _ID.match(operation) is None:
            return False
        return (await self.log.head(operation)).position > 0

    async def operations(self) -> list[OperationInfo]:
        """All operations, `live` first. What the log holds under other names belongs to other programs."""
        found = [await self.info(id) for id in await self.log.operations() if kind_of(id) is not None]
        known = [info for info in found if info is not None]
        return sorted(known, key=lambda info: (info.id != LIVE, info.id))

    async def info(self, operation: str) -> OperationInfo | None:
        """An operation's kind and title, from its first event; None where there is none."""
        if (known := self._infos.get(operation)) is not None:
            return known
        kind = kind_of(operation)
        if kind is None or _ID.match(operation) is None:
            return None
        first = await self.log.read(operation, 0, Query(), 1)
        if not first or first[0].type != OperationOpened.__name__:
            return None
        opened = catalogue.decode(first[0].data).event
        assert isinstance(opened, OperationOpened)
        info = self._infos[operation] = OperationInfo(operation, kind, opened.title)
        return info

    async def desk(self, operation: str, *, opening: bool = False) -> Desk:
        """The one desk of an operation on this node.

        Raises UnknownOperation where the operation has no log, unless the command is one that opens a drill (`opening`).
        Raises DeskBusy when the node is stopping, OperationUnreadable when the log holds what this version does not know.
        """
        if (found := self._desks.get(operation)) is not None:
            return found
        if not await self.exists(operation) and not (opening and may_be_opened(operation)):
            raise UnknownOperation(operation)
        # Two requests may come here at once, and folding a log takes time: one folds, the other waits for the same desk.
        async with self._lock(operation):
            if (found := self._desks.get(operation)) is None:
                self._refuse_when_closing()
                found = self._desks[operation] = await _of_no_request(
                    Desk.open(MeteredLog(self.log, self.metrics), operation, self._desk_limits)
                )
            self._react_to(operation)
            return found

    def _react_to(self, operation: str) -> None:
        """Deadlines run from now on, on every node that serves the operation; the first to send is the one that counts."""
        if self.settings.reactions and not self.closing and operation not in self._reactors:
            self._reactors[operation] = Reactor.start(self.log, operation, lambda: self.desk(operation))

    async def _react_to_recent(self) -> None:
        """After a restart nobody need ask for an operation before its deadlines run again."""
        for operation in await self.log.operations():
            recorded_at = (await self.log.head(operation)).recorded_at
            recent = recorded_at is not None and datetime.now(UTC) - recorded_at < RECENT
            if kind_of(operation) is not None and (operation == LIVE or recent):
                self._react_to(operation)

    async def forget_unopened(self, operation: str) -> None:
        """Let go of a desk whose operation was not opened after all, so that refused openings leave nothing in memory."""
        desk = self._desks.get(operation)
        if desk is None or _in_use(desk):
            return
        async with self._lock(operation):
            # Looked at again under the lock: meanwhile somebody who may do so might have opened it.
            if self._desks.get(operation) is desk and not _in_use(desk):
                del self._desks[operation]
                if (reactor := self._reactors.pop(operation, None)) is not None:
                    await reactor.close()
                await desk.close()
        self._locks.pop(operation, None)

    async def keeper(self, operation: str) -> Keeper:
        """The keeper of an operation's views on this node. Raises UnknownOperation."""
        if (found := self._keepers.get(operation)) is not None:
            return found
        if not await self.exists(operation):
            raise UnknownOperation(operation)
        async with self._lock(operation):
            if (found := self._keepers.get(operation)) is None:
                self._refuse_when_closing()
                # Here and not above: web.live is itself built on the node.
                from web.live.keeper import Keeper as LiveKeeper

                found = self._keepers[operation] = await _of_no_request(
                    LiveKeeper.open(self.log, operation, self.settings)
                )
            return found

    @property
    def desks(self) -> dict[str, Desk]:
        """The desks that are open on this node."""
        return dict(self._desks)

    @property
    def keepers(self) -> dict[str, Keeper]:
        """The keepers that are open on this node."""
        return dict(self._keepers)

    @property
    def _desk_limits(self) -> DeskLimits:
        return DeskLimits(
            queue_commands_max=self.settings.queue_commands_max,
            batch_commands_max=self.settings.batch_commands_max,
        )

    def _lock(self, operation: str) -> asyncio.Lock:
        return self._locks.setdefault(operation, asyncio.Lock())

    def _refuse_when_closing(self) -> None:
        if self.closing:
            raise DeskBusy("系统正在停止，请稍后重试。", "The system is stopping: try again soon.")


async def _of_no_request(opening: Coroutine[Any, Any, T]) -> T:
    """Open what outlives the request that asked first: its tasks must not log under that request's id for ever."""
    # Cancelling the caller cancels the opening too, as if it had been awaited in place.
    return await asyncio.create_task(opening, context=contextvars.Context())


def _in_use(desk: Desk) -> bool:
    return desk.world.operation is not None or desk.waiting > 0


def may_be_opened(operation: str) -> bool:
    """Whether an id is one that OpenOperation may bring into being."""
    # `live` only on the first start: the set-up has opened it before anybody else can ask.
    return kind_of(operation) in ("live", "drill") and _ID.match(operation) is not None
