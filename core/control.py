"""Protective orders 防范措施: traffic 交通管制, cordon 警戒, evacuation 疏散, shelter in place 就地避险. In force when confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from msgspec import Meta, Struct, structs

from core.messages import Command, Count, Event, Id, Latitude, Line, Longitude, Moment

ControlKind = Literal["traffic", "cordon", "evacuation", "shelter_in_place"]
Ring = Literal["hot", "warm", "cold", "outer"]
"""热区 | 温区 | 冷区 | 外围."""
Coordinates = tuple[Longitude, Latitude]


class Shape(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where an order holds: a circle, an area, or a line; WGS-84 degrees (lon, lat), radius in metres."""

    circle: Coordinates | None = None
    radius_m: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    polygon: Annotated[tuple[Coordinates, ...], Meta(max_length=500)] = ()
    line: Annotated[tuple[Coordinates, ...], Meta(max_length=500)] = ()


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    """A point that an order leads people to: a shelter 避难场所, a rendezvous point 集结点, a headquarters 指挥部."""

    kind: Literal["shelter", "rendezvous", "headquarters"]
    name: Line
    at: Coordinates


Sites = Annotated[tuple[Site, ...], Meta(max_length=50)]


class Evacuated(Struct, frozen=True, forbid_unknown_fields=True):
    """Counts of an evacuation: persons. `unknown` follows from them."""

    expected: Count
    moved: Count = 0
    refused: Count = 0

    @property
    def unknown(self) -> int:
        return max(0, self.expected - self.moved - self.refused)

    @property
    def estimate_wrong(self) -> bool:
        """More people were found than were expected: accepted, and shown."""
        return self.moved + self.refused > self.expected


# --- asked ---


class OrderControl(Command, frozen=True):
    """Order a measure 下达管制; it is not in force until the executing organisation says so."""

    incident: Id
    kind: ControlKind
    area: Line
    executing: Id
    reason: Line
    shape: Shape | None = None
    ring: Ring | None = None
    until: Moment | None = None
    lifting: Line | None = None
    exceptions: Annotated[tuple[Line, ...], Meta(max_length=20)] = ()
    evacuated: Evacuated | None = None
    sites: Sites = ()
    control: Id | None = None


class PutControlInForce(Command, frozen=True):
    """The executing organisation confirms it 生效."""

    control: Id


class AmendControl(Command, frozen=True):
    """Change it, and say what changed 调整; a new version, back in force."""

    control: Id
    change: Line
    area: Line | None = None
    shape: Shape | None = None
    until: Moment | None = None
    exceptions: Annotated[tuple[Line, ...], Meta(max_length=20)] | None = None
    evacuated: Evacuated | None = None
    sites: Sites | None = None


class ReviewControl(Command, frozen=True):
    """Look at it again and keep it as it is 复核, with a reason."""

    control: Id
    reason: Line


class LiftControl(Command, frozen=True):
    """End it 解除."""

    control: Id
    reason: Line


ControlCommand = OrderControl | PutControlInForce | AmendControl | ReviewControl | LiftControl


# --- happened ---


class ControlOrdered(Event, frozen=True):
    """管制已下达."""

    control: str
    incident: str
    kind: ControlKind
    area: str
    executing: str
    reason: str
    shape: Shape | None = None
    ring: Ring | None = None
    until: datetime | None = None
    lifting: str | None = None
    exceptions: tuple[str, ...] = ()
    evacuated: Evacuated | None = None
    sites: tuple[Site, ...] = ()


class ControlPutInForce(Event, frozen=True):
    """管制已生效."""

    control: str
    incident: str


class ControlAmended(Event, frozen=True):
    """管制已调整: what it now says in whole."""

    control: str
    incident: str
    version: int
    change: str
    area: str
    shape: Shape | None = None
    until: datetime | None = None
    exceptions: tuple[str, ...] = ()
    evacuated: Evacuated | None = None
    sites: tuple[Site, ...] = ()


class ControlReviewed(Event, frozen=True):
    """管制已复核."""

    control: str
    incident: str
    reason: str


class ControlLifted(Event, frozen=True):
    """管制已解除."""

    control: str
    incident: str
    reason: str


ControlEvent = ControlOrdered | ControlPutInForce | ControlAmended | ControlReviewed | ControlLifted


# --- remembered ---


class Control(Struct, frozen=True, omit_defaults=True):
    """An order as it stands. `changed` is the last event that made it hold somewhere else, `looked` the last look at it."""

    id: str
    incident: str
    kind: ControlKind
    area: str
    executing: str
    by: str
    ordered_at: datetime
    position: int
    shape: Shape | None = None
    ring: Ring | None = None
    until: datetime | None = None
    exceptions: tuple[str, ...] = ()
    evacuated: Evacuated | None = None
    version: int = 1
    in_force_at: datetime | None = None
    reviewed_at: datetime | None = None
    lifted_at: datetime | None = None
    sites: tuple[Site, ...] = ()
    changed_at: datetime | None = None
    changed_position: int = 0
    looked_position: int = 0

    @property
    def state(self) -> Literal["ordered", "in_force", "lifted"]:
        if self.lifted_at is not None:
            return "lifted"
        return "ordered" if self.in_force_at is None else "in_force"


def evolve(
    before: Control | None, event: ControlEvent, at: datetime, position: int, by: str
) -> Control | None:
    """The order after an event; none of one never ordered."""
    if isinstance(event, ControlOrdered):
        return Control(
            event.control,
            event.incident,
            event.kind,
            event.area,
            event.executing,
            by,
            at,
            position,
            event.shape,
            event.ring,
            event.until,
            event.exceptions,
            event.evacuated,
            sites=event.sites,
            changed_at=at,
            changed_position=position,
            looked_position=position,
        )
    if before is None:
        return None
    match event:
        case ControlPutInForce():
            return structs.replace(before, in_force_at=at, changed_at=at, changed_position=position)
        case ControlAmended():
            changed: dict[str, Any] = {
                name: getattr(event, name)
                for name in ("version", "area", "shape", "until", "exceptions", "evacuated", "sites")
            }
            changed |= {"changed_at": at, "changed_position": position, "looked_position": position}
            return structs.replace(before, **changed, reviewed_at=at)
        case ControlReviewed():
            return structs.replace(before, reviewed_at=at, looked_position=position)
        case ControlLifted():
            return structs.replace(before, lifted_at=at)
        case _:
            assert_never(event)
