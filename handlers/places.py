"""Places as they go into the log: WGS-84, both coordinates or none, at most seven decimals (about a centimetre)."""

from __future__ import annotations

from typing import overload

from msgspec import structs

from core.errors import Rule
from core.messages import Place

DECIMALS_MAX = 7


@overload
def settled(place: Place) -> Place: ...
@overload
def settled(place: Place | None) -> Place | None: ...
def settled(place: Place | None) -> Place | None:
    """The place with its coordinates rounded for the log. Raises Rule when only one of them is given."""
    if place is None or (place.lon is None and place.lat is None):
        return place
    if place.lon is None or place.lat is None:
        raise Rule(
            "half_a_coordinate",
            "坐标须同时给出经度 lon 和纬度 lat，或都不给。",
            "Give both lon and lat, or neither.",
            lon=place.lon,
            lat=place.lat,
        )
    original = place.original
    if original is not None:
        original = structs.replace(
            original, lon=round(original.lon, DECIMALS_MAX), lat=round(original.lat, DECIMALS_MAX)
        )
    return structs.replace(
        place, lon=round(place.lon, DECIMALS_MAX), lat=round(place.lat, DECIMALS_MAX), original=original
    )
