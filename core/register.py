"""The register 登记册 beside organisations and teams: channels, agreements, hazards, places, shelters … as files say them.

Organisations, posts, teams and plans have commands of their own; a file only adds to what is said of them (sectors, joint owners).
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, structs

from core.messages import Command, Event
from core.plan.register import RegisterFile

REGISTER_CHARACTERS_MAX = 1_500_000

# --- asked ---


class EnterRegister(Command, frozen=True):
    """Enter a file `liandong-register/1`, to the letter 登记. A row replaces the one of its id; what a file leaves out stays."""

    source: Annotated[str, Meta(min_length=1, max_length=REGISTER_CHARACTERS_MAX)]


# --- happened ---


class RegisterEntered(Event, frozen=True):
    """登记册已录入: the rows that are new or changed. `hash` is the SHA-256 of the file's bytes."""

    hash: str
    file: RegisterFile


# --- remembered: one file with everything that was entered ---

EMPTY = RegisterFile(format="liandong-register/1")
TABLES_ENTERED = tuple(name for name in RegisterFile.__struct_fields__ if name not in ("format", "adoptions"))
"""When a plan was adopted the log itself knows: what a file says of it is for folders without a server."""


def key_of(table: str, row: Any) -> Any:
    """What makes a row the same row."""
    return (row.rule, row.plan, row.subject) if table == "waivers" else row.id


def entered(before: RegisterFile, event: RegisterEntered) -> RegisterFile:
    """The register after an event."""
    changed: dict[str, Any] = {}
    for name in TABLES_ENTERED:
        rows = getattr(event.file, name)
        if rows:
            merged = {key_of(name, row): row for row in getattr(before, name)}
            merged.update((key_of(name, row), row) for row in rows)
            changed[name] = tuple(merged.values())
    return structs.replace(before, **changed) if changed else before


def news(before: RegisterFile, file: RegisterFile) -> RegisterFile:
    """Of a file's rows those that are not there already, to the letter."""
    changed: dict[str, Any] = {"adoptions": ()}
    for name in TABLES_ENTERED:
        have = {key_of(name, row): row for row in getattr(before, name)}
        changed[name] = tuple(row for row in getattr(file, name) if have.get(key_of(name, row)) != row)
    return structs.replace(file, **changed)
