"""One whole sample of every event, made from its own types, so that none can be forgotten."""

from __future__ import annotations

import types
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec import Struct

from core.catalogue import EVENTS, AnyEvent, Recorded, tags_of
from core.messages import Actor, Place
from core.plan.document import PlanDocument
from core.plan.load import parse_register
from core.plan.parse import parse_plan
from core.plan.register import RegisterFile

AT = datetime(2026, 5, 12, 1, 2, 3, 456789, tzinfo=UTC)
DUTY = Actor("u-1", "gov", "duty")
TEXT = "江湾区：“三楼”冒烟\n换行\t制表 \\ 反斜线 \u2028 行分隔"
BASE = Path(__file__).parents[1] / "plans" / "base"
FILES: dict[Any, Any] = {
    PlanDocument: parse_plan((BASE / "plans" / "ent-slc-ammonia.yaml").read_bytes()).document,
    RegisterFile: parse_register((BASE / "register" / "space.yaml").read_bytes()),
}
"""What has rules of its own is not made up of its types."""
RAW = msgspec.Raw(b'{"type":"ReportIncident","kind":"flood"}')


def value_of(kind: Any, name: str) -> Any:
    """A value of a type: every optional field filled, every text Chinese."""
    origin, given = get_origin(kind), get_args(kind)
    if origin is Literal:
        return given[0]
    if origin in (Union, types.UnionType):
        return value_of(next(one for one in given if one is not type(None)), name)
    if origin is tuple:
        if Ellipsis not in given:
            return tuple(value_of(one, name) for one in given)
        return (value_of(given[0], name),)
    if origin is dict:
        return {value_of(given[0], name): value_of(given[1], name)}
    simple: dict[Any, Any] = {
        str: f"{name}-1" if name in ("incident", "team", "dispatch", "organisation", "post") else TEXT,
        int: 7,
        float: 30.1672,
        bool: True,
        datetime: AT,
        date: AT.date(),
        timedelta: timedelta(minutes=7),
        msgspec.Raw: RAW,
    }
    if kind in simple:
        return simple[kind]
    if kind in FILES:
        return FILES[kind]
    assert isinstance(kind, type), kind
    if issubclass(kind, Enum):
        return next(iter(kind))
    assert issubclass(kind, Struct), kind
    return filled(kind)


def filled(kind: type[Any]) -> Any:
    hints = get_type_hints(kind)
    if kind is Place:
        return Place(text=TEXT, lon=120.1672, lat=30.2931)
    return kind(**{name: value_of(hints[name], name) for name in kind.__struct_fields__})


def recorded(event: AnyEvent, position: int = 1) -> Recorded:
    return Recorded(
        operation="live",
        position=position,
        command_id=UUID(int=position),
        actor=DUTY,
        occurred_at=AT,
        source="radio",
        precision="minute",
        recorded_at=AT,
        tags=tags_of(event, DUTY),
        event=event,
    )


SAMPLES: dict[str, AnyEvent] = {name: filled(kind) for name, kind in EVENTS.items()}
