"""Text → nodes, each with its line and column. Every scalar stays the string that was written; nothing is given a meaning here.

YAML is read as a stream of parser events and JSON by a scanner of its own, so that limits, anchors, tags and duplicate keys are met
before anything has been built. One document a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

from core.plan.faults import Faults
from core.plan.json_tokens import Tokens

DEPTH_MAX = 32
"""How deep mappings and lists may be nested."""
KEY_LENGTH_MAX = 128
SCALAR_LENGTH_MAX = 20_000

# What no plan needs and what would make two readers see two texts: control characters, byte order marks inside the text,
# halves of surrogate pairs, and the marks that turn the direction of writing.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)
# libyaml where it was built in, the same parser in Python where it was not; both give the same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Scalar(Struct, frozen=True, gc=False):
    """A scalar as it was written; `quoted` says that its quotes were written too."""

    text: str
    line: int
    column: int
    quoted: bool = False


class Sequence(Struct, frozen=True):
    """A list of nodes."""

    items: list[Node]
    line: int
    column: int


class Mapping(Struct, frozen=True):
    """Keys (each where it stands) and their nodes, in the order written; every key once."""

    entries: dict[str, Entry]
    line: int
    column: int


class Entry(Struct, frozen=True):
    """One key of a mapping: where the key stands, and what it holds."""

    line: int
    column: int
    node: Node


Node = Scalar | Sequence | Mapping


class _Stop(Exception):
    """Reading cannot go on; the reason is among the faults."""


def read(data: bytes, faults: Faults, *, bytes_max: int, nodes_max: int) -> Node | None:
    """The one document in `data`, or None when it cannot be read; what is wrong is added to `faults`."""
    try:
        text = _text(data, faults, bytes_max)
        reader = _Reader(faults, nodes_max)
        begins = text.lstrip(" \t\r\n")[:1]
        # A file that begins with { or [ is JSON if it is JSON; YAML's flow style begins so too.
        if begins in {"{", "["} and _is_json(text):
            return reader.json(text)
        return reader.yaml(text)
    except _Stop:
        return None


def _text(data: bytes, faults: Faults, bytes_max: int) -> str:
    if len(data) > bytes_max:
        faults.add(
            1, 1, "too_large",
            f"文件有 {len(data)} 字节，上限 {bytes_max} 字节。请拆分文件。",
            f"The file has {len(data)} bytes, at most {bytes_max}: split it.",
        )  # fmt: skip
        raise _Stop
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        before = data[: problem.start]
        faults.add(
            before.count(b"\n") + 1, problem.start - (before.rfind(b"\n") + 1) + 1, "not_utf8",
            "文件不是 UTF-8 编码。请用 UTF-8 另存。",
            "The file is not UTF-8: save it as UTF-8.",
        )  # fmt: skip
        raise _Stop from None
    text = text.removeprefix("\ufeff")
    if found := _FORBIDDEN.search(text):
        line, column = _place(text, found.start())
        faults.add(
            line, column, "forbidden_character",
            f"含有不允许的字符 U+{ord(found[0]):04X}。请删去。",
            f"The character U+{ord(found[0]):04X} is not allowed: remove it.",
        )  # fmt: skip
        raise _Stop
    return text


def _place(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1


def _is_json(text: str) -> bool:
    """Does a JSON reader accept the text? Depth is bounded by that reader, values are thrown away."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


