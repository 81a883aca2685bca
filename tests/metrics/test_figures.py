"""The definitions of the metrics, case by case (review §4, domain §8)."""

from __future__ import annotations

import math
from random import Random

import pytest

from core.dispatch import (
    ArriveTeam,
    CancelDispatch,
    CorrectMilestone,
    DepartTeam,
    DispatchTeam,
    ReleaseTeam,
    ReturnTeam,
)
from core.entry import AddEntry, RestoreEntry, StrikeEntry
from core.incident import MergeIncident, ReportIncident, UnmergeIncident
from core.messages import Precision
from projections.metric_marks import MILESTONE_OF, TIMED, UNTIMED
from projections.metric_targets import TargetsUnreadable, parse
from projections.metrics import Interval, Metrics, nearest_rank, share, summary
from tests.metrics.story import PLACE, Story, clock


def worked_case(*, departed: bool = True) -> Story:
    story = Story("FS1")
    story.tell("12:21:05", ReportIncident(kind="structure_fire", place=PLACE, incident="i1"))
    story.tell("12:21:07", DispatchTeam(incident="i1", team="FS1", dispatch="d-1"))
    if departed:
        story.tell("12:21:29", DepartTeam(dispatch="d-1"))
    story.tell("12:25:26", ArriveTeam(dispatch="d-1"))
    story.tell("12:27:50", ReleaseTeam(dispatch="d-1"))
    return story


def test_the_worked_case_comes_out() -> None:
    story = worked_case()
    found = {id: story.value(id) for id in ("M01", "M03", "M04", "M22", "M05", "M08", "M09")}
    assert found == {"M01": 2, "M03": 22, "M04": 237, "M22": 259, "M05": 261, "M08": 144, "M09": 403}


def test_without_a_departure_turnout_and_travel_are_null_and_the_response_stands() -> None:
    story = worked_case(departed=False)
    found = {id: story.value(id) for id in ("M03", "M04", "M22", "M05")}
    assert found == {"M03": None, "M04": None, "M22": 259, "M05": 261}
    assert story.figure("M03")["n_missing"] == 1


def test_the_scene_ends_when_the_patient_leaves_it() -> None:
    story = worked_case()
    story.tell("12:26:37", AddEntry(incident="i1", milestone="left_scene", dispatch="d-1"))
    story.tell("12:27:23", AddEntry(incident="i1", milestone="at_hospital", dispatch="d-1"))
    assert (story.value("M08"), story.value("M21")) == (71, 46)


def test_a_transport_counts_only_the_dispatches_that_left_the_scene() -> None:
    story = worked_case()
    assert (story.figure("M21")["n"], story.figure("M21")["n_missing"]) == (0, 0)
    story.tell("12:26:37", AddEntry(incident="i1", milestone="left_scene", dispatch="d-1"))
    assert (story.figure("M21")["n"], story.figure("M21")["n_missing"]) == (0, 1)


def test_a_struck_time_is_absent_and_comes_back_when_it_is_restored() -> None:
    story = worked_case()
    (entry,) = story.tell("12:26:37", AddEntry(incident="i1", milestone="left_scene", dispatch="d-1"))
    story.tell("12:30:00", StrikeEntry(position=entry.position, reason="误报"))
    assert (story.value("M08"), story.figure("M21")["n_missing"]) == (144, 0)
    story.tell("12:31:00", RestoreEntry(position=entry.position, reason="核实"))
    assert story.value("M08") == 71


def test_a_struck_time_that_was_said_anew_leaves_the_new_one() -> None:
    story = worked_case()
    (first,) = story.tell("12:26:00", AddEntry(incident="i1", milestone="left_scene", dispatch="d-1"))
    story.tell("12:30:00", StrikeEntry(position=first.position, reason="误报"))
    story.tell("12:26:37", AddEntry(incident="i1", milestone="left_scene", dispatch="d-1"))
    story.tell("12:32:00", StrikeEntry(position=first.position, reason="再次"))
    assert story.value("M08") == 71


