"""A plan's effect zones on the plane, in metres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from core.plan.geometry import Area, Circle, Degrees, Plane, Ring, sector
from core.plan.parts import Wind, Zone
from core.plan.register import PlanVersion
from core.plan.view import View


class Effect(NamedTuple):
    """One zone laid out: its plane, the zone itself, its downwind sector if it has a design wind, and its extent in degrees."""

    zone: Zone
    plane: Plane
    area: Area
    downwind: Ring | None
    points: tuple[Degrees, ...]
    reach_m: float

    def covers(self, point: Degrees) -> str | None:
        """`zone` or `downwind` if the point lies in it, else None."""
        xy = self.plane.xy(point)
        if self.area.contains(xy):
            return "zone"
        return "downwind" if self.downwind and self.downwind.contains(xy) else None


def effects(view: View, plan: PlanVersion) -> Iterator[Effect]:
    """The plan's zones; one whose place is unknown is left to L12."""
    for zone in plan.document.zones:
        shape = zone.shape
        if shape.circle and shape.radius_m:
            place = view.place(shape.circle)
            if place:
                plane = Plane(*place.point)
                wind = _downwind((0.0, 0.0), zone.wind)
                yield Effect(
                    zone, plane, Circle((0.0, 0.0), shape.radius_m), wind, (place.point,), shape.radius_m
                )
        elif shape.polygon:
            plane = Plane(*shape.polygon[0])
            points = tuple(plane.line(shape.polygon))
            middle = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
            yield Effect(zone, plane, Ring(points), _downwind(middle, zone.wind), shape.polygon, 0.0)


def _downwind(centre: tuple[float, float], wind: Wind | None) -> Ring | None:
    return sector(centre, wind.from_deg + 180, wind.half_angle_deg, wind.reach_m) if wind else None
