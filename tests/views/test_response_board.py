"""The response on the board: what a row says, when it leaves, and what an event costs however much is open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import activation, control, finding, incident, link, task
from core.messages import Actor
from core.organisation import DissolveOrganisation
from core.scales import ResponseLevel
from projections.board import Board
from projections.names import ZONE
from projections.register_checks import RegisterChecks, RegisterTables
from projections.register_views import ObligationsView, PlansView
from tests.views.page import Page, board_of, plain
from tests.views.play import LEAD, Play
from tests.views.response_story import FIRE, PLACE, REACTIONS
from tests.views.test_response_properties import ready


def rows(play: Play, kind: str) -> dict[str, Any]:
    return Page(board_of(play.log)).rows[kind]


def cascade() -> Play:
    """The company's plan at level II on incident A."""
    play = ready()
    play.accept(activation.ActivatePlan(plan="ent-flood", level=ResponseLevel.II, incident="A"))
    return play


def of(play: Play, plan_link: str) -> dict[str, Any]:
    return next(row for row in rows(play, "link").values() if row["plan_link"] == plan_link)


def test_a_link_shows_what_was_sent_and_each_step_of_its_answer() -> None:
    play = cascade()
    first = of(play, "n1")
    assert (first["state"], first["answered"], first["to_post"]) == ("open", False, "gov/duty")
    assert "企业防汛预案" in first["text"]
    play.now += timedelta(minutes=11)
    play.accept(link.TimeOutLink(link=first["id"]), REACTIONS)
    late = of(play, "n1")
    assert (late["timed_out"], late["escalated"], late["first_due_at"]) == (
        True,
        ["gov/duty_lead"],
        first["due_at"],
    )
    play.accept(link.AcknowledgeLink(link=first["id"]), LEAD)
    read = of(play, "n1")
    assert (read["state"], read["answered"], read["acknowledged_at"] is not None) == (
        "acknowledged",
        True,
        True,
    )


def test_a_proposal_leaves_the_board_when_it_is_decided() -> None:
    play = cascade()
    assert [row["plan"] for row in rows(play, "proposal").values()] == ["gov-flood"]
    play.accept(link.AcceptLink(link=of(play, "a1")["id"]), LEAD)
    assert rows(play, "proposal") == {}
    states = {row["plan"]: (row["state"], row["cause"]) for row in rows(play, "activation").values()}
    assert states["gov-flood"] == (
        "active",
        next(one for one, row in rows(play, "activation").items() if row["plan"] == "ent-flood"),
    )
    assert states["dep-flood"][0] == "active", "its own plan takes the government's link"


def test_a_deadline_is_marked_as_missed_and_leaves_when_it_is_waived() -> None:
    play = cascade()
    owed = next(row for row in rows(play, "obligation").values() if row["kind"] == "task")
    play.now += timedelta(hours=1)
    due = play.world.tasks[owed["subject"]].due_at
    assert due is not None
    play.accept(finding.MissObligation(obligation=owed["id"], due_at=due), REACTIONS)
    assert rows(play, "obligation")[owed["id"]]["missed"] is True
    play.accept(finding.WaiveObligation(obligation=owed["id"], reason="无人"))
    assert owed["id"] not in rows(play, "obligation")


def test_everything_of_an_incident_leaves_with_it_and_nothing_of_another() -> None:
    play = cascade()
    play.accept(control.OrderControl(incident="B", kind="cordon", area="桥", executing="fire", reason="险"))
    for one in list(play.world.tasks.values()):
        play.accept(task.SkipTask(task=one.id, reason="误报"))
    for running in list(play.world.activations.values()):
        end = activation.EndResponse(activation=running.id, reason="误报", override_reason="误报")
        play.accept(end, _owner(running.owner))
    play.accept(incident.CloseIncident(incident="A", reason="误报", override_reason="误报"), LEAD)
    for kind in ("activation", "task", "link", "proposal"):
        assert rows(play, kind) == {}, kind
    assert set(rows(play, "control")) == {"c-1"}
    assert {row["incident"] for row in rows(play, "obligation").values()} <= {"B"}


def _owner(organisation: str) -> Actor:
    return Actor("x", organisation, "duty")


class CountingBoard(Board):
    """Counts the things whose deadlines are asked again."""

    asked = 0

    def apply(self, recorded: Any) -> Any:
        make = self.owed.make

        def counted(world: Any, thing: Any) -> Any:
            self.asked += 1
            return make(world, thing)

        self.owed.make = counted
        try:
            return super().apply(recorded)
        finally:
            self.owed.make = make


@pytest.mark.parametrize("size", [3, 120])
def test_the_work_for_an_event_does_not_grow_with_what_is_open(size: int) -> None:
    play = ready()
    for number in range(size):
        play.accept(incident.ReportIncident(kind="flood", place=PLACE, incident=f"I{number}"))
        play.accept(
            activation.ActivatePlan(plan="dep-flood", level=ResponseLevel.II, incident=f"I{number}"), FIRE
        )
    board = CountingBoard()
    for recorded in play.log:
        board.apply(recorded)
    first = next(iter(play.world.tasks))
    for command in (task.StartTask(task=first), task.CompleteTask(task=first, evidence="x")):
        for recorded in play.accept(command, FIRE):
            before = board.asked
            board.apply(recorded)
            assert board.asked - before <= 4


def test_the_register_is_checked_again_only_where_it_changed() -> None:
    play = ready()
    checks = RegisterChecks()
    day = play.now.astimezone(ZONE).date()
    first = checks.findings(RegisterTables.of(play.world), day)
    assert first
    assert checks.findings(RegisterTables.of(play.world), day) == first
    play.accept(DissolveOrganisation(organisation="ent-a", reason="停业"))
    tables = RegisterTables.of(play.world)
    assert checks.findings(tables, day) == RegisterChecks().findings(tables, day), "as from scratch"


def test_the_views_of_the_register_and_of_deadlines_fold_by_themselves() -> None:
    play = cascade()
    plans, owed = PlansView(), ObligationsView()
    for recorded in play.log:
        plans.apply(recorded)
        owed.apply(recorded)
    assert {one["id"] for one in plain(plans.data())["plans"]} == {"gov-flood", "dep-flood", "ent-flood"}
    kinds = {one["kind"] for one in plain(owed.data())["obligations"]}
    assert {"task", "link.ack", "link.decide", "plan.review"} <= kinds
    assert plans.position == owed.position == play.world.position
