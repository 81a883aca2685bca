"""Where a file's value is built: its faults, and where each of its parts stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from core.plan.faults import Faults
from core.plan.tree import Entry, Mapping, Node, Scalar, Sequence

EXTENSION = "x-"
"""Keys that begin so are kept with the file and mean nothing."""


class Bad:
    """What stands for a value that could not be read; its fault is already noted."""


BAD: Final = Bad()


class Built(msgspec.Struct):
    """What building found besides the value: where each part stands, and the `x-` keys as they were written."""

    lines: dict[str, tuple[int, int]] = {}
    extensions: dict[str, Any] = {}


class Builder:
    """Builds one file's value. `lines` maps a part's path (levels.I.links_out.a1) to its line and column."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.built = Built()

    def fault(self, at: Node | Entry, code: str, zh: str, en: str) -> Bad:
        """Note a fault at a node."""
        self.faults.add(at.line, at.column, code, zh, en)
        return BAD


Reader = Callable[[Builder, Node, str], Any]
"""Reads a node at a path into a value, or notes a fault and answers `BAD`."""


def plain(node: Node) -> Any:
    """A node as plain lists, dicts and strings."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(entry.node) for key, entry in node.entries.items()}
