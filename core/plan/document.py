"""The plan file `liandong-plan/1`: what a plan says, and nothing that is worked out from it. One immutable file is one version."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from core.kinds import Field
from core.messages import Id, Line, Name, PostId
from core.plan.conditions import Condition
from core.plan.parts import Closure, Evacuation, Part, Resource, WarningAction, Zone
from core.plan.values import (
    ITEMS_MAX,
    ChannelKind,
    Clause,
    Code,
    Duration,
    Duty,
    Hours,
    LinkKind,
    Version,
)
from core.scales import ResponseLevel

FORMAT = "liandong-plan/1"

PlanKind = Literal[
    "government_overall",
    "government_special",
    "government_street",
    "department",
    "enterprise_comprehensive",
    "enterprise_special",
    "enterprise_scene",
    "community",
    "joint",
    "event_support",
]
PLAN_KINDS: dict[PlanKind, tuple[str, str]] = {
    "government_overall": ("总体预案", "overall plan"),
    "government_special": ("专项预案", "special plan"),
    "government_street": ("街道预案", "street plan"),
    "department": ("部门预案", "department plan"),
    "enterprise_comprehensive": ("企业综合预案", "enterprise comprehensive plan"),
    "enterprise_special": ("企业专项预案", "enterprise special plan"),
    "enterprise_scene": ("现场处置方案", "on-scene plan"),
    "community": ("社区预案", "community plan"),
    "joint": ("联合预案", "joint plan"),
    "event_support": ("重大活动保障预案", "event support plan"),
}
Evidence = Literal["reading", "count", "entry", "photo", "report", "signature"]
EVIDENCE: dict[Evidence, tuple[str, str]] = {
    "reading": ("读数", "reading"),
    "count": ("清点", "count"),
    "entry": ("记录", "log entry"),
    "photo": ("照片", "photograph"),
    "report": ("报告", "report"),
    "signature": ("签字", "signature"),
}
Trigger = Literal["activated", "stood_by", "raised", "lowered", "government_on_scene", "ended"]
TRIGGERS: dict[Trigger, tuple[str, str]] = {
    "activated": ("启动时", "on activation"),
    "stood_by": ("预警启动时", "on stand-by"),
    "raised": ("升级时", "when the level is raised"),
    "lowered": ("降级时", "when the level is lowered"),
    "government_on_scene": ("政府力量到场时", "when the government is on scene"),
    "ended": ("结束时", "at the end"),
}
LegalBasis = Literal["report_1h", "report_2h"]
Briefing = Literal["situation", "casualties", "teams", "orders", "open_items", "residual_risk"]
BRIEFING: dict[Briefing, tuple[str, str]] = {
    "situation": ("态势与危险", "situation and hazards"),
    "casualties": ("伤亡与失联", "casualties and missing"),
    "teams": ("队伍及位置", "teams and where they are"),
    "orders": ("有效指令", "orders in force"),
    "open_items": ("未完成任务与衔接", "open tasks and links"),
    "residual_risk": ("残余风险", "residual risk"),
}
LINKED_BOTH_ENDS: frozenset[LinkKind] = frozenset({"activate", "request", "hand_over"})
"""Links that the receiver must have taken on in a plan of its own."""


class Covers(Part, frozen=True, kw_only=True):
    """What the plan is for 适用范围."""

    events: Annotated[tuple[Code, ...], Meta(max_length=ITEMS_MAX)] = ()
    hazards: Annotated[tuple[Id, ...], Meta(max_length=ITEMS_MAX)] = ()
    risk_units: Annotated[tuple[Id, ...], Meta(max_length=ITEMS_MAX)] = ()
    places: Annotated[tuple[Id, ...], Meta(max_length=ITEMS_MAX)] = ()


class PlanValidity(Part, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Valid from and to, both days included, and the day of the last review 有效期."""

    from_: date
    to: date
    reviewed: date | None = None

    def covers(self, day: date) -> bool:
        return self.from_ <= day <= self.to


class Approval(Part, frozen=True, kw_only=True):
    """Who signed it and with whom it is filed 批准与备案."""

    by: PostId
    filed_with: Id | None = None


class UpperPlan(Part, frozen=True, kw_only=True):
    """An upper plan and the version that this one was reviewed against 上级预案."""

    plan: Id
    version: Version


class Section(Part, frozen=True, kw_only=True):
    """Text for print; rules never read it."""

    id: Id
    title: Name
    text: Annotated[str, Meta(max_length=20_000)]


class Channel(Part, frozen=True, kw_only=True):
    """One way to reach a post; `ref` points into the contact register, never at a number."""

    kind: ChannelKind
    ref: Id


class Contact(Part, frozen=True, kw_only=True):
    """A duty post and its channels 值班联系."""

    post: PostId
    hours: Hours = "24h"
    channels: Annotated[tuple[Channel, ...], Meta(min_length=1, max_length=20)]


class Start(Part, frozen=True, kw_only=True):
    """When and by whom a level is started 启动条件."""

    mode: Literal["automatic", "decision"]
    authority: PostId
    decide_within: Duration | None = None
    expected_duration: Duration | None = None
    when: Condition
    clause: Clause | None = None


class PlanTask(Part, frozen=True, kw_only=True):
    """Who does what, how fast, and what shows that it is done 任务."""

    id: Id
    title: Name
    post: PostId
    duty: Duty
    within: Duration
    evidence: Evidence
    critical: bool = False
    clause: Clause | None = None


