"""A plan file agrees with itself, and its conditions are data of a closed kind."""

# ruff: noqa: E501  the lines of a plan file are quoted whole, so that they can be found in it

from __future__ import annotations

import pytest

from core.plan.conditions import CONDITION_DEPTH_MAX, atoms
from core.plan.faults import FileRefused
from core.plan.parse import PlanFile, parse_plan
from tests.plans.support import BASE, PLAN

TEXT = (BASE / PLAN).read_text(encoding="utf-8")


def refused(text: str | bytes) -> list[tuple[int, int, str]]:
    """Line, column and code of every fault of a file that must be refused."""
    with pytest.raises(FileRefused) as caught:
        parse_plan(text if isinstance(text, bytes) else text.encode(), PLAN)
    assert list(caught.value.faults) == sorted(caught.value.faults)
    assert all(fault.zh and fault.en and fault.path == PLAN for fault in caught.value.faults)
    return [(fault.line, fault.column, fault.code) for fault in caught.value.faults]


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


WRONG = {
    "fallback: f1": ("fallback: f9", "unknown_reference"),
    "{id: t2,": ("{id: t1,", "duplicate_id"),
    "to: {plan: gov-xc-hazmat, level: IV}": ("to: {plan: gov-xc-hazmat}", "bad_target"),
    "to: {post: com-demo/duty}": ("to: {post: com-demo/duty, plan: com-demo-all}", "bad_target"),
    "asks: team.hazmat, trigger: activated, channel: phone, ack_within: PT5M": ("trigger: activated, channel: phone, ack_within: PT5M", "missing_key"),
    "action: activate, level: II}": ("action: activate, level: III}", "unknown_reference"),
    "action: none, reason: 值班转发，不启动": ("action: none", "missing_key"),
    "mode: decision, decide_within: PT5M,": ("mode: decision,", "missing_key"),
    "from_level: I,": ("from_level: IV,", "unknown_reference"),
    "{agreement: agr-slc-park, capability": ("{agreement: agr-slc-park, team: t, capability", "bad_resource"),
    "{circle: plc-slc-yard, radius_m: 300}": ("{circle: plc-slc-yard}", "bad_shape"),
    'to: "2028-12-31", reviewed': ('to: "2025-12-31", reviewed', "bad_validity"),
    "accepts: [isolate.source,": ("accepts: [isolate.source, isolate.source,", "duplicate_entry"),
    "{type: typhoon, colour: orange,": ("{type: typhoon, colour: [orange, red],", "duplicate_entry"),
    '{fact: leak_t, op: ">=", value: 0.1}': ('{fact: leak_t, op: ">=", value: -1}', "out_of_range"),
    'when: {any: [{fact: leak_t, op: ">=", value: 0.1}]}': ('when: {any: []}', "bad_length"),
}  # fmt: skip


@pytest.mark.parametrize("old", WRONG)
def test_a_file_agrees_with_itself(old: str) -> None:
    new, code = WRONG[old]
    assert [found for _, _, found in refused(changed(old, new))] == [code]


CONDITIONS = {
    "{fact: leak, op: '>=', value: 1}": "unknown_fact",
    "{fact: leak_t, op: is_not, value: 1}": "bad_op",
    "{fact: offsite_effect, op: '>=', value: true}": "bad_op",
    "{fact: offsite_effect, op: is, value: yes}": "not_one_of",
    "{fact: grade_at_least, op: is, value: huge}": "not_one_of",
    "{fact: warning_at_least, op: is, value: typhoon/purple}": "not_one_of",
    "{fact: leak_t, op: '>='}": "missing_key",
    "{all: [], any: []}": "not_one_condition",
    "{not: {fact: leak_t, op: is, value: 1}, fact: dead}": "not_one_condition",
    "leak_t >= 5": "expected_condition",
    "{not: " * (CONDITION_DEPTH_MAX + 1) + "{fact: dead, op: is, value: 1}" + "}" * (CONDITION_DEPTH_MAX + 1): "too_deep",
}  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_data_of_a_closed_kind(condition: str) -> None:
    text = changed('{any: [{fact: leak_t, op: ">=", value: 0.1}]}', condition)
    assert [code for _, _, code in refused(text)] == [CONDITIONS[condition]]


def test_every_fact_of_the_list_can_be_asked_for() -> None:
    text = """{all: [{fact: leak_t, op: ">", value: 0.5}, {fact: dead, op: "<", value: 3}, {fact: serious, op: "<=", value: 3}, {fact: missing, op: is, value: 0},
      {fact: evacuees, op: ">=", value: 500}, {fact: loss_yuan, op: ">=", value: 10000000}, {fact: offsite_effect, op: is, value: false},
      {fact: own_resources_insufficient, op: is, value: true}, {fact: out_of_control, op: is, value: true}, {fact: requested_by_upper, op: is, value: true},
      {fact: grade_at_least, op: is, value: major}, {fact: warning_at_least, op: is, value: red}, {fact: warning_at_least, op: is, value: typhoon/orange},
      {fact: substance, op: is, value: UN1005}, {fact: field, op: is, value: hazmat}, {fact: place, op: is, value: plc-slc-yard}]}"""
    file: PlanFile = parse_plan(changed('{any: [{fact: leak_t, op: ">=", value: 0.1}]}', text).encode(), PLAN)
    starts = [list(atoms(level.start.when)) for level in file.document.levels.values()]
    assert sorted(map(len, starts)) == [3, 16]
