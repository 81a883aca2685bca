"""What holds of every watch and every log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from core.entry import AddEntry
from core.incident import ReportIncident
from core.ledger import Ledger, ledger
from core.messages import Place
from core.obligations import obligations
from core.watch.candidate import Candidate
from core.watch.engine import Watch, true_at, watch
from core.watch.rules import NAMES, RULES
from tests.rules.commands import send
from tests.rules.given import DAY
from tests.watch.log import HERE, Log
from tests.watch.random_story import STEPS, told

Steps = list[tuple[Any, str, int, int]]


def folded(log: Log) -> Watch:
    seen = Watch()
    for recorded in log.records:
        seen.apply(recorded)
    return seen


def asked_of_everything(seen: Watch) -> dict[str, Candidate]:
    """What the rules say when every thing that there is is asked, whatever the events were about."""
    world, memory = seen.world, seen.memory
    things = {
        "incident": list(world.incidents),
        "reports": [*world.incidents, *memory.closed_reports],
        "dispatch": list(world.dispatches),
        "link": list(world.links),
        "control": list(world.controls),
        "pair": [f"{one}>{other}" for one in world.controls for other in world.controls if one != other],
        "warning": list(world.warnings),
        "activation": list(world.activations),
        "point": list(world.crowds),
        "calls": list(memory.calls.groups),
    }
    assert things.keys() == RULES.keys()
    return {
        one.id: one
        for kind, ids in things.items()
        for id in ids
        for rule in RULES[kind]
        for one in rule(seen, id)
    }


@settings(max_examples=150, deadline=None)
@hypothesis_given(STEPS)
def test_asking_only_what_an_event_is_about_misses_nothing(steps: Steps) -> None:
    log = told(steps)
    seen = Watch()
    for recorded in log.records:
        seen.apply(recorded)
    assert seen.running() == asked_of_everything(seen)


@settings(max_examples=60, deadline=None)
@hypothesis_given(STEPS, st.lists(st.integers(0, 100_000), max_size=20))
def test_any_schedule_of_looks_gives_the_same_findings(steps: Steps, looks: list[int]) -> None:
    log = told(steps)
    instants = sorted(DAY + timedelta(seconds=second) for second in looks)
    seen = Watch()
    shown: dict[str, set[object]] = {}
    for recorded in log.records:
        while instants and instants[0] < recorded.recorded_at:
            for one in seen.findings(instants[0]):
                shown.setdefault(one.id, set()).add(one.opens_at)
            seen.news(instants.pop(0))
        seen.apply(recorded)
    end = log.story.clock + timedelta(days=1)
    assert seen.findings(end) == folded(log).findings(end)
    assert [one.candidate for one in watch(log.records, end) if one.cleared_at is None] == seen.findings(end)
    for found in watch(log.records, end):
        for opened_at in shown.get(found.candidate.id, set()):
            history = {
                other.candidate.opens_at
                for other in watch(log.records, end)
                if other.candidate.id == found.candidate.id
            }
            assert opened_at in history


@settings(max_examples=60, deadline=None)
@hypothesis_given(STEPS)
def test_every_finding_is_proven_by_events_that_were_there(steps: Steps) -> None:
    log = told(steps)
    for recorded in log.records[:: max(1, len(log.records) // 5)]:
        now = recorded.recorded_at
        known = max(one.position for one in log.records if one.recorded_at <= now)
        for found in watch(log.records, now):
            one = found.candidate
            assert one.rule in NAMES
            assert one.evidence
            assert all(1 <= position <= known for position in one.evidence)
            assert one.opens_at <= now
            assert found.cleared_at is None or one.opens_at <= found.cleared_at <= now


@settings(max_examples=60, deadline=None)
@hypothesis_given(STEPS)
def test_an_unrelated_event_changes_nothing(steps: Steps) -> None:
    log = told(steps)
    end = log.story.clock + timedelta(hours=2)
    before = watch(log.records, end)
    log.event("24:00" if log.story.clock < DAY + timedelta(hours=24) else "72:00", _elsewhere())
    assert [one for one in watch(log.records, end + timedelta(days=5)) if one.candidate.opens_at < end] == [
        one for one in watch(log.records[:-1], end + timedelta(days=5)) if one.candidate.opens_at < end
    ]
    assert before == watch(log.records[: len(log.records) - 1], end)


def _elsewhere() -> Any:
    from core.incident import IncidentReported

    return IncidentReported(incident="elsewhere", kind="other", field="city_operation", place=Place("他处"))


@settings(max_examples=60, deadline=None)
@hypothesis_given(STEPS)
def test_what_truly_was_is_part_of_what_was_shown(steps: Steps) -> None:
    log = told(steps)
    end = log.story.clock + timedelta(days=1)
    shown = {one.candidate.id for one in watch(log.records, end)}
    assert {one.candidate.id for one in true_at(log.records, end)} <= shown


@settings(max_examples=150, deadline=None)
@hypothesis_given(STEPS)
def test_the_ledger_of_deadlines_misses_nothing_either(steps: Steps) -> None:
    log = told(steps)
    book = Ledger()
    for recorded in log.records:
        book.apply(recorded)
    assert book.open == {one.id: one for one in obligations(book.world)}
    end = log.story.clock + timedelta(days=1)
    assert ledger(log.records, end) == book.states(end)


def busy(incidents: int) -> tuple[int, int]:
    """So many incidents come and go: rules asked, events."""
    log = Log()
    from core.dispatch import ArriveTeam, ReleaseTeam
    from core.incident import CloseIncident

    clock = DAY + timedelta(hours=1)
    from tests.rules.given import Asked

    def tell(command: Any) -> None:
        nonlocal clock
        clock += timedelta(seconds=20)
        log.story.ask(Asked(command, "gov/duty", clock))
        assert log.story.refusal is None

    for number in range(incidents):
        id = f"i-{number}"
        tell(ReportIncident(incident=id, kind="structure_fire", place=HERE))
        tell(send("fs-1", id, dispatch=f"x-{number}"))
        tell(AddEntry(incident=id, tag="hazard_open", text="浓烟"))
        tell(ArriveTeam(dispatch=f"x-{number}"))
        tell(ReleaseTeam(dispatch=f"x-{number}"))
        tell(CloseIncident(incident=id, reason="处置完毕"))
    seen = folded(log)
    assert seen.running() == {}
    return seen.asked, len(log.records)


def test_an_event_asks_as_many_rules_in_a_long_log_as_in_a_short_one() -> None:
    few, short = busy(20)
    many, long = busy(200)
    assert many / long <= few / short * 1.05
