"""Who may ask for what: one table, asked at the head, in the world as it stands. A post acts within its organisation's subtree.

`duty` and `duty_lead` of the district (the root of the tree) may send every command that the table does not reserve [design].
"""

from __future__ import annotations

from typing import Any

from core import activation, clock, dispatch, entry, finding, incident, leadership, link, organisation, team
from core.casualty import RecordCasualties
from core.catalogue import AnyCommand
from core.errors import NotAuthorised
from core.messages import Actor, Context
from core.operation import LIVE, OpenOperation
from core.world import World
from handlers.grants import (
    ANY,
    COMMANDER,
    DISTRICT,
    DUTY,
    ORDERER,
    OWNER,
    RECORDER,
    RESPONSE_GRANTS,
    SAFETY,
    TEAM,
    ZH,
    Grant,
)
from handlers.response_authority import holds_response

COMMAND_POSTS = frozenset({"duty_lead", "commander", "deputy_commander", "site_commander"})


GRANTS: dict[type[Any], tuple[Grant, ...]] = {
    OpenOperation: (DISTRICT, Grant.CONTROLLER),
    clock.StartClock: (DISTRICT, Grant.CONTROLLER),
    clock.JumpClock: (DISTRICT, Grant.CONTROLLER),
    clock.ChangeClockRate: (DISTRICT, Grant.CONTROLLER),
    clock.PauseClock: (DISTRICT, Grant.CONTROLLER),
    clock.ResumeClock: (DISTRICT, Grant.CONTROLLER),
    organisation.RegisterOrganisation: (DISTRICT, OWNER),
    organisation.RenameOrganisation: (DISTRICT, OWNER),
    organisation.MergeOrganisation: (DISTRICT,),
    organisation.DissolveOrganisation: (DISTRICT,),
    organisation.OpenPost: (DISTRICT, OWNER),
    organisation.ClosePost: (DISTRICT, OWNER),
    team.RegisterTeam: (DISTRICT, OWNER),
    team.AmendTeam: (DISTRICT, OWNER),
    team.TakeOutOfService: (DISTRICT, TEAM, OWNER),
    team.ReturnToService: (DISTRICT, TEAM, OWNER),
    incident.ReportIncident: (ANY,),
    incident.VerifyIncident: (DISTRICT, COMMANDER),
    incident.AmendIncident: (DISTRICT, COMMANDER),
    incident.DeclareMajorIncident: (ANY,),
    incident.LinkIncidents: (DISTRICT, COMMANDER),
    incident.MergeIncident: (DISTRICT, COMMANDER),
    incident.UnmergeIncident: (DISTRICT, COMMANDER),
    incident.CloseIncident: (DISTRICT, COMMANDER),
    incident.ReopenIncident: (DISTRICT, COMMANDER),
    RecordCasualties: (ANY,),
    entry.AddEntry: (ANY,),
    entry.StrikeEntry: (DISTRICT, COMMANDER, RECORDER),
    entry.RestoreEntry: (DISTRICT, COMMANDER, RECORDER),
    leadership.OfferCommand: (ANY,),  # the rule asks for the holder
    leadership.TransferCommand: (ANY,),  # the rule asks for an empty slot or an offer
    leadership.AssumeCommand: (Grant.LEAD, Grant.UPPER),
    dispatch.DispatchTeam: (DISTRICT, COMMANDER, OWNER),
    dispatch.AcknowledgeDispatch: (DISTRICT, TEAM, OWNER),
    dispatch.DepartTeam: (DISTRICT, TEAM, OWNER),
    dispatch.ArriveTeam: (DISTRICT, TEAM, OWNER, COMMANDER),
    dispatch.StartWork: (DISTRICT, TEAM, OWNER, COMMANDER),
    dispatch.WithdrawTeam: (DISTRICT, TEAM, COMMANDER, SAFETY),
    dispatch.ReleaseTeam: (DISTRICT, COMMANDER),
    dispatch.ReturnTeam: (DISTRICT, TEAM, OWNER),
    dispatch.CancelDispatch: (DISTRICT, COMMANDER, ORDERER, TEAM),
    dispatch.AccountForCrew: (DISTRICT, TEAM, COMMANDER, SAFETY),
    dispatch.CorrectMilestone: (DISTRICT, COMMANDER, RECORDER),
    **RESPONSE_GRANTS,
}

SYSTEM_PARTS: dict[str, frozenset[type[Any]]] = {
    "setup": frozenset({OpenOperation, organisation.RegisterOrganisation, organisation.OpenPost}),
    "replay": frozenset(GRANTS),
    "reactions": frozenset(
        {
            activation.ActivatePlan,
            activation.ChangeResponseLevel,
            activation.ProposeActivation,
            activation.StandBy,
            finding.MissObligation,
            incident.ReportIncident,
            link.TimeOutLink,
            link.TriggerLinks,
        }
    ),
    "watch": frozenset({finding.RaiseFinding, finding.ClearFinding}),
}
"""What the parts of the system itself may ask for. They act inside the process only: no token or session carries them."""


