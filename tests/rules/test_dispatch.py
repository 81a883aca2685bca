"""The seven rules of dispatch (domain §8): one assignment, no invented milestone, late facts on their own assignment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.dispatch import (
    AcknowledgeDispatch,
    ArriveTeam,
    CancelDispatch,
    CorrectMilestone,
    DepartTeam,
    DispatchCancelled,
    ReleaseTeam,
    ReturnTeam,
    StartWork,
    TeamArrived,
    TeamDeparted,
    TeamDispatched,
    TeamReleased,
    TeamReturned,
    WithdrawTeam,
    WorkStarted,
)
from core.incident import ReopenIncident
from core.team import TakeOutOfService, TeamTakenOutOfService
from tests.rules.commands import (
    ARRIVED,
    CLOSED,
    DIVERTED,
    FIRST,
    RELEASED,
    SECOND,
    SENT,
    WORKING,
    close,
    report,
    send,
)
from tests.rules.given import asked, given, rows, t


def test_an_order_names_team_incident_and_strength() -> None:
    given(report()).when(send()).then(TeamDispatched(dispatch="d-1", team="fs-1", incident=FIRST, strength=6))


def test_diverting_closes_the_former_assignment_in_the_same_decision() -> None:
    story = given(*SENT, report()).when(send(incident=SECOND, divert=True))
    story.then(
        DispatchCancelled(dispatch="d-1", team="fs-1", incident=FIRST, reason="diverted", to="d-2"),
        TeamDispatched(dispatch="d-2", team="fs-1", incident=SECOND, strength=6, diverted_from="d-1"),
    )
    first = story.world.dispatch("d-1")
    assert (first.state, first.cancelled, first.released) == ("cancelled", None, None)
    assert story.world.team("fs-1").dispatch == "d-2"


def test_divert_of_a_free_team_is_a_plain_order() -> None:
    given(report()).when(send(divert=True)).then_yes(TeamDispatched)


def test_a_released_team_is_free() -> None:
    given(*RELEASED, report()).when(send(incident=SECOND)).then_yes(TeamDispatched)


def test_the_same_team_to_the_same_incident_again_is_nothing() -> None:
    given(*ARRIVED).when(send()).then_nothing()


def test_a_team_may_come_back_to_the_same_incident() -> None:
    story = given(*RELEASED, send())
    assert story.world.dispatch("d-2").open
    assert not story.world.dispatch("d-1").open


def test_skipping_forward_invents_nothing() -> None:
    story = given(*SENT).when(StartWork(dispatch="d-1")).then_yes(WorkStarted)
    found = story.world.dispatch("d-1")
    assert found.state == "working"
    assert (found.acknowledged, found.en_route, found.on_scene) == (None, None, None)


def test_a_milestone_told_later_keeps_its_own_time_and_the_state_stays_the_furthest() -> None:
    story = given(*ARRIVED).when(
        DepartTeam(dispatch="d-1"), occurred_at=t("08:02:30"), source="radio", precision="minute"
    )
    story.then(TeamDeparted(dispatch="d-1", team="fs-1", incident=FIRST))
    found = story.world.dispatch("d-1")
    assert found.state == "on_scene"
    assert found.en_route is not None
    assert (found.en_route.at, found.en_route.source, found.en_route.precision) == (
        t("08:02:30"), "radio", "minute",
    )  # fmt: skip


def test_disordered_clocks_are_accepted() -> None:
    story = given(*ARRIVED).when(DepartTeam(dispatch="d-1"), occurred_at=t("09:00"), at=t("09:00"))
    story.then_yes(TeamDeparted)
    assert story.world.dispatch("d-1").state == "on_scene"


@pytest.mark.parametrize("seconds", [0, 599, 600])
def test_a_clock_ahead_by_up_to_ten_minutes_is_accepted(seconds: int) -> None:
    ahead = t("08:30") + timedelta(seconds=seconds)
    given(*SENT).when(ArriveTeam(dispatch="d-1"), at=t("08:30"), occurred_at=ahead).then_yes(TeamArrived)


def test_a_clock_ahead_by_one_second_more_is_a_typing_error() -> None:
    ahead = t("08:40") + timedelta(seconds=1)
    given(*SENT).when(ArriveTeam(dispatch="d-1"), at=t("08:30"), occurred_at=ahead).then_refused(
        "future_time", limit_s=600
    )


def test_a_correction_into_the_future_is_a_typing_error_too() -> None:
    story = given(*ARRIVED)
    to = story.clock + timedelta(minutes=11, seconds=1)
    story.when(CorrectMilestone(dispatch="d-1", milestone="on_scene", to=to, reason="误")).then_refused(
        "future_time"
    )


def test_a_second_clock_is_refused_with_both_times() -> None:
    given(*ARRIVED).when(ArriveTeam(dispatch="d-1"), occurred_at=t("07:59")).then_refused(
        "already_recorded", recorded=t("08:03"), said=t("07:59"), position=4
    )


# --- after the end ---


def test_a_fact_told_after_the_end_is_kept_and_marked_and_changes_no_state() -> None:
    story = given(*SENT, CancelDispatch(dispatch="d-1", reason="false_alarm"))
    story.when(DepartTeam(dispatch="d-1"), occurred_at=t("08:02:20"))
    story.then(TeamDeparted(dispatch="d-1", team="fs-1", incident=FIRST, late=True))
    assert story.world.dispatch("d-1").state == "cancelled"


def test_a_fact_about_a_closed_incident_is_kept_and_marked_and_leaves_the_world_again() -> None:
    story = given(*CLOSED)
    before = rows(story.world)
    story.when(AcknowledgeDispatch(dispatch="d-1"), occurred_at=t("08:02")).then_yes(type(story.events[0]))
    assert getattr(story.events[0], "late", False)
    assert {**rows(story.world), "position": 0} == {**before, "position": 0}
    assert rows(story.replayed()) == rows(story.world)
    again = story.when(AcknowledgeDispatch(dispatch="d-1"))
    again.then_refused("already_recorded", recorded=t("08:02"))


def test_the_real_end_of_a_diverted_assignment_can_be_told_once_as_released() -> None:
    story = given(*ARRIVED, report(), send(incident=SECOND, divert=True))
    story.when(ReleaseTeam(dispatch="d-1"), occurred_at=t("08:04"))
    story.then(TeamReleased(dispatch="d-1", team="fs-1", incident=FIRST, late=True))
    assert story.world.dispatch("d-1").state == "cancelled"
    assert story.world.team("fs-1").dispatch == "d-2"
    story.when(ReleaseTeam(dispatch="d-1")).then_refused("already_recorded")
    story.when(CancelDispatch(dispatch="d-1", reason="not_needed")).then_refused("wrong_state")


def test_the_real_end_of_a_diverted_assignment_can_be_told_once_as_cancelled() -> None:
    story = given(*DIVERTED).when(
        CancelDispatch(dispatch="d-1", reason="turned_back"), occurred_at=t("08:04")
    )
    story.then(
        DispatchCancelled(dispatch="d-1", team="fs-1", incident=FIRST, reason="turned_back", late=True)
    )
    story.when(CancelDispatch(dispatch="d-1", reason="turned_back")).then_refused("already_recorded")
    story.when(ReleaseTeam(dispatch="d-1")).then_refused("wrong_state")
    assert story.world.team("fs-1").dispatch == "d-2"


def test_a_diverted_team_that_was_there_was_not_cancelled() -> None:
    story = given(*ARRIVED, report(), send(incident=SECOND, divert=True))
    story.when(CancelDispatch(dispatch="d-1", reason="not_needed")).then_refused("wrong_state")


def test_late_milestones_of_a_diverted_assignment_land_on_it_alone() -> None:
    story = given(*DIVERTED).when(ArriveTeam(dispatch="d-1"), occurred_at=t("08:03"))
    story.then(TeamArrived(dispatch="d-1", team="fs-1", incident=FIRST, late=True))
    assert story.world.dispatch("d-2").on_scene is None
    story.when(ArriveTeam(dispatch="d-2")).then(TeamArrived(dispatch="d-2", team="fs-1", incident=SECOND))


def test_a_diverted_team_does_not_return_from_where_it_was_taken() -> None:
    story = given(*ARRIVED, report(), send(incident=SECOND, divert=True))
    story.when(ReturnTeam(dispatch="d-1")).then_refused("wrong_state")


def test_a_return_without_a_release_leaves_the_release_null_until_it_is_told() -> None:
    story = given(*ARRIVED).when(ReturnTeam(dispatch="d-1"))
    story.then(TeamReturned(dispatch="d-1", team="fs-1", incident=FIRST))
    assert story.world.dispatch("d-1").released is None
    assert story.world.team("fs-1").dispatch is None
    story.when(ReleaseTeam(dispatch="d-1"), occurred_at=t("08:03:30"))
    story.then(TeamReleased(dispatch="d-1", team="fs-1", incident=FIRST, late=True))
    assert story.world.dispatch("d-1").state == "returned"


@pytest.mark.parametrize(
    "end",
    [CancelDispatch(dispatch="d-1", reason="false_alarm"), TakeOutOfService(team="fs-1", reason="抛锚")],
    ids=["cancelled", "failed"],
)
def test_an_ended_assignment_takes_no_new_state(end: CancelDispatch | TakeOutOfService) -> None:
    story = given(*SENT, end, ArriveTeam(dispatch="d-1"))
    for command in (
        ReleaseTeam(dispatch="d-1"),
        ReturnTeam(dispatch="d-1"),
        WithdrawTeam(dispatch="d-1", reason="danger"),
    ):
        story.when(command).then_refused("wrong_state")


def test_taking_a_team_out_of_service_fails_its_open_assignment() -> None:
    story = given(*SENT).when(TakeOutOfService(team="fs-1", reason="抛锚"))
    story.then(TeamTakenOutOfService(team="fs-1", reason="抛锚", dispatch="d-1", incident=FIRST))
    assert story.world.dispatch("d-1").state == "failed"
    assert story.world.team("fs-1").dispatch is None


# --- pulled back and in again ---


def test_a_team_pulled_back_is_on_scene_and_works_again_without_a_second_milestone() -> None:
    story = given(*WORKING, WithdrawTeam(dispatch="d-1", reason="danger"))
    assert story.world.dispatch("d-1").state == "on_scene"
    first = story.world.dispatch("d-1").working
    story.when(StartWork(dispatch="d-1"))
    story.then(WorkStarted(dispatch="d-1", team="fs-1", incident=FIRST, resumed=True))
    assert story.world.dispatch("d-1").state == "working"
    assert story.world.dispatch("d-1").working == first
    story.when(StartWork(dispatch="d-1")).then_refused("already_recorded")


def test_work_before_the_withdrawal_told_after_it_does_not_send_the_team_in_again() -> None:
    story = given(*ARRIVED, asked(WithdrawTeam(dispatch="d-1", reason="danger"), at=t("09:00")))
    story.when(StartWork(dispatch="d-1"), at=t("09:05"), occurred_at=t("08:50"))
    story.then(WorkStarted(dispatch="d-1", team="fs-1", incident=FIRST))
    assert story.world.dispatch("d-1").state == "on_scene"
    story.when(StartWork(dispatch="d-1"), occurred_at=t("08:55")).then_refused("already_recorded")
    story.when(StartWork(dispatch="d-1"), occurred_at=t("09:07")).then_yes(WorkStarted)
    assert story.world.dispatch("d-1").state == "working"


def test_reopening_an_incident_reopens_no_dispatch() -> None:
    story = given(*CLOSED, ReopenIncident(incident=FIRST, reason="复燃"))
    assert story.world.dispatch("d-1").state == "released"
    assert story.world.team("fs-1").dispatch is None
    story.when(send()).then_yes(TeamDispatched)


def test_an_incident_with_open_dispatches_is_not_closed_behind_their_back() -> None:
    given(*ARRIVED).when(close()).then_refused("incident_has_open_matters")
