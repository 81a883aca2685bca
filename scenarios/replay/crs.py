"""Coordinates of other reference systems to WGS-84 (domain §14). Pure arithmetic; the original pair is kept by the caller."""

from __future__ import annotations

from math import atan2, cos, pi, sin, sqrt
from typing import Literal

Crs = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]
"""CGCS2000 equals WGS-84 for our purpose; GCJ-02 is what 高德 and 腾讯 show, BD-09 what 百度 shows."""

_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
"""Krasovsky 1940, as the public GCJ-02 formula has it."""
_BD_TURN = pi * 3000 / 180
_ROUNDS = 5
"""Three are enough for one metre; the rest costs nothing."""


def to_wgs84(crs: Crs, lon: float, lat: float) -> tuple[float, float]:
    """(lon, lat) in WGS-84 degrees."""
    match crs:
        case "WGS-84" | "CGCS2000":
            return lon, lat
        case "GCJ-02":
            return _from_gcj(lon, lat)
        case "BD-09":
            return _from_gcj(*_bd_to_gcj(lon, lat))


def _from_gcj(lon: float, lat: float) -> tuple[float, float]:
    """The inverse by iteration: move the guess by how far its image misses."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_ROUNDS):
        d_lon, d_lat = _gcj_offset(guess_lon, guess_lat)
        guess_lon, guess_lat = lon - d_lon, lat - d_lat
    return guess_lon, guess_lat


def _gcj_offset(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 minus WGS-84, in degrees. Nothing is moved outside mainland China's box."""
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return 0.0, 0.0
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = lat / 180.0 * pi
    root = 1 - _ECCENTRICITY2 * sin(phi) ** 2
    d_lat = north * 180.0 / (_AXIS_M * (1 - _ECCENTRICITY2) / (root * sqrt(root)) * pi)
    d_lon = east * 180.0 / (_AXIS_M / sqrt(root) * cos(phi) * pi)
    return d_lon, d_lat


def _bd_to_gcj(lon: float, lat: float) -> tuple[float, float]:
    x, y = lon - 0.0065, lat - 0.006
    radius = sqrt(x * x + y * y) - 0.00002 * sin(y * _BD_TURN)
    angle = atan2(y, x) - 0.000003 * cos(x * _BD_TURN)
    return radius * cos(angle), radius * sin(angle)
