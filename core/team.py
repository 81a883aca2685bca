"""Teams 队伍: who can be sent. A team is bound to at most one open dispatch; its movements are facts of that dispatch."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, assert_never

from msgspec import Meta, Struct, structs

from core.kinds import TeamKind
from core.messages import Command, Event, Id, Line, Name, Place

Strength = Annotated[int, Meta(ge=0, le=10_000, description="persons")]
Capabilities = Annotated[tuple[Line, ...], Meta(max_length=50)]


# --- asked ---


class RegisterTeam(Command, frozen=True):
    """Enter a team into the register 登记队伍."""

    team: Id
    organisation: Id
    name: Name
    kind: TeamKind
    strength: Strength = 0
    capabilities: Capabilities = ()
    base: Place | None = None


class AmendTeam(Command, frozen=True):
    """Change what the register says of a team 变更队伍; what is left out stays."""

    team: Id
    organisation: Id | None = None
    name: Name | None = None
    kind: TeamKind | None = None
    strength: Strength | None = None
    capabilities: Capabilities | None = None
    base: Place | None = None


class TakeOutOfService(Command, frozen=True):
    """Take a team out of service 停用; an open dispatch of it has failed."""

    team: Id
    reason: Line


class ReturnToService(Command, frozen=True):
    """Put a team back into service 恢复待命."""

    team: Id


TeamCommand = RegisterTeam | AmendTeam | TakeOutOfService | ReturnToService


# --- happened ---


class TeamRegistered(Event, frozen=True):
    """队伍已登记."""

    team: str
    organisation: str
    name: Name
    kind: TeamKind
    strength: int = 0
    capabilities: tuple[str, ...] = ()
    base: Place | None = None


class TeamAmended(Event, frozen=True):
    """队伍信息已变更: the whole of what the register now says."""

    team: str
    organisation: str
    name: Name
    kind: TeamKind
    strength: int = 0
    capabilities: tuple[str, ...] = ()
    base: Place | None = None


class TeamTakenOutOfService(Event, frozen=True):
    """队伍已停用; `dispatch` and `incident` name the assignment that failed by it."""

    team: str
    reason: str
    dispatch: str | None = None
    incident: str | None = None


class TeamReturnedToService(Event, frozen=True):
    """队伍已恢复待命."""

    team: str


TeamEvent = TeamRegistered | TeamAmended | TeamTakenOutOfService | TeamReturnedToService


# --- remembered ---


class Team(Struct, frozen=True, omit_defaults=True):
    """A team as it stands. `dispatch` is its one open assignment."""

    id: str
    organisation: str
    name: Name
    kind: TeamKind
    strength: int = 0
    capabilities: tuple[str, ...] = ()
    base: Place | None = None
    in_service: bool = True
    since: datetime | None = None
    dispatch: str | None = None


def evolve(team: Team | None, event: TeamEvent, at: datetime) -> Team:
    """The team after an event of time `at`. Total: an event about one never registered makes a bare one."""
    if isinstance(event, TeamRegistered):
        return Team(
            event.team,
            event.organisation,
            event.name,
            event.kind,
            event.strength,
            event.capabilities,
            event.base,
        )
    before = team or Team(event.team, "", Name(zh=event.team), "other")
    match event:
        case TeamAmended():
            return structs.replace(
                before,
                organisation=event.organisation,
                name=event.name,
                kind=event.kind,
                strength=event.strength,
                capabilities=event.capabilities,
                base=event.base,
            )
        case TeamTakenOutOfService():
            return structs.replace(before, in_service=False, since=at, dispatch=None)
        case TeamReturnedToService():
            return structs.replace(before, in_service=True, since=at)
        case _:
            assert_never(event)
