"""Two real timelines played through the real rules raise exactly what their inquiries named, at the right minute (places invented)."""

from __future__ import annotations

from core.activation import ActivatePlan
from core.casualty import RecordCasualties
from core.control import OrderControl, PutControlInForce, Shape
from core.dispatch import ArriveTeam, DepartTeam, StartWork
from core.entry import AddEntry
from core.incident import ReportIncident, VerifyIncident
from core.leadership import TransferCommand
from core.report import Elements, FileReport
from core.scales import ResponseLevel, WarningColour
from core.warning import RelaySignal
from tests.reactions.story import Reacting
from tests.rules.commands import FIRST, SECOND, send
from tests.rules.given import t
from tests.watch.log import HERE, Log, place
from tests.watch.plans import RAIN_PLAN


def shiyan(log: Log, *, alarms: int = 0) -> Log:
    """Shiyan, 2021-06-13: an hour of gas, nobody evacuated, eight minutes of work, "done, you may go", and the explosion."""
    first = FIRST
    if alarms:
        for number in range(alarms):
            log.at(f"05:{20 + number:02d}", ReportIncident(kind="alarm", place=HERE))
        first = f"2026-{alarms + 1:04d}"
    log.at("05:38", ReportIncident(kind="gas_leak", place=place(400) if alarms else HERE))
    log.at("06:20", send("micro", first)).at("06:21", DepartTeam(dispatch="d-1"))
    log.at("06:24", VerifyIncident(incident=first, real=True, reason="现场闻到燃气味"))
    log.at("06:26", ArriveTeam(dispatch="d-1"))
    log.at("06:27", TransferCommand(incident=first, slot="overall"), by="com/duty")
    log.at("06:30", StartWork(dispatch="d-1"))
    log.at("06:38", AddEntry(incident=first, tag="stand_down", text="处置结束，可以撤离"), by="com/team_lead")
    log.at("06:42", AddEntry(incident=first, tag="explosion", text="爆炸"))
    return log


def test_shiyan_raises_w7_and_w3_and_nothing_else_until_the_explosion() -> None:
    log = shiyan(Log())
    found = log.all("06:42")
    assert {(one.candidate.rule, one.candidate.opens_at) for one in found} == {
        ("W7", t("05:48")),
        ("W3", t("06:38")),
    }
    assert all(one.cleared_at is None for one in found)
    assert {one.candidate.rule for one in log.all("05:48")} == set()


def test_shiyan_with_its_alarms_raises_w9_as_well() -> None:
    found = shiyan(Log(), alarms=5).all("06:42")
    assert {one.candidate.rule for one in found} == {"W3", "W7", "W9"}
    (calls,) = [one for one in found if one.candidate.rule == "W9"]
    assert calls.candidate.opens_at == t("05:22")
    assert calls.candidate.severity == "critical"


def test_shiyan_as_the_board_would_have_shown_it() -> None:
    story = Reacting()
    shiyan(story)
    raised = [(at.replace(microsecond=0), one.rule) for at, one in story.recorded("FindingRaised")]
    assert raised == [(t("05:48"), "W7"), (t("06:38"), "W3")]


DAY_S = 24


