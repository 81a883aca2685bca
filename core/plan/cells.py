"""Cells: the finitely many situations that a set of conditions can tell apart. What holds in a cell's middle holds in all of it.

The facts of all conditions are split at their thresholds; an unknown fact is a situation of its own. Above `CELLS_MAX` nothing is
decided: the caller says so and never guesses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from core.kinds import FIELDS
from core.plan.conditions import (
    COLOURS,
    FACTS,
    GRADES,
    WARNING,
    Condition,
    Fact,
    FactValue,
    atom_truth,
    atoms,
    negated,
    warning_type,
)

CELLS_MAX = 4096
ANY_WARNING = f"{WARNING}/*"
"""A warning of a type that no condition names."""
OTHER_CODE = "-"
"""A code that no condition names; no id can be spelled so."""


class Cell(NamedTuple):
    """One part of one fact: a value that stands for it (None: unknown) and its words."""

    value: FactValue | None
    zh: str
    en: str


class Situation(NamedTuple):
    """One cell of all facts together."""

    facts: dict[str, FactValue]
    zh: str
    en: str


class Undecided(Exception):
    """More than `CELLS_MAX` cells."""

    def __init__(self, cells: int) -> None:
        super().__init__(f"{cells} cells, at most {CELLS_MAX}")
        self.cells = cells


def situations(conditions: Sequence[Condition], *, highest: bool = False) -> Iterator[Situation]:
    """Every situation that the conditions tell apart; raises `Undecided` before the first where there are too many.

    `highest` leaves out the situations that others outdo: of a fact that is only asked upwards (≥, >, yes) and never under a `not`,
    the top alone. What can hold together at all holds together there.
    """
    split = partition(conditions, highest=highest)
    count = math.prod(len(cells) for cells in split.values())
    if count > CELLS_MAX:
        raise Undecided(count)
    return _situations(split)


def _situations(split: dict[str, list[Cell]]) -> Iterator[Situation]:
    for chosen in product(*split.values()):
        facts = {key: cell.value for key, cell in zip(split, chosen, strict=True) if cell.value is not None}
        yield Situation(facts, "，".join(cell.zh for cell in chosen), ", ".join(cell.en for cell in chosen))


def partition(conditions: Iterable[Condition], *, highest: bool = False) -> dict[str, list[Cell]]:
    """Fact → its cells, in the order in which the conditions first ask for the facts."""
    conditions = list(conditions)
    asked: dict[str, list[Condition]] = {}
    warnings: list[Condition] = []
    for condition in conditions:
        for atom in atoms(condition):
            if atom.fact == WARNING:
                warnings.append(atom)
                asked.setdefault(f"{WARNING}/{warning_type(atom) or '*'}", [])
            else:
                asked.setdefault(str(atom.fact), []).append(atom)
    for key in asked:
        if key.startswith(f"{WARNING}/"):
            kind = key.partition("/")[2]
            asked[key] = [atom for atom in warnings if warning_type(atom) in {None, kind}]
    unknown_apart = any(negated(condition) for condition in conditions)
    split: dict[str, list[Cell]] = {}
    for key, found in asked.items():
        cells = _cells(key, list(dict.fromkeys(found)), unknown_apart=unknown_apart)
        if highest and not unknown_apart and all(_upward(atom) for atom in found):
            cells = cells[-1:]
        split[key] = cells
    return split


def _upward(atom: Condition) -> bool:
    kind = FACTS[str(atom.fact)].kind
    return (
        kind in {"grade", "warning"}
        or (kind == "number" and atom.op in {">=", ">"})
        or (kind == "flag" and atom.value is True)
    )


def _cells(key: str, asked: list[Condition], *, unknown_apart: bool) -> list[Cell]:
    """The cells of one fact, lowest first: neighbours that no atom tells apart are one, unknown comes first."""
    fact = FACTS[key.partition("/")[0]]
    groups: list[tuple[tuple[bool | None, ...], list[_Piece]]] = []
    for piece in _pieces(fact, asked):
        sign = tuple(atom_truth(atom, {key: piece.value}) for atom in asked)
        if groups and groups[-1][0] == sign:
            groups[-1][1].append(piece)
        else:
            groups.append((sign, [piece]))
    cells = [_cell(key, fact, pieces) for _, pieces in groups]
    # Without a `not`, "unknown" and "satisfies no atom" are the same situation, and the known one reads better.
    if unknown_apart or not any(not any(sign) for sign, _ in groups):
        cells.insert(0, Cell(None, f"{_zh(key, fact)}未知", f"{_en(key, fact)} unknown"))
    return cells


class _Piece(NamedTuple):
    """A point (low == high) or an open stretch between thresholds; enumerated values are points."""

    value: FactValue
    low: float
    high: float

    @property
    def point(self) -> bool:
        return self.low == self.high


def _pieces(fact: Fact, asked: list[Condition]) -> list[_Piece]:
    if fact.kind == "number":
        return list(_stretches(sorted({float(atom.value or 0) for atom in asked}), whole=fact.whole))
    values: list[FactValue]
    if fact.kind == "flag":
        values = [False, True]
    elif fact.kind == "grade":
        values = list(GRADES)
    elif fact.kind == "warning":
        values = list(COLOURS)
    else:
        named = sorted({str(atom.value) for atom in asked})
        others = [code for code in FIELDS if code not in named][:1] if fact.kind == "field" else [OTHER_CODE]
        values = [*others, *named]
    return [_Piece(value, rank, rank) for rank, value in enumerate(values)]


def _stretches(thresholds: list[float], *, whole: bool) -> Iterator[_Piece]:
    """Points and open stretches from 0 up; for a fact that is counted, only those with a whole number in them."""
    low = 0.0
    if thresholds[0] > 0:
        yield _Piece(0.0, 0.0, 0.0)
    for threshold in (*thresholds, math.inf):
        if threshold > low:
            middle = low + 1 if threshold == math.inf else (low + threshold) / 2
            inside = float(math.floor(low) + 1) if whole else middle
            if inside < threshold:
                yield _Piece(inside, low, threshold)
        if threshold < math.inf and (not whole or threshold == math.floor(threshold)):
            yield _Piece(threshold, threshold, threshold)
        low = max(low, threshold)


def _zh(key: str, fact: Fact) -> str:
    kind = key.partition("/")[2]
    return fact.zh if kind in {"", "*"} else f"{kind} {fact.zh}"


def _en(key: str, fact: Fact) -> str:
    kind = key.partition("/")[2]
    return fact.en if kind in {"", "*"} else f"{kind} {fact.en}"


def _cell(key: str, fact: Fact, pieces: list[_Piece]) -> Cell:
    first, last = pieces[0], pieces[-1]
    zh, en = _zh(key, fact), _en(key, fact)
    if fact.kind == "number":
        value = pieces[len(pieces) // 2].value if len(pieces) > 1 else first.value
        return Cell(
            value, f"{_range(zh, first, last)}{fact.unit_zh}", f"{_range(en, first, last)}{fact.unit_en}"
        )
    if fact.kind == "flag":
        return Cell(
            first.value, f"{zh}：{'是' if first.value else '否'}", f"{en}: {'yes' if first.value else 'no'}"
        )
    if fact.kind in {"grade", "warning"}:
        return Cell(
            last.value,
            f"{zh.removesuffix('不低于')} {last.value}",
            f"{en.removesuffix(' at least')} {last.value}",
        )
    if first.value == OTHER_CODE:
        return Cell(OTHER_CODE, f"{zh}为其他", f"{en} is another")
    return Cell(first.value, f"{zh} = {first.value}", f"{en} = {first.value}")


def _range(name: str, first: _Piece, last: _Piece) -> str:
    if first.low == last.high:
        return f"{name} = {first.low:g}"
    low = "≤" if first.point else "<"
    if last.high == math.inf:
        return f"{name} {'≥' if first.point else '>'} {first.low:g}"
    return f"{first.low:g} {low} {name} {'≤' if last.point else '<'} {last.high:g}"
