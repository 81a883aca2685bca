"""Who may ask for what: every grant of the table with a yes and a no, subtrees, closed posts, and the parts of the system."""

from __future__ import annotations

from typing import Any

import pytest

from core.casualty import RecordCasualties
from core.catalogue import COMMANDS
from core.dispatch import (
    AcknowledgeDispatch,
    ArriveTeam,
    CancelDispatch,
    CorrectMilestone,
    DispatchAcknowledged,
    ReleaseTeam,
    ReturnTeam,
    TeamDispatched,
    WithdrawTeam,
)
from core.entry import AddEntry, StrikeEntry
from core.incident import AmendIncident, UnmergeIncident, VerifyIncident
from core.leadership import AssumeCommand, TransferCommand
from core.messages import Name
from core.operation import OpenOperation
from core.organisation import ClosePost, MergeOrganisation, OpenPost, RegisterOrganisation
from core.team import AmendTeam, RegisterTeam, TakeOutOfService
from handlers.authority import GRANTS, SYSTEM_PARTS
from handlers.grants import Grant
from tests.rules.cases import FOUND
from tests.rules.commands import ARRIVED, FIRST, SECOND, SENT, merge, report, send
from tests.rules.given import Asked, Story, asked, given
from tests.rules.plans import plan_story
from tests.rules.response_grants import OF_PLANS, RESPONSE_NO, RESPONSE_YES


def take(by: str, incident: str = FIRST, slot: str = "overall") -> Asked:
    return asked(TransferCommand(incident=incident, slot=slot), by=by)  # type: ignore[arg-type]  # a test names it as text


def test_every_command_has_a_row() -> None:
    assert {command.__name__ for command in GRANTS} == set(COMMANDS)


VERIFY = VerifyIncident(incident=FIRST, real=True, reason="核实")
ENTRY = AddEntry(incident=FIRST, text="浓烟")
STRIKE = StrikeEntry(position=3, reason="误记")
ON_SCENE = CorrectMilestone(dispatch="d-1", milestone="on_scene", to=None, reason="误")
TWO_MERGED = (report(), report(), merge())

YES: tuple[tuple[Grant, tuple[Any, ...], Any, str], ...] = (
    (Grant.ANY, (), report(), "com/grid"),
    (Grant.DISTRICT, (report(),), VERIFY, "gov/duty"),
    (Grant.DISTRICT, (report(),), VERIFY, "gov/duty_lead"),
    (Grant.OWNER, (), AmendTeam(team="fs-1", strength=7), "dept/duty"),
    (Grant.OWNER, (), AmendTeam(team="micro", strength=7), "com/duty"),
    (Grant.OWNER, (), AmendTeam(team="micro", strength=7), "street/duty"),
    (Grant.OWNER, (), OpenPost(organisation="com", post="building"), "street/duty"),
    (Grant.OWNER, (), RegisterOrganisation(organisation="c2", name=Name(zh="二社"), level="community", parent="street"), "street/duty"),
    (Grant.OWNER, (), RegisterTeam(team="m2", organisation="com", name=Name(zh="二站"), kind="fire_micro"), "com/duty"),
    (Grant.OWNER, (report(),), send("micro"), "com/duty"),
    (Grant.TEAM, SENT, AcknowledgeDispatch(dispatch="d-1"), "dept/team_lead"),
    (Grant.TEAM, SENT, ReturnTeam(dispatch="d-1"), "dept/duty"),
    (Grant.TEAM, SENT, CancelDispatch(dispatch="d-1", reason="declined"), "dept/team_lead"),
    (Grant.TEAM, (), TakeOutOfService(team="fs-1", reason="抛锚"), "dept/team_lead"),
    (Grant.COMMANDER, (report(), take("dept/site_commander")), VERIFY, "dept/site_commander"),
    (Grant.COMMANDER, (report(), take("dept/site_commander")), send(), "dept/site_commander"),
    (Grant.COMMANDER, (*ARRIVED, take("dept/site_commander")), ReleaseTeam(dispatch="d-1"), "dept/site_commander"),
    (Grant.COMMANDER, (report(), ENTRY, take("dept/site_commander")), STRIKE, "dept/site_commander"),
    (Grant.COMMANDER, (*TWO_MERGED, take("dept/site_commander")), UnmergeIncident(incident=SECOND), "dept/site_commander"),
    (Grant.SAFETY, ARRIVED, WithdrawTeam(dispatch="d-1", reason="danger"), "dept/safety"),
    (Grant.SAFETY, ARRIVED, WithdrawTeam(dispatch="d-1", reason="danger"), "gov/safety"),
    (Grant.ORDERER, (report(), asked(send("micro"), by="com/duty")), CancelDispatch(dispatch="d-1", reason="not_needed"), "com/duty"),
    (Grant.RECORDER, (report(), asked(ENTRY, by="com/grid")), STRIKE, "com/grid"),
    (Grant.RECORDER, (report(), asked(RecordCasualties(incident=FIRST, dead=1), by="com/grid")), STRIKE, "com/grid"),
    (Grant.RECORDER, (*SENT, asked(ArriveTeam(dispatch="d-1"), by="dept/team_lead")), ON_SCENE, "dept/team_lead"),
    (Grant.LEAD, (report(), take("gov/commander")), AssumeCommand(incident=FIRST, slot="overall", reason="失联"), "gov/duty_lead"),
    (Grant.UPPER, (report(), take("com/grid")), AssumeCommand(incident=FIRST, slot="overall", reason="失联"), "street/commander"),
    (Grant.CONTROLLER, (), OpenOperation(title="演练"), "gov/controller"),
    *RESPONSE_YES,
)  # fmt: skip

