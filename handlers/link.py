"""The rules of links 衔接: read, taken on, declined, timed out. A late answer is still an answer, and stays late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core.catalogue import AnyEvent
from core.errors import Rule
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
from core.world import World
from handlers.cascade import Cascade

ESCALATION_MIN_S = 60
"""An escalation gives half the former time, and no less than this [design]."""
ESCALATIONS_MAX = 2
LEAD = "duty_lead"


def acknowledge_link(world: World, command: AcknowledgeLink, context: Context) -> Iterator[AnyEvent]:
    """The post has read it; enough for a notice or a warning."""
    link = world.link(command.link)
    if link.acknowledged_at is None and link.state == "open":
        yield LinkAcknowledged(
            link=link.id, activation=link.activation, incident=link.incident, late=_late(link, context)
        )


def accept_link(world: World, command: AcceptLink, context: Context) -> Iterator[AnyEvent]:
    """An activation is made in the same decision."""
    link = world.link(command.link)
    if link.state == "accepted":
        return
    _unanswered(link)
    yield LinkAccepted(
        link=link.id,
        activation=link.activation,
        incident=link.incident,
        coming=command.coming,
        expected_s=command.expected_s,
        late=_late(link, context),
    )
    if link.kind != "activate" or link.to_plan is None or link.to_level is None:
        return
    incident = world.open_incident(link.incident)
    target = world.plan(link.to_plan)
    running = world.activation_of(target.id, incident.id)
    if running is not None and running.level is not None and running.level >= link.to_level:
        yield LinkSatisfied(link=link.id, activation=link.activation, incident=incident.id, by=running.id)
        return
    if running is not None and running.level is not None:
        return  # active at a lower level: raising it is a decision of its own, and proposed already
    cascade = Cascade(world, context)
    yield from cascade.activate(
        target, link.to_level, incident.id, link=link.id, cause=link.activation, depth=1
    )


def decline_link(world: World, command: DeclineLink, context: Context) -> Iterator[AnyEvent]:
    """The plan's fallback opens at once."""
    link = world.link(command.link)
    if link.state == "declined":
        return
    _unanswered(link)
    adopted = world.plans.get(link.plan)
    document = adopted.document if adopted is not None else None
    parts = list(document.levels.values()) if document is not None else []
    fallback = next(
        (
            one
            for part in parts
            for one in part.links_out
            if link.fallback is not None and one.id == link.fallback
        ),
        None,
    )
    open_already = {one.plan_link for one in world.links.values() if one.activation == link.activation}
    cascade = Cascade(world, context)
    followed: list[AnyEvent] = []
    if fallback is not None and adopted is not None and fallback.id not in open_already:
        followed = list(cascade.open_link(link.activation, adopted, link.incident, fallback, 0))
    yield LinkDeclined(
        link=link.id,
        activation=link.activation,
        incident=link.incident,
        reason=command.reason,
        text=command.text,
        fallback=getattr(followed[0], "link", None) if followed else None,
        late=_late(link, context),
    )
    yield from followed


def time_out_link(world: World, command: TimeOutLink, context: Context) -> Iterator[AnyEvent]:
    """Asked by the system of itself: overdue is said once, then it goes up, twice at the most."""
    link = world.link(command.link)
    if link.answered or link.due_at is None or context.now <= link.due_at:
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
    adopted = world.plans.get(activation.plan)
    version = adopted.pinned(activation.version) if adopted is not None else None
    if version is None or activation.ended_at is not None or activation.level is None:
        return
    part = version.document.levels.get(activation.level)
    sent = {link.plan_link for link in world.links.values() if link.activation == activation.id}
    cascade = Cascade(world, context)
    for link in part.links_out if part is not None else ():
        if link.trigger == "government_on_scene" and link.id not in sent:
            yield from cascade.open_link(activation.id, version, activation.incident, link, 0)


def _late(link: Link, context: Context) -> bool:
    return link.timed_out or (link.due_at is not None and context.occurred_at > link.due_at)


def _unanswered(link: Link) -> None:
    if link.state in ("accepted", "declined", "satisfied"):
        raise Rule(
            "link_answered",
            f"衔接 {link.id} 已答复（{link.state}）。",
            f"The link {link.id} was answered already ({link.state}).",
            link=link.id,
            state=link.state,
        )
