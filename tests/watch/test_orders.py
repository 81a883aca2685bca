"""W8, W14, W17 and W18: orders that lead into danger, advice nobody reviews, levels no plan defines, crowds nobody decides on."""

from core.activation import ActivatePlan, ChangeResponseLevel, PlanActivated
from core.control import (
    AmendControl,
    ControlKind,
    Evacuated,
    LiftControl,
    OrderControl,
    PutControlInForce,
    ReviewControl,
    Ring,
    Shape,
    Site,
)
from core.entry import AddEntry
from core.hazard import DecideCrowdMeasure, RecordCrowdReading
from core.incident import ReportIncident
from core.scales import ResponseLevel
from tests.rules.commands import FIRST
from tests.rules.given import t
from tests.watch.log import HERE, Log, opens_after, place
from tests.watch.plans import plan

CENTRE = (120.17, 30.29)


def east(metres: float) -> tuple[float, float]:
    there = place(metres)
    assert there.lon is not None
    assert there.lat is not None
    return there.lon, there.lat


def order(kind: ControlKind, shape: Shape | None = None, *, ring: Ring | None = None, sites: tuple[Site, ...] = (),
          exceptions: tuple[str, ...] = (), until: str | None = None) -> OrderControl:  # fmt: skip
    return OrderControl(
        incident=FIRST, kind=kind, area=kind, executing="dept", reason="防护", shape=shape, ring=ring, sites=sites,
        exceptions=exceptions, until=t(until) if until else None,
        evacuated=Evacuated(expected=100) if kind == "evacuation" else None,
    )  # fmt: skip


def circle(radius_m: int) -> Shape:
    return Shape(circle=CENTRE, radius_m=radius_m)


def evacuated_to(metres: float, kind: str = "shelter") -> Log:
    log = Log().at("10:00", ReportIncident(kind="structure_fire", place=HERE))
    log.at("10:01", order("cordon", circle(200), ring="hot")).at("10:02", PutControlInForce(control="c-1"))
    return log.at("10:05", order("evacuation", sites=(Site(kind=kind, name="示例小学", at=east(metres)),)))  # type: ignore[arg-type]  # a test says the kind by name


def test_w8_a_shelter_that_a_growing_cordon_reaches_is_found_at_once() -> None:
    log = evacuated_to(350)
    assert log.open("10:19", "W8") == []
    log.at("10:20", AmendControl(control="c-1", change="扩大到 500 米", shape=circle(500)))
    found = log.one("10:20", "W8")
    assert found.opens_at == t("10:20")
    assert "示例小学" in found.zh
    log.at("10:30", AmendControl(control="c-2", change="改至他处", sites=()))
    assert log.open("10:31", "W8") == []


def test_w8_a_cordon_that_is_not_in_force_or_was_lifted_endangers_nobody() -> None:
    log = Log().at("10:00", ReportIncident(kind="structure_fire", place=HERE))
    log.at("10:01", order("cordon", circle(500), ring="warm"))
    log.at("10:02", order("evacuation", sites=(Site(kind="rendezvous", name="广场", at=east(100)),)))
    assert log.open("10:03", "W8") == []
    log.at("10:04", PutControlInForce(control="c-1"))
    assert log.open("10:04", "W8")
    log.at("10:10", LiftControl(control="c-1", reason="解除"))
    assert log.open("10:11", "W8") == []


def test_w8_downwind_by_the_last_wind_that_was_reported() -> None:
    log = evacuated_to(450)
    assert log.open("10:06", "W8") == []
    log.at("10:07", AddEntry(incident=FIRST, fact="wind_from_deg", value="270"))
    assert "示例小学" in log.one("10:07", "W8").zh
    log.at("10:17", AddEntry(incident=FIRST, fact="wind_from_deg", value="90"))
    assert log.open("10:18", "W8") == []


def route(*metres: float) -> Shape:
    return Shape(line=tuple(east(one) for one in metres))


def test_w8_a_route_may_lead_out_of_a_cordon_and_not_into_it() -> None:
    out = evacuated_to(900).at("10:06", order("evacuation", route(0, 600)))
    assert out.open("10:07", "W8") == []
    into = evacuated_to(900).at("10:06", order("evacuation", route(600, 100)))
    assert into.open("10:07", "W8")


def test_w8_a_route_across_a_closed_road_needs_the_exception() -> None:
    closure = Shape(line=((120.1720, 30.2890), (120.1720, 30.2910)))
    for exceptions, found in (((), 1), (("rescue",), 1), (("rescue", "evacuees"), 0)):
        log = Log().at("10:00", ReportIncident(kind="structure_fire", place=HERE))
        log.at("10:01", order("evacuation", route(0, 600)))
        log.at("10:02", order("traffic", closure, exceptions=exceptions)).at(
            "10:03", PutControlInForce(control="c-2")
        )
        assert len(log.open("10:04", "W8")) == found, exceptions


def test_w14_shelter_in_place_in_a_burning_building_is_looked_at_every_ten_minutes() -> None:
    log = Log().at("00:50", ReportIncident(kind="structure_fire", place=HERE))
    log.at("00:54", order("shelter_in_place", until="01:04"))
    assert opens_after(log, "01:04:00", "W14").severity == "warning"
    found = log.one("01:14:01", "W14")
    assert found.severity_at(t("01:14:00")) == "warning"
    assert found.severity_at(t("01:14:01")) == "critical"
    log.at("02:47", LiftControl(control="c-1", reason="撤回就地避险"))
    assert log.open("02:48", "W14") == []
    assert log.history("02:48", "W14")[0].cleared_at == t("02:47")


