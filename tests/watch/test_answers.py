"""W2, W5 and W11: what was asked for and not answered."""

from core.activation import ActivatePlan, StandBy
from core.adoption import RetirePlan
from core.casualty import RecordCasualties
from core.control import OrderControl, PutControlInForce
from core.dispatch import CancelDispatch, DepartTeam
from core.entry import AddEntry
from core.incident import CloseIncident, DeclareMajorIncident, ReportIncident
from core.report import Elements, FileReport, ReportKind
from core.scales import ResponseLevel, WarningColour
from core.warning import CancelWarning, RelaySignal
from tests.rules.commands import FIRST, send
from tests.rules.given import t
from tests.watch.log import HERE, Log, opens_after
from tests.watch.plans import RAIN_PLAN


def signal(
    colour: WarningColour = WarningColour.RED,
    begins: str = "21:59",
    ends: str | None = None,
    text: str = "暴雨",
) -> RelaySignal:
    return RelaySignal(
        hazard_type="rainstorm", colour=colour, area="江湾区", text=text, issuer="市气象台", begins=t(begins),
        ends=t(ends) if ends else None, warning="w-1",
    )  # fmt: skip


def rain() -> Log:
    return Log().adopt("08:00", RAIN_PLAN).at("21:50", ReportIncident(kind="flood", place=HERE))


def test_w2_finds_a_red_warning_without_response_after_fifteen_minutes() -> None:
    log = rain().at("21:59", signal())
    for clock in ("22:00", "22:05"):
        log.at(clock, signal(text=f"继续 {clock}"))
    found = opens_after(log, "22:14:00", "W2")
    assert found.severity == "critical"
    log.at("23:00", ActivatePlan(plan="gov-rain", level=ResponseLevel.I, incident=FIRST))
    (cleared,) = log.history("23:01", "W2")
    assert (cleared.cleared_at, cleared.note) == (t("23:00"), None)


def test_w2_is_silent_where_a_plan_stood_by_in_time() -> None:
    log = rain().at("21:59", signal())
    log.at("22:14", StandBy(plan="gov-rain", incident=FIRST, reason="红色预警", warning="w-1"))
    assert log.history("23:59", "W2") == []


def test_w2_asks_of_yellow_and_blue_only_what_a_plan_says() -> None:
    assert Log().at("10:00", signal(WarningColour.YELLOW, "10:00")).history("23:00", "W2") == []
    log = rain().at("22:00", signal(WarningColour.YELLOW, "22:00"))
    assert opens_after(log, "23:00:00", "W2").severity == "warning"


def test_w2_a_rise_in_colour_starts_its_own_limit() -> None:
    log = rain().at("21:59", signal(WarningColour.ORANGE))
    log.at("22:20", signal(text="升级"))
    opens_after(log, "22:35:00", "W2")


def test_w2_ends_with_the_warning() -> None:
    log = rain().at("21:59", signal(ends="22:30"))
    assert log.open("22:29:59", "W2")
    assert log.open("22:30:00", "W2") == []
    assert log.history("22:31", "W2")[0].note == "expired"
    other = rain().at("21:59", signal()).at("22:40", CancelWarning(warning="w-1", reason="解除"))
    assert other.history("22:41", "W2")[0].cleared_at == t("22:40")


def test_w2_ends_by_the_districts_decision_not_to_respond_and_by_nobody_elses() -> None:
    log = rain().at("21:59", signal())
    against = AddEntry(incident=FIRST, tag="no_response", text="影响轻微")
    log.at("22:15", against, by="com/duty")
    assert log.open("22:16", "W2")
    log.at("22:20", against, by="gov/duty")
    assert log.open("22:21", "W2") == []


def test_w2_a_retired_plan_is_not_asked() -> None:
    log = (
        rain()
        .at("21:55", RetirePlan(plan="gov-rain", reason="废止"))
        .at("22:00", signal(WarningColour.YELLOW, "22:00"))
    )
    assert log.history("23:59", "W2") == []


def ordered() -> Log:
    return Log().at("22:50", ReportIncident(kind="structure_fire", place=HERE)).at("22:51:00", send("fs-1"))


