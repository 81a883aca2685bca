"""What a case of `test_every_command` is made of, and the cases of plans, links, orders, warnings and findings."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from core.activation import (
    ChangeResponseLevel,
    DeclineProposal,
    EndResponse,
    ProposeActivation,
    ReleaseActivation,
    StandBy,
    StandDown,
)
from core.adoption import AdoptPlan, AdoptPlans, RetirePlan
from core.agreement import SignAgreement
from core.control import AmendControl, LiftControl, OrderControl, PutControlInForce, ReviewControl
from core.dispatch import ArriveTeam, DispatchTeam
from core.drill import RecordDrill
from core.finding import AcknowledgeFinding, ClearFinding, MissObligation, RaiseFinding, WaiveObligation
from core.hazard import DecideCrowdMeasure, DeclareHazardContents, RecordCrowdReading
from core.link import AcceptLink, AcknowledgeLink, DeclineLink, TimeOutLink, TriggerLinks
from core.register import EnterRegister
from core.report import Elements, FileReport
from core.scales import ResponseLevel, WarningColour
from core.task import CompleteTask, SkipTask, StartTask
from core.warning import AcknowledgeWarning, CancelWarning, IssueWarning, RelaySignal, UpdateWarning
from tests.rules.commands import FIRST, report
from tests.rules.given import asked, t
from tests.rules.plans import (
    COMMUNITY,
    DIRECTOR,
    DISTRICT,
    DUTY,
    ENTERPRISE,
    FIRE,
    FIRE_DUTY,
    INCIDENT,
    MANAGER,
    SYSTEM,
    activate,
    source,
)

NOTHING = "nothing"
"""Asked again, it is already so."""
ANEW = "anew"
"""Asked again, it is another fact."""


class Case(NamedTuple):
    """What came before, the command, its events; what asking again leads to (nothing, anew, or a refusal); a no and its code.

    With `plans` the story is that of the base set of plans.
    """

    before: tuple[Any, ...]
    yes: Any
    events: str
    again: str
    no: Any
    code: str
    operation: str = "live"
    plans: bool = False


def planned(before: tuple[Any, ...], yes: Any, events: str, again: str, no: Any, code: str) -> Case:
    return Case(before, yes, events, again, no, code, plans=True)


NEWER = source(COMMUNITY).replace("version: 1", "version: 2", 1)
ROWS = "format: liandong-register/1\nchannels: [{id: ct-new, post: gov-xc/duty, kind: radio}]\n"
ACTIVE = (activate(),)
LINKS = {"a1": "l-1", "w1": "l-2", "f1": "l-3"}
CASCADED = (*ACTIVE, asked(AcceptLink(link="l-1"), DIRECTOR))
"""The enterprise is a-1, the district a-2, the brigade a-3."""
STOOD_BY = (asked(StandBy(plan=ENTERPRISE, incident=INCIDENT, reason="台风"), "ent-slc/duty"),)
ON_SCENE = (
    *ACTIVE,
    asked(DispatchTeam(incident=INCIDENT, team="fs-1"), DUTY),
    asked(ArriveTeam(dispatch="d-1"), FIRE_DUTY),
)
CORDON = OrderControl(incident=FIRST, kind="cordon", area="江湾路", executing="dept", reason="泄漏")
ORDERED = (report(), CORDON)
BLUE = IssueWarning(
    hazard_type="typhoon",
    colour=WarningColour.BLUE,
    area="全区",
    text="台风",
    measures="停工",
    begins=t("09:00"),
)
SIGNAL = RelaySignal(
    hazard_type="typhoon",
    colour=WarningColour.RED,
    area="全区",
    text="台风",
    issuer="气象台",
    begins=t("09:00"),
    warning="w-1",
)
FOUND = RaiseFinding(
    finding="W5|l-1|9", rule="W5", subject="l-1", severity="warning", opened_at=t("08:00"), zh="超时", en="overdue"
)  # fmt: skip
RAISED = (asked(FOUND, "system/watch"),)
OVERDUE = "control.in_force|c-1|3"


def first_report(kind: Any = "first", known: str = "08:00") -> FileReport:
    return FileReport(
        incident=FIRST, kind=kind, to="gov/duty", known_at=t(known), elements=Elements(situation="过火")
    )


def level(of: ResponseLevel, activation: str = "a-1") -> ChangeResponseLevel:
    return ChangeResponseLevel(activation=activation, level=of)


def order(**changed: Any) -> OrderControl:
    fields: dict[str, Any] = {
        "incident": FIRST,
        "kind": "cordon",
        "area": "江湾路",
        "executing": "dept",
        "reason": "泄漏",
    }
    return OrderControl(**(fields | changed))


I, II, III, IV = (ResponseLevel(name) for name in ("I", "II", "III", "IV"))  # noqa: E741  the levels' own names
RESPONSE_CASES = (
    planned((), asked(AdoptPlan(source=NEWER), DUTY), "PlanAdopted", NOTHING,
            asked(AdoptPlan(source="id: x"), DUTY), "plan_malformed"),
    planned((), asked(AdoptPlans(sources=(NEWER, source(FIRE))), DUTY), "PlanAdopted", NOTHING,
            asked(AdoptPlans(sources=(NEWER, NEWER)), DUTY), "plan_twice"),
    planned((), asked(RetirePlan(plan=COMMUNITY, reason="修订"), DUTY), "PlanRetired", NOTHING,
            asked(RetirePlan(plan="no-plan", reason="修订"), DUTY), "unknown_plan"),
    planned((), asked(EnterRegister(source=ROWS), DUTY), "RegisterEntered", NOTHING,
            asked(EnterRegister(source="channels: []"), DUTY), "register_malformed"),
    Case((), SignAgreement(agreement="agr", client="ent", provider="dept", valid_from=date(2026, 1, 1),
         valid_to=date(2027, 1, 1)), "AgreementSigned", NOTHING,
         SignAgreement(agreement="agr", client="ent", provider="ent", valid_from=date(2026, 1, 1),
         valid_to=date(2027, 1, 1)), "agreement"),
    planned((), asked(RecordDrill(plan=FIRE, held_on=date(2026, 4, 1), review="按时"), DUTY), "DrillRecorded", NOTHING,
            asked(RecordDrill(plan=FIRE, held_on=date(2026, 5, 13), review="按时"), DUTY), "drill_to_come"),
    planned((), STOOD_BY[0], "PlanStoodBy", NOTHING,
            asked(StandBy(plan="no-plan", incident=INCIDENT, reason="台风"), DUTY), "unknown_plan"),
    planned(STOOD_BY, asked(StandDown(activation="a-1", reason="解除"), DUTY), "PlanStoodDown", NOTHING,
            asked(StandDown(activation="a-9", reason="解除"), DUTY), "unknown_activation"),
    planned((), activate(FIRE, II, FIRE_DUTY), "PlanActivated TaskOpened TaskOpened", NOTHING,
            activate(FIRE, I, FIRE_DUTY), "level_not_in_plan"),
    planned((activate(level=II),), asked(level(I), MANAGER),
            "ResponseLevelChanged TaskOpened LinkOpened ActivationProposed LinkOpened LinkOpened", NOTHING,
            asked(level(IV), MANAGER), "level_not_in_plan"),
    planned(CASCADED, asked(ReleaseActivation(activation="a-1", conditions="达标"), "gov-xc/commander"),
            "ActivationReleased", NOTHING,
            asked(ReleaseActivation(activation="a-2", conditions="达标"), "gov-xc/commander"), "no_upper_active"),
    planned(ACTIVE, asked(EndResponse(activation="a-1", reason="排除", override_reason="仪器损坏"),
            "ent-slc/site_commander"), "ResponseEnded", NOTHING,
            asked(EndResponse(activation="a-1", reason="排除"), "ent-slc/site_commander"),
            "response_has_open_matters"),
    planned(ACTIVE, asked(DeclineProposal(proposal="p-1", reason="企业可自行处置"), DUTY),
            "ProposalDeclined LinkDeclined", "unknown_proposal",
            asked(DeclineProposal(proposal="p-9", reason="否"), DUTY), "unknown_proposal"),
    planned((), asked(ProposeActivation(plan=DISTRICT, level=IV, incident=INCIDENT), SYSTEM), "ActivationProposed",
            NOTHING, asked(ProposeActivation(plan=DISTRICT, level=I, incident=INCIDENT), SYSTEM), "level_not_in_plan"),
    planned(ACTIVE, asked(StartTask(task="t-1"), "ent-slc/technical"), "TaskStarted", NOTHING,
            asked(StartTask(task="t-9"), DUTY), "unknown_task"),
    planned(ACTIVE, asked(CompleteTask(task="t-1", evidence="已告知"), "ent-slc/technical"), "TaskCompleted", NOTHING,
            asked(CompleteTask(task="t-1"), "ent-slc/technical"), "evidence_required"),
    planned(ACTIVE, asked(SkipTask(task="t-1", reason="无人"), "ent-slc/technical"), "TaskSkipped", NOTHING,
            asked(SkipTask(task="t-9", reason="无人"), DUTY), "unknown_task"),
    planned(ACTIVE, asked(AcknowledgeLink(link="l-2"), "com-demo/duty"), "LinkAcknowledged", NOTHING,
            asked(AcknowledgeLink(link="l-2"), "ent-slc/duty"), "not_authorised"),
    planned(ACTIVE, asked(AcceptLink(link="l-3", coming="一组"), FIRE_DUTY), "LinkAccepted", NOTHING,
            asked(AcceptLink(link="l-3"), "ent-slc/duty"), "not_authorised"),
    planned(ACTIVE, asked(DeclineLink(link="l-3", reason="no_capacity"), FIRE_DUTY), "LinkDeclined", NOTHING,
            asked(DeclineLink(link="l-3", reason="other"), FIRE_DUTY), "reason_required"),
    planned(ACTIVE, asked(TimeOutLink(link="l-3"), SYSTEM, at=t("09:00")), "LinkTimedOut LinkEscalated", NOTHING,
            asked(TimeOutLink(link="l-9"), SYSTEM), "unknown_link"),
    planned(ON_SCENE, asked(TriggerLinks(activation="a-1"), SYSTEM), "LinkOpened", NOTHING,
            asked(TriggerLinks(activation="a-9"), SYSTEM), "unknown_activation"),
    Case((report(),), CORDON, "ControlOrdered", ANEW, order(executing="nowhere"), "unknown_organisation"),
    Case(ORDERED, PutControlInForce(control="c-1"), "ControlPutInForce", NOTHING,
         PutControlInForce(control="c-9"), "unknown_control"),
    Case(ORDERED, AmendControl(control="c-1", change="扩大", area="江湾路北段"), "ControlAmended", NOTHING,
         AmendControl(control="c-9", change="扩大"), "unknown_control"),
    Case(ORDERED, ReviewControl(control="c-1", reason="未变"), "ControlReviewed", ANEW,
         ReviewControl(control="c-9", reason="未变"), "unknown_control"),
    Case(ORDERED, LiftControl(control="c-1", reason="排除"), "ControlLifted", NOTHING,
         LiftControl(control="c-9", reason="排除"), "unknown_control"),
    Case((), BLUE, "WarningIssued", ANEW,
         IssueWarning(hazard_type="flood", colour=WarningColour.BLUE, area="全区", text="水", measures="停",
         begins=t("09:00"), ends=t("08:00")), "ends_before_it_begins"),
    Case((), SIGNAL, "SignalRelayed", NOTHING,
         RelaySignal(hazard_type="flood", colour=WarningColour.BLUE, area="全区", text="水", issuer="台",
         begins=t("09:00"), addressees=("no/duty",)), "unknown_post"),
    Case((BLUE,), asked(AcknowledgeWarning(warning="w-1"), "com/duty"), "WarningAcknowledged", NOTHING,
         AcknowledgeWarning(warning="w-9"), "unknown_warning"),
    Case((BLUE,), UpdateWarning(warning="w-1", colour=WarningColour.RED, text="升级"), "WarningUpdated", NOTHING,
         UpdateWarning(warning="w-9", colour=WarningColour.RED, text="升级"), "unknown_warning"),
    Case((BLUE,), CancelWarning(warning="w-1", reason="减弱"), "WarningCancelled", "unknown_warning",
         CancelWarning(warning="w-9", reason="减弱"), "unknown_warning"),
    Case((), asked(DeclareHazardContents(hazard="haz", contents="液氨 40 吨"), "ent/duty"),
         "HazardContentsDeclared", ANEW,
         asked(DeclareHazardContents(hazard="haz", contents="液氨"), "ent/nobody"), "not_authorised"),
    Case((), RecordCrowdReading(point="cp", value=9, threshold=5), "CrowdReadingRecorded", ANEW,
         asked(RecordCrowdReading(point="cp", value=9, threshold=5), "com/nobody"), "not_authorised"),
    Case((), DecideCrowdMeasure(point="cp", measure="限流", reason="超阈值"), "CrowdMeasureDecided", ANEW,
         asked(DecideCrowdMeasure(point="cp", measure="限流", reason="超"), "com/grid"), "not_authorised"),
    Case((report(),), first_report(), "ReportFiled", ANEW, first_report("final"), "first_report_missing"),
    Case((), RAISED[0], "FindingRaised", NOTHING, FOUND, "not_authorised"),
    Case(RAISED, asked(ClearFinding(finding="W5|l-1|9", cleared_at=t("09:00")), "system/watch"), "FindingCleared",
         NOTHING, ClearFinding(finding="W5|l-1|9", cleared_at=t("09:00")), "not_authorised"),
    Case(RAISED, AcknowledgeFinding(finding="W5|l-1|9"), "FindingAcknowledged", NOTHING,
         AcknowledgeFinding(finding="W9|x|9"), "unknown_finding"),
    Case(ORDERED, asked(MissObligation(obligation=OVERDUE, due_at=t("08:12")), SYSTEM, at=t("08:30")),
         "ObligationMissed", NOTHING, MissObligation(obligation=OVERDUE, due_at=t("08:12")), "not_authorised"),
    Case(ORDERED, WaiveObligation(obligation=OVERDUE, reason="电话已确认"), "ObligationWaived", NOTHING,
         WaiveObligation(obligation="task|t-9|9", reason="无"), "unknown_obligation"),
)  # fmt: skip
