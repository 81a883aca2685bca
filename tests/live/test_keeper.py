"""The keeper and its log: cold starts, logs that fail, hang, are restored or cannot be read. Never old in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from core import catalogue
from core.log import merkle
from core.log.protocol import Head, StoredEvent
from core.log.sqlite import SqliteLog
from core.messages import Actor, Envelope
from core.world import VERSION as WORLD_VERSION
from handlers.desk import Desk, DeskBusy, OperationUnreadable
from projections.board import VERSION, Board
from projections.timeline import TIMELINE_ENTRIES_MAX
from tests.live.conftest import Bounded
from tests.live.site import Site, incident, picture, running
from tests.servers import PostgresServer
from tests.views.page import Page as Picture
from web.live.keeper import Keeper
from web.live.limits import LiveLimits
from web.live.messages import RESYNC, TRY_LATER
from web.node import Node
from web.settings import Settings, load

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


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[OddLog]:
    """A log with a district in it."""
    async with Node.running(Settings(data=tmp_path)):
        pass
    odd = OddLog(tmp_path)
    await odd.open()
    yield odd
    await odd.close()


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


async def test_a_board_starts_from_what_was_stored_and_not_from_the_whole_log(log: OddLog) -> None:
    await write(log, range(700))
    first = await open_keeper(log)
    same(first, await whole(log))
    await first.close()  # it had folded nothing new: nothing is stored
    again = await open_keeper(log)
    await write(log, range(700, 720))
    await again.reached((await log.head("live")).position, 5)
    await again.close()
    await write(log, range(720, 730))
    log.streamed = 0
    third = await open_keeper(log)
    assert log.streamed == 10
    same(third, await whole(log))
    await third.close()


async def test_without_a_stored_board_a_stored_world_does_and_the_newest_entries_are_said_anew(
    log: OddLog,
) -> None:
    await write(log, range(TIMELINE_ENTRIES_MAX + 50))
    assert await log.snapshot_load("live", "world", WORLD_VERSION) is not None  # a desk that closes leaves it
    log.streamed = 0
    keeper = await open_keeper(log)
    assert log.streamed == 0
    same(keeper, await whole(log))
    await keeper.close()


async def test_a_stored_board_that_cannot_be_read_costs_time_and_no_truth(log: OddLog) -> None:
    await write(log, range(5))
    await log.snapshot_save("live", (await log.head("live")).position, "board", VERSION, b"torn")
    keeper = await open_keeper(log)
    same(keeper, await whole(log))
    await keeper.close()


async def test_a_board_is_stored_now_and_then_while_it_is_followed(log: OddLog) -> None:
    keeper = await Keeper.open(log, "live", Settings(), QUICK._replace(snapshot_every_events=10))
    await write(log, range(25))
    await keeper.reached((await log.head("live")).position, 5)
    await until(lambda: keeper.stored_position > 20)
    found = await log.snapshot_load("live", "board", VERSION)
    assert found is not None
    assert Board.restored(found[1]).position == found[0]
    await keeper.close()


async def test_following_that_fails_is_begun_again_where_it_stood(log: OddLog) -> None:
    log.follow_fails = True
    keeper = await open_keeper(log)
    await write(log, range(3))
    await until(lambda: log.followed > 4)
    log.follow_fails = False
    assert await keeper.reached((await log.head("live")).position, 5)
    same(keeper, await whole(log))
    await keeper.close()


async def test_a_board_that_hears_of_nothing_is_noticed_told_and_followed_anew(
    tmp_path: Path, log: OddLog
) -> None:
    log.is_deaf = True
    keeper = await open_keeper(log)
    await write(log, range(3))
    head = (await log.head("live")).position
    await until(lambda: keeper.is_stale)
    assert keeper.position < head
    log.is_deaf = False
    await until(lambda: not keeper.is_stale)
    assert keeper.position == head
    same(keeper, await whole(log))
    await keeper.close()


async def test_pages_are_told_when_nobody_knows_where_the_log_stands_and_get_a_snapshot_after(
    tmp_path: Path, bounded: Bounded, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounded(heartbeat_s=0.05, head_timeout_s=0.05, lag_s_max=0.2)
    async with running(Settings(data=tmp_path)) as site, site.page() as page:
        await page.subscribe()
        await page.until("snapshot")
        log = site.node.log
        head = log.head

        async def hang(operation: str) -> Head:
            return await asyncio.sleep(60, await head(operation))

        monkeypatch.setattr(log, "head", hang)
        behind = await page.until("behind")
        assert behind["reason"] == "node_behind_log"
        late = asyncio.create_task(page.until("snapshot"))
        await asyncio.sleep(0.3)
        assert not late.done()  # who comes now waits as well: nothing is shown that may be old
        monkeypatch.undo()
        await late
        assert (page.rows, page.timeline) == picture(await site.keeper())


async def test_a_restored_log_is_folded_anew_and_its_pages_begin_anew(
    tmp_path: Path, bounded: Bounded, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounded(heartbeat_s=0.05)
    async with running(Settings(data=tmp_path)) as site, site.page() as page:
        await page.subscribe()
        epoch = (await page.until("snapshot"))["epoch"]
        log = site.node.log
        head = log.head

        async def other(operation: str) -> Head:
            found = await head(operation)
            return found._replace(epoch=found.epoch + 1)

        monkeypatch.setattr(log, "head", other)
        assert await page.closed() == RESYNC
        async with site.page() as again:
            assert (await again.next())["epoch"] != epoch
            await again.subscribe(after=page.position, epoch=epoch)
            await again.until("snapshot")
            await site.send(incident(1))
            await again.reach(await site.head())
            assert "I1" in again.rows["incident"]


async def append_unknown(log: SqliteLog) -> None:
    """An event of a version to come."""
    async with log.hold("live", (await log.head("live")).position) as held:
        position = held.head.position + 1
        data = b'{"operation":"live","position":%d,"event":{"type":"VolcanoErupted"}}' % position
        stored = StoredEvent(position, "VolcanoErupted", (), held.now, uuid4(), data)
        frontier = merkle.extend_data(held.head.frontier, held.head.position, [data])
        await held.append(
            [stored], [], held.head._replace(position=position, recorded_at=held.now, frontier=frontier)
        )


async def test_an_unreadable_event_ends_the_service_of_the_operation_and_says_why(tmp_path: Path) -> None:
    async with running(Settings(data=tmp_path)) as site, site.page() as page:
        await page.subscribe()
        await page.until("snapshot")
        log = site.node.log
        assert isinstance(log, SqliteLog)
        await append_unknown(log)
        error = await page.until("error")
        assert error["code"] == "operation_unreadable"
        with pytest.raises(ConnectionClosed) as closed:
            await page.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == TRY_LATER
        keeper = await site.keeper()
        assert keeper.failure is not None
        assert "VolcanoErupted" in keeper.failure
        with pytest.raises(OperationUnreadable):
            keeper.view("board")
        async with site.page() as again:
            assert (await again.until("error"))["code"] == "operation_unreadable"
            assert await again.closed() == TRY_LATER


async def test_a_log_that_cannot_be_read_gives_no_keeper(log: OddLog) -> None:
    await append_unknown(log)
    with pytest.raises(OperationUnreadable, match="VolcanoErupted"):
        await open_keeper(log)


async def test_an_event_that_cannot_be_folded_is_not_half_shown(
    log: OddLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = await open_keeper(log)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Board, "apply", fail)
    await write(log, range(1))
    await until(lambda: keeper.failure is not None)
    with pytest.raises(OperationUnreadable):
        keeper.view("board")
    await keeper.close()


async def test_waiting_for_a_position_ends_when_it_is_there_or_when_the_time_is_over(log: OddLog) -> None:
    keeper = await open_keeper(log)
    head = (await log.head("live")).position
    assert await keeper.reached(head, 0)
    assert not await keeper.reached(head + 1, 0.05)
    waiting = asyncio.create_task(keeper.reached(head + 1, 5))
    await write(log, range(1))
    assert await waiting
    await keeper.close()


async def test_a_board_lives_through_a_restart_of_postgresql(
    postgres_server: PostgresServer, tmp_path: Path, bounded: Bounded
) -> None:
    bounded(heartbeat_s=0.1, lag_s_max=60)
    settings = load({}, postgres=postgres_server.dsn(), data=tmp_path)
    async with running(settings) as site, site.page() as page:
        await page.subscribe()
        await page.until("snapshot")
        await site.send(incident(1))
        await page.reach(await site.head())
        await asyncio.to_thread(postgres_server.kill)
        await asyncio.to_thread(postgres_server.start)
        await until_sent(site, 2)
        await page.reach(await site.head())
        assert (page.rows, page.timeline) == picture(await site.keeper())
        assert set(page.rows["incident"]) == {"I1", "I2"}
        assert page.socket.close_code is None


async def until_sent(site: Site, number: int) -> None:
    """As a client does: the same again until it is answered."""
    desk = await site.node.desk("live")
    envelope = Envelope(id=uuid4(), operation="live", actor=DUTY, command=incident(number))
    async with asyncio.timeout(30):
        while True:
            try:
                answer = await desk.send(envelope)
            except DeskBusy:
                await asyncio.sleep(0.1)
            else:
                assert answer.code is None
                return
