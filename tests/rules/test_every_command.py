"""Every command on one page: a yes, the same asked again, and a no."""

from __future__ import annotations

from typing import Any

import pytest

from core.casualty import RecordCasualties
from core.catalogue import COMMANDS
from core.clock import ChangeClockRate, JumpClock, PauseClock, ResumeClock, StartClock
from core.dispatch import (
    AccountForCrew,
    AcknowledgeDispatch,
    ArriveTeam,
    CancelDispatch,
    CorrectMilestone,
    DepartTeam,
    ReleaseTeam,
    ReturnTeam,
    StartWork,
    WithdrawTeam,
)
from core.entry import AddEntry, RestoreEntry, StrikeEntry
from core.incident import (
    AmendIncident,
    DeclareMajorIncident,
    LinkIncidents,
    ReopenIncident,
    UnmergeIncident,
    VerifyIncident,
)
from core.leadership import AssumeCommand, OfferCommand, TransferCommand
from core.messages import Name
from core.operation import OpenOperation
from core.organisation import (
    ClosePost,
    DissolveOrganisation,
    MergeOrganisation,
    OpenPost,
    RegisterOrganisation,
    RenameOrganisation,
)
from core.team import AmendTeam, RegisterTeam, ReturnToService, TakeOutOfService
from tests.rules.cases import ANEW, NOTHING, RESPONSE_CASES, Case
from tests.rules.commands import (
    ARRIVED,
    BRIEFING,
    CLOSED,
    FIRST,
    RELEASED,
    SECOND,
    SENT,
    WORKING,
    close,
    merge,
    report,
    send,
)
from tests.rules.given import Asked, Story, asked, given, t
from tests.rules.plans import plan_story

