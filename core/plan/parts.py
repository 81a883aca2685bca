"""Parts of a plan file that point into the register of things and space: warnings, resources, zones, evacuation, closures."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.messages import Id, Line, Name, PostId
from core.plan.values import (
    ITEMS_MAX,
    ONE_OR_MANY,
    Clause,
    Degrees,
    Duty,
    Metres,
    People,
    Quantity,
    Ring,
    StockId,
    WarningType,
)
from core.scales import ResponseLevel, WarningColour

Exception_ = Literal["rescue", "evacuees", "residents"]


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the file: unknown keys are errors, keys beginning `x-` are kept with the file and mean nothing."""


class WarningAction(Part, frozen=True, kw_only=True):
    """What a warning of these types and colours does to this plan 预警行动."""

    type: Annotated[tuple[WarningType, ...], Meta(min_length=1, max_length=50, extra_json_schema=ONE_OR_MANY)]
    colour: Annotated[
        tuple[WarningColour, ...], Meta(min_length=1, max_length=4, extra_json_schema=ONE_OR_MANY)
    ]
    action: Literal["stand_by", "activate", "none"]
    level: ResponseLevel | None = None
    reason: Line | None = None
    clause: Clause | None = None


class Resource(Part, frozen=True, kw_only=True):
    """Something the plan counts on: exactly one of team, stock, shelter, agreement 资源."""

    team: Id | None = None
    stock: StockId | None = None
    shelter: Id | None = None
    agreement: Id | None = None
    capability: Duty | None = None
    quantity: Quantity = 1
    unit: Annotated[str, Meta(min_length=1, max_length=16)] | None = None
    exclusive: bool = False


class Wind(Part, frozen=True, kw_only=True):
    """The design wind of a zone: where it comes from, how wide and how far the downwind sector reaches 设计风向."""

    from_deg: Degrees
    half_angle_deg: Annotated[float, Meta(gt=0, le=180)]
    reach_m: Metres


class Shape(Part, frozen=True, kw_only=True):
    """A circle round a place, or a ring of its own."""

    circle: Id | None = None
    radius_m: Metres | None = None
    polygon: Ring | None = None


class Zone(Part, frozen=True, kw_only=True):
    """An effect zone and where its figure comes from 影响区. Without `hazard` it belongs to every hazard the plan covers."""

    id: Id
    scenario: Name
    shape: Shape
    hazard: Id | None = None
    wind: Wind | None = None
    citation: Line


class Evacuation(Part, frozen=True, kw_only=True):
    """Where people go, by which routes, how many 疏散安置."""

    routes: Annotated[tuple[Id, ...], Meta(max_length=ITEMS_MAX)] = ()
    shelters: Annotated[tuple[Id, ...], Meta(max_length=ITEMS_MAX)] = ()
    rendezvous: Id | None = None
    expected: People = 0
    needs_help: People = 0


class Closure(Part, frozen=True, kw_only=True, rename={"except_": "except"}):
    """A planned closure of a road segment; `forward` is the direction in which the segment is drawn 计划封路."""

    segment: Id
    direction: Literal["both", "forward", "backward"] = "both"
    authority: PostId
    except_: Annotated[tuple[Exception_, ...], Meta(max_length=3)] = ()
