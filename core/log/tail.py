"""The newest events of one operation in memory, and who waits for more: what `follow` wakes up on. Never the truth."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import islice

from core.log.protocol import StoredEvent

TAIL_EVENTS_MAX = 4096
TAIL_BYTES_MAX = 8 << 20


class Tail:
    """Used by one event loop only, so nothing interleaves between a look and a wait."""

    def __init__(self) -> None:
        self.position = 0
        """The highest position this node has heard of: a hint that there is something to read."""
        self._recent: deque[StoredEvent] = deque()
        self._bytes = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def add(self, events: Sequence[StoredEvent]) -> None:
        """Events that are durable."""
        if not events:
            return
        recent = self._recent
        if recent and events[0].position != recent[-1].position + 1:
            if events[-1].position <= recent[-1].position:
                return
            recent.clear()
            self._bytes = 0
        recent.extend(events)
        self._bytes += sum(len(event.data) for event in events)
        while len(recent) > TAIL_EVENTS_MAX or (self._bytes > TAIL_BYTES_MAX and len(recent) > 1):
            self._bytes -= len(recent.popleft().data)
        self.heard(events[-1].position)

    def heard(self, position: int) -> None:
        """The log reaches at least to this position: wake whoever waits."""
        if position > self.position:
            self.position = position
            self.wake()

    def wake(self) -> None:
        """Let everyone who waits look again."""
        waiting, self._waiting = self._waiting, set()
        for each in waiting:
            if not each.done():
                each.set_result(None)

    def since(self, after: int, limit: int) -> list[StoredEvent] | None:
        """The events after a position, or None when they are not (all) in memory and must be read."""
        recent = self._recent
        if not recent or recent[-1].position < self.position:
            return None if self.position > after else []
        skip = after - recent[0].position + 1
        if skip < 0:
            return None
        return list(islice(recent, skip, skip + limit))

    async def wait(self, after: int, timeout_s: float | None) -> bool:
        """Until something after the position was heard of (true), or someone says to look, or the time is over.

        Cancelling leaves nothing behind.
        """
        if self.position > after:
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait((future,), timeout=timeout_s)
        finally:
            self._waiting.discard(future)
        return self.position > after
