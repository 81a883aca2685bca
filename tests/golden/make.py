"""Add a sample for every event type, and every form of one, that has none yet: `python -m tests.golden.make`.

It appends and never rewrites: a line that is there was written by some version, and that is what it proves.
"""

from __future__ import annotations

import types
import typing
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec import NODEFAULT, Raw, Struct

from core import catalogue
from core.catalogue import EVENTS, Recorded
from core.messages import Actor
from core.plan.document import PlanDocument
from core.plan.load import parse_register
from core.plan.parse import parse_plan
from core.plan.register import RegisterFile

SAMPLES = Path(__file__).with_name("events.jsonl")
BASE = Path(__file__).parents[1] / "plans" / "base"
AT = datetime(2026, 5, 12, 1, 2, 3, 456789, tzinfo=UTC)
ACTOR = Actor("u-17", "gov", "duty")
FORMS = ("bare", "full")
"""With the required fields alone, and with every field."""
NESTING_MAX = 3
"""A struct that holds its own kind is filled no deeper than this."""


@cache
def files() -> dict[Any, Any]:
    """What has rules of its own is not made up of its types: a plan, and a register, as files say them."""
    return {
        PlanDocument: parse_plan((BASE / "plans" / "ent-slc-ammonia.yaml").read_bytes()).document,
        RegisterFile: parse_register((BASE / "register" / "space.yaml").read_bytes()),
    }


def samples() -> list[bytes]:
    """The stored samples, a record a line."""
    return SAMPLES.read_bytes().splitlines() if SAMPLES.exists() else []


def fields_of(event: Any) -> frozenset[str]:
    """The fields that differ from their defaults: the form of a sample."""
    return frozenset(msgspec.json.decode(msgspec.json.encode(event))) - {"type"}


def wanted() -> list[Any]:
    """One event of each type in each form; a type without optional fields has one form only."""
    found: list[Any] = []
    for event in EVENTS.values():
        bare, full = (fill(event, full=form == "full") for form in FORMS)
        found.append(bare)
        if fields_of(full) != fields_of(bare):
            found.append(full)
    return found


def missing() -> list[Any]:
    """What has no sample yet. A new field of an event makes its full form new."""
    have = {(recorded.type, fields_of(recorded.event)) for recorded in map(catalogue.decode, samples())}
    return [event for event in wanted() if (type(event).__name__, fields_of(event)) not in have]


def record(event: Any, position: int) -> bytes:
    """A record as the log would keep it."""
    return catalogue.encode(
        Recorded(
            operation="drill-golden",
            position=position,
            command_id=uuid5(NAMESPACE_URL, f"liandong/golden/{position}"),
            actor=ACTOR,
            occurred_at=AT,
            source="radio",
            precision="minute",
            recorded_at=AT + timedelta(seconds=position),
            tags=catalogue.tags_of(event, ACTOR),
            event=event,
        )
    )


def fill(struct: type[Any], *, full: bool, depth: int = 0) -> Any:
    """A value of a struct type, its fields filled by their types alone."""
    hints = typing.get_type_hints(struct, include_extras=True)
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        required = field.default is NODEFAULT and field.default_factory is NODEFAULT
        if required or full:
            values[field.name] = value(hints[field.name], field.name, depth, field.default)
    return struct(**values)


def value(hint: Any, name: str, depth: int, default: Any = None) -> Any:
    """A plausible value of a type that is not the default."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return value(arguments[0], name, depth, default)
    if origin in (typing.Union, types.UnionType):
        given = [argument for argument in arguments if argument is not type(None)]
        return value(given[0], name, depth, default)
    if origin is Literal:
        return next(choice for choice in arguments if choice != default)
    if origin is tuple and arguments and Ellipsis not in arguments:
        return tuple(value(argument, name, depth + 1) for argument in arguments)
    if origin is tuple:
        inner = arguments[0] if arguments else str
        return () if depth >= NESTING_MAX else (value(inner, name, depth + 1),)
    if origin is dict:
        return {} if depth >= NESTING_MAX else {"键 key": value(arguments[1], name, depth + 1)}
    if hint in files():
        return files()[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(choice for choice in hint if choice is not default)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return fill(hint, full=depth < NESTING_MAX, depth=depth + 1)
    return _plain(hint, name, default)


def _plain(hint: Any, name: str, default: Any) -> Any:
    if hint is bool:
        return not default
    if hint is int:
        return 7 if default != 7 else 8
    if hint is float:
        return 120.1234567 if name == "lon" else 30.7654321
    if hint is datetime:
        return AT
    if hint is date:
        return AT.date()
    if hint is timedelta:
        return timedelta(minutes=7)
    if hint is Raw:
        return Raw(b'{"type":"ReportIncident","kind":"other"}')
    if hint is str:
        return f"{name} 样本"
    raise TypeError(f"say in tests/golden/make.py how to fill {name}: {hint}")


def main() -> None:
    """Append what is missing."""
    lines = samples()
    new = [record(event, len(lines) + number) for number, event in enumerate(missing(), 1)]
    with SAMPLES.open("ab") as file:
        file.writelines(line + b"\n" for line in new)
    print(f"{len(new)} added, {len(lines) + len(new)} in all")  # noqa: T201  a tool that a person runs


if __name__ == "__main__":
    main()
