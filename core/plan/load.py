"""The files of a folder → a register, or every fault of every file. Takes bytes; `plans/…` are plans, `register/…` are tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from msgspec import structs

from core.plan.build import build
from core.plan.builder import Builder
from core.plan.faults import Fault, Faults, FileRefused
from core.plan.parse import PlanFile, is_format, parse_plan
from core.plan.register import FORMAT, PlanVersion, Register, RegisterFile, Table, plan_key
from core.plan.rows import Adoption
from core.plan.tree import read

REGISTER_BYTES_MAX = 16 << 20
REGISTER_NODES_MAX = 2_000_000

_ROWS: tuple[str, ...] = (*(name for name in get_args(Table) if name != "plans"), "drills")


def load_register(files: Mapping[str, bytes]) -> Register:
    """The register in the files of a folder, by relative path; raises `FileRefused` with the faults of all files."""
    faults: list[Fault] = []
    plans: list[PlanFile] = []
    register = Register()
    adoptions: dict[str, tuple[Adoption, str, int]] = {}
    for path in sorted(files):
        try:
            if path.startswith("plans/"):
                plans.append(parse_plan(files[path], path))
            else:
                _add(register, adoptions, files[path], path)
        except FileRefused as refused:
            faults += refused.faults
    faults += _add_plans(register, plans, adoptions, complete=not faults)
    if faults:
        raise FileRefused(tuple(sorted(faults)))
    return register


def parse_register(data: bytes, path: str = "register.yaml") -> RegisterFile:
    """The rows in one register file; raises `FileRefused` with every fault, ids that are there twice among them."""
    register = Register()
    file = _add(register, {}, data, path)
    return structs.replace(file, adoptions=())


def _add(
    register: Register, adoptions: dict[str, tuple[Adoption, str, int]], data: bytes, path: str
) -> RegisterFile:
    """Put one register file's rows into the register."""
    faults = Faults(path)
    node = read(data, faults, bytes_max=REGISTER_BYTES_MAX, nodes_max=REGISTER_NODES_MAX)
    builder = Builder(faults)
    file = build(builder, RegisterFile, node) if node and is_format(node, FORMAT, faults) else None
    if file is None:
        raise FileRefused(faults.listed())
    lines = builder.built.lines
    for name in _ROWS:
        table: dict[str, Any] = getattr(register, name)
        seen: set[str] = set()
        for row in getattr(file, name):
            line, column = lines[f"{name}.{row.id}"]
            if row.id in table or row.id in seen:
                where = register.sources.get(f"{name}/{row.id}", (path, 0))
                faults.add(
                    line, column, "duplicate_id",
                    f"{name} 中编号“{row.id}”重复（另见 {where[0]}:{where[1]}）。",
                    f"The id {row.id} is twice in {name} (also {where[0]}:{where[1]}).",
                )  # fmt: skip
            seen.add(row.id)
            table[row.id] = row
            register.sources[f"{name}/{row.id}"] = (path, line)
    for index, adoption in enumerate(file.adoptions):
        line, column = lines[f"adoptions.{index}"]
        key = plan_key(adoption.plan, adoption.version)
        if key in adoptions:
            faults.add(line, column, "duplicate_id", f"{key} 的发布登记重复。", f"{key} is adopted twice.")
        adoptions[key] = (adoption, path, line)
    register.waivers += file.waivers
    if faults:
        raise FileRefused(faults.listed())
    return file


def _add_plans(
    register: Register,
    plans: list[PlanFile],
    adoptions: dict[str, tuple[Adoption, str, int]],
    *,
    complete: bool,
) -> list[Fault]:
    faults: list[Fault] = []
    for file in plans:
        document = file.document
        key = plan_key(document.id, document.version)
        if key in register.plans:
            other = register.plans[key].path
            zh = f"{document.id} 第 {document.version} 版重复（另见 {other}）。"
            en = f"Version {document.version} of {document.id} is there twice (also {other})."
            faults.append(Fault(file.path, *file.place("id"), "duplicate_id", zh, en))
            continue
        adoption = adoptions[key][0] if key in adoptions else None
        register.plans[key] = PlanVersion(
            document=document,
            sha256=file.sha256,
            adopted=adoption.adopted if adoption else document.valid.from_,
            retired=adoption.retired if adoption else None,
            path=file.path,
            lines=file.lines,
        )
    for key, (_, path, line) in adoptions.items():
        if complete and key not in register.plans:
            zh, en = f"发布登记的 {key} 没有预案文件。", f"There is no plan file for the adopted {key}."
            faults.append(Fault(path, line, 1, "unknown_reference", zh, en))
    return faults