def authorise(world: World, command: AnyCommand, context: Context) -> None:
    """Raises NotAuthorised unless the actor's post exists and one of the command's grants holds for it."""
    actor = context.actor
    kind: type[Any] = command.__class__
    if actor.is_system:
        if kind in SYSTEM_PARTS.get(actor.post, ()):
            return
    elif not world.has_post(actor.post_id):
        raise NotAuthorised(
            f"岗位 {actor.post_id} 在本作业面不存在或已撤销。",
            f"The post {actor.post_id} does not exist in this operation, or was closed.",
            post=actor.post_id,
        )
    elif any(_holds(grant, world, command, context) for grant in GRANTS[kind]):
        return
    grants = GRANTS[kind]
    raise NotAuthorised(
        f"{actor.post_id} 无权执行 {kind.__name__}；可由{'、'.join(ZH[grant] for grant in grants)}执行。",
        f"{actor.post_id} may not send {kind.__name__}: that is for {'; '.join(grant.value for grant in grants)}.",
        post=actor.post_id,
        command=kind.__name__,
    )


def _is_district(world: World, actor: Actor) -> bool:
    root = world.root
    return root is not None and actor.organisation == root.id


def _holds(grant: Grant, world: World, command: Any, context: Context) -> bool:
    actor = context.actor
    match grant:
        case Grant.ANY:
            return True
        case Grant.DISTRICT:
            return actor.post in DUTY and _is_district(world, actor)
        case Grant.LEAD:
            return actor.post == "duty_lead" and _is_district(world, actor)
        case Grant.CONTROLLER:
            opening_or_drill = context.operation != LIVE
            return actor.post == "controller" and _is_district(world, actor) and opening_or_drill
        case Grant.OWNER:
            owner = _owner(world, command)
            return actor.post in DUTY and owner is not None and world.is_within(owner, actor.organisation)
        case Grant.TEAM:
            owner = _owner(world, command)
            if isinstance(command, dispatch.CancelDispatch) and command.reason != "declined":
                return False
            return actor.post in (*DUTY, "team_lead") and owner is not None and owner == actor.organisation
        case Grant.SAFETY:
            owner = _owner(world, command)
            return actor.post == "safety" and owner is not None and world.is_within(owner, actor.organisation)
        case Grant.COMMANDER:
            found = world.incidents.get(_incident(world, command) or "")
            # Who commands what an incident was merged into commands it too.
            into = None if found is None else world.incidents.get(found.merged_into or "")
            return actor.post_id in {one.commander for one in (found, into) if one is not None}
        case Grant.UPPER:
            return actor.post in COMMAND_POSTS and _stands_above_holder(world, command, actor)
        case Grant.ORDERER:
            ordered = world.dispatches.get(getattr(command, "dispatch", ""))
            control = world.controls.get(getattr(command, "control", None) or "")
            return actor.post_id in {one.by for one in (ordered, control) if one is not None}
        case Grant.RECORDER:
            return _recorder(world, command) == actor.post_id
        case Grant.KEEPER | Grant.PLAN | Grant.ADDRESSEE | Grant.EXECUTING | Grant.DESK | Grant.SYSTEM:
            return holds_response(grant, world, command, actor)


def _stands_above_holder(world: World, command: leadership.AssumeCommand, actor: Actor) -> bool:
    found = world.incidents.get(command.incident)
    holder = None if found is None else found.holders.get(command.slot)
    if holder is None:
        return False
    organisation = world.standing(holder.partition("/")[0])
    return organisation != actor.organisation and world.is_within(organisation, actor.organisation)


def _owner(world: World, command: Any) -> str | None:
    """The organisation that answers for what a command is about: after a merger, the one it went into."""
    named = _owner_named(world, command)
    return None if named is None else world.standing(named)


def _owner_named(world: World, command: Any) -> str | None:
    """The organisation that a command is about: its own, its parent, or the owner of its team."""
    if isinstance(command, organisation.RegisterOrganisation):
        return command.parent
    if (team_id := getattr(command, "team", None)) is None and (named := getattr(command, "dispatch", None)):
        found = world.dispatches.get(named)
        team_id = found.team if found else None
    if isinstance(command, team.RegisterTeam):
        return command.organisation
    if team_id is not None:
        owned = world.teams.get(team_id)
        return owned.organisation if owned else None
    return getattr(command, "organisation", None)


def _incident(world: World, command: Any) -> str | None:
    if (named := getattr(command, "incident", None)) is not None:
        return str(named)
    if isinstance(command, entry.StrikeEntry | entry.RestoreEntry):
        struck = world.find_entry(command.position)
        return struck.incident if struck else None
    for name, table in _parts(world):
        found = table.get(getattr(command, name, None) or "")
        if found is not None:
            return str(found.incident)
    return None


def _parts(world: World) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The parts of an incident that a command may name instead of it."""
    return (
        ("dispatch", world.dispatches),
        ("task", world.tasks),
        ("control", world.controls),
        ("activation", world.activations),
        ("link", world.links),
    )


def _recorder(world: World, command: Any) -> str | None:
    """Who recorded the fact that a command strikes or corrects."""
    if isinstance(command, entry.StrikeEntry | entry.RestoreEntry):
        struck = world.find_entry(command.position)
        return struck.by if struck else None
    if isinstance(command, dispatch.CorrectMilestone):
        found = world.dispatches.get(command.dispatch)
        stamp = getattr(found, command.milestone) if found else None
        return getattr(stamp, "by", None)
    return None
