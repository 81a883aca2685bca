"""Scalars of a file: text, choices, numbers, durations, days. Each is written in one way only, so that no two readers differ."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from typing import Any

from msgspec import inspect

from core.plan.builder import Bad, Builder, Reader
from core.plan.faults import hint
from core.plan.tree import Node, Scalar
from core.plan.values import LIMIT_MAX

NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
"""What YAML and JSON write for "no value"; in quotes it is text."""


def scalar_text(builder: Builder, node: Node) -> str | Bad:
    if not isinstance(node, Scalar):
        return builder.fault(
            node,
            "expected_text",
            "这里应为一个值，不是列表或映射。",
            "One value is expected here, not a list or mapping.",
        )
    if not node.quoted and node.text in NOTHING:
        return builder.fault(
            node,
            "empty_value",
            "缺少值。请填写或删去该键。",
            "The value is missing: write it, or remove the key.",
        )
    return node.text


def text_reader(info: inspect.StrType, described: str) -> Reader:
    pattern = re.compile(info.pattern) if info.pattern else None
    low, high = info.min_length or 0, info.max_length or math.inf

    def read(builder: Builder, node: Node, _path: str) -> Any:
        text = scalar_text(builder, node)
        if isinstance(text, Bad):
            return text
        if not low <= len(text) <= high:
            return builder.fault(
                node,
                "bad_length",
                f"文字应为 {low}–{high} 字。",
                f"The text must have {low} to {high} characters.",
            )
        if pattern and not pattern.fullmatch(text):
            return builder.fault(
                node,
                "bad_value",
                f"“{text[:80]}”不合格式：{described}。",
                f"{text[:80]!r} does not fit: {described}.",
            )
        return text

    return read


def choice_reader(choices: dict[str, Any]) -> Reader:
    def read(builder: Builder, node: Node, _path: str) -> Any:
        text = scalar_text(builder, node)
        if isinstance(text, Bad):
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


def number(builder: Builder, node: Node) -> float | Bad:
    """A decimal number as people write it: no exponent, no sign but a leading minus, no other base."""
    text = scalar_text(builder, node)
    if isinstance(text, Bad):
        return text
    if not _NUMBER.fullmatch(text):
        return builder.fault(
            node,
            "not_a_number",
            f"“{text[:80]}”不是数字（如 12 或 0.5）。",
            f"{text[:80]!r} is not a number such as 12 or 0.5.",
        )
    return float(text)


def number_reader(info: inspect.IntType | inspect.FloatType) -> Reader:
    whole = isinstance(info, inspect.IntType)
    low = info.ge if info.ge is not None else info.gt
    high = info.le if info.le is not None else info.lt

    def read(builder: Builder, node: Node, _path: str) -> Any:
        value = number(builder, node)
        if isinstance(value, Bad):
            return value
        if whole and value != int(value):
            return builder.fault(
                node, "not_a_number", f"{value:g} 应为整数。", f"{value:g} must be a whole number."
            )
        outside = (
            (info.ge is not None and value < info.ge)
            or (info.gt is not None and value <= info.gt)
            or (info.le is not None and value > info.le)
            or (info.lt is not None and value >= info.lt)
        )
        if outside:
            return builder.fault(
                node,
                "out_of_range",
                f"{value:g} 超出范围 {low}–{high}。",
                f"{value:g} is outside {low} to {high}.",
            )
        return int(value) if whole else value

    return read


_DURATION = re.compile(r"P(?=.)(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")


def duration(builder: Builder, node: Node, _path: str) -> Any:
    text = scalar_text(builder, node)
    if isinstance(text, Bad):
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


def day(builder: Builder, node: Node, _path: str) -> Any:
    text = scalar_text(builder, node)
    if isinstance(text, Bad):
        return text
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else _no_date(builder, node, text)
    except ValueError:
        return _no_date(builder, node, text)


def _no_date(builder: Builder, node: Node, text: str) -> Bad:
    return builder.fault(
        node,
        "bad_date",
        f"“{text[:40]}”不是日期。请写如 2026-05-12。",
        f"{text[:40]!r} is not a date: write 2026-05-12.",
    )
