"""What a cascade does beside its plain way (linkage §4): stand-by, raising, refusing, satisfying, who was merged, bounds, fallbacks."""

from __future__ import annotations

from core.activation import (
    ActivatePlan,
    ActivationProposed,
    ChangeResponseLevel,
    DeclineProposal,
    PlanActivated,
    PlanStoodDown,
    ProposalDeclined,
    ProposeActivation,
    ResponseLevelChanged,
    StandBy,
)
from core.adoption import AdoptPlans, RetirePlan
from core.incident import MergeIncident
from core.link import AcceptLink, DeclineLink, LinkAccepted, LinkDeclined, LinkOpened, LinkSatisfied
from core.scales import ResponseLevel
from core.task import TaskOpened
from handlers.cascade import DEPTH_MAX
from tests.plans.waived import WAIVED
from tests.rules.given import Story, asked, tell
from tests.rules.plans import (
    DIRECTOR,
    DISTRICT,
    DUTY,
    ENTERPRISE,
    FIRE,
    FIRE_DUTY,
    INCIDENT,
    MANAGER,
    REPORTED,
    SYSTEM,
    activate,
    plan_story,
)

I, II, III, IV = (ResponseLevel(name) for name in ("I", "II", "III", "IV"))  # noqa: E741  the levels' own names


def of(story: Story, kind: type) -> list[object]:
    return [one for one in story.events if isinstance(one, kind)]


def chain(length: int, *, ring: bool = False, start: str = "gov-xc") -> AdoptPlans:
    """Plans p0 → p1 → …, each taking the next by its own rule; in a ring the last leads to the first again."""
    sources: list[str] = []
    for number in range(length):
        following = number + 1 if number + 1 < length else (0 if ring else None)
        link = (
            f"    links_out: [{{id: l{number}, kind: activate, to: {{plan: p{following}, level: IV}}, trigger: activated,\n"
            "      channel: phone, ack_within: PT5M, escalate_to: gov-xc/duty}]\n"
            if following is not None
            else ""
        )
        sender = number - 1 if number else length - 1
        sources.append(
            f"format: liandong-plan/1\nid: p{number}\nversion: 1\ntitle: 第{number}级预案\nowner: {start}\n"
            "kind: government_special\nfields: [hazmat]\nvalid: {from: 2026-01-01, to: 2028-01-01}\n"
            "approval: {by: gov-xc/commander}\nlevels:\n  IV:\n"
            "    start: {mode: decision, decide_within: PT5M, authority: gov-xc/duty, when: {fact: offsite_effect, op: is, value: true}}\n"
            f"    tasks: [{{id: t{number}, title: 任务, post: gov-xc/duty, duty: a.b, within: PT5M, evidence: entry}}]\n"
            f"{link}links_in: [{{from: p{sender}, kind: activate, accept: gov-xc/duty, mode: automatic}}]\n"
        )
    return AdoptPlans(sources=tuple(sources), waivers=WAIVED)


def test_a_ring_of_plans_ends_as_satisfied() -> None:
    story = plan_story(asked(chain(3, ring=True), DUTY)).when(activate("p0", IV, DUTY))
    activated = [
        (one.plan, one.depth, one.cause) for one in of(story, PlanActivated) if isinstance(one, PlanActivated)
    ]
    assert activated == [("p0", 0, None), ("p1", 1, "a-1"), ("p2", 2, "a-2")]
    (satisfied,) = of(story, LinkSatisfied)
    assert isinstance(satisfied, LinkSatisfied)
    assert satisfied.by == "a-1"


def test_a_cascade_goes_no_deeper_than_its_bound_and_proposes_what_lies_beyond() -> None:
    story = plan_story(asked(chain(DEPTH_MAX + 3), DUTY)).when(activate("p0", IV, DUTY))
    assert len(of(story, PlanActivated)) == DEPTH_MAX
    (proposed,) = of(story, ActivationProposed)
    assert isinstance(proposed, ActivationProposed)
    assert proposed.plan == f"p{DEPTH_MAX}"
    link = proposed.link
    assert link is not None
    story.when(AcceptLink(link=link), DUTY)
    assert [one.depth for one in of(story, PlanActivated) if isinstance(one, PlanActivated)] == [DEPTH_MAX]


def test_a_stand_by_ends_by_activation_wherever_it_comes_from() -> None:
    stood_by = asked(StandBy(plan=FIRE, incident=INCIDENT, reason="预警"), FIRE_DUTY)
    story = plan_story(stood_by, activate()).when(AcceptLink(link="l-1"), DIRECTOR)
    (down,) = of(story, PlanStoodDown)
    assert isinstance(down, PlanStoodDown)
    assert (down.activation, down.plan) == ("a-1", FIRE)
    assert [one.plan for one in of(story, PlanActivated) if isinstance(one, PlanActivated)] == [
        DISTRICT,
        FIRE,
    ]


def test_a_plan_that_is_out_of_use_is_not_activated_by_accepting() -> None:
    story = plan_story(activate(), asked(RetirePlan(plan=DISTRICT, reason="修订"), DUTY))
    story.when(AcceptLink(link="l-1"), DIRECTOR).then_refused("plan_not_valid", plan=DISTRICT)
    by_hand = ActivatePlan(plan=DISTRICT, level=IV, incident=INCIDENT, link="l-1", override_reason="暂无替代")
    story.when(by_hand, DUTY)
    assert isinstance(story.events[0], LinkAccepted)
    assert isinstance(story.events[1], PlanActivated)
    assert (story.events[1].link, story.events[1].cause, story.events[1].depth) == ("l-1", "a-1", 1)


