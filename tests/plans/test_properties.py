"""Random valid districts stay clean, one random fault is found by its rule, and keeping in step answers what starting anew does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from core.plan.conditions import Condition
from core.plan.document import PlanDocument
from core.plan.finding import PlanFinding
from core.plan.lint import Linter, lint
from core.plan.parts import Shape
from core.plan.register import TABLES, PlanVersion, Register, Table, plan_key
from core.plan.rows import Rule
from core.plan.values import Validity
from core.scales import ResponseLevel
from tests.plans.district import District, Site, districts
from tests.plans.support import DAY, brief

sites = st.builds(
    Site,
    expand_t=st.sampled_from([1.0, 5.0, 8.5]),
    radius_m=st.sampled_from([250.0, 300.0, 450.0, 700.0]),
    expected=st.integers(1, 2000),
    residents=st.integers(1, 20_000),
    spare=st.integers(0, 500),
    own_team=st.booleans(),
)
wanted = st.lists(
    st.builds(
        District,
        start_t=st.sampled_from([0.5, 1.0, 5.0]),
        version=st.integers(1, 9),
        sites=st.lists(sites, min_size=1, max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=2,
)

ROMAN_1, ROMAN_2 = ResponseLevel("I"), ResponseLevel("II")


Changes = Callable[[Register], list[tuple[Table, str, Any]]]


class Mutation(NamedTuple):
    """A fault that can be put into any district; it answers the changes, and the plan that the rule must speak of (None: any)."""

    rule: Rule
    changes: Changes
    about: str | None = "ent-slc-ammonia-0-0"


def _plan(register: Register, id: str) -> PlanVersion:
    return next(version for version in register.plans.values() if version.id == id)


def _document(id: str, change: Callable[[PlanDocument], PlanDocument]) -> Changes:
    def changes(register: Register) -> list[tuple[Table, str, Any]]:
        before = _plan(register, id)
        after = structs.replace(before, document=change(before.document))
        return [
            ("plans", plan_key(before.id, before.version), None),
            ("plans", plan_key(after.id, after.version), after),
        ]

    return changes


def _row(table: Table, id: str, **fields: Any) -> Changes:
    def changes(register: Register) -> list[tuple[Table, str, Any]]:
        return [(table, id, structs.replace(register.table(table)[id], **fields))]

    return changes


def _level(plan: PlanDocument, level: ResponseLevel, **fields: Any) -> PlanDocument:
    return structs.replace(plan, levels={**plan.levels, level: structs.replace(plan.levels[level], **fields)})


def _links(plan: PlanDocument, level: ResponseLevel, id: str, **fields: Any) -> PlanDocument:
    links = tuple(
        structs.replace(link, **fields) if link.id == id else link for link in plan.levels[level].links_out
    )
    return _level(plan, level, links_out=links)


def _expand_early(plan: PlanDocument) -> PlanDocument:
    assert plan.expand is not None
    return structs.replace(
        plan, expand=structs.replace(plan.expand, when=Condition(fact="leak_t", op=">=", value=0.1))
    )


def _no_residual_risk(plan: PlanDocument) -> PlanDocument:
    assert plan.hand_over is not None
    return structs.replace(
        plan, hand_over=structs.replace(plan.hand_over, briefing=plan.hand_over.briefing[:-1])
    )


def _end(plan: PlanDocument, **fields: Any) -> PlanDocument:
    end = plan.levels[ROMAN_1].end
    assert end is not None
    return _level(plan, ROMAN_1, end=structs.replace(end, **fields))


def _confirmed_by(plan: PlanDocument, post: str) -> PlanDocument:
    end = plan.levels[ROMAN_1].end
    assert end is not None
    return _end(plan, conditions=tuple(structs.replace(item, confirmed_by=post) for item in end.conditions))


def _zone(plan: PlanDocument) -> PlanDocument:
    """The zone grows over the shelter at which the enterprise's own people assemble."""
    circle = plan.zones[0].shape.circle
    return structs.replace(
        plan, zones=(structs.replace(plan.zones[0], shape=Shape(circle=circle, radius_m=1300.0)),)
    )


