"""Worlds from the log: a whole one at its head, and single closed incidents brought back into it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable, Iterator
from typing import Any

from core import catalogue
from core.catalogue import Recorded
from core.log.protocol import Held, Log, Query, StoredEvent
from core.world import VERSION, World
from handlers.desk.limits import DeskLimits, OperationUnreadable

_MAKES = {
    "TeamDispatched": "dispatch",
    "LinkOpened": "link",
    "TaskOpened": "task",
    "PlanActivated": "activation",
    "PlanStoodBy": "activation",
    "ActivationProposed": "proposal",
    "ControlOrdered": "control",
}
"""The events that make the parts of an incident which a command may name by themselves."""
_MERGING = frozenset({"IncidentMerged", "IncidentUnmerged"})


async def load_world(log: Log, operation: str) -> World:
    """The world of an operation at its head: from the newest snapshot and what came after it."""
    found = await log.snapshot_load(operation, "world", VERSION)
    world = World() if found is None else restored(found[1])
    await catch_up(log, operation, world)
    return world


def restored(snapshot: bytes) -> World:
    """The world in a snapshot, its plans indexed.

    Ten thousand plans are millions of objects that all stay: the collector would look through the growing heap again and again and
    find nothing, at four times the cost. Nothing waits in here, so nobody else runs without it.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        world = World.restored(snapshot)
        if world.plans:
            world.plan_register()
        return world
    finally:
        if collecting:
            gc.enable()


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


async def recall(
    operation: str, world: World, held: Held, commands: Iterable[Any], limits: DeskLimits
) -> None:
    """Bring back the closed incidents that these commands name, before anything is decided. Reads by tag; never scans."""
    incidents, parts, positions = _unknown_to(world, commands)
    for position in positions:
        for stored in await held.read(position - 1, Query(), 1):
            incidents.update(_tags(stored, "incident:"))
    kinds = {part.partition(":")[0] for part in parts}
    making = tuple(event for event, thing in _MAKES.items() if thing in kinds)
    for stored in await _read(held, parts, making, limits):
        # Found by the thing that it made, not by one that it names beside it: that is another story.
        made = _MAKES[stored.type]
        if not parts.isdisjoint(list(_tags(stored, f"{made}:"))[:1]):
            incidents.update(_tags(stored, "incident:"))
    known: set[str] = set()
    found: dict[int, StoredEvent] = {}
    # An incident brings what it was merged with, and nothing else: read until nothing new is named.
    while wanted := incidents - known:
        known |= wanted
        for stored in await _read(held, wanted, (), limits):
            found[stored.position] = stored
            if stored.type in _MERGING:
                incidents.update(_tags(stored, "incident:"))
    if found:
        world.recall(decoded(operation, found[position].data) for position in sorted(found))


async def _read(held: Held, tags: set[str], types: tuple[str, ...], limits: DeskLimits) -> list[StoredEvent]:
    """All events with one of the tags, in parts that a store can take: so many tags a question, so many events a page."""
    found: list[StoredEvent] = []
    for some in _parts(tags, limits.recall_tags_max):
        after, page_max = 0, limits.recall_page_events_max
        while True:
            page = await held.read(after, Query(tags=some, types=types), page_max)
            found += page
            if len(page) < page_max:
                break
            after = page[-1].position
    return found


def _parts(tags: set[str], size: int) -> Iterator[tuple[str, ...]]:
    ordered = sorted(tags)
    return (tuple(ordered[at : at + size]) for at in range(0, len(ordered), size))


def _tags(stored: StoredEvent, prefix: str) -> dict[str, None]:
    """The tags of one kind, in their order: the thing that the event is of comes first."""
    return dict.fromkeys(tag for tag in stored.tags if tag.startswith(prefix))


def _unknown_to(world: World, commands: Iterable[Any]) -> tuple[set[str], set[str], set[int]]:
    """What commands name and the world does not hold: tags of incidents, of their parts, and positions of entries."""
    held_here: dict[str, dict[str, Any]] = {
        "dispatch": world.dispatches,
        "link": world.links,
        "task": world.tasks,
        "activation": world.activations,
        "proposal": world.proposals,
        "control": world.controls,
    }
    incidents: set[str] = set()
    parts: set[str] = set()
    positions: set[int] = set()
    for command in commands:
        for name in ("incident", "into", "other"):
            id = getattr(command, name, None)
            if isinstance(id, str) and id not in world.incidents and id not in world.organisations:
                incidents.add(f"incident:{id}")
        for thing, table in held_here.items():
            named = getattr(command, thing, None)
            if named is not None and named not in table:
                parts.add(f"{thing}:{named}")
        position = getattr(command, "position", None)
        if position is not None and world.find_entry(position) is None:
            positions.add(position)
    return incidents, parts, positions
