"""Organisations 组织 in a tree of four levels, and their posts 岗位. Names and codes change with time; old ones keep resolving."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, assert_never

from msgspec import Meta, Struct, structs

from core.messages import Command, Event, Id, Line, Name

Level = Literal["government", "department", "enterprise", "community"]
"""政府 | 部门 | 企业 | 社区. Streets (街道办事处) are government."""

Code = Annotated[
    str, Meta(pattern=r"^[0-9A-Za-z]{2,24}$(?!\n)", description="an official code, for example GB/T 2260")
]

STANDARD_POSTS: dict[str, tuple[str, str]] = {
    "duty": ("值班员", "duty officer"),
    "duty_lead": ("值班长", "duty lead"),
    "commander": ("总指挥", "commander"),
    "deputy_commander": ("副总指挥", "deputy commander"),
    "site_commander": ("现场指挥长", "site commander"),
    "team_lead": ("队伍带队岗", "team leader"),
    "safety": ("安全员", "safety officer"),
    "group_lead": ("工作组组长", "group leader"),
    "plan_keeper": ("预案管理员", "plan keeper"),
    "stock_keeper": ("物资管理员", "stock keeper"),
    "shelter_keeper": ("避难场所管理员", "shelter keeper"),
    "grid": ("网格员", "grid worker"),
    "building": ("楼长", "building manager"),
    "reporter": ("信息报告员", "information reporter"),
    "controller": ("导调", "exercise controller"),
    "evaluator": ("评估", "exercise evaluator"),
}


# --- asked ---


class RegisterOrganisation(Command, frozen=True):
    """Enter an organisation into the register 登记组织; `parent` is left out only for the root of the tree."""

    organisation: Id
    name: Name
    level: Level
    parent: Id | None = None
    code: Code | None = None


class RenameOrganisation(Command, frozen=True):
    """Give an organisation a new name or code 更名; the old ones keep resolving."""

    organisation: Id
    name: Name | None = None
    code: Code | None = None


class MergeOrganisation(Command, frozen=True):
    """Let one organisation go into another 并入."""

    organisation: Id
    into: Id


class DissolveOrganisation(Command, frozen=True):
    """End an organisation that owns no team and has no children 撤销."""

    organisation: Id
    reason: Line


class OpenPost(Command, frozen=True):
    """Open a post in an organisation 设岗. A standard post needs no name."""

    organisation: Id
    post: Id
    name: Name | None = None


class ClosePost(Command, frozen=True):
    """Close a post 撤岗: nobody acts at it any more."""

    organisation: Id
    post: Id


OrganisationCommand = (
    RegisterOrganisation
    | RenameOrganisation
    | MergeOrganisation
    | DissolveOrganisation
    | OpenPost
    | ClosePost
)


# --- happened ---


class OrganisationRegistered(Event, frozen=True):
    """组织已登记."""

    organisation: str
    name: Name
    level: Level
    parent: str | None = None
    code: str | None = None


class OrganisationRenamed(Event, frozen=True):
    """组织已更名."""

    organisation: str
    name: Name
    code: str | None = None


class OrganisationMerged(Event, frozen=True):
    """组织已并入另一组织."""

    organisation: str
    into: str


class OrganisationDissolved(Event, frozen=True):
    """组织已撤销."""

    organisation: str
    reason: str


class PostOpened(Event, frozen=True):
    """岗位已设立."""

    organisation: str
    post: str
    name: Name


class PostClosed(Event, frozen=True):
    """岗位已撤销."""

    organisation: str
    post: str


OrganisationEvent = (
    OrganisationRegistered
    | OrganisationRenamed
    | OrganisationMerged
    | OrganisationDissolved
    | PostOpened
    | PostClosed
)


# --- remembered ---


class Former(Struct, frozen=True, omit_defaults=True):
    """A name and code that were valid until a time 曾用名."""

    name: Name
    until: datetime
    code: str | None = None


class Organisation(Struct, frozen=True, omit_defaults=True):
    """An organisation as it stands, with what it was called before."""

    id: str
    name: Name
    level: Level
    parent: str | None = None
    code: str | None = None
    posts: dict[str, Name] = {}
    former: tuple[Former, ...] = ()
    merged_into: str | None = None
    dissolved: bool = False

    @property
    def active(self) -> bool:
        return self.merged_into is None and not self.dissolved


def evolve(organisation: Organisation | None, event: OrganisationEvent, at: datetime) -> Organisation:
    """The organisation after an event of time `at`. Total: an event about one never registered makes a bare one."""
    if isinstance(event, OrganisationRegistered):
        return Organisation(event.organisation, event.name, event.level, event.parent, event.code)
    before = organisation or Organisation(event.organisation, Name(zh=event.organisation), "enterprise")
    match event:
        case OrganisationRenamed():
            former = (*before.former, Former(before.name, at, before.code))
            return structs.replace(before, name=event.name, code=event.code or before.code, former=former)
        case OrganisationMerged():
            return structs.replace(before, merged_into=event.into)
        case OrganisationDissolved():
            return structs.replace(before, dissolved=True)
        case PostOpened():
            return structs.replace(before, posts={**before.posts, event.post: event.name})
        case PostClosed():
            posts = {post: name for post, name in before.posts.items() if post != event.post}
            return structs.replace(before, posts=posts)
        case _:
            assert_never(event)
