"""Adoption (linkage §5): the checks run on the world's own register, a critical finding needs its waiver, sets are adopted together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.activation import ActivatePlan, PlanActivated
from core.adoption import AdoptPlan, AdoptPlans, PlanAdopted, PlanRetired, RetirePlan, Waiver
from core.organisation import ClosePost, MergeOrganisation
from core.plan.lint import lint
from core.plan_register import PlanRegister
from core.register import EnterRegister, RegisterEntered
from core.scales import ResponseLevel
from core.team import RegisterTeam, TakeOutOfService
from core.world import World
from tests.plans.support import DAY, register_of
from tests.rules.given import Asked, Story, asked, rows, tell
from tests.rules.plans import (
    COMMUNITY,
    DISTRICT,
    DUTY,
    ENTERPRISE,
    FIRE,
    INCIDENT,
    MANAGER,
    PLANS,
    REGISTERED,
    activate,
    district,
    plan_story,
    source,
)

UNTIL = date(2026, 6, 30)


def newer(plan: str, *edits: tuple[str, str]) -> str:
    """The next version of a base plan, with some changes."""
    text = source(plan)
    before = next(line for line in text.splitlines() if line.startswith("version: "))
    text = text.replace(before, f"version: {int(before.partition(' ')[2]) + 1}", 1)
    for old, new in edits:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


DISSOLVED = ("post: dept-yj/duty", "post: dept-aj/duty")
"""The classic: the bureau has another name now."""


def adopt(text: str, *waivers: Waiver, by: str = DUTY) -> Asked:
    return asked(AdoptPlan(source=text, waivers=waivers), by)


def findings(story: Story) -> list[tuple[str, str, str]]:
    assert story.refusal is not None
    return [(one["rule"], one["plan"], one["subject"]) for one in story.refusal.details["findings"]]


def test_a_critical_finding_stands_against_adoption_and_names_its_line() -> None:
    story = plan_story().when(adopt(newer(ENTERPRISE, DISSOLVED))).then_refused("plan_has_findings")
    assert ("L3", ENTERPRISE, "n1") in findings(story)
    assert story.refusal is not None
    first = story.refusal.details["findings"][0]
    assert source(ENTERPRISE).splitlines()[first["line"] - 1].strip().startswith("- {id: n1")
    assert first["repair"].zh
    assert story.world.plan(ENTERPRISE).version == 3


def test_a_waiver_says_who_why_and_until_when_and_is_kept() -> None:
    waivers = tuple(Waiver(rule, "机构改革过渡期", UNTIL) for rule in ("L3", "L12"))
    story = plan_story().when(adopt(newer(ENTERPRISE, DISSOLVED), *waivers, by="ent-slc/duty"))
    (adopted,) = story.events
    assert isinstance(adopted, PlanAdopted)
    assert {(one.rule, one.by, one.reason, one.until) for one in adopted.waivers} >= {
        ("L3", "ent-slc/duty", "机构改革过渡期", UNTIL)
    }
    assert story.world.plan(ENTERPRISE).waivers == adopted.waivers


def test_a_waiver_of_one_subject_covers_no_other() -> None:
    elsewhere = Waiver("L3", "过渡期", UNTIL, subject="w1")
    story = plan_story().when(adopt(newer(ENTERPRISE, DISSOLVED), elsewhere))
    story.then_refused("plan_has_findings")
    assert ("L3", ENTERPRISE, "n1") in findings(story)


def test_a_waiver_that_was_not_needed_is_not_kept() -> None:
    story = plan_story().when(adopt(newer(ENTERPRISE), Waiver("L7", "以防万一", UNTIL)))
    (adopted,) = story.events
    assert isinstance(adopted, PlanAdopted)
    assert adopted.waivers == ()


def test_plans_that_lead_to_each_other_stand_only_together() -> None:
    alone = tell(district(), *REGISTERED).when(adopt(source(DISTRICT)))
    alone.then_refused("plan_has_findings")
    assert any(rule in ("L3", "L4") for rule, *_ in findings(alone))
    together = tell(district(), *REGISTERED).when(AdoptPlans(sources=tuple(map(source, PLANS))), DUTY)
    assert [one.plan for one in together.events if isinstance(one, PlanAdopted)] == list(PLANS)
    assert len(together.events) == 4


def test_one_bad_plan_of_a_set_and_none_is_adopted() -> None:
    sources = (*map(source, (DISTRICT, FIRE, COMMUNITY)), newer(ENTERPRISE, DISSOLVED))
    story = (
        tell(district(), *REGISTERED)
        .when(AdoptPlans(sources=sources), DUTY)
        .then_refused("plan_has_findings")
    )
    assert not story.world.plans


def test_without_the_register_nothing_is_taken_on_trust() -> None:
    story = district().when(AdoptPlans(sources=tuple(map(source, PLANS))), DUTY)
    story.then_refused("plan_has_findings")


def test_the_worlds_register_finds_what_the_folder_finds() -> None:
    story = plan_story()
    folder = register_of()
    mine = lint(PlanRegister(story.world).caught_up(story.world).register, DAY)
    assert [(one.rule, one.plan, one.subject) for one in mine] == [
        (one.rule, one.plan, one.subject) for one in lint(folder, DAY)
    ]


CHANGES: tuple[tuple[str, Any, str], ...] = (
    ("a post that was closed", ClosePost(organisation="dept-yj", post="director"), "L3"),
    (
        "an organisation that went into another",
        MergeOrganisation(organisation="ent-park-team", into="dept-fire"),
        "L3",
    ),
    ("a team out of service", TakeOutOfService(team="tm-park-hazmat", reason="解散"), "L8"),
    ("an upper plan that was retired", RetirePlan(plan=DISTRICT, reason="修订"), "L1"),
)


@pytest.mark.parametrize(("what", "change", "rule"), CHANGES)
def test_the_register_is_in_step_with_the_log(what: str, change: Any, rule: str) -> None:
    story = plan_story(adopt(newer(ENTERPRISE)))
    tell(story, asked(change, DUTY))
    later = newer(ENTERPRISE).replace("version: 4", "version: 5", 1)
    story.when(adopt(later)).then_refused("plan_has_findings")
    assert rule in {found for found, *_ in findings(story)}, what
    # A node that starts now, from a snapshot or from the log, refuses alike.
    for world in (World.restored(story.world.snapshot()), story.replayed()):
        other = plan_story()
        other.world, other.history, other.records = world, story.history, story.records
        other.clock = story.clock
        other.when(adopt(later)).then_refused("plan_has_findings")
        assert findings(other) == findings(story)


def test_what_a_batch_took_back_is_not_in_the_register() -> None:
    """Stories fold each step, take it back and fold it again: the register was read in between."""
    story = plan_story(adopt(newer(ENTERPRISE)))
    before = lint(story.world.plan_register().register, DAY)
    undo: list[Any] = []
    position, at = story.world.position, story.world.recorded_at
    for command in (
        asked(ClosePost(organisation="dept-yj", post="director"), DUTY),
        asked(RegisterTeam(team="tm-new", organisation="dept-fire", name=story.world.teams["fs-1"].name, kind="other"), DUTY),
        asked(EnterRegister(source="format: liandong-register/1\nchannels: [{id: ct-yj-director, post: gov-xc/duty, kind: fax}]\n"), DUTY),
    ):  # fmt: skip
        story.fold_decided(command, undo)
    assert len(lint(story.world.plan_register().register, DAY)) > len(before)
    story.world.take_back(undo, position, at)
    assert lint(story.world.plan_register().register, DAY) == before


def test_a_register_file_records_only_what_is_new() -> None:
    story = plan_story().when(REGISTERED[2]).then_nothing()
    same, new = "{id: ct-xc-duty, post: gov-xc/duty, kind: phone}", "{id: ct-9, post: gov-xc/duty, kind: fax}"
    row = f"format: liandong-register/1\nchannels: [{same}, {new}]\n"
    story.when(EnterRegister(source=row), DUTY)
    (entered,) = story.events
    assert isinstance(entered, RegisterEntered)
    assert [one.id for one in entered.file.channels] == ["ct-9"]
    assert rows(story.replayed()) == rows(story.world)


def test_a_row_that_is_there_twice_is_refused_with_its_line() -> None:
    twice = "format: liandong-register/1\nchannels:\n  - {id: a, post: gov-xc/duty, kind: fax}\n  - {id: a, post: gov-xc/duty, kind: fax}\n"
    story = plan_story().when(EnterRegister(source=twice), DUTY).then_refused("register_malformed")
    assert story.refusal is not None
    assert story.refusal.details["faults"][0]["line"] == 4


def test_a_drill_of_a_register_file_counts_for_the_plan() -> None:
    drill = "format: liandong-register/1\ndrills: [{id: dr-1, plan: ent-slc-ammonia, on: 2026-03-01}]\n"
    story = plan_story(asked(EnterRegister(source=drill), DUTY))
    assert story.world.drills[ENTERPRISE].held_on == date(2026, 3, 1)


def test_of_a_plan_that_begins_later_the_checks_are_of_that_day() -> None:
    later = newer(ENTERPRISE, ('from: "2026-01-01"', 'from: "2028-02-01"'))
    story = plan_story().when(adopt(later)).then_refused("plan_has_findings")
    assert "L8" in {rule for rule, *_ in findings(story)}, "the agreement ends in 2027"


def test_a_file_is_adopted_once_and_the_same_bytes_again_change_nothing() -> None:
    story = plan_story()
    story.when(AdoptPlan(source=source(ENTERPRISE)), "gov-xc/duty").then_nothing()
    story.when(AdoptPlan(source=source(ENTERPRISE) + "\n# 注\n"), "gov-xc/duty").then_refused(
        "plan_version_taken", version=3
    )
    newer = source(ENTERPRISE).replace("version: 3", "version: 4", 1)
    story.when(AdoptPlan(source=newer), "ent-slc/duty").then_yes(PlanAdopted)
    assert story.world.plan(ENTERPRISE).version == 4
    assert story.world.plan(ENTERPRISE).pinned(3) is None, (
        "nothing runs on it: it is in the log and nowhere else"
    )


def test_a_running_activation_keeps_its_version_and_no_other_is_kept() -> None:
    story = plan_story(activate(level=ResponseLevel.II))
    for version in (4, 5):
        newer = source(ENTERPRISE).replace("version: 3", f"version: {version}", 1)
        tell(story, asked(AdoptPlan(source=newer), "gov-xc/duty"))
    adopted = story.world.plan(ENTERPRISE)
    assert (adopted.version, adopted.pinned(4)) == (5, None)
    kept = adopted.pinned(3)
    assert kept is not None
    assert kept.document.version == 3
    story.when(ActivatePlan(plan=ENTERPRISE, level=ResponseLevel.I, incident=INCIDENT, version=4), MANAGER)
    story.then_refused("plan_version_not_adopted", version=5)


def test_a_file_that_does_not_read_is_refused_with_its_lines() -> None:
    story = plan_story().when(AdoptPlan(source="format: liandong-plan/1\nid: x\nid: y\n"), "gov-xc/duty")
    story.then_refused("plan_malformed")
    assert story.refusal is not None
    assert story.refusal.details["faults"][0]["line"] > 0


def test_only_the_owner_or_who_stands_above_adopts() -> None:
    newer = source(ENTERPRISE).replace("version: 3", "version: 4", 1)
    plan_story().when(AdoptPlan(source=newer), "com-demo/duty").then_refused("not_authorised")


def test_a_retired_plan_is_not_activated_in_silence() -> None:
    story = plan_story(asked(RetirePlan(plan=ENTERPRISE, reason="停产"), "gov-xc/duty"))
    story.when(RetirePlan(plan=ENTERPRISE, reason="停产"), "gov-xc/duty").then_nothing()
    story.when(activate()).then_refused("plan_not_valid", plan=ENTERPRISE)
    override = ActivatePlan(
        plan=ENTERPRISE, level=ResponseLevel.I, incident=INCIDENT, override_reason="暂无替代预案"
    )
    story.when(override, MANAGER)
    assert isinstance(story.events[0], PlanActivated)
    assert story.events[0].override_reason == "暂无替代预案"


def test_retiring_says_so_once() -> None:
    plan_story().when(RetirePlan(plan=COMMUNITY, reason="修订"), "gov-xc/duty").then(
        PlanRetired(
            plan=COMMUNITY,
            version=plan_story().world.plan(COMMUNITY).version,
            organisation="com-demo",
            reason="修订",
        )
    )
