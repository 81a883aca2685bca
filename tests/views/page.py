"""What a page does with a snapshot and patches, in JSON as it travels; and the check of every view against the truth."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from core.catalogue import Recorded
from core.world import World
from projections.board import Board, Change
from projections.timeline import TIMELINE_ENTRIES_MAX


class Page:
    """Rows and entries of one board."""

    def __init__(self, board: Board) -> None:
        state = plain(board.snapshot())
        self.position: int = state["position"]
        self.rows: dict[str, dict[str, Any]] = {
            kind: {row["id"]: row for row in rows} for kind, rows in state["rows"].items()
        }
        self.timeline: dict[int, Any] = {entry["position"]: entry for entry in state["timeline"]}

    def patch(self, change: Change) -> None:
        said = plain(change)
        for kind, id, _, row in said["rows"]:
            if row is None:
                del self.rows[kind][id]
            else:
                self.rows[kind][id] = row
        self.timeline.update({entry["position"]: entry for entry in said["entries"]})
        for position in sorted(self.timeline)[:-TIMELINE_ENTRIES_MAX]:
            del self.timeline[position]
        self.position = said["position"]


def plain(value: Any) -> Any:
    """As it arrives at the other side."""
    return json.loads(msgspec.json.encode(value))


def board_of(log: list[Recorded]) -> Board:
    """A board that folded it all."""
    board = Board()
    for recorded in log:
        board.apply(recorded)
    return board


def verify(log: list[Recorded]) -> None:
    """After each event: page = board = a board made anew from the world alone, and from its own stored bytes."""
    board = Board()
    page = Page(board)
    truth = World()
    for recorded in log:
        page.patch(board.apply(recorded))
        truth.apply(recorded)
        fresh = Page(Board(World.restored(truth.snapshot())))
        assert page.rows == fresh.rows, f"rows after {recorded.position} {recorded.type}"
        assert page.position == fresh.position == recorded.position
        kept = Page(Board.restored(board.save()))
        assert (page.rows, page.timeline) == (kept.rows, kept.timeline), f"bytes after {recorded.type}"
