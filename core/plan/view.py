"""How the checks look at a register: by id and by index, at one day, and every look is noted.

What a check looked at is what its answer depends on: after a change, the checks that looked at what changed are asked again and no
others. A look that found nothing is noted too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, TypeVar, cast

from core.plan.finding import Limits
from core.plan.geometry import Degrees
from core.plan.register import PlanVersion, Register, Table
from core.plan.rows import (
    AgreementRow,
    CommunityRow,
    DutyChannel,
    Ground,
    HazardRow,
    Lifeline,
    OrganisationRow,
    PartTime,
    PlaceRow,
    RiskUnitRow,
    RouteRow,
    SegmentRow,
    ShelterRow,
    Stock,
    TeamRow,
)

R = TypeVar("R")
Key = tuple[str, Hashable]
"""(table, id) or (index, key): one thing that can be looked at."""

GRID_DEG = 0.02
"""The size of a grid cell: about two kilometres."""
GRID_CELLS_MAX = 256
"""What spans more cells than this is kept apart and looked at always."""
WIDE: Final = "wide"
ALL: Final = "all"


def cells(points: Sequence[Degrees], margin_m: float = 0.0) -> set[Hashable]:
    """The grid cells of the box round some points."""
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    lat_margin = margin_m / 110_000
    lon_margin = lat_margin / max(0.01, math.cos(math.radians(max(map(abs, lats)) + lat_margin)))
    west, east = (math.floor(lon / GRID_DEG) for lon in (min(lons) - lon_margin, max(lons) + lon_margin))
    south, north = (math.floor(lat / GRID_DEG) for lat in (min(lats) - lat_margin, max(lats) + lat_margin))
    if (east - west + 1) * (north - south + 1) > GRID_CELLS_MAX:
        return {WIDE}
    return {(x, y) for x in range(west, east + 1) for y in range(south, north + 1)}


def _stakes(plan: PlanVersion) -> Iterator[Hashable]:
    """What a plan takes for itself: exclusive resources, shelter places, road segments."""
    document = plan.document
    yield from (("resource", resource_id(item)) for item in document.resources if item.exclusive)
    if document.evacuation:
        yield from (("shelter", shelter) for shelter in document.evacuation.shelters)
    yield from (("segment", closure.segment) for closure in document.closures)


def resource_id(resource: Any) -> str:
    """What a resource entry names."""
    return cast(str, resource.team or resource.stock or resource.shelter or resource.agreement)


def _taking(plan: PlanVersion) -> Iterator[Hashable]:
    document = plan.document
    for link in document.links_in:
        yield (document.owner, link.from_, link.kind)


def _ground_keys(ground: Ground) -> Iterator[Hashable]:
    yield from (("plan", id) for id in ground.plans)
    yield from (("organisation", id) for id in ground.organisations)
    yield from (("hazard", id) for id in ground.hazards)


def _unit_cells(unit: RiskUnitRow) -> Iterable[Hashable]:
    points = unit.polygon or ((unit.point,) if unit.point else ())
    return cells(points) if points else ()


INDEXES: dict[str, tuple[Table, Callable[[Any], Iterable[Hashable]]]] = {
    "versions": ("plans", lambda plan: (plan.document.id,)),
    "owned": ("plans", lambda plan: (plan.document.owner,)),
    "accepting": ("plans", lambda plan: {(plan.document.owner, duty) for duty in plan.document.accepts}),
    "taking": ("plans", lambda plan: set(_taking(plan))),
    "stakes": ("plans", lambda plan: set(_stakes(plan))),
    "channels_of": ("channels", lambda channel: (channel.post,)),
    "teams_of": ("teams", lambda team: team.owners),
    "part_time_of": ("part_time", lambda row: (row.organisation,)),
    "agreements_of": ("agreements", lambda row: (row.client,)),
    "grounds_for": ("grounds", lambda ground: set(_ground_keys(ground))),
    "communities_near": ("communities", lambda row: {ALL, *cells(row.polygon)}),
    "risk_units_near": ("risk_units", lambda unit: {ALL, *_unit_cells(unit)}),
    "segments_near": ("segments", lambda row: {ALL, *cells(row.line)}),
    "routes_on": ("routes", lambda route: set(route.segments)),
    "lifelines_on": ("lifelines", lambda row: set(row.routes)),
}
INDEXES_OF: dict[Table, list[str]] = {}
for _name, (_table, _) in INDEXES.items():
    INDEXES_OF.setdefault(_table, []).append(_name)


class Indexes:
    """The register's rows by everything that a check asks for. Kept in step by `replace`."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._rows: dict[str, dict[Hashable, dict[str, Any]]] = {name: {} for name in INDEXES}
        for table in INDEXES_OF:
            for id, row in register.table(table).items():
                for key in self._keys(table, row):
                    self._rows[key[0]].setdefault(key[1], {})[id] = row

    def rows(self, index: str, key: Hashable) -> list[Any]:
        """The rows under a key, by id."""
        found = self._rows[index].get(key)
        return [found[id] for id in sorted(found)] if found else []

    def replace(self, table: Table, id: str, row: Any | None) -> set[Key]:
        """Put a row into the register (None: take it out); answers all keys under which a check may have looked."""
        rows = self.register.table(table)
        before = rows.pop(id, None)
        touched: set[Key] = {(table, id)}
        if before is not None:
            for index, key in self._keys(table, before):
                del self._rows[index][key][id]
                touched.add((index, key))
        if row is not None:
            rows[id] = row
            for index, key in self._keys(table, row):
                self._rows[index].setdefault(key, {})[id] = row
                touched.add((index, key))
        return touched

    def _keys(self, table: Table, row: Any) -> Iterator[Key]:
        for index in INDEXES_OF.get(table, ()):
            yield from ((index, key) for key in INDEXES[index][1](row))


