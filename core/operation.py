"""Operations 作业面: one response or exercise with its own log. Its kind follows from its id and never changes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Raw, Struct

from core.messages import Command, Event, Line
from core.organisation import Organisation
from core.team import Team

OperationKind = Literal["live", "drill", "what_if"]
LIVE = "live"
DRILL_PREFIX = "drill-"
WHAT_IF_PREFIX = "whatif-"


def kind_of(operation: str) -> OperationKind | None:
    """The kind that an operation's id says; None for an id that is no operation's."""
    if operation == LIVE:
        return "live"
    if operation.startswith(DRILL_PREFIX) and len(operation) > len(DRILL_PREFIX):
        return "drill"
    if operation.startswith(WHAT_IF_PREFIX) and len(operation) > len(WHAT_IF_PREFIX):
        return "what_if"
    return None


# --- asked ---


class OpenOperation(Command, frozen=True):
    """Open an operation 开设作业面, its first command: the register of `live` is copied into it, teams too unless said otherwise."""

    title: Line
    with_teams: bool = True


# --- happened ---


class OperationOpened(Event, frozen=True):
    """作业面已开设, with the register as it stood in `live` at a position."""

    title: str
    kind: OperationKind
    organisations: tuple[Organisation, ...] = ()
    teams: tuple[Team, ...] = ()
    live_position: int = 0


class CommandRefused(Event, frozen=True):
    """命令被拒绝: what was tried, by whom, and why not. It changes nothing; `asked` is the command as it was sent."""

    command: str
    code: str
    zh: str
    en: str
    asked: Raw = Raw(b"null")


# --- remembered ---


class Operation(Struct, frozen=True, omit_defaults=True):
    """An operation as it stands."""

    id: str
    kind: OperationKind
    title: str
    opened_at: datetime
