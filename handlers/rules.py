"""Every command and its rule on one page, and the checks that come before each: the clock, the time stated, the authority."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from core import (
    activation,
    adoption,
    agreement,
    clock,
    control,
    dispatch,
    drill,
    entry,
    finding,
    hazard,
    incident,
    leadership,
    link,
    organisation,
    register,
    report,
    task,
    team,
    warning,
)
from core.casualty import RecordCasualties
from core.catalogue import COMMANDS, AnyEvent
from core.errors import ExercisePaused, Unknown
from core.messages import Context
from core.operation import OpenOperation
from core.world import World
from handlers import activation as activating
from handlers import adoption as adopting
from handlers import agreement as agreements
from handlers import control as controls
from handlers import dispatch as dispatching
from handlers import ending
from handlers import entry as entries
from handlers import finding as findings
from handlers import hazard as hazards
from handlers import incident as incidents
from handlers import leadership as leading
from handlers import link as links
from handlers import operation as operations
from handlers import organisation as organisations
from handlers import register as registers
from handlers import report as reports
from handlers import task as tasks
from handlers import team as teams
from handlers import warning as warnings
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
    adoption.AdoptPlan: adopting.adopt_plan,
    adoption.AdoptPlans: adopting.adopt_plans,
    adoption.RetirePlan: adopting.retire_plan,
    register.EnterRegister: registers.enter_register,
    agreement.SignAgreement: agreements.sign_agreement,
    drill.RecordDrill: adopting.record_drill,
    activation.StandBy: activating.stand_by,
    activation.StandDown: activating.stand_down,
    activation.ActivatePlan: activating.activate_plan,
    activation.ChangeResponseLevel: activating.change_response_level,
    activation.ReleaseActivation: ending.release_activation,
    activation.EndResponse: ending.end_response,
    activation.DeclineProposal: activating.decline_proposal,
    activation.ProposeActivation: activating.propose_activation,
    task.StartTask: tasks.start_task,
    task.CompleteTask: tasks.complete_task,
    task.SkipTask: tasks.skip_task,
    link.AcknowledgeLink: links.acknowledge_link,
    link.AcceptLink: links.accept_link,
    link.DeclineLink: links.decline_link,
    link.TimeOutLink: links.time_out_link,
    link.TriggerLinks: links.trigger_links,
    control.OrderControl: controls.order_control,
    control.PutControlInForce: controls.put_control_in_force,
    control.AmendControl: controls.amend_control,
    control.ReviewControl: controls.review_control,
    control.LiftControl: controls.lift_control,
    warning.IssueWarning: warnings.issue_warning,
    warning.RelaySignal: warnings.relay_signal,
    warning.AcknowledgeWarning: warnings.acknowledge_warning,
    warning.UpdateWarning: warnings.update_warning,
    warning.CancelWarning: warnings.cancel_warning,
    hazard.DeclareHazardContents: hazards.declare_hazard_contents,
    hazard.RecordCrowdReading: hazards.record_crowd_reading,
    hazard.DecideCrowdMeasure: hazards.decide_crowd_measure,
    report.FileReport: reports.file_report,
    finding.RaiseFinding: findings.raise_finding,
    finding.ClearFinding: findings.clear_finding,
    finding.AcknowledgeFinding: findings.acknowledge_finding,
    finding.MissObligation: findings.miss_obligation,
    finding.WaiveObligation: findings.waive_obligation,
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
