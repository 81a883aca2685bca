"""Links and tasks at run time (linkage §4): read, accepted, declined, timed out, gone up; a late answer stays late."""

from __future__ import annotations

from datetime import timedelta

from core.link import (
    AcceptLink,
    AcknowledgeLink,
    DeclineLink,
    LinkAccepted,
    LinkAcknowledged,
    LinkDeclined,
    LinkEscalated,
    LinkOpened,
    LinkTimedOut,
    TimeOutLink,
)
from core.scales import ResponseLevel
from core.task import CompleteTask, SkipTask, StartTask, TaskCompleted, TaskSkipped, TaskStarted
from tests.rules.given import Story, asked, tell
from tests.rules.plans import FIRE_DUTY, activate, plan_story

SYSTEM = "system/reactions"


def story_of(level: ResponseLevel = ResponseLevel.I) -> tuple[Story, dict[str, str]]:
    story = plan_story(activate(level=level))
    return story, {one.plan_link: one.id for one in story.world.links.values()}


def test_reading_is_enough_for_a_warning_and_not_for_a_request() -> None:
    story, links = story_of()
    story.when(AcknowledgeLink(link=links["w1"]), "com-demo/duty").then_yes(LinkAcknowledged)
    assert story.world.link(links["w1"]).answered
    story.when(AcknowledgeLink(link=links["w1"]), "com-demo/duty").then_nothing()
    story.when(AcknowledgeLink(link=links["f1"]), FIRE_DUTY).then_yes(LinkAcknowledged)
    assert not story.world.link(links["f1"]).answered


def test_only_the_addressee_or_its_duty_desk_answers() -> None:
    story, links = story_of()
    story.when(AcceptLink(link=links["f1"]), "ent-slc/duty").then_refused("not_authorised")
    story.when(AcceptLink(link=links["a1"]), "dept-yj/duty").then_yes  # noqa: B018  the duty desk stands in for its director
    assert story.refusal is None
    story.when(AcceptLink(link="l-99"), FIRE_DUTY).then_refused("not_authorised")


def test_a_request_is_accepted_with_what_comes() -> None:
    story, links = story_of()
    accepted = AcceptLink(link=links["f1"], coming="危化一队", expected_s=600)
    story.when(accepted, FIRE_DUTY).then_yes(LinkAccepted)
    story.when(DeclineLink(link=links["f1"], reason="no_capacity"), FIRE_DUTY).then_refused("link_answered")


def test_declining_opens_the_fallback_at_once() -> None:
    story, links = story_of(ResponseLevel.II)
    assert "f1" not in links
    story.when(DeclineLink(link=links["r1"], reason="no_capacity"), "ent-park-team/duty")
    declined, opened = story.events
    assert isinstance(declined, LinkDeclined)
    assert isinstance(opened, LinkOpened)
    assert (opened.plan_link, declined.fallback) == ("f1", opened.link)
    story.when(DeclineLink(link=links["r1"], reason="no_capacity"), "ent-park-team/duty").then_nothing()


def test_a_fallback_that_is_open_already_does_not_open_twice() -> None:
    story, links = story_of()
    assert "f1" in links
    story.when(DeclineLink(link=links["a1"], reason="other", text="另行通知"), "dept-yj/director").then_yes(
        LinkDeclined
    )


