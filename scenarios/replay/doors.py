"""The doors that an import may send through: the desk of this process (here), or a running server (`http_door`). Both keep the order.

A chunk is sent whole and answered whole before the next one leaves: so a chunk that fails has failed as one batch of the desk,
and nothing of it can have been decided without what comes before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

import msgspec
from msgspec import Struct

from core import catalogue
from core.catalogue import Recorded
from core.log import Log, Query
from core.messages import SYSTEM, Actor, Envelope
from handlers.desk import Desk, DeskBusy
from scenarios.replay.errors import SendError
from scenarios.replay.plan import SOURCE, Step

CHUNK_COMMANDS = 500
"""Fewer than the desk decides in one batch (512), so that a chunk is one batch."""
PAGE_EVENTS = 5_000
REPLAY = Actor(SYSTEM, SYSTEM, "replay")
ATTEMPTS_MAX = 6
ATTEMPT_PAUSE_S = 0.5


class Reply(NamedTuple):
    """What became of one command. `code` None: accepted; `repeated`: it was answered before, and nothing was added now."""

    code: str | None
    repeated: bool
    positions: tuple[int, ...] = ()
    zh: str = ""
    en: str = ""

    @property
    def new(self) -> bool:
        """Sent for the first time, by anyone."""
        return not self.repeated and self.code != "command_id_reused"


class _Message(Struct):
    zh: str = ""
    en: str = ""


class _Answer(Struct):
    """The body of an answer, of either outcome; a malformed line has an `error` of its own."""

    outcome: str = ""
    code: str | None = None
    positions: tuple[int, ...] = ()
    position: int | None = None
    message: _Message | None = None
    repeated: bool = False


_answers = msgspec.json.Decoder(_Answer)


def reply_of(body: bytes) -> Reply:
    """A reply from the JSON of an answer. Raises SendError for anything that is none."""
    try:
        answer = _answers.decode(body)
    except msgspec.DecodeError:
        answer = _Answer()
    message = answer.message or _Message()
    if answer.outcome == "accepted":
        return Reply(None, answer.repeated, answer.positions)
    if answer.outcome == "refused" and answer.code is not None:
        positions = () if answer.position is None else (answer.position, answer.position)
        return Reply(answer.code, answer.repeated, positions, message.zh, message.en)
    shown = body[:300].decode("utf-8", "replace")
    raise SendError(f"服务端的答复无法理解：{shown}", f"The server's answer cannot be understood: {shown}")


class Door(Protocol):
    """Where an import sends its commands, and reads what is there already."""

    async def head(self) -> int:
        """The position of the last event; 0 for an operation that was never opened."""
        ...

    async def root(self) -> str | None:
        """The district that the operation's register begins with."""
        ...

    def events(self, types: tuple[str, ...]) -> AsyncIterator[Recorded]:
        """All events of some types so far."""
        ...

    async def send(self, steps: Sequence[Step]) -> list[Reply]:
        """Have at most CHUNK_COMMANDS commands decided in their order. Raises SendError when they cannot be sent."""
        ...


class DeskDoor:
    """The desk in this process, as `system/replay`."""

    def __init__(self, desk: Desk, log: Log) -> None:
        self._desk = desk
        self._log = log

    async def head(self) -> int:
        return (await self._log.head(self._desk.operation)).position

    async def root(self) -> str | None:
        root = self._desk.world.root
        return None if root is None else root.id

    async def events(self, types: tuple[str, ...]) -> AsyncIterator[Recorded]:
        after = 0
        while page := await self._log.read(self._desk.operation, after, Query(types=types), PAGE_EVENTS):
            for stored in page:
                yield catalogue.decode(stored.data)
            after = page[-1].position

    async def send(self, steps: Sequence[Step]) -> list[Reply]:
        for attempt in range(ATTEMPTS_MAX):
            # Tasks begin in the order in which they are made, and each joins the desk's queue before it first waits.
            tasks = [asyncio.create_task(self._desk.send(self._envelope(step))) for step in steps]
            answers = await asyncio.gather(*tasks, return_exceptions=True)
            failed = next((one for one in answers if isinstance(one, BaseException)), None)
            if failed is None:
                return [reply_of(answer.body) for answer in answers if not isinstance(answer, BaseException)]
            if not isinstance(failed, DeskBusy):
                raise failed
            # Nothing of the batch was written, or it is not known: the same ids may be sent again.
            await asyncio.sleep(ATTEMPT_PAUSE_S * 2**attempt)
        raise SendError(
            "日志无法写入，导入停止；已写入的部分不会丢失，排除原因后用同一命令继续。",
            "The log cannot be written and the import stops; what was written stays: run the same command again.",
        )

    def _envelope(self, step: Step) -> Envelope:
        return Envelope(
            id=step.id,
            operation=self._desk.operation,
            actor=REPLAY,
            command=step.command,
            occurred_at=step.occurred_at,
            source=SOURCE,
            precision=step.precision,
        )
