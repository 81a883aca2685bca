"""Who may act on plans, links, tasks, orders and warnings: the yes and the no of each ground. `OF_PLANS` are told on the base set."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.activation import ActivatePlan, ChangeResponseLevel, DeclineProposal, EndResponse, StandDown
from core.adoption import AdoptPlan, RetirePlan
from core.agreement import SignAgreement
from core.control import LiftControl, PutControlInForce
from core.drill import RecordDrill
from core.finding import MissObligation
from core.hazard import DecideCrowdMeasure
from core.leadership import TransferCommand
from core.link import AcceptLink, DeclineLink, TimeOutLink
from core.register import EnterRegister
from core.task import SkipTask, StartTask
from handlers.grants import Grant
from tests.rules.cases import ACTIVE, CORDON, II, NEWER, ORDERED, ROWS, STOOD_BY, I, level, order
from tests.rules.commands import FIRST, report
from tests.rules.given import asked, t
from tests.rules.plans import COMMUNITY, ENTERPRISE, INCIDENT, SYSTEM, activate

OF_PLANS = frozenset({Grant.KEEPER, Grant.PLAN, Grant.ADDRESSEE, Grant.SYSTEM})
Told = tuple[tuple[Grant, tuple[Any, ...], Any, str], ...]
ADOPT = AdoptPlan(source=NEWER)
RETIRE = RetirePlan(plan=COMMUNITY, reason="修订")
ACTIVATE = ActivatePlan(plan=ENTERPRISE, level=II, incident=INCIDENT)
DRILL = RecordDrill(plan=COMMUNITY, held_on=date(2026, 4, 1), review="按时")
SIGN = SignAgreement(
    agreement="agr-1",
    client="com-demo",
    provider="dept-fire",
    valid_from=date(2026, 1, 1),
    valid_to=date(2027, 1, 1),
)
END = EndResponse(activation="a-1", reason="完", override_reason="演示")
CROWD = DecideCrowdMeasure(point="cp", measure="限流", reason="超阈值")
HELD = (*ORDERED, asked(TransferCommand(incident=FIRST, slot="overall"), "com/grid"))

RESPONSE_YES: Told = (
    (Grant.KEEPER, (), ADOPT, "com-demo/duty"),
    (Grant.KEEPER, (), ADOPT, "st-shiqiao/duty"),
    (Grant.KEEPER, (), RETIRE, "com-demo/duty"),
    (Grant.KEEPER, (), DRILL, "com-demo/duty"),
    (Grant.KEEPER, (), SIGN, "com-demo/duty"),
    (Grant.PLAN, (), ACTIVATE, "ent-slc/general_manager"),
    (Grant.PLAN, (), ACTIVATE, "ent-slc/duty"),
    (Grant.PLAN, (), ACTIVATE, "st-shiqiao/duty"),
    (Grant.PLAN, (activate(level=II),), level(I), "ent-slc/general_manager"),
    (Grant.PLAN, STOOD_BY, StandDown(activation="a-1", reason="解除"), "ent-slc/duty"),
    (Grant.PLAN, ACTIVE, DeclineProposal(proposal="p-1", reason="否"), "dept-yj/director"),
    (Grant.ADDRESSEE, ACTIVE, AcceptLink(link="l-1"), "dept-yj/director"),
    (Grant.ADDRESSEE, ACTIVE, AcceptLink(link="l-1"), "dept-yj/duty"),
    (Grant.ADDRESSEE, (*ACTIVE, asked(TimeOutLink(link="l-3"), SYSTEM, at=t("09:00"))), AcceptLink(link="l-3"), "gov-xc/duty"),
    (Grant.ADDRESSEE, ACTIVE, StartTask(task="t-1"), "ent-slc/technical"),
    (Grant.ADDRESSEE, ACTIVE, SkipTask(task="t-1", reason="无人"), "ent-slc/duty"),
    (Grant.SYSTEM, ACTIVE, TimeOutLink(link="l-1"), SYSTEM),
    (Grant.EXECUTING, (report(),), CORDON, "dept/duty"),
    (Grant.EXECUTING, ORDERED, PutControlInForce(control="c-1"), "dept/site_commander"),
    (Grant.COMMANDER, HELD, LiftControl(control="c-1", reason="排除"), "com/grid"),
    (Grant.COMMANDER, HELD, PutControlInForce(control="c-1"), "com/grid"),
    (Grant.ORDERER, (report(), asked(CORDON, "dept/duty")), LiftControl(control="c-1", reason="排除"), "dept/duty"),
    (Grant.DESK, (), CROWD, "com/duty"),
)  # fmt: skip
RESPONSE_NO: Told = (
    (Grant.KEEPER, (), ADOPT, "com-demo/grid"),
    (Grant.KEEPER, (), ADOPT, "dept-fire/duty"),
    (Grant.KEEPER, (), RETIRE, "dept-fire/duty"),
    (Grant.KEEPER, (), DRILL, "dept-fire/duty"),
    (Grant.KEEPER, (), SIGN, "dept-fire/duty"),
    (Grant.KEEPER, (), EnterRegister(source=ROWS), "dept-fire/duty"),
    (Grant.PLAN, (), ACTIVATE, "ent-slc/technical"),
    (Grant.PLAN, (), ACTIVATE, "com-demo/duty"),
    (Grant.PLAN, (activate(level=II),), ChangeResponseLevel(activation="a-1", level=I), "com-demo/duty"),
    (Grant.PLAN, ACTIVE, DeclineProposal(proposal="p-1", reason="否"), "ent-slc/general_manager"),
    (Grant.PLAN, ACTIVE, END, "ent-slc/duty"),
    (Grant.ADDRESSEE, ACTIVE, AcceptLink(link="l-1"), "gov-xc/duty"),
    (Grant.ADDRESSEE, ACTIVE, DeclineLink(link="l-1", reason="not_ours"), "ent-slc/duty"),
    (Grant.ADDRESSEE, ACTIVE, StartTask(task="t-1"), "com-demo/duty"),
    (Grant.SYSTEM, ACTIVE, TimeOutLink(link="l-1"), "gov-xc/duty_lead"),
    (Grant.SYSTEM, (), MissObligation(obligation="task|t-1|9", due_at=t("09:00")), "gov-xc/duty"),
    (Grant.EXECUTING, (report(),), CORDON, "com/duty"),
    (Grant.EXECUTING, (report(),), order(), "dept/team_lead"),
    (Grant.EXECUTING, ORDERED, PutControlInForce(control="c-1"), "med/duty"),
    (Grant.EXECUTING, ORDERED, LiftControl(control="c-1", reason="排除"), "dept/duty"),
    (Grant.COMMANDER, ORDERED, LiftControl(control="c-1", reason="排除"), "com/grid"),
    (Grant.DESK, (), CROWD, "com/grid"),
)  # fmt: skip
