"""The hub: who is connected to one operation, and who gets its frames. It forgets a client the moment its handler is left."""

from __future__ import annotations

import asyncio
import time

from web.live.client import Client
from web.live.messages import Frame


class Hub:
    """Used by one event loop only, and nothing here waits: so a broadcast is seen by all or comes before or after them."""

    def __init__(self) -> None:
        self._clients: set[Client] = set()

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def subscribers(self) -> int:
        return sum(client.subscribed for client in self._clients)

    def join(self, client: Client) -> None:
        self._clients.add(client)

    def leave(self, client: Client) -> None:
        self._clients.discard(client)

    def broadcast(self, one: Frame) -> None:
        """The same bytes to every subscriber."""
        for client in self._clients:
            if client.subscribed:
                client.send(one)

    def tell_all(self, one: Frame) -> None:
        """To everybody, subscribed or not: heartbeats."""
        for client in self._clients:
            client.send(one)

    def tick(self, position: int) -> None:
        """Give up the clients that do not keep up."""
        now = time.monotonic()
        for client in self._clients:
            client.tick(now, position)

    def unsubscribe_all(self) -> list[Client]:
        """Before a resynchronisation: those who had frames, and get none until they have a snapshot."""
        found = [client for client in self._clients if client.subscribed]
        for client in found:
            client.subscribed = False
        return found

    def end_all(self, code: int, reason: str) -> None:
        for client in self._clients:
            client.end(code, reason)


class Gate:
    """Lets connections in at a steady pace, so many and no more: after a network failure all pages come back in the same second."""

    def __init__(self, connections_max: int, per_s: int, wait_s_max: float) -> None:
        self.inside = 0
        """Those that are in, and those that wait for their turn."""
        self._connections_max = connections_max
        self._interval_s = 1 / per_s
        self._wait_s_max = wait_s_max
        self._next = 0.0

    async def enter(self) -> bool:
        """Wait for one's turn and be counted; False, at once, when there is no room or the wait would be too long.

        Whoever is in calls `leave`. Cancelling gives the turn away.
        """
        now = time.monotonic()
        turn = max(now, self._next)
        if self.inside >= self._connections_max or turn - now > self._wait_s_max:
            return False
        self._next = turn + self._interval_s
        self.inside += 1
        if turn > now:
            try:
                await asyncio.sleep(turn - now)
            except asyncio.CancelledError:
                self.leave()
                raise
        return True

    def leave(self) -> None:
        self.inside -= 1


class Bucket:
    """How much one client may say: `per_s` in the long run, `burst` at once."""

    def __init__(self, per_s: float, burst: float, now: float) -> None:
        self._per_s = per_s
        self._burst = burst
        self._level = burst
        self._at = now

    def take(self, cost: float, now: float) -> float:
        """Take, and say how long to wait until that is paid for. Whoever reads slower is sent less: no message is dropped."""
        self._level = min(self._burst, self._level + (now - self._at) * self._per_s) - cost
        self._at = now
        return max(0.0, -self._level / self._per_s)
