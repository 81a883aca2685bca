"""W6, W13, W15 and W16: teams that are late, silent, not counted, in two places, or called under an agreement that ended."""

from datetime import date

from core.activation import ActivatePlan
from core.agreement import SignAgreement
from core.control import LiftControl, OrderControl, PutControlInForce, Shape
from core.dispatch import (
    AccountForCrew,
    ArriveTeam,
    CorrectMilestone,
    CrewAccountedFor,
    DepartTeam,
    DispatchTeam,
    ReleaseTeam,
    StartWork,
    TeamDispatched,
    TeamReleased,
    WithdrawTeam,
)
from core.entry import AddEntry, StrikeEntry
from core.incident import ReportIncident
from core.scales import ResponseLevel
from tests.rules.commands import FIRST, SECOND, send
from tests.rules.given import t
from tests.watch.log import HERE, Log, opens_after
from tests.watch.plans import plan


def fire() -> Log:
    return Log().at("01:59", ReportIncident(kind="structure_fire", place=HERE)).at("02:00", send("fs-1"))


def test_w6_a_team_that_comes_late_was_a_finding_from_the_target_to_its_arrival() -> None:
    log = fire().at("02:01", DepartTeam(dispatch="d-1")).at("02:15", ArriveTeam(dispatch="d-1"))
    (found,) = log.history("02:20", "W6")
    assert (found.candidate.opens_at, found.cleared_at) == (t("02:08"), t("02:15"))
    assert "8" in found.candidate.zh


def test_w6_a_team_that_does_not_move_is_found_after_three_minutes() -> None:
    found = opens_after(fire(), "02:03:00", "W6")
    assert found.subject == "d-1:turnout"


def test_w6_on_the_target_exactly_is_in_time() -> None:
    log = fire().at("02:03", DepartTeam(dispatch="d-1")).at("02:08", ArriveTeam(dispatch="d-1"))
    assert log.history("02:30", "W6") == []


def test_w6_a_silent_team_is_found_after_thirty_minutes_and_any_report_ends_it() -> None:
    log = fire().at("02:01", DepartTeam(dispatch="d-1")).at("02:05", ArriveTeam(dispatch="d-1"))
    assert opens_after(log, "02:35:00", "W6").subject == "d-1:silent"
    log.at("02:40", AccountForCrew(dispatch="d-1", out=6, inside=0, missing=0))
    assert log.open("02:41", "W6") == []


def test_w6_an_arrival_told_late_ends_it_as_back_filled() -> None:
    log = (
        fire()
        .at("02:01", DepartTeam(dispatch="d-1"))
        .at("02:20", ArriveTeam(dispatch="d-1"), happened="02:07")
    )
    assert [one.note for one in log.history("02:21", "W6")] == ["backfilled"]


def test_w6_a_corrected_order_time_moves_the_limit() -> None:
    log = fire().at("02:01", DepartTeam(dispatch="d-1"))
    log.at("02:09", CorrectMilestone(dispatch="d-1", milestone="ordered", to=t("02:04"), reason="误记"))
    assert log.open("02:10", "W6") == []
    assert log.history("02:10", "W6")[0].note == "corrected"
    opens_after(log, "02:12:00", "W6")


REQUEST = """{I: {start: {mode: decision, decide_within: PT10M, authority: gov/duty,
       when: {fact: out_of_control, op: is, value: true}},
     links_out: [{id: r1, kind: request, to: {post: med/duty}, asks: team.medical, trigger: activated, channel: phone,
       ack_within: PT5M, escalate_to: gov/duty}]}}"""


def test_w6_a_role_that_the_plan_asks_for_is_there_within_twenty_minutes() -> None:
    log = (
        Log()
        .adopt("08:00", plan("gov-x", levels=REQUEST))
        .at("09:00", ReportIncident(kind="explosion", place=HERE))
    )
    log.at("09:00", ActivatePlan(plan="gov-x", level=ResponseLevel.I, incident=FIRST))
    assert opens_after(log, "09:20:00", "W6").subject == "a-1:team.medical"
    log.at("09:21", send("med-1")).at("09:25", ArriveTeam(dispatch="d-1"))
    assert [one for one in log.open("09:26", "W6") if "a-1" in one.subject] == []


def working(*teams: str) -> Log:
    log = Log().at("22:50", ReportIncident(kind="structure_fire", place=HERE))
    for number, team in enumerate(teams, 1):
        log.at("22:51", send(team)).at("23:00", StartWork(dispatch=f"d-{number}"))
    return log


def test_w13_names_the_teams_that_have_not_counted_five_minutes_after_an_explosion() -> None:
    log = working("fs-1", "fs-2", "micro", "med-1").at("23:34:06", AddEntry(incident=FIRST, tag="explosion"))
    log.at("23:36", AccountForCrew(dispatch="d-1", out=6, inside=0, missing=0))
    log.at("23:38", AccountForCrew(dispatch="d-3", out=4, inside=0, missing=0))
    assert log.open("23:39:06", "W13") == []
    assert {one.subject for one in log.open("23:39:07", "W13")} == {"d-2:crew.count", "d-4:crew.count"}
    assert all(one.opens_at == t("23:39:06") for one in log.open("23:39:07", "W13"))
    log.at("23:45", AccountForCrew(dispatch="d-2", out=6, inside=0, missing=0))
    assert {one.subject for one in log.open("23:46", "W13")} == {"d-4:crew.count"}


