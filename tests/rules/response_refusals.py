"""The refusals of plans, links, tasks, orders, warnings, reports and findings: one story for each code."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from core.activation import ActivatePlan, EndResponse, StandDown
from core.adoption import AdoptPlan, RetirePlan, Waiver
from core.control import LiftControl, PutControlInForce, Shape
from core.link import AcceptLink, DeclineLink
from core.report import Elements, FileReport
from core.scales import WarningColour
from core.task import CompleteTask, SkipTask
from core.warning import UpdateWarning
from tests.rules.cases import (
    ACTIVE,
    CASCADED,
    II,
    IV,
    ORDERED,
    RESPONSE_CASES,
    SIGNAL,
    STOOD_BY,
    I,
    level,
    order,
)
from tests.rules.commands import FIRST, report, send
from tests.rules.given import asked, t
from tests.rules.plans import (
    COMMUNITY,
    DIRECTOR,
    DISTRICT,
    DUTY,
    ENTERPRISE,
    FIRE_DUTY,
    INCIDENT,
    MANAGER,
    activate,
    source,
)

SITE = "ent-slc/site_commander"
LOST_POST = (
    source(ENTERPRISE)
    .replace("version: 3", "version: 4", 1)
    .replace("post: com-demo/duty", "post: com-demo/night", 1)
)
WAIVED = Waiver("L3", "正在登记", date(2026, 5, 11))
ENDED = (*ACTIVE, asked(EndResponse(activation="a-1", reason="完", override_reason="演示"), SITE))


class No(NamedTuple):
    code: str
    before: tuple[Any, ...]
    command: Any
    operation: str = "live"
    plans: bool = False


def no(code: str, before: tuple[Any, ...], command: Any) -> No:
    return No(code, before, command, plans=True)


RESPONSE_REFUSALS = (
    # The first no of every command, which test_every_command tells; each code once.
    *{one.code: No(one.code, one.before, one.no, one.operation, one.plans) for one in RESPONSE_CASES
      if one.code not in ("not_authorised", "unknown_organisation", "unknown_post")}.values(),
    no("plan_has_findings", (), asked(AdoptPlan(source=LOST_POST), DUTY)),
    no("waiver_over", (), asked(AdoptPlan(source=LOST_POST, waivers=(WAIVED,)), DUTY)),
    no("plan_version_taken", (), asked(AdoptPlan(source=source(COMMUNITY) + "# 注\n"), DUTY)),
    no("plan_version_not_adopted", (),
       asked(ActivatePlan(plan=ENTERPRISE, level=I, incident=INCIDENT, version=9), MANAGER)),
    no("plan_not_valid", (asked(RetirePlan(plan=ENTERPRISE, reason="停产"), DUTY),), activate()),
    no("already_active", (activate(level=II),), activate()),
    no("asks_for_another", ACTIVE,
       asked(ActivatePlan(plan=DISTRICT, level=IV, incident=INCIDENT, link="l-3"), DIRECTOR)),
    no("not_on_stand_by", ACTIVE, asked(StandDown(activation="a-1", reason="解除"), MANAGER)),
    no("on_stand_by", STOOD_BY, asked(level(I), MANAGER)),
    no("response_ended", ENDED, asked(level(II), MANAGER)),
    no("upper_still_active", CASCADED, asked(EndResponse(activation="a-1", reason="完", override_reason="演示"), SITE)),
    no("link_answered", (*ACTIVE, asked(DeclineLink(link="l-3", reason="unsafe"), FIRE_DUTY)),
       asked(AcceptLink(link="l-3"), FIRE_DUTY)),
    no("task_closed", (*ACTIVE, asked(SkipTask(task="t-1", reason="无人"), DUTY)),
       asked(CompleteTask(task="t-1", evidence="已告知"), DUTY)),
    No("unknown_agreement", (report(),), send(agreement="agr-9")),
    No("review_time_required", (report(),), order(kind="shelter_in_place")),
    No("expected_required", (report(),), order(kind="evacuation")),
    No("shape", (report(),), order(shape=Shape(circle=(120.1, 30.2)))),
    No("control_lifted", (*ORDERED, LiftControl(control="c-1", reason="完")), PutControlInForce(control="c-1")),
    No("signal_not_altered", (SIGNAL,), UpdateWarning(warning="w-1", colour=WarningColour.BLUE, text="减弱")),
    No("known_after_reported", (report(),),
       FileReport(incident=FIRST, kind="first", to="gov/duty", known_at=t("23:00"), elements=Elements())),
)  # fmt: skip
