"""Every command and every event on one page, the record that the log keeps of an event, and the tags it is found by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

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
from core.casualty import CasualtiesRecorded, RecordCasualties
from core.messages import Actor, Precision, Source
from core.operation import CommandRefused, OpenOperation, OperationOpened

AnyCommand = (
    OpenOperation
    | clock.StartClock
    | clock.JumpClock
    | clock.ChangeClockRate
    | clock.PauseClock
    | clock.ResumeClock
    | organisation.RegisterOrganisation
    | organisation.RenameOrganisation
    | organisation.MergeOrganisation
    | organisation.DissolveOrganisation
    | organisation.OpenPost
    | organisation.ClosePost
    | team.RegisterTeam
    | team.AmendTeam
    | team.TakeOutOfService
    | team.ReturnToService
    | incident.ReportIncident
    | incident.VerifyIncident
    | incident.AmendIncident
    | incident.DeclareMajorIncident
    | incident.LinkIncidents
    | incident.MergeIncident
    | incident.UnmergeIncident
    | incident.CloseIncident
    | incident.ReopenIncident
    | RecordCasualties
    | entry.AddEntry
    | entry.StrikeEntry
    | entry.RestoreEntry
    | leadership.OfferCommand
    | leadership.TransferCommand
    | leadership.AssumeCommand
    | dispatch.DispatchTeam
    | dispatch.AcknowledgeDispatch
    | dispatch.DepartTeam
    | dispatch.ArriveTeam
    | dispatch.StartWork
    | dispatch.WithdrawTeam
    | dispatch.ReleaseTeam
    | dispatch.ReturnTeam
    | dispatch.CancelDispatch
    | dispatch.AccountForCrew
    | dispatch.CorrectMilestone
    | adoption.AdoptPlan
    | adoption.AdoptPlans
    | adoption.RetirePlan
    | register.EnterRegister
    | agreement.SignAgreement
    | drill.RecordDrill
    | activation.StandBy
    | activation.StandDown
    | activation.ActivatePlan
    | activation.ChangeResponseLevel
    | activation.ReleaseActivation
    | activation.EndResponse
    | activation.DeclineProposal
    | activation.ProposeActivation
    | task.StartTask
    | task.CompleteTask
    | task.SkipTask
    | link.AcknowledgeLink
    | link.AcceptLink
    | link.DeclineLink
    | link.TimeOutLink
    | link.TriggerLinks
    | control.OrderControl
    | control.PutControlInForce
    | control.AmendControl
    | control.ReviewControl
    | control.LiftControl
    | warning.IssueWarning
    | warning.RelaySignal
    | warning.AcknowledgeWarning
    | warning.UpdateWarning
    | warning.CancelWarning
    | hazard.DeclareHazardContents
    | hazard.RecordCrowdReading
    | hazard.DecideCrowdMeasure
    | report.FileReport
    | finding.RaiseFinding
    | finding.ClearFinding
    | finding.AcknowledgeFinding
    | finding.MissObligation
    | finding.WaiveObligation
)

AnyEvent = (
    OperationOpened
    | CommandRefused
    | clock.ClockStarted
    | clock.ClockJumped
    | clock.ClockRateChanged
    | clock.ClockPaused
    | clock.ClockResumed
    | organisation.OrganisationRegistered
    | organisation.OrganisationRenamed
    | organisation.OrganisationMerged
    | organisation.OrganisationDissolved
    | organisation.PostOpened
    | organisation.PostClosed
    | team.TeamRegistered
    | team.TeamAmended
    | team.TeamTakenOutOfService
    | team.TeamReturnedToService
    | incident.IncidentReported
    | incident.IncidentVerified
    | incident.IncidentAmended
    | incident.MajorIncidentDeclared
    | incident.IncidentsLinked
    | incident.IncidentMerged
    | incident.IncidentUnmerged
    | incident.IncidentClosed
    | incident.IncidentReopened
    | CasualtiesRecorded
    | entry.EntryAdded
    | entry.EntryStruck
    | entry.EntryRestored
    | leadership.CommandOffered
    | leadership.CommandTransferred
    | dispatch.TeamDispatched
    | dispatch.DispatchAcknowledged
    | dispatch.TeamDeparted
    | dispatch.TeamArrived
    | dispatch.WorkStarted
    | dispatch.TeamWithdrawn
    | dispatch.TeamReleased
    | dispatch.TeamReturned
    | dispatch.DispatchCancelled
    | dispatch.CrewAccountedFor
    | dispatch.DispatchMilestoneCorrected
    | adoption.PlanAdopted
    | adoption.PlanRetired
    | register.RegisterEntered
    | agreement.AgreementSigned
    | drill.DrillRecorded
    | activation.PlanStoodBy
    | activation.PlanStoodDown
    | activation.PlanActivated
    | activation.ResponseLevelChanged
    | activation.ActivationProposed
    | activation.ProposalDeclined
    | activation.ActivationReleased
    | activation.ResponseEnded
    | task.TaskOpened
    | task.TaskStarted
    | task.TaskCompleted
    | task.TaskSkipped
    | link.LinkOpened
    | link.LinkAcknowledged
    | link.LinkAccepted
    | link.LinkDeclined
    | link.LinkTimedOut
    | link.LinkEscalated
    | link.LinkSatisfied
    | control.ControlOrdered
    | control.ControlPutInForce
    | control.ControlAmended
    | control.ControlReviewed
    | control.ControlLifted
    | warning.WarningIssued
    | warning.SignalRelayed
    | warning.WarningAcknowledged
    | warning.WarningUpdated
    | warning.WarningCancelled
    | hazard.HazardContentsDeclared
    | hazard.CrowdReadingRecorded
    | hazard.CrowdMeasureDecided
    | report.ReportFiled
    | finding.FindingRaised
    | finding.FindingCleared
    | finding.FindingAcknowledged
    | finding.ObligationMissed
    | finding.ObligationWaived
)

COMMANDS: dict[str, type[Any]] = {found.__name__: found for found in get_args(AnyCommand)}
EVENTS: dict[str, type[Any]] = {found.__name__: found for found in get_args(AnyEvent)}


class Recorded(Struct, frozen=True, kw_only=True):
    """One event as the log keeps it. The stored bytes are this record's JSON, made once; they are what is hashed.

    `occurred_at` is when it happened, as far as `source` and `precision` know; `recorded_at` is the log's own clock.
    """

    operation: str
    position: int
    command_id: UUID
    actor: Actor
    occurred_at: datetime
    source: Source
    precision: Precision
    recorded_at: datetime
    tags: tuple[str, ...]
    event: AnyEvent

    @property
    def type(self) -> str:
        return type(self.event).__name__


_TAG_OF_FIELD = {
    "incident": "incident",
    "other": "incident",
    "out_of": "incident",
    "dispatch": "dispatch",
    "diverted_from": "dispatch",
    "team": "team",
    "organisation": "organisation",
    "plan": "plan",
    "to_plan": "plan",
    "activation": "activation",
    "proposal": "proposal",
    "task": "task",
    "link": "link",
    "control": "control",
    "warning": "warning",
    "hazard": "hazard",
    "point": "point",
    "agreement": "agreement",
}
_TAG_OF_FIELD_IN: dict[tuple[str, str], str] = {
    ("IncidentMerged", "into"): "incident",
    ("OrganisationMerged", "into"): "organisation",
    ("DispatchCancelled", "to"): "dispatch",
}

_Getter = Callable[[Any], str | None]


def _tag_getters(event: type[Any]) -> tuple[tuple[str, _Getter], ...]:
    found: list[tuple[str, _Getter]] = []
    for field in event.__struct_fields__:
        thing = _TAG_OF_FIELD_IN.get((event.__name__, field)) or _TAG_OF_FIELD.get(field)
        if thing is not None:
            found.append((thing + ":", attrgetter(field)))
    return tuple(found)


_TAG_GETTERS = {event: _tag_getters(event) for event in EVENTS.values()}


def tags_of(event: AnyEvent, actor: Actor) -> tuple[str, ...]:
    """`<thing>:<id>` for all that an event is about. A refusal is about its actor only, so that it disturbs nobody."""
    if isinstance(event, CommandRefused):
        return (f"actor:{actor.post_id}",)
    tags: list[str] = []
    for prefix, get in _TAG_GETTERS[type(event)]:
        value = get(event)
        if value is not None:
            tag = prefix + value
            if tag not in tags:
                tags.append(tag)
    if isinstance(event, organisation.PostOpened | organisation.PostClosed):
        tags.append(f"post:{event.organisation}/{event.post}")
    return tuple(tags)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Recorded)
_command_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


def encode(recorded: Recorded) -> bytes:
    """The bytes to store: compact JSON, made once and never again."""
    return _encoder.encode(recorded)


def decode(data: bytes) -> Recorded:
    """A stored record. Raises UnknownEvent for an event type this version does not know."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise UnknownEvent(str(error)) from error


def decode_command(data: bytes) -> AnyCommand:
    """A command from its JSON. Raises msgspec.ValidationError naming the field."""
    return _command_decoder.decode(data)


class UnknownEvent(Exception):
    """The log holds an event that this version cannot read: the node stops serving that operation and says so."""
