"""The door for programs written for the library `eventsourcing`: its synchronous DCBRecorder over either store.

Such a program writes an operation of its own; the stored bytes are the program's. Liandong's own commands never pass here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from typing import Any, Self, TypeVar
from uuid import uuid4

from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBQueryItem,
    DCBReadResponse,
    DCBRecorder,
    DCBSequencedEvent,
    DCBSubscription,
)
from eventsourcing.persistence import IntegrityError, OperationalError, ProgrammingError

from core.log import merkle
from core.log.protocol import (
    AppendOutcomeUnknown,
    Head,
    Held,
    Log,
    LogError,
    Query,
    StoredCommand,
    StoredEvent,
)

READ_PAGE_EVENTS = 1_000
PAIR = "\x1e"  # Joins a type and a tag to one index entry, so that asking for both is one seek.
ACTOR = "program"

T = TypeVar("T")


class LogRecorder(DCBRecorder):
    """Opens `log` on an event loop in a thread of its own, and closes both with `close` (or `with`)."""

    def __init__(self, log: Log, operation: str) -> None:
        self._log = log
        self._operation = operation
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="log-recorder", daemon=True)
        self._thread.start()
        try:
            self.run(log.open())
        except BaseException:
            self._end_loop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._thread.is_alive():
            self.run(self._log.close())
            self._end_loop()

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        queries = queries_of(query)
        if limit is not None:
            found = self.run(self._matching(self._log, queries, after or 0, limit))
            return _Response(iter([found]), found[-1].position if found else None)
        head = self.run(self._log.head(self._operation)).position
        return _Response(self._pages(queries, after or 0, head), head or None)

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        if not events:
            raise ProgrammingError("an append needs at least one event")
        return self.run(self._append(events, condition))

    def subscribe(self, query: DCBQuery | None = None, *, after: int | None = None) -> LogSubscription:
        return LogSubscription(self, query, after)

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self.start(work).result()
        except AppendOutcomeUnknown as error:
            raise OperationalError(error.en) from error
        except LogError as error:
            raise ProgrammingError(error.en) from error

    async def follow(self, query: DCBQuery | None, after: int) -> AsyncGenerator[StoredEvent, None]:
        """Matching events: those that are there by the index, then each as it comes."""
        queries = queries_of(query)
        head = (await self._log.head(self._operation)).position
        while after < head:
            found = await self._matching(self._log, queries, after, READ_PAGE_EVENTS)
            for event in found:
                yield event
            after = (
                found[-1].position if len(found) == READ_PAGE_EVENTS else max(head, after, *_positions(found))
            )
        async for batch in self._log.follow(self._operation, after):
            for event in batch:
                if any(_matches(each, event) for each in queries):
                    yield event

    async def _append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None) -> int:
        command_id, tried = uuid4(), False
        while True:
            async with self._log.hold(self._operation, _FAR) as held:
                # Looked for under the lock, and before the condition: a first try whose outcome was unknown may have
                # happened, and then its own events must not be what makes the condition fail.
                if tried and (answered := await held.known([command_id])):
                    return answered[command_id].last_position or 0
                if condition is not None and await self._fails(held, condition):
                    raise IntegrityError(condition)
                position = held.head.position
                stored = [
                    StoredEvent(
                        position + n, each.type, index_tags(each), held.now, command_id, bytes(each.data)
                    )
                    for n, each in enumerate(events, 1)
                ]
                last = position + len(stored)
                frontier = merkle.extend_data(held.head.frontier, position, (each.data for each in stored))
                asked = StoredCommand(command_id, ACTOR, held.now, b"", b"", position + 1, last)
                try:
                    await held.append(stored, [asked], Head(last, held.now, frontier, held.head.epoch))
                except AppendOutcomeUnknown:
                    tried = True
                else:
                    return last

    async def _fails(self, held: Held, condition: DCBAppendCondition) -> bool:
        after = condition.after or 0
        if after >= held.head.position:
            return False
        for query in queries_of(condition.fail_if_events_match):
            if await held.read(after, query, 1):
                return True
        return False

    async def _matching(self, source: Log, queries: list[Query], after: int, limit: int) -> list[StoredEvent]:
        found: dict[int, StoredEvent] = {}
        for query in queries:
            for event in await source.read(self._operation, after, query, limit):
                found[event.position] = event
        return [found[position] for position in sorted(found)[:limit]]

    def _pages(self, queries: list[Query], after: int, head: int) -> Iterator[list[StoredEvent]]:
        while after < head:
            found = self.run(self._matching(self._log, queries, after, READ_PAGE_EVENTS))
            yield [event for event in found if event.position <= head]
            if len(found) < READ_PAGE_EVENTS:
                return
            after = found[-1].position

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Response(DCBReadResponse):
    def __init__(self, pages: Iterator[list[StoredEvent]], head: int | None) -> None:
        self._head = head
        self._events = (sequenced(event) for page in pages for event in page)

    @property
    def head(self) -> int | None:
        return self._head

    def __next__(self) -> DCBSequencedEvent:
        return next(self._events)


class LogSubscription(DCBSubscription[LogRecorder]):
    """Pulls one event after the other from the recorder's loop; `stop`, from any thread, ends a `next` that waits."""

    def __init__(self, recorder: LogRecorder, query: DCBQuery | None, after: int | None) -> None:
        super().__init__(recorder, query, after)
        self._events = recorder.follow(query, after or 0)
        self._waiting: Future[StoredEvent] | None = None
        self._guard = threading.Lock()

    def stop(self) -> None:
        # The guard: between a `next` that has looked at the flag and its future, a stop would find nothing to cancel.
        with self._guard:
            stopped, waiting = self._has_been_stopped, self._waiting
            super().stop()
            if waiting is not None:
                waiting.cancel()
        if not stopped and waiting is None:
            self._recorder.start(self._end()).result()

    def __next__(self) -> DCBSequencedEvent:
        with self._guard:
            if self._has_been_stopped:
                raise StopIteration
            self._waiting = waiting = self._recorder.start(self._next())
        try:
            event = waiting.result()
        except (CancelledError, StopAsyncIteration):
            raise StopIteration from None
        finally:
            with self._guard:
                self._waiting = None
        self._last_position = event.position
        return sequenced(event)

    async def _end(self) -> None:
        await self._events.aclose()

    async def _next(self) -> StoredEvent:
        return await anext(self._events)