NO: tuple[tuple[Grant, tuple[Any, ...], Any, str], ...] = (
    (Grant.ANY, (), report(), "com/nobody"),
    (Grant.ANY, (), report(), "nowhere/duty"),
    (Grant.DISTRICT, (report(),), VERIFY, "street/duty"),
    (Grant.DISTRICT, (report(),), VERIFY, "gov/reporter"),
    (Grant.OWNER, (), AmendTeam(team="fs-1", strength=7), "com/duty"),
    (Grant.OWNER, (), AmendTeam(team="fs-1", strength=7), "dept/reporter"),
    (Grant.OWNER, (), OpenPost(organisation="street", post="grid"), "com/duty"),
    (Grant.OWNER, (), RegisterOrganisation(organisation="c2", name=Name(zh="二社"), level="community", parent="gov"), "street/duty"),
    (Grant.OWNER, (), AmendTeam(team="fs-9", strength=7), "dept/duty"),
    (Grant.OWNER, (report(),), send("fs-1"), "com/duty"),
    (Grant.TEAM, (report(),), send("fs-1"), "dept/team_lead"),
    (Grant.TEAM, SENT, AcknowledgeDispatch(dispatch="d-1"), "med/team_lead"),
    (Grant.TEAM, SENT, CancelDispatch(dispatch="d-1", reason="not_needed"), "dept/team_lead"),
    (Grant.TEAM, ARRIVED, ReleaseTeam(dispatch="d-1"), "dept/team_lead"),
    (Grant.COMMANDER, (report(),), VERIFY, "dept/site_commander"),
    (Grant.COMMANDER, (report(), report(), take("dept/site_commander", SECOND)), VERIFY, "dept/site_commander"),
    (Grant.COMMANDER, (report(), take("dept/site_commander", FIRST, "fireground")), VERIFY, "dept/site_commander"),
    (Grant.SAFETY, ARRIVED, WithdrawTeam(dispatch="d-1", reason="danger"), "ent/safety"),
    (Grant.ORDERER, (report(), asked(send("micro"), by="com/duty")), CancelDispatch(dispatch="d-1", reason="not_needed"), "street/duty"),
    (Grant.RECORDER, (report(), asked(ENTRY, by="com/grid")), STRIKE, "com/duty"),
    (Grant.RECORDER, (*SENT, asked(ArriveTeam(dispatch="d-1"), by="dept/team_lead")), ON_SCENE, "dept/duty"),
    (Grant.LEAD, (report(), take("gov/commander")), AssumeCommand(incident=FIRST, slot="overall", reason="失联"), "gov/duty"),
    (Grant.UPPER, (report(), take("com/grid")), AssumeCommand(incident=FIRST, slot="overall", reason="失联"), "street/duty"),
    (Grant.UPPER, (report(), take("com/grid")), AssumeCommand(incident=FIRST, slot="overall", reason="失联"), "dept/commander"),
    (Grant.UPPER, (report(), take("dept/site_commander")), AssumeCommand(incident=FIRST, slot="overall", reason="失联"), "dept/commander"),
    (Grant.UPPER, (report(),), AssumeCommand(incident=FIRST, slot="overall", reason="空缺"), "street/commander"),
    (Grant.CONTROLLER, (), RegisterTeam(team="x", organisation="dept", name=Name(zh="队"), kind="other"), "gov/controller"),
    *RESPONSE_NO,
)  # fmt: skip


