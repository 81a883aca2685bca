"""Nodes → typed values, driven by the structs themselves: one description of the format, for the types, the schema and the loader.

Every fault is noted and the rest of the file is still looked at, so that one pass lists everything.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import inspect

from core.messages import Name
from core.plan.conditions import Condition
from core.plan.faults import Faults, hint
from core.plan.tree import Entry, Mapping, Node, Scalar, Sequence
from core.plan.values import LIMIT_MAX

T = TypeVar("T")

EXTENSION = "x-"
"""Keys that begin so are kept with the file and mean nothing."""


class _Bad:
    """What stands for a value that could not be read; its fault is already noted."""


BAD: Final = _Bad()


class Built(msgspec.Struct):
    """What building found besides the value: where each part stands, and the `x-` keys as they were written."""

    lines: dict[str, tuple[int, int]] = {}
    extensions: dict[str, Any] = {}


class Builder:
    """Builds one file's value. `lines` maps a part's path (levels.I.links_out.a1) to its line and column."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.built = Built()

    def fault(self, at: Node | Entry, code: str, zh: str, en: str) -> _Bad:
        """Note a fault at a node."""
        self.faults.add(at.line, at.column, code, zh, en)
        return BAD

    def value(self, type_: type[T], node: Node, path: str = "") -> T | None:
        """The value of a node as `type_`, or None if anything in it is wrong."""
        found = _reader(type_)(self, node, path)
        return None if found is BAD or self.faults else cast(T, found)


Reader = Callable[[Builder, Node, str], Any]


@cache
def _reader(type_: Any) -> Reader:
    return reader_of(inspect.type_info(type_))


def reader_of(info: inspect.Type) -> Reader:
    """How a node becomes a value of a described type."""
    one_or_many = False
    described = ""
    while isinstance(info, inspect.Metadata):
        extra = info.extra_json_schema or {}
        one_or_many = one_or_many or bool(extra.get("x-one-or-many"))
        described = described or str(extra.get("description", ""))
        info = info.type
    match info:
        case inspect.UnionType():
            (inner,) = (part for part in info.types if not isinstance(part, inspect.NoneType))
            return reader_of(inner)
        case inspect.StructType():
            return _struct_reader(info)
        case inspect.VarTupleType():
            return _list_reader(info, one_or_many=one_or_many)
        case inspect.TupleType():
            return _tuple_reader(info, described)
        case inspect.DictType():
            return _dict_reader(info)
        case inspect.StrType():
            return _text_reader(info, described)
        case inspect.IntType() | inspect.FloatType():
            return _number_reader(info)
        case inspect.EnumType():
            return _choice_reader({str(member.value): member for member in info.cls})
        case inspect.LiteralType():
            return _choice_reader({str(value): value for value in info.values})
        case inspect.BoolType():
            return _choice_reader({"true": True, "false": False})
        case inspect.TimedeltaType():
            return _duration
        case inspect.DateType():
            return _date
        case _:
            raise TypeError(f"no reader for {info}")


def _scalar(builder: Builder, node: Node) -> str | _Bad:
    if not isinstance(node, Scalar):
        return builder.fault(node, "expected_text", "这里应为一个值，不是列表或映射。", "One value is expected here, not a list or mapping.")
    if not node.text and not node.quoted:
        return builder.fault(node, "empty_value", "缺少值。请填写或删去该键。", "The value is missing: write it, or remove the key.")
    return node.text


def _struct_reader(info: inspect.StructType) -> Reader:
    if info.cls is Condition:
        from core.plan.build_condition import condition

        return condition
    fields = {field.encode_name: field for field in info.fields}
    readers: dict[str, Reader] = {}
    short = info.cls is Name

    def read(builder: Builder, node: Node, path: str) -> Any:
        if short and isinstance(node, Scalar):
            node = Mapping({"zh": Entry(node.line, node.column, node)}, node.line, node.column)
        if not isinstance(node, Mapping):
            return builder.fault(
                node, "expected_mapping",
                f"这里应为映射，键有：{'、'.join(fields)}。",
                f"A mapping is expected here, with the keys {', '.join(fields)}.",
            )  # fmt: skip
        if not readers:  # Made at first use: a struct may hold itself.
            readers.update({name: reader_of(field.type) for name, field in fields.items()})
        builder.built.lines[path] = (node.line, node.column)
        values: dict[str, Any] = {}
        good = True
        for key, entry in node.entries.items():
            field = fields.get(key)
            inside = f"{path}.{key}" if path else key
            if field is None:
                good = _other_key(builder, key, entry, fields, inside) and good
                continue
            builder.built.lines[inside] = (entry.line, entry.column)
            value = readers[key](builder, entry.node, inside)
            good = good and value is not BAD
            values[field.name] = value
        for name, field in fields.items():
            if field.required and name not in node.entries:
                good = False
                builder.fault(node, "missing_key", f"缺少必填的键“{name}”。", f"The key {name} is missing here.")
        return info.cls(**values) if good else BAD

    return read


