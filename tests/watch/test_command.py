"""W1, W3 and W4: who was told, who says that it is over, who commands."""

from core.dispatch import ArriveTeam, ReleaseTeam
from core.entry import AddEntry, StrikeEntry
from core.incident import (
    CloseIncident,
    DeclareMajorIncident,
    MergeIncident,
    ReportIncident,
    VerifyIncident,
)
from core.leadership import AssumeCommand, CommandTransferred, OfferCommand, TransferCommand
from tests.rules.commands import BRIEFING, FIRST, SECOND, send
from tests.rules.given import t
from tests.watch.log import HERE, Log, opens_after


def declared() -> Log:
    log = Log().at("22:31", ReportIncident(kind="explosion", place=HERE, field="fire"))
    log.at("22:40", send("fs-1")).at("22:41", send("med-1"))
    return log.at("22:47", DeclareMajorIncident(incident=FIRST, reason="多人伤亡"), by="gov/duty")


def entry(tag: str | None = None, **said: object) -> AddEntry:
    return AddEntry(incident=FIRST, tag=tag, **said)  # type: ignore[arg-type]  # a test says them by name


def test_w1_names_those_who_have_not_acknowledged_a_declaration() -> None:
    log = declared().at("22:49", entry("acknowledged"), by="med/duty")
    found = opens_after(log, "22:52:00", "W1")
    assert "dept" in found.en
    assert "med" not in found.en
    assert "22:47" in found.zh
    log.at("22:55", entry("acknowledged"), by="dept/duty")
    assert log.open("22:56", "W1") == []
    assert log.history("22:56", "W1")[0].cleared_at == t("22:55")


def test_w1_is_silent_where_all_acknowledged_in_time() -> None:
    log = declared().at("22:49", entry("acknowledged"), by="med/duty")
    log.at("22:52", entry("acknowledged"), by="dept/duty")
    assert log.history("23:30", "W1") == []


def test_w1_gives_five_minutes_to_who_joins_later() -> None:
    log = declared()
    log.at("22:48", entry("acknowledged"), by="med/duty").at(
        "22:48:30", entry("acknowledged"), by="dept/duty"
    )
    log.at("23:00", send("micro"))
    assert "com" in opens_after(log, "23:05:00", "W1").en


def test_w1_a_declaration_of_ones_own_is_no_acknowledgement_of_anothers() -> None:
    log = Log().at("01:20", ReportIncident(kind="structure_fire", place=HERE)).at("01:21", send("fs-1"))
    log.at("01:22", send("med-1"))
    log.at("01:26", DeclareMajorIncident(incident=FIRST, reason="火势失控"), by="gov/duty")
    log.at("01:42", DeclareMajorIncident(incident=FIRST, reason="多人受伤"), by="med/duty")
    subjects = {one.subject.split("@")[1].split(":")[0] for one in log.open("01:48", "W1")}
    assert subjects == {"gov", "med"}


def gas_leak() -> Log:
    return Log().at("05:38", ReportIncident(kind="gas_leak", place=HERE)).at("05:39", send("fs-1"))


def test_w3_finds_the_end_without_evidence_at_once() -> None:
    log = gas_leak().at("06:38", entry("stand_down"), by="ent/duty")
    found = log.one("06:38", "W3")
    assert found.opens_at == t("06:38")
    for word in ("三点读数", "上下游阀门关闭", "火源管控"):
        assert word in found.zh
    assert log.open("06:37:59", "W3") == []


def proven(log: Log, by: str = "dept/duty", minute: int = 39) -> Log:
    for number, condition in enumerate(("readings",) * 3 + ("valves",) * 2 + ("ignition",)):
        log.at(f"06:{minute}:{number:02d}", entry(evidence="reading", condition=condition), by=by)
    return log


def test_w3_ends_when_the_evidence_is_there_and_never_by_time() -> None:
    log = gas_leak().at("06:38", entry("stand_down"), by="ent/duty")
    assert log.open("23:59", "W3")
    proven(log)
    assert log.open("06:40", "W3") == []


def test_w3_does_not_take_the_word_of_those_who_did_the_work() -> None:
    log = proven(gas_leak(), by="ent/duty", minute=30).at("06:38", entry("stand_down"), by="ent/duty")
    log.one("06:38", "W3")


def test_w3_is_silent_where_the_evidence_came_before() -> None:
    log = proven(gas_leak(), minute=30).at("06:38", entry("stand_down"), by="ent/duty")
    assert log.history("12:00", "W3") == []


