"""The rule of register files 登记册: it must read, and only what is new in it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from core.catalogue import AnyEvent
from core.messages import Context
from core.plan.faults import FileRefused
from core.plan.load import parse_register
from core.register import TABLES_ENTERED, EnterRegister, RegisterEntered, news
from core.world import World
from handlers.adoption import malformed


def enter_register(world: World, command: EnterRegister, context: Context) -> Iterator[AnyEvent]:
    """A file of which every row stands already changes nothing."""
    data = command.source.encode()
    try:
        file = parse_register(data, "register.yaml")
    except FileRefused as refused:
        raise malformed("register_malformed", refused.faults) from None
    new = news(world.registers["entered"], file)
    if any(getattr(new, name) for name in TABLES_ENTERED):
        yield RegisterEntered(hash=sha256(data).hexdigest(), file=new)
