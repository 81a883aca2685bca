"""Corners of single rules: wind, one-way closures, the fence, two plans that close a lifeline between them, units, lapsed papers."""

# ruff: noqa: E501  the lines of a plan file are quoted whole, so that they can be found in it

from __future__ import annotations

import pytest

from core.plan.finding import PlanFinding
from tests.plans.faults import END_I
from tests.plans.support import COMMUNITY, DISTRICT, FIRE, PLAN, RESOURCES, SPACE, Edit, brief, findings

ZONE = "shape: {circle: plc-slc-yard, radius_m: 300}"
CLOSURE = "closures: [{segment: seg-shixiang-12, direction: both, authority: dept-jj/duty, except: [rescue, evacuees]}]"
TAIL = Edit(COMMUNITY, "evacuation: {routes: [rt-demo-north], ", "evacuation: {")


def of(rule: str, found: list[PlanFinding]) -> list[str]:
    return [f"{one.severity} {one.plan} {one.subject}" for one in found if one.rule == rule]


@pytest.mark.parametrize(("wind", "hit"), [(225, True), (45, False)])
def test_a_shelter_downwind_of_the_design_wind_is_in_danger(wind: int, hit: bool) -> None:
    """The park lies north-east of the tank: a south-westerly carries the cloud there, a north-easterly away from it."""
    found = findings(
        Edit(PLAN, ZONE, f"{ZONE}, wind: {{from_deg: {wind}, half_angle_deg: 30, reach_m: 1500}}")
    )
    assert ("critical ent-slc-ammonia sh-beijingyuan/z1" in of("L10", found)) is hit


@pytest.mark.parametrize(("direction", "hit"), [("both", True), ("forward", True), ("backward", False)])
def test_a_road_closed_one_way_stops_those_who_go_that_way(direction: str, hit: bool) -> None:
    """The evacuees' road is drawn northward and they go north: its backward closure leaves their way open."""
    found = findings(
        TAIL,
        Edit(
            PLAN,
            CLOSURE,
            f"closures: [{{segment: seg-xintiandi-3, direction: {direction}, authority: dept-jj/duty, except: [rescue]}}]",
        ),
    )
    assert of("L10", found) == (["critical ent-slc-ammonia rt-slc-east/seg-xintiandi-3"] if hit else [])


def test_a_route_that_only_meets_the_end_of_a_closed_road_passes() -> None:
    closed = "  - {id: seg-stub, name: 支路, line: [[120.184, 30.345], [120.179, 30.345]]}\n"
    found = findings(
        TAIL,
        Edit(SPACE, "segments:\n", f"segments:\n{closed}"),
        Edit(PLAN, CLOSURE, "closures: [{segment: seg-stub, authority: dept-jj/duty}]"),
    )
    assert of("L10", found) == []


def test_a_closure_planned_by_another_plan_that_runs_at_once_stops_the_route() -> None:
    found = findings(
        TAIL,
        Edit(PLAN, CLOSURE, "closures: []"),
        Edit(
            FIRE,
            "accepts: [cordon",
            "closures: [{segment: seg-xintiandi-3, authority: dept-jj/duty}]\naccepts: [cordon",
        ),
    )
    assert of("L10", found) == ["critical ent-slc-ammonia rt-slc-east/seg-xintiandi-3"]


def test_two_plans_cut_a_lifeline_that_each_alone_leaves_open() -> None:
    south = Edit(
        SPACE,
        "line: [[120.180, 30.334], [120.180, 30.3392]]}",
        "line: [[120.180, 30.334], [120.180, 30.3392]], segments: [seg-south]}",
    )
    drawn = Edit(
        SPACE,
        "segments:\n",
        "segments:\n  - {id: seg-south, name: 南路, line: [[120.180, 30.334], [120.180, 30.339]]}\n",
    )
    mine = Edit(PLAN, "except: [rescue, evacuees]", "except: [evacuees]")
    theirs = Edit(
        FIRE,
        "accepts: [cordon",
        "closures: [{segment: seg-south, authority: dept-jj/duty, except: [evacuees]}]\naccepts: [cordon",
    )
    assert of("L10", findings(south, drawn, mine)) == []
    assert of("L10", findings(south, drawn, theirs)) == []
    assert of("L10", findings(south, drawn, mine, theirs)) == [
        "critical dept-fire-hazmat closures/ll-slc", "critical ent-slc-ammonia closures/ll-slc",
    ]  # fmt: skip


def test_a_zone_within_the_fence_concerns_no_community() -> None:
    fence = Edit(SPACE, "[[120.179, 30.3392], [120.181, 30.3392], [120.181, 30.3408], [120.179, 30.3408]]",
                 "[[120.170, 30.330], [120.190, 30.330], [120.190, 30.350], [120.170, 30.350]]")  # fmt: skip
    unaware = Edit(COMMUNITY, "aware_of: [haz-slc-nh3]\n", "")
    assert of("L9", findings(unaware)) == ["critical ent-slc-ammonia com-demo/z1"]
    assert of("L9", findings(unaware, fence)) == []