def test_an_overdue_link_is_said_once_and_goes_up_twice() -> None:
    story, links = story_of()
    link = story.world.link(links["f1"])  # two minutes to answer
    assert link.due_at is not None
    story.when(TimeOutLink(link=link.id), SYSTEM, at=link.due_at).then_nothing()  # on the limit is in time
    story.when(TimeOutLink(link=link.id), SYSTEM, at=link.due_at + timedelta(seconds=1)).then_yes(
        LinkTimedOut, LinkEscalated
    )
    first = story.events[1]
    assert isinstance(first, LinkEscalated)
    assert (first.to_post, first.step, first.due_at) == (
        "gov-xc/duty",
        1,
        story.clock + timedelta(seconds=60),
    )
    story.when(TimeOutLink(link=link.id), SYSTEM, at=story.clock).then_nothing()
    story.when(TimeOutLink(link=link.id), SYSTEM, at=story.clock + timedelta(seconds=61)).then_yes(
        LinkEscalated
    )
    second = story.events[0]
    assert isinstance(second, LinkEscalated)
    assert (second.to_post, second.step, second.due_at) == ("gov-xc/duty_lead", 2, None)
    story.when(TimeOutLink(link=link.id), SYSTEM, at=story.clock + timedelta(hours=1)).then_nothing()
    story.when(AcceptLink(link=link.id), FIRE_DUTY)
    late = story.events[0]
    assert isinstance(late, LinkAccepted)
    assert late.late, "a late answer is accepted, and stays late"


def test_who_it_went_up_to_may_answer() -> None:
    story, links = story_of()
    due = story.world.link(links["f1"]).due_at
    assert due is not None
    story.when(TimeOutLink(link=links["f1"]), SYSTEM, at=due + timedelta(seconds=1))
    story.when(AcceptLink(link=links["f1"]), "gov-xc/duty").then_yes(LinkAccepted)


def test_only_the_system_says_that_time_is_up() -> None:
    story, links = story_of()
    story.when(TimeOutLink(link=links["f1"]), "gov-xc/duty").then_refused("not_authorised")


def test_a_task_is_started_done_or_skipped() -> None:
    story, _ = story_of(ResponseLevel.II)
    tasks = {one.plan_task: one.id for one in story.world.tasks.values()}
    story.when(StartTask(task=tasks["t1"]), "ent-slc/operator").then_yes(TaskStarted)
    story.when(StartTask(task=tasks["t1"]), "ent-slc/operator").then_nothing()
    story.when(CompleteTask(task=tasks["t1"]), "ent-slc/operator").then_refused(
        "evidence_required", evidence="reading"
    )
    story.when(CompleteTask(task=tasks["t1"], evidence="压力 0.4 MPa"), "ent-slc/operator").then_yes(
        TaskCompleted
    )
    story.when(CompleteTask(task=tasks["t1"], evidence="压力 0.4 MPa"), "ent-slc/operator").then_nothing()
    story.when(SkipTask(task=tasks["t1"], reason="重复"), "ent-slc/operator").then_refused("task_closed")
    story.when(SkipTask(task=tasks["t2"], reason="厂区无人"), "ent-slc/safety").then_yes(TaskSkipped)
    story.when(SkipTask(task=tasks["t2"], reason="厂区无人"), "ent-slc/safety").then_nothing()
    story.when(CompleteTask(task=tasks["t2"], evidence="0 人"), "ent-slc/safety").then_refused("task_closed")


def test_a_task_belongs_to_its_post() -> None:
    story, _ = story_of(ResponseLevel.II)
    task = next(iter(story.world.tasks))
    story.when(StartTask(task=task), "com-demo/duty").then_refused("not_authorised")
    story.when(StartTask(task="t-99"), "gov-xc/duty").then_refused("unknown_task")


def test_late_answers_after_the_incident_is_closed_find_their_link() -> None:
    from core.activation import EndResponse
    from core.incident import CloseIncident
    from tests.rules.plans import ENTERPRISE, INCIDENT

    story, links = story_of()
    mine = story.world.activation_of(ENTERPRISE, INCIDENT)
    assert mine is not None
    override = EndResponse(activation=mine.id, reason="完", override_reason="演示")
    tell(
        story,
        asked(override, "ent-slc/site_commander"),
        asked(CloseIncident(incident=INCIDENT, reason="完", override_reason="演示"), "gov-xc/duty"),
    )
    assert links["w1"] not in story.world.links
    story.when(AcknowledgeLink(link=links["w1"]), "com-demo/duty").then_yes(LinkAcknowledged)
