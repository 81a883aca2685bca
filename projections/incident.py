"""One incident's story 事件全程: its row, its assignments and its timeline, folded from the events about it. Closed ones too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from core.catalogue import Recorded
from core.incident import IncidentMerged
from core.world import World
from projections.rows import DispatchRow, IncidentRow, dispatch_row, incident_row
from projections.timeline import Entry, Timeline


class IncidentStory(Struct, frozen=True):
    """What there is to know of one incident. `closed_at` is told here only: the board shows open ones."""

    incident: IncidentRow
    closed_at: datetime | None
    merged: tuple[str, ...]
    linked: tuple[str, ...]
    dispatches: list[DispatchRow]
    timeline: list[Entry]


def merged_into(id: str, records: Iterable[Recorded]) -> set[str]:
    """The incidents that were ever merged into this one, whose events belong to its story: read those by their tags too."""
    return {
        recorded.event.incident
        for recorded in records
        if isinstance(recorded.event, IncidentMerged) and recorded.event.into == id
    }


def tell(id: str, records: Iterable[Recorded], names: World | None = None) -> IncidentStory | None:
    """The story from all events tagged with the incident (and with those merged into it), in order; None where there are none.

    `names` is a world that knows teams and organisations by name: what registered them is not about the incident, and so not
    among the records.
    """
    world = World(keep_closed=True)
    if names is not None:
        world.single, world.clocks = dict(names.single), dict(names.clocks)
        world.organisations, world.teams = dict(names.organisations), dict(names.teams)
    timeline = Timeline(world, entries_max=None)
    for recorded in records:
        world.apply(recorded)
        timeline.note(recorded)
    incident = world.incidents.get(id)
    if incident is None:
        return None
    dispatches = [world.dispatches[one] for one in incident.dispatches if one in world.dispatches]
    return IncidentStory(
        incident=incident_row(incident, sum(one.open for one in dispatches)),
        closed_at=incident.closed_at,
        merged=incident.merged,
        linked=incident.linked,
        dispatches=[dispatch_row(one) for one in dispatches],
        timeline=timeline.entries(),
    )
