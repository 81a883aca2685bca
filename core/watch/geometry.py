"""Distances on the ground, in metres, never in degrees. Good to one part in a thousand over a city."""

from __future__ import annotations

from math import cos, hypot, radians

from core.control import Shape
from core.messages import Place

EARTH_RADIUS_M = 6_371_008.8


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two (lon, lat) in degrees, on a plane that touches the earth half way between them."""
    middle = radians((one[1] + other[1]) / 2)
    east = radians(other[0] - one[0]) * cos(middle) * EARTH_RADIUS_M
    north = radians(other[1] - one[1]) * EARTH_RADIUS_M
    return hypot(east, north)


def point_of(place: Place | None) -> tuple[float, float] | None:
    """The coordinates of a place, where it has them."""
    if place is None or place.lon is None or place.lat is None:
        return None
    return place.lon, place.lat


def holds_point(shape: Shape, point: tuple[float, float]) -> bool:
    """Whether a circle or an area holds a point; a line holds none."""
    if shape.circle is not None and shape.radius_m is not None:
        return metres_between(shape.circle, point) <= shape.radius_m
    inside = False
    ring = shape.polygon
    for (ax, ay), (bx, by) in zip(ring, ring[1:], strict=False):
        if (ay > point[1]) != (by > point[1]) and point[0] < (bx - ax) * (point[1] - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def path_meets(path: tuple[tuple[float, float], ...], shape: Shape) -> bool:
    """Whether any of a path's points, or of the shape's line, comes within the other (sampled every 20 m)."""
    return any(holds_point(shape, point) for point in _sampled(path))


def _sampled(path: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    points = list(path[:1])
    for one, other in zip(path, path[1:], strict=False):
        steps = max(1, int(metres_between(one, other) // 20))
        points += [
            (one[0] + (other[0] - one[0]) * k / steps, one[1] + (other[1] - one[1]) * k / steps)
            for k in range(1, steps + 1)
        ]
    return points
