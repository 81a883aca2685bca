"""Bounded scalars of plan and register files: each pattern and bound once, with its name and unit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from core.messages import Latitude, Longitude

ITEMS_MAX = 200
"""How many entries one list of a plan may hold."""
TABLE_ROWS_MAX = 50_000
"""How many entries one table of a register file may hold."""
POINTS_MAX = 2_000
"""How many points one line or ring may hold."""
RADIUS_M_MAX = 50_000
LIMIT_MAX = timedelta(days=366)
"""The longest duration that a plan may state."""

ONE_OR_MANY = {"x-one-or-many": True}
"""Marks a list that may be written as its one entry."""

Duty = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}$",
        max_length=64,
        description="a duty or capability code of two to four words, for example isolate.source",
    ),
]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,47}$", description="a code of a–z 0–9 _")]
Clause = Annotated[
    str, Meta(pattern=r"^[0-9A-Za-z一-鿿.()（）-]{1,32}$", description="the clause's number in the text")
]
StockId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}/[123][0-9]{6}$",
        description="depot/item, the item a code of GB/T 38565, for example dep-1/2990199",
    ),
]
Hours = Annotated[
    str,
    Meta(
        pattern=r"^(24h|([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]|24):[0-5][0-9])$",
        description="24h, or from-to in local time, for example 08:00-17:30",
    ),
]
Version = Annotated[int, Meta(ge=1, le=1_000_000)]
Quantity = Annotated[float, Meta(gt=0, le=1e9)]
People = Annotated[int, Meta(ge=0, le=10_000_000)]
Metres = Annotated[float, Meta(gt=0, le=RADIUS_M_MAX)]
Degrees = Annotated[float, Meta(ge=0, lt=360)]
Duration = timedelta
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Point = Annotated[tuple[Longitude, Latitude], Meta(description="[lon, lat], WGS-84 degrees")]
Line = Annotated[tuple[Point, ...], Meta(min_length=2, max_length=POINTS_MAX)]
Ring = Annotated[tuple[Point, ...], Meta(min_length=3, max_length=POINTS_MAX)]
"""A polygon's outer ring, in degrees; closing it is optional."""

WarningType = Code
ChannelKind = Literal["phone", "app", "radio", "sms", "fax", "email", "broadcast", "runner"]
LinkKind = Literal["notify", "activate", "request", "hand_over", "warn"]
LINK_KINDS: dict[LinkKind, tuple[str, str]] = {
    "notify": ("通报", "notify"),
    "activate": ("启动", "activate"),
    "request": ("请求", "request"),
    "hand_over": ("移交", "hand over"),
    "warn": ("预警", "warn"),
}


class Validity(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"from_": "from"}):
    """From and to, both days included; a side that is left out is open."""

    from_: date | None = None
    to: date | None = None

    def covers(self, day: date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


ALWAYS = Validity()
