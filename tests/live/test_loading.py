"""Cold starts: from a stored board, a stored world, or the whole log; never with another picture."""

from __future__ import annotations

from core.world import VERSION as WORLD_VERSION
from projections.board import VERSION, Board
from projections.timeline import TIMELINE_ENTRIES_MAX
from tests.live.odd import QUICK, OddLog, open_keeper, same, until, whole, write
from web.live.keeper import Keeper
from web.settings import Settings


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