DRILL = "drill-1"
STARTED = (StartClock(at=t("09:00")),)
COMMANDED = (report(), asked(TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander"))
STRUCK = (report(), AddEntry(incident=FIRST, text="浓烟"), StrikeEntry(position=3, reason="误记"))

CASES = (
    Case((), OpenOperation(title="演练"), "OperationOpened", ANEW,
         asked(OpenOperation(title="演练"), by="com/grid"), "not_authorised", DRILL),
    Case((), StartClock(at=t("09:00")), "ClockStarted", "clock_started",
         StartClock(at=t("09:00"), rate_n=601), "rate_too_high", DRILL),
    Case(STARTED, JumpClock(to=t("12:00")), "ClockJumped", NOTHING,
         JumpClock(to=t("12:00").replace(year=2300)), "time_out_of_range", DRILL),
    Case(STARTED, ChangeClockRate(rate_n=60), "ClockRateChanged", NOTHING,
         ChangeClockRate(rate_n=1202, rate_d=2), "rate_too_high", DRILL),
    Case(STARTED, PauseClock(), "ClockPaused", NOTHING, asked(PauseClock(), by="com/duty"), "not_authorised",
         DRILL),
    Case((*STARTED, PauseClock()), ResumeClock(), "ClockResumed", NOTHING,
         asked(ResumeClock(), by="com/duty"), "not_authorised", DRILL),
    Case((), RegisterOrganisation(organisation="new", name=Name(zh="新社区"), level="community", parent="street"),
         "OrganisationRegistered", NOTHING,
         RegisterOrganisation(organisation="new", name=Name(zh="新"), level="community"), "parent_required"),
    Case((), RenameOrganisation(organisation="com", name=Name(zh="新名")), "OrganisationRenamed", NOTHING,
         RenameOrganisation(organisation="com", code="330199"), "already_exists"),
    Case((), MergeOrganisation(organisation="med", into="dept"), "OrganisationMerged", NOTHING,
         MergeOrganisation(organisation="street", into="com"), "circular_tree"),
    Case((), DissolveOrganisation(organisation="ent", reason="注销"), "OrganisationDissolved", NOTHING,
         DissolveOrganisation(organisation="dept", reason="注销"), "organisation_in_use"),
    Case((), OpenPost(organisation="ent", post="building"), "PostOpened", NOTHING,
         OpenPost(organisation="nowhere", post="duty"), "unknown_organisation"),
    Case((), ClosePost(organisation="com", post="grid"), "PostClosed", NOTHING,
         ClosePost(organisation="nowhere", post="grid"), "unknown_organisation"),
    Case((), RegisterTeam(team="new", organisation="dept", name=Name(zh="新队"), kind="medical"),
         "TeamRegistered", NOTHING,
         RegisterTeam(team="fs-1", organisation="dept", name=Name(zh="新队"), kind="medical"),
         "already_exists"),
    Case((), AmendTeam(team="fs-1", strength=9), "TeamAmended", NOTHING,
         AmendTeam(team="fs-9", strength=9), "unknown_team"),
    Case((), TakeOutOfService(team="fs-1", reason="检修"), "TeamTakenOutOfService", NOTHING,
         TakeOutOfService(team="fs-9", reason="检修"), "unknown_team"),
    Case((TakeOutOfService(team="fs-1", reason="检修"),), ReturnToService(team="fs-1"),
         "TeamReturnedToService", NOTHING, ReturnToService(team="fs-9"), "unknown_team"),
    Case((), report(incident="i-1"), "IncidentReported", NOTHING, report(kind="dragon"), "unknown_kind"),
    Case((report(),), VerifyIncident(incident=FIRST, real=True, reason="电话核实"), "IncidentVerified", NOTHING,
         VerifyIncident(incident="i-9", real=True, reason="核"), "unknown_incident"),
    Case((report(),), AmendIncident(incident=FIRST, kind="explosion"), "IncidentAmended", NOTHING,
         AmendIncident(incident=FIRST, kind="dragon"), "unknown_kind"),
    Case((report(),), DeclareMajorIncident(incident=FIRST, reason="多人被困"), "MajorIncidentDeclared", NOTHING,
         DeclareMajorIncident(incident="i-9", reason="多人被困"), "unknown_incident"),
    Case((report(), report()), LinkIncidents(incident=FIRST, other=SECOND, reason="同源"),
         "IncidentsLinked", NOTHING,
         LinkIncidents(incident=FIRST, other=FIRST, reason="同源"), "same_incident"),
    Case((report(), report()), merge(), "IncidentMerged", NOTHING, merge(into="i-9"), "unknown_incident"),
    Case((report(), report(), merge()), UnmergeIncident(incident=SECOND), "IncidentUnmerged", NOTHING,
         UnmergeIncident(incident="i-9"), "unknown_incident"),
    Case((report(),), close(), "IncidentClosed", NOTHING, close("i-9"), "unknown_incident"),
    Case(CLOSED, ReopenIncident(incident=FIRST, reason="复燃"), "IncidentReopened", NOTHING,
         ReopenIncident(incident="i-9", reason="复燃"), "unknown_incident"),
    Case((report(),), RecordCasualties(incident=FIRST, dead=0), "CasualtiesRecorded", NOTHING,
         RecordCasualties(incident=FIRST), "nothing_stated"),
    Case((report(),), AddEntry(incident=FIRST, text="浓烟"), "EntryAdded", ANEW,
         AddEntry(incident=FIRST), "nothing_stated"),
    Case((report(), AddEntry(incident=FIRST, text="浓烟")), StrikeEntry(position=3, reason="误记"),
         "EntryStruck", NOTHING,
         StrikeEntry(position=2, reason="误记"), "unknown_entry"),
    Case(STRUCK, RestoreEntry(position=3, reason="无误"), "EntryRestored", NOTHING,
         RestoreEntry(position=99, reason="无误"), "unknown_entry"),
    Case(COMMANDED, asked(OfferCommand(incident=FIRST, slot="overall",
         to_post="gov/commander", reason="换班", briefing=BRIEFING), by="dept/site_commander"),
         "CommandOffered", NOTHING,
         asked(OfferCommand(incident=FIRST, slot="overall",
         to_post="gov/nobody", reason="换班", briefing=BRIEFING), by="dept/site_commander"), "unknown_post"),
    Case((report(),), asked(TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander"),
         "CommandTransferred", NOTHING,
         asked(TransferCommand(incident="i-9", slot="overall"), by="dept/site_commander"), "unknown_incident"),
    Case(COMMANDED, asked(AssumeCommand(incident=FIRST, slot="overall", reason="失联"), by="gov/duty_lead"),
         "CommandTransferred", NOTHING,
         asked(AssumeCommand(incident=FIRST, slot="overall", reason="失联"), by="gov/duty"), "not_authorised"),
    Case((report(),), send(), "TeamDispatched", NOTHING, send("fs-9"), "unknown_team"),
    Case(SENT, AcknowledgeDispatch(dispatch="d-1"), "DispatchAcknowledged", "already_recorded",
         AcknowledgeDispatch(dispatch="d-9"), "unknown_dispatch"),
    Case(SENT, DepartTeam(dispatch="d-1"), "TeamDeparted", "already_recorded",
         DepartTeam(dispatch="d-9"), "unknown_dispatch"),
    Case(SENT, ArriveTeam(dispatch="d-1"), "TeamArrived", "already_recorded",
         ArriveTeam(dispatch="d-9"), "unknown_dispatch"),
    Case(SENT, StartWork(dispatch="d-1"), "WorkStarted", "already_recorded",
         StartWork(dispatch="d-9"), "unknown_dispatch"),
    Case(WORKING, WithdrawTeam(dispatch="d-1", reason="danger"), "TeamWithdrawn", NOTHING,
         WithdrawTeam(dispatch="d-9", reason="danger"), "unknown_dispatch"),
    Case(ARRIVED, ReleaseTeam(dispatch="d-1"), "TeamReleased", "already_recorded",
         ReleaseTeam(dispatch="d-9"), "unknown_dispatch"),
    Case(RELEASED, ReturnTeam(dispatch="d-1"), "TeamReturned", "already_recorded",
         ReturnTeam(dispatch="d-9"), "unknown_dispatch"),
    Case(SENT, CancelDispatch(dispatch="d-1", reason="turned_back"), "DispatchCancelled", "already_recorded",
         CancelDispatch(dispatch="d-9", reason="turned_back"), "unknown_dispatch"),
    Case(ARRIVED, AccountForCrew(dispatch="d-1", out=6, inside=0, missing=0), "CrewAccountedFor", ANEW,
         AccountForCrew(dispatch="d-1", out=6, inside=1, missing=0), "crew_does_not_add_up"),
    Case(ARRIVED, CorrectMilestone(dispatch="d-1", milestone="on_scene", to=t("08:02"), reason="看错"),
         "DispatchMilestoneCorrected", NOTHING,
         CorrectMilestone(dispatch="d-1", milestone="working", to=t("08:02"), reason="看错"),
         "milestone_not_recorded"),
    *RESPONSE_CASES,
)  # fmt: skip


def command_of(one: Any) -> Any:
    return one.command if isinstance(one, Asked) else one


def name_of(case: Case) -> str:
    return type(command_of(case.yes)).__name__


def story_of(case: Case, *more: Any) -> Story:
    if case.plans:
        return plan_story(*case.before, *more)
    return given(*case.before, *more, operation=case.operation)


def test_no_command_is_left_out() -> None:
    assert sorted(name_of(case) for case in CASES) == sorted(COMMANDS)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_yes(case: Case) -> None:
    story = story_of(case).when(case.yes)
    assert story.refusal is None, story.refusal
    assert " ".join(type(event).__name__ for event in story.events) == case.events


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_no(case: Case) -> None:
    assert type(command_of(case.no)) is type(command_of(case.yes))
    story_of(case).when(case.no).then_refused(case.code)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_asked_twice(case: Case) -> None:
    story = story_of(case, case.yes).when(case.yes)
    if case.again == NOTHING:
        story.then_nothing()
    elif case.again == ANEW:
        assert " ".join(type(event).__name__ for event in story.events) == case.events
    else:
        story.then_refused(case.again)
