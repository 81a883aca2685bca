"""What comes before the day: the register entered into `live`, the drill opened, its clock started, its plans adopted.

All of it through the desk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.adoption import AdoptPlans
from core.clock import StartClock
from core.log import Log
from core.messages import SYSTEM, Actor, Envelope
from core.operation import OpenOperation
from core.register import EnterRegister
from handlers.answers import Answer
from handlers.desk import Desk, DeskBusy
from scenarios.demo.files import PLANS, Day, Register
from scenarios.demo.outcome import DemoRefused
from scenarios.demo.plan import command_id, register_plan
from scenarios.plan_folder import read_folder

USER = "demo-player"
"""The opaque user of everything that the demo asks for."""
SETUP = Actor(SYSTEM, SYSTEM, "setup")
KEEPER = "plan_keeper"
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


async def adopt_plans(day: Day, drill: Desk, log: Log) -> None:
    """Enter the registers that the plans point into, and adopt all plans in one decision: none stands without the others."""
    for key, post, command in adoption_of(read_folder(PLANS), day.dispatcher):
        await _must(day, key, actor_at(post), command, drill, log)


def adoption_of(files: Mapping[str, bytes], dispatcher: str) -> Iterator[tuple[str, str, Any]]:
    """What a folder of plans is adopted by: key, post and command, in their order."""
    texts = {path: data.decode() for path, data in sorted(files.items())}
    for path, text in texts.items():
        if path.startswith("register/"):
            yield f"plans/{path}", dispatcher, EnterRegister(source=text)
    sources = tuple(text for path, text in texts.items() if path.startswith("plans/"))
    keeper = f"{dispatcher.partition('/')[0]}/{KEEPER}"
    yield "plans/adopted", keeper, AdoptPlans(sources=sources)


async def _must(day: Day, key: str, actor: Actor, command: Any, drill: Desk, log: Log) -> None:
    id = command_id(day.id, drill.operation, key)
    if id in await log.known(drill.operation, [id]):
        return
    envelope = Envelope(id=id, operation=drill.operation, actor=actor, command=command, source="system")
    answer = await patiently(drill, envelope)
    if answer.code is not None:
        raise DemoRefused(key, answer.code)
