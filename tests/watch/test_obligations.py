"""Obligations as one model: opened, met, late, missed, waived, cancelled; and as of any time."""

from __future__ import annotations

from datetime import date

from core.adoption import RetirePlan
from core.control import LiftControl, OrderControl, PutControlInForce, ReviewControl
from core.dispatch import AcknowledgeDispatch, CancelDispatch
from core.drill import RecordDrill
from core.finding import MissObligation, WaiveObligation
from core.incident import CloseIncident, ReportIncident
from core.ledger import Settled, ledger
from core.obligations import obligation, obligations
from core.scales import WarningColour
from core.warning import AcknowledgeWarning, RelaySignal
from tests.rules.commands import FIRST, send
from tests.rules.given import t
from tests.watch.log import HERE, Log
from tests.watch.plans import plan


def fire() -> Log:
    return Log().at("09:00", ReportIncident(kind="structure_fire", place=HERE)).at("09:01", send("fs-1"))


def states(log: Log, now: str, kind: str) -> list[Settled]:
    return [one for one in ledger(log.records, t(now)) if one.obligation.kind == kind]


def state(log: Log, now: str, kind: str) -> str:
    (one,) = states(log, now, kind)
    return one.state


def test_met_in_time_late_and_missed_are_three_things() -> None:
    assert state(fire(), "09:03:00", "dispatch.ack") == "open"
    assert state(fire(), "09:03:01", "dispatch.ack") == "missed"
    in_time = fire().at("09:03:00", AcknowledgeDispatch(dispatch="d-1"))
    assert state(in_time, "10:00", "dispatch.ack") == "met"
    late = fire().at("09:05:00", AcknowledgeDispatch(dispatch="d-1"))
    (found,) = states(late, "10:00", "dispatch.ack")
    assert (found.state, found.met_at) == ("late", t("09:05"))
    told = fire().at("09:05:00", AcknowledgeDispatch(dispatch="d-1"), happened="09:02")
    assert state(told, "10:00", "dispatch.ack") == "met"


def test_as_of_any_time_the_ledger_says_what_was_known_then() -> None:
    log = fire().at("09:05:00", AcknowledgeDispatch(dispatch="d-1"))
    seen = [state(log, clock, "dispatch.ack") for clock in ("09:02", "09:04", "09:05", "23:00")]
    assert seen == ["open", "missed", "late", "late"]


def test_what_is_called_off_in_time_is_cancelled_and_past_its_time_missed() -> None:
    early = fire().at("09:02", CancelDispatch(dispatch="d-1", reason="not_needed"))
    assert state(early, "10:00", "dispatch.ack") == "cancelled"
    after = fire().at("09:30", CancelDispatch(dispatch="d-1", reason="not_needed"))
    assert state(after, "10:00", "dispatch.ack") == "missed"
    assert list(obligations(after.story.world)) == []


def test_a_waiver_says_why_and_ends_it() -> None:
    log = fire()
    (owed,) = obligations(log.story.world)
    log.at("09:02", WaiveObligation(obligation=owed.id, reason="电台确认"))
    (found,) = states(log, "10:00", "dispatch.ack")
    assert (found.state, found.reason) == ("waived", "电台确认")
    assert obligation(log.story.world, owed.id) is None


def test_a_missed_deadline_is_recorded_once_and_not_before_its_time() -> None:
    log = fire()
    (owed,) = obligations(log.story.world)
    miss = MissObligation(obligation=owed.id, due_at=owed.due_at)
    for clock, events in (("09:03:00", 0), ("09:03:01", 1), ("09:04:00", 1)):
        log.at(clock, miss, by="system/reactions")
        assert sum(one.type == "ObligationMissed" for one in log.records) == events


def test_an_order_is_confirmed_and_then_looked_at_again_and_again() -> None:
    log = fire().at(
        "09:10", OrderControl(incident=FIRST, kind="cordon", area="路口", executing="dept", reason="警戒")
    )
    assert state(log, "09:11", "control.in_force") == "open"
    log.at("09:15", PutControlInForce(control="c-1"))
    log.at("09:40", ReviewControl(control="c-1", reason="维持")).at(
        "10:20", LiftControl(control="c-1", reason="解除")
    )
    assert [one.state for one in states(log, "11:00", "control.review")] == ["met", "missed"]


def test_each_addressee_owes_an_answer_to_a_warning_until_it_ends() -> None:
    log = Log().at(
        "09:00",
        RelaySignal(warning="w-1", hazard_type="typhoon", colour=WarningColour.BLUE, area="区", text="台风", issuer="台",
                    begins=t("09:00"), ends=t("12:00"), addressees=("dept/duty", "med/duty")),
    )  # fmt: skip
    log.at("09:05", AcknowledgeWarning(warning="w-1"), by="med/duty")
    assert sorted(one.state for one in states(log, "09:09", "warning.ack")) == ["met", "open"]
    assert sorted(one.state for one in states(log, "09:11", "warning.ack")) == ["met", "missed"]


def test_closing_settles_whatever_is_still_owed() -> None:
    log = fire().at("09:02", CancelDispatch(dispatch="d-1", reason="false_alarm"))
    log.at("09:03", CloseIncident(incident=FIRST, reason="误报"))
    assert [one.state for one in ledger(log.records, t("23:00"))] == ["cancelled"]


def dated(log: Log, kind: str) -> tuple[str, str]:
    (one,) = [one for one in obligations(log.story.world) if one.kind == kind]
    return one.due_at.isoformat()[:10], one.citation


def test_a_plan_owes_reviews_and_drills_by_the_nearest_date_that_applies() -> None:
    log = Log().adopt("08:00", plan("gov-x"))
    assert dated(log, "plan.review")[0] == "2028-12-31"  # its validity ends before three years are over
    assert "有效期" in dated(log, "plan.review")[1]
    assert dated(log, "plan.drill")[0] == "2028-01-01"
    site = Log().adopt("08:00", plan("ent-x", "ent", "enterprise_scene"))
    assert dated(site, "plan.drill")[0] == "2026-07-01"
    assert "每半年" in dated(site, "plan.drill")[1]
    site.at("09:00", RecordDrill(plan="ent-x", held_on=date(2026, 5, 10), review="通信中断 2 分钟"))
    assert dated(site, "plan.drill")[0] == "2026-11-10"


def test_a_newer_upper_plan_asks_for_a_review_within_ninety_days() -> None:
    log = Log().adopt("08:00", plan("gov-x"))
    log.adopt(
        "08:01", plan("ent-x", "ent", "enterprise_special", more="upper_plans: [{plan: gov-x, version: 1}]")
    )
    before = {one.subject: one.due_at for one in obligations(log.story.world) if one.kind == "plan.review"}
    log.adopt("09:00", plan("gov-x", version=2))
    after = {one.subject: one for one in obligations(log.story.world) if one.kind == "plan.review"}
    assert after["ent-x"].due_at < before["ent-x"]
    assert "708号令第六条" in after["ent-x"].citation
    book = {one.obligation.subject: one.obligation for one in states(log, "10:00", "plan.review")}
    assert book["ent-x"] == after["ent-x"]


def test_a_retired_plan_owes_nothing() -> None:
    log = Log().adopt("08:00", plan("gov-x")).at("09:00", RetirePlan(plan="gov-x", reason="废止"))
    assert list(obligations(log.story.world)) == []
    assert {one.state for one in ledger(log.records, t("10:00"))} == {"cancelled"}
