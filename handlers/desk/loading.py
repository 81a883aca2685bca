"""Worlds from the log: a whole one at its head, and single closed incidents brought back into it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from core import catalogue
from core.catalogue import Recorded
from core.log.protocol import Held, Log, Query, StoredEvent
from core.world import VERSION, World
from handlers.desk.limits import OperationUnreadable


async def load_world(log: Log, operation: str) -> World:
    """The world of an operation at its head: from the newest snapshot and what came after it."""
    found = await log.snapshot_load(operation, "world", VERSION)
    world = World() if found is None else World.restored(found[1])
    await catch_up(log, operation, world)
    return world


async def catch_up(log: Log, operation: str, world: World) -> None:
    """Fold what the log has and the world has not."""
    async for page in log.stream(operation, world.position):
        for data in page:
            world.apply(decoded(operation, data))
        await asyncio.sleep(0)  # a long history must not keep the other operations of this node waiting


def decoded(operation: str, data: bytes) -> Recorded:
    try:
        return catalogue.decode(data)
    except catalogue.UnknownEvent as error:
        raise OperationUnreadable(f"{operation}: {error}") from error


async def recall(operation: str, world: World, held: Held, commands: Iterable[Any], events_max: int) -> None:
    """Bring back the closed incidents that these commands name, before anything is decided."""
    tags, positions = _unknown_to(world, commands)
    for position in positions:
        for stored in await held.read(position - 1, Query(), 1):
            tags |= _incidents_of(stored)
    known: set[str] = set()
    found: dict[int, StoredEvent] = {}
    # A dispatch names its incident, an incident what it was merged with: read until nothing new is named.
    while wanted := tags - known:
        known |= wanted
        query = Query(tags=tuple(sorted(wanted)))
        for stored in await held.read(0, query, events_max):
            found[stored.position] = stored
            tags |= _incidents_of(stored)
    if found:
        world.recall(decoded(operation, found[position].data) for position in sorted(found))


def _incidents_of(stored: StoredEvent) -> set[str]:
    """The incidents that belong with one event; a mere link brings nothing back."""
    if stored.type == "IncidentsLinked":
        return set()
    return {tag for tag in stored.tags if tag.startswith("incident:")}


def _unknown_to(world: World, commands: Iterable[Any]) -> tuple[set[str], set[int]]:
    """What commands name and the world does not hold: tags to read by, and positions of entries."""
    tags: set[str] = set()
    positions: set[int] = set()
    for command in commands:
        for name in ("incident", "into", "other"):
            id = getattr(command, name, None)
            if isinstance(id, str) and id not in world.incidents and id not in world.organisations:
                tags.add(f"incident:{id}")
        dispatch = getattr(command, "dispatch", None)
        if dispatch is not None and dispatch not in world.dispatches:
            tags.add(f"dispatch:{dispatch}")
        position = getattr(command, "position", None)
        if position is not None and not any(position in table for table in world.entries.values()):
            positions.add(position)
    return tags, positions
