"""The rules of links 衔接: read, taken on, declined, timed out. A late answer is still an answer, and stays late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core.catalogue import AnyEvent
from core.errors import Rule
from core.leadership import TransferCommand
from core.link import (
    AcceptLink,
    AcknowledgeLink,
    DeclineLink,
    Link,
    LinkAccepted,
    LinkAcknowledged,
    LinkDeclined,
    LinkEscalated,
    LinkSatisfied,
    LinkTimedOut,
    TimeOutLink,
    TriggerLinks,
)
from core.messages import Context
from core.scales import ResponseLevel
from core.world import World
from handlers.cascade import Cascade
from handlers.leadership import take_command
from handlers.pinned import defined_level, pinned, standing_incident, valid_plan

ESCALATION_MIN_S = 60
"""An escalation gives half the former time, and no less than this [design]."""
ESCALATIONS_MAX = 2
LEAD = "duty_lead"


def acknowledge_link(world: World, command: AcknowledgeLink, context: Context) -> Iterator[AnyEvent]:
    """The post has read it; enough for a notice or a warning."""
    link = world.link(command.link)
    if link.acknowledged_at is None and link.state == "open":
        yield LinkAcknowledged(
            link=link.id,
            activation=link.activation,
            incident=link.incident,
            late=link.late_at(context.occurred_at),
        )


def accept_link(world: World, command: AcceptLink, context: Context) -> Iterator[AnyEvent]:
    """What it asks for is done in the same decision: the plan is activated, or raised; command passes on the open offer."""
    link = world.link(command.link)
    if link.state in ("accepted", "satisfied"):
        return
    _unanswered(link)
    accepted = LinkAccepted(
        link=link.id,
        activation=link.activation,
        incident=link.incident,
        coming=command.coming,
        expected_s=command.expected_s,
        late=link.late_at(context.occurred_at),
    )
    match link.kind:
        case "activate" if link.to_plan is not None and link.to_level is not None:
            yield from _activated(world, link, link.to_plan, link.to_level, accepted, context)
        case "hand_over":
            yield accepted
            taking = TransferCommand(incident=standing_incident(world, link.incident).id, slot="overall")
            yield from take_command(world, taking, context)
        case _:
            yield accepted


def _activated(
    world: World, link: Link, plan: str, level: ResponseLevel, accepted: LinkAccepted, context: Context
) -> Iterator[AnyEvent]:
    incident = standing_incident(world, link.incident)
    target = valid_plan(world, plan, None, None, context)
    running = world.activation_of(target.id, incident.id)
    at = None if running is None else running.level
    if running is not None and at is not None and at >= level:
        yield LinkSatisfied(link=link.id, activation=link.activation, incident=link.incident, by=running.id)
        return
    yield accepted
    cascade = Cascade(world, context)
    if running is not None and at is not None:
        defined_level(pinned(world, running).document, level, None)
        reason = f"接受衔接 accepted {link.id}"
        yield from cascade.change_level(running, level, reason, link=link)
        return
    defined_level(target.document, level, None)
    yield from cascade.activate(target, level, incident.id, link=link)


def decline_link(world: World, command: DeclineLink, context: Context) -> Iterator[AnyEvent]:
    """The plan's fallback opens at once."""
    link = world.link(command.link)
    if link.state == "declined":
        return
    _unanswered(link)
    if command.reason == "other" and command.text is None:
        raise Rule(
            "reason_required",
            "拒绝原因为“其他”时须写明理由（text）。",
            "Another reason needs its words (text).",
        )
    followed = list(Cascade(world, context).fallback(link))
    yield LinkDeclined(
        link=link.id,
        activation=link.activation,
        incident=link.incident,
        reason=command.reason,
        text=command.text,
        fallback=getattr(followed[0], "link", None) if followed else None,
        late=link.late_at(context.occurred_at),
    )
    yield from followed


def time_out_link(world: World, command: TimeOutLink, context: Context) -> Iterator[AnyEvent]:
    """Asked by the system of itself: overdue is said once, then it goes up, twice at the most. Not once the incident is closed."""
    link = world.link(command.link)
    if link.answered or link.due_at is None or context.now <= link.due_at:
        return
    if world.incident(link.incident).closed_at is not None:
        return
    if not link.timed_out:
        yield LinkTimedOut(
            link=link.id, activation=link.activation, incident=link.incident, due_at=link.due_at
        )
    step = len(link.escalated) + 1
    if step > ESCALATIONS_MAX:
        return
    root = world.root
    lead = f"{root.id}/{LEAD}" if root is not None else link.to_post
    to_post = link.escalate_to or lead if step == 1 else lead
    wait_s = max(ESCALATION_MIN_S, (link.ack_s or ESCALATION_MIN_S) >> step)
    yield LinkEscalated(
        link=link.id,
        activation=link.activation,
        incident=link.incident,
        to_post=to_post,
        step=step,
        due_at=context.now + timedelta(seconds=wait_s) if step < ESCALATIONS_MAX else None,
    )


def trigger_links(world: World, command: TriggerLinks, context: Context) -> Iterator[AnyEvent]:
    """Asked by the system of itself: what waited for the government goes out, each link once."""
    activation = world.activation(command.activation)
    if activation.open:
        yield from Cascade(world, context).triggered(activation, frozenset({"government_on_scene"}))


def _unanswered(link: Link) -> None:
    if link.state in ("accepted", "declined", "satisfied"):
        raise Rule(
            "link_answered",
            f"衔接 {link.id} 已答复（{link.state}）。",
            f"The link {link.id} was answered already ({link.state}).",
            link=link.id,
            state=link.state,
        )
