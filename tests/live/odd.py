"""A log that can be told to misbehave, and keepers on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

from core import catalogue
from core.log.protocol import Head, StoredEvent
from core.log.sqlite import SqliteLog
from core.messages import Actor, Envelope
from handlers.desk import Desk
from projections.board import Board
from tests.live.site import incident, picture
from tests.views.page import Page as Picture
from web.live.keeper import Keeper
from web.live.limits import LiveLimits
from web.settings import Settings

QUICK = LiveLimits(
    heartbeat_s=0.05,
    head_timeout_s=0.05,
    lag_s_max=0.2,
    frame_interval_s=0.001,
    restart_first_s=0.01,
    restart_max_s=0.05,
)


class OddLog(SqliteLog):
    """A log that can be told to misbehave."""

    followed = 0
    streamed = 0
    is_deaf = False
    """Following hears of nothing, as with a lost notification and no poll."""
    follow_fails = False
    head_fails = False
    other_epoch = 0

    async def follow(self, operation: str, after: int) -> AsyncGenerator[list[StoredEvent], None]:
        self.followed += 1
        if self.follow_fails:
            raise OSError("the connection is gone")
        async for page in super().follow(operation, after):
            if self.is_deaf:
                await asyncio.Event().wait()
            yield page

    async def stream(self, operation: str, after: int) -> AsyncGenerator[list[bytes], None]:
        async for page in super().stream(operation, after):
            self.streamed += len(page)
            yield page

    async def head(self, operation: str) -> Head:
        if self.head_fails:
            await asyncio.sleep(60)
        found = await super().head(operation)
        return found._replace(epoch=found.epoch + self.other_epoch)


DUTY = Actor("tester", "gov", "duty")


async def write(log: SqliteLog, numbers: range) -> None:
    """Incidents through a desk of their own."""
    desk = await Desk.open(log, "live")
    for number in numbers:
        answer = await desk.send(Envelope(id=uuid4(), operation="live", actor=DUTY, command=incident(number)))
        assert answer.code is None, answer.body
    await desk.close()


async def open_keeper(log: SqliteLog) -> Keeper:
    return await Keeper.open(log, "live", Settings(), QUICK)


async def until(true: Any, timeout_s: float = 5) -> None:
    async with asyncio.timeout(timeout_s):
        while not true():  # noqa: ASYNC110  what is waited for has no event of its own
            await asyncio.sleep(0.005)


async def whole(log: SqliteLog) -> Board:
    """The truth: every event of the log, one after the other."""
    board = Board()
    async for page in SqliteLog.stream(log, "live", 0):
        for data in page:
            board.apply(catalogue.decode(data))
    return board


def same(keeper: Keeper, truth: Board) -> None:
    rows, timeline = picture(keeper)
    expected = Picture(truth)
    assert rows == expected.rows
    assert timeline == expected.timeline