def _dissolved(register: Register) -> list[tuple[Table, str, Any]]:
    row = register.organisations["dept-yj-0"]
    return [("organisations", row.id, structs.replace(row, valid=Validity(to=date(2026, 5, 11))))]


def _no_square(_: Register) -> list[tuple[Table, str, Any]]:
    return [("places", "plc-demo-square-0-0", None)]


def _no_community_plan(register: Register) -> list[tuple[Table, str, Any]]:
    return [("plans", plan_key(COM, _plan(register, COM).version), None)]


def _no_requests(plan: PlanDocument) -> PlanDocument:
    return structs.replace(plan, links_in=tuple(link for link in plan.links_in if link.kind != "request"))


ENT, COM = "ent-slc-ammonia-0-0", "com-demo-all-0-0"
UNKNOWN_DEPT = "dept-hb-0/nobody"
MUTATIONS: dict[str, Mutation] = {
    "escalates before the district starts": Mutation("L1", _document(ENT, _expand_early)),
    "never escalates": Mutation("L1", _document(ENT, lambda plan: structs.replace(plan, expand=None))),
    "no level row": Mutation("L2", _document(ENT, lambda plan: structs.replace(plan, level_map=plan.level_map[1:]))),
    "reports to nobody": Mutation("L3", _document(ENT, lambda plan: _links(plan, ROMAN_2, "n1", escalate_to="gov-xc-0/nobody"))),
    "reports too late": Mutation("L3", _row("channels", "ct-yj-duty-0", hours="08:00-17:30")),
    "the addressee is dissolved": Mutation("L3", _dissolved),
    "the brigade takes no requests": Mutation("L4", _document("dept-fire-hazmat-0", _no_requests)),
    "nobody takes the cordon": Mutation(
        "L4", _document("dept-fire-hazmat-0", lambda plan: structs.replace(plan, accepts=())), "gov-xc-hazmat-0"),
    "no residual risk": Mutation("L5", _document(ENT, _no_residual_risk)),
    "no receiver": Mutation("L5", _document(ENT, lambda plan: structs.replace(plan, hand_over=None))),
    "silent on warnings": Mutation("L6", _document(ENT, lambda plan: structs.replace(plan, warning_actions=plan.warning_actions[1:]))),
    "an empty depot": Mutation("L7", _row("stock", "dep-slc-0-0/2990199", quantity=1.0)),
    "the foam is away": Mutation("L7", _row("teams", "tm-fire-foam-0", in_service=False), "dept-fire-hazmat-0"),
    "the rescuers cannot": Mutation("L8", _row("teams", "tm-park-hazmat-0-0", capabilities=("team.water",))),
    "the community is not aware": Mutation("L9", _document(COM, lambda plan: structs.replace(plan, aware_of=()))),
    "too few places": Mutation("L9", _row("shelters", "sh-beijingyuan-0-0", capacity=0)),
    "the shelter is in the zone": Mutation("L10", _document(ENT, _zone)),
    "the evacuees are stopped": Mutation("L10", _document(
        ENT, lambda plan: structs.replace(plan, closures=tuple(structs.replace(one, except_=("rescue",)) for one in plan.closures)))),
    "the upper plan moved on": Mutation("L11", _document(ENT, lambda plan: structs.replace(
        plan, upper_plans=(structs.replace(plan.upper_plans[0], version=99),)))),
    "a post that is not": Mutation("L12", _document(ENT, lambda plan: _confirmed_by(plan, UNKNOWN_DEPT))),
    "a place that is not": Mutation("L12", _no_square),
    "no community plan": Mutation("L13", _no_community_plan, None),
    "ends on its own": Mutation("L14", _document(ENT, lambda plan: _end(plan, after=()))),
    "confirms itself": Mutation("L14", _document(ENT, lambda plan: _confirmed_by(plan, "ent-slc-0-0/safety"))),
}  # fmt: skip
ALSO: dict[str, set[Rule]] = {
    # What one change breaks in two ways, by the rules' own words.
    "the addressee is dissolved": {"L12"},
    "the shelter is in the zone": {"L9"},
    "no community plan": {"L9"},
    "a place that is not": set(),
}


@settings(max_examples=25, deadline=None)
@given(wanted)
def test_a_random_valid_set_is_clean(asked: list[District]) -> None:
    assert brief(lint(districts(asked), DAY)) == []


