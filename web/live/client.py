"""One page: what waits to be sent to it, bounded; whether it keeps up; when it is given up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from web.live.limits import LiveLimits
from web.live.messages import SLOW, TOPICS, Behind, Frame, frame
from web.live.wire import Wire

SLOW_CLIENT = frame(Behind(topic=TOPICS[0], reason="slow_client"))


class Client:
    """Frames go straight to the wire while it is ready. What is too much for the queue is dropped as a whole, never singly: the
    client is told that it is behind, and gets a snapshot as soon as the wire is free again."""

    def __init__(
        self,
        wire: Wire,
        limits: LiveLimits,
        drained: Callable[[Client], None],
        fell_behind: Callable[[], None],
        now: float,
    ) -> None:
        """`drained(client)` is called when a client that was behind can take its snapshot."""
        self._wire = wire
        self._limits = limits
        self._drained = drained
        self._fell_behind = fell_behind
        self._queue: deque[Frame] = deque()
        self._bytes = 0
        self._blocked_since: float | None = None
        self._mark: tuple[float, int] | None = None
        self._acknowledged: int | None = None
        self._heard = now
        self.behind = False
        self.subscribed = False
        """Whether it gets the topic's frames. The hub keeps the set of those."""
        wire.on_ready = self._drain

    @property
    def queued_frames(self) -> int:
        return len(self._queue)

    def send(self, one: Frame) -> None:
        """Hand over or queue. Never waits, never raises."""
        if self.behind and one.shared:
            return
        if not self._queue and self._wire.ready:
            self._wire.write(one)
            return
        self._queue.append(one)
        self._bytes += len(one)
        if self._is_too_much():
            self._overflow()

    def heard(self, now: float, position: int | None = None) -> None:
        """It said something; with a ping, how far it is."""
        self._heard = now
        if position is not None:
            self._acknowledged = position
            if self._mark is not None and position >= self._mark[1]:
                self._mark = None

    def tick(self, now: float, position: int) -> None:
        """Now and then: give it up when it takes nothing, says nothing, or stands still while it is sent more."""
        limits = self._limits
        if self._wire.ready:
            self._blocked_since = None
        elif self._blocked_since is None:
            self._blocked_since = now
        elif now - self._blocked_since > limits.client_drain_s:
            self.end(SLOW, "the socket does not drain")
            return
        if now - self._heard > limits.client_silent_s:
            self.end(SLOW, "nothing was heard")
            return
        if not self.subscribed or self.behind:
            self._mark = None
        elif self._mark is None:
            self._mark = (now, position)
        elif now - self._mark[0] > limits.acknowledge_s:
            if self._acknowledged is not None and self._acknowledged < self._mark[1]:
                self.end(SLOW, "the position stands still")
            else:
                self._mark = (now, position)

    def end(self, code: int, reason: str) -> None:
        """Close. What waits is dropped: it could not be sent, or would be too late."""
        self._queue.clear()
        self._bytes = 0
        self._wire.end(code, reason)

    def _drain(self) -> None:
        self._blocked_since = None
        while self._queue and self._wire.ready:
            one = self._queue.popleft()
            self._bytes -= len(one)
            self._wire.write(one)
        if self.behind and not self._queue and self._wire.ready:
            self.behind = False
            self._drained(self)

    def _is_too_much(self) -> bool:
        return (
            len(self._queue) > self._limits.client_queue_frames_max
            or self._bytes > self._limits.client_queue_bytes_max
        )

    def _overflow(self) -> None:
        self._queue = deque(one for one in self._queue if not one.shared)
        self._bytes = sum(len(one) for one in self._queue)
        if self._is_too_much():
            self.end(SLOW, "answers are not taken")
            return
        if not self.behind:
            self.behind = True
            self.subscribed = False
            self._fell_behind()
            self._queue.append(SLOW_CLIENT)
            self._bytes += len(SLOW_CLIENT)
