"""Dispatches 调派: one team's assignment to one incident, with the times that somebody reported. What nobody reported stays null."""

from __future__ import annotations

from typing import Annotated, Literal, assert_never

from msgspec import Meta, Struct, structs

from core.messages import Command, Count, Event, Id, Line, Moment, Precision, Source, Stamp

Milestone = Literal[
    "ordered",
    "acknowledged",
    "en_route",
    "on_scene",
    "working",
    "released",
    "returned",
    "cancelled",
    "failed",
    "left_scene",
    "at_hospital",
]
State = Literal[
    "ordered",
    "acknowledged",
    "en_route",
    "on_scene",
    "working",
    "released",
    "returned",
    "cancelled",
    "failed",
]
STAGES: tuple[State, ...] = ("ordered", "acknowledged", "en_route", "on_scene", "working")
"""The open states in their order."""
CancelReason = Literal["false_alarm", "turned_back", "not_needed", "declined"]
WithdrawReason = Literal["danger", "relief", "other"]
DispatchId = Annotated[Id, Meta(description="the assignment, never only the team")]


# --- asked ---


class DispatchTeam(Command, frozen=True):
    """Order a team to an incident 调派, by right or under an `agreement`. `divert` takes it from where it is: that assignment closes."""

    incident: Id
    team: Id
    dispatch: Id | None = None
    divert: bool = False
    agreement: Id | None = None


class AcknowledgeDispatch(Command, frozen=True):
    """The team has the order 接令."""

    dispatch: DispatchId


class DepartTeam(Command, frozen=True):
    """The team is on its way 出动."""

    dispatch: DispatchId


class ArriveTeam(Command, frozen=True):
    """The team is there 到场."""

    dispatch: DispatchId


class StartWork(Command, frozen=True):
    """The team works 展开处置; again, after it was pulled back."""

    dispatch: DispatchId


class WithdrawTeam(Command, frozen=True):
    """Pull a team back on scene 撤离 (708号令 Art. 22)."""

    dispatch: DispatchId
    reason: WithdrawReason


class ReleaseTeam(Command, frozen=True):
    """The team is no longer needed 解除 and free for the next order."""

    dispatch: DispatchId


class ReturnTeam(Command, frozen=True):
    """The team is back 归队."""

    dispatch: DispatchId


class CancelDispatch(Command, frozen=True):
    """Call an assignment off before the team is there 取消调派."""

    dispatch: DispatchId
    reason: CancelReason


class AccountForCrew(Command, frozen=True):
    """Count the crew 人员清点: the three figures add up to the strength that was sent."""

    dispatch: DispatchId
    out: Count
    inside: Count
    missing: Count


class CorrectMilestone(Command, frozen=True):
    """Correct a milestone 更正时间; `to` null withdraws it. Both values stay visible."""

    dispatch: DispatchId
    milestone: Milestone
    to: Moment | None
    reason: Line
    source: Source = "manual"
    precision: Precision = "second"


DispatchCommand = (
    DispatchTeam
    | AcknowledgeDispatch
    | DepartTeam
    | ArriveTeam
    | StartWork
    | WithdrawTeam
    | ReleaseTeam
    | ReturnTeam
    | CancelDispatch
    | AccountForCrew
    | CorrectMilestone
)


# --- happened --- (each names dispatch, team and incident; `late`: it came after the assignment had ended)


class TeamDispatched(Event, frozen=True):
    """队伍已调派; `strength` is what was sent."""

    dispatch: str
    team: str
    incident: str
    strength: int = 0
    diverted_from: str | None = None
    agreement: str | None = None


class DispatchAcknowledged(Event, frozen=True):
    """队伍已接令."""

    dispatch: str
    team: str
    incident: str
    late: bool = False


class TeamDeparted(Event, frozen=True):
    """队伍已出动."""

    dispatch: str
    team: str
    incident: str
    late: bool = False


class TeamArrived(Event, frozen=True):
    """队伍已到场."""

    dispatch: str
    team: str
    incident: str
    late: bool = False


class WorkStarted(Event, frozen=True):
    """队伍已展开处置; `resumed`: again, after it was pulled back."""

    dispatch: str
    team: str
    incident: str
    resumed: bool = False
    late: bool = False


class TeamWithdrawn(Event, frozen=True):
    """队伍已撤离."""

    dispatch: str
    team: str
    incident: str
    reason: WithdrawReason


class TeamReleased(Event, frozen=True):
    """队伍已解除."""

    dispatch: str
    team: str
    incident: str
    late: bool = False


class TeamReturned(Event, frozen=True):
    """队伍已归队."""

    dispatch: str
    team: str
    incident: str
    late: bool = False


class DispatchCancelled(Event, frozen=True):
    """调派已取消; for `diverted`, `to` names the assignment that took the team."""

    dispatch: str
    team: str
    incident: str
    reason: CancelReason | Literal["diverted"]
    to: str | None = None
    late: bool = False


class CrewAccountedFor(Event, frozen=True):
    """人员已清点."""

    dispatch: str
    team: str
    incident: str
    out: int
    inside: int
    missing: int


