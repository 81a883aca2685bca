"""Warnings 预警: issued here, or weather signals that are relayed and never altered. Each addressee answers for itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, assert_never

from msgspec import Meta, Struct, structs

from core.messages import Command, Event, Id, Line, Moment, PostId, Text
from core.scales import WarningColour

WarningKind = Literal["government", "signal"]
"""政府预警 (应对法 Art. 64) | 气象预警信号, which only the weather station publishes."""
HazardType = Annotated[
    str, Meta(pattern=r"^[a-z][a-z_]{1,40}$", description="typhoon, rainstorm, thunderstorm …")
]
Posts = Annotated[tuple[PostId, ...], Meta(max_length=200)]


# --- asked ---


class IssueWarning(Command, frozen=True):
    """Issue a government warning 发布预警, with what the law wants in it (应对法 Art. 64)."""

    hazard_type: HazardType
    colour: WarningColour
    area: Line
    text: Text
    measures: Text
    begins: Moment
    ends: Moment | None = None
    addressees: Posts = ()
    warning: Id | None = None


class RelaySignal(Command, frozen=True):
    """Record a weather signal as its issuer published it 转发预警信号."""

    hazard_type: HazardType
    colour: WarningColour
    area: Line
    text: Text
    issuer: Line
    begins: Moment
    ends: Moment | None = None
    addressees: Posts = ()
    warning: Id | None = None


class AcknowledgeWarning(Command, frozen=True):
    """The addressee has it 确认收悉预警."""

    warning: Id


class UpdateWarning(Command, frozen=True):
    """Change colour or text 变更预警."""

    warning: Id
    colour: WarningColour
    text: Text
    ends: Moment | None = None


class CancelWarning(Command, frozen=True):
    """End a warning 解除预警."""

    warning: Id
    reason: Line


WarningCommand = IssueWarning | RelaySignal | AcknowledgeWarning | UpdateWarning | CancelWarning


# --- happened ---


class WarningIssued(Event, frozen=True):
    """预警已发布."""

    warning: str
    hazard_type: str
    colour: WarningColour
    area: str
    text: str
    measures: str
    begins: datetime
    ends: datetime | None = None
    addressees: tuple[str, ...] = ()


class SignalRelayed(Event, frozen=True):
    """预警信号已转发."""

    warning: str
    hazard_type: str
    colour: WarningColour
    area: str
    text: str
    issuer: str
    begins: datetime
    ends: datetime | None = None
    addressees: tuple[str, ...] = ()


class WarningAcknowledged(Event, frozen=True):
    """预警已确认收悉."""

    warning: str
    post: str


class WarningUpdated(Event, frozen=True):
    """预警已变更."""

    warning: str
    colour: WarningColour
    text: str
    ends: datetime | None = None


class WarningCancelled(Event, frozen=True):
    """预警已解除."""

    warning: str
    reason: str


WarningEvent = WarningIssued | SignalRelayed | WarningAcknowledged | WarningUpdated | WarningCancelled


# --- remembered ---


class Warned(Struct, frozen=True, omit_defaults=True):
    """A warning in force. `since` is when the present colour began, and `since_position` where the log says so."""

    id: str
    kind: WarningKind
    hazard_type: str
    colour: WarningColour
    area: str
    text: str
    begins: datetime
    since: datetime
    position: int
    ends: datetime | None = None
    addressees: tuple[str, ...] = ()
    acknowledged: tuple[str, ...] = ()
    issued_at: datetime | None = None
    since_position: int = 0
    issuer: str | None = None


def evolve(before: Warned | None, event: WarningEvent, at: datetime, position: int) -> Warned | None:
    """The warning after an event; none once it is cancelled, or where it was never issued."""
    match event:
        case WarningIssued() | SignalRelayed():
            kind: WarningKind = "government" if isinstance(event, WarningIssued) else "signal"
            issuer = event.issuer if isinstance(event, SignalRelayed) else None
            if before is not None and event.colour <= before.colour:
                # The issuer's next word on the same signal, no worse: nobody is asked again who has answered.
                return structs.replace(
                    before,
                    colour=event.colour,
                    area=event.area,
                    text=event.text,
                    begins=event.begins,
                    ends=event.ends,
                    addressees=event.addressees,
                )
            # A rise begins when its issuer says, or where it says no new time, now.
            since = event.begins if before is None or event.begins > before.since else at
            return Warned(
                event.warning,
                kind,
                event.hazard_type,
                event.colour,
                event.area,
                event.text,
                event.begins,
                since,
                position,
                event.ends,
                event.addressees,
                issued_at=at,
                since_position=position,
                issuer=issuer,
            )
        case WarningAcknowledged():
            if before is None:
                return None
            return structs.replace(before, acknowledged=(*before.acknowledged, event.post))
        case WarningUpdated():
            if before is None:
                return None
            updated = structs.replace(
                before, colour=event.colour, text=event.text, ends=event.ends or before.ends
            )
            if event.colour <= before.colour:
                return updated
            # A rise starts its own limits: everybody is asked again.
            return structs.replace(updated, since=at, since_position=position, issued_at=at, acknowledged=())
        case WarningCancelled():
            return None
        case _:
            assert_never(event)