class View:
    """A register as of a day, for reading. `seen` collects the keys that were looked at."""

    def __init__(
        self, indexes: Indexes, as_of: date, limits: Limits | None = None, seen: set[Key] | None = None
    ) -> None:
        self._indexes = indexes
        self._register = indexes.register
        self.as_of = as_of
        self.limits = limits or Limits()
        self.seen: set[Key] = set() if seen is None else seen

    # Rows by id ----------------------------------------------------------------------------------------

    def _row(self, table: Table, id: str) -> Any:
        self.seen.add((table, id))
        return self._register.table(table).get(id)

    def organisation(self, id: str) -> OrganisationRow | None:
        return cast(OrganisationRow | None, self._row("organisations", id))

    def hazard(self, id: str) -> HazardRow | None:
        return cast(HazardRow | None, self._row("hazards", id))

    def team(self, id: str) -> TeamRow | None:
        return cast(TeamRow | None, self._row("teams", id))

    def stock(self, id: str) -> Stock | None:
        return cast(Stock | None, self._row("stock", id))

    def shelter(self, id: str) -> ShelterRow | None:
        return cast(ShelterRow | None, self._row("shelters", id))

    def agreement(self, id: str) -> AgreementRow | None:
        return cast(AgreementRow | None, self._row("agreements", id))

    def place(self, id: str) -> PlaceRow | None:
        return cast(PlaceRow | None, self._row("places", id))

    def route(self, id: str) -> RouteRow | None:
        return cast(RouteRow | None, self._row("routes", id))

    def segment(self, id: str) -> SegmentRow | None:
        return cast(SegmentRow | None, self._row("segments", id))

    def risk_unit(self, id: str) -> RiskUnitRow | None:
        return cast(RiskUnitRow | None, self._row("risk_units", id))

    def community(self, id: str) -> CommunityRow | None:
        return cast(CommunityRow | None, self._row("communities", id))

    def channel(self, id: str) -> DutyChannel | None:
        return cast(DutyChannel | None, self._row("channels", id))

    def event_kind(self, id: str) -> Any:
        return self._row("event_kinds", id)

    # Rows by index -------------------------------------------------------------------------------------

    def _find(self, index: str, key: Hashable) -> list[Any]:
        self.seen.add((index, key))
        return self._indexes.rows(index, key)

    def channels_of(self, post: str) -> list[DutyChannel]:
        return self._find("channels_of", post)

    def teams_of(self, organisation: str) -> list[TeamRow]:
        return self._find("teams_of", organisation)

    def part_time_of(self, organisation: str) -> list[PartTime]:
        return self._find("part_time_of", organisation)

    def agreements_of(self, client: str) -> list[AgreementRow]:
        return self._find("agreements_of", client)

    def grounds_for(self, kind: str, id: str) -> list[Ground]:
        return self._find("grounds_for", (kind, id))

    def routes_on(self, segment: str) -> list[RouteRow]:
        return self._find("routes_on", segment)

    def lifelines_on(self, route: str) -> list[Lifeline]:
        return self._find("lifelines_on", route)

    def communities_near(self, points: Sequence[Degrees], margin_m: float) -> list[CommunityRow]:
        return self._near("communities_near", points, margin_m)

    def risk_units_near(self, points: Sequence[Degrees], margin_m: float) -> list[RiskUnitRow]:
        return self._near("risk_units_near", points, margin_m)

    def segments_near(self, points: Sequence[Degrees], margin_m: float) -> list[SegmentRow]:
        return self._near("segments_near", points, margin_m)

    def _near(self, index: str, points: Sequence[Degrees], margin_m: float) -> list[Any]:
        asked = cells(points, margin_m)
        asked = {ALL} if WIDE in asked else {*asked, WIDE}
        found = {row.id: row for cell in asked for row in self._find(index, cell)}
        return [found[id] for id in sorted(found)]

    # Plans ---------------------------------------------------------------------------------------------

    def current(self, plan: str) -> PlanVersion | None:
        """Of the versions adopted by the day and not retired, the highest."""
        adopted = [
            version
            for version in cast(list[PlanVersion], self._find("versions", plan))
            if version.adopted <= self.as_of and (version.retired is None or version.retired > self.as_of)
        ]
        return max(adopted, key=lambda version: version.version, default=None)

    def valid(self, plan: str) -> PlanVersion | None:
        """The current version, if the day lies in its validity."""
        found = self.current(plan)
        return found if found and found.document.valid.covers(self.as_of) else None

    def _valid_among(self, index: str, key: Hashable) -> list[PlanVersion]:
        found: list[PlanVersion] = self._find(index, key)
        return [plan for plan in found if self.valid(plan.id) is plan]

    def plans_of(self, owner: str) -> list[PlanVersion]:
        """The valid plans of an organisation."""
        return self._valid_among("owned", owner)

    def accepting(self, owner: str, duty: str) -> list[PlanVersion]:
        """The valid plans of an organisation that take on a duty."""
        return self._valid_among("accepting", (owner, duty))

    def taking(self, owner: str, sender: str, kind: str) -> list[PlanVersion]:
        """The valid plans of an organisation that take a kind of link from a plan."""
        return self._valid_among("taking", (owner, sender, kind))

    def staking(self, kind: str, id: str) -> list[PlanVersion]:
        """The valid plans that take a resource, shelter or segment for themselves."""
        return self._valid_among("stakes", (kind, id))