def _other_key(builder: Builder, key: str, entry: Entry, known: dict[str, Any], path: str) -> bool:
    if key.startswith(EXTENSION):
        builder.built.extensions[path] = plain(entry.node)
        return True
    zh, en = hint(key, known)
    builder.fault(
        entry, "unknown_key",
        f"未知的键“{key}”。{zh}自定义内容请用 x- 开头的键。",
        f"The key {key} is unknown.{en} Keys of your own begin with x-.",
    )  # fmt: skip
    return False


def plain(node: Node) -> Any:
    """A node as plain lists, dicts and strings."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(entry.node) for key, entry in node.entries.items()}


def _list_reader(info: inspect.VarTupleType, *, one_or_many: bool) -> Reader:
    low, high = info.min_length or 0, info.max_length
    if high is None:
        raise TypeError("a list in a file needs a bound")
    item_readers: list[Reader] = []

    def read(builder: Builder, node: Node, path: str) -> Any:
        if one_or_many and not isinstance(node, Sequence):
            node = Sequence([node], node.line, node.column)
        if not isinstance(node, Sequence):
            return builder.fault(node, "expected_list", "这里应为列表。", "A list is expected here.")
        if not low <= len(node.items) <= high:
            return builder.fault(
                node, "bad_length",
                f"列表有 {len(node.items)} 项，应为 {low}–{high} 项。",
                f"The list has {len(node.items)} entries, {low} to {high} are allowed.",
            )  # fmt: skip
        if not item_readers:
            item_readers.append(reader_of(info.item_type))
        values: list[Any] = []
        for index, item in enumerate(node.items):
            inside = f"{path}.{_own_id(item) or index}"
            builder.built.lines[inside] = (item.line, item.column)
            values.append(item_readers[0](builder, item, inside))
        return BAD if any(value is BAD for value in values) else tuple(values)

    return read


def _own_id(node: Node) -> str | None:
    if isinstance(node, Mapping) and (entry := node.entries.get("id")) and isinstance(entry.node, Scalar):
        return entry.node.text
    return None


def _tuple_reader(info: inspect.TupleType, described: str) -> Reader:
    readers = [reader_of(item) for item in info.item_types]

    def read(builder: Builder, node: Node, path: str) -> Any:
        if not isinstance(node, Sequence) or len(node.items) != len(readers):
            return builder.fault(
                node, "bad_length",
                f"这里应为 {len(readers)} 个值的列表：{described}。",
                f"A list of {len(readers)} values is expected here: {described}.",
            )  # fmt: skip
        values = [reader(builder, item, path) for reader, item in zip(readers, node.items, strict=True)]
        return BAD if any(value is BAD for value in values) else tuple(values)

    return read


def _dict_reader(info: inspect.DictType) -> Reader:
    key_reader, value_reader = reader_of(info.key_type), reader_of(info.value_type)
    low, high = info.min_length or 0, info.max_length

    def read(builder: Builder, node: Node, path: str) -> Any:
        if not isinstance(node, Mapping):
            return builder.fault(node, "expected_mapping", "这里应为映射。", "A mapping is expected here.")
        if len(node.entries) < low or (high is not None and len(node.entries) > high):
            return builder.fault(
                node, "bad_length", f"应有 {low}–{high} 个键。", f"{low} to {high} keys are allowed here."
            )
        values: dict[Any, Any] = {}
        good = True
        for key, entry in node.entries.items():
            if key.startswith(EXTENSION):
                builder.built.extensions[f"{path}.{key}"] = plain(entry.node)
                continue
            read_key = key_reader(builder, Scalar(key, entry.line, entry.column, True), path)
            value = value_reader(builder, entry.node, f"{path}.{key}")
            good = good and read_key is not BAD and value is not BAD
            if read_key is not BAD:
                values[read_key] = value
        return values if good else BAD

    return read


def _text_reader(info: inspect.StrType, described: str) -> Reader:
    pattern = re.compile(info.pattern) if info.pattern else None
    low, high = info.min_length or 0, info.max_length or math.inf

    def read(builder: Builder, node: Node, path: str) -> Any:
        text = _scalar(builder, node)
        if isinstance(text, _Bad):
            return text
        if not low <= len(text) <= high:
            return builder.fault(
                node, "bad_length", f"文字应为 {low}–{high} 字。", f"The text must have {low} to {high} characters."
            )
        if pattern and not pattern.fullmatch(text):
            return builder.fault(
                node, "bad_value", f"“{text[:80]}”不合格式：{described}。", f"{text[:80]!r} does not fit: {described}."
            )
        return text

    return read


def _choice_reader(choices: dict[str, Any]) -> Reader:
    def read(builder: Builder, node: Node, path: str) -> Any:
        text = _scalar(builder, node)
        if isinstance(text, _Bad):
            return text
        if text not in choices:
            zh, en = hint(text, choices)
            return builder.fault(
                node, "not_one_of",
                f"“{text[:80]}”不在可选值中。{zh}可选：{'、'.join(choices)}。",
                f"{text[:80]!r} is not one of {', '.join(choices)}.{en}",
            )  # fmt: skip
        return choices[text]

    return read


_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?")


def number(builder: Builder, node: Node) -> float | _Bad:
    """A decimal number as people write it: no exponent, no sign but a leading minus, no other base."""
    text = _scalar(builder, node)
    if isinstance(text, _Bad):
        return text
    if not _NUMBER.fullmatch(text):
        return builder.fault(
            node, "not_a_number", f"“{text[:80]}”不是数字（如 12 或 0.5）。", f"{text[:80]!r} is not a number such as 12 or 0.5."
        )
    return float(text)


def _number_reader(info: inspect.IntType | inspect.FloatType) -> Reader:
    whole = isinstance(info, inspect.IntType)
    low = info.ge if info.ge is not None else info.gt
    high = info.le if info.le is not None else info.lt

    def read(builder: Builder, node: Node, path: str) -> Any:
        value = number(builder, node)
        if isinstance(value, _Bad):
            return value
        if whole and value != int(value):
            return builder.fault(node, "not_a_number", f"{value:g} 应为整数。", f"{value:g} must be a whole number.")
        outside = (
            (info.ge is not None and value < info.ge)
            or (info.gt is not None and value <= info.gt)
            or (info.le is not None and value > info.le)
            or (info.lt is not None and value >= info.lt)
        )
        if outside:
            return builder.fault(
                node, "out_of_range", f"{value:g} 超出范围 {low}–{high}。", f"{value:g} is outside {low} to {high}."
            )
        return int(value) if whole else value

    return read


_DURATION = re.compile(r"P(?=.)(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")


def _duration(builder: Builder, node: Node, path: str) -> Any:
    text = _scalar(builder, node)
    if isinstance(text, _Bad):
        return text
    found = _DURATION.fullmatch(text)
    if not found:
        return builder.fault(
            node, "bad_duration",
            f"“{text[:40]}”不是时长。请写如 PT10M（10 分钟）、PT2H、P1D。",
            f"{text[:40]!r} is not a duration: write PT10M (10 minutes), PT2H, P1D.",
        )  # fmt: skip
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    value = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta(0) < value <= LIMIT_MAX:
        return builder.fault(
            node, "out_of_range",
            f"时长应大于 0，且不超过 {LIMIT_MAX.days} 天。",
            f"A duration is more than nothing and at most {LIMIT_MAX.days} days.",
        )  # fmt: skip
    return value


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _date(builder: Builder, node: Node, path: str) -> Any:
    text = _scalar(builder, node)
    if isinstance(text, _Bad):
        return text
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else _no_date(builder, node, text)
    except ValueError:
        return _no_date(builder, node, text)


def _no_date(builder: Builder, node: Node, text: str) -> _Bad:
    return builder.fault(
        node, "bad_date", f"“{text[:40]}”不是日期。请写如 2026-05-12。", f"{text[:40]!r} is not a date: write 2026-05-12."
    )
