"""The base set of plans and registers, and how a test changes one thing in it."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from core.plan.finding import PlanFinding
from core.plan.lint import lint
from core.plan.load import load_register
from core.plan.register import Register

BASE = Path(__file__).parent / "base"
DAY = date(2026, 5, 12)
PLAN = "plans/ent-slc-ammonia.yaml"
DISTRICT = "plans/gov-xc-hazmat.yaml"
FIRE = "plans/dept-fire-hazmat.yaml"
COMMUNITY = "plans/com-demo-all.yaml"
ORGANISATIONS = "register/organisations.yaml"
RESOURCES = "register/resources.yaml"
SPACE = "register/space.yaml"


class Edit(NamedTuple):
    """One change of a file: the text that is there (once) and what stands in its place; `old` empty adds at the end."""

    path: str
    old: str
    new: str


@cache
def _base() -> tuple[tuple[str, bytes], ...]:
    found = sorted(BASE.rglob("*.yaml"))
    return tuple((path.relative_to(BASE).as_posix(), path.read_bytes()) for path in found)


def base_files() -> dict[str, bytes]:
    """The files of the base set."""
    return dict(_base())


def edited(*edits: Edit) -> dict[str, bytes]:
    """The base set with some changes."""
    files = base_files()
    for path, old, new in edits:
        text = files.get(path, b"").decode()
        if old:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
            text = text.replace(old, new)
        else:
            text += new
        files[path] = text.encode()
    return files


def register_of(*edits: Edit) -> Register:
    """The base register with some changes."""
    return load_register(edited(*edits))


def findings(*edits: Edit, day: date = DAY) -> list[PlanFinding]:
    """What the checks find after some changes."""
    return lint(register_of(*edits), day)


def brief(found: list[PlanFinding]) -> list[str]:
    """Findings in a word each, for a readable failure."""
    return [f"{one.severity} {one.rule} {one.plan} {one.subject}" for one in found]
