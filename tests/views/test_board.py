"""The live view against the truth: a page that was given a snapshot and every patch holds what a fresh board holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock, dispatch, entry, incident, team
from core.casualty import RecordCasualties
from core.catalogue import EVENTS
from core.messages import Name, Place
from projections.board import Board
from projections.rows import Row, RowKind
from projections.timeline import TIMELINE_ENTRIES_MAX
from tests.views.page import Page, board_of, plain, verify
from tests.views.play import CONTROLLER, Play
from tests.views.story import BRIDGE, SQUARE, district, whole_day
from tests.views.wire import WIRE

DAY = whole_day()


def test_the_day_has_every_event_of_the_catalogue_in_it() -> None:
    assert {recorded.type for recorded in DAY.log} == set(EVENTS)


def test_a_page_with_every_patch_of_a_day_holds_what_a_fresh_board_holds() -> None:
    verify(DAY.log)


@pytest.mark.parametrize("type_", EVENTS)
def test_a_snapshot_before_an_event_and_its_patch_are_the_snapshot_after_it(type_: str) -> None:
    board = Board()
    seen = 0
    for recorded in DAY.log:
        page = Page(board)
        change = board.apply(recorded)
        if recorded.type == type_:
            page.patch(change)
            after = Page(Board.restored(board.save()))
            assert (page.position, page.rows, page.timeline) == (after.position, after.rows, after.timeline)
            seen += 1
    assert seen


def test_a_board_that_skipped_the_far_past_holds_the_same_rows() -> None:
    board = Board()
    for recorded in DAY.log[:40]:
        board.skip(recorded)
    board.settle()
    for recorded in DAY.log[40:]:
        board.apply(recorded)
    assert Page(board).rows == Page(board_of(DAY.log)).rows


def test_a_change_names_only_rows_that_came_out_different() -> None:
    board = Board()
    for recorded in DAY.log:
        before = plain(board.snapshot())["rows"]
        for kind, id, position, row in plain(board.apply(recorded))["rows"]:
            known = {one["id"]: one for one in before[kind]}
            assert known.get(id) != row, f"{kind} {id} at {position}"


def test_every_row_has_the_fields_that_the_page_knows() -> None:
    board = Board()
    seen: dict[str, set[str]] = {}
    for recorded in DAY.log:
        for kind, _, _, row in plain(board.apply(recorded))["rows"]:
            if row is not None:
                seen.setdefault(kind, set()).update(row)
    assert seen == WIRE


def rows(play: Play, kind: str) -> dict[str, Any]:
    return Page(board_of(play.log)).rows[kind]


def ordered(play: Play, **given: Any) -> Play:
    play.accept(incident.ReportIncident(kind="gas_leak", place=SQUARE, incident="A"))
    play.accept(dispatch.DispatchTeam(incident="A", team="FS001", dispatch="d-1"), **given)
    return play


def test_a_team_shows_its_way_from_order_to_return() -> None:
    play = ordered(district())
    states: list[str] = []
    for command in (
        dispatch.AcknowledgeDispatch(dispatch="d-1"),
        dispatch.DepartTeam(dispatch="d-1"),
        dispatch.ArriveTeam(dispatch="d-1"),
        dispatch.StartWork(dispatch="d-1"),
        dispatch.ReleaseTeam(dispatch="d-1"),
        dispatch.ReturnTeam(dispatch="d-1"),
    ):
        states.append(rows(play, "team")["FS001"]["state"])
        play.accept(command)
    assert states == ["ordered", "acknowledged", "en_route", "on_scene", "working", "released"]
    assert rows(play, "team")["FS001"]["state"] == "available"


def test_a_released_team_names_the_dispatch_it_has_to_return_from_and_no_incident() -> None:
    play = ordered(district())
    play.accept(dispatch.ArriveTeam(dispatch="d-1"))
    assert rows(play, "incident")["A"]["teams"] == 1
    play.accept(dispatch.ReleaseTeam(dispatch="d-1"))
    row = rows(play, "team")["FS001"]
    assert (row["state"], row["dispatch"], row["incident"]) == ("released", "d-1", None)
    assert rows(play, "incident")["A"]["teams"] == 0


def test_a_team_is_shown_at_its_base_and_on_scene_at_the_incident_wherever_that_is_moved_to() -> None:
    play = ordered(district())
    row = rows(play, "team")["FS001"]
    assert (row["lon"], row["lat"], row["precision"]) == (120.101, 30.2, "base")
    play.accept(dispatch.ArriveTeam(dispatch="d-1"))
    row = rows(play, "team")["FS001"]
    assert (row["lon"], row["lat"], row["precision"]) == (SQUARE.lon, SQUARE.lat, "scene")
    play.accept(incident.AmendIncident(incident="A", place=BRIDGE))
    assert rows(play, "team")["FS001"]["lon"] == BRIDGE.lon


def test_the_next_milestone_is_due_by_the_nearest_target_and_by_none_once_it_is_there() -> None:
    play = ordered(district())
    row = rows(play, "team")["FS001"]
    assert (row["due_rule"], row["since"]) == ("fire_turnout", plain(play.now))
    assert row["due_at"] == plain(play.now + timedelta(seconds=80))
    order = play.now
    play.accept(dispatch.DepartTeam(dispatch="d-1"))
    row = rows(play, "team")["FS001"]
    assert (row["due_rule"], row["due_at"]) == ("fire_on_scene", plain(order + timedelta(seconds=480)))
    play.accept(dispatch.ArriveTeam(dispatch="d-1"))
    assert rows(play, "team")["FS001"]["due_at"] is None


@pytest.mark.parametrize("precision", ["hour", "approximate", "unknown"])
def test_an_order_of_unsure_time_starts_no_countdown(precision: str) -> None:
    play = ordered(district(), precision=precision)
    assert rows(play, "team")["FS001"]["due_at"] is None


def test_a_kind_of_team_without_a_target_is_never_due() -> None:
    play = district()
    play.accept(team.RegisterTeam(team="V1", organisation="gov", name=Name(zh="志愿队"), kind="volunteer"))
    play.accept(incident.ReportIncident(kind="flood", place=SQUARE, incident="A"))
    play.accept(dispatch.DispatchTeam(incident="A", team="V1"))
    assert rows(play, "team")["V1"]["due_at"] is None


def test_a_milestone_written_down_after_a_later_one_is_marked_late_and_a_corrected_one_corrected() -> None:
    play = ordered(district())
    play.accept(dispatch.ArriveTeam(dispatch="d-1"))
    play.accept(dispatch.DepartTeam(dispatch="d-1"))
    play.accept(dispatch.CorrectMilestone(dispatch="d-1", milestone="on_scene", to=play.now, reason="表慢"))
    milestones = rows(play, "dispatch")["d-1"]["milestones"]
    assert list(milestones) == ["ordered", "en_route", "on_scene"]
    assert (
        milestones["en_route"].get("late") is None
    )  # the arrival that came before it was corrected after it
    assert milestones["on_scene"]["corrected"] is True
    assert "late" not in milestones["ordered"]
    play.accept(dispatch.AcknowledgeDispatch(dispatch="d-1"))
    assert rows(play, "dispatch")["d-1"]["milestones"]["acknowledged"]["late"] is True


def test_a_milestone_that_nobody_reported_is_not_there() -> None:
    play = ordered(district())
    play.accept(dispatch.ArriveTeam(dispatch="d-1"))
    assert set(rows(play, "dispatch")["d-1"]["milestones"]) == {"ordered", "on_scene"}


def test_a_closed_incident_leaves_with_its_dispatches_and_what_was_merged_into_it() -> None:
    play = ordered(district())
    play.accept(incident.ReportIncident(kind="gas_leak", place=BRIDGE, incident="B"))
    play.accept(incident.MergeIncident(incident="B", into="A"))
    assert rows(play, "incident")["B"]["state"] == "merged"
    play.accept(dispatch.ArriveTeam(dispatch="d-1"))
    play.accept(dispatch.ReleaseTeam(dispatch="d-1"))
    play.accept(incident.CloseIncident(incident="A", reason="完"))
    assert rows(play, "incident") == {}
    assert rows(play, "dispatch") == {}
    assert rows(play, "team")["FS001"]["state"] == "available"


def test_a_team_is_shown_by_its_latest_assignment_that_is_still_of_an_open_incident() -> None:
    play = ordered(district())
    play.accept(dispatch.ArriveTeam(dispatch="d-1"))
    play.accept(dispatch.ReleaseTeam(dispatch="d-1"))
    play.accept(incident.ReportIncident(kind="flood", place=BRIDGE, incident="B"))
    play.accept(dispatch.DispatchTeam(incident="B", team="FS001", dispatch="d-2"))
    play.accept(dispatch.CancelDispatch(dispatch="d-2", reason="turned_back"))
    assert rows(play, "team")["FS001"]["state"] == "available"
    play.accept(incident.CloseIncident(incident="B", reason="完"))
    verify(play.log)
    assert rows(play, "team")["FS001"]["dispatch"] == "d-1"


def test_the_grade_follows_the_latest_figures_that_stand() -> None:
    play = district()
    play.accept(incident.ReportIncident(kind="explosion", place=SQUARE, incident="A"))
    assert rows(play, "incident")["A"]["grade"] is None
    play.accept(RecordCasualties(incident="A", dead=3))
    assert rows(play, "incident")["A"]["grade"] == "large"
    play.accept(entry.StrikeEntry(position=play.world.position, reason="误报"))
    row = rows(play, "incident")["A"]
    assert (row["grade"], row["dead"]) == (None, None)


def test_the_operation_shows_its_exercise_clock_and_says_when_it_changes() -> None:
    play = district("drill-x")
    board = board_of(play.log)
    for command in (clock.StartClock(at=play.now, rate_n=4), clock.PauseClock()):
        recorded = play.accept(command, CONTROLLER)
        assert [board.apply(one).clock for one in recorded] == [True]
    row = Page(board).rows["operation"]["drill-x"]
    assert row["clock"]["paused"] is True
    assert row["clock"]["rate"] == [4, 1]


class CountingBoard(Board):
    """Counts the rows that it makes."""

    made = 0

    def _row(self, kind: RowKind, id: str) -> Row | None:
        self.made += 1
        return super()._row(kind, id)


@pytest.mark.parametrize("size", [10, 300])
def test_the_work_for_an_event_grows_neither_with_the_log_nor_with_the_teams(size: int) -> None:
    play = district(teams=size)
    for number in range(size):
        play.accept(
            incident.ReportIncident(kind="flood", place=Place(text=f"{number}号"), incident=f"I{number}")
        )
    play.accept(dispatch.DispatchTeam(incident="I0", team="FS001", dispatch="d-1"))
    board = CountingBoard()
    for recorded in play.log:
        board.apply(recorded)
    for command in (
        dispatch.DepartTeam(dispatch="d-1"),
        dispatch.ArriveTeam(dispatch="d-1"),
        RecordCasualties(incident="I0", dead=1),
        dispatch.ReleaseTeam(dispatch="d-1"),
        incident.CloseIncident(incident="I0", reason="完"),
    ):
        for recorded in play.accept(command):
            before = board.made
            change = board.apply(recorded)
            assert board.made - before <= 3, recorded.type
            assert len(change.entries) == 1


def test_the_timeline_is_a_window_that_a_page_can_keep_in_step_with() -> None:
    play = district()
    play.accept(incident.ReportIncident(kind="flood", place=SQUARE, incident="A"))
    for number in range(TIMELINE_ENTRIES_MAX + 20):
        play.accept(entry.AddEntry(incident="A", text=f"第{number}条"))
    first = play.world.position - TIMELINE_ENTRIES_MAX + 1
    board = board_of(play.log)
    page = Page(board)
    assert len(page.timeline) == TIMELINE_ENTRIES_MAX
    # The strike pushes the very entry that it strikes out of the window: nothing of it may come back.
    for recorded in play.accept(entry.StrikeEntry(position=first, reason="误记")):
        page.patch(board.apply(recorded))
    assert first not in page.timeline
    assert page.timeline == Page(Board.restored(board.save())).timeline
