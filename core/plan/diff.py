"""What changed from one plan file to another, in the words of the plan: levels, conditions, tasks, links, and everything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct

from core.plan.conditions import Condition, describe
from core.plan.document import PlanDocument
from core.plan.values import Json

Sort = Literal["added", "removed", "changed"]
KEYS = ("id", "plan", "post", "own", "from", "team", "stock", "shelter", "agreement", "segment")
"""By what the entries of a list are the same entry, in this order; other lists are compared as sets."""
CONDITIONS = frozenset({"when"})
SECONDS = re.compile(r"PT([1-9][0-9]*)S")


class Difference(Struct, frozen=True):
    """One difference: where, of what sort, and the text before and after."""

    path: str
    sort: Sort
    before: str | None
    after: str | None


def differences(before: PlanDocument, after: PlanDocument) -> list[Difference]:
    """Every difference between two plans, by path."""
    return sorted(_compare("", _plain(before), _plain(after)), key=lambda one: one.path)


def _plain(plan: PlanDocument) -> Json:
    plain: Json = msgspec.json.decode(msgspec.json.encode(plan))
    return plain


def _compare(path: str, before: Json, after: Json) -> Iterator[Difference]:
    if before == after:
        return
    if path.rpartition(".")[2] in CONDITIONS:
        yield _difference(path, _condition(before), _condition(after))
    elif (old := _as_dict(before)) is not None and (new := _as_dict(after)) is not None:
        for key in {**old, **new}:
            inside = f"{path}.{key}" if path else key
            yield from _compare(inside, old.get(key), new.get(key))
    else:
        yield _difference(path, _text(before), _text(after))


def _as_dict(value: Json) -> dict[str, Json] | None:
    """A mapping as it is; a list by the names of its entries; None for anything else."""
    if isinstance(value, list):
        return _named(value)
    return value if isinstance(value, dict) else None


def _named(items: list[Json]) -> dict[str, Json]:
    """The entries of a list by what names them; those that share a name are numbered."""
    named: dict[str, Json] = {}
    for item in items:
        known_as = item if isinstance(item, dict) else {}
        name = next((str(known_as[key]) for key in KEYS if key in known_as), None)
        base = name or _text(item) or ""
        count = sum(1 for known in named if known == base or known.startswith(f"{base}#"))
        named[f"{base}#{count + 1}" if count else base] = item
    return named


def _difference(path: str, before: str | None, after: str | None) -> Difference:
    sort: Sort = "added" if before is None else "removed" if after is None else "changed"
    return Difference(path, sort, before, after)


def _text(value: Json) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    if seconds := SECONDS.fullmatch(value):
        return _duration(int(seconds[1]))
    return value


def _duration(seconds: int) -> str:
    """A duration in the largest unit that holds it whole: PT3M, not PT180S."""
    for unit, size in (("H", 3600), ("M", 60)):
        if seconds % size == 0:
            return f"PT{seconds // size}{unit}"
    return f"PT{seconds}S"


def _condition(value: Json) -> str | None:
    return None if value is None else describe(msgspec.convert(value, Condition))[0]
