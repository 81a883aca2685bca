"""W7, W9, W10 and W12: the public, its calls, its casualties, and what is stored next to it."""

from core.casualty import RecordCasualties
from core.control import Evacuated, OrderControl
from core.dispatch import ArriveTeam
from core.entry import AddEntry, StrikeEntry
from core.hazard import DeclareHazardContents
from core.incident import AmendIncident, LinkIncidents, ReportIncident, VerifyIncident
from core.leadership import TransferCommand
from tests.rules.commands import FIRST, SECOND, send
from tests.rules.given import t
from tests.watch.log import HERE, Log, opens_after, place


def gas() -> Log:
    return Log().at("05:38", ReportIncident(kind="gas_leak", place=HERE))


def evacuation(kind: str = "evacuation") -> OrderControl:
    counted = Evacuated(expected=200) if kind == "evacuation" else None
    return OrderControl(
        incident=FIRST, kind=kind, area="集贸市场", executing="street", reason="燃气", evacuated=counted, until=t("12:00")  # type: ignore[arg-type]  # a test says the kind by name
    )  # fmt: skip


def test_w7_ten_minutes_of_gas_with_a_cordon_only() -> None:
    log = gas().at("05:40", evacuation("cordon"))
    opens_after(log, "05:48:00", "W7")
    log.at("05:50", evacuation())
    assert log.open("05:51", "W7") == []
    assert log.history("05:51", "W7")[0].cleared_at == t("05:50")


def test_w7_is_silent_where_people_were_told_in_time() -> None:
    assert gas().at("05:48", evacuation("shelter_in_place")).history("09:00", "W7") == []


def test_w7_a_fire_needs_to_be_verified_and_to_threaten_a_crowded_place() -> None:
    log = Log().at("05:38", ReportIncident(kind="structure_fire", place=HERE))
    log.at("05:39", AddEntry(incident=FIRST, fact="premises", value="care_home"))
    assert log.open("06:30", "W7") == []
    log.at("06:30", VerifyIncident(incident=FIRST, real=True, reason="核实"))
    opens_after(log, "06:40:00", "W7")


