"""Conditions: an unknown fact satisfies nothing, and the cells lose no situation that any facts could make."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.plan.cells import CELLS_MAX, Undecided, partition, situations
from core.plan.checks.l01_trigger import first_gap
from core.plan.conditions import FACTS, Condition, FactValue, Op, cited, describe, holds, truth


def atom(fact: str, op: Op, value: FactValue) -> Condition:
    return Condition(fact=fact, op=op, value=value)


def any_(*parts: Condition) -> Condition:
    return Condition(any_=parts)


def all_(*parts: Condition) -> Condition:
    return Condition(all_=parts)


def not_(part: Condition) -> Condition:
    return Condition(not_=part)


LEAK = atom("leak_t", ">=", 5.0)
NOTHING_MUCH: dict[str, FactValue] = {
    "number": 0.0,
    "flag": False,
    "grade": "ordinary",
    "warning": "blue",
    "field": "fire",
    "code": "x",
}
OFFSITE = atom("offsite_effect", "is", True)
numbers = st.sampled_from([0.0, 1.0, 2.0, 5.0])
atoms_ = st.one_of(
    st.builds(
        atom, st.sampled_from(["leak_t", "dead"]), st.sampled_from([">=", ">", "<=", "<", "is"]), numbers
    ),
    st.builds(atom, st.sampled_from(["offsite_effect", "out_of_control"]), st.just("is"), st.booleans()),
    st.builds(atom, st.just("grade_at_least"), st.just("is"), st.sampled_from(["large", "major"])),
    st.builds(
        atom,
        st.just("warning_at_least"),
        st.just("is"),
        st.sampled_from(["orange", "typhoon/red", "rain/blue"]),
    ),
    st.builds(atom, st.just("substance"), st.just("is"), st.sampled_from(["nh3", "lpg"])),
)
conditions = st.recursive(
    atoms_,
    lambda inner: st.one_of(
        st.builds(not_, inner),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: any_(*parts)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: all_(*parts)),
    ),
    max_leaves=5,
)
COLOURS = st.sampled_from(["blue", "yellow", "orange", "red"])
facts_ = st.fixed_dictionaries(
    {},
    optional={
        "leak_t": st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 9.0]),
        "dead": st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 9.0]),
        "offsite_effect": st.booleans(),
        "out_of_control": st.booleans(),
        "grade_at_least": st.sampled_from(["ordinary", "large", "major", "particularly_major"]),
        "warning_at_least/typhoon": COLOURS,
        "warning_at_least/rain": COLOURS,
        "warning_at_least/fog": COLOURS,
        "substance": st.sampled_from(["nh3", "lpg", "cl2"]),
    },
)


@pytest.mark.parametrize("fact", FACTS)
def test_an_unknown_fact_satisfies_no_atom_and_no_denial_of_it(fact: str) -> None:
    value = NOTHING_MUCH[FACTS[fact].kind]
    asked = atom(fact, "is", value)
    assert truth(asked, {}) is None
    assert not holds(asked, {})
    assert not holds(not_(asked), {})


def test_one_part_that_holds_is_enough_for_any_and_one_that_does_not_for_all() -> None:
    assert holds(any_(LEAK, OFFSITE), {"offsite_effect": True})
    assert truth(any_(LEAK, OFFSITE), {"offsite_effect": False}) is None
    assert truth(all_(LEAK, OFFSITE), {"offsite_effect": False}) is False
    assert truth(all_(LEAK, OFFSITE), {"offsite_effect": True}) is None


def test_the_bound_itself_counts() -> None:
    assert holds(LEAK, {"leak_t": 5.0})
    assert not holds(atom("leak_t", ">", 5.0), {"leak_t": 5.0})


def test_a_warning_is_asked_by_type_or_of_any_type() -> None:
    facts: dict[str, FactValue] = {"warning_at_least/typhoon": "orange"}
    assert holds(atom("warning_at_least", "is", "orange"), facts)
    assert holds(atom("warning_at_least", "is", "typhoon/yellow"), facts)
    assert not holds(atom("warning_at_least", "is", "typhoon/red"), facts)
    assert not holds(atom("warning_at_least", "is", "rain/blue"), facts)


def test_what_holds_cites_the_facts_it_rests_on() -> None:
    start = any_(LEAK, OFFSITE, atom("warning_at_least", "is", "orange"))
    facts: dict[str, FactValue] = {"leak_t": 7.0, "offsite_effect": False, "warning_at_least/typhoon": "red"}
    assert cited(start, facts) == ("leak_t", "warning_at_least/typhoon")
    assert cited(start, {"leak_t": 1.0}) == ()
    assert cited(not_(OFFSITE), facts) == ("offsite_effect",)


@settings(max_examples=300)
@given(st.lists(conditions, min_size=1, max_size=3), facts_)
def test_every_facts_fall_into_a_cell_that_answers_alike(
    asked: list[Condition], facts: dict[str, FactValue]
) -> None:
    try:
        found = list(situations(asked))
    except Undecided:
        return
    wanted = [holds(condition, facts) for condition in asked]
    assert any([holds(condition, one.facts) for condition in asked] == wanted for one in found)


@settings(max_examples=200)
@given(st.lists(conditions, min_size=1, max_size=3), facts_)
def test_the_highest_cells_outdo_every_facts(asked: list[Condition], facts: dict[str, FactValue]) -> None:
    try:
        found = list(situations(asked, highest=True))
    except Undecided:
        return
    wanted = {index for index, condition in enumerate(asked) if holds(condition, facts)}
    assert any(
        wanted <= {index for index, condition in enumerate(asked) if holds(condition, one.facts)}
        for one in found
    )


@settings(max_examples=200)
@given(conditions, st.lists(conditions, max_size=2))
def test_a_gap_is_a_situation_in_which_the_one_holds_and_the_others_do_not(
    expand: Condition, starts: list[Condition]
) -> None:
    try:
        gap = first_gap(expand, tuple(starts))
    except Undecided:
        return
    if gap is not None:
        assert holds(expand, gap.facts)
        assert not any(holds(start, gap.facts) for start in starts)
        assert gap.zh
        assert gap.en


def test_people_are_counted_in_whole_numbers() -> None:
    """Between two and three dead there is nobody: a start at three covers an escalation above two."""
    assert first_gap(atom("dead", ">", 2.0), (atom("dead", ">=", 3.0),)) is None
    assert first_gap(atom("leak_t", ">", 2.0), (atom("leak_t", ">=", 3.0),)) is not None


def test_more_cells_than_the_bound_are_undecided() -> None:
    many = [
        atom(fact, ">=", float(bound))
        for fact in ("leak_t", "dead", "serious", "missing")
        for bound in range(1, 9)
    ]
    assert CELLS_MAX < 9**4
    with pytest.raises(Undecided):
        next(iter(situations(many)))
    assert len(list(situations(many, highest=True))) == 1


def test_cells_are_named_in_both_tongues() -> None:
    split = partition([any_(LEAK, not_(OFFSITE)), atom("leak_t", ">=", 10.0)])
    assert [cell.zh for cell in split["leak_t"]] == [
        "泄漏量未知",
        "0 ≤ 泄漏量 < 5吨",
        "5 ≤ 泄漏量 < 10吨",
        "泄漏量 ≥ 10吨",
    ]
    assert [cell.en for cell in split["offsite_effect"]] == [
        "effect outside the site unknown", "effect outside the site: no", "effect outside the site: yes",
    ]  # fmt: skip


@given(conditions)
def test_every_condition_can_be_said(condition: Condition) -> None:
    zh, en = describe(condition)
    assert zh
    assert en
