"""Distances are metres and shapes meet where they should, also next to the date line's cousin, the pole, and in small corners."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.plan.geometry import (
    Circle,
    Plane,
    Ring,
    heading_deg,
    in_ring,
    rings_meet,
    sector,
    span_distance,
    spans,
    trimmed,
    turn_deg,
)

SQUARE = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]
metres = st.floats(-1000, 1000)
points = st.tuples(metres, metres)


@pytest.mark.parametrize(("lon", "lat"), [(120.18, 30.34), (120.18, 45.0), (0.0, 0.0)])
@pytest.mark.parametrize("bearing", range(0, 360, 30))
def test_a_kilometre_on_the_plane_is_a_kilometre_on_the_globe(lon: float, lat: float, bearing: int) -> None:
    """Against the great circle (haversine), one kilometre away in every direction."""
    step = 1000 / 6_371_008.8
    north = math.degrees(step * math.cos(math.radians(bearing)))
    east = math.degrees(step * math.sin(math.radians(bearing))) / math.cos(math.radians(lat))
    x, y = Plane(lon, lat).xy((lon + east, lat + north))
    phi1, phi2 = math.radians(lat), math.radians(lat + north)
    a = (
        math.sin((phi2 - phi1) / 2) ** 2
        + math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(east) / 2) ** 2
    )
    globe = 2 * 6_371_008.8 * math.asin(math.sqrt(a))
    assert math.hypot(x, y) == pytest.approx(globe, abs=0.2)
    assert math.hypot(x, y) == pytest.approx(1000, abs=0.2)


def test_inside_on_the_edge_and_outside_a_ring() -> None:
    assert in_ring((50, 50), SQUARE)
    assert in_ring((0, 50), SQUARE)
    assert in_ring((100, 100), SQUARE)
    assert not in_ring((100.001, 50), SQUARE)
    assert in_ring((50, 50), [*SQUARE, SQUARE[0]])


@given(points, points, points, points)
def test_the_distance_of_two_straight_parts_is_the_same_from_both_sides(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> None:
    found = span_distance(a, b, c, d)
    assert found == pytest.approx(span_distance(c, d, a, b))
    assert found <= min(math.dist(p, q) for p in (a, b) for q in (c, d)) + 1e-9


def test_straight_parts_that_cross_touch_or_pass() -> None:
    assert span_distance((0, 0), (10, 10), (0, 10), (10, 0)) == 0
    assert span_distance((0, 0), (10, 0), (10, 0), (20, 5)) == 0
    assert span_distance((0, 0), (10, 0), (0, 3), (10, 3)) == pytest.approx(3)
    assert span_distance((0, 0), (10, 0), (13, 4), (20, 4)) == pytest.approx(5)


@pytest.mark.parametrize(("radius", "meets"), [(49.9, False), (50.0, True), (200.0, True)])
def test_a_circle_meets_a_ring_when_it_reaches_it(radius: float, meets: bool) -> None:
    assert Circle((150.0, 50.0), radius).meets(SQUARE) is meets


def test_a_circle_or_ring_is_inside_only_as_a_whole() -> None:
    assert Circle((50.0, 50.0), 50.0).inside(SQUARE)
    assert not Circle((50.0, 50.0), 50.1).inside(SQUARE)
    assert Ring(((10.0, 10.0), (90.0, 10.0), (50.0, 90.0))).inside(SQUARE)
    assert not Ring(((10.0, 10.0), (190.0, 10.0), (50.0, 90.0))).inside(SQUARE)


def test_rings_meet_by_an_edge_by_lying_inside_and_not_across_a_gap() -> None:
    assert rings_meet(SQUARE, [(90.0, 40.0), (200.0, 40.0), (200.0, 60.0)])
    assert rings_meet(SQUARE, [(40.0, 40.0), (60.0, 40.0), (50.0, 60.0)])
    assert rings_meet([(40.0, 40.0), (60.0, 40.0), (50.0, 60.0)], SQUARE)
    assert rings_meet(SQUARE, [(-50.0, 40.0), (150.0, 40.0), (150.0, 60.0), (-50.0, 60.0)])
    assert not rings_meet(SQUARE, [(101.0, 0.0), (200.0, 0.0), (200.0, 100.0)])


def test_a_wind_from_the_north_blows_south() -> None:
    downwind = sector((0.0, 0.0), 0 + 180, 30, 1000)
    assert downwind.contains((0.0, -900.0))
    assert downwind.contains((400.0, -800.0))
    assert not downwind.contains((0.0, 900.0))
    assert not downwind.contains((600.0, -800.0))
    assert not downwind.contains((0.0, -1001.0))


@given(st.floats(0, 359.9), st.floats(5, 90), st.floats(100, 5000))
def test_a_sector_holds_the_points_of_its_axis_and_not_those_behind(
    bearing: float, half: float, reach: float
) -> None:
    ring = sector((0.0, 0.0), bearing, half, reach)
    ahead = (0.9 * reach * math.sin(math.radians(bearing)), 0.9 * reach * math.cos(math.radians(bearing)))
    assert ring.contains(ahead)
    assert not ring.contains((-ahead[0], -ahead[1]))


def test_a_line_is_trimmed_at_both_ends_and_never_to_nothing() -> None:
    assert trimmed([(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)], 15) == [
        (15.0, 0.0),
        (100.0, 0.0),
        (100.0, 85.0),
    ]
    assert trimmed([(0.0, 0.0), (20.0, 0.0)], 15) == [(5.0, 0.0), (15.0, 0.0)]
    assert trimmed([(0.0, 0.0), (10.0, 0.0), (100.0, 0.0)], 15) == [(15.0, 0.0), (85.0, 0.0)]


def test_headings_and_turns() -> None:
    assert heading_deg((0, 0), (0, 1)) == 0
    assert heading_deg((0, 0), (1, 0)) == 90
    assert turn_deg(350, 10) == pytest.approx(20)
    assert turn_deg(0, 180) == 180
    assert list(spans([(0, 0), (1, 0), (2, 0)])) == [((0, 0), (1, 0)), ((1, 0), (2, 0))]