class Target(Part, frozen=True, kw_only=True):
    """Where a link leads: a plan and its level, or a post."""

    plan: Id | None = None
    level: ResponseLevel | None = None
    post: PostId | None = None


class PlanLink(Part, frozen=True, kw_only=True):
    """A link out 衔接: what is told, started, asked for or handed over, how, by when, and who is asked if nobody answers."""

    id: Id
    kind: LinkKind
    to: Target
    asks: Duty | None = None
    trigger: Trigger
    channel: ChannelKind
    ack_within: Duration
    escalate_to: PostId
    fallback: Id | None = None
    legal_basis: LegalBasis | None = None
    clause: Clause | None = None


class EndCondition(Part, frozen=True, kw_only=True):
    """What must be shown before the end, by what evidence, confirmed by whom 结束条件."""

    id: Id
    text: Name
    evidence: Evidence | None = None
    confirmed_by: PostId | None = None
    mandatory: bool = True
    clause: Clause | None = None


class End(Part, frozen=True, kw_only=True):
    """Who may end the response, after which upper plans or released by whom, and on what evidence 响应结束."""

    authority: PostId
    after: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()
    released_by: PostId | None = None
    conditions: Annotated[tuple[EndCondition, ...], Meta(max_length=50)] = ()


class PlanLevel(Part, frozen=True, kw_only=True):
    """One response level of the plan 响应级别."""

    start: Start
    tasks: Annotated[tuple[PlanTask, ...], Meta(max_length=ITEMS_MAX)] = ()
    links_out: Annotated[tuple[PlanLink, ...], Meta(max_length=ITEMS_MAX)] = ()
    end: End | None = None


class StandByPart(Part, frozen=True, kw_only=True):
    """What a warning below the start condition opens 预警启动."""

    tasks: Annotated[tuple[PlanTask, ...], Meta(max_length=ITEMS_MAX)] = ()
    links_out: Annotated[tuple[PlanLink, ...], Meta(max_length=ITEMS_MAX)] = ()


class LinkIn(Part, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A link that this plan takes, from which plan, at which post, with or without a decision 承接."""

    from_: Id
    kind: LinkKind
    accept: PostId
    mode: Literal["proposed", "automatic"]
    clause: Clause | None = None


class Expand(Part, frozen=True, kw_only=True):
    """When the upper level is asked 扩大响应."""

    from_level: ResponseLevel
    when: Condition
    clause: Clause | None = None


class LevelRow(Part, frozen=True, kw_only=True):
    """An own level and what it is in the upper plan 级别对应."""

    own: ResponseLevel
    upper: Id
    level: Literal["I", "II", "III", "IV", "none"]
    reason: Line | None = None

    @property
    def upper_level(self) -> ResponseLevel | None:
        """The upper plan's level, or None where the upper plan is only told."""
        return None if self.level == "none" else ResponseLevel(self.level)


class HandOver(Part, frozen=True, kw_only=True, rename={"from_": "from"}):
    """To whom command passes, on what condition, with what briefing 指挥权移交. What is missing is a finding, not a fault of form."""

    condition: Trigger | None = None
    from_: PostId | None = None
    to: PostId | None = None
    signed_by: Annotated[tuple[Literal["from", "to"], ...], Meta(max_length=2)] = ()
    within: Duration | None = None
    briefing: Annotated[tuple[Briefing, ...], Meta(max_length=6)] = ()
    clause: Clause | None = None


class PlanDocument(Part, frozen=True, kw_only=True):
    """One version of one plan 预案, exactly as the file says."""

    format: Literal["liandong-plan/1"]
    id: Id
    version: Version
    title: Name
    owner: Id
    kind: PlanKind
    fields: Annotated[tuple[Field, ...], Meta(min_length=1, max_length=7)]
    covers: Covers = Covers()
    valid: PlanValidity
    approval: Approval
    upper_plans: Annotated[tuple[UpperPlan, ...], Meta(max_length=20)] = ()
    sections: Annotated[tuple[Section, ...], Meta(max_length=50)] = ()
    contacts: Annotated[tuple[Contact, ...], Meta(max_length=ITEMS_MAX)] = ()
    levels: Annotated[dict[ResponseLevel, PlanLevel], Meta(min_length=1, max_length=4)]
    stand_by: StandByPart = field(default_factory=StandByPart)
    expand: Expand | None = None
    level_map: Annotated[tuple[LevelRow, ...], Meta(max_length=80)] = ()
    hand_over: HandOver | None = None
    links_in: Annotated[tuple[LinkIn, ...], Meta(max_length=ITEMS_MAX)] = ()
    accepts: Annotated[tuple[Duty, ...], Meta(max_length=ITEMS_MAX)] = ()
    warning_actions: Annotated[tuple[WarningAction, ...], Meta(max_length=ITEMS_MAX)] = ()
    resources: Annotated[tuple[Resource, ...], Meta(max_length=ITEMS_MAX)] = ()
    zones: Annotated[tuple[Zone, ...], Meta(max_length=50)] = ()
    evacuation: Evacuation | None = None
    closures: Annotated[tuple[Closure, ...], Meta(max_length=ITEMS_MAX)] = ()
    aware_of: Annotated[tuple[Id, ...], Meta(max_length=ITEMS_MAX)] = ()
