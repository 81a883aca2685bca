"""The base set is clean; one change of it is found by the rule that owns it and by no other; each rule's ✓ passes."""

# ruff: noqa: E501  the lines of a plan file are quoted whole, so that they can be found in it

from __future__ import annotations

from datetime import date

import pytest

from core.plan.finding import PlanFinding
from tests.plans.faults import BROKEN, Broken
from tests.plans.support import (
    COMMUNITY,
    DISTRICT,
    FIRE,
    ORGANISATIONS,
    PLAN,
    RESOURCES,
    SPACE,
    Edit,
    base_files,
    brief,
    findings,
)


def found_by(broken: Broken) -> list[PlanFinding]:
    """The findings after the change; a new version of the district's plan is written from the old one."""
    version_6 = base_files()[DISTRICT].decode().replace("version: 5", "version: 6")
    return findings(
        *(Edit(edit.path, edit.old, version_6) if edit.new == "@6" else edit for edit in broken.edits)
    )


def test_the_base_set_is_clean() -> None:
    assert brief(findings()) == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.rule} {broken.what}")
def test_one_fault_is_found_by_its_rule_and_no_other(broken: Broken) -> None:
    found = found_by(broken)
    mine = [
        one
        for one in found
        if one.rule == broken.rule and one.subject == broken.subject and one.plan == broken.plan
    ]
    assert [one.severity for one in mine] == [broken.severity], brief(found)
    others = {one.rule for one in found if one.severity == "critical"} - {broken.rule}
    assert not others, brief(found)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.rule} {broken.what}")
def test_a_finding_speaks_both_tongues_says_what_to_do_and_where(broken: Broken) -> None:
    for one in found_by(broken):
        assert one.zh
        assert one.en
        assert one.repair.zh
        assert one.repair.en
        assert one.file
        assert (one.line or 0) > 0


def test_every_rule_has_its_fault() -> None:
    assert {broken.rule for broken in BROKEN} == {f"L{number}" for number in range(1, 15)}


PASSING = {
    "L1 the district starts earlier still": (Edit(DISTRICT, 'value: 5}, {fact: offsite_effect', 'value: 3}, {fact: offsite_effect'),),
    "L2 the same level with a reason": (
        Edit(DISTRICT, "levels:\n  IV:", "levels:\n  I:"),
        Edit(PLAN, "to: {plan: gov-xc-hazmat, level: IV}", "to: {plan: gov-xc-hazmat, level: I}"),
        Edit(PLAN, "level: IV, reason: 企业一级对应区四级", "level: I, reason: 本例两级相同"),
        Edit(FIRE, "to: {plan: gov-xc-hazmat, level: IV}", "to: {plan: gov-xc-hazmat, level: I}"),
        Edit(FIRE, "level_map: [{own: II, upper: gov-xc-hazmat, level: IV", "level_map: [{own: II, upper: gov-xc-hazmat, level: I"),
    ),
    "L3 the report takes exactly an hour": (
        Edit(PLAN, "ack_within: PT10M, escalate_to: gov-xc/duty, legal_basis", "ack_within: PT60M, escalate_to: gov-xc/duty, legal_basis"),
    ),
    "L4 the firm accepts the duty": (
        Edit(DISTRICT, "evidence: entry, critical: true}]", "evidence: entry, critical: true}, {id: g2, title: 说明储量, post: ent-slc/duty, duty: inform.contents, within: PT20M, evidence: entry}]"),
    ),
    "L5 no escalation, no hand-over": (
        Edit(COMMUNITY, "accepts: [evacuate.residents]", "accepts: [evacuate.residents, evacuate.assisted]"),
    ),
    "L6 a red typhoon activates level II": (),
    "L7 two foam trucks": (
        Edit(RESOURCES, "capabilities: [team.foam, team.hazmat], quantity: 1", "capabilities: [team.foam, team.hazmat], quantity: 2"),
    ),
    "L8 a team of one's own and no agreement": (
        Edit(RESOURCES, "owners: [ent-park-team]", "owners: [ent-park-team, ent-slc]"),
        Edit(RESOURCES, "minutes: 12,", ""),
    ),
    "L9 just enough places": (Edit(SPACE, "capacity: 900", "capacity: 770"),),
    "L10 the shelter stands 340 metres away": (
        Edit(SPACE, "shelters:\n", "shelters:\n  - {id: sh-near, owner: ent-slc, name: 厂前广场, point: [120.18356, 30.340], capacity: 300}\n"),
        Edit(PLAN, "shelters: [sh-beijingyuan], rendezvous", "shelters: [sh-beijingyuan, sh-near], rendezvous"),
    ),
    "L10 the lifeline keeps one way": (Edit(PLAN, "except: [rescue, evacuees]", "except: [evacuees]"),),
    "L12 old names of an organisation stay known": (
        Edit(ORGANISATIONS, "until: \"2019-01-31\"}]", "code: \"330199\", until: \"2019-01-31\"}]"),
    ),
    "L13 an orange unit with a valid plan": (Edit(SPACE, '{on: "2025-03-01", colour: red}', '{on: "2025-03-01", colour: orange}'),),
    "L14 released by the district's commander": (
        Edit(PLAN, "    end: {authority: ent-slc/site_commander, after: [gov-xc-hazmat],\n          conditions: [{id: e1", "    end: {authority: ent-slc/site_commander, released_by: gov-xc/commander,\n          conditions: [{id: e1"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSING)
def test_a_set_that_is_right_passes(name: str) -> None:
    assert brief(findings(*PASSING[name])) == []


def test_a_version_that_is_91_days_old_makes_the_review_critical_and_one_of_90_does_not() -> None:
    version_6 = base_files()[DISTRICT].decode().replace("version: 5", "version: 6")
    severities: list[str] = []
    for adopted in ("2026-02-11", "2026-02-10"):
        rows = f'format: liandong-register/1\nadoptions: [{{plan: gov-xc-hazmat, version: 6, adopted: "{adopted}"}}]\n'
        found = findings(
            Edit("plans/gov-xc-hazmat-6.yaml", "", version_6), Edit("register/adopted.yaml", "", rows)
        )
        severities += [one.severity for one in found if one.plan == "ent-slc-ammonia"]
    assert severities == ["warning", "critical"]


@pytest.mark.parametrize(("day", "severities"), [
    (date(2027, 10, 31), []), (date(2027, 11, 1), ["warning"]), (date(2027, 12, 31), ["warning"]), (date(2028, 1, 1), ["critical"]),
])  # fmt: skip
def test_the_agreement_warns_sixty_days_before_its_end_and_not_after_it_is_over(
    day: date, severities: list[str]
) -> None:
    found = findings(day=day)
    assert [one.severity for one in found if one.rule == "L8"] == severities


def test_part_time_rescuers_alone_are_a_warning() -> None:
    found = findings(
        Edit(RESOURCES, "hazards: [ammonia]", "hazards: [lpg]"),
        Edit("register/part.yaml", "", "format: liandong-register/1\npart_time: [{id: pt-slc, organisation: ent-slc, capabilities: [team.hazmat], count: 6}]\n"),
    )  # fmt: skip
    assert brief(found) == ["warning L8 ent-slc-ammonia haz-slc-nh3/team.hazmat"]


def test_the_witness_names_the_situation_in_which_nobody_starts() -> None:
    found = found_by(BROKEN[0])
    assert found[0].witness is not None
    assert found[0].witness.zh.startswith("5 ≤ 泄漏量 < 10")
    assert (found[0].witness.en or "").startswith("5 ≤ leak < 10")