def test_w14_a_review_starts_the_next_limit_as_a_matter_of_its_own() -> None:
    log = Log().at("00:50", ReportIncident(kind="gas_leak", place=HERE)).at("01:00", order("evacuation"))
    log.at("01:20", ReviewControl(control="c-1", reason="维持"))
    assert log.open("01:40", "W14") == []
    first = opens_after(log, "01:50:00", "W14")
    log.at("02:00", ReviewControl(control="c-1", reason="维持"))
    assert opens_after(log, "02:30:00", "W14").id != first.id


def test_w14_watches_the_decision_not_to_evacuate_and_a_strategy() -> None:
    log = Log().at("00:50", ReportIncident(kind="structure_fire", place=HERE))
    log.at("01:00", AddEntry(incident=FIRST, tag="no_evacuation", text="火势可控"))
    opens_after(log, "01:30:00", "W14")
    log.at("01:40", AddEntry(incident=FIRST, tag="review", text="维持"))
    assert log.open("02:10", "W14") == []
    log.at("02:11", AddEntry(incident=FIRST, fact="strategy", value="defensive"))
    assert {one.subject for one in log.open("02:42", "W14")} == {
        f"{FIRST}:no_evacuation",
        f"{FIRST}:strategy",
    }


def activated(level: ResponseLevel, override: str | None = None) -> Log:
    log = Log().adopt("08:00", plan("gov-x")).at("09:00", ReportIncident(kind="explosion", place=HERE))
    return log.at("09:10", ActivatePlan(plan="gov-x", level=level, incident=FIRST, override_reason=override))


def test_w17_a_level_that_the_plan_does_not_have_and_its_change_to_one_that_it_has() -> None:
    log = activated(ResponseLevel.III, "领导指示")
    assert "III" in log.one("09:10", "W17").zh
    log.at("09:20", ChangeResponseLevel(activation="a-1", level=ResponseLevel.II))
    assert log.open("09:21", "W17") == []
    assert activated(ResponseLevel.I).history("12:00", "W17") == []


def test_w17_a_version_out_of_validity_until_the_plan_is_renewed() -> None:
    log = Log().adopt("08:00", plan("gov-x", valid_to="2026-05-11"))
    log.at("09:00", ReportIncident(kind="explosion", place=HERE))
    log.at(
        "09:10",
        ActivatePlan(plan="gov-x", level=ResponseLevel.I, incident=FIRST, override_reason="新版未发布"),
    )
    log.one("09:10", "W17")
    log.adopt("10:00", plan("gov-x", version=2))
    assert log.open("10:01", "W17") == []


def test_w17_a_version_that_was_never_adopted_here() -> None:
    log = Log().at("09:00", ReportIncident(kind="explosion", place=HERE))
    log.event("09:10", PlanActivated(activation="a-1", plan="old", version=3, level=ResponseLevel.I, incident=FIRST,
                                     owner="gov", authority="gov/duty"))  # fmt: skip
    log.one("09:10", "W17")


def reading(value: int, threshold: int = 5000) -> RecordCrowdReading:
    return RecordCrowdReading(point="plaza", value=value, threshold=threshold)


def decide(measure: str = "限流") -> DecideCrowdMeasure:
    return DecideCrowdMeasure(point="plaza", measure=measure, reason="客流超限")


def test_w18_five_minutes_over_a_threshold_without_a_decision() -> None:
    log = Log().at("22:30", reading(4999)).at("22:37", reading(5000)).at("22:39", reading(5600))
    opens_after(log, "22:42:00", "W18")
    log.at("22:45", decide())
    assert log.open("22:46", "W18") == []
    assert Log().at("22:37", reading(5000)).at("22:42", decide()).history("23:30", "W18") == []


def test_w18_each_higher_threshold_is_a_matter_of_its_own() -> None:
    log = Log().at("22:37", reading(5100)).at("22:40", decide()).at("22:50", reading(8200, 8000))
    assert opens_after(log, "22:55:00", "W18").subject == "plaza:8000"


def test_w18_ten_minutes_below_end_it_and_a_new_rise_is_a_new_finding() -> None:
    log = Log().at("22:37", reading(5100)).at("22:50", reading(4000))
    assert log.open("22:59:59", "W18")
    assert log.open("23:00:00", "W18") == []
    assert log.history("23:05", "W18")[0].note == "expired"
    log.at("23:10", reading(5200))
    opens_after(log, "23:15:00", "W18")
    assert len({one.candidate.id for one in log.history("23:20", "W18")}) == 2


def test_w18_to_observe_only_needs_a_time_to_look_again() -> None:
    observe = DecideCrowdMeasure(point="plaza", measure="observe", reason="回落中")
    assert Log().at("22:37", reading(5100)).at("22:38", observe).open("22:43", "W18")


def test_w18_a_one_way_flow_that_was_broken_through() -> None:
    log = Log().at("20:00", ReportIncident(kind="crowd", place=HERE)).at("20:01", reading(100))
    log.at("22:37", AddEntry(incident=FIRST, tag="one_way_breached", fact="point", value="plaza"))
    opens_after(log, "22:42:00", "W18")
    log.at("22:45", decide())
    assert log.open("22:46", "W18") == []


def test_w18_an_order_that_names_the_point_is_a_decision() -> None:
    log = Log().at("20:00", ReportIncident(kind="crowd", place=HERE)).at("22:37", reading(5100))
    named = OrderControl(incident=FIRST, kind="traffic", area="plaza 入口", executing="dept", reason="限流")
    assert log.at("22:40", named).history("23:30", "W18") == []
