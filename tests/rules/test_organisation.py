"""The register: organisations, their codes and posts through time, and teams."""

from __future__ import annotations

import pytest

from core.incident import ReportIncident
from core.leadership import TransferCommand
from core.messages import Name, OriginalPoint, Place
from core.operation import OpenOperation, OperationOpened
from core.organisation import (
    ClosePost,
    DissolveOrganisation,
    MergeOrganisation,
    OpenPost,
    OrganisationDissolved,
    OrganisationMerged,
    OrganisationRenamed,
    PostClosed,
    PostOpened,
    RegisterOrganisation,
    RenameOrganisation,
)
from core.team import AmendTeam, RegisterTeam, TakeOutOfService, TeamAmended
from tests.rules.commands import FIRST, SENT, report
from tests.rules.given import asked, given, t, tell


def new(id: str, parent: str = "gov", code: str | None = None) -> RegisterOrganisation:
    return RegisterOrganisation(
        organisation=id, name=Name(zh=id), level="community", parent=parent, code=code
    )


def test_an_old_name_and_code_keep_resolving() -> None:
    story = given(RenameOrganisation(organisation="com", name=Name(zh="新江社区"), code="330199001099"))
    found = story.world.organisation("330199001001")
    assert found == story.world.organisation("330199001099")
    assert found.name.zh == "新江社区"
    assert [(former.name.zh, former.code, former.until) for former in found.former] == [
        ("com", "330199001001", t("08:01"))
    ]


def test_a_rename_through_the_old_code_is_of_the_same_organisation() -> None:
    story = given(RenameOrganisation(organisation="com", code="330199001099"))
    story.when(RenameOrganisation(organisation="330199001001", name=Name(zh="新名")))
    story.then(OrganisationRenamed(organisation="com", name=Name(zh="新名")))


@pytest.mark.parametrize("code", ["330199", "com"])
def test_a_code_means_one_organisation_for_ever(code: str) -> None:
    given().when(new("c2", code=code)).then_refused("already_exists")
    given().when(RenameOrganisation(organisation="ent", code=code)).then_refused("already_exists")


def test_a_former_code_is_not_given_to_another() -> None:
    story = given(RenameOrganisation(organisation="com", code="330199001099"))
    story.when(new("c2", code="330199001001")).then_refused("already_exists")
    story.when(new("330199001001")).then_refused("already_exists")


def test_what_is_below_a_merged_organisation_stands_below_the_other() -> None:
    story = given(MergeOrganisation(organisation="street", into="dept"))
    assert story.world.is_within("com", "dept")
    assert (
        not story.world.is_within("com", "street") or story.world.organisation("street").merged_into == "dept"
    )
    story.when(DissolveOrganisation(organisation="dept", reason="撤并")).then_refused("organisation_in_use")


def test_nothing_is_registered_below_what_is_gone() -> None:
    story = given(MergeOrganisation(organisation="street", into="dept"))
    story.when(new("c2", parent="street")).then_refused("organisation_not_active", merged_into="dept")
    story.when(OpenPost(organisation="street", post="grid")).then_refused("organisation_not_active")


def test_a_tree_may_be_deep_and_still_holds_together() -> None:
    story = given(*(new(f"n-{n}", "gov" if n == 0 else f"n-{n - 1}") for n in range(60)))
    assert story.world.is_within("n-59", "n-0")
    story.when(MergeOrganisation(organisation="n-0", into="n-59")).then_refused("circular_tree")


def test_an_organisation_in_command_is_not_merged_away() -> None:
    story = given(report(), asked(TransferCommand(incident=FIRST, slot="overall"), by="med/team_lead"))
    story.when(MergeOrganisation(organisation="med", into="dept")).then_refused("post_in_command")
    tell(story, asked(TransferCommand(incident=FIRST, slot="fireground"), by="dept/commander"))
    story.when(ClosePost(organisation="dept", post="commander")).then_refused(
        "post_in_command", incidents=[FIRST]
    )


def test_an_empty_organisation_goes() -> None:
    given().when(DissolveOrganisation(organisation="ent", reason="注销")).then_yes(OrganisationDissolved)
    given().when(MergeOrganisation(organisation="ent", into="med")).then_yes(OrganisationMerged)


def test_a_standard_post_brings_its_name_and_another_keeps_its_own() -> None:
    given().when(OpenPost(organisation="ent", post="stock_keeper")).then(
        PostOpened(organisation="ent", post="stock_keeper", name=Name("物资管理员", "stock keeper"))
    )
    given().when(OpenPost(organisation="ent", post="boiler", name=Name(zh="司炉"))).then(
        PostOpened(organisation="ent", post="boiler", name=Name(zh="司炉"))
    )


def test_a_district_keeps_one_duty_desk() -> None:
    story = given().when(ClosePost(organisation="gov", post="duty_lead")).then_yes(PostClosed)
    story.when(ClosePost(organisation="gov", post="duty")).then_refused("last_duty_desk")


def test_an_amended_team_is_told_whole() -> None:
    given().when(AmendTeam(team="fs-1", capabilities=("水域", "破拆"))).then(
        TeamAmended(
            team="fs-1", organisation="dept", name=Name(zh="江湾一队"), kind="fire_ordinary", strength=6,
            capabilities=("水域", "破拆"),
        )
    )  # fmt: skip


def test_another_word_in_a_second_registration_is_not_swallowed() -> None:
    team = RegisterTeam(team="n", organisation="dept", name=Name(zh="新队"), kind="medical")
    other = RegisterTeam(
        team="n", organisation="dept", name=Name(zh="新队"), kind="medical", capabilities=("负压车",)
    )
    given(team).when(other).then_refused("already_exists")


def test_the_register_goes_into_a_drill_with_free_teams() -> None:
    story = given(*SENT, TakeOutOfService(team="med-1", reason="检修"))
    story.operation = "drill-1"
    story.when(OpenOperation(title="演练", with_teams=True)).then_yes(OperationOpened)
    opened = story.events[0]
    assert isinstance(opened, OperationOpened)
    assert [(team.dispatch, team.in_service) for team in opened.teams] == [(None, True)] * 4
    assert opened.live_position == 4
    story.operation = "drill-2"
    story.when(OpenOperation(title="桌面推演", with_teams=False))
    opened = story.events[0]
    assert isinstance(opened, OperationOpened)
    assert opened.teams == ()


def test_coordinates_are_kept_to_a_centimetre_with_what_was_received() -> None:
    place = Place(
        text="武林路", lon=120.123456789, lat=30.0, original=OriginalPoint("GCJ-02", 120.1, 30.1234567891)
    )
    story = given().when(ReportIncident(kind="flood", place=place))
    assert story.world.incident(FIRST).place == Place(
        text="武林路", lon=120.1234568, lat=30.0, original=OriginalPoint("GCJ-02", 120.1, 30.1234568)
    )