def test_a_corrected_milestone_counts_as_corrected_and_a_withdrawn_one_not_at_all() -> None:
    story = worked_case()
    correct = CorrectMilestone(dispatch="d-1", milestone="on_scene", to=clock("12:25:00"), reason="手台录音")
    story.tell("12:40:00", correct)
    assert story.value("M22") == 233
    story.tell("12:41:00", CorrectMilestone(dispatch="d-1", milestone="en_route", to=None, reason="误按"))
    assert (story.value("M03"), story.value("M04")) == (None, None)


def test_a_negative_interval_is_a_notice_and_never_a_number() -> None:
    story = Story("FS1")
    story.tell("12:00:00", ReportIncident(kind="flood", place=PLACE, incident="i1"))
    story.tell("12:02:00", DispatchTeam(incident="i1", team="FS1", dispatch="d-1"))
    story.tell("12:01:00", DepartTeam(dispatch="d-1"))
    figure = story.figure("M03")
    assert (figure["n"], figure["n_negative"], figure["n_missing"], figure["max"]) == (0, 1, 0, None)
    assert story.metrics.data()["notices"] == [
        {"notice": "negative_interval", "metric": "M03", "subject": "d-1"}
    ]


def test_zero_is_a_value() -> None:
    story = Story("FS1")
    story.tell("12:00:00", ReportIncident(kind="flood", place=PLACE, incident="i1"))
    story.tell("12:00:00", DispatchTeam(incident="i1", team="FS1", dispatch="d-1"))
    assert story.value("M01") == 0


@pytest.mark.parametrize(
    ("precision", "n", "n_missing", "n_imprecise", "n_minute"),
    [
        ("second", 1, 0, 0, 0),
        ("minute", 1, 0, 0, 1),
        ("hour", 0, 1, 1, 0),
        ("approximate", 0, 1, 1, 0),
        ("unknown", 0, 1, 0, 0),
    ],
)
def test_what_a_precision_is_worth(
    precision: Precision, n: int, n_missing: int, n_imprecise: int, n_minute: int
) -> None:
    story = Story("FS1")
    story.tell("12:00:00", ReportIncident(kind="flood", place=PLACE, incident="i1"))
    story.tell("12:01:00", DispatchTeam(incident="i1", team="FS1", dispatch="d-1"), precision=precision)
    story.tell("12:02:00", DepartTeam(dispatch="d-1"))
    for metric in ("M01", "M03"):
        figure = story.figure(metric)
        found = tuple(figure[key] for key in ("n", "n_missing", "n_imprecise", "n_minute"))
        assert found == (n, n_missing, n_imprecise, n_minute)


def test_an_order_without_a_known_time_leaves_the_others_of_its_incident() -> None:
    story = Story("FS1", "FS2")
    story.tell("12:00:00", ReportIncident(kind="flood", place=PLACE, incident="i1"))
    story.tell("12:00:30", DispatchTeam(incident="i1", team="FS1", dispatch="d-1"), precision="unknown")
    story.tell("12:01:00", DispatchTeam(incident="i1", team="FS2", dispatch="d-2"))
    assert story.value("M01") == 60


def test_an_incident_without_a_dispatch_is_missing_and_a_cancelled_one_counts() -> None:
    story = Story("FS1")
    story.tell("12:00:00", ReportIncident(kind="flood", place=PLACE, incident="i1"))
    story.tell("12:00:00", ReportIncident(kind="flood", place=PLACE, incident="i2"))
    story.tell("12:00:45", DispatchTeam(incident="i1", team="FS1", dispatch="d-1"))
    story.tell("12:03:00", CancelDispatch(dispatch="d-1", reason="not_needed"))
    assert (story.value("M01"), story.figure("M01")["n_missing"]) == (45, 1)
    assert story.figure("M05")["n_missing"] == 2
    assert story.value("M09") == 135


def test_a_diverted_dispatch_ends_with_the_divert_until_its_real_end_is_told() -> None:
    story = Story("FS1")
    for incident in ("i1", "i2"):
        story.tell("12:00:00", ReportIncident(kind="flood", place=PLACE, incident=incident))
    story.tell("12:01:00", DispatchTeam(incident="i1", team="FS1", dispatch="d-1"))
    story.tell("12:05:00", DispatchTeam(incident="i2", team="FS1", dispatch="d-2", divert=True))
    assert story.figure("M09")["values"] == [240]
    story.tell("12:04:00", ArriveTeam(dispatch="d-1"))
    story.tell("12:04:30", ReleaseTeam(dispatch="d-1"))
    assert story.figure("M09")["values"] == [210]


