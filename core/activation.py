"""Activations 预案启动: one plan at one response level for one incident.

A cascade is one decision: the activation, what it opens, and the activations that its links bring about, together.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, assert_never

from msgspec import Meta, Struct, structs

from core.messages import Command, Event, Id, Line, Text
from core.scales import ResponseLevel

PlanVersion = Annotated[int, Meta(ge=1, le=100_000)]
Seconds = Annotated[int, Meta(ge=1, le=366 * 24 * 3600)]


# --- asked ---


class StandBy(Command, frozen=True):
    """Put a plan on stand-by 预警启动: below its start condition; opens its stand-by tasks only."""

    plan: Id
    incident: Id
    reason: Line
    warning: Id | None = None


class StandDown(Command, frozen=True):
    """End a stand-by that led to no activation 解除预警响应."""

    activation: Id
    reason: Line


class ActivatePlan(Command, frozen=True):
    """Activate a plan at a level for an incident 启动响应 (应对法 Art. 72: matters, level, expected duration, measures).

    The version is pinned. Outside the plan's validity, or at a level it does not define, only with `override_reason`. `link` or
    `proposal` name what asked for it: the link is accepted in the same decision.
    """

    plan: Id
    level: ResponseLevel
    incident: Id
    measures: Text | None = None
    version: PlanVersion | None = None
    expected_s: Seconds | None = None
    override_reason: Line | None = None
    link: Id | None = None
    proposal: Id | None = None


class ChangeResponseLevel(Command, frozen=True):
    """Raise or lower a running activation 调整响应级别. Lowering by more than one step needs a reason."""

    activation: Id
    level: ResponseLevel
    reason: Line | None = None
    override_reason: Line | None = None


class ReleaseActivation(Command, frozen=True):
    """The upper ending authority lets a lower activation end before its own 上级放行."""

    activation: Id
    conditions: Line


class EndResponse(Command, frozen=True):
    """End a response 解除响应: every condition has its evidence, or the ending authority says why not."""

    activation: Id
    reason: Line
    override_reason: Line | None = None


class DeclineProposal(Command, frozen=True):
    """The authority decides against it 不予启动, and says why; a link that asked for it is declined with it."""

    proposal: Id
    reason: Line


class ProposeActivation(Command, frozen=True):
    """A start condition has become true and its plan leaves the decision to an authority 建议启动."""

    plan: Id
    level: ResponseLevel
    incident: Id
    facts: tuple[int, ...] = ()


ActivationCommand = (
    StandBy
    | StandDown
    | ActivatePlan
    | ChangeResponseLevel
    | ReleaseActivation
    | EndResponse
    | DeclineProposal
    | ProposeActivation
)


# --- happened ---


class PlanStoodBy(Event, frozen=True):
    """预案已预警启动."""

    activation: str
    plan: str
    version: int
    incident: str
    reason: str
    warning: str | None = None


class PlanStoodDown(Event, frozen=True):
    """预警启动已解除."""

    activation: str
    plan: str
    incident: str
    reason: str


class PlanActivated(Event, frozen=True):
    """预案已启动. `link` and `cause` name what brought it about; `depth` is how far down the cascade it stands."""

    activation: str
    plan: str
    version: int
    level: ResponseLevel
    incident: str
    owner: str
    authority: str
    measures: str | None = None
    expected_s: int | None = None
    override_reason: str | None = None
    link: str | None = None
    cause: str | None = None
    depth: int = 0


class ResponseLevelChanged(Event, frozen=True):
    """响应级别已调整."""

    activation: str
    plan: str
    incident: str
    before: ResponseLevel
    level: ResponseLevel
    reason: str | None = None
    override_reason: str | None = None


class ActivationProposed(Event, frozen=True):
    """建议启动: it cites the facts and never activates; `due_at` is when the authority must have decided."""

    proposal: str
    plan: str
    version: int
    level: ResponseLevel
    incident: str
    authority: str
    due_at: datetime | None = None
    facts: tuple[int, ...] = ()
    link: str | None = None
    activation: str | None = None


class ProposalDeclined(Event, frozen=True):
    """建议未采纳."""

    proposal: str
    plan: str
    incident: str
    reason: str


class ActivationReleased(Event, frozen=True):
    """上级已放行: this activation may end before the upper ones named."""

    activation: str
    incident: str
    conditions: str
    uppers: tuple[str, ...] = ()


class ResponseEnded(Event, frozen=True):
    """响应已解除; `missing` are the conditions without evidence where it was ended by override, `notices` what is still open."""

    activation: str
    plan: str
    incident: str
    reason: str
    override_reason: str | None = None
    missing: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


ActivationEvent = (
    PlanStoodBy | PlanStoodDown | PlanActivated | ResponseLevelChanged | ActivationReleased | ResponseEnded
)


# --- remembered ---


class Activation(Struct, frozen=True, omit_defaults=True):
    """A plan on stand-by (`level` none) or active for an incident."""

    id: str
    plan: str
    version: int
    incident: str
    by: str
    at: datetime
    position: int
    level: ResponseLevel | None = None
    owner: str = ""
    authority: str | None = None
    expected_s: int | None = None
    link: str | None = None
    cause: str | None = None
    released_from: tuple[str, ...] = ()
    ended_at: datetime | None = None
    level_at: datetime | None = None
    level_position: int = 0
    ended_position: int = 0
    warning: str | None = None
    depth: int = 0

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def released(self) -> bool:
        """Whether an upper authority let it end before its own."""
        return bool(self.released_from)


class Proposal(Struct, frozen=True, omit_defaults=True):
    """An activation that waits for an authority's decision."""

    id: str
    plan: str
    version: int
    level: ResponseLevel
    incident: str
    authority: str
    opened_at: datetime
    position: int
    due_at: datetime | None = None
    link: str | None = None
    activation: str | None = None


def evolve(
    before: Activation | None, event: ActivationEvent, at: datetime, position: int, by: str
) -> Activation:
    """The activation after an event."""
    match event:
        case PlanStoodBy():
            return Activation(
                event.activation,
                event.plan,
                event.version,
                event.incident,
                by,
                at,
                position,
                warning=event.warning,
            )
        case PlanActivated():
            return Activation(
                event.activation,
                event.plan,
                event.version,
                event.incident,
                by,
                at,
                position,
                event.level,
                event.owner,
                event.authority,
                event.expected_s,
                event.link,
                event.cause,
                level_at=at,
                level_position=position,
                depth=event.depth,
            )
        case ResponseLevelChanged():
            known = before or Activation(event.activation, event.plan, 0, event.incident, by, at, position)
            return structs.replace(known, level=event.level, level_at=at, level_position=position)
        case ActivationReleased():
            known = before or Activation(event.activation, "", 0, event.incident, by, at, position)
            return structs.replace(known, released_from=(*known.released_from, *event.uppers))
        case ResponseEnded() | PlanStoodDown():
            known = before or Activation(event.activation, event.plan, 0, event.incident, by, at, position)
            return structs.replace(known, ended_at=at, ended_position=position)
        case _:
            assert_never(event)
