"""Conditions as data: any, all and not over typed facts. Nothing here is text that is evaluated.

A condition is three-valued. An unknown fact satisfies no atom, and its negation holds no more than it does: what nobody has
established neither starts nor ends anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.kinds import FIELDS
from core.scales import IncidentGrade, WarningColour

Op = Literal[">=", ">", "<=", "<", "is"]
FactKind = Literal["number", "flag", "grade", "warning", "field", "code"]
FactValue = float | bool | str
Facts = Mapping[str, FactValue]
"""What is established: fact → value. A warning in force is `warning_at_least/<type>` → colour, one key for each type."""

CONDITION_PARTS_MAX = 32
"""How many conditions one any or all may hold."""
CONDITION_DEPTH_MAX = 8
"""How deep conditions may be nested."""
NUMBER_MAX = 1e12


class Fact(Struct, frozen=True):
    """One fact that a condition may ask for 事实."""

    name: str
    kind: FactKind
    zh: str
    en: str
    whole: bool = False
    unit_zh: str = ""
    unit_en: str = ""


FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("leak_t", "number", "泄漏量", "leak", unit_zh="吨", unit_en=" t"),
        Fact("dead", "number", "死亡", "dead", whole=True, unit_zh="人"),
        Fact("serious", "number", "重伤", "seriously injured", whole=True, unit_zh="人"),
        Fact("missing", "number", "失联", "missing", whole=True, unit_zh="人"),
        Fact("evacuees", "number", "需疏散", "to be evacuated", whole=True, unit_zh="人"),
        Fact("loss_yuan", "number", "直接损失", "direct loss", whole=True, unit_zh="元", unit_en=" yuan"),
        Fact("offsite_effect", "flag", "影响厂外", "effect outside the site"),
        Fact("own_resources_insufficient", "flag", "自有力量不足", "own resources insufficient"),
        Fact("out_of_control", "flag", "失控", "out of control"),
        Fact("requested_by_upper", "flag", "上级要求", "requested by the upper level"),
        Fact("grade_at_least", "grade", "事故等级不低于", "grade at least"),
        Fact("warning_at_least", "warning", "预警不低于", "warning at least"),
        Fact("substance", "code", "物质", "substance"),
        Fact("field", "field", "领域", "field"),
        Fact("place", "code", "地点", "place"),
    )
}
"""The closed list. Numbers are never negative; `grade_at_least`, `warning_at_least`, `substance`, `field`, `place` are enumerated."""

GRADES = {grade.value: rank for rank, grade in enumerate(IncidentGrade)}
COLOURS = {colour.value: rank for rank, colour in enumerate(WarningColour)}
OPS: dict[FactKind, tuple[Op, ...]] = {
    "number": (">=", ">", "<=", "<", "is"),
    "flag": ("is",),
    "grade": ("is",),
    "warning": ("is",),
    "field": ("is",),
    "code": ("is",),
}
WARNING = "warning_at_least"


class Condition(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"any_": "any", "all_": "all", "not_": "not"},
):
    """Exactly one of: `any`, `all`, `not`, or an atom of fact, op and value."""

    any_: Annotated[tuple[Condition, ...], Meta(max_length=CONDITION_PARTS_MAX)] = ()
    all_: Annotated[tuple[Condition, ...], Meta(max_length=CONDITION_PARTS_MAX)] = ()
    not_: Condition | None = None
    fact: str | None = None
    op: Op | None = None
    value: FactValue | None = None


def atoms(condition: Condition) -> Iterator[Condition]:
    """Every atom of a condition, in the order written."""
    if condition.fact is not None:
        yield condition
    for part in (*condition.any_, *condition.all_):
        yield from atoms(part)
    if condition.not_ is not None:
        yield from atoms(condition.not_)


def negated(condition: Condition) -> bool:
    """Is there a `not` anywhere?"""
    return condition.not_ is not None or any(negated(part) for part in (*condition.any_, *condition.all_))


def truth(condition: Condition, facts: Facts) -> bool | None:
    """True, False, or None where the facts do not settle it (Kleene's three values)."""
    if condition.fact is not None:
        return atom_truth(condition, facts)
    if condition.not_ is not None:
        inner = truth(condition.not_, facts)
        return None if inner is None else not inner
    # `any` ends at the first part that holds, `all` at the first that does not; an unknown part decides only if none does.
    ends, parts = (True, condition.any_) if condition.any_ else (False, condition.all_)
    unknown = False
    for part in parts:
        found = truth(part, facts)
        if found is ends:
            return ends
        unknown = unknown or found is None
    return None if unknown else not ends


def holds(condition: Condition, facts: Facts) -> bool:
    """Is the condition met by what is established?"""
    return truth(condition, facts) is True


def cited(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """The facts that a condition that holds rests on, in the order written: what a proposal cites. Else nothing."""
    return tuple(dict.fromkeys(_cited(condition, facts))) if holds(condition, facts) else ()


def _cited(condition: Condition, facts: Facts) -> Iterator[str]:
    if condition.fact == WARNING:
        yield from (
            key for key in sorted(facts) if _is_warning(key, condition) and _reaches(condition, facts[key])
        )
    elif condition.fact is not None:
        yield condition.fact
    elif condition.not_ is not None:
        yield from (variable for atom in atoms(condition.not_) for variable in _known(atom, facts))
    else:
        for part in (*condition.any_, *condition.all_):
            if holds(part, facts):
                yield from _cited(part, facts)


def _known(atom: Condition, facts: Facts) -> tuple[str, ...]:
    if atom.fact == WARNING:
        return tuple(key for key in sorted(facts) if _is_warning(key, atom))
    return (atom.fact,) if atom.fact is not None and atom.fact in facts else ()


def atom_truth(atom: Condition, facts: Facts) -> bool | None:
    """One atom on established facts."""
    fact, value = atom.fact, atom.value
    assert fact is not None
    kind = FACTS[fact].kind
    if kind == "warning":
        known = [found for key, found in facts.items() if _is_warning(key, atom)]
        return any(_reaches(atom, found) for found in known) if known else None
    known_value = facts.get(fact)
    if known_value is None:
        return None
    if kind == "number":
        return _compare(float(known_value), atom.op, float(value or 0))
    if kind == "grade":
        return GRADES[str(known_value)] >= GRADES[str(value)]
    return known_value == value


def warning_type(atom: Condition) -> str | None:
    """The warning type that an atom names (`typhoon/orange`), or None for a warning of any type (`orange`)."""
    kind, slash, _ = str(atom.value).rpartition("/")
    return kind if slash else None


def _is_warning(key: str, atom: Condition) -> bool:
    fact, slash, kind = key.partition("/")
    return bool(slash) and fact == WARNING and warning_type(atom) in {None, kind}


def _reaches(atom: Condition, colour: FactValue) -> bool:
    return COLOURS[str(colour)] >= COLOURS[str(atom.value).rpartition("/")[2]]


def _compare(known: float, op: Op | None, bound: float) -> bool:
    match op:
        case ">=":
            return known >= bound
        case ">":
            return known > bound
        case "<=":
            return known <= bound
        case "<":
            return known < bound
        case "is" | None:
            return known == bound


def describe(condition: Condition) -> tuple[str, str]:
    """The condition in words, zh and en."""
    if condition.fact is not None:
        fact = FACTS[condition.fact]
        if fact.kind == "flag":
            return (fact.zh, fact.en) if condition.value is True else (f"未{fact.zh}", f"no {fact.en}")
        value = f"{condition.value:g}" if isinstance(condition.value, float) else str(condition.value)
        if fact.kind == "field":
            zh, en = FIELDS.get(value, (value, value))
            return f"{fact.zh}为{zh}", f"{fact.en} is {en}"
        op = {"is": "=" if fact.kind in {"number", "code"} else ""}.get(str(condition.op), str(condition.op))
        space = " " if op else ""
        return (
            f"{fact.zh}{space}{op} {value}{fact.unit_zh}",
            f"{fact.en}{space}{op} {value}{fact.unit_en}",
        )
    if condition.not_ is not None:
        zh, en = describe(condition.not_)
        return f"非（{zh}）", f"not ({en})"
    words = [describe(part) for part in (condition.any_ or condition.all_)]
    zh_join, en_join = ("或", " or ") if condition.any_ else ("且", " and ")
    zh, en = zh_join.join(word[0] for word in words), en_join.join(word[1] for word in words)
    return (f"（{zh}）", f"({en})") if len(words) > 1 else (zh, en)
