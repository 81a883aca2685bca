"""Just enough plane geometry for a district: is a point inside a ring, and how many metres is it from a road."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

from web.http.pages import STATIC

Point = tuple[float, float]
METRES_PER_DEGREE = 111_195
"""Of latitude, on a sphere of 6 371 km."""


def features(layer: str) -> list[dict[str, Any]]:
    """The features of one layer of the demo's map."""
    found: list[dict[str, Any]] = json.loads(
        (STATIC / "map" / f"{layer}.geojson").read_text(encoding="utf-8")
    )["features"]
    return found


def ring_of(layer: str, name: str) -> list[Point]:
    """The outer ring of the polygon with that name."""
    for feature in features(layer):
        if feature["properties"]["name"] == name:
            return [(lon, lat) for lon, lat in feature["geometry"]["coordinates"][0]]
    raise LookupError(name)


def inside(point: Point, ring: list[Point]) -> bool:
    """Ray casting; a point on the edge may fall on either side."""
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def roads() -> dict[str, list[list[Point]]]:
    """All lines of the map by the road's name."""
    found: dict[str, list[list[Point]]] = {}
    for feature in features("road"):
        line = [(lon, lat) for lon, lat in feature["geometry"]["coordinates"]]
        found.setdefault(feature["properties"]["n"], []).append(line)
    return found


def metres_to(point: Point, lines: list[list[Point]]) -> float:
    """How far the nearest of some lines is, on a plane that touches the earth at the point."""
    scale = math.cos(math.radians(point[1]))

    def flat(other: Point) -> Point:
        return ((other[0] - point[0]) * scale * METRES_PER_DEGREE, (other[1] - point[1]) * METRES_PER_DEGREE)

    return min(_to_segment(flat(one), flat(two)) for line in lines for one, two in pairwise(line))


def _to_segment(one: Point, two: Point) -> float:
    """From the origin to a segment."""
    dx, dy = two[0] - one[0], two[1] - one[1]
    length2 = dx * dx + dy * dy
    share = 0.0 if length2 == 0 else max(0.0, min(1.0, -(one[0] * dx + one[1] * dy) / length2))
    return math.hypot(one[0] + share * dx, one[1] + share * dy)
