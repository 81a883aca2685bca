"""Small plane geometry in metres. Degrees come in, are laid on a local plane at once, and never enter a distance.

The plane is an equirectangular one about an origin nearby: within 50 km of it the error stays below one in a thousand, which is less
than that of the drawings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

Degrees = tuple[float, float]
"""(lon, lat), WGS-84."""
XY = tuple[float, float]
"""(east, north) of the plane's origin, metres."""

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""
ARC_STEP_DEG = 2.0
"""How finely a sector's arc is drawn: at 50 km the arc is at most 8 m inside."""


class Plane(NamedTuple):
    """A local plane about an origin."""

    lon: float
    lat: float

    def xy(self, point: Degrees) -> XY:
        """A point on the plane."""
        scale = math.radians(1) * EARTH_RADIUS_M
        return (
            (point[0] - self.lon) * scale * math.cos(math.radians(self.lat)),
            (point[1] - self.lat) * scale,
        )

    def line(self, points: Sequence[Degrees]) -> list[XY]:
        """A line or ring on the plane."""
        return [self.xy(point) for point in points]


class Circle(NamedTuple):
    """All within a radius of a centre."""

    centre: XY
    radius_m: float

    def contains(self, point: XY) -> bool:
        return math.dist(self.centre, point) <= self.radius_m

    def meets(self, ring: Sequence[XY]) -> bool:
        return in_ring(self.centre, ring) or _to_edges(self.centre, ring) <= self.radius_m

    def inside(self, ring: Sequence[XY]) -> bool:
        return in_ring(self.centre, ring) and _to_edges(self.centre, ring) >= self.radius_m


class Ring(NamedTuple):
    """All within a ring."""

    points: tuple[XY, ...]

    def contains(self, point: XY) -> bool:
        return in_ring(point, self.points)

    def meets(self, ring: Sequence[XY]) -> bool:
        return rings_meet(self.points, ring)

    def inside(self, ring: Sequence[XY]) -> bool:
        crossing = any(_cross(*a, *b) for a in edges(self.points) for b in edges(ring))
        return not crossing and all(in_ring(point, ring) for point in self.points)


Area = Circle | Ring


def sector(centre: XY, bearing_deg: float, half_angle_deg: float, reach_m: float) -> Ring:
    """The sector to both sides of a bearing (clockwise from north), drawn as a ring."""
    steps = max(2, math.ceil(2 * half_angle_deg / ARC_STEP_DEG))
    arc = [
        math.radians(bearing_deg - half_angle_deg + 2 * half_angle_deg * step / steps)
        for step in range(steps + 1)
    ]
    rim = tuple(
        (centre[0] + reach_m * math.sin(angle), centre[1] + reach_m * math.cos(angle)) for angle in arc
    )
    return Ring((centre, *rim))


def edges(ring: Sequence[XY]) -> Iterator[tuple[XY, XY]]:
    """The edges of a ring, closing it where it is open."""
    for index, point in enumerate(ring):
        after = ring[(index + 1) % len(ring)]
        if after != point:
            yield point, after


def spans(line: Sequence[XY]) -> Iterator[tuple[XY, XY]]:
    """The straight parts of a line."""
    yield from pairwise(line)


def in_ring(point: XY, ring: Sequence[XY]) -> bool:
    """Is the point inside the ring or on its edge?"""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in edges(ring):
        if _to_span(point, (ax, ay), (bx, by)) == 0:
            return True
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def rings_meet(a: Sequence[XY], b: Sequence[XY]) -> bool:
    """Do two rings share a point?"""
    if in_ring(a[0], b) or in_ring(b[0], a):
        return True
    return any(_cross(*one, *other) for one in edges(a) for other in edges(b))


def span_distance(a: XY, b: XY, c: XY, d: XY) -> float:
    """The shortest way between two straight parts, metres."""
    if _cross(a, b, c, d):
        return 0.0
    return min(_to_span(a, c, d), _to_span(b, c, d), _to_span(c, a, b), _to_span(d, a, b))


def trimmed(line: Sequence[XY], by_m: float) -> list[XY]:
    """A line without its first and last metres; of a short line its middle half stays."""
    total = sum(math.dist(a, b) for a, b in spans(line))
    cut = min(by_m, total / 4)
    return _without_start(_without_start(line, cut)[::-1], cut)[::-1]


def heading_deg(a: XY, b: XY) -> float:
    """The bearing of a straight part, clockwise from north."""
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 360


def turn_deg(a: float, b: float) -> float:
    """The angle between two bearings, 0 to 180."""
    return abs((a - b + 180) % 360 - 180)


def _without_start(line: Sequence[XY], cut: float) -> list[XY]:
    for index, (a, b) in enumerate(spans(line)):
        length = math.dist(a, b)
        if length > cut:
            part = cut / length
            return [(a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part), *line[index + 1 :]]
        cut -= length
    return list(line[-1:])


def _to_edges(point: XY, ring: Sequence[XY]) -> float:
    return min((_to_span(point, a, b) for a, b in edges(ring)), default=math.inf)


def _to_span(point: XY, a: XY, b: XY) -> float:
    """The distance of a point from a straight part."""
    ax, ay = a
    dx, dy = b[0] - ax, b[1] - ay
    square = dx * dx + dy * dy
    if square == 0:
        return math.dist(point, a)
    part = max(0.0, min(1.0, ((point[0] - ax) * dx + (point[1] - ay) * dy) / square))
    return math.dist(point, (ax + part * dx, ay + part * dy))


def _side(a: XY, b: XY, c: XY) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _cross(a: XY, b: XY, c: XY, d: XY) -> bool:
    """Do two straight parts share a point?"""
    one, two, three, four = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if ((one > 0) != (two > 0)) and ((three > 0) != (four > 0)) and 0 not in {one, two, three, four}:
        return True
    return any(
        side == 0 and _to_span(point, *span) == 0
        for side, point, span in ((one, c, (a, b)), (two, d, (a, b)), (three, a, (c, d)), (four, b, (c, d)))
    )
