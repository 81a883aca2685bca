"""Correcting milestones (domain §8 rule 5): both values stay, null withdraws, and no team ever holds two open assignments."""

from __future__ import annotations

import pytest

from core.dispatch import (
    ArriveTeam,
    CancelDispatch,
    CorrectMilestone,
    DispatchMilestoneCorrected,
    ReleaseTeam,
    StartWork,
    TeamArrived,
    WithdrawTeam,
)
from core.team import ReturnToService, TakeOutOfService
from tests.rules.commands import (
    ARRIVED,
    CLOSED,
    FIRST,
    RELEASED,
    SECOND,
    SENT,
    report,
    send,
)
from tests.rules.given import given, t, tell


def withdraw(milestone: str, dispatch: str = "d-1") -> CorrectMilestone:
    return CorrectMilestone(dispatch=dispatch, milestone=milestone, to=None, reason="误报")  # type: ignore[arg-type]  # a test names it as text


@pytest.mark.parametrize("to", [t("08:02:40"), t("08:03:30")], ids=["back", "forward"])
def test_a_correction_keeps_both_values(to: object) -> None:
    story = given(*ARRIVED)
    assert isinstance(to, type(story.clock))
    story.when(
        CorrectMilestone(dispatch="d-1", milestone="on_scene", to=to, reason="电台记录", source="radio")
    )
    story.then(
        DispatchMilestoneCorrected(
            dispatch="d-1", team="fs-1", incident=FIRST, milestone="on_scene", before=t("08:03"), to=to, corrects=4,
            reason="电台记录", source="radio",
        )
    )  # fmt: skip
    stamp = story.world.dispatch("d-1").on_scene
    assert stamp is not None
    assert (stamp.at, stamp.corrected, stamp.source) == (to, True, "radio")


def test_a_corrected_value_is_corrected_again_from_where_it_stands() -> None:
    story = given(
        *ARRIVED, CorrectMilestone(dispatch="d-1", milestone="on_scene", to=t("08:02:40"), reason="误")
    )
    story.when(CorrectMilestone(dispatch="d-1", milestone="on_scene", to=t("08:02:50"), reason="再核"))
    corrected = story.events[0]
    assert isinstance(corrected, DispatchMilestoneCorrected)
    assert (corrected.before, corrected.corrects) == (t("08:02:40"), 5)


def test_a_withdrawn_milestone_is_null_and_the_state_is_recomputed() -> None:
    story = given(*ARRIVED, withdraw("on_scene"))
    found = story.world.dispatch("d-1")
    assert (found.on_scene, found.state) == (None, "ordered")
    story.when(ArriveTeam(dispatch="d-1")).then_yes(TeamArrived)


def test_withdrawing_a_release_binds_the_team_again() -> None:
    story = given(*RELEASED).when(withdraw("released")).then_yes(DispatchMilestoneCorrected)
    assert story.world.dispatch("d-1").state == "on_scene"
    assert story.world.team("fs-1").dispatch == "d-1"


def test_withdrawing_a_release_never_gives_a_team_two_open_assignments() -> None:
    story = given(*RELEASED, report(), send(incident=SECOND))
    story.when(withdraw("released")).then_refused("team_committed", dispatch="d-2", incident=SECOND)


def test_withdrawing_the_end_of_an_assignment_of_a_closed_incident_is_refused() -> None:
    given(*CLOSED).when(withdraw("released")).then_refused("incident_not_open")


def test_withdrawing_a_failure_needs_the_team_back_in_service() -> None:
    story = given(*SENT, TakeOutOfService(team="fs-1", reason="抛锚"))
    story.when(withdraw("failed")).then_refused("team_out_of_service")
    tell(story, ReturnToService(team="fs-1"))
    story.when(withdraw("failed")).then_yes(DispatchMilestoneCorrected)
    assert story.world.team("fs-1").dispatch == "d-1"


def test_withdrawing_a_cancellation_forgets_its_reason() -> None:
    story = given(*SENT, CancelDispatch(dispatch="d-1", reason="not_needed"), withdraw("cancelled"))
    found = story.world.dispatch("d-1")
    assert (found.state, found.cancel_reason) == ("ordered", None)


def test_withdrawing_a_release_of_a_diverted_assignment_opens_nothing() -> None:
    story = given(*ARRIVED, report(), send(incident=SECOND, divert=True), ReleaseTeam(dispatch="d-1"))
    story.when(withdraw("released")).then_yes(DispatchMilestoneCorrected)
    assert story.world.dispatch("d-1").state == "cancelled"
    assert story.world.team("fs-1").dispatch == "d-2"


def test_withdrawing_the_milestones_of_a_team_pulled_back_recomputes_its_state() -> None:
    story = given(*SENT, StartWork(dispatch="d-1"), WithdrawTeam(dispatch="d-1", reason="relief"))
    tell(story, withdraw("working"))
    assert story.world.dispatch("d-1").state == "ordered"
