"""The views by name: each is a fold of its own, and plain JSON."""

from __future__ import annotations

import pytest

from projections.board import Board
from projections.views import VIEWS, BoardView, OperationView, RegisterView, TimelineView
from tests.views.page import Page, plain
from tests.views.story import whole_day

DAY = whole_day()


@pytest.mark.parametrize("name", ["board", "timeline", "register", "operation"])
def test_a_view_folds_from_nothing_and_says_plain_values(name: str) -> None:
    view = VIEWS[name]()
    for recorded in DAY.log:
        view.apply(recorded)
    assert view.position == DAY.world.position
    assert view.version >= 1
    assert plain(view.data())


def fold(view: BoardView) -> BoardView:
    for recorded in DAY.log:
        view.apply(recorded)
    return view


def test_the_board_is_its_rows_and_its_timeline() -> None:
    data = plain(fold(BoardView()).data())
    assert set(data) == {"rows", "timeline"}
    assert data["timeline"] == plain(fold(TimelineView()).data())["timeline"]


def test_the_register_tells_posts_former_names_and_what_became_of_an_organisation() -> None:
    data = plain(fold(RegisterView()).data())
    found = {one["id"]: one for one in data["organisations"]}
    assert found["gov"]["posts"]["duty"]["zh"] == "值班员"
    assert found["ent-a"]["former"][0]["name"]["zh"] == "企业ent-a"
    assert (found["ent-b"]["state"], found["ent-c"]["state"]) == ("merged", "dissolved")
    teams = {one["id"]: one for one in data["teams"]}
    assert teams["GAS1"]["strength"] == 5
    assert teams["FS003"]["in_service"] is False


def test_the_operation_says_what_it_is_and_how_much_is_open() -> None:
    data = plain(fold(OperationView()).data())
    assert (data["kind"], data["title"], data["open_incidents"], data["committed_teams"]) == (
        "drill",
        "演练",
        2,
        1,
    )
    assert data["clock"]["rate"] == [2, 1]


def test_a_view_goes_on_from_a_world() -> None:
    view = BoardView(Board(DAY.world))
    assert Page(view.board).rows == Page(fold(BoardView()).board).rows