def story_of(grant: Grant, before: tuple[Any, ...]) -> Story:
    if grant in OF_PLANS:
        return plan_story(*before)
    return given(*before, operation="drill-1" if grant is Grant.CONTROLLER else "live")


@pytest.mark.parametrize(("grant", "before", "command", "post"), YES)
def test_yes(grant: Grant, before: tuple[Any, ...], command: Any, post: str) -> None:
    assert grant in GRANTS[type(command)]
    story = story_of(grant, before).when(command, by=post)
    assert story.refusal is None or story.refusal.code != "not_authorised"


@pytest.mark.parametrize(("grant", "before", "command", "post"), NO)
def test_no(grant: Grant, before: tuple[Any, ...], command: Any, post: str) -> None:
    story_of(grant, before).when(command, by=post).then_refused("not_authorised", post=post)


def test_every_grant_has_its_yes_and_its_no() -> None:
    assert {grant for grant, *_ in YES} == set(Grant)
    assert {grant for grant, *_ in NO} == set(Grant)


def test_a_controller_has_no_say_in_live() -> None:
    given().when(OpenOperation(title="江湾区"), by="gov/controller").then_refused("not_authorised")


def test_a_closed_post_acts_no_more() -> None:
    story = given(ClosePost(organisation="com", post="grid"))
    story.when(report(), by="com/grid").then_refused("not_authorised")


def test_a_post_of_a_merged_organisation_acts_no_more_and_the_other_answers_for_its_teams() -> None:
    story = given(MergeOrganisation(organisation="med", into="dept"), report())
    story.when(send("med-1"), by="med/duty").then_refused("not_authorised")
    story.when(send("med-1"), by="dept/duty").then_yes(TeamDispatched)
    story.when(AcknowledgeDispatch(dispatch="d-1"), by="dept/team_lead").then_yes(DispatchAcknowledged)


def test_a_code_names_the_parent_as_well_as_its_id() -> None:
    new = RegisterOrganisation(
        organisation="c2", name=Name(zh="格"), level="community", parent="330199001001"
    )
    story = given().when(new, by="com/duty")
    assert story.refusal is None
    assert story.world.organisation("c2").parent == "com"


BY_THE_SYSTEM: dict[str, Any] = {
    "setup": OpenPost(organisation="com", post="building"),
    "replay": OpenPost(organisation="com", post="building"),
    "reactions": report(),
    "watch": FOUND,
}


@pytest.mark.parametrize("part", sorted(SYSTEM_PARTS))
def test_a_part_of_the_system_does_what_its_row_says(part: str) -> None:
    story = given().when(BY_THE_SYSTEM[part], by=f"system/{part}")
    assert story.refusal is None


@pytest.mark.parametrize("part", sorted(SYSTEM_PARTS.keys() - {"replay"}))
def test_a_part_of_the_system_does_nothing_else(part: str) -> None:
    given(report()).when(VERIFY, by=f"system/{part}").then_refused("not_authorised")


def test_setup_does_nothing_but_set_up() -> None:
    given().when(report(), by="system/setup").then_refused("not_authorised")


def test_an_unknown_part_of_the_system_does_nothing() -> None:
    given().when(report(), by="system/stranger").then_refused("not_authorised")


def test_nobody_registers_the_systems_own_name() -> None:
    given().when(
        RegisterOrganisation(organisation="system", name=Name(zh="系统"), level="department", parent="gov")
    ).then_refused("already_exists")


def test_the_refusal_names_who_may() -> None:
    story = given(report()).when(AmendIncident(incident=FIRST, kind="flood"), by="com/grid")
    story.then_refused("not_authorised", post="com/grid", command="AmendIncident")
    assert story.refusal is not None
    assert "district's duty desk" in story.refusal.en
