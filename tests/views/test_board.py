"""The live view against the truth: a page that was given a snapshot and every patch holds what a fresh board holds."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from core.catalogue import EVENTS, Recorded
from core.world import World
from projections.board import Board
from projections.timeline import TIMELINE_ENTRIES_MAX
from tests.views.play import Play
from tests.views.story import whole_day


class Page:
    """What a page does with a snapshot and patches, in JSON, as it arrives."""

    def __init__(self, board: Board) -> None:
        state = plain(board.snapshot())
        self.position: int = state["position"]
        self.rows: dict[str, dict[str, Any]] = {
            kind: {row["id"]: row for row in rows} for kind, rows in state["rows"].items()
        }
        self.timeline: dict[int, Any] = {entry["position"]: entry for entry in state["timeline"]}

    def patch(self, change: Any) -> None:
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
    return json.loads(msgspec.json.encode(value))


def rows_of(board: Board) -> dict[str, dict[str, Any]]:
    return Page(board).rows


def verify(log: list[Recorded]) -> None:
    """After each event: page = board = a board made anew from the world alone, and from its own stored bytes."""
    board = Board()
    page = Page(board)
    truth = World()
    for recorded in log:
        page.patch(board.apply(recorded))
        truth.apply(recorded)
        fresh = Board(World.restored(truth.snapshot()))
        assert page.rows == rows_of(fresh), recorded.type
        assert page.position == fresh.position
        kept = Page(Board.restored(board.save()))
        assert (page.rows, page.timeline) == (kept.rows, kept.timeline), recorded.type


@pytest.fixture(scope="module")
def day() -> Play:
    return whole_day()


def test_a_page_with_every_patch_holds_what_a_fresh_board_holds(day: Play) -> None:
    verify(day.log)


def test_the_day_has_every_event_of_the_catalogue_in_it(day: Play) -> None:
    assert {recorded.type for recorded in day.log} == set(EVENTS)
