"""The one door for commands: bytes in, the desk's answer out. HTTP, the batch and the WebSocket all pass through here.

It decodes once, straight into the typed command, and hands over. It must never decide anything about the field.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, get_type_hints
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from core.catalogue import COMMANDS, AnyCommand
from core.messages import Actor, Envelope, Moment, Precision, Source
from core.operation import OpenOperation
from handlers.answers import Answer
from web.errors import malformed
from web.node import Node

POSITION_MAX = 2**53 - 1
YEAR_MIN, YEAR_MAX = 1900, 2199
"""Years that a stated time may lie in. Beyond, conversions between zones and clocks overflow."""

SeenPosition = Annotated[int, Meta(ge=0, le=POSITION_MAX)]


class CommandRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One command as a client sends it. The same `id` again gets the same answer and is never carried out twice.

    `occurred_at` where the fact is older than the asking; `seen` the log position that the user was looking at.
    """

    id: UUID
    command: AnyCommand
    occurred_at: Moment | None = None
    source: Source = "app"
    precision: Precision = "second"
    seen: SeenPosition | None = None


_decoder: msgspec.json.Decoder[CommandRequest] = msgspec.json.Decoder(CommandRequest)
_Getter = Callable[[Any], datetime | None]


def _moments() -> dict[type[Any], tuple[str, ...]]:
    """The fields of each command that hold a time."""
    found: dict[type[Any], tuple[str, ...]] = {}
    for command in COMMANDS.values():
        hints = get_type_hints(command)
        names = tuple(
            name for name, hint in hints.items() if datetime in (hint, *getattr(hint, "__args__", ()))
        )
        if names:
            found[command] = names
    return found


_MOMENTS = _moments()


def decode(data: bytes) -> CommandRequest:
    """A request from its JSON. Raises msgspec.DecodeError or Problem, both of which name the field."""
    return check(_decoder.decode(data))


def check(request: CommandRequest) -> CommandRequest:
    """What the types cannot say. Raises Problem."""
    if request.occurred_at is not None and not _in_range(request.occurred_at):
        raise _out_of_range("$.occurred_at")
    for name in _MOMENTS.get(type(request.command), ()):
        value = getattr(request.command, name)
        if value is not None and not _in_range(value):
            raise _out_of_range(f"$.command.{name}")
    return request


def _in_range(moment: datetime) -> bool:
    return YEAR_MIN <= moment.year <= YEAR_MAX


def _out_of_range(field: str) -> Exception:
    return malformed(
        f"{field}：时间须在 {YEAR_MIN} 年至 {YEAR_MAX} 年之间。",
        f"{field}: a time lies between the years {YEAR_MIN} and {YEAR_MAX}.",
        field,
    )


async def send(node: Node, operation: str, actor: Actor, request: CommandRequest) -> Answer:
    """Have a command decided and made durable.

    Raises UnknownOperation, DeskBusy, OperationUnreadable or LogError; then the same id may be sent again. Cancelling the
    caller does not cancel the command.
    """
    occurred_at = request.occurred_at
    envelope = Envelope(
        id=request.id,
        operation=operation,
        actor=actor,
        command=request.command,
        occurred_at=None if occurred_at is None else occurred_at.astimezone(UTC),
        source=request.source,
        precision=request.precision,
        seen=request.seen,
    )
    opening = type(request.command) is OpenOperation
    desk = await node.desk(operation, opening=opening)
    answer = await desk.send(envelope)
    if opening and answer.code is not None:
        await node.forget_unopened(operation)
    return answer