def zhengzhou(log: Log) -> Log:
    """Zhengzhou, 2021-07-19 21:59 to 07-20: five red signals, a response after 18 h 31 min, water in the metro told 168 min later."""
    log.adopt("20:00", RAIN_PLAN)
    log.at(
        "21:59",
        RelaySignal(warning="w-1", hazard_type="rainstorm", colour=WarningColour.RED, area="全市", text="暴雨红色预警信号",
                    issuer="市气象台", begins=t("21:59")),
    )  # fmt: skip
    for clock in (6, 9, 12, 16):
        minute = 1 if clock == 16 else 0
        log.at(
            f"{DAY_S + clock}:{minute:02d}",
            RelaySignal(
                warning="w-1",
                hazard_type="rainstorm",
                colour=WarningColour.RED,
                area="全区",
                text=f"{clock} 时继续",
                issuer="市气象台",
                begins=t("21:59"),
            ),
        )
    log.at(f"{DAY_S + 16}:29", ReportIncident(kind="flood", place=HERE), by="gov/duty")
    log.at(
        f"{DAY_S + 16}:30",
        ActivatePlan(plan="gov-rain", level=ResponseLevel.I, incident=FIRST),
        by="gov/duty",
    )
    log.at(f"{DAY_S + 17}:00", ReportIncident(kind="metro", place=place(900)), by="ent/duty")
    log.at(
        f"{DAY_S + 17}:00",
        AddEntry(incident=SECOND, fact="known_on_scene", value="ent", text="隧道进水"),
        by="ent/duty",
    )
    log.at(
        f"{DAY_S + 19}:48",
        AddEntry(incident=SECOND, fact="head_told", value="ent", text="报集团"),
        by="ent/duty",
    )
    log.at(
        f"{DAY_S + 19}:55",
        FileReport(
            incident=SECOND,
            kind="first",
            to="gov/duty",
            known_at=t(f"{DAY_S + 19}:48"),
            elements=Elements(situation="停运"),
        ),
        by="ent/duty",
    )
    return log


def test_zhengzhou_raises_w2_and_w11_and_nothing_else() -> None:
    log = zhengzhou(Log())
    found = log.all(f"{DAY_S + 20}:00")
    assert [(one.candidate.rule, one.candidate.opens_at, one.cleared_at) for one in found] == [
        ("W2", t("22:14"), t(f"{DAY_S + 16}:30")),
        ("W11", t(f"{DAY_S + 17}:05"), None),
    ]
    warning, report = found
    assert warning.cleared_at is not None
    assert str(warning.cleared_at - warning.candidate.opens_at) == "18:16:00"
    assert "163 min late" in report.candidate.en
    assert warning.note is None


def test_zhengzhou_as_the_board_would_have_shown_it() -> None:
    story = Reacting()
    zhengzhou(story)
    raised = [(at.replace(microsecond=0), one.rule) for at, one in story.recorded("FindingRaised")]
    assert raised == [(t("22:14"), "W2"), (t(f"{DAY_S + 17}:05"), "W11")]
    ((at, cleared),) = story.recorded("FindingCleared")
    assert (at, cleared.rule, cleared.cleared_at) == (t(f"{DAY_S + 16}:30"), "W2", t(f"{DAY_S + 16}:30"))


def test_hangzhou_where_the_response_came_in_five_minutes_is_silent() -> None:
    log = Log().adopt("08:00", RAIN_PLAN).at("16:20", ReportIncident(kind="flood", place=HERE))
    log.at(
        "16:25",
        RelaySignal(warning="w-1", hazard_type="rainstorm", colour=WarningColour.YELLOW, area="全市", text="黄色", issuer="市气象台",
                    begins=t("16:25")),
    )  # fmt: skip
    log.at("16:30", ActivatePlan(plan="gov-rain", level=ResponseLevel.II, incident=FIRST))
    assert log.all("23:59") == []


def test_wenling_where_the_figures_only_grew_leaves_w10_silent() -> None:
    log = Log().at("16:46", ReportIncident(kind="explosion", place=HERE))
    cordon = OrderControl(incident=FIRST, kind="cordon", area="槽罐车", executing="dept", reason="爆炸", ring="hot",
                          shape=Shape(circle=(120.17, 30.29), radius_m=100))  # fmt: skip
    log.at("16:50", cordon).at("16:51", PutControlInForce(control="c-1"))
    for clock, dead, injured in (
        ("22:00", 10, 117),
        ("33:30", 19, 172),
        ("55:00", 20, 172),
        ("72:00", 20, 175),
    ):
        log.at(clock, RecordCasualties(incident=FIRST, dead=dead, injured=injured))
    assert log.history("80:00", "W10") == []
