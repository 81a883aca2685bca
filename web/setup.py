"""The first start: the operator's own district with its standard posts, written into `live` through the desk like everything else.

Command ids are UUIDv5 of what they set up, so that a second start, or a second node at the same instant, adds nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from core.errors import CommandIdReused
from core.log.protocol import Log, Query
from core.messages import SYSTEM, Actor, Envelope, Name
from core.operation import LIVE, OpenOperation
from core.organisation import STANDARD_POSTS, OpenPost, OrganisationRegistered, RegisterOrganisation
from web.settings import Settings, SettingsError

if TYPE_CHECKING:
    from web.node import Node

_log = structlog.get_logger("setup")

SETUP = Actor(SYSTEM, SYSTEM, "setup")
_NAMES = uuid5(NAMESPACE_URL, "liandong/setup")


async def set_up(node: Node) -> None:
    """Write what is missing of the district into `live`. Raises SettingsError when the log belongs to another district."""
    missing = await _missing(node.log, node.settings)
    if not missing:
        return
    desk = await node.desk(LIVE, opening=True)
    root = desk.world.root
    if root is not None and root.id != node.settings.district:
        _say_of_another(node.settings, root.id)
        return
    envelopes = [
        Envelope(id=id, operation=LIVE, actor=SETUP, command=command, source="system")
        for id, command in missing.items()
    ]
    # Queued in this order before the desk looks: one batch, so the district is there as a whole or not at all.
    answers = await asyncio.gather(*[desk.send(envelope) for envelope in envelopes])
    for envelope, answer in zip(envelopes, answers, strict=True):
        if answer.code is not None and answer.code != CommandIdReused().code:
            # Reused: another node starts at this moment with another name for the district; the first one stands.
            name = type(envelope.command).__name__
            raise SettingsError(
                f"初始化失败：{name} 被拒绝（{answer.code}）。请检查 --district。",
                f"The first start failed: {name} was refused ({answer.code}). Check --district.",
            )
    _log.info("district_set_up", district=node.settings.district, commands=len(missing))


async def is_set_up(log: Log, settings: Settings) -> bool:
    """Whether there is nothing left to set up: also true where the log belongs to another district."""
    missing = await _missing(log, settings)
    if not missing:
        return True
    of_any = await log.read(LIVE, 0, Query(types=(OrganisationRegistered.__name__,)), 1)
    return bool(of_any) and f"organisation:{settings.district}" not in of_any[0].tags


async def _missing(log: Log, settings: Settings) -> dict[UUID, Any]:
    wanted = {_id_of(command): command for command in commands(settings)}
    known = await log.known(LIVE, list(wanted))
    return {id: command for id, command in wanted.items() if id not in known}


def _id_of(command: Any) -> UUID:
    subject = "/".join(str(getattr(command, name, "")) for name in ("organisation", "post"))
    return uuid5(_NAMES, f"{type(command).__name__} {subject}")


def commands(settings: Settings) -> list[Any]:
    """What the first start asks for, in its order."""
    return [
        OpenOperation(title=settings.live_title),
        RegisterOrganisation(
            organisation=settings.district,
            name=Name(settings.district_name, settings.district_name_en),
            level="government",
        ),
        *(OpenPost(organisation=settings.district, post=post) for post in STANDARD_POSTS),
    ]


def _say_of_another(settings: Settings, root: str) -> None:
    if settings.district != Settings().district:
        raise SettingsError(
            f"此日志属于 {root}，不是 {settings.district}：请去掉 --district，或另选数据目录。",
            f"This log belongs to {root}, not to {settings.district}: leave --district out, or choose another data folder.",
        )
