"""Conditions out of nodes: exactly one of any, all, not or an atom, every fact known, every value of the fact's own kind."""

from __future__ import annotations

import re
from typing import Any

from core.kinds import FIELDS
from core.messages import ID_PATTERN
from core.plan.builder import BAD, EXTENSION, Bad, Builder, plain
from core.plan.conditions import (
    COLOURS,
    CONDITION_DEPTH_MAX,
    CONDITION_PARTS_MAX,
    FACTS,
    GRADES,
    NUMBER_MAX,
    OPS,
    Condition,
    Fact,
    FactValue,
)
from core.plan.faults import hint
from core.plan.scalars import number, scalar_text
from core.plan.tree import Entry, Mapping, Node, Sequence

_ATOM = ("fact", "op", "value")
_KEYS = ("any", "all", "not", *_ATOM)
_ID = re.compile(ID_PATTERN)
_WARNING = re.compile(r"(?:[a-z][a-z0-9_]{0,47}/)?(?:" + "|".join(COLOURS) + ")")


def condition(builder: Builder, node: Node, path: str, depth: int = 1) -> Any:
    """The condition at a node, or `BAD`."""
    if not isinstance(node, Mapping):
        return builder.fault(
            node, "expected_condition",
            "这里应为条件：any、all、not 或 {fact, op, value}。",
            "A condition is expected here: any, all, not or {fact, op, value}.",
        )  # fmt: skip
    if depth > CONDITION_DEPTH_MAX:
        return builder.fault(
            node,
            "too_deep",
            f"条件嵌套超过 {CONDITION_DEPTH_MAX} 层。",
            f"Conditions nested deeper than {CONDITION_DEPTH_MAX}.",
        )
    builder.built.lines[path] = (node.line, node.column)
    entries: dict[str, Entry] = {}
    good = True
    for key, entry in node.entries.items():
        if key.startswith(EXTENSION):
            builder.built.extensions[f"{path}.{key}"] = plain(entry.node)
        elif key in _KEYS:
            entries[key] = entry
        else:
            zh, en = hint(key, _KEYS)
            builder.fault(entry, "unknown_key", f"未知的键“{key}”。{zh}", f"The key {key} is unknown.{en}")
            good = False
    forms: list[str] = [key for key in ("any", "all", "not") if key in entries]
    if any(key in entries for key in _ATOM):
        forms.append("fact")
    if len(forms) != 1:
        return builder.fault(
            node, "not_one_condition",
            "条件必须且只能是 any、all、not 或 {fact, op, value} 之一。",
            "A condition is exactly one of any, all, not, {fact, op, value}.",
        )  # fmt: skip
    if not good:
        return BAD
    if forms[0] == "fact":
        return _atom(builder, node, entries)
    inner = entries[forms[0]].node
    if forms[0] == "not":
        found = condition(builder, inner, f"{path}.not", depth + 1)
        return BAD if found is BAD else Condition(not_=found)
    return _parts(builder, inner, f"{path}.{forms[0]}", forms[0], depth)


def _parts(builder: Builder, node: Node, path: str, form: str, depth: int) -> Any:
    if not isinstance(node, Sequence) or not 1 <= len(node.items) <= CONDITION_PARTS_MAX:
        return builder.fault(
            node, "bad_length",
            f"{form} 应为 1–{CONDITION_PARTS_MAX} 个条件的列表。",
            f"{form} takes a list of 1 to {CONDITION_PARTS_MAX} conditions.",
        )  # fmt: skip
    parts = [condition(builder, item, f"{path}.{index}", depth + 1) for index, item in enumerate(node.items)]
    if any(part is BAD for part in parts):
        return BAD
    return Condition(any_=tuple(parts)) if form == "any" else Condition(all_=tuple(parts))


def _atom(builder: Builder, node: Mapping, entries: dict[str, Entry]) -> Any:
    missing = [key for key in _ATOM if key not in entries]
    if missing:
        return builder.fault(
            node,
            "missing_key",
            f"条件缺少 {'、'.join(missing)}。",
            f"The condition lacks {', '.join(missing)}.",
        )
    name = scalar_text(builder, entries["fact"].node)
    op = scalar_text(builder, entries["op"].node)
    if isinstance(name, Bad) or isinstance(op, Bad):
        return BAD
    fact = FACTS.get(name)
    if fact is None:
        zh, en = hint(name, FACTS)
        return builder.fault(
            entries["fact"].node, "unknown_fact",
            f"没有“{name[:80]}”这一事实。{zh}可用：{'、'.join(FACTS)}。",
            f"There is no fact {name[:80]!r}.{en} Known: {', '.join(FACTS)}.",
        )  # fmt: skip
    if op not in OPS[fact.kind]:
        return builder.fault(
            entries["op"].node, "bad_op",
            f"“{name}”只能用 {' '.join(OPS[fact.kind])} 比较。",
            f"{name} is compared with {' '.join(OPS[fact.kind])} only.",
        )  # fmt: skip
    value = _value(builder, fact, entries["value"].node)
    return BAD if isinstance(value, Bad) else Condition(fact=name, op=op, value=value)


def _value(builder: Builder, fact: Fact, node: Node) -> FactValue | Bad:
    if fact.kind == "number":
        return _bounded(builder, fact, node)
    text = scalar_text(builder, node)
    if isinstance(text, Bad):
        return text
    match fact.kind:
        case "flag":
            return (
                text == "true"
                if text in {"true", "false"}
                else _choices(builder, node, text, ("true", "false"))
            )
        case "grade":
            return text if text in GRADES else _choices(builder, node, text, tuple(GRADES))
        case "field":
            return text if text in FIELDS else _choices(builder, node, text, tuple(FIELDS))
        case "warning":
            return (
                text
                if _WARNING.fullmatch(text)
                else _choices(builder, node, text, tuple(COLOURS), " | type/red")
            )
        case "code":
            good = _ID.fullmatch(text)
            return text if good else builder.fault(
                node, "bad_value", f"“{text[:80]}”不是编号。", f"{text[:80]!r} is not an id."
            )  # fmt: skip


def _bounded(builder: Builder, fact: Fact, node: Node) -> float | Bad:
    value = number(builder, node)
    if isinstance(value, Bad):
        return value
    if not 0 <= value <= NUMBER_MAX:
        return builder.fault(
            node,
            "out_of_range",
            f"{fact.zh}应为 0–{NUMBER_MAX:g}。",
            f"{fact.name} lies between 0 and {NUMBER_MAX:g}.",
        )
    return value


def _choices(builder: Builder, node: Node, text: str, choices: tuple[str, ...], more: str = "") -> Bad:
    zh, en = hint(text, choices)
    return builder.fault(
        node, "not_one_of",
        f"“{text[:80]}”不在可选值中。{zh}可选：{'、'.join(choices)}{more}。",
        f"{text[:80]!r} is not one of {', '.join(choices)}{more}.{en}",
    )  # fmt: skip