@settings(max_examples=120, deadline=None)
@given(wanted, st.sampled_from(sorted(MUTATIONS)))
def test_a_random_fault_is_found_by_the_rule_that_owns_it(asked: list[District], name: str) -> None:
    register = districts(asked)
    mutation = MUTATIONS[name]
    change = Linter(register, DAY).change_all(mutation.changes(register))
    assert [one for one in change.raised if one.rule == mutation.rule and one.plan == mutation.about], brief(
        change.raised
    )
    critical = {one.rule for one in change.raised if one.severity == "critical"}
    assert critical <= {mutation.rule} | ALSO.get(name, set()), brief(change.raised)
    assert not change.cleared


def copied(register: Register) -> Register:
    """The same rows in tables of their own."""
    other = Register()
    for table in TABLES:
        other.table(table).update(register.table(table))
    return other


def as_text(findings: list[PlanFinding]) -> list[str]:
    return [repr(finding) for finding in findings]


rows = st.tuples(st.sampled_from(sorted(TABLES)), st.integers(0, 10_000))


@settings(max_examples=40, deadline=None)
@given(
    wanted,
    st.lists(st.one_of(st.sampled_from(sorted(MUTATIONS)), rows), max_size=6),
    st.randoms(use_true_random=False),
)
def test_keeping_in_step_answers_what_starting_anew_does(
    asked: list[District], steps: list[str | tuple[Table, int]], chance: Random
) -> None:
    """Faults are put in, rows are taken out and put back, in any order; after each step both ways agree."""
    register = districts(asked)
    linter = Linter(register, DAY)
    removed: list[tuple[Table, str, Any]] = []
    for step in steps:
        changes: list[tuple[Table, str, Any]]
        if isinstance(step, str):
            try:
                changes = MUTATIONS[step].changes(register)
            except (KeyError, StopIteration, AssertionError, IndexError):
                continue  # What the fault is about has been taken out, or has this fault already.
        elif removed and chance.random() < 0.4:
            changes = [removed.pop()]
        else:
            table, number = step
            ids = sorted(register.table(table))
            if not ids:
                continue
            id = ids[number % len(ids)]
            removed.append((table, id, register.table(table)[id]))
            changes = [(table, id, None)]
        before = linter.findings()
        change = linter.change_all(changes)
        after = linter.findings()
        assert as_text(after) == as_text(lint(copied(register), DAY))
        assert sorted(as_text(change.raised)) == sorted(set(as_text(after)) - set(as_text(before)))
        assert sorted(as_text(change.cleared)) == sorted(set(as_text(before)) - set(as_text(after)))


@settings(max_examples=15, deadline=None)
@given(wanted, st.sampled_from(sorted(MUTATIONS)), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(asked: list[District], name: str, chance: Random) -> None:
    register = districts(asked)
    Linter(register, DAY).change_all(MUTATIONS[name].changes(register))
    other = Register()
    for table in TABLES:
        ids = list(register.table(table))
        chance.shuffle(ids)
        other.table(table).update({id: register.table(table)[id] for id in ids})
    assert as_text(lint(other, DAY)) == as_text(lint(register, DAY))


def test_a_change_is_asked_of_what_looked_at_it_and_of_nobody_else() -> None:
    register = districts([District(sites=(Site(), Site()))] * 20)
    linter = Linter(register, DAY)
    change = linter.change("stock", "dep-slc-3-1/2990199", None)
    assert brief(change.raised) == ["critical L7 ent-slc-ammonia-3-1 dep-slc-3-1/2990199"]
    assert change.checked == 1
    district = linter.change_all(MUTATIONS["the addressee is dissolved"].changes(register))
    assert district.checked < 10
    assert {one.plan for one in district.raised} <= {
        "gov-xc-hazmat-0", "dept-fire-hazmat-0", "ent-slc-ammonia-0-0", "ent-slc-ammonia-0-1", "com-demo-all-0-0", "com-demo-all-0-1",
    }  # fmt: skip


def test_every_rule_has_a_random_fault() -> None:
    assert {mutation.rule for mutation in MUTATIONS.values()} == {f"L{number}" for number in range(1, 15)}
