"""The day as a plan: every command decodes, the rules accept it all, and the board is never empty and never crowded."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from core.catalogue import EVENTS
from core.dispatch import CorrectMilestone
from scenarios.demo.files import Assignment, Day, DemoFileError, Step, from_start, load_day, load_register
from scenarios.demo.plan import command_id, day_plan
from tests.demo.dry_run import DryRun

OPEN_MIN, OPEN_MAX = 3, 20
# What the player asks of the clock is in its own test; a refusal is an answer, so a bare world sees none. A finding and a
# deadline are owned by whoever looks at the board, and the district retires none of its plans on the day.
OF_OTHERS = {
    "ClockJumped",
    "ClockPaused",
    "ClockResumed",
    "CommandRefused",
    "FindingAcknowledged",
    "ObligationWaived",
    "PlanRetired",
}


@pytest.fixture(scope="module")
def played() -> DryRun:
    run = DryRun(load_day(), load_register())
    run.play()
    return run


def test_the_rules_refuse_only_what_the_day_means_to_show(played: DryRun) -> None:
    meant = {(one.key, one.refused) for one in played.plan if one.refused is not None}
    assert set(played.refusals) == meant
    assert {code for _, code in meant} == {"team_committed"}


def test_every_kind_of_event_occurs(played: DryRun) -> None:
    assert set(EVENTS) - set(played.events) <= OF_OTHERS


def test_the_board_is_alive_at_every_minute(played: DryRun) -> None:
    begin = played.day.start + from_start(played.day.live_from)
    counts = {minute: n for minute, n in played.open_by_minute.items() if minute >= begin}
    assert len(counts) > 9 * 60
    assert min(counts.values()) >= OPEN_MIN
    assert max(counts.values()) <= OPEN_MAX
    assert counts[begin] >= 6, "several are under way when the page opens"


def test_something_changes_every_few_seconds(played: DryRun) -> None:
    live = [one.at for one in played.plan if one.at >= from_start(played.day.live_from)]
    real_s = (live[-1] - live[0]).total_seconds() / played.day.rate / len(live)
    assert 1 <= real_s <= 3
    longest = max(after - before for before, after in pairwise(live))
    assert longest <= timedelta(minutes=6)


def test_what_is_left_open_is_the_evening_shift_s(played: DryRun) -> None:
    left = played.open_incidents()
    assert left == [row.id for row in played.day.incidents[-len(left) :]]
    assert 1 <= len(left) <= 6
    bound = {team.id for team in played.drill.teams.values() if team.dispatch is not None}
    of_left = {one.team for row in played.day.incidents[-len(left) :] for one in row.teams}
    assert bound == of_left


def test_the_day_has_everything_that_a_board_must_show(played: DryRun) -> None:
    dispatches = list(played.drill.dispatches.values())
    assert any(one.cancel_reason == "false_alarm" for one in dispatches)
    assert any(one.diverted is not None for one in dispatches)
    assert any(one.failed is not None for one in dispatches)
    assert any(one.crew is not None for one in dispatches)
    assert any(one.at_hospital is not None for one in dispatches)
    assert any(one.on_scene is not None and one.on_scene.corrected for one in dispatches)
    incidents = list(played.drill.incidents.values())
    assert any(len(one.declared_major) > 1 for one in incidents)
    assert any(one.real is False for one in incidents)
    assert any(one.grade is not None and len(one.casualties) > 4 for one in incidents)
    told_late = [one for one in played.plan if one.occurred is not None]
    assert len(told_late) >= 3


def test_ids_are_the_same_for_ever() -> None:
    assert str(command_id("jw-day", "drill-demo", "JW001/report")) == str(
        command_id("jw-day", "drill-demo", "JW001/report")
    )
    plan = day_plan(load_day(), load_register())
    ids = {command_id("jw-day", "drill-demo", one.key) for one in plan}
    assert len(ids) == len(plan)
    assert not ids & {command_id("jw-day", "drill-other", one.key) for one in plan}


def test_a_corrected_time_is_counted_from_the_report() -> None:
    day = load_day()
    planned = next(one for one in day_plan(day, load_register()) if one.do == "CorrectMilestone")
    command = planned.command(day.start, {})
    assert isinstance(command, CorrectMilestone)
    assert command.to is not None
    assert day.start + planned.reported < command.to < day.start + planned.at


def _with_step(day: Day, **step: object) -> Day:
    first = day.incidents[0]
    row = {"at": "+00:01:00", "by": "gov-jw/duty", "do": "AddEntry", "with": {"text": "x"}, **step}
    changed = msgspec.structs.replace(first, steps=(msgspec.convert(row, Step),))
    return msgspec.structs.replace(day, incidents=(changed, *day.incidents[1:]))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"do": "AddEntries"}, "there is no command AddEntries"),
        ({"with": {"txt": "x"}}, "unknown field `txt`"),
        (
            {"by": "gov-jw/duty", "do": "ReleaseTeam", "with": {"dispatch": "JW001-99"}},
            "no dispatch JW001-99",
        ),
        ({"by": "gov-none/duty"}, "no post gov-none/duty"),
        ({"do": "StrikeEntry", "with": {"position": "$never", "reason": "x"}}, "label never is not set"),
    ],
)
def test_a_step_that_names_what_is_not_there_is_refused(step: dict[str, object], said: str) -> None:
    with pytest.raises(DemoFileError, match=re.escape(said)):
        day_plan(_with_step(load_day(), **step), load_register())


def test_an_assignment_of_an_unknown_team_is_refused() -> None:
    day = load_day()
    row = Assignment(dispatch="X-1", team="ZZ99", ordered="+00:01:00")
    changed = msgspec.structs.replace(day.incidents[0], teams=(row,))
    with pytest.raises(DemoFileError, match="no team ZZ99"):
        day_plan(msgspec.structs.replace(day, incidents=(changed,)), load_register())
