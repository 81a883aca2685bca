"""The grounds on which a post may send a command, in both tongues, and the table of the response: plans, links, orders, warnings."""

from __future__ import annotations

from enum import Enum
from typing import Any

from core import (
    activation,
    adoption,
    agreement,
    control,
    drill,
    finding,
    hazard,
    link,
    register,
    report,
    task,
    warning,
)

DUTY = frozenset({"duty", "duty_lead"})


class Grant(Enum):
    """On what ground a post may send a command."""

    ANY = "any post"
    DISTRICT = "the district's duty desk"
    OWNER = "the duty desk of the organisation, or of one above it"
    TEAM = "the team: team_lead or duty of its owner"
    COMMANDER = "who holds overall command of the incident"
    SAFETY = "a safety officer of the team's organisation, or of one above it"
    ORDERER = "the post that gave the order"
    RECORDER = "the post that recorded it"
    LEAD = "the district's duty lead"
    UPPER = "the duty lead or a commanding post of an organisation above the holder's"
    CONTROLLER = "an exercise controller of the district"
    KEEPER = "a plan keeper or duty desk (of the plan's owner, or of one above it)"
    PLAN = "the authority that the plan names, or the duty desk of its owner"
    ADDRESSEE = "the post it went to, or the duty desk of its organisation"
    EXECUTING = "the executing organisation"
    DESK = "a duty desk"
    SYSTEM = "the system itself"


ANY, DISTRICT, OWNER, TEAM = Grant.ANY, Grant.DISTRICT, Grant.OWNER, Grant.TEAM
COMMANDER, SAFETY, ORDERER, RECORDER = Grant.COMMANDER, Grant.SAFETY, Grant.ORDERER, Grant.RECORDER

KEEPER, PLAN, ADDRESSEE, EXECUTING = Grant.KEEPER, Grant.PLAN, Grant.ADDRESSEE, Grant.EXECUTING
DESK, SYSTEM_ONLY = Grant.DESK, Grant.SYSTEM

RESPONSE_GRANTS: dict[type[Any], tuple[Grant, ...]] = {
    adoption.AdoptPlan: (DISTRICT, KEEPER),
    adoption.AdoptPlans: (DISTRICT, KEEPER),
    adoption.RetirePlan: (DISTRICT, KEEPER),
    register.EnterRegister: (DISTRICT,),
    agreement.SignAgreement: (DISTRICT, KEEPER),
    drill.RecordDrill: (DISTRICT, KEEPER),
    activation.StandBy: (DISTRICT, PLAN),
    activation.StandDown: (DISTRICT, PLAN),
    activation.ActivatePlan: (DISTRICT, PLAN),
    activation.ChangeResponseLevel: (DISTRICT, PLAN),
    activation.ReleaseActivation: (ANY,),  # the rule asks for the upper ending authority
    activation.EndResponse: (ANY,),  # the rule asks for the ending authority
    activation.DeclineProposal: (DISTRICT, PLAN),
    activation.ProposeActivation: (SYSTEM_ONLY,),
    task.StartTask: (DISTRICT, COMMANDER, ADDRESSEE),
    task.CompleteTask: (DISTRICT, COMMANDER, ADDRESSEE),
    task.SkipTask: (DISTRICT, COMMANDER, ADDRESSEE),
    link.AcknowledgeLink: (DISTRICT, ADDRESSEE),  # on its behalf too: many answer by telephone
    link.AcceptLink: (ADDRESSEE,),
    link.DeclineLink: (ADDRESSEE,),
    link.TimeOutLink: (SYSTEM_ONLY,),
    link.TriggerLinks: (SYSTEM_ONLY,),
    control.OrderControl: (DISTRICT, COMMANDER, EXECUTING),
    control.PutControlInForce: (DISTRICT, COMMANDER, EXECUTING),
    control.AmendControl: (DISTRICT, COMMANDER, EXECUTING),
    control.ReviewControl: (DISTRICT, COMMANDER, EXECUTING),
    control.LiftControl: (DISTRICT, COMMANDER, ORDERER),
    warning.IssueWarning: (DISTRICT,),
    warning.RelaySignal: (DISTRICT,),
    warning.AcknowledgeWarning: (ANY,),  # the rule asks for an addressee
    warning.UpdateWarning: (DISTRICT,),
    warning.CancelWarning: (DISTRICT,),
    hazard.DeclareHazardContents: (ANY,),
    hazard.RecordCrowdReading: (ANY,),
    hazard.DecideCrowdMeasure: (DISTRICT, DESK),
    report.FileReport: (ANY,),
    finding.RaiseFinding: (SYSTEM_ONLY,),
    finding.ClearFinding: (SYSTEM_ONLY,),
    finding.AcknowledgeFinding: (ANY,),
    finding.MissObligation: (SYSTEM_ONLY,),
    finding.WaiveObligation: (DISTRICT,),
}

ZH = {
    Grant.ANY: "任一岗位",
    Grant.DISTRICT: "区值班岗（duty、duty_lead）",
    Grant.OWNER: "所属组织或其上级的值班岗",
    Grant.TEAM: "队伍带队岗或所属组织值班岗",
    Grant.COMMANDER: "该事件总指挥",
    Grant.SAFETY: "队伍所属组织或其上级的安全员",
    Grant.ORDERER: "下令岗位",
    Grant.RECORDER: "记录该事实的岗位",
    Grant.LEAD: "区值班长（duty_lead）",
    Grant.UPPER: "现任指挥所属组织之上级的值班长或指挥岗",
    Grant.CONTROLLER: "区导调岗（controller）",
    Grant.KEEPER: "预案管理员或值班岗（预案所属组织或其上级）",
    Grant.PLAN: "预案规定的批准岗位，或预案所属组织的值班岗",
    Grant.ADDRESSEE: "收件岗位或其组织的值班岗",
    Grant.EXECUTING: "执行单位",
    Grant.DESK: "值班岗",
    Grant.SYSTEM: "系统自身",
}
