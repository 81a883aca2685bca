"""Distances on the ground, in metres, never in degrees. Good to one part in a thousand over a city."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import atan2, ceil, cos, degrees, hypot, radians

from core.control import Shape, Site
from core.messages import Place
from core.watch.limits import DOWNWIND_HALF_ANGLE_DEG, DOWNWIND_REACH

EARTH_RADIUS_M = 6_371_008.8
SAMPLED_EVERY_M = 10
SAMPLES_MAX = 2_000
"""Of one stretch of a route; a stretch that is longer than 20 km is looked at less closely."""
CROSSING_M = 5
"""A route that comes as near as this to the line of a closed road crosses it."""
Point = tuple[float, float]


def offset_m(origin: Point, other: Point) -> tuple[float, float]:
    """Metres east and north of `origin`, on a plane that touches the earth half way between them."""
    middle = radians((origin[1] + other[1]) / 2)
    east = radians(other[0] - origin[0]) * cos(middle) * EARTH_RADIUS_M
    return east, radians(other[1] - origin[1]) * EARTH_RADIUS_M


def metres_between(one: Point, other: Point) -> float:
    """Between two (lon, lat) in degrees."""
    return hypot(*offset_m(one, other))


def point_of(place: Place | None) -> Point | None:
    """The coordinates of a place, where it has them."""
    if place is None or place.lon is None or place.lat is None:
        return None
    return place.lon, place.lat


def holds(shape: Shape, wind_from_deg: float | None, point: Point) -> bool:
    """Whether a circle, an area, or the neighbourhood of a line holds a point; or the sector downwind of a circle."""
    if shape.circle is not None and shape.radius_m is not None:
        east, north = offset_m(shape.circle, point)
        distance = hypot(east, north)
        if distance <= shape.radius_m:
            return True
        if wind_from_deg is None or distance > DOWNWIND_REACH * shape.radius_m:
            return False
        bearing = degrees(atan2(east, north))
        off = (bearing - (wind_from_deg + 180) + 180) % 360 - 180
        return abs(off) <= DOWNWIND_HALF_ANGLE_DEG
    if shape.line:
        return any(_to_stretch(one, other, point) <= CROSSING_M for one, other in pairwise(shape.line))
    return _in_ring(shape.polygon, point)


def _in_ring(ring: tuple[Point, ...], point: Point) -> bool:
    inside = False
    for (ax, ay), (bx, by) in pairwise(ring):
        if (ay > point[1]) != (by > point[1]) and point[0] < (bx - ax) * (point[1] - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _to_stretch(one: Point, other: Point, point: Point) -> float:
    """Metres from a point to the stretch between two others."""
    (px, py), (qx, qy) = offset_m(point, one), offset_m(point, other)
    dx, dy = qx - px, qy - py
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, -(px * dx + py * dy) / length))
    return hypot(px + along * dx, py + along * dy)


def sites_within(sites: Iterable[Site], shape: Shape, wind_from_deg: float | None) -> list[Site]:
    """The sites that lie in a shape or downwind of it."""
    return [site for site in sites if holds(shape, wind_from_deg, site.at)]


def led_into(route: tuple[Point, ...], shape: Shape, wind_from_deg: float | None, *, crosses: bool) -> bool:
    """Whether a route crosses a shape (`crosses`), or leads into it: it enters from outside, or ends inside.

    A route that only leaves a cordon leads people out of it, which is what it is for.
    """
    inside = [holds(shape, wind_from_deg, point) for point in _sampled(route)]
    if crosses:
        return any(inside)
    return bool(inside) and (inside[-1] or any(now and not before for before, now in pairwise(inside)))


def _sampled(route: tuple[Point, ...]) -> list[Point]:
    points = list(route[:1])
    for one, other in pairwise(route):
        steps = min(SAMPLES_MAX, max(1, ceil(metres_between(one, other) / SAMPLED_EVERY_M)))
        east, north = (other[0] - one[0]) / steps, (other[1] - one[1]) / steps
        points += [(one[0] + east * k, one[1] + north * k) for k in range(1, steps + 1)]
    return points
