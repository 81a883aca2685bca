"""Links 衔接: what one plan's activation asks of another plan or post, how it was answered, and what happened when it was not."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, assert_never

from msgspec import Meta, Struct, structs

from core.messages import Command, Event, Id, Line, Text
from core.scales import ResponseLevel

LinkKind = Literal["notify", "activate", "request", "hand_over", "warn"]
"""通知 | 启动 | 请求支援 | 移交指挥 | 警示."""
DeclineReason = Literal["no_capacity", "not_ours", "unsafe", "other"]
LinkState = Literal["open", "acknowledged", "accepted", "declined", "satisfied"]


# --- asked ---


class AcknowledgeLink(Command, frozen=True):
    """The post has read it 确认收悉."""

    link: Id


class AcceptLink(Command, frozen=True):
    """The post takes it on 接受: an activation is made in the same decision; a request says what comes and when."""

    link: Id
    coming: Text | None = None
    expected_s: Annotated[int, Meta(ge=0, le=366 * 24 * 3600)] | None = None


class DeclineLink(Command, frozen=True):
    """The post does not take it on 拒绝: the fallback opens at once."""

    link: Id
    reason: DeclineReason
    text: Line | None = None


class TimeOutLink(Command, frozen=True):
    """The answer to a link is overdue: say so, and go up 超时升级."""

    link: Id


class TriggerLinks(Command, frozen=True):
    """The government is on scene: the links of an activation that waited for it go out 触发衔接 (asked by the system of itself)."""

    activation: Id


LinkCommand = AcknowledgeLink | AcceptLink | DeclineLink | TimeOutLink | TriggerLinks


# --- happened ---


class LinkOpened(Event, frozen=True):
    """衔接已发出: to a post, or to a plan at a level; `text` is what was sent, `due_at` when an answer is due."""

    link: str
    activation: str
    plan: str
    incident: str
    plan_link: str
    kind: LinkKind
    to_post: str
    text: str
    to_plan: str | None = None
    to_level: ResponseLevel | None = None
    asks: str | None = None
    channel: str | None = None
    due_at: datetime | None = None
    ack_s: int | None = None
    escalate_to: str | None = None
    fallback: str | None = None
    citation: str | None = None


class LinkAcknowledged(Event, frozen=True):
    """衔接已确认收悉; `late`: after its time."""

    link: str
    activation: str
    incident: str
    late: bool = False


class LinkAccepted(Event, frozen=True):
    """衔接已接受; `automatic`: by the receiving plan's own rule."""

    link: str
    activation: str
    incident: str
    coming: str | None = None
    expected_s: int | None = None
    automatic: bool = False
    late: bool = False


class LinkDeclined(Event, frozen=True):
    """衔接被拒绝; `fallback` names the link that opened instead."""

    link: str
    activation: str
    incident: str
    reason: DeclineReason
    text: str | None = None
    fallback: str | None = None
    late: bool = False


class LinkTimedOut(Event, frozen=True):
    """衔接超时未答复."""

    link: str
    activation: str
    incident: str
    due_at: datetime


class LinkEscalated(Event, frozen=True):
    """衔接已升级 to another post; the first addressee is not withdrawn."""

    link: str
    activation: str
    incident: str
    to_post: str
    step: int
    due_at: datetime | None = None


class LinkSatisfied(Event, frozen=True):
    """衔接已满足: the target is active at that level, or a higher one."""

    link: str
    activation: str
    incident: str
    by: str


LinkEvent = (
    LinkOpened | LinkAcknowledged | LinkAccepted | LinkDeclined | LinkTimedOut | LinkEscalated | LinkSatisfied
)


# --- remembered ---


class Link(Struct, frozen=True, omit_defaults=True):
    """A link that was sent."""

    id: str
    activation: str
    plan: str
    incident: str
    plan_link: str
    kind: LinkKind
    to_post: str
    text: str
    opened_at: datetime
    position: int
    to_plan: str | None = None
    to_level: ResponseLevel | None = None
    asks: str | None = None
    channel: str | None = None
    due_at: datetime | None = None
    ack_s: int | None = None
    escalate_to: str | None = None
    escalated: tuple[str, ...] = ()
    fallback: str | None = None
    citation: str | None = None
    state: LinkState = "open"
    timed_out: bool = False
    acknowledged_at: datetime | None = None
    answered_at: datetime | None = None
    first_due_at: datetime | None = None
    """When an answer was due of whom it went to first: the time that a finding counts from, however often it went up since."""

    def late_at(self, at: datetime) -> bool:
        """Whether an answer of that time comes after its own. On the limit exactly is in time; what went up stays late."""
        return self.timed_out or (self.due_at is not None and at > self.due_at)

    @property
    def answered(self) -> bool:
        """Enough for its kind: reading is an answer to a notice or a warning, not to a request."""
        if self.state == "acknowledged":
            return self.kind in ("notify", "warn")
        return self.state != "open"


def evolve(before: Link | None, event: LinkEvent, at: datetime, position: int) -> Link | None:
    """The link after an event; none of one never opened."""
    if isinstance(event, LinkOpened):
        return Link(
            event.link,
            event.activation,
            event.plan,
            event.incident,
            event.plan_link,
            event.kind,
            event.to_post,
            event.text,
            at,
            position,
            event.to_plan,
            event.to_level,
            event.asks,
            event.channel,
            event.due_at,
            event.ack_s,
            event.escalate_to,
            fallback=event.fallback,
            citation=event.citation,
            first_due_at=event.due_at,
        )
    if before is None:
        return None
    match event:
        case LinkAcknowledged():
            state: LinkState = "acknowledged" if before.state == "open" else before.state
            return structs.replace(before, state=state, acknowledged_at=at)
        case LinkAccepted():
            return structs.replace(before, state="accepted", answered_at=at)
        case LinkDeclined():
            return structs.replace(before, state="declined", answered_at=at)
        case LinkSatisfied():
            return structs.replace(before, state="satisfied", answered_at=at)
        case LinkTimedOut():
            return structs.replace(before, timed_out=True, due_at=None)
        case LinkEscalated():
            return structs.replace(before, escalated=(*before.escalated, event.to_post), due_at=event.due_at)
        case _:
            assert_never(event)
