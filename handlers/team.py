"""The rules of teams 队伍: the register, and whether a team can be sent at all."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue import AnyEvent
from core.errors import AlreadyExists
from core.messages import Context
from core.team import (
    AmendTeam,
    RegisterTeam,
    ReturnToService,
    TakeOutOfService,
    TeamAmended,
    TeamRegistered,
    TeamReturnedToService,
    TeamTakenOutOfService,
)
from core.world import World
from handlers.organisation import active
from handlers.places import settled


def register_team(world: World, command: RegisterTeam, context: Context) -> Iterator[AnyEvent]:
    """An id is registered once; the same words again change nothing."""
    owner = active(world.organisation(command.organisation))
    registered = TeamRegistered(
        team=command.team,
        organisation=owner.id,
        name=command.name,
        kind=command.kind,
        strength=command.strength,
        capabilities=command.capabilities,
        base=settled(command.base),
    )
    before = world.teams.get(command.team)
    if before is None:
        yield registered
        return
    if any(
        getattr(registered, name) != getattr(before, name)
        for name in registered.__struct_fields__
        if name != "team"
    ):
        raise AlreadyExists("team", "队伍", command.team)


def amend_team(world: World, command: AmendTeam, context: Context) -> Iterator[AnyEvent]:
    """The event says the whole of what the register now holds."""
    before = world.team(command.team)
    owner = (
        before.organisation
        if command.organisation is None
        else active(world.organisation(command.organisation)).id
    )
    amended = TeamAmended(
        team=before.id,
        organisation=owner,
        name=command.name or before.name,
        kind=command.kind or before.kind,
        strength=before.strength if command.strength is None else command.strength,
        capabilities=before.capabilities if command.capabilities is None else command.capabilities,
        base=before.base if command.base is None else settled(command.base),
    )
    if all(
        getattr(amended, name) == getattr(before, name)
        for name in amended.__struct_fields__
        if name != "team"
    ):
        return
    yield amended


def take_out_of_service(world: World, command: TakeOutOfService, context: Context) -> Iterator[AnyEvent]:
    """An open assignment of the team has failed by it."""
    team = world.team(command.team)
    if not team.in_service:
        return
    bound = world.dispatches.get(team.dispatch or "")
    yield TeamTakenOutOfService(
        team=team.id,
        reason=command.reason,
        dispatch=bound.id if bound else None,
        incident=bound.incident if bound else None,
    )


def return_to_service(world: World, command: ReturnToService, context: Context) -> Iterator[AnyEvent]:
    """Out of service → available."""
    if not world.team(command.team).in_service:
        yield TeamReturnedToService(team=command.team)
