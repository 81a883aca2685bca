"""The rules of organisations and posts 组织与岗位."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue import AnyEvent
from core.errors import AlreadyExists, Rule
from core.messages import SYSTEM, Context, Name
from core.organisation import (
    STANDARD_POSTS,
    ClosePost,
    DissolveOrganisation,
    MergeOrganisation,
    OpenPost,
    Organisation,
    OrganisationDissolved,
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
    PostClosed,
    PostOpened,
    RegisterOrganisation,
    RenameOrganisation,
)
from core.world import World


def register_organisation(
    world: World, command: RegisterOrganisation, context: Context
) -> Iterator[AnyEvent]:
    """An id is registered once; the same words again change nothing. All but the root have an active parent."""
    before = world.organisations.get(command.organisation)
    if before is not None:
        same = (before.name, before.level, before.parent, before.code) == (
            command.name,
            command.level,
            world.codes.get(command.parent or "", command.parent),
            command.code,
        )
        if same:
            return
        raise AlreadyExists("organisation", "组织", command.organisation)
    if command.organisation == SYSTEM or command.organisation in world.codes:
        raise AlreadyExists("organisation", "组织", command.organisation)
    if command.code is not None:
        _free_code(world, command.code, None)
    parent = None
    if command.parent is not None:
        parent = active(world.organisation(command.parent)).id
    elif world.root is not None:
        raise Rule(
            "parent_required",
            f"除根组织 {world.root.id} 外，每个组织都须注明上级组织（parent）。",
            f"Every organisation but the root ({world.root.id}) needs its parent.",
            root=world.root.id,
        )
    yield OrganisationRegistered(
        organisation=command.organisation,
        name=command.name,
        level=command.level,
        parent=parent,
        code=command.code,
    )


def rename_organisation(world: World, command: RenameOrganisation, context: Context) -> Iterator[AnyEvent]:
    """The old name and code keep resolving."""
    before = active(world.organisation(command.organisation))
    name, code = command.name or before.name, command.code or before.code
    if (name, code) == (before.name, before.code):
        return
    if code != before.code and code is not None:
        _free_code(world, code, before.id)
    yield OrganisationRenamed(organisation=before.id, name=name, code=command.code)


def merge_organisation(world: World, command: MergeOrganisation, context: Context) -> Iterator[AnyEvent]:
    """What is below one organisation stands below the other from now on."""
    gone, into = world.organisation(command.organisation), active(world.organisation(command.into))
    if gone.merged_into == into.id:
        return
    active(gone)
    if world.is_within(into.id, gone.id):
        raise Rule(
            "circular_tree",
            f"不能把 {gone.id} 并入其自身或下级 {into.id}。",
            f"{gone.id} cannot be merged into itself or into what is below it ({into.id}).",
            organisation=gone.id,
            into=into.id,
        )
    _not_in_command(world, set(_posts_of(gone)))
    yield OrganisationMerged(organisation=gone.id, into=into.id)


def dissolve_organisation(
    world: World, command: DissolveOrganisation, context: Context
) -> Iterator[AnyEvent]:
    """Nothing may be left below it."""
    gone = world.organisation(command.organisation)
    if gone.dissolved:
        return
    active(gone)
    if gone.parent is None:
        raise Rule(
            "root_organisation",
            f"{gone.id} 是根组织，不能撤销。",
            f"{gone.id} is the root of the tree: it cannot be dissolved.",
            organisation=gone.id,
        )
    below = [
        one.id for one in world.organisations.values() if one.active and world.is_within(one.id, gone.id)
    ]
    children = [id for id in below if id != gone.id]
    owned = [one.id for one in world.teams.values() if world.is_within(one.organisation, gone.id)]
    if children or owned:
        raise Rule(
            "organisation_in_use",
            f"{gone.id} 仍有下级组织或队伍，请先划转。",
            f"{gone.id} still has organisations or teams below it: move them first.",
            organisations=children[:20],
            teams=owned[:20],
        )
    _not_in_command(world, set(_posts_of(gone)))
    yield OrganisationDissolved(organisation=gone.id, reason=command.reason)


def open_post(world: World, command: OpenPost, context: Context) -> Iterator[AnyEvent]:
    """A post is opened once."""
    organisation = active(world.organisation(command.organisation))
    standard = STANDARD_POSTS.get(command.post)
    name = command.name or (Name(*standard) if standard else Name(zh=command.post))
    if organisation.posts.get(command.post) == name:
        return
    yield PostOpened(organisation=organisation.id, post=command.post, name=name)


def close_post(world: World, command: ClosePost, context: Context) -> Iterator[AnyEvent]:
    """The district never loses its last duty desk, and a post in command hands over first."""
    organisation = world.organisation(command.organisation)
    if command.post not in organisation.posts:
        return
    desks = {"duty", "duty_lead"} & set(organisation.posts)
    if organisation.parent is None and desks == {command.post}:
        raise Rule(
            "last_duty_desk",
            "这是区级最后一个值班岗，不能撤销。",
            "This is the district's last duty desk: it cannot be closed.",
            organisation=organisation.id,
            post=command.post,
        )
    _not_in_command(world, {f"{organisation.id}/{command.post}"})
    yield PostClosed(organisation=organisation.id, post=command.post)


def _posts_of(organisation: Organisation) -> Iterator[str]:
    return (f"{organisation.id}/{post}" for post in organisation.posts)


def _not_in_command(world: World, posts: set[str]) -> None:
    """A post that goes hands over first: an incident is never left with a commander who cannot act."""
    held = [
        (one.id, post)
        for one in world.incidents.values()
        if one.closed_at is None and one.merged_into is None
        for post in one.holders.values()
        if post in posts
    ]
    if held:
        commanding = [id for id, _ in held]
        raise Rule(
            "post_in_command",
            f"{held[0][1]} 正在指挥 {'、'.join(commanding[:5])}，请先移交。",
            f"{held[0][1]} is in command of {', '.join(commanding[:5])}: hand over first.",
            post=held[0][1],
            incidents=commanding[:20],
        )


def _free_code(world: World, code: str, owner: str | None) -> None:
    """A code, like an id, means one organisation for ever."""
    if world.codes.get(code, owner) != owner or world.organisations.get(code, None) is not None:
        raise AlreadyExists("organisation_code", "组织代码", code)


def active(organisation: Organisation) -> Organisation:
    """The organisation itself. Raises Rule when it was dissolved or merged into another."""
    if not organisation.active:
        raise Rule(
            "organisation_not_active",
            f"组织 {organisation.id} 已撤销或已并入 {organisation.merged_into or '—'}。",
            f"Organisation {organisation.id} was dissolved or merged into {organisation.merged_into or 'nothing'}.",
            organisation=organisation.id,
            merged_into=organisation.merged_into,
        )
    return organisation
