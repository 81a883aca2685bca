"""Protective orders, warnings and reports (domain §5, §9, §12): versions, windows, counts, signals that nobody alters, lateness."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.activation import PlanStoodDown, StandBy
from core.control import (
    AmendControl,
    ControlAmended,
    Evacuated,
    LiftControl,
    PutControlInForce,
    ReviewControl,
    Shape,
)
from core.organisation import DissolveOrganisation
from core.report import Elements, FileReport, ReportFiled
from core.scales import WarningColour
from core.warning import (
    AcknowledgeWarning,
    CancelWarning,
    IssueWarning,
    RelaySignal,
    SignalRelayed,
    UpdateWarning,
    WarningCancelled,
)
from tests.rules.cases import BLUE, ORDERED, SIGNAL, order
from tests.rules.commands import FIRST, report
from tests.rules.given import asked, given, t, tell
from tests.rules.plans import DUTY, ENTERPRISE, INCIDENT, plan_story

CIRCLE = Shape(circle=(120.1, 30.2), radius_m=300)


def test_an_order_holds_once_the_executing_organisation_confirms_it() -> None:
    story = given(*ORDERED)
    assert story.world.control("c-1").state == "ordered"
    tell(story, asked(PutControlInForce(control="c-1"), "dept/duty"))
    assert story.world.control("c-1").state == "in_force"
    tell(story, LiftControl(control="c-1", reason="排除"))
    assert story.world.control("c-1").state == "lifted"
    story.when(AmendControl(control="c-1", change="扩大", area="全路")).then_refused("control_lifted")
    story.when(ReviewControl(control="c-1", reason="未变")).then_refused("control_lifted")


def test_each_amendment_is_a_version_that_says_what_it_is_in_whole() -> None:
    story = given(report(), order(shape=CIRCLE, until=t("12:00"), exceptions=("救援车辆",)))
    tell(story, PutControlInForce(control="c-1"))
    story.when(AmendControl(control="c-1", change="延长", until=t("15:00")))
    (amended,) = story.events
    assert isinstance(amended, ControlAmended)
    assert (amended.version, amended.area, amended.shape, amended.until) == (2, "江湾路", CIRCLE, t("15:00"))
    assert amended.exceptions == ("救援车辆",)
    assert story.world.control("c-1").state == "in_force", "a new version is back in force"
    story.when(AmendControl(control="c-1", change="取消例外", exceptions=()))
    assert story.world.control("c-1").exceptions == ()
    assert story.world.control("c-1").version == 3


@pytest.mark.parametrize(
    ("moved", "refused", "unknown", "wrong"),
    [(0, 0, 100, False), (60, 10, 30, False), (90, 10, 0, False), (95, 10, 0, True)],
)
def test_who_is_unknown_follows_and_a_wrong_estimate_is_accepted_and_shown(
    moved: int, refused: int, unknown: int, wrong: bool
) -> None:
    story = given(report(), order(kind="evacuation", evacuated=Evacuated(100)))
    counts = Evacuated(100, moved, refused)
    story.when(AmendControl(control="c-1", change="进度", evacuated=counts))
    found = story.world.control("c-1").evacuated
    assert found is not None
    assert (found.unknown, found.estimate_wrong) == (unknown, wrong)


SHAPES = (
    Shape(),
    Shape(circle=(120.1, 30.2)),
    Shape(radius_m=300),
    Shape(circle=(120.1, 30.2), radius_m=300, line=((120.1, 30.2), (120.2, 30.2))),
    Shape(line=((120.1, 30.2),)),
    Shape(polygon=((120.1, 30.2), (120.2, 30.2), (120.2, 30.3), (120.1, 30.3))),
)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_says_exactly_one_thing(shape: Shape) -> None:
    given(report()).when(order(shape=shape)).then_refused("shape")
    given(*ORDERED).when(AmendControl(control="c-1", change="改", shape=shape)).then_refused("shape")


def test_an_order_is_executed_by_an_organisation_that_is_there() -> None:
    story = given(report(), DissolveOrganisation(organisation="ent", reason="注销"))
    story.when(order(executing="ent")).then_refused("organisation_not_active")


def test_ids_that_would_use_the_counter_up_are_refused() -> None:
    given(report()).when(order(control="c-12345678901")).then_refused("number_too_long")
    given().when(RelaySignal(
        hazard_type="flood", colour=WarningColour.BLUE, area="区", text="水", issuer="台", begins=t("09:00"),
        warning="w-12345678901",
    )).then_refused("number_too_long")  # fmt: skip
    story = given(report(), order(control="c-7")).when(order())
    assert story.events[0].control == "c-8"  # type: ignore[union-attr]  # it is ControlOrdered
    story.when(order(control="c-7")).then_refused("already_exists")


# --- warnings ---


def relay(**changed: object) -> RelaySignal:
    fields: dict[str, object] = {name: getattr(SIGNAL, name) for name in SIGNAL.__struct_fields__}
    return RelaySignal(**(fields | changed))  # type: ignore[arg-type]  # a test changes any field


def test_a_relayed_signal_is_never_altered_here() -> None:
    story = given(SIGNAL)
    for colour in WarningColour:
        story.when(UpdateWarning(warning="w-1", colour=colour, text="改")).then_refused("signal_not_altered")
    assert story.world.warning("w-1").text == "台风"


def test_what_the_issuer_says_next_is_relayed_under_the_same_id() -> None:
    story = given(relay(colour=WarningColour.ORANGE, addressees=("com/duty",)))
    tell(story, asked(AcknowledgeWarning(warning="w-1"), "com/duty"))
    tell(story, relay(colour=WarningColour.YELLOW, addressees=("com/duty",), text="减弱"))
    assert story.world.warning("w-1").acknowledged == ("com/duty",), "no worse: nobody is asked again"
    story.when(relay(text="加强", addressees=("com/duty",))).then_yes(SignalRelayed)
    raised = story.world.warning("w-1")
    assert (raised.colour, raised.acknowledged, raised.since) == (WarningColour.RED, (), story.clock)
    story.when(relay(text="加强", addressees=("com/duty",))).then_nothing()


@pytest.mark.parametrize("changed", [{"issuer": "别的台"}, {"hazard_type": "rainstorm"}])
def test_another_issuer_or_hazard_takes_nobodys_id(changed: dict[str, str]) -> None:
    given(SIGNAL).when(relay(**changed)).then_refused("already_exists")


def test_a_government_warning_is_not_relayed_over_nor_issued_twice() -> None:
    story = given(BLUE)
    story.when(SIGNAL).then_refused("already_exists")
    again = IssueWarning(
        hazard_type="typhoon", colour=WarningColour.RED, area="全区", text="台风", measures="停工", begins=t("09:00"),
        warning="w-1",
    )  # fmt: skip
    story.when(again).then_refused("already_exists")
    story.when(
        UpdateWarning(warning="w-1", colour=WarningColour.RED, text="升级", ends=t("08:00"))
    ).then_refused("ends_before_it_begins")


def test_a_warning_is_acknowledged_by_each_addressee_for_itself() -> None:
    story = given(relay(addressees=("com/duty", "ent/duty")))
    story.when(AcknowledgeWarning(warning="w-1"), "dept/duty").then_refused("not_authorised")
    tell(
        story,
        asked(AcknowledgeWarning(warning="w-1"), "com/duty"),
        asked(AcknowledgeWarning(warning="w-1"), "ent/duty"),
    )
    assert story.world.warning("w-1").acknowledged == ("com/duty", "ent/duty")


def test_a_cancellation_lifts_what_stands_by_because_of_it() -> None:
    story = plan_story(
        asked(SIGNAL, DUTY),
        asked(StandBy(plan=ENTERPRISE, incident=INCIDENT, reason="红色预警", warning="w-1"), "ent-slc/duty"),
    )
    story.when(CancelWarning(warning="w-1", reason="解除"), DUTY).then_yes(WarningCancelled, PlanStoodDown)
    assert not story.world.open_activations(INCIDENT)


def test_a_stand_by_names_a_warning_that_is_in_force() -> None:
    plan_story().when(
        StandBy(plan=ENTERPRISE, incident=INCIDENT, reason="预警", warning="w-9"), "ent-slc/duty"
    ).then_refused("unknown_warning")


# --- reports ---


def filed(kind: str, known: str, to: str = "gov/duty") -> FileReport:
    return FileReport(
        incident=FIRST, kind=kind, to=to, known_at=t(known), elements=Elements(situation="过火")  # type: ignore[arg-type]  # a test names it as text
    )  # fmt: skip


@pytest.mark.parametrize(("late", "seconds"), [(0, 0), (1, 1), (1800, 1800)])
def test_lateness_is_computed_and_on_the_limit_exactly_is_in_time(late: int, seconds: int) -> None:
    at = t("09:00") + timedelta(seconds=late)
    story = given(report()).when(filed("first", "08:00"), "ent/duty", at=at)
    (one,) = story.events
    assert isinstance(one, ReportFiled)
    assert (one.limit_s, one.late_s) == (3600, seconds)
    assert one.citation


def test_a_fraction_of_a_second_is_late() -> None:
    story = given(report()).when(
        filed("first", "08:00"), "ent/duty", at=t("09:00") + timedelta(milliseconds=1)
    )
    (one,) = story.events
    assert isinstance(one, ReportFiled)
    assert one.late_s == 1


def test_supplements_are_numbered_for_each_addressee_and_follow_a_first_report() -> None:
    story = (
        given(report()).when(filed("supplement", "08:00"), "ent/duty").then_refused("first_report_missing")
    )
    tell(story, *(asked(filed(kind, "08:00"), "ent/duty") for kind in ("first", "supplement", "supplement")))
    story.when(filed("supplement", "08:00", "dept/duty"), "ent/duty").then_refused("first_report_missing")
    assert [(one.kind, one.number) for one in story.world.reports[FIRST]] == [
        ("first", 1), ("supplement", 1), ("supplement", 2),
    ]  # fmt: skip


def test_a_missing_element_stays_missing() -> None:
    story = given(report()).when(filed("first", "08:00"), "ent/duty")
    (one,) = story.events
    assert isinstance(one, ReportFiled)
    assert one.elements.casualties is None
