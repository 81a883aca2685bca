"""What comes before the day: the register entered into `live`, the drill opened, its clock started. All of it through the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from core.clock import StartClock
from core.log import Log
from core.messages import SYSTEM, Actor, Envelope
from core.operation import OpenOperation
from handlers.answers import Answer
from handlers.desk import Desk, DeskBusy
from scenarios.demo.files import Day, Register
from scenarios.demo.outcome import DemoRefused
from scenarios.demo.plan import command_id, register_plan

USER = "demo-player"
"""The opaque user of everything that the demo asks for."""
SETUP = Actor(SYSTEM, SYSTEM, "setup")
RETRY_S = 0.5
"""How long to wait before a command is sent again that the desk could not take."""


def actor_at(post: str) -> Actor:
    """The demo at a post `organisation/post`."""
    organisation, _, name = post.partition("/")
    return Actor(USER, organisation, name)


async def patiently(desk: Desk, envelope: Envelope) -> Answer:
    """Send, and send again with the same id while the desk cannot take it; cancelled with its caller, never twice carried out."""
    while True:
        try:
            return await desk.send(envelope)
        except DeskBusy:
            await asyncio.sleep(RETRY_S)


async def enter_register(day: Day, register: Register, live: Desk, log: Log) -> None:
    """Enter what `live` does not have yet. Raises DemoRefused where it belongs to somebody else."""
    ids = {
        command_id(day.id, live.operation, one.key): one for one in register_plan(register, day.dispatcher)
    }
    known = await log.known(live.operation, list(ids))
    missing = [(id, one) for id, one in ids.items() if id not in known]
    sent = [
        patiently(
            live,
            Envelope(
                id=id,
                operation=live.operation,
                actor=actor_at(one.post),
                command=one.command(day.start, {}),
                source="import",
            ),
        )
        for id, one in missing
    ]
    # All at once: the desk takes them in this order, in a few batches.
    answers: Sequence[Answer] = await asyncio.gather(*sent)
    for (_, one), answer in zip(missing, answers, strict=True):
        if answer.code is not None:
            raise DemoRefused(one.key, answer.code)


async def open_drill(day: Day, rate: int, drill: Desk, log: Log) -> None:
    """Open the drill with the register as `live` has it, and start its clock at the day's start."""
    await _must(day, "open", SETUP, OpenOperation(title=day.title.zh), drill, log)
    if drill.world.clock is None:
        start = StartClock(at=day.start, rate_n=rate)
        await _must(day, "clock/start", actor_at(day.controller), start, drill, log)


async def _must(day: Day, key: str, actor: Actor, command: Any, drill: Desk, log: Log) -> None:
    id = command_id(day.id, drill.operation, key)
    if id in await log.known(drill.operation, [id]):
        return
    envelope = Envelope(id=id, operation=drill.operation, actor=actor, command=command, source="system")
    answer = await patiently(drill, envelope)
    if answer.code is not None:
        raise DemoRefused(key, answer.code)
