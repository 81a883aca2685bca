"""A board from the log: the newest stored one and what came after it; else a stored world; else the whole log."""

from __future__ import annotations

import asyncio

import msgspec

from core import catalogue
from core.catalogue import Recorded
from core.log.protocol import Log, Query
from core.world import VERSION as WORLD_VERSION
from core.world import World
from handlers.desk import OperationUnreadable
from projections.board import VERSION, Board
from projections.timeline import TIMELINE_ENTRIES_MAX

FOLD = "board"
YIELD_EVENTS = 500
"""Folded between two looks at the other work of the loop: a few milliseconds."""


async def load_board(log: Log, operation: str) -> Board:
    """The board at the log's head. Raises OperationUnreadable."""
    head = await log.head(operation)
    board = await _stored(log, operation)
    # Entries are made only of the events that the timeline will still hold: the others are folded in a tenth of the time.
    near = head.position - TIMELINE_ENTRIES_MAX
    skipping = board.position < near
    async for page in log.stream(operation, board.position):
        for data in page:
            recorded = decoded(operation, data)
            if recorded.position <= near:
                board.skip(recorded)
            else:
                if skipping:
                    board.settle()
                    skipping = False
                board.apply(recorded)
            if recorded.position % YIELD_EVENTS == 0:
                # A long history must not keep the other operations of this node waiting.
                await asyncio.sleep(0)
    if skipping:
        board.settle()
    return board


def decoded(operation: str, data: bytes) -> Recorded:
    """A stored record. Raises OperationUnreadable."""
    try:
        return catalogue.decode(data)
    except catalogue.UnknownEvent as error:
        raise OperationUnreadable(f"{operation}: {error}") from error


async def _stored(log: Log, operation: str) -> Board:
    found = await log.snapshot_load(operation, FOLD, VERSION)
    if found is not None:
        try:
            return Board.restored(found[1])
        except msgspec.MsgspecError:
            pass  # derived data that cannot be read costs time, never truth
    world = await log.snapshot_load(operation, "world", WORLD_VERSION)
    if world is None:
        return Board()
    board = Board(World.restored(world[1]))
    # A stored world has no timeline: its newest entries are said anew, by the names that are known at its position.
    first = max(0, board.position - TIMELINE_ENTRIES_MAX)
    for stored in await log.read(operation, first, Query(), board.position - first):
        board.timeline.note(decoded(operation, stored.data))
    return board