def test_w5_finds_an_order_that_nobody_took_up_after_two_minutes() -> None:
    log = ordered()
    opens_after(log, "22:53:00", "W5")
    log.at("22:55", CancelDispatch(dispatch="d-1", reason="declined"))
    assert log.open("22:56", "W5") == []


def test_w5_any_later_milestone_is_an_answer() -> None:
    assert ordered().at("22:52:30", DepartTeam(dispatch="d-1")).open("23:00", "W5") == []


def test_w5_finds_a_control_that_is_not_in_force_after_ten_minutes() -> None:
    log = ordered().at(
        "23:00", OrderControl(incident=FIRST, kind="cordon", area="路口", executing="dept", reason="警戒")
    )
    log.at("22:52", DepartTeam(dispatch="d-1"))
    opens_after(log, "23:10:00", "W5")
    log.at("23:12", PutControlInForce(control="c-1"), happened="23:09")
    assert log.history("23:13", "W5")[-1].note == "backfilled"


def report(known_at: str, kind: ReportKind = "first", to: str = "gov/duty") -> FileReport:
    return FileReport(
        incident=FIRST, kind=kind, to=to, known_at=t(known_at), elements=Elements(situation="起火")
    )


def incident() -> Log:
    return Log().at("09:55", ReportIncident(kind="explosion", place=HERE, field="construction"))


def fact(name: str, value: str = "ent") -> AddEntry:
    return AddEntry(incident=FIRST, fact=name, value=value)


def test_w11_on_the_hour_is_in_time_and_a_second_later_is_late() -> None:
    log = incident().at("10:00:00", fact("head_told"), by="ent/duty")
    opens_after(log, "11:00:00", "W11")
    assert incident().at("11:00:00", report("10:00:00"), by="ent/duty").history("12:00", "W11") == []
    late = incident().at("11:00:01", report("10:00:00"), by="ent/duty")
    assert late.one("11:00:01", "W11").opens_at == t("11:00:00")
    assert "1 s late" in late.one("12:00", "W11").en


def test_w11_a_late_report_stays_late_until_a_back_fill_shows_that_it_was_in_time() -> None:
    log = incident().at("10:00:00", fact("head_told"), by="ent/duty")
    log.at("11:30", report("10:00:00"), by="ent/duty")
    assert "30 min late" in log.one("12:00", "W11").en
    log.at("12:10", CloseIncident(incident=FIRST, reason="处置完毕", override_reason="终报另行报送"))
    assert log.one("23:00", "W11").opens_at == t("11:00:00")
    log.at("23:10", report("10:00:00"), by="ent/duty", happened="10:40")
    assert log.open("23:11", "W11") == []
    assert log.history("23:11", "W11")[-1].note == "backfilled"


def test_w11_scene_staff_tell_their_head_within_five_minutes_or_call() -> None:
    log = incident().at("10:00", fact("known_on_scene"), by="ent/team_lead")
    opens_after(log, "10:05:00", "W11")
    called = incident().at("10:00", fact("known_on_scene"), by="ent/team_lead")
    called.at("10:03", fact("called_119_120_110"), by="ent/team_lead")
    assert called.history("12:00", "W11") == []


def test_w11_a_death_asks_for_the_first_report_and_a_change_for_a_supplement() -> None:
    log = incident().at("10:00", RecordCasualties(incident=FIRST, dead=1))
    opens_after(log, "11:00:00", "W11")
    log.at("10:30", report("10:00"), by="gov/duty")
    assert log.history("12:00", "W11") == []
    log.at("13:00", RecordCasualties(incident=FIRST, dead=2))
    assert "supplement" in opens_after(log, "15:00:00", "W11").en
    log.at("14:59", report("13:00", "supplement"), by="gov/duty")
    assert log.open("16:00", "W11") == []


def test_w11_each_level_reports_on_within_two_hours() -> None:
    log = incident().at("10:10", report("10:00", to="street/duty"), by="ent/duty")
    opens_after(log, "12:10:00", "W11")
    log.at("12:00", report("10:10"), by="street/duty")
    assert log.open("13:00", "W11") == []


def test_w11_is_silent_where_nothing_must_be_reported() -> None:
    log = incident()
    assert log.history("23:00", "W11") == []
    log.at("12:00", DeclareMajorIncident(incident=FIRST, reason="多人被困"))
    assert log.open("13:30", "W11")
