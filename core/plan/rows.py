"""The rows of the register 登记册: what the checks know of organisations, teams, agreements, places … Plain data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.kinds import TeamKind
from core.messages import Count, Id, Line, Name, PostId
from core.organisation import Code as OfficialCode
from core.organisation import Level
from core.plan.values import (
    ALWAYS,
    ITEMS_MAX,
    ChannelKind,
    Code,
    Duty,
    Hours,
    Point,
    Quantity,
    Ring,
    StockId,
    Validity,
    Version,
    WarningType,
)
from core.plan.values import Line as Polyline
from core.scales import RiskColour

Ids = Annotated[tuple[Id, ...], Meta(max_length=ITEMS_MAX)]
Duties = Annotated[tuple[Duty, ...], Meta(max_length=ITEMS_MAX)]
Rule = Literal["L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12", "L13", "L14"]


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry of a register table."""


class Post(Row, frozen=True, kw_only=True):
    """A post 岗位 of an organisation."""

    id: Id
    name: Name | None = None
    valid: Validity = ALWAYS


class FormerName(Row, frozen=True, kw_only=True):
    """A name and code until (and with) a day 曾用名."""

    name: Name
    code: OfficialCode | None = None
    until: date


class OrganisationRow(Row, frozen=True, kw_only=True):
    """An organisation 组织: when it exists, what it was called, who took its place. `sectors` are the drill cycles it falls under."""

    id: Id
    name: Name
    level: Level
    parent: Id | None = None
    code: OfficialCode | None = None
    valid: Validity = ALWAYS
    former: Annotated[tuple[FormerName, ...], Meta(max_length=20)] = ()
    successor: Id | None = None
    posts: Annotated[tuple[Post, ...], Meta(max_length=ITEMS_MAX)] = ()
    sectors: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


class DutyChannel(Row, frozen=True, kw_only=True):
    """A duty channel 值班渠道: by what, for which post, at which hours. The number itself lies outside."""

    id: Id
    post: PostId
    kind: ChannelKind
    hours: Hours = "24h"
    valid: Validity = ALWAYS


class TeamRow(Row, frozen=True, kw_only=True):
    """A team 队伍; more than one owner makes it a joint team 联合队伍."""

    id: Id
    owners: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=20)]
    name: Name
    kind: TeamKind = "other"
    capabilities: Duties = ()
    quantity: Quantity = 1
    in_service: bool = True


class PartTime(Row, frozen=True, kw_only=True):
    """Part-time rescuers 兼职应急救援人员 that an organisation has named (708号令 Art. 10): how many, for what."""

    id: Id
    organisation: Id
    capabilities: Duties
    count: Count


class Stock(Row, frozen=True, kw_only=True):
    """A stock 物资 of one item in one depot."""

    id: StockId
    owner: Id
    name: Name
    quantity: Annotated[float, Meta(ge=0, le=1e9)]
    unit: Annotated[str, Meta(min_length=1, max_length=16)]


class AgreementRow(Row, frozen=True, kw_only=True):
    """A rescue agreement 救援服务协议: who helps whom, against which hazards, how fast, signed by which posts."""

    id: Id
    client: Id
    provider: Id
    hazards: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()
    capabilities: Duties = ()
    minutes: Annotated[int, Meta(ge=1, le=1440)] | None = None
    signed_by: Annotated[tuple[PostId, ...], Meta(max_length=10)] = ()
    valid: Validity


class HazardRow(Row, frozen=True, kw_only=True):
    """A hazard 危险源: whose, of what kind, where, and the capabilities that it needs."""

    id: Id
    organisation: Id
    name: Name
    kind: Code
    place: Id
    needs: Duties = ()


class Assessment(Row, frozen=True, kw_only=True):
    """A risk unit's colour from a day on 评估."""

    on: date
    colour: RiskColour


class RiskUnitRow(Row, frozen=True, kw_only=True):
    """A risk unit 风险单元; its colour at a day is that of the last assessment."""

    id: Id
    name: Name
    polygon: Ring | None = None
    point: Point | None = None
    assessments: Annotated[tuple[Assessment, ...], Meta(max_length=ITEMS_MAX)] = ()


class PlaceRow(Row, frozen=True, kw_only=True):
    """A place 地点: a point, or a site with its fence; the warning types it is exposed to."""

    id: Id
    name: Name
    point: Point
    polygon: Ring | None = None
    exposed: Annotated[tuple[WarningType, ...], Meta(max_length=50)] = ()
    valid: Validity = ALWAYS
    successor: Id | None = None


class ShelterRow(Row, frozen=True, kw_only=True):
    """A shelter 应急避难场所: where, for how many."""

    id: Id
    owner: Id
    name: Name
    point: Point
    capacity: Count
    in_service: bool = True


class CommunityRow(Row, frozen=True, kw_only=True):
    """A community's area 社区范围; the id is its organisation's."""

    id: Id
    polygon: Ring


class RouteRow(Row, frozen=True, kw_only=True):
    """A route 路线 in the direction in which it is used; `segments` are the road segments that it takes."""

    id: Id
    name: Name
    line: Polyline
    segments: Ids = ()


class SegmentRow(Row, frozen=True, kw_only=True):
    """A road segment 路段, drawn in its forward direction."""

    id: Id
    name: Name
    line: Polyline


class Lifeline(Row, frozen=True, kw_only=True):
    """The routes of which one must stay open to rescuers 生命通道."""

    id: Id
    name: Name
    routes: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=20)]


class Adoption(Row, frozen=True, kw_only=True):
    """From when to when a version is adopted 发布; without a row a file is adopted from its first valid day."""

    plan: Id
    version: Version
    adopted: date
    retired: date | None = None


class Ground(Row, frozen=True, kw_only=True):
    """A ground for revision (708号令 Art. 6) 修订事由: on which day, of which kind, touching which plans, organisations, hazards …"""

    id: Id
    on: date
    kind: Literal["law", "structure", "risk", "resource", "drill"]
    text: Name
    plans: Ids = ()
    organisations: Ids = ()
    hazards: Ids = ()


class Drill(Row, frozen=True, kw_only=True):
    """A drill 演练 that was closed with its review."""

    id: Id
    plan: Id
    on: date


class Waiver(Row, frozen=True, kw_only=True):
    """A finding that somebody takes upon himself until a day 豁免: who, why, until when."""

    rule: Rule
    plan: Id | None = None
    subject: Line
    by: PostId
    reason: Line
    until: date


class EventKind(Row, frozen=True, kw_only=True):
    """A kind of incident that a deployment adds to the shipped ones 突发事件种类; `successor` where it was renamed."""

    id: Code
    name: Name
    successor: Code | None = None
