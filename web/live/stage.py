"""What the pages of one operation see: frames at their pace, the ring, one snapshot for all. It knows the board and no log."""

from __future__ import annotations

import asyncio
import time

from projections.board import VERSION, Board, Change
from projections.rows import clock_row
from web.http.pages import BUILD
from web.live.client import Client
from web.live.frames import Pending, Ring
from web.live.hub import Hub
from web.live.limits import LiveLimits
from web.live.messages import TOPICS, Behind, ClockMessage, Frame, Hello, Snapshot, frame, server_time

TOPIC = TOPICS[0]
NODE_BEHIND = frame(Behind(topic=TOPIC, reason="node_behind_log"))


class Stage:
    """Used by one event loop only, and nothing here waits: a page joins between two frames, never within one."""

    def __init__(self, operation: str, board: Board, log_epoch: int, limits: LiveLimits) -> None:
        self.operation = operation
        self.board = board
        self.epoch = f"{log_epoch}-{VERSION}"
        """Changes when a page may not go on from what it holds: after a restore, or with another fold."""
        self.hub = Hub()
        self.is_held = False
        """Whether the board lags behind the log: then nobody joins, and everybody was told."""
        self._limits = limits
        self._pending = Pending(board.position)
        self._ring = Ring(board.position, limits.patches_kept_max, limits.patches_kept_bytes_max)
        self._snapshot: tuple[int, Frame] | None = None
        self._joining: dict[Client, int | None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._sent_at = float("-inf")

    @property
    def waiting(self) -> int:
        """How many pages wait to be let in."""
        return len(self._joining)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._joining.clear()

    def stand_on(self, board: Board, log_epoch: int) -> None:
        """Another board, after a restore: nothing of before can be gone on from."""
        self.close()
        self.board = board
        self.epoch = f"{log_epoch}-{VERSION}"
        self._pending = Pending(board.position)
        self._ring = Ring(board.position, self._limits.patches_kept_max, self._limits.patches_kept_bytes_max)
        self._snapshot = None
        self._timer = None

    # --- frames ---

    def changed(self, change: Change) -> None:
        """Note what an event changed; `flow` when all that came together is noted."""
        self._pending.add(change)

    def flow(self) -> None:
        """A frame leaves at once after quiet, and else when the interval since the last one is over."""
        if self._timer is not None or self._pending.position == self._pending.after:
            return
        wait_s = self._sent_at + self._limits.frame_interval_s - time.monotonic()
        if wait_s <= 0:
            self._send()
        else:
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._send)

    def _send(self) -> None:
        self._timer = None
        self._sent_at = time.monotonic()
        after, position = self._pending.after, self._pending.position
        has_clock = self._pending.clock
        patch = self._pending.take(TOPIC)
        self._ring.add(after, position, patch)
        self.hub.broadcast(patch)
        if has_clock and (clock := clock_row(self.board.world.clock)) is not None:
            said = ClockMessage(real0=clock.real0, sim0=clock.sim0, rate=clock.rate, paused=clock.paused)
            self.hub.broadcast(frame(said, shared=True))
        self._let_all_in()

    # --- pages ---

    def hello(self) -> Frame:
        operation = self.board.world.operation
        return frame(
            Hello(
                operation=self.operation,
                kind=operation.kind if operation is not None else "live",
                epoch=self.epoch,
                position=self._ring.position,
                server_time=server_time(),
                build=BUILD,
                clock=clock_row(self.board.world.clock),
            )
        )

    def join(self, client: Client, after: int | None = None) -> None:
        """Give a page what it misses after that position (None: everything), and from then on every frame."""
        client.subscribed = False
        self._joining[client] = after
        # Between two frames it waits for the next: that one begins where the last ended, and so must whoever joins.
        if self._pending.position == self._pending.after:
            self._let_all_in()

    def forget(self, client: Client) -> None:
        """Its connection was left."""
        self.hub.leave(client)
        self._joining.pop(client, None)

    def hold(self) -> None:
        """The board lags behind the log: say so to everybody who watches it."""
        self.is_held = True
        for client in self.hub.unsubscribe_all():
            client.send(NODE_BEHIND)
            self._joining[client] = None

    def release(self) -> None:
        """The board has caught up: a snapshot for everybody who was told."""
        self.is_held = False
        if self._pending.position == self._pending.after:
            self._let_all_in()

    def _let_all_in(self) -> None:
        if self.is_held:
            return
        joining, self._joining = self._joining, {}
        for client, after in joining.items():
            self._let_in(client, after)

    def _let_in(self, client: Client, after: int | None) -> None:
        if client.behind:
            return  # it takes nothing yet; when it does, it is given a snapshot
        client.subscribed = True
        limits = self._limits
        missed = (
            None
            if after is None
            else self._ring.since(after, limits.resume_frames_max, limits.resume_bytes_max)
        )
        for one in [self._snapshot_frame()] if missed is None else missed:
            client.send(one)

    def _snapshot_frame(self) -> Frame:
        """Made once for a position, however many pages ask for it."""
        if self._snapshot is None or self._snapshot[0] != self.board.position:
            state = self.board.snapshot()
            said = Snapshot(
                topic=TOPIC,
                epoch=self.epoch,
                position=state.position,
                rows=state.rows,
                timeline=state.timeline,
            )
            self._snapshot = (state.position, frame(said, shared=True))
        return self._snapshot[1]