def test_a_zone_given_as_a_ring_reaches_the_community_that_it_crosses() -> None:
    ring = "shape: {polygon: [[120.179, 30.339], [120.183, 30.339], [120.183, 30.341], [120.179, 30.341]]}"
    small = "shape: {polygon: [[120.179, 30.339], [120.1815, 30.339], [120.1815, 30.341], [120.179, 30.341]]}"
    unaware = Edit(COMMUNITY, "aware_of: [haz-slc-nh3]\n", "")
    assert of("L9", findings(unaware, Edit(PLAN, ZONE, ring))) == ["critical ent-slc-ammonia com-demo/z1"]
    assert of("L9", findings(unaware, Edit(PLAN, ZONE, small))) == []


def test_the_missing_places_are_counted() -> None:
    (found,) = [one for one in findings(Edit(SPACE, "capacity: 900", "capacity: 700")) if one.rule == "L9"]
    assert found.args["short"] == 1850 + 420 - 1500 - 700
    assert "缺 70 人" in found.zh


def test_a_lapsed_agreement_leaves_the_request_a_warning_for_l8_to_judge() -> None:
    found = findings(Edit(RESOURCES, 'to: "2027-12-31"}', 'to: "2026-04-12"}'))
    assert of("L4", found) == ["warning ent-slc-ammonia r1"]
    assert of("L7", found) == ["warning ent-slc-ammonia agr-slc-park"]
    assert of("L8", found) == ["critical ent-slc-ammonia haz-slc-nh3/team.hazmat"]


def test_a_request_that_no_agreement_names_is_critical() -> None:
    found = findings(
        Edit(
            RESOURCES,
            "hazards: [ammonia], capabilities: [team.hazmat]",
            "hazards: [ammonia], capabilities: [team.water]",
        )
    )
    assert of("L4", found) == ["critical ent-slc-ammonia r1"]


def test_a_warned_plan_must_know_what_to_do_on_red() -> None:
    found = findings(Edit(COMMUNITY, "  - {type: typhoon, colour: red, action: activate, level: IV}\n", ""))
    assert of("L6", found) == [
        "critical com-demo-all typhoon/red",
        "critical ent-slc-ammonia typhoon/red/com-demo-all",
    ]


def test_none_is_no_action_on_orange_and_one_on_yellow() -> None:
    found = findings(
        Edit(
            PLAN,
            "{type: typhoon, colour: orange, action: stand_by}",
            "{type: typhoon, colour: orange, action: none, reason: 值班}",
        )
    )
    assert of("L6", found) == ["critical ent-slc-ammonia typhoon/orange"]


def test_yellow_without_an_entry_is_a_warning_and_blue_a_notice() -> None:
    found = findings(
        Edit(
            PLAN,
            "  - {type: [typhoon, thunderstorm], colour: [yellow, blue], action: none, reason: 值班转发，不启动}\n",
            "",
        )
    )
    assert of("L6", found) == [
        "warning ent-slc-ammonia thunderstorm/yellow", "warning ent-slc-ammonia typhoon/yellow",
        "notice ent-slc-ammonia thunderstorm/blue", "notice ent-slc-ammonia typhoon/blue",
    ]  # fmt: skip


def test_linked_plans_count_one_item_in_one_unit() -> None:
    found = findings(
        Edit(
            DISTRICT,
            "warning_actions:\n",
            "resources: [{stock: dep-xc/2990199, quantity: 5, unit: 箱}]\nwarning_actions:\n",
        ),
        Edit(
            RESOURCES,
            "stock:\n",
            "stock:\n  - {id: dep-xc/2990199, owner: gov-xc, name: 堵漏器材, quantity: 10, unit: 箱}\n",
        ),
    )
    assert of("L12", found) == [
        "warning ent-slc-ammonia unit/2990199/gov-xc-hazmat",
        "warning gov-xc-hazmat unit/2990199/ent-slc-ammonia",
    ]


def test_released_by_a_post_of_the_enterprise_itself_is_no_release() -> None:
    end = END_I.replace("after: [gov-xc-hazmat]", "released_by: ent-slc/general_manager")
    assert of("L14", findings(Edit(PLAN, END_I, end))) == ["critical ent-slc-ammonia I/order"]


def test_an_optional_end_condition_needs_no_evidence() -> None:
    assert brief(findings(Edit(PLAN, "    end: {authority: ent-slc/site_commander, after: [gov-xc-hazmat],\n          conditions: [{id: e1,",
                               "    end: {authority: ent-slc/site_commander, after: [gov-xc-hazmat],\n          conditions: [{id: e0, text: 清理现场, mandatory: false}, {id: e1,"))) == []  # fmt: skip


def test_the_hand_over_lists_what_it_lacks() -> None:
    (found,) = [
        one
        for one in findings(Edit(PLAN, "signed_by: [from, to], within: PT5M,", "signed_by: [from],"))
        if one.rule == "L5"
    ]
    assert found.args["lacking"] == "both signatures, time limit"


def test_a_retired_plan_is_as_if_it_were_not_there() -> None:
    retired = 'format: liandong-register/1\nadoptions: [{plan: com-demo-all, version: 1, adopted: "2025-09-01", retired: "2026-05-01"}]\n'
    found = findings(Edit("register/adopted.yaml", "", retired))
    assert of("L13", found) == ["critical None com-demo/ru-shiqiao-07"]
    assert of("L9", found) == ["critical ent-slc-ammonia com-demo/z1"]