def test_w3_opens_again_when_the_evidence_is_struck() -> None:
    log = proven(gas_leak(), minute=30).at("06:38", entry("stand_down"), by="ent/duty")
    ignition = log.records[-2].position
    log.at("06:45", StrikeEntry(position=ignition, reason="误记"))
    log.one("06:45", "W3").zh.endswith("火源管控")


def test_w3_ends_when_the_response_is_resumed() -> None:
    log = gas_leak().at("06:38", entry("stand_down"), by="ent/duty").at("06:41", entry("hazard_open"))
    assert log.open("06:42", "W3") == []


def on_scene() -> Log:
    log = Log().at("22:50", ReportIncident(kind="structure_fire", place=HERE)).at("22:51", send("fs-1"))
    log.at("22:52", VerifyIncident(incident=FIRST, real=True, reason="核实"))
    return log.at("22:56", ArriveTeam(dispatch="d-1"))


def test_w4_finds_nobody_in_command_ten_minutes_after_the_first_team() -> None:
    log = on_scene()
    opens_after(log, "23:06:00", "W4")
    log.at("23:10", TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander")
    assert log.open("23:11", "W4") == []


def test_w4_is_cleared_by_command_taken_in_time_and_told_late() -> None:
    log = on_scene()
    log.at(
        "23:10", TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander", happened="23:01"
    )
    (found,) = log.history("23:11", "W4")
    assert found.note == "backfilled"


def test_w4_is_silent_before_the_incident_is_verified() -> None:
    log = Log().at("22:50", ReportIncident(kind="structure_fire", place=HERE)).at("22:51", send("fs-1"))
    log.at("22:56", ArriveTeam(dispatch="d-1"))
    assert log.history("23:59", "W4") == []


def test_w4_finds_two_commanders_after_a_merge_of_two_commanded_incidents() -> None:
    log = on_scene().at("22:57", TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander")
    log.at("22:58", ReportIncident(kind="structure_fire", place=HERE))
    log.at("22:59", TransferCommand(incident=SECOND, slot="overall"), by="gov/commander")
    log.at("23:00", MergeIncident(incident=SECOND, into=FIRST))
    found = log.one("23:00", "W4")
    assert found.opens_at == t("23:00")
    log.at(
        "23:02",
        OfferCommand(
            incident=FIRST, slot="overall", to_post="gov/commander", reason="并案", briefing=BRIEFING
        ),
        by="dept/site_commander",
    )
    log.at(
        "23:03",
        TransferCommand(incident=FIRST, slot="overall", offer=log.records[-1].position),
        by="gov/commander",
    )
    assert log.open("23:04", "W4") == []


def test_w4_finds_a_claim_of_command() -> None:
    log = on_scene().at("22:57", TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander")
    log.at("23:05", entry("command_claimed"), by="gov/commander")
    assert "gov/commander" in log.one("23:05", "W4").zh


def test_w4_finds_a_hand_over_told_late_that_contradicts_the_one_known() -> None:
    log = on_scene().at("23:00", TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander")
    told = CommandTransferred(incident=FIRST, slot="overall", to_post="gov/commander")
    log.story.clock = t("23:05")
    from tests.rules.given import Asked

    log.story.happens(told, Asked(None, "gov/commander"), t("22:58"))
    assert log.one("23:05", "W4").subject == f"{FIRST}:two"


def test_w4_stands_after_command_was_assumed_until_it_is_confirmed() -> None:
    log = on_scene().at("22:57", TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander")
    log.at("23:05", AssumeCommand(incident=FIRST, slot="overall", reason="失联"), by="gov/duty_lead")
    log.one("23:05", "W4")
    log.at("23:08", entry("review", text="知悉"), by="dept/site_commander")
    assert log.open("23:09", "W4") == []


def test_w4_finds_an_offer_that_nobody_takes() -> None:
    log = on_scene().at("22:57", TransferCommand(incident=FIRST, slot="overall"), by="dept/site_commander")
    log.at(
        "23:00",
        OfferCommand(
            incident=FIRST, slot="overall", to_post="gov/commander", reason="升级", briefing=BRIEFING
        ),
        by="dept/site_commander",
    )
    opens_after(log, "23:05:00", "W4")
    log.at(
        "23:06",
        TransferCommand(incident=FIRST, slot="overall", offer=log.records[-1].position),
        by="gov/commander",
    )
    assert log.open("23:07", "W4") == []


def test_an_incident_that_is_closed_has_no_open_finding() -> None:
    log = (
        on_scene()
        .at("23:20", ReleaseTeam(dispatch="d-1"))
        .at("23:21", CloseIncident(incident=FIRST, reason="处置完毕"))
    )
    assert log.rules("23:40") == set()
    assert log.history("23:40", "W4")[0].cleared_at == t("23:21")