_FAR = 1 << 62  # Beyond every head: this writer folds nothing, so nothing is missed.


def index_tags(event: DCBEvent) -> tuple[str, ...]:
    """The event's tags as given, then each with the type, for the index."""
    if any(PAIR in text for text in (event.type, *event.tags)):
        raise ProgrammingError("a type or tag cannot hold U+001E")
    return (*event.tags, *(f"{event.type}{PAIR}{tag}" for tag in event.tags))


def sequenced(stored: StoredEvent) -> DCBSequencedEvent:
    tags = [tag for tag in stored.tags if PAIR not in tag]
    return DCBSequencedEvent(DCBEvent(stored.type, stored.data, tags), stored.position)


def queries_of(query: DCBQuery | None) -> list[Query]:
    """The log's questions whose answers together are the library's: each is one walk along an index."""
    if query is None or not query.items:
        return [Query()]
    return [each for item in query.items for each in _queries_of_item(item)]


def _queries_of_item(item: DCBQueryItem) -> list[Query]:
    if not item.tags:
        return [Query(types=tuple(item.types))]
    if not item.types:
        return [Query(tags=tuple(item.tags), every_tag=True)]
    return [
        Query(tuple(f"{each}{PAIR}{tag}" for tag in item.tags), (), every_tag=True) for each in item.types
    ]


def _matches(query: Query, event: StoredEvent) -> bool:
    return (not query.types or event.type in query.types) and set(query.tags) <= set(event.tags)


def _positions(events: list[StoredEvent]) -> list[int]:
    return [event.position for event in events[-1:]]