class DispatchMilestoneCorrected(Event, frozen=True):
    """时间已更正; `before` and `to` both stay visible, `corrects` is the position that said otherwise."""

    dispatch: str
    team: str
    incident: str
    milestone: Milestone
    before: Moment | None
    to: Moment | None
    corrects: int
    reason: str
    source: Source = "manual"
    precision: Precision = "second"
    late: bool = False


DispatchEvent = (
    TeamDispatched
    | DispatchAcknowledged
    | TeamDeparted
    | TeamArrived
    | WorkStarted
    | TeamWithdrawn
    | TeamReleased
    | TeamReturned
    | DispatchCancelled
    | CrewAccountedFor
    | DispatchMilestoneCorrected
)


# --- remembered ---


class Crew(Struct, frozen=True):
    """The last count of a crew."""

    out: int
    inside: int
    missing: int


class Dispatch(Struct, frozen=True, omit_defaults=True):
    """An assignment as it stands. A milestone nobody reported is None; `diverted` is when another order took the team."""

    id: str
    team: str
    incident: str
    by: str
    strength: int = 0
    ordered: Stamp | None = None
    acknowledged: Stamp | None = None
    en_route: Stamp | None = None
    on_scene: Stamp | None = None
    working: Stamp | None = None
    released: Stamp | None = None
    returned: Stamp | None = None
    cancelled: Stamp | None = None
    failed: Stamp | None = None
    diverted: Stamp | None = None
    left_scene: Stamp | None = None
    at_hospital: Stamp | None = None
    origin: str | None = None
    cancel_reason: str | None = None
    diverted_to: str | None = None
    pulled_back: bool = False
    withdrawn: Stamp | None = None
    crew: Crew | None = None
    withdrawn_for: WithdrawReason | None = None
    resumed: Stamp | None = None
    counted: Stamp | None = None
    agreement: str | None = None

    @property
    def ended(self) -> State | None:
        """The terminal state, if it has come to one."""
        if self.diverted is not None:
            return "cancelled"
        if self.failed is not None:
            return "failed"
        if self.cancelled is not None:
            return "cancelled"
        return "returned" if self.returned is not None else None

    @property
    def state(self) -> State:
        """The furthest milestone reached; pulled back counts as on scene."""
        if ended := self.ended:
            return ended
        if self.released is not None:
            return "released"
        if self.working is not None:
            return "on_scene" if self.pulled_back else "working"
        if self.on_scene is not None:
            return "on_scene"
        if self.en_route is not None:
            return "en_route"
        return "acknowledged" if self.acknowledged is not None else "ordered"

    @property
    def open(self) -> bool:
        """ordered … working: the team is bound."""
        # Asked at every fold of an assignment: `ended` spelled out.
        return (
            self.released is None
            and self.returned is None
            and self.cancelled is None
            and self.diverted is None
            and self.failed is None
        )


def evolve(dispatch: Dispatch | None, event: DispatchEvent, stamp: Stamp, by: str) -> Dispatch:
    """The assignment after an event that happened at `stamp`. Total: one never ordered becomes a bare one without times."""
    if isinstance(event, TeamDispatched):
        return Dispatch(
            event.dispatch, event.team, event.incident, by, event.strength, stamp, agreement=event.agreement
        )
    before = dispatch or Dispatch(event.dispatch, event.team, event.incident, by)
    match event:
        case DispatchAcknowledged():
            return structs.replace(before, acknowledged=stamp)
        case TeamDeparted():
            return structs.replace(before, en_route=stamp)
        case TeamArrived():
            return structs.replace(before, on_scene=stamp)
        case WorkStarted():
            if event.resumed:
                return structs.replace(before, pulled_back=False, resumed=stamp)
            # Work that began before the team was pulled back, told only now, does not send it in again.
            earlier = before.withdrawn is not None and stamp.at < before.withdrawn.at
            return structs.replace(before, working=stamp, pulled_back=before.pulled_back and earlier)
        case TeamWithdrawn():
            return structs.replace(before, pulled_back=True, withdrawn=stamp, withdrawn_for=event.reason)
        case TeamReleased():
            return structs.replace(before, released=stamp)
        case TeamReturned():
            return structs.replace(before, returned=stamp)
        case DispatchCancelled():
            if event.reason == "diverted":
                return structs.replace(before, diverted=stamp, diverted_to=event.to)
            return structs.replace(before, cancelled=stamp, cancel_reason=event.reason)
        case CrewAccountedFor():
            return structs.replace(before, crew=Crew(event.out, event.inside, event.missing), counted=stamp)
        case DispatchMilestoneCorrected():
            corrected = (
                None
                if event.to is None
                else Stamp(event.to, event.precision, event.source, stamp.position, stamp.by, corrected=True)
            )
            changed: dict[str, object] = {event.milestone: corrected}
            if event.milestone == "cancelled" and corrected is None:
                changed["cancel_reason"] = None
            return structs.replace(before, **changed)
        case _:
            assert_never(event)
