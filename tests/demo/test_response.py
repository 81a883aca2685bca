"""The plans at work in the demo's day: cascades, answers, a link that nobody answers, a warning, evidence and a proper end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.messages import Name
from core.scales import ResponseLevel
from core.world import World
from scenarios.demo.files import load_day, load_register
from scenarios.demo.responses import is_reference, named
from tests.demo.dry_run import DryRun

DEPOT, RAIN = "JW042", "warning-rain"
UNANSWERED = ("gov-jw-hazmat", "gn2")
DEPOT_PLANS = {
    "ent-chem-ammonia", "gov-jw-hazmat", "dept-fire-hazmat", "dept-police-order", "dept-eco-monitor", "dept-health-medical",
    "dept-traffic-control", "gov-nanmo-street", "com-hetian-all",
}  # fmt: skip


@pytest.fixture(scope="module")
def played() -> DryRun:
    run = DryRun(load_day(), load_register())
    run.play()
    return run


def test_all_plans_are_adopted_before_the_day_begins_and_without_a_waiver(played: DryRun) -> None:
    adopted = played.drill.plans.values()
    assert len(adopted) >= 30
    assert {one.adopted_at for one in adopted} == {played.day.start}
    assert not any(one.waivers for one in adopted)


def test_the_system_s_own_commands_are_never_refused(played: DryRun) -> None:
    assert not played.by_system


def test_the_leak_runs_from_the_enterprise_down_to_the_community(played: DryRun) -> None:
    world = played.drill
    of_depot = {one.plan: one for one in world.activations.values() if one.incident == DEPOT}
    assert set(of_depot) == DEPOT_PLANS
    chain = ["com-hetian-all"]
    while (cause := of_depot[chain[-1]].cause) is not None:
        chain.append(world.activations[cause].plan)
    assert chain == ["com-hetian-all", "gov-nanmo-street", "gov-jw-hazmat", "ent-chem-ammonia"]
    assert of_depot["ent-chem-ammonia"].level is ResponseLevel.I, (
        "raised from II when the leak reached the outside"
    )


def test_every_response_ends_and_no_lower_one_before_its_upper_one_unless_released(played: DryRun) -> None:
    world = played.drill
    for one in world.activations.values():
        assert one.ended_at is not None, f"{one.plan} for {one.incident}"
        upper = {row.plan for row in world.plans[one.plan].document.upper_plans}
        for other in world.activations.values():
            if other.incident == one.incident and other.plan in upper and other.level and one.level:
                assert other.ended_at is not None
                assert one.released or other.ended_at <= one.ended_at, f"{one.plan} for {one.incident}"
    assert played.events["ActivationReleased"] == 1


def test_tasks_are_done_or_skipped_with_a_reason_and_some_are_late(played: DryRun) -> None:
    tasks = played.drill.tasks.values()
    assert len(tasks) > 100
    assert {one.state for one in tasks} == {"completed", "skipped"}
    late = [one for one in tasks if one.due_at and one.done_at and one.done_at > one.due_at]
    assert 3 <= len(late) <= len(tasks) // 5


def test_one_notice_stays_unanswered_times_out_goes_up_twice_and_is_read_late(played: DryRun) -> None:
    links = played.drill.links.values()
    (link,) = (one for one in links if (one.plan, one.plan_link, one.incident) == (*UNANSWERED, DEPOT))
    assert link.timed_out
    assert link.escalated == ("gov-jw/duty", "gov-jw/duty_lead")
    assert link.acknowledged_at is not None
    assert link.first_due_at is not None
    assert link.acknowledged_at > link.first_due_at
    assert [one.plan for one in links if not one.answered] == []


def test_an_orange_rain_signal_puts_the_plans_of_the_district_on_stand_by(played: DryRun) -> None:
    stood = [one for one in played.drill.activations.values() if one.incident == RAIN]
    levels = {played.drill.plans[one.plan].document.kind for one in stood}
    assert len(stood) >= 20
    assert {
        "government_special",
        "government_street",
        "department",
        "community",
        "enterprise_special",
    } <= levels
    assert all(one.level is None and one.ended_at is not None for one in stood)
    assert "gov-jw-fire" not in {one.plan for one in stood}, "it has no action for rain"


def test_the_rules_run_to_the_second_in_simulated_time(played: DryRun) -> None:
    (link,) = (one for one in played.drill.links.values() if one.plan_link == "gn2")
    opened = played.drill.activations[link.activation].at
    assert link.first_due_at == opened + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("@activation/gov-jw-fire", True),
        ("@activation/gov-jw-fire/f1", False),
        ("@task/gov-jw-fire/f1", True),
        ("@task/gov-jw-fire", False),
        ("@ended/gov-jw-fire/dept-police-order", True),
        ("@team/FS01", False),
        ("gov-jw-fire", False),
        (Name("x"), False),
    ],
)
def test_a_reference_is_known_by_its_form(text: object, is_one: bool) -> None:
    assert is_reference(text) is is_one


def test_a_reference_leads_to_the_newest_and_to_nothing_where_there_is_none(played: DryRun) -> None:
    world = played.drill
    activation = named(world, DEPOT, "@activation/gov-jw-hazmat")
    assert world.activations[activation].plan == "gov-jw-hazmat"
    task = world.tasks[named(world, DEPOT, "@task/com-hetian-all/c2")]
    assert task.post == "com-hetian/team_lead"
    assert world.links[named(world, DEPOT, "@ended/gov-jw-hazmat/com-hetian-all")].to_post.startswith(
        "com-hetian/"
    )
    for missing in (
        "@activation/gov-jw-flood",
        "@proposal/gov-jw-hazmat",
        "@ended/gov-jw-flood/com-hetian-all",
        "x",
    ):
        with pytest.raises(KeyError):
            named(world, DEPOT, missing)
    with pytest.raises(KeyError):
        named(World(), DEPOT, "@task/gov-jw-hazmat/g1")