def test_w7_the_commander_may_decide_against_it_and_nobody_else() -> None:
    log = gas().at("05:40", TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander")
    against = AddEntry(incident=FIRST, tag="no_evacuation", text="浓度低，通风良好")
    log.at("05:44", against, by="gov/duty")
    assert log.open("05:49", "W7")
    log.at("05:50", against, by="dept/site_commander")
    assert log.open("05:51", "W7") == []


def test_w7_ends_when_the_report_is_judged_false() -> None:
    assert (
        gas().at("05:50", VerifyIncident(incident=FIRST, real=False, reason="误报")).open("05:51", "W7") == []
    )


def test_w7_an_offsite_effect_counts_from_when_it_was_seen_and_a_struck_one_not_at_all() -> None:
    log = Log().at("05:00", ReportIncident(kind="explosion", place=HERE, field="construction"))
    log.at("05:30", AddEntry(incident=FIRST, fact="offsite_effect", value="true"))
    opens_after(log, "05:40:00", "W7")
    log.at("05:45", StrikeEntry(position=log.records[-1].position, reason="误记"))
    assert log.history("05:46", "W7")[0].note == "corrected"


def calls(*clocks: str, metres: float = 0) -> Log:
    log = Log()
    for number, clock in enumerate(clocks):
        log.at(clock, ReportIncident(kind="crowd", place=place(metres * number)))
    return log


def test_w9_the_third_call_is_found_at_once() -> None:
    assert calls("18:34", "20:09").history("20:32", "W9") == []
    log = calls("18:34", "20:09", "20:33")
    found = log.one("20:33", "W9")
    assert (found.opens_at, found.severity, found.subject) == (t("20:33"), "warning", FIRST)


def test_w9_is_critical_from_the_fifth_call() -> None:
    found = calls("18:34", "20:09", "20:33", "20:53", "21:00").one("21:00", "W9")
    assert found.severity == "critical"
    assert len(found.evidence) == 5
    assert found.opens_at == t("20:33")


def test_w9_two_hours_exactly_count_and_a_second_more_does_not() -> None:
    assert calls("18:34:00", "20:09", "20:34:00").open("20:34:00", "W9")
    assert calls("18:34:00", "20:09", "20:34:01").history("23:00", "W9") == []


def test_w9_calls_further_than_three_hundred_metres_apart_are_not_one_matter() -> None:
    assert calls("20:00", "20:01", "20:02", metres=140).open("20:02", "W9")
    assert calls("20:00", "20:01", "20:02", metres=320).history("20:30", "W9") == []


def test_w9_ends_when_somebody_acts_on_one_of_them() -> None:
    for act in (
        send("fs-1", SECOND),
        VerifyIncident(incident=SECOND, real=False, reason="核查无险情"),
        LinkIncidents(incident=FIRST, other=SECOND, reason="同一处"),
    ):
        log = calls("18:34", "20:09", "20:33").at("20:40", act)
        assert log.open("20:41", "W9") == []
        assert log.history("20:41", "W9")[0].cleared_at == t("20:40")


def test_w9_a_call_that_was_attended_does_not_count() -> None:
    log = calls("18:34").at("18:40", send("fs-1")).at("20:09", ReportIncident(kind="crowd", place=HERE))
    log.at("20:33", ReportIncident(kind="crowd", place=HERE))
    assert log.history("20:40", "W9") == []


def test_w9_a_call_that_turns_out_to_be_there_counts_there() -> None:
    log = calls("18:34", "20:09").at("20:10", ReportIncident(kind="crowd", place=place(5000)))
    log.at("20:40", AmendIncident(incident="2026-0003", place=HERE))
    assert log.one("20:40", "W9").opens_at == t("20:10")


def figures(dead: int, serious: int, injured: int, missing: int) -> RecordCasualties:
    return RecordCasualties(incident=FIRST, dead=dead, serious=serious, injured=injured, missing=missing)


def counted() -> Log:
    return Log().at("10:00", ReportIncident(kind="collapse", place=HERE)).at("10:10", figures(1, 3, 5, 4))


def test_w10_people_who_are_not_counted_any_more_are_named() -> None:
    found = counted().at("11:00", figures(1, 3, 5, 0)).one("11:00", "W10")
    assert "4 人" in found.zh
    assert found.opens_at == t("11:00")


def test_w10_is_silent_where_they_were_found_safe_before_and_ends_where_it_is_said_after() -> None:
    safe = AddEntry(incident=FIRST, fact="found_safe", value="4")
    assert counted().at("10:50", safe).at("11:00", figures(1, 3, 5, 0)).history("12:00", "W10") == []
    log = counted().at("11:00", figures(1, 3, 5, 0)).at("11:20", safe)
    assert log.open("11:21", "W10") == []


def test_w10_a_statement_explains_one_fall_only() -> None:
    log = counted().at("10:50", AddEntry(incident=FIRST, fact="found_safe", value="4"))
    log.at("11:00", figures(1, 3, 5, 0)).at("11:30", figures(1, 3, 1, 0))
    assert "4 人" in log.one("11:30", "W10").zh


def test_w10_the_dead_do_not_become_fewer() -> None:
    log = counted().at("11:00", figures(0, 4, 5, 4))
    log.one("11:00", "W10")
    log.at("11:10", StrikeEntry(position=3, reason="误报 1 人死亡"))
    assert log.open("11:11", "W10") == []


def test_w10_rising_figures_are_never_a_finding() -> None:
    log = Log().at("10:00", ReportIncident(kind="structure_fire", place=HERE))
    for clock, dead, injured in (("16:46", 0, 5), ("17:30", 4, 20), ("22:00", 6, 117)):
        log.at(clock, RecordCasualties(incident=FIRST, dead=dead, injured=injured))
    assert log.history("23:00", "W10") == []


def hazmat() -> Log:
    log = Log().at("22:50", ReportIncident(kind="toxic_release", place=HERE)).at("22:51", send("fs-1"))
    log.at("22:52", evacuation())
    return log


def test_w12_five_minutes_after_the_first_team_somebody_knows_what_is_stored() -> None:
    log = hazmat().at("22:56", ArriveTeam(dispatch="d-1"))
    opens_after(log, "23:01:00", "W12")
    log.at("23:03", AddEntry(incident=FIRST, tag="substance", text="液氨，企业技术员告知"))
    assert log.open("23:04", "W12") == []


def test_w12_a_declaration_of_the_last_day_is_enough_and_an_older_one_is_not() -> None:
    at_hazard = AddEntry(incident=FIRST, fact="hazard", value="haz-1")
    fresh = Log().at("01:00", DeclareHazardContents(hazard="haz-1", contents="液氨 10 吨"))
    fresh.at("22:50", ReportIncident(kind="toxic_release", place=HERE)).at("22:50", at_hazard).at(
        "22:51", send("fs-1")
    )
    assert fresh.at("22:56", ArriveTeam(dispatch="d-1")).history("23:30", "W12") == []
    old = Log().at("01:00", DeclareHazardContents(hazard="haz-1", contents="液氨 10 吨"))
    old.at("26:00", ReportIncident(kind="toxic_release", place=HERE)).at("26:01", at_hazard).at(
        "26:02", send("fs-1")
    )
    old.at("26:10", ArriveTeam(dispatch="d-1"))
    assert old.open("26:16", "W12")
    old.at("26:20", DeclareHazardContents(hazard="haz-1", contents="液氨 8 吨"))
    assert old.open("26:21", "W12") == []


def test_w12_asks_nothing_of_an_ordinary_fire() -> None:
    log = Log().at("22:50", ReportIncident(kind="structure_fire", place=HERE)).at("22:51", send("fs-1"))
    assert log.at("22:56", ArriveTeam(dispatch="d-1")).history("23:59", "W12") == []
