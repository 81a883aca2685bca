"""Every command and its rule on one page, and the checks that come before each: the clock, the time stated, the authority."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from core import clock, dispatch, entry, incident, leadership, organisation, team
from core.casualty import RecordCasualties
from core.catalogue import COMMANDS, AnyEvent
from core.errors import ExercisePaused, Unknown
from core.messages import Context
from core.operation import OpenOperation
from core.world import World
from handlers import dispatch as dispatching
from handlers import entry as entries
from handlers import incident as incidents
from handlers import leadership as leading
from handlers import operation as operations
from handlers import organisation as organisations
from handlers import team as teams
from handlers.authority import authorise
from handlers.times import stated

WRITE_WHILE_PAUSED = frozenset({"controller", "evaluator"})
_CLOCK_COMMANDS = (
    clock.StartClock,
    clock.JumpClock,
    clock.ChangeClockRate,
    clock.PauseClock,
    clock.ResumeClock,
)

RuleFunction = Callable[[World, Any, Context], Iterator[AnyEvent]]

RULES: dict[type[Any], RuleFunction] = {
    OpenOperation: operations.open_operation,
    clock.StartClock: operations.start_clock,
    clock.JumpClock: operations.jump_clock,
    clock.ChangeClockRate: operations.change_clock_rate,
    clock.PauseClock: operations.pause_clock,
    clock.ResumeClock: operations.resume_clock,
    organisation.RegisterOrganisation: organisations.register_organisation,
    organisation.RenameOrganisation: organisations.rename_organisation,
    organisation.MergeOrganisation: organisations.merge_organisation,
    organisation.DissolveOrganisation: organisations.dissolve_organisation,
    organisation.OpenPost: organisations.open_post,
    organisation.ClosePost: organisations.close_post,
    team.RegisterTeam: teams.register_team,
    team.AmendTeam: teams.amend_team,
    team.TakeOutOfService: teams.take_out_of_service,
    team.ReturnToService: teams.return_to_service,
    incident.ReportIncident: incidents.report_incident,
    incident.VerifyIncident: incidents.verify_incident,
    incident.AmendIncident: incidents.amend_incident,
    incident.DeclareMajorIncident: incidents.declare_major_incident,
    incident.LinkIncidents: incidents.link_incidents,
    incident.MergeIncident: incidents.merge_incident,
    incident.UnmergeIncident: incidents.unmerge_incident,
    incident.CloseIncident: incidents.close_incident,
    incident.ReopenIncident: incidents.reopen_incident,
    RecordCasualties: incidents.record_casualties,
    entry.AddEntry: entries.add_entry,
    entry.StrikeEntry: entries.strike_entry,
    entry.RestoreEntry: entries.restore_entry,
    leadership.OfferCommand: leading.offer_command,
    leadership.TransferCommand: leading.transfer_command,
    leadership.AssumeCommand: leading.assume_command,
    dispatch.DispatchTeam: dispatching.dispatch_team,
    dispatch.AcknowledgeDispatch: dispatching.report_milestone,
    dispatch.DepartTeam: dispatching.report_milestone,
    dispatch.ArriveTeam: dispatching.report_milestone,
    dispatch.StartWork: dispatching.start_work,
    dispatch.WithdrawTeam: dispatching.withdraw_team,
    dispatch.ReleaseTeam: dispatching.release_team,
    dispatch.ReturnTeam: dispatching.return_team,
    dispatch.CancelDispatch: dispatching.cancel_dispatch,
    dispatch.AccountForCrew: dispatching.account_for_crew,
    dispatch.CorrectMilestone: dispatching.correct_milestone,
}

if _missing := [name for name, command in COMMANDS.items() if command not in RULES]:
    raise TypeError(f"no rule for {', '.join(_missing)}")


def decide(world: World, command: Any, context: Context) -> list[AnyEvent]:
    """The events that a command leads to on this world: none where it is already so. Raises Refused.

    `world` is that of `live` for OpenOperation, and the operation's own for everything else. Pure: it changes nothing.
    """
    if world.operation is None and not isinstance(command, OpenOperation):
        raise Unknown("operation", "作业面", context.operation)
    authorise(world, command, context)
    stated(context.occurred_at, context)
    paused = world.clock is not None and world.clock.paused
    if (
        paused
        and not isinstance(command, (*_CLOCK_COMMANDS, OpenOperation))
        and context.actor.post not in WRITE_WHILE_PAUSED
        and not context.actor.is_system
    ):
        raise ExercisePaused
    return list(RULES[type(command)](world, command, context))
