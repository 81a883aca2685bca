"""Nodes → typed values, driven by the structs themselves: one description of the format, for the types, the schema and the loader.

Every fault is noted and the rest of the file is still looked at, so that one pass lists everything.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from msgspec import inspect

from core.messages import Name
from core.plan.build_condition import condition
from core.plan.builder import BAD, EXTENSION, Builder, Reader, plain
from core.plan.conditions import Condition
from core.plan.faults import hint
from core.plan.scalars import choice_reader, day, duration, number_reader, text_reader
from core.plan.tree import Entry, Mapping, Node, Scalar, Sequence

T = TypeVar("T")


def build(builder: Builder, type_: type[T], node: Node) -> T | None:
    """The value of a whole file as `type_`, or None if anything in it is wrong."""
    found = _reader(cast(Hashable, type_))(builder, node, "")
    return None if found is BAD or builder.faults else cast(T, found)


@cache
def _reader(type_: Any) -> Reader:
    return reader_of(inspect.type_info(type_))


def reader_of(info: inspect.Type) -> Reader:
    """How a node becomes a value of a described type."""
    one_or_many = False
    described = ""
    while isinstance(info, inspect.Metadata):
        extra = cast(dict[str, object], info.extra_json_schema or {})
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
            return text_reader(info, described)
        case inspect.IntType() | inspect.FloatType():
            return number_reader(info)
        case inspect.EnumType():
            return choice_reader({str(member.value): member for member in info.cls})
        case inspect.LiteralType():
            return choice_reader({str(value): value for value in info.values})
        case inspect.BoolType():
            return choice_reader({"true": True, "false": False})
        case inspect.TimeDeltaType():
            return duration
        case inspect.DateType():
            return day
        case _:
            raise TypeError(f"no reader for {info}")


def _struct_reader(info: inspect.StructType) -> Reader:
    if info.cls is Condition:
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
                builder.fault(
                    node, "missing_key", f"缺少必填的键“{name}”。", f"The key {name} is missing here."
                )
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