def test_w13_a_struck_alarm_asks_for_no_count() -> None:
    log = working("fs-1").at("23:34:06", AddEntry(incident=FIRST, tag="mayday"))
    log.at("23:45", StrikeEntry(position=log.records[-1].position, reason="误报"))
    (found,) = log.history("23:46", "W13")
    assert found.note == "corrected"


def test_w13_after_a_withdrawal_for_danger_and_for_nothing_else() -> None:
    opens_after(working("fs-1").at("23:10", WithdrawTeam(dispatch="d-1", reason="danger")), "23:15:00", "W13")
    assert (
        working("fs-1").at("23:10", WithdrawTeam(dispatch="d-1", reason="relief")).open("23:30", "W13") == []
    )


def test_w13_a_team_in_the_hot_zone_is_counted_every_twenty_minutes() -> None:
    hot = OrderControl(incident=FIRST, kind="cordon", area="热区", executing="dept", reason="泄漏", ring="hot",
                       shape=Shape(circle=(120.17, 30.29), radius_m=100))  # fmt: skip
    log = working("fs-1").at("23:01", hot).at("23:02", PutControlInForce(control="c-1"))
    opens_after(log, "23:22:00", "W13")
    log.at("23:25", AccountForCrew(dispatch="d-1", out=4, inside=2, missing=0))
    opens_after(log, "23:45:00", "W13")
    log.at("23:50", LiftControl(control="c-1", reason="解除"))
    assert log.open("23:59", "W13") == []


def test_w13_a_count_that_does_not_add_up_is_found_at_once() -> None:
    wrong = CrewAccountedFor(dispatch="d-1", team="fs-1", incident=FIRST, out=3, inside=0, missing=0)
    found = working("fs-1").event("23:10", wrong).one("23:10", "W13")
    assert "3" in found.zh


def test_w15_one_team_in_two_open_dispatches_of_a_foreign_log() -> None:
    log = working("fs-1").at("23:20", ReportIncident(kind="structure_fire", place=HERE))
    log.event("23:21", TeamDispatched(dispatch="x-2", team="fs-1", incident=SECOND, strength=6))
    found = log.one("23:21", "W15")
    assert FIRST in found.en
    assert SECOND in found.en
    log.event("23:30", TeamReleased(dispatch="x-2", team="fs-1", incident=SECOND))
    assert log.open("23:31", "W15") == []


def test_w15_a_diverted_team_is_in_one_place() -> None:
    log = working("fs-1").at("23:20", ReportIncident(kind="structure_fire", place=HERE))
    log.at("23:21", send("fs-1", SECOND, divert=True))
    assert log.history("23:59", "W15") == []


def test_w15_a_team_that_two_running_plans_hold_for_themselves() -> None:
    more = "resources: [{team: fs-1, exclusive: true}]"
    log = Log().adopt("08:00", plan("gov-a", more=more)).adopt("08:01", plan("gov-b", more=more))
    log.at("09:00", ReportIncident(kind="explosion", place=HERE))
    log.at("09:01", ActivatePlan(plan="gov-a", level=ResponseLevel.I, incident=FIRST))
    assert log.open("09:02", "W15") == []
    log.at("09:03", ActivatePlan(plan="gov-b", level=ResponseLevel.I, incident=FIRST))
    assert "gov-a" in log.one("09:03", "W15").en


def called(day: str, clock: str) -> Log:
    log = Log().at("00:10", SignAgreement(agreement="agr-1", client="gov", provider="med", valid_from=date(2025, 1, 1),
                                          valid_to=date.fromisoformat(day)))  # fmt: skip
    log.at("00:20", ReportIncident(kind="medical", place=HERE))
    return log.at(clock, DispatchTeam(incident=FIRST, team="med-1", agreement="agr-1"))


def test_w16_the_last_day_counts_in_beijing_time() -> None:
    assert called("2026-05-12", "23:59").history("23:59", "W16") == []
    found = called("2026-05-12", "24:00").one("24:00", "W16")
    assert "2026-05-12" in found.zh


def test_w16_a_corrected_record_or_an_order_of_government_covers_it() -> None:
    log = called("2026-05-11", "10:00")
    log.at("10:05", SignAgreement(agreement="agr-1", client="gov", provider="med", valid_from=date(2025, 1, 1),
                                  valid_to=date(2027, 1, 1)))  # fmt: skip
    assert log.open("10:06", "W16") == []
    other = called("2026-05-11", "10:00").at(
        "10:05", AddEntry(incident=FIRST, fact="government_order", value="d-1")
    )
    assert other.open("10:06", "W16") == []


def test_w16_an_agreement_covers_its_own_hazards_only() -> None:
    log = Log().at("00:10", SignAgreement(agreement="agr-1", client="gov", provider="med", valid_from=date(2025, 1, 1),
                                          valid_to=date(2027, 1, 1), hazards=("toxic_release",)))  # fmt: skip
    log.at("00:20", ReportIncident(kind="medical", place=HERE))
    log.at("00:30", DispatchTeam(incident=FIRST, team="med-1", agreement="agr-1")).one("00:30", "W16")


def test_a_released_team_is_not_late() -> None:
    log = fire().at("02:01", DepartTeam(dispatch="d-1")).at("02:05", ArriveTeam(dispatch="d-1"))
    log.at("02:20", ReleaseTeam(dispatch="d-1"))
    assert log.history("05:00", "W6") == []