def test_activating_what_was_proposed_answers_the_link_that_asked() -> None:
    story = plan_story(activate()).when(
        ActivatePlan(plan=DISTRICT, level=IV, incident=INCIDENT, proposal="p-1"), DIRECTOR
    )
    assert isinstance(story.events[0], LinkAccepted)
    assert story.world.link("l-1").state == "accepted"
    assert not story.world.proposals


def test_activating_by_oneself_satisfies_every_link_that_asks_for_it() -> None:
    story = plan_story(activate()).when(activate(DISTRICT, IV, DIRECTOR))
    assert [one.link for one in of(story, LinkSatisfied) if isinstance(one, LinkSatisfied)] == ["l-1"]
    story.when(AcceptLink(link="l-1"), DIRECTOR).then_nothing()


def test_a_target_that_runs_lower_is_proposed_and_accepting_raises_it() -> None:
    low = ActivatePlan(plan=FIRE, level=IV, incident=INCIDENT, override_reason="先期处置")
    story = plan_story(asked(low, FIRE_DUTY), activate(DISTRICT, IV, DIRECTOR))
    (proposal,) = story.world.proposals.values()
    assert (proposal.plan, proposal.level, proposal.activation) == (FIRE, II, "a-1")
    assert proposal.link is not None
    story.when(AcceptLink(link=proposal.link), FIRE_DUTY)
    assert [type(one) for one in story.events[:2]] == [LinkAccepted, ResponseLevelChanged]
    assert len(of(story, TaskOpened)) == 2
    assert story.world.activation("a-1").level is II
    assert not story.world.proposals


def test_raising_by_oneself_ends_the_proposal_and_satisfies_the_link() -> None:
    low = ActivatePlan(plan=FIRE, level=IV, incident=INCIDENT, override_reason="先期处置")
    story = plan_story(asked(low, FIRE_DUTY), activate(DISTRICT, IV, DIRECTOR))
    story.when(ChangeResponseLevel(activation="a-1", level=II), FIRE_DUTY)
    assert len(of(story, LinkSatisfied)) == 1
    assert not story.world.proposals


def test_declining_a_proposal_answers_its_link_and_nothing_waits_any_more() -> None:
    story = plan_story(activate()).when(DeclineProposal(proposal="p-1", reason="企业可自行处置"), DIRECTOR)
    story.then_yes(ProposalDeclined, LinkDeclined)
    assert not story.world.proposals
    story.when(AcceptLink(link="l-1"), DIRECTOR).then_refused("link_answered")


def test_declining_the_link_ends_the_proposal_too() -> None:
    story = plan_story(activate(), asked(DeclineLink(link="l-1", reason="not_ours"), DIRECTOR))
    assert not story.world.proposals


def test_what_stands_by_or_runs_lower_may_still_be_proposed_higher() -> None:
    story = plan_story(asked(StandBy(plan=ENTERPRISE, incident=INCIDENT, reason="台风"), "ent-slc/duty"))
    story.when(ProposeActivation(plan=ENTERPRISE, level=II, incident=INCIDENT), SYSTEM).then_yes(
        ActivationProposed
    )
    tell(story, activate(level=II))
    story.when(ProposeActivation(plan=ENTERPRISE, level=II, incident=INCIDENT), SYSTEM).then_nothing()
    story.when(ProposeActivation(plan=ENTERPRISE, level=I, incident=INCIDENT), SYSTEM).then_yes(
        ActivationProposed
    )
    story.when(ProposeActivation(plan=ENTERPRISE, level=I, incident=INCIDENT), SYSTEM).then_nothing()
    tell(story, asked(ChangeResponseLevel(activation="a-2", level=I), MANAGER))
    assert not [one for one in story.world.proposals.values() if one.plan == ENTERPRISE]


def test_a_plan_runs_once_for_incidents_that_became_one() -> None:
    story = plan_story(activate(), REPORTED, asked(MergeIncident(incident=INCIDENT, into="2026-0002"), DUTY))
    story.when(ActivatePlan(plan=ENTERPRISE, level=I, incident="2026-0002"), MANAGER).then_nothing()
    story.when(AcceptLink(link="l-1"), DIRECTOR)
    assert [one.incident for one in of(story, PlanActivated) if isinstance(one, PlanActivated)] == [
        "2026-0002"
    ] * 2


def test_a_fallback_is_that_of_the_version_that_runs() -> None:
    newer = asked(RetirePlan(plan=ENTERPRISE, reason="停用"), DUTY)
    story = plan_story(activate(level=II), newer)
    story.when(DeclineLink(link="l-2", reason="no_capacity"), "ent-park-team/duty").then_yes(
        LinkDeclined, LinkOpened
    )
    opened = story.events[1]
    assert isinstance(opened, LinkOpened)
    assert opened.plan_link == "f1"


def test_lowering_opens_what_only_the_lower_level_has_and_closes_nothing() -> None:
    story = plan_story(activate())
    before = set(story.world.tasks)
    story.when(ChangeResponseLevel(activation="a-1", level=II), MANAGER)
    opened = {one.plan_task for one in of(story, TaskOpened) if isinstance(one, TaskOpened)}
    assert opened == {"t1", "t2"}
    assert all(story.world.task(id).state == "open" for id in before)
    story.when(ChangeResponseLevel(activation="a-1", level=I), MANAGER).then_yes(ResponseLevelChanged)
    assert len(story.world.tasks) == 3
