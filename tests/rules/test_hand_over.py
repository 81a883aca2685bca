"""Hand-over of command by a link (linkage §6): offered with its briefing, taken with the link in one decision, never two nor none."""

from __future__ import annotations

import pytest

from core.dispatch import ArriveTeam, DispatchTeam, StartWork
from core.incident import Incident
from core.leadership import AssumeCommand, CommandTransferred, OfferCommand, TransferCommand
from core.link import (
    AcceptLink,
    LinkAccepted,
    LinkEscalated,
    LinkOpened,
    LinkTimedOut,
    TimeOutLink,
    TriggerLinks,
)
from tests.rules.commands import BRIEFING
from tests.rules.given import Asked, Story, asked, tell
from tests.rules.plans import DIRECTOR, DUTY, FIRE_DUTY, INCIDENT, SYSTEM, activate, plan_story

SITE, FIRE_SITE = "ent-slc/site_commander", "dept-fire/site_lead"
TAKE = TransferCommand(incident=INCIDENT, slot="overall")
OFFER = OfferCommand(
    incident=INCIDENT, slot="overall", to_post=FIRE_SITE, reason="政府到场", briefing=BRIEFING
)
ARRIVED = (
    asked(DispatchTeam(incident=INCIDENT, team="fs-1"), DUTY),
    asked(ArriveTeam(dispatch="d-1"), FIRE_DUTY),
    asked(TriggerLinks(activation="a-1"), SYSTEM),
)


def story_of(*told: Asked) -> tuple[Story, str]:
    """The site commander holds command, the brigade is on scene, and the link that hands over is out."""
    story = plan_story(activate(), asked(TAKE, SITE), *ARRIVED, *told)
    return story, next(one.id for one in story.world.links.values() if one.kind == "hand_over")


def incident(story: Story) -> Incident:
    return story.world.incident(INCIDENT)


def test_the_link_goes_out_once_the_government_is_on_scene_and_moves_nobody() -> None:
    story = plan_story(activate(), asked(TAKE, SITE), *ARRIVED[:2])
    assert "h1" not in {one.plan_link for one in story.world.links.values()}
    story.when(ARRIVED[2]).then_yes(LinkOpened)
    opened = story.events[0]
    assert isinstance(opened, LinkOpened)
    assert (opened.plan_link, opened.to_post, opened.channel) == ("h1", FIRE_SITE, "radio")
    assert incident(story).commander == SITE, "an activation alone does not change the holder"
    story.when(ARRIVED[2]).then_nothing()


def test_a_government_activation_alone_does_not_change_the_holder() -> None:
    story = plan_story(activate(), asked(TAKE, SITE), asked(AcceptLink(link="l-1"), DIRECTOR))
    assert incident(story).commander == SITE


def test_accepting_without_an_offer_takes_nothing() -> None:
    story, link = story_of()
    story.when(AcceptLink(link=link), FIRE_SITE).then_refused("no_offer", holder=SITE)
    assert incident(story).commander == SITE


def test_accepting_the_link_takes_command_by_the_open_offer_in_one_decision() -> None:
    story, link = story_of(asked(OFFER, SITE))
    assert incident(story).commander == SITE, "an offer moves nobody"
    story.when(AcceptLink(link=link), FIRE_SITE).then_yes(LinkAccepted, CommandTransferred)
    transferred = story.events[1]
    assert isinstance(transferred, CommandTransferred)
    assert (transferred.from_post, transferred.to_post) == (SITE, FIRE_SITE)
    assert incident(story).commander == FIRE_SITE
    assert not incident(story).offers
    story.when(AcceptLink(link=link), FIRE_SITE).then_nothing()


def test_taking_command_by_itself_answers_the_link_too() -> None:
    story, link = story_of(asked(OFFER, SITE))
    story.when(TAKE, FIRE_SITE).then_yes(CommandTransferred, LinkAccepted)
    assert story.world.link(link).state == "accepted"


def test_who_stands_in_for_the_post_takes_no_command_that_was_not_offered_to_it() -> None:
    story, link = story_of(asked(OFFER, SITE))
    story.when(AcceptLink(link=link), FIRE_DUTY).then_refused("no_offer")
    assert incident(story).commander == SITE


def test_an_empty_slot_is_filled_by_accepting() -> None:
    story = plan_story(activate(), *ARRIVED)
    link = next(one.id for one in story.world.links.values() if one.kind == "hand_over")
    story.when(AcceptLink(link=link), FIRE_SITE).then_yes(LinkAccepted, CommandTransferred)


def test_nobody_accepts_in_time_and_the_old_holder_keeps_command_while_the_link_goes_up() -> None:
    story, link = story_of(asked(OFFER, SITE))
    due = story.world.link(link).due_at
    assert due is not None
    story.when(TimeOutLink(link=link), SYSTEM, at=due).then_nothing()
    story.when(TimeOutLink(link=link), SYSTEM, at=due.replace(second=due.second + 1)).then_yes(
        LinkTimedOut, LinkEscalated
    )
    assert incident(story).commander == SITE
    story.when(AcceptLink(link=link), FIRE_SITE).then_yes(LinkAccepted, CommandTransferred)
    accepted = story.events[0]
    assert isinstance(accepted, LinkAccepted)
    assert accepted.late


def test_command_returns_downward_by_the_same_command_and_briefing() -> None:
    story, link = story_of(asked(OFFER, SITE))
    back = OfferCommand(incident=INCIDENT, slot="overall", to_post=SITE, reason="移交属地", briefing=BRIEFING)
    tell(story, asked(AcceptLink(link=link), FIRE_SITE), asked(back, FIRE_SITE), asked(TAKE, SITE))
    assert incident(story).commander == SITE


def test_command_is_assumed_from_a_holder_who_cannot_act_and_says_so() -> None:
    story, _ = story_of(asked(OFFER, SITE))
    story.when(AssumeCommand(incident=INCIDENT, slot="overall", reason="失联"), "gov-xc/duty_lead")
    (assumed,) = story.events
    assert isinstance(assumed, CommandTransferred)
    assert assumed.assumed
    story.when(TAKE, FIRE_SITE).then_refused("no_offer", holder="gov-xc/duty_lead")


@pytest.mark.parametrize("begin", [ArriveTeam(dispatch="d-1"), StartWork(dispatch="d-1")])
def test_there_is_one_holder_at_every_instant(begin: object) -> None:
    story = plan_story(
        activate(), asked(TAKE, SITE), ARRIVED[0], asked(begin, FIRE_DUTY), ARRIVED[2], asked(OFFER, SITE)
    )
    link = next(one.id for one in story.world.links.values() if one.kind == "hand_over")
    tell(story, asked(AcceptLink(link=link), FIRE_SITE))
    holders: list[str | None] = [None]
    for recorded in story.records:
        if isinstance(event := recorded.event, CommandTransferred):
            assert event.from_post == holders[-1]
            holders.append(event.to_post)
    assert holders == [None, SITE, FIRE_SITE]
