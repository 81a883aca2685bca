"""What a node measures of itself, for Prometheus. Names and labels only: never a text, an id of a person or a secret."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from core.log.protocol import Head, Held, Log, LogFailed, Query, StoredCommand, StoredEvent

disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves this one bare

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
BATCH = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Metrics:
    """The metrics of one node, in a registry of its own: two nodes in one process do not add up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry}
        self.commands = Counter("liandong_commands", "Commands answered.", ("type", "outcome"), **own)
        self.batch_commands = Histogram(
            "liandong_desk_batch_commands", "Commands in one append.", buckets=BATCH, **own
        )
        self.append_s = Histogram(
            "liandong_append_seconds", "One append, to durable.", buckets=SECONDS, **own
        )
        self.append_failures = Counter(
            "liandong_append_failures", "Appends that the log did not take.", **own
        )
        self.append_failure: tuple[float, LogFailed] | None = None
        """The last append's failure and when it was (monotonic); None once one has gone well."""
        self.queue = Gauge(
            "liandong_desk_queue_commands", "Commands that wait at the desk.", ("operation",), **own
        )
        self.head = Gauge(
            "liandong_head_position", "The last position that this node's desk knows.", ("operation",), **own
        )
        self.kept = Gauge(
            "liandong_view_position", "The position that this node's views show.", ("operation",), **own
        )
        self.http_s = Histogram(
            "liandong_http_seconds", "HTTP requests.", ("method", "route", "status"), buckets=SECONDS, **own
        )
        self.ws_clients = Gauge("liandong_ws_clients", "Open WebSockets.", ("operation",), **own)
        self.ws_behind = Counter(
            "liandong_ws_behind", "Times a client was too slow and got a snapshot.", **own
        )

        self._children: dict[tuple[str, ...], Any] = {}

    def command(self, kind: str, outcome: str) -> None:
        """One command was answered."""
        self._child(self.commands, kind, outcome).inc()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._child(self.http_s, method, route, str(status)).observe(seconds)

    def _child(self, metric: Any, *labels: str) -> Any:
        """`metric.labels` takes a lock and checks its arguments each time; the combinations are few, and are remembered here."""
        found = self._children.get(labels)
        if found is None:
            found = self._children[labels] = metric.labels(*labels)
        return found

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)


class MeteredLog:
    """A log that measures what its desks append; everything else is handed through."""

    def __init__(self, log: Log, metrics: Metrics) -> None:
        self._log = log
        self._metrics = metrics
        self.open = log.open
        self.close = log.close
        self.operations = log.operations
        self.head = log.head
        self.known = log.known
        self.read = log.read
        self.position_at = log.position_at
        self.stream = log.stream
        self.follow = log.follow
        self.snapshot_save = log.snapshot_save
        self.snapshot_load = log.snapshot_load

    @asynccontextmanager
    async def hold(self, operation: str, after: int) -> AsyncGenerator[Held]:
        async with self._log.hold(operation, after) as held:
            yield _MeteredHeld(held, self._metrics)


class _MeteredHeld:
    def __init__(self, held: Held, metrics: Metrics) -> None:
        self._held = held
        self._metrics = metrics
        self.head: Head = held.head
        self.now: datetime = held.now
        self.missed: Sequence[StoredEvent] = held.missed

    async def known(self, ids: Sequence[UUID]) -> dict[UUID, StoredCommand]:
        return await self._held.known(ids)

    async def read(self, after: int, query: Query, limit: int) -> list[StoredEvent]:
        return await self._held.read(after, query, limit)

    async def append(
        self, events: Sequence[StoredEvent], commands: Sequence[StoredCommand], head: Head
    ) -> None:
        begun = time.perf_counter()
        try:
            await self._held.append(events, commands, head)
        except LogFailed as error:
            self._metrics.append_failures.inc()
            self._metrics.append_failure = time.monotonic(), error
            raise
        self._metrics.append_failure = None
        self._metrics.append_s.observe(time.perf_counter() - begun)
        self._metrics.batch_commands.observe(len(commands))
