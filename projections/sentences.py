"""What each event says to people: one whole sentence in Chinese and in English. A new event that has none stops the type checker."""

from __future__ import annotations

from typing import assert_never

from core import activation, clock, dispatch, incident, leadership, link, organisation, task, team
from core.adoption import PlanAdopted, PlanRetired
from core.agreement import AgreementSigned
from core.casualty import CasualtiesRecorded
from core.catalogue import AnyEvent
from core.drill import DrillRecorded
from core.entry import EntryAdded, EntryRestored, EntryStruck
from core.messages import Actor
from core.operation import CommandRefused, OperationOpened
from core.register import RegisterEntered
from projections import sentences_dispatch, sentences_incident, sentences_plan, sentences_response
from projections.names import Names, Said, clock_time, short


def say(event: AnyEvent, names: Names, actor: Actor) -> Said:
    """The sentence of one event, with the names of the world as it stands after it."""
    match event:
        case OperationOpened():
            return Said(f"作业面开设：{event.title}", f"Operation opened: {event.title}")
        case CommandRefused():
            who = names.post(actor.post_id)
            return Said(f"{who.zh}：被拒绝。{event.zh}", f"{who.en}: refused. {event.en}")
        case (
            clock.ClockStarted()
            | clock.ClockJumped()
            | clock.ClockRateChanged()
            | clock.ClockPaused()
            | clock.ClockResumed()
        ):
            return _of_clock(event)
        case (
            organisation.OrganisationRegistered()
            | organisation.OrganisationRenamed()
            | organisation.OrganisationMerged()
            | organisation.OrganisationDissolved()
            | organisation.PostOpened()
            | organisation.PostClosed()
        ):
            return _of_organisation(event, names)
        case (
            team.TeamRegistered()
            | team.TeamAmended()
            | team.TeamTakenOutOfService()
            | team.TeamReturnedToService()
        ):
            return _of_team(event, names)
        case (
            incident.IncidentReported()
            | incident.IncidentVerified()
            | incident.IncidentAmended()
            | incident.MajorIncidentDeclared()
            | incident.IncidentsLinked()
            | incident.IncidentMerged()
            | incident.IncidentUnmerged()
            | incident.IncidentClosed()
            | incident.IncidentReopened()
        ):
            return sentences_incident.of_incident(event, names)
        case CasualtiesRecorded():
            return sentences_incident.of_casualties(event, names)
        case EntryAdded():
            return sentences_incident.of_entry(event, names)
        case EntryStruck():
            return Said(
                f"划销记录 #{event.corrects}：{short(event.reason)}",
                f"Entry #{event.corrects} struck: {short(event.reason)}",
            )
        case EntryRestored():
            return Said(
                f"恢复记录 #{event.corrects}：{short(event.reason)}",
                f"Entry #{event.corrects} restored: {short(event.reason)}",
            )
        case leadership.CommandOffered() | leadership.CommandTransferred():
            return sentences_incident.of_leadership(event, names)
        case (
            dispatch.TeamDispatched()
            | dispatch.DispatchAcknowledged()
            | dispatch.TeamDeparted()
            | dispatch.TeamArrived()
            | dispatch.WorkStarted()
            | dispatch.TeamWithdrawn()
            | dispatch.TeamReleased()
            | dispatch.TeamReturned()
            | dispatch.DispatchCancelled()
            | dispatch.CrewAccountedFor()
            | dispatch.DispatchMilestoneCorrected()
        ):
            return sentences_dispatch.say(event, names)
        case task.TaskOpened() | task.TaskStarted() | task.TaskCompleted() | task.TaskSkipped():
            return sentences_plan.say_task(event, names)
        case (
            link.LinkOpened()
            | link.LinkAcknowledged()
            | link.LinkAccepted()
            | link.LinkDeclined()
            | link.LinkTimedOut()
            | link.LinkEscalated()
            | link.LinkSatisfied()
        ):
            return sentences_plan.say_link(event, names)
        case (
            PlanAdopted()
            | PlanRetired()
            | RegisterEntered()
            | AgreementSigned()
            | DrillRecorded()
            | activation.ActivationProposed()
            | activation.ProposalDeclined()
            | activation.PlanStoodBy()
            | activation.PlanStoodDown()
            | activation.PlanActivated()
            | activation.ResponseLevelChanged()
            | activation.ActivationReleased()
            | activation.ResponseEnded()
        ):
            return sentences_plan.say_plan(event, names)
        case _:
            return sentences_response.say(event, names)


def _of_clock(event: clock.ClockEvent) -> Said:
    match event:
        case clock.ClockStarted():
            at, rate = clock_time(event.at), f"{event.rate_n}/{event.rate_d}"
            return Said(f"演练时钟启动于 {at}，速率 {rate}", f"Exercise clock started at {at}, rate {rate}")
        case clock.ClockJumped():
            to = clock_time(event.to)
            return Said(f"演练时钟跳转至 {to}", f"Exercise clock moved to {to}")
        case clock.ClockRateChanged():
            rate = f"{event.rate_n}/{event.rate_d}"
            return Said(f"演练时钟变速为 {rate}", f"Exercise clock rate changed to {rate}")
        case clock.ClockPaused():
            return Said("演练暂停", "Exercise paused")
        case clock.ClockResumed():
            return Said("演练恢复", "Exercise resumed")
        case _:
            assert_never(event)


def _of_organisation(event: organisation.OrganisationEvent, names: Names) -> Said:
    zh, en = names.organisation(event.organisation)
    match event:
        case organisation.OrganisationRegistered():
            return Said(f"登记组织：{zh}", f"Organisation registered: {en}")
        case organisation.OrganisationRenamed():
            return Said(f"组织 {event.organisation} 更名为 {zh}", f"{event.organisation} is now called {en}")
        case organisation.OrganisationMerged():
            into = names.organisation(event.into)
            return Said(f"{zh} 并入 {into.zh}", f"{en} merged into {into.en}")
        case organisation.OrganisationDissolved():
            return Said(f"{zh} 撤销：{short(event.reason)}", f"{en} dissolved: {short(event.reason)}")
        case organisation.PostOpened():
            name = event.name
            return Said(f"{zh} 设岗：{name.zh}", f"{en}: post opened, {name.en or name.zh}")
        case organisation.PostClosed():
            return Said(f"{zh} 撤岗：{event.post}", f"{en}: post closed, {event.post}")
        case _:
            assert_never(event)


def _of_team(event: team.TeamEvent, names: Names) -> Said:
    zh, en = names.team(event.team)
    match event:
        case team.TeamRegistered():
            return Said(f"登记队伍：{zh}", f"Team registered: {en}")
        case team.TeamAmended():
            return Said(f"队伍信息变更：{zh}", f"Team amended: {en}")
        case team.TeamTakenOutOfService():
            reason = short(event.reason)
            if event.incident is None:
                return Said(f"{zh} 停用：{reason}", f"{en} out of service: {reason}")
            there = names.incident(event.incident)
            return Said(
                f"{zh} 停用，{there.zh} 的任务中止：{reason}",
                f"{en} out of service, its assignment to {there.en} failed: {reason}",
            )
        case team.TeamReturnedToService():
            return Said(f"{zh} 恢复待命", f"{en} back in service")
        case _:
            assert_never(event)