class _Reader:
    """Builds nodes under the limits."""

    def __init__(self, faults: Faults, nodes_max: int) -> None:
        self._faults = faults
        self._nodes_max = nodes_max
        self._nodes = 0

    # Both notations --------------------------------------------------------------------------------

    def _stop(self, line: int, column: int, code: str, zh: str, en: str) -> _Stop:
        self._faults.add(line, column, code, zh, en)
        return _Stop()

    def _count(self, line: int, column: int, depth: int) -> None:
        self._nodes += 1
        if self._nodes > self._nodes_max:
            raise self._stop(
                line, column, "too_many_nodes",
                f"内容超过 {self._nodes_max} 项。请拆分文件。",
                f"More than {self._nodes_max} nodes: split the file.",
            )  # fmt: skip
        if depth > DEPTH_MAX:
            raise self._stop(
                line,
                column,
                "too_deep",
                f"嵌套超过 {DEPTH_MAX} 层。",
                f"Nested deeper than {DEPTH_MAX} levels.",
            )

    def _scalar(self, text: str, line: int, column: int, *, quoted: bool) -> Scalar:
        if len(text) > SCALAR_LENGTH_MAX:
            raise self._stop(
                line, column, "too_long",
                f"一项文字超过 {SCALAR_LENGTH_MAX} 字。",
                f"One text is longer than {SCALAR_LENGTH_MAX} characters.",
            )  # fmt: skip
        return Scalar(text, line, column, quoted)

    def _enter(self, entries: dict[str, Entry], key: str, line: int, column: int, node: Node) -> None:
        if len(key) > KEY_LENGTH_MAX:
            raise self._stop(
                line,
                column,
                "too_long",
                f"键超过 {KEY_LENGTH_MAX} 字。",
                f"A key is longer than {KEY_LENGTH_MAX} characters.",
            )
        if first := entries.get(key):
            self._faults.add(
                line, column, "duplicate_key",
                f"键“{key}”重复（首次在第 {first.line} 行）。请删去一处。",
                f"The key {key} is there twice (first in line {first.line}): remove one.",
            )  # fmt: skip
        else:
            entries[key] = Entry(line, column, node)

    # YAML --------------------------------------------------------------------------------------------

    def yaml(self, text: str) -> Node:
        """The nodes of one YAML document."""
        try:
            events = yaml.parse(text, Loader=_LOADER)
            node: Node | None = None
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent) and node is not None:
                    raise self._stop(
                        *_mark(event),
                        "many_documents",
                        "一个文件只能有一份文档。",
                        "A file holds one document only.",
                    )
                if isinstance(event, yaml.NodeEvent):
                    node = self._yaml_node(event, events, 1)
        except yaml.MarkedYAMLError as problem:
            mark: Any = problem.problem_mark or problem.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            what = " ".join(str(part) for part in (problem.problem, problem.context) if part)
            raise self._stop(
                line, column, "bad_yaml", f"不是合法的 YAML：{what}。", f"Not YAML: {what}."
            ) from None
        except yaml.YAMLError as problem:
            what = str(problem).splitlines()[0]
            raise self._stop(1, 1, "bad_yaml", f"不是合法的 YAML：{what}。", f"Not YAML: {what}.") from None
        if node is None:
            raise self._stop(1, 1, "empty", "文件是空的。", "The file is empty.")
        return node

    def _yaml_node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line, column = _mark(event)
        self._count(line, column, depth)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._stop(
                line, column, "anchor",
                "不允许使用锚点（&）和引用（*）。请把内容写全。",
                "Anchors (&) and aliases (*) are not allowed: write the content out.",
            )  # fmt: skip
        if event.tag is not None:
            raise self._stop(
                line,
                column,
                "tag",
                f"不允许使用标签 {event.tag}。请删去。",
                f"The tag {event.tag} is not allowed: remove it.",
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event.value, line, column, quoted=not event.implicit[0])
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(following := next(events), yaml.SequenceEndEvent):
                items.append(self._yaml_node(following, events, depth + 1))
            return Sequence(items, line, column)
        entries: dict[str, Entry] = {}
        while not isinstance(following := next(events), yaml.MappingEndEvent):
            key = self._yaml_node(following, events, depth + 1)
            if not isinstance(key, Scalar):
                raise self._stop(key.line, key.column, "bad_key", "键必须是文字。", "A key must be a text.")
            if key.text == "<<" and not key.quoted:
                raise self._stop(
                    key.line,
                    key.column,
                    "merge_key",
                    "不允许使用合并键（<<）。",
                    "Merge keys (<<) are not allowed.",
                )
            self._enter(
                entries, key.text, key.line, key.column, self._yaml_node(next(events), events, depth + 1)
            )
        return Mapping(entries, line, column)

    # JSON --------------------------------------------------------------------------------------------

    def json(self, text: str) -> Node:
        """The nodes of a text that a JSON reader has accepted: only places, depth, counts and keys are left to watch."""
        tokens = Tokens(text)
        return self._json_node(tokens, tokens.next(), 1)

    def _json_node(self, tokens: Tokens, token: tuple[str, bool, int, int], depth: int) -> Node:
        word, quoted, line, column = token
        self._count(line, column, depth)
        if quoted or word not in {"{", "["}:
            return self._scalar(word, line, column, quoted=quoted)
        if word == "[":
            items: list[Node] = []
            while (following := tokens.next())[0] != "]" or following[1]:
                if following[0] != "," or following[1]:
                    items.append(self._json_node(tokens, following, depth + 1))
            return Sequence(items, line, column)
        entries: dict[str, Entry] = {}
        while (following := tokens.next())[0] != "}" or following[1]:
            if following[1]:
                self._count(following[2], following[3], depth + 1)
                tokens.next()  # the colon
                node = self._json_node(tokens, tokens.next(), depth + 1)
                self._enter(entries, following[0], following[2], following[3], node)
        return Mapping(entries, line, column)


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
