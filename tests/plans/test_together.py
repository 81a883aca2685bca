"""Which plans can run at once, and how many people then find a place: against brute force where the cases are few."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from core.plan.checks.l09_evacuation import placed
from core.plan.conditions import Condition, Op
from core.plan.document import PlanDocument
from core.plan.parts import WarningAction
from core.plan.register import PlanVersion, Register, plan_key
from core.plan.together import Together, drawn_in
from core.plan.view import Indexes, View
from core.scales import ResponseLevel, WarningColour
from tests.plans.support import DAY, register_of


def starting(register: Register, id: str, when: Condition, *actions: WarningAction) -> PlanVersion:
    """A plan of its own that starts on a condition and answers some warnings."""
    base: PlanDocument = register.plans["com-demo-all@1"].document
    level = next(iter(base.levels.values()))
    document = structs.replace(
        base,
        id=id,
        levels={
            ResponseLevel("IV"): structs.replace(
                level, links_out=(), start=structs.replace(level.start, when=when)
            )
        },
        warning_actions=actions,
        links_in=(),
    )
    version = PlanVersion(document=document, sha256="0" * 64, adopted=document.valid.from_)
    register.plans[plan_key(id, 1)] = version
    return version


def leak(op: Op, value: float) -> Condition:
    return Condition(fact="leak_t", op=op, value=value)


def substance(code: str) -> Condition:
    return Condition(fact="substance", op="is", value=code)


def sets(*plans: tuple[str, Condition, tuple[WarningAction, ...]]) -> list[set[str]]:
    register = register_of()
    versions = [starting(register, id, when, *actions) for id, when, actions in plans]
    together = Together(View(Indexes(register), DAY), versions[0], versions[1:])
    assert together.decided
    return [set(members) for members in together.sets]


def test_plans_whose_starts_hold_in_one_situation_run_at_once() -> None:
    assert sets(("a", leak(">=", 1), ()), ("b", leak(">=", 9), ())) == [{"a", "b"}]


def test_plans_whose_starts_exclude_each_other_do_not() -> None:
    assert sets(("a", substance("nh3"), ()), ("b", substance("lpg"), ())) == [{"a"}]
    assert sets(("a", leak("<", 1), ()), ("b", leak(">=", 1), ())) == [{"a"}]


def test_one_warning_sets_both_off_and_another_colour_does_not() -> None:
    red = WarningAction(type=("typhoon",), colour=(WarningColour.RED,), action="stand_by")
    blue = WarningAction(type=("typhoon",), colour=(WarningColour.BLUE,), action="stand_by")
    silent = WarningAction(type=("typhoon",), colour=(WarningColour.RED,), action="none", reason="无")
    assert sets(("a", substance("nh3"), (red,)), ("b", substance("lpg"), (red,))) == [{"a", "b"}]
    assert sets(("a", substance("nh3"), (red,)), ("b", substance("lpg"), (blue,))) == [{"a"}]
    assert sets(("a", substance("nh3"), (red,)), ("b", substance("lpg"), (silent,))) == [{"a"}]


def test_three_of_which_two_at_a_time_make_two_sets() -> None:
    found = sets(
        ("a", Condition(any_=(substance("nh3"), substance("lpg"))), ()),
        ("b", substance("nh3"), ()),
        ("c", substance("lpg"), ()),
    )
    assert found == [{"a", "b"}, {"a", "c"}]


def test_too_many_situations_count_every_pair_and_say_so() -> None:
    register = register_of()
    facts = ("leak_t", "dead", "serious", "missing", "evacuees", "loss_yuan")
    bounds: tuple[tuple[Op, float], ...] = (("<=", 3.0), (">=", 1.0), ("<", 7.0))
    mixed = Condition(
        all_=tuple(Condition(fact=fact, op=op, value=bound) for fact in facts for op, bound in bounds)
    )
    first = starting(register, "a", mixed)
    second = starting(
        register, "b", Condition(all_=tuple(Condition(fact=fact, op="<", value=9.0) for fact in facts))
    )
    together = Together(View(Indexes(register), DAY), first, [second])
    assert not together.decided
    assert [set(members) for members in together.sets] == [{"a", "b"}]


def test_a_running_plan_draws_in_those_it_starts_and_warns() -> None:
    register = register_of()
    view = View(Indexes(register), DAY)
    assert drawn_in(view, register.plans["ent-slc-ammonia@3"]) == {
        "gov-xc-hazmat",
        "dept-fire-hazmat",
        "com-demo-all",
    }
    assert drawn_in(view, register.plans["com-demo-all@1"]) == set()


demands = st.dictionaries(
    st.sampled_from("abc"),
    st.tuples(
        st.integers(0, 4), st.sets(st.sampled_from("xyz"), max_size=3).map(lambda found: tuple(sorted(found)))
    ),
    max_size=3,
)
capacities = st.dictionaries(st.sampled_from("xyz"), st.integers(0, 4), max_size=3)


@settings(max_examples=150)
@given(demands, capacities)
def test_as_many_find_a_place_as_any_way_of_sending_them_allows(
    asked: dict[str, tuple[int, tuple[str, ...]]], capacity: dict[str, int]
) -> None:
    """Hall's condition by brute force: the smallest cut over all choices of shelters."""
    shelters = sorted(capacity)
    best = min(
        sum(capacity[shelter] for shelter, inside in zip(shelters, chosen, strict=True) if inside)
        + sum(
            people
            for people, allowed in asked.values()
            if any(
                not inside and shelter in allowed for shelter, inside in zip(shelters, chosen, strict=True)
            )
        )
        for chosen in product((False, True), repeat=len(shelters))
    )
    assert placed(asked, capacity) == best
