"""Bytes → a plan version, or everything that is wrong with them. Reading files is for others; this takes bytes."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from msgspec import Struct

from core.plan.build import build
from core.plan.builder import Builder
from core.plan.document import FORMAT, PlanDocument
from core.plan.faults import Faults, FileRefused
from core.plan.references import troubles
from core.plan.tree import Mapping, Node, Scalar, read

PLAN_BYTES_MAX = 1 << 20
PLAN_NODES_MAX = 50_000


class PlanFile(Struct, frozen=True):
    """One plan file, read: the document, the SHA-256 of its exact bytes, where each part stands, and its `x-` keys."""

    document: PlanDocument
    sha256: str
    path: str = ""
    lines: dict[str, tuple[int, int]] = {}
    extensions: dict[str, Any] = {}

    def place(self, part: str) -> tuple[int, int]:
        """Line and column of a part, or of the nearest part round it that is written."""
        while part and part not in self.lines:
            part = part.rpartition(".")[0]
        return self.lines.get(part, (1, 1))


def parse_plan(data: bytes, path: str = "plan.yaml") -> PlanFile:
    """The plan in a YAML or JSON file; raises `FileRefused` with every fault, sorted by place."""
    faults = Faults(path)
    node = read(data, faults, bytes_max=PLAN_BYTES_MAX, nodes_max=PLAN_NODES_MAX)
    builder = Builder(faults)
    document = build(builder, PlanDocument, node) if node and is_format(node, FORMAT, faults) else None
    if document is not None:
        lines = builder.built.lines
        found = PlanFile(document, sha256(data).hexdigest(), path, lines, builder.built.extensions)
        for trouble in troubles(document):
            faults.add(*found.place(trouble.path), trouble.code, trouble.zh, trouble.en)
        if not faults:
            return found
    raise FileRefused(faults.listed())


def is_format(node: Node, wanted: str, faults: Faults) -> bool:
    """Does the file say that it is of the wanted format? If not, nothing else in it is worth a message."""
    entry = node.entries.get("format") if isinstance(node, Mapping) else None
    if entry and isinstance(entry.node, Scalar) and entry.node.text == wanted:
        return True
    at = entry.node if entry else node
    faults.add(
        at.line, at.column, "bad_format",
        f"文件第一项应为 format: {wanted}。",
        f"The file must say format: {wanted}.",
    )  # fmt: skip
    return False