def test_the_way_home_is_given_beside_the_total() -> None:
    story = worked_case()
    story.tell("12:51:07", ReturnTeam(dispatch="d-1"))
    assert story.value("M09") == 403
    assert story.figure("M09")["to_returned"]["values"] == [1800]


def test_merged_incidents_count_once_from_the_earliest_report_and_apart_again_after() -> None:
    story = Story("FS1", "FS2")
    story.tell("12:00:00", ReportIncident(kind="flood", place=PLACE, incident="i1"))
    story.tell("12:03:00", ReportIncident(kind="flood", place=PLACE, incident="i2"))
    story.tell("12:04:00", DispatchTeam(incident="i1", team="FS1", dispatch="d-1"))
    story.tell("12:03:30", DispatchTeam(incident="i2", team="FS2", dispatch="d-2"))
    assert story.figure("M01")["values"] == [30, 240]
    story.tell("12:10:00", MergeIncident(incident="i1", into="i2"))
    assert (story.metrics.data()["calls"], story.figure("M01")["values"]) == (1, [210])
    story.tell("12:11:00", UnmergeIncident(incident="i1"))
    assert (story.metrics.data()["calls"], story.figure("M01")["values"]) == (2, [30, 240])


# --- arithmetic ---


def test_the_percentiles_of_the_example_are_the_nearest_ranks() -> None:
    assert [nearest_rank([5, 9, 12, 40], percent) for percent in (50, 90)] == [9, 40]
    assert nearest_rank([], 50) is None


def test_every_percentile_is_the_value_that_the_definition_names() -> None:
    chance = Random(11)
    for count in range(1, 250):
        values = sorted(chance.randint(0, 500) for _ in range(count))
        for percent in (50, 90, 95):
            assert nearest_rank(values, percent) == values[math.ceil(percent * count / 100) - 1]


def test_a_share_has_four_decimals_and_halves_go_up() -> None:
    assert [share(2, 3), share(1, 3), share(1, 20_000), share(0, 0)] == [0.6667, 0.3333, 0.0001, None]


def test_few_values_are_shown_and_many_are_not() -> None:
    assert summary(Interval("d", None, second) for second in (3, 1, 2))["values"] == [1, 2, 3]
    assert "values" not in summary(Interval("d", None, second) for second in range(10))


TARGETS = b"""
version = "t-1"
[[target]]
id = "all"
metric = "M22"
limit_s = 259
citation = "own plan"
provenance = "district"
[[target]]
id = "medical only"
metric = "M22"
limit_s = 10
team_kinds = ["medical"]
citation = "own plan"
provenance = "district"
"""


def test_a_target_is_kept_on_the_second_and_kinds_have_their_own() -> None:
    figures = worked_case().metrics.figures(parse(TARGETS))
    response = figures["metrics"]["M22"]
    assert response["within_target"] == {"count": 1, "of": 1, "share": 1.0}
    assert response["by_team_kind"][0]["within_target"] == {"count": 0, "of": 0, "share": None}
    assert figures["metrics"]["M03"]["target"] is None
    assert figures["targets_version"] == "t-1"


@pytest.mark.parametrize(
    "wrong",
    [b"version = 1", TARGETS.replace(b"M22", b"M99"), TARGETS.replace(b"medical only", b"all"), b"\xff"],
)
def test_a_malformed_file_of_targets_is_refused(wrong: bytes) -> None:
    with pytest.raises(TargetsUnreadable):
        parse(wrong)


def test_a_snapshot_goes_on_as_the_fold_does() -> None:
    story = worked_case()
    restored = Metrics.restored(story.metrics.snapshot())
    for recorded in story.tell("12:26:37", AddEntry(incident="i1", milestone="left_scene", dispatch="d-1")):
        restored.apply(recorded)
    assert restored.data() == story.metrics.data()


def test_no_event_is_folded_twice() -> None:
    assert not UNTIMED.keys() & MILESTONE_OF.keys()
    assert not TIMED.keys() & (UNTIMED.keys() | MILESTONE_OF.keys())
