"""The keeper of one operation's views on one node: follows the log, folds the board once, and hands every page the same bytes.

It must never be old in silence: it asks the log itself where it stands, and whoever watches is told when the picture lags.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import structlog

from core.log.protocol import Head, Log, StoredEvent
from handlers.answers import Message as Sentence
from handlers.desk import OperationUnreadable
from projections.board import VERSION, Board
from projections.views import VIEWS, BoardView
from web.live.client import Client
from web.live.limits import LiveLimits
from web.live.loading import FOLD, decoded, load_board
from web.live.messages import RESYNC, TRY_LATER, Error, Heartbeat, frame, server_time
from web.live.stage import Stage
from web.settings import Settings

_log = structlog.get_logger("live")

UNREADABLE = Error(
    code="operation_unreadable",
    message=Sentence(
        "日志中有本版本无法识别的记录，本节点暂不显示该作业面：请升级本节点。",
        "The log holds a record that this version cannot read, so this node does not show the operation: upgrade it.",
    ),
)


class Keeper:
    """Make it with `await Keeper.open(log, operation, settings)`; close it with `await keeper.close()`."""

    def __init__(self, log: Log, operation: str, board: Board, head: Head, limits: LiveLimits) -> None:
        self.operation = operation
        self.limits = limits
        self._failure: str | None = None
        self._log = log
        self._board = board
        self._head = head
        self._stage = Stage(operation, board, head.epoch, limits)
        self._target = head.position
        """Where the log stood at the last look; the board is fresh when it has come that far by the next."""
        self._fresh_at = time.monotonic()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._saved_position = board.position
        self._saving: asyncio.Task[None] | None = None
        self._following = asyncio.create_task(self._follow(), name=f"live {operation}")
        self._beating = asyncio.create_task(self._beat(), name=f"heartbeat {operation}")

    @classmethod
    async def open(
        cls, log: Log, operation: str, settings: Settings, limits: LiveLimits | None = None
    ) -> Keeper:
        """A keeper whose board stands at the log's head. Raises OperationUnreadable, LogError."""
        # The head first: if the log is restored in between, the epoch is the older one, and the next heartbeat sees that.
        head = await log.head(operation)
        board = await load_board(log, operation)
        return cls(log, operation, board, head, limits or LiveLimits.of(settings))

    async def close(self) -> None:
        """Send the pages away to come again, and leave a stored board."""
        for task in (self._beating, self._following):
            task.cancel()
        await asyncio.wait((self._beating, self._following))
        self._stage.close()
        self._stage.hub.end_all(TRY_LATER, "the node is stopping")
        for _, future in self._waiting:
            future.cancel()
        if self._saving is not None:
            await asyncio.wait((self._saving,))
        if self._failure is None and self.position > self._saved_position:
            await self._save(self.position, self._board.save())

    # --- what is asked of it ---

    @property
    def position(self) -> int:
        """Up to where the views are folded."""
        return self._board.position

    @property
    def stage(self) -> Stage:
        """What the pages see."""
        return self._stage

    @property
    def failure(self) -> str | None:
        """Why the operation is not served any more: the log holds what this version cannot read."""
        return self._failure

    @property
    def stored_position(self) -> int:
        """Up to where a stored board saves the next start from folding."""
        return self._saved_position

    @property
    def is_stale(self) -> bool:
        """Whether the views lag behind the log, or nobody can tell."""
        return self._stage.is_held

    def keeps(self, name: str) -> bool:
        """Whether a view is kept up to date here; any other one is folded from the log when it is asked for."""
        return issubclass(VIEWS[name], BoardView)

    def view(self, name: str) -> Any:
        """What a kept view says now, as plain values for JSON. Raises KeyError for one that is not kept, OperationUnreadable."""
        if self._failure is not None:
            raise OperationUnreadable(self._failure)
        kind = VIEWS[name]
        if not issubclass(kind, BoardView):
            raise KeyError(name)
        return kind(self._board).data()

    async def reached(self, position: int, timeout_s: float) -> bool:
        """Wait until the views hold that position; False when the time is over."""
        if self.position >= position:
            return True
        waiting = (position, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            await asyncio.wait((waiting[1],), timeout=timeout_s)
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
        return self.position >= position

    async def subscribe(self, client: Client, after: int | None, epoch: str | None) -> None:
        """Give a page what it misses, and from then on every frame. Waits only for one that has seen more than this node yet."""
        if after is not None and epoch == self._stage.epoch:
            await self.reached(after, self.limits.resume_wait_s)
        else:
            after = None
        self._stage.join(client, after)

    # --- following ---

    async def _follow(self) -> None:
        """For ever. A log that fails is asked again from where the board stands; nothing is skipped."""
        limits = self.limits
        wait_s = limits.restart_first_s
        while self._failure is None:
            pages = self._log.follow(self.operation, self.position)
            try:
                async for page in pages:
                    self._fold(page)
                    wait_s = limits.restart_first_s
                    # A log that is ahead hands out page after page without waiting: the sockets want their turn too.
                    await asyncio.sleep(0)
            except OperationUnreadable as error:
                self._fail(str(error))
            except Exception as error:  # noqa: BLE001  whatever a store raises, the pages want the next event
                _log.warning(
                    "follow_failed", operation=self.operation, position=self.position, reason=repr(error)
                )
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, limits.restart_max_s)
            finally:
                if isinstance(pages, AsyncGenerator):
                    await pages.aclose()

    def _fold(self, page: Sequence[StoredEvent]) -> None:
        for stored in page:
            recorded = decoded(self.operation, stored.data)
            try:
                change = self._board.apply(recorded)
            except Exception as error:
                # A fault of ours. Half of an event may be folded: such a board must not be shown, nor gone on with.
                _log.exception("fold_failed", operation=self.operation, position=stored.position)
                raise OperationUnreadable(
                    f"{self.operation}: position {stored.position} cannot be folded"
                ) from error
            self._stage.changed(change)
        self._stage.flow()
        self._wake()
        self._save_when_due()

    def _wake(self) -> None:
        if not self._waiting:
            return
        position = self.position
        for wanted, future in self._waiting:
            if wanted <= position and not future.done():
                future.set_result(None)

    def _fail(self, reason: str) -> None:
        self._failure = reason
        _log.error("operation_unreadable", operation=self.operation, reason=reason)
        self._stage.hold()
        self._stage.hub.tell_all(frame(UNREADABLE))
        self._stage.hub.end_all(TRY_LATER, "the operation cannot be read")

    # --- the heartbeat ---

    async def _beat(self) -> None:
        """Say where the log stands, as the log itself says it; see whether the board keeps up with that."""
        while True:
            await asyncio.sleep(self.limits.heartbeat_s)
            head = await self._ask_head()
            if head is not None and self._failure is None:
                if head.epoch != self._head.epoch or head.position < self._head.position:
                    await self._begin_anew()
                    continue
                self._head = head
                if self.position >= self._target:
                    # All that was there at the last look is folded. What came since has its own time to be.
                    self._target, self._fresh_at = head.position, time.monotonic()
            self._judge(head)
            stage = self._stage
            position = max(self._head.position, self.position)
            beat = Heartbeat(position=position, applied=self.position, server_time=server_time())
            stage.hub.tell_all(frame(beat))
            stage.hub.tick(self.position)

    async def _ask_head(self) -> Head | None:
        """Where the log stands; None when it does not say, which ages the board."""
        try:
            async with asyncio.timeout(self.limits.head_timeout_s):
                return await self._log.head(self.operation)
        except Exception as error:  # noqa: BLE001  whatever a store raises, a heartbeat goes on, and the board is known to be old
            _log.warning("head_unknown", operation=self.operation, reason=repr(error))
            return None

    def _judge(self, head: Head | None) -> None:
        """Old for too long: the pages are told, and the follower, which may hang, is made anew."""
        is_old = time.monotonic() - self._fresh_at > self.limits.lag_s_max
        if is_old and self._failure is None:
            if not self._stage.is_held:
                _log.warning(
                    "board_lags", operation=self.operation, position=self.position, head=self._target
                )
                self._stage.hold()
            if head is not None:
                self._following.cancel()
                self._following = asyncio.create_task(self._follow(), name=f"live {self.operation}")
        elif self._stage.is_held and self._failure is None:
            _log.warning("board_caught_up", operation=self.operation, position=self.position)
            self._stage.release()

    async def _begin_anew(self) -> None:
        """The log is another one: it was restored. Nothing that was folded from the former may stay."""
        _log.warning("log_replaced", operation=self.operation, position=self.position)
        self._following.cancel()
        await asyncio.wait((self._following,))
        self._stage.hold()
        try:
            head = await self._log.head(self.operation)
            board = await load_board(self._log, self.operation)
        except OperationUnreadable as error:
            self._fail(str(error))
            return
        except Exception as error:  # noqa: BLE001  the next heartbeat tries again; until then nobody is shown anything
            _log.warning("log_replaced_unread", operation=self.operation, reason=repr(error))
            return
        self._board, self._head = board, head
        self._target, self._fresh_at = head.position, time.monotonic()
        self._saved_position = board.position
        self._stage.stand_on(board, head.epoch)
        self._stage.hub.end_all(RESYNC, "the log was restored")
        self._stage.release()
        self._following = asyncio.create_task(self._follow(), name=f"live {self.operation}")

    # --- stored boards ---

    def _save_when_due(self) -> None:
        """Encoded at once, since the board must stand still for it; written in the background."""
        due = self.position - self._saved_position >= self.limits.snapshot_every_events
        if due and (self._saving is None or self._saving.done()):
            self._saving = asyncio.create_task(self._save(self.position, self._board.save()))

    async def _save(self, position: int, data: bytes) -> None:
        try:
            await self._log.snapshot_save(self.operation, position, FOLD, VERSION, data)
            self._saved_position = position
        except Exception as error:  # noqa: BLE001  derived data: without it the next start is slower, and nothing is lost
            _log.warning("board_not_saved", operation=self.operation, reason=repr(error))
