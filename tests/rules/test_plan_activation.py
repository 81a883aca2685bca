"""Activation and cascade (linkage §4): one decision, one tree, each plan once, nothing activated by a proposal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.activation import (
    ActivatePlan,
    ActivationProposed,
    ActivationReleased,
    ChangeResponseLevel,
    EndResponse,
    PlanActivated,
    PlanStoodBy,
    PlanStoodDown,
    ProposeActivation,
    ReleaseActivation,
    ResponseEnded,
    ResponseLevelChanged,
    StandBy,
    StandDown,
)
from core.entry import AddEntry, StrikeEntry
from core.incident import CloseIncident
from core.link import AcceptLink, LinkAccepted, LinkOpened, LinkSatisfied
from core.scales import ResponseLevel
from core.task import TaskOpened
from handlers.pinned import ending_authority
from tests.rules.given import Story, asked, t, tell
from tests.rules.plans import (
    DIRECTOR,
    DISTRICT,
    ENTERPRISE,
    FIRE,
    INCIDENT,
    MANAGER,
    activate,
    plan_story,
)

I, II, III, IV = (ResponseLevel(level) for level in ("I", "II", "III", "IV"))  # noqa: E741  the level's own name
EVIDENCE = (
    asked(AddEntry(incident=INCIDENT, evidence="阀门关闭", condition="e2"), "dept-fire/site_lead"),
    asked(AddEntry(incident=INCIDENT, evidence="浓度达标", condition="e3"), "dept-hb/monitoring"),
)


def ids(story: Story, kind: type) -> list[str]:
    return [type(one).__name__ for one in story.events if isinstance(one, kind)]


def test_an_activation_opens_its_tasks_and_links_in_one_decision() -> None:
    story = plan_story().when(activate())
    first, *rest = story.events
    assert isinstance(first, PlanActivated)
    assert (first.plan, first.version, first.level, first.depth, first.cause) == (ENTERPRISE, 3, I, 0, None)
    tasks = [one for one in rest if isinstance(one, TaskOpened)]
    links = {one.plan_link: one for one in rest if isinstance(one, LinkOpened)}
    assert [one.title for one in tasks] == ["向到场力量提供储量和处置方法"]
    assert tasks[0].due_at == story.clock + timedelta(minutes=5)
    assert set(links) == {"a1", "w1", "f1"}  # h1 waits for the government to be on scene
    assert links["a1"].due_at == story.clock + timedelta(minutes=5)
    assert links["a1"].to_post == DIRECTOR
    assert "示例冷链" in links["a1"].text
    assert len(story.world.activations) == 1, "the district decides itself: its links_in say proposed"
    assert story.world.task(tasks[0].task).incident == INCIDENT


def test_a_proposal_never_activates_and_puts_a_time_on_the_authority() -> None:
    story = plan_story().when(activate())
    proposals = [one for one in story.events if isinstance(one, ActivationProposed)]
    assert [(one.plan, one.level, one.authority) for one in proposals] == [(DISTRICT, IV, DIRECTOR)]
    assert proposals[0].due_at == story.clock + timedelta(minutes=10)
    assert story.world.activation_of(DISTRICT, INCIDENT) is None


def test_accepting_activates_and_the_brigade_follows_by_its_own_rule() -> None:
    story = plan_story(activate())
    link = next(one.id for one in story.world.links.values() if one.plan_link == "a1")
    story.when(AcceptLink(link=link), DIRECTOR)
    activated = [(one.plan, one.level, one.depth) for one in story.events if isinstance(one, PlanActivated)]
    assert activated == [(DISTRICT, IV, 1), (FIRE, II, 2)]
    automatic = [one.automatic for one in story.events if isinstance(one, LinkAccepted)]
    assert automatic == [False, True]
    causes = {one.plan: one.cause for one in story.events if isinstance(one, PlanActivated)}
    assert causes[DISTRICT] == story.world.activation_of(ENTERPRISE, INCIDENT).id  # type: ignore[union-attr]  # it is running
    assert not story.world.proposals, "the decision ends the proposal"
    story.when(AcceptLink(link=link), DIRECTOR).then_nothing()


def test_a_plan_is_active_once_for_an_incident() -> None:
    story = plan_story(activate())
    story.when(activate()).then_nothing()
    story.when(activate(level=II)).then_refused("already_active", level="I")
    story.when(activate(DISTRICT, IV, DIRECTOR))
    assert story.world.activation_of(DISTRICT, INCIDENT) is not None


def test_a_target_that_is_active_already_is_satisfied() -> None:
    story = plan_story(activate(DISTRICT, IV, DIRECTOR)).when(activate())
    satisfied = [one for one in story.events if isinstance(one, LinkSatisfied)]
    assert len(satisfied) == 1
    assert story.world.link(satisfied[0].link).answered
    assert not ids(story, ActivationProposed)


def test_a_level_the_plan_does_not_define_needs_a_reason_and_opens_nothing() -> None:
    story = plan_story().when(activate(level=IV))
    story.then_refused("level_not_in_plan", legal=["II", "I"])
    override = ActivatePlan(plan=ENTERPRISE, level=IV, incident=INCIDENT, override_reason="区要求")
    story.when(override, MANAGER).then_yes(PlanActivated)


def test_unknown_plans_versions_and_closed_incidents_are_refused() -> None:
    story = plan_story()
    story.when(
        activate("no-such-plan"),
    ).then_refused("not_authorised")
    story.when(activate("no-such-plan", by="gov-xc/duty")).then_refused("unknown_plan")
    version = ActivatePlan(plan=ENTERPRISE, level=I, incident=INCIDENT, version=2)
    story.when(version, "gov-xc/duty").then_refused("plan_version_not_adopted", version=3)
    tell(story, asked(CloseIncident(incident=INCIDENT, reason="误报"), "gov-xc/duty"))
    story.when(activate()).then_refused("incident_not_open")


def test_who_the_plan_does_not_name_cannot_activate_it() -> None:
    plan_story().when(activate(by="com-demo/duty")).then_refused("not_authorised")
    plan_story().when(activate(by="ent-slc/technical")).then_refused("not_authorised")


def test_a_change_of_level_opens_what_is_new() -> None:
    story = plan_story(activate(level=II))
    activation = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert activation is not None
    story.when(ChangeResponseLevel(activation=activation.id, level=I), MANAGER)
    assert isinstance(story.events[0], ResponseLevelChanged)
    assert [one.plan_task for one in story.events if isinstance(one, TaskOpened)] == ["t3"]
    story.when(ChangeResponseLevel(activation=activation.id, level=I), MANAGER).then_nothing()
    story.when(ChangeResponseLevel(activation=activation.id, level=III), MANAGER).then_refused(
        "level_not_in_plan"
    )
    lower = ChangeResponseLevel(activation=activation.id, level=II)
    story.when(lower, MANAGER).then_yes(ResponseLevelChanged)
    assert all(one.state == "open" for one in story.world.tasks.values()), "lowering leaves tasks open"


def test_lowering_by_more_than_one_step_needs_a_reason() -> None:
    story = plan_story(activate())
    activation = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert activation is not None
    steep = ChangeResponseLevel(activation=activation.id, level=IV, override_reason="区要求")
    story.when(steep, MANAGER).then_refused("reason_required")


def test_a_stand_by_opens_no_response_and_ends_by_activation() -> None:
    story = plan_story().when(
        StandBy(plan=ENTERPRISE, incident=INCIDENT, reason="台风橙色预警"), "ent-slc/duty"
    )
    assert isinstance(story.events[0], PlanStoodBy)
    story.when(
        StandBy(plan=ENTERPRISE, incident=INCIDENT, reason="台风橙色预警"), "ent-slc/duty"
    ).then_nothing()
    stood_by = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert stood_by is not None
    assert stood_by.level is None
    story.when(activate())
    assert [type(one) for one in story.events[:2]] == [PlanStoodDown, PlanActivated]
    running = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert running is not None
    assert running.id != stood_by.id
    story.when(StandDown(activation=running.id, reason="解除"), MANAGER).then_refused("not_on_stand_by")
    story.when(StandDown(activation=stood_by.id, reason="解除"), MANAGER).then_nothing()


def test_a_stand_by_stands_down() -> None:
    story = plan_story(asked(StandBy(plan=ENTERPRISE, incident=INCIDENT, reason="预警"), "ent-slc/duty"))
    activation = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert activation is not None
    story.when(StandDown(activation=activation.id, reason="预警解除"), "ent-slc/duty").then_yes(PlanStoodDown)
    assert story.world.activation_of(ENTERPRISE, INCIDENT) is None


def test_ending_needs_the_authority_the_evidence_and_the_upper_plan_first() -> None:
    story = plan_story(activate())
    link = next(one.id for one in story.world.links.values() if one.plan_link == "a1")
    tell(story, asked(AcceptLink(link=link), DIRECTOR))
    mine = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert mine is not None
    end = EndResponse(activation=mine.id, reason="险情排除")
    story.when(end, MANAGER).then_refused("not_authorised", authority="ent-slc/site_commander")
    story.when(end, "ent-slc/site_commander").then_refused("upper_still_active")
    assert story.refusal is not None
    guards = {one["guard"] for one in story.refusal.details["guards"]}
    assert guards == {"evidence_missing", "upper_still_active"}
    tell(story, *EVIDENCE)
    story.when(end, "ent-slc/site_commander").then_refused("upper_still_active")
    district = story.world.activation_of(DISTRICT, INCIDENT)
    assert district is not None
    release = ReleaseActivation(activation=mine.id, conditions="浓度已达标")
    story.when(release, MANAGER).then_refused("not_authorised")
    story.when(release, ending_authority(story.world, district)).then_yes(ActivationReleased)
    story.when(end, "ent-slc/site_commander").then_yes(ResponseEnded)
    story.when(end, "ent-slc/site_commander").then_nothing()


@pytest.mark.parametrize("who", ["ent-slc/safety", "ent-slc/site_commander"])
def test_what_the_owner_says_of_its_own_work_is_no_evidence(who: str) -> None:
    story = plan_story(activate(), asked(AddEntry(incident=INCIDENT, evidence="已达标", condition="e3"), who))
    mine = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert mine is not None
    story.when(EndResponse(activation=mine.id, reason="完"), "ent-slc/site_commander").then_refused(
        "response_has_open_matters"
    )


def test_struck_evidence_does_not_count_and_an_override_is_told() -> None:
    story = plan_story(activate(), *EVIDENCE)
    entry = max(story.world.entries[INCIDENT])
    tell(story, asked(StrikeEntry(position=entry, reason="读错"), "dept-hb/monitoring"))
    mine = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert mine is not None
    end = EndResponse(activation=mine.id, reason="完")
    story.when(end, "ent-slc/site_commander").then_refused("response_has_open_matters")
    override = EndResponse(activation=mine.id, reason="完", override_reason="监测设备故障")
    story.when(override, "ent-slc/site_commander")
    ended = story.events[0]
    assert isinstance(ended, ResponseEnded)
    assert ended.missing == ("e3",)


def test_the_system_proposes_once() -> None:
    story = plan_story().when(
        ProposeActivation(plan=DISTRICT, level=IV, incident=INCIDENT, facts=(3,)), "system/reactions"
    )
    story.then_yes(ActivationProposed)
    story.when(
        ProposeActivation(plan=DISTRICT, level=IV, incident=INCIDENT), "system/reactions"
    ).then_nothing()
    story.when(ProposeActivation(plan=DISTRICT, level=IV, incident=INCIDENT), "gov-xc/duty").then_refused(
        "not_authorised"
    )
    tell(story, activate(DISTRICT, IV, DIRECTOR))
    assert not story.world.proposals


def test_a_cascade_replayed_is_the_same_world() -> None:
    story = plan_story(activate())
    link = next(one.id for one in story.world.links.values() if one.plan_link == "a1")
    tell(story, asked(AcceptLink(link=link), DIRECTOR, at=t("11:00")))
    assert story.replayed().snapshot() == story.world.snapshot()


def test_closing_the_incident_waits_for_its_responses_and_lets_go_of_everything() -> None:
    story = plan_story(activate())
    story.when(CloseIncident(incident=INCIDENT, reason="完"), "gov-xc/duty").then_refused(
        "incident_has_open_matters"
    )
    mine = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert mine is not None
    override = EndResponse(activation=mine.id, reason="完", override_reason="演示")
    tell(
        story,
        asked(override, "ent-slc/site_commander"),
        asked(CloseIncident(incident=INCIDENT, reason="完", override_reason="演示"), "gov-xc/duty"),
    )
    world = story.world
    for table in (world.activations, world.tasks, world.links, world.proposals, world.running, world.parts):
        assert not table
