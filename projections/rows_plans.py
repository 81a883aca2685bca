"""The rows of plans at work: plans, activations, proposals, tasks, links; one function makes each. Beside `rows_response`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from core.activation import Activation, Proposal
from core.adoption import Adopted
from core.link import Link, LinkKind, LinkState
from core.messages import Name
from core.organisation import Level, Organisation
from core.plan.document import PlanKind
from core.scales import ResponseLevel
from core.task import Task, TaskState


class ValidRow(Struct, frozen=True, rename={"from_": "from"}):
    """Both days included."""

    from_: date
    to: date


class PlanRow(Struct, frozen=True):
    """A plan of the register without its document. `events` are the kinds of incident that it is for; none: any."""

    id: str
    title: Name
    owner: str
    level: Level | None
    version: int
    valid: ValidRow
    levels: tuple[ResponseLevel, ...]
    kind: PlanKind
    events: tuple[str, ...]
    retired: bool


class ActivationRow(Struct, frozen=True):
    """`since` is when it began to stand as it does: stood by, active at this level, or ended."""

    id: str
    plan: str
    version: int
    level: ResponseLevel | None
    incident: str
    state: Literal["stood_by", "active", "ended"]
    at: datetime
    since: datetime
    link: str | None
    cause: str | None
    owner: str
    authority: str | None
    released: bool
    warning: str | None
    by: str
    position: int


class ProposalRow(Struct, frozen=True):
    id: str
    plan: str
    version: int
    level: ResponseLevel
    incident: str
    authority: str
    opened_at: datetime
    due_at: datetime | None
    link: str | None
    position: int


class TaskRow(Struct, frozen=True):
    id: str
    activation: str
    incident: str
    plan_task: str
    title: str
    post: str
    state: TaskState
    opened_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    critical: bool
    evidence: str | None
    duty: str | None
    citation: str | None
    position: int


class LinkRow(Struct, frozen=True):
    """`text` is what was sent. `due_at` is the present addressee's, `first_due_at` that of whom it went to first."""

    id: str
    activation: str
    incident: str
    plan: str
    kind: LinkKind
    plan_link: str
    to_post: str
    to_plan: str | None
    to_level: ResponseLevel | None
    asks: str | None
    state: LinkState
    answered: bool
    text: str
    channel: str | None
    opened_at: datetime
    due_at: datetime | None
    first_due_at: datetime | None
    timed_out: bool
    escalated: tuple[str, ...]
    acknowledged_at: datetime | None
    answered_at: datetime | None
    citation: str | None
    position: int


def plan_row(adopted: Adopted, owner: Organisation | None) -> PlanRow:
    document = adopted.document
    return PlanRow(
        id=adopted.id,
        title=document.title,
        owner=document.owner,
        level=owner.level if owner is not None else None,
        version=adopted.version,
        valid=ValidRow(document.valid.from_, document.valid.to),
        levels=tuple(sorted(document.levels, reverse=True)),
        kind=document.kind,
        events=document.covers.events,
        retired=adopted.retired_at is not None,
    )


def activation_row(one: Activation, adopted: Adopted | None) -> ActivationRow:
    """`adopted` is the version that it is pinned to."""
    state: Literal["stood_by", "active", "ended"] = "stood_by" if one.level is None else "active"
    if one.ended_at is not None:
        state = "ended"
    return ActivationRow(
        id=one.id,
        plan=one.plan,
        version=one.version,
        level=one.level,
        incident=one.incident,
        state=state,
        at=one.at,
        since=one.ended_at or one.level_at or one.at,
        link=one.link,
        cause=one.cause,
        owner=one.owner or (adopted.document.owner if adopted is not None else ""),
        authority=one.authority,
        released=one.released,
        warning=one.warning,
        by=one.by,
        position=one.position,
    )


def proposal_row(one: Proposal) -> ProposalRow:
    return ProposalRow(
        one.id,
        one.plan,
        one.version,
        one.level,
        one.incident,
        one.authority,
        one.opened_at,
        one.due_at,
        one.link,
        one.position,
    )


def task_row(one: Task) -> TaskRow:
    return TaskRow(
        one.id,
        one.activation,
        one.incident,
        one.plan_task,
        one.title,
        one.post,
        one.state,
        one.opened_at,
        one.due_at,
        one.done_at,
        one.critical,
        one.evidence,
        one.duty,
        one.citation,
        one.position,
    )


def link_row(one: Link) -> LinkRow:
    return LinkRow(
        id=one.id,
        activation=one.activation,
        incident=one.incident,
        plan=one.plan,
        kind=one.kind,
        plan_link=one.plan_link,
        to_post=one.to_post,
        to_plan=one.to_plan,
        to_level=one.to_level,
        asks=one.asks,
        state=one.state,
        answered=one.answered,
        text=one.text,
        channel=one.channel,
        opened_at=one.opened_at,
        due_at=one.due_at,
        first_due_at=one.first_due_at,
        timed_out=one.timed_out,
        escalated=one.escalated,
        acknowledged_at=one.acknowledged_at,
        answered_at=one.answered_at,
        citation=one.citation,
        position=one.position,
    )
