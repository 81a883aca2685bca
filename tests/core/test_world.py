"""The fold is total: any events in any order are folded, taken back exactly, and kept in a snapshot whole."""

from __future__ import annotations

from typing import Any, get_type_hints

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.catalogue import EVENTS, AnyEvent
from core.incident import Incident, IncidentReopened
from core.tables import Undo
from core.world import World
from tests.core.samples import SAMPLES, recorded

IDS = {
    "incident": ["i-1", "i-2", "2026-0003"],
    "into": ["i-1", "i-2"],
    "out_of": ["i-1", "i-2"],
    "other": ["i-1", "i-2"],
    "dispatch": ["d-1", "d-2"],
    "to": ["d-1", "d-2"],
    "diverted_from": ["d-1", "d-2"],
    "team": ["t-1", "t-2"],
    "organisation": ["o-1", "o-2"],
    "post": ["duty", "grid"],
    "activation": ["a-1", "a-2"],
    "task": ["t-1", "t-2"],
    "link": ["l-1", "l-2"],
    "control": ["c-1", "c-2"],
    "proposal": ["p-1", "p-2"],
    "warning": ["w-1", "w-2"],
    "plan": ["pl-1", "pl-2"],
    "point": ["cp-1"],
    "obligation": ["task|t-1|9", "link.ack|l-1|9", "plan.review|pl-1|9", "warning.ack|w-1@gov/duty|9"],
}


@st.composite
def events(draw: st.DrawFn) -> AnyEvent:
    """A sample of some type about one of few things, some of which are there and some not."""
    name = draw(st.sampled_from(sorted(EVENTS)))
    sample: Any = SAMPLES[name]
    changed: dict[str, Any] = {
        field: draw(st.sampled_from(IDS[field]))
        for field, kind in get_type_hints(EVENTS[name]).items()
        if field in IDS and kind in (str, str | None)
    }
    if "dispatches" in sample.__struct_fields__ and not isinstance(sample, IncidentReopened):
        changed["dispatches"] = tuple(draw(st.lists(st.sampled_from(IDS["dispatch"]), unique=True)))
    if "corrects" in sample.__struct_fields__:
        changed["corrects"] = draw(st.integers(1, 30))
    if isinstance(sample, IncidentReopened):
        was: Incident = structs.replace(sample.as_was, id=changed["incident"], merged=(), merged_into=None)
        changed |= {"as_was": was, "merged": ()}
    found: AnyEvent = structs.replace(sample, **changed)
    return found


@given(st.lists(events(), max_size=25), st.integers(0, 25))
def test_what_was_folded_is_taken_back_exactly(story: list[AnyEvent], durable: int) -> None:
    world = World()
    for position, event in enumerate(story[:durable], 1):
        world.apply(recorded(event, position))
    before, position, at = world.snapshot(), world.position, world.recorded_at
    undo: Undo = []
    for event in story[durable:]:
        world.apply(recorded(event, world.position + 1), undo)
    world.take_back(undo, position, at)
    world.sweep()
    assert world.snapshot() == before


@given(st.lists(events(), max_size=25))
def test_a_snapshot_holds_everything_and_the_fold_goes_on_from_it(story: list[AnyEvent]) -> None:
    whole, half = World(), World()
    for position, event in enumerate(story, 1):
        whole.apply(recorded(event, position))
        if position == len(story) // 2:
            half = World.restored(whole.snapshot())
    for position, event in enumerate(story[len(story) // 2 :], len(story) // 2 + 1):
        half.apply(recorded(event, position))
    assert half.snapshot() == whole.snapshot()


@given(st.lists(events(), max_size=25))
def test_folding_with_an_undo_list_leads_to_the_same_world(story: list[AnyEvent]) -> None:
    plain, noted = World(), World()
    for position, event in enumerate(story, 1):
        plain.apply(recorded(event, position))
        noted.apply(recorded(event, position), [])
        noted.sweep()
    assert noted.snapshot() == plain.snapshot()
