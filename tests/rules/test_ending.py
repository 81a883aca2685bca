"""Ending and closing (domain §7, linkage §6): every guard of the table, its way out, and what is told to whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.activation import ActivationReleased, EndResponse, ReleaseActivation, ResponseEnded, StandBy
from core.casualty import RecordCasualties
from core.control import LiftControl, OrderControl
from core.dispatch import AccountForCrew, ArriveTeam, DispatchTeam, ReleaseTeam
from core.entry import AddEntry, StrikeEntry
from core.incident import CloseIncident, IncidentClosed, MergeIncident, ReopenIncident
from core.leadership import TransferCommand
from core.link import AcceptLink, AcknowledgeLink, LinkOpened
from core.report import Elements, FileReport
from core.scales import ResponseLevel
from tests.rules.given import Asked, Story, asked, rows, tell
from tests.rules.plans import (
    DIRECTOR,
    DISTRICT,
    DUTY,
    ENTERPRISE,
    FIRE,
    FIRE_DUTY,
    INCIDENT,
    REPORTED,
    SYSTEM,
    activate,
    plan_story,
)

SITE, COMMANDER = "ent-slc/site_commander", "gov-xc/commander"
II = ResponseLevel.II


def evidence(condition: str, by: str) -> Asked:
    return asked(AddEntry(incident=INCIDENT, evidence="已确认", condition=condition), by)


OWN = (evidence("e1", "ent-slc/safety"),)
"""What the enterprise needs at level II."""
ENDS = asked(EndResponse(activation="a-1", reason="险情排除"), SITE)
CLOSES = asked(CloseIncident(incident=INCIDENT, reason="完"), DUTY)
SEARCH_ENDED = asked(AddEntry(incident=INCIDENT, tag="search_end", text="专家：已无生存可能"), COMMANDER)
MISSING = asked(RecordCasualties(incident=INCIDENT, missing=2), DUTY)
COMMANDED = asked(TransferCommand(incident=INCIDENT, slot="overall"), COMMANDER)
SENT = (
    asked(DispatchTeam(incident=INCIDENT, team="fs-1"), DUTY),
    asked(ArriveTeam(dispatch="d-1"), FIRE_DUTY),
)
ORDER = asked(
    OrderControl(incident=INCIDENT, kind="cordon", area="厂区", executing="dept-fire", reason="泄漏"), DUTY
)


def crew(missing: int, inside: int = 0) -> Asked:
    return asked(
        AccountForCrew(dispatch="d-1", out=6 - missing - inside, inside=inside, missing=missing), FIRE_DUTY
    )


def guards(story: Story) -> set[str]:
    assert story.refusal is not None, story.events
    return {one["guard"] for one in story.refusal.details["guards"]}


BLOCKS: tuple[tuple[str, tuple[Asked, ...], Asked | None], ...] = (
    ("missing_persons", (COMMANDED, MISSING), SEARCH_ENDED),
    ("missing_persons", (MISSING,), asked(RecordCasualties(incident=INCIDENT, missing=0), DUTY)),
    ("crew_unaccounted", (*SENT, crew(1)), crew(0)),
    ("crew_unaccounted", (*SENT, crew(0, inside=2)), crew(0)),
    ("control_not_lifted", (ORDER,), asked(LiftControl(control="c-1", reason="排除"), DUTY)),
)


@pytest.mark.parametrize(("guard", "before", "way_out"), BLOCKS)
def test_it_stands_against_ending_whatever_the_authority_says_until_it_is_settled(
    guard: str, before: tuple[Asked, ...], way_out: Asked | None
) -> None:
    story = plan_story(activate(level=II), *OWN, *before)
    story.when(EndResponse(activation="a-1", reason="完", override_reason="领导要求"), SITE)
    story.then_refused("response_has_open_matters")
    assert guards(story) == {guard}
    if way_out is not None:
        tell(story, way_out)
    story.when(ENDS)
    assert isinstance(story.events[0], ResponseEnded)


@pytest.mark.parametrize(("guard", "before", "way_out"), BLOCKS)
def test_it_stands_against_closing_too(guard: str, before: tuple[Asked, ...], way_out: Asked | None) -> None:
    story = plan_story(*before)
    story.when(CloseIncident(incident=INCIDENT, reason="完", override_reason="领导要求"), DUTY)
    story.then_refused("incident_has_open_matters")
    assert guard in guards(story)
    more = () if way_out is None else (way_out,)
    if "d-1" in story.world.dispatches:
        more = (*more, asked(ReleaseTeam(dispatch="d-1"), DUTY))
    tell(story, *more, CLOSES)


def test_the_search_is_ended_by_the_commander_alone_with_the_expert_note() -> None:
    story = plan_story(COMMANDED, MISSING)
    story.when(AddEntry(incident=INCIDENT, tag="search_end", text="专家意见"), DUTY).then_refused(
        "not_authorised"
    )
    story.when(AddEntry(incident=INCIDENT, tag="search_end"), COMMANDER).then_refused("incomplete")
    tell(story, SEARCH_ENDED)
    tell(story, asked(RecordCasualties(incident=INCIDENT, missing=3), DUTY))
    story.when(CLOSES).then_refused("incident_has_open_matters")
    assert guards(story) == {"missing_persons"}, "who is missed since is searched for anew"
    tell(story, SEARCH_ENDED)
    struck = asked(StrikeEntry(position=story.world.position, reason="误记"), DUTY)
    tell(story, struck).when(CLOSES).then_refused("incident_has_open_matters")


def test_evidence_may_be_overridden_and_the_event_says_what_was_missing() -> None:
    story = plan_story(activate(level=II)).when(ENDS).then_refused("response_has_open_matters")
    assert guards(story) == {"evidence_missing"}
    story.when(EndResponse(activation="a-1", reason="完", override_reason="仪器损坏"), SITE)
    ended = story.events[0]
    assert isinstance(ended, ResponseEnded)
    assert (ended.override_reason, ended.missing) == ("仪器损坏", ("e1",))


def test_a_reason_that_was_not_needed_is_not_kept() -> None:
    story = plan_story(activate(level=II), *OWN)
    story.when(EndResponse(activation="a-1", reason="完", override_reason="以防万一"), SITE)
    ended = story.events[0]
    assert isinstance(ended, ResponseEnded)
    assert (ended.override_reason, ended.missing) == (None, ())


def test_what_was_written_before_the_activation_is_evidence_of_another_response() -> None:
    story = plan_story(*OWN, activate(level=II)).when(ENDS).then_refused("response_has_open_matters")
    tell(story, *OWN).when(ENDS)
    assert story.refusal is None


def test_evidence_for_a_condition_of_two_running_plans_names_its_plan() -> None:
    ours = plan_story(activate(level=II), activate(FIRE, II, FIRE_DUTY))
    document = ours.world.plan(FIRE).document.levels[II].end
    assert document is not None
    tell(ours, evidence("de1", "dept-hb/monitoring"))
    ours.when(EndResponse(activation="a-2", reason="完"), "dept-fire/commander")
    assert ours.refusal is None
    qualified = plan_story(activate(level=II), evidence(f"{ENTERPRISE}:e1", "ent-slc/safety"))
    qualified.when(ENDS)
    assert qualified.refusal is None


def test_what_may_be_open_is_told_in_the_event() -> None:
    filed = FileReport(
        incident=INCIDENT,
        kind="first",
        to="dept-yj/duty",
        known_at=plan_story().clock,
        elements=Elements(unit="示例冷链"),
    )
    story = plan_story(activate(level=II), *OWN, *SENT, asked(filed, "ent-slc/duty")).when(ENDS)
    ended = story.events[0]
    assert isinstance(ended, ResponseEnded)
    assert {one.partition(" ")[0] for one in ended.notices} == {
        "dispatch_open", "link_unanswered", "final_report_missing",
    }  # fmt: skip


def test_closing_passes_unanswered_links_and_a_missing_final_report_by_a_reason_only() -> None:
    filed = FileReport(
        incident=INCIDENT,
        kind="first",
        to="dept-yj/duty",
        known_at=plan_story().clock,
        elements=Elements(unit="示例冷链"),
    )
    story = plan_story(activate(level=II), *OWN, asked(filed, "ent-slc/duty"), ENDS)
    story.when(CLOSES).then_refused("incident_has_open_matters")
    assert guards(story) == {"link_unanswered", "final_report_missing"}
    story.when(CloseIncident(incident=INCIDENT, reason="完", override_reason="对方电话已知悉"), DUTY)
    (closed,) = story.events
    assert isinstance(closed, IncidentClosed)
    assert closed.override_reason == "对方电话已知悉"
    assert {one.partition(" ")[0] for one in closed.passed} == {"link_unanswered", "final_report_missing"}


def test_a_final_report_and_answered_links_need_no_reason() -> None:
    kinds: tuple[Any, ...] = ("first", "final")
    story = plan_story(activate(level=II), *OWN)
    for kind in kinds:
        filed = FileReport(
            incident=INCIDENT,
            kind=kind,
            to="dept-yj/duty",
            known_at=story.clock,
            elements=Elements(unit="示例冷链"),
        )
        tell(story, asked(filed, "ent-slc/duty"))
    for link in list(story.world.links.values()):
        command: Any = AcknowledgeLink if link.kind in ("notify", "warn") else AcceptLink
        tell(story, asked(command(link=link.id), link.to_post))
    tell(story, ENDS, CLOSES)


def cascaded(*told: Asked) -> Story:
    """The enterprise a-1 at I, the district a-2, the brigade a-3."""
    return plan_story(activate(), asked(AcceptLink(link="l-1"), DIRECTOR), *told)


ALL_EVIDENCE = (
    evidence("e2", "dept-fire/site_lead"),
    evidence("e3", "dept-hb/monitoring"),
    evidence("ge1", "dept-hb/monitoring"),
    evidence("ge2", "dept-fire/site_lead"),
    evidence("de1", "dept-hb/monitoring"),
)


def test_a_lower_plan_does_not_end_before_its_upper_one_whatever_the_reason() -> None:
    ends = EndResponse(activation="a-1", reason="完", override_reason="领导要求")
    story = cascaded(*ALL_EVIDENCE).when(ends, SITE).then_refused("upper_still_active")
    assert guards(story) == {"upper_still_active"}


def test_the_upper_authority_releases_one_lower_response_and_no_other() -> None:
    release = ReleaseActivation(activation="a-1", conditions="e2 阀门关闭；e3 浓度达标")
    story = cascaded(*ALL_EVIDENCE).when(release, COMMANDER).then_yes(ActivationReleased)
    released = story.events[0]
    assert isinstance(released, ActivationReleased)
    assert released.uppers == ("a-2",)
    story.when(release, COMMANDER).then_nothing()
    story.when(EndResponse(activation="a-3", reason="完"), "dept-fire/commander").then_refused(
        "upper_still_active"
    )
    tell(story, ENDS)


def test_nobody_is_released_before_there_is_an_upper_response_to_be_released_from() -> None:
    story = plan_story(activate())
    story.when(ReleaseActivation(activation="a-1", conditions="达标"), SITE).then_refused("no_upper_active")
    tell(story, asked(AcceptLink(link="l-1"), DIRECTOR), *ALL_EVIDENCE)
    story.when(ENDS).then_refused("upper_still_active")


def test_the_end_above_is_told_to_every_lower_plan_and_ends_none() -> None:
    story = cascaded(*ALL_EVIDENCE).when(EndResponse(activation="a-2", reason="险情排除"), COMMANDER)
    told = {one.to_post: one.plan_link for one in story.events if isinstance(one, LinkOpened)}
    assert told == {"ent-slc/duty": "gn", "dept-fire/commander": "ended-a-3"}
    assert all(
        one.kind == "notify" and one.due_at is not None for one in story.events if isinstance(one, LinkOpened)
    )
    assert {one.plan for one in story.world.open_activations(INCIDENT)} == {ENTERPRISE, FIRE}
    tell(story, ENDS, asked(EndResponse(activation="a-3", reason="完"), "dept-fire/commander"))
    assert not story.world.open_activations(INCIDENT)
    assert story.world.incident(INCIDENT).closed_at is None, "ending the last response closes nothing"


def test_a_response_of_an_incident_that_was_merged_stands_against_closing_the_other() -> None:
    story = plan_story(activate(level=II), *OWN, REPORTED)
    merged = asked(MergeIncident(incident=INCIDENT, into="2026-0002"), DUTY)
    tell(story, merged)
    story.when(CloseIncident(incident="2026-0002", reason="完", override_reason="完"), DUTY)
    assert guards(story) == {"response_open", "link_unanswered"}
    story.when(
        activate(level=II).command.__class__(plan=ENTERPRISE, level=II, incident="2026-0002"), "ent-slc/duty"
    )
    story.then_nothing()
    tell(story, ENDS, asked(CloseIncident(incident="2026-0002", reason="完", override_reason="完"), DUTY))
    assert not story.world.parts


def test_a_reopened_incident_has_everything_back_and_an_ended_response_stays_ended() -> None:
    story = plan_story(activate(level=II), *OWN, ENDS)
    tell(story, asked(CloseIncident(incident=INCIDENT, reason="完", override_reason="完"), DUTY))
    assert not story.world.links
    tell(story, asked(ReopenIncident(incident=INCIDENT, reason="复燃"), DUTY))
    assert set(story.world.links) == {"l-1", "l-2"}
    assert not story.world.open_activations(INCIDENT)
    assert rows(story.replayed()) == rows(story.world)
    tell(story, asked(AcknowledgeLink(link="l-1"), "dept-yj/duty"))
    story.when(activate(level=II))
    assert story.world.activation_of(ENTERPRISE, INCIDENT) is not None
    assert story.world.activation("a-2").level is II
    story.when(EndResponse(activation="a-2", reason="完"), SITE).then_refused("response_has_open_matters")
    assert guards(story) == {"evidence_missing"}, (
        "the evidence of the first response proves nothing of the second"
    )


def test_a_stand_by_is_stood_down_and_not_ended() -> None:
    story = plan_story(asked(StandBy(plan=ENTERPRISE, incident=INCIDENT, reason="台风"), "ent-slc/duty"))
    story.when(EndResponse(activation="a-1", reason="完"), "ent-slc/duty").then_refused("on_stand_by")


def test_an_upper_plan_on_stand_by_holds_nobody() -> None:
    stood_by = asked(StandBy(plan=DISTRICT, incident=INCIDENT, reason="预警"), SYSTEM)
    tell(plan_story(stood_by, asked(activate(level=II).command, "ent-slc/duty"), evidence("e1", "ent-slc/safety")),
         asked(EndResponse(activation="a-2", reason="完"), SITE, at=plan_story().clock + timedelta(hours=1)))  # fmt: skip
