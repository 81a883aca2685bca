"""What a map says: which column is what, how times and points are written, what the codes mean. Decoding only; no file is opened."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from core.dispatch import CancelReason
from core.kinds import INCIDENT_KINDS, TeamKind
from core.messages import Id, Line, Name
from core.organisation import Level
from scenarios.replay.crs import Crs
from scenarios.replay.errors import MapError

ALTERNATIVES_MAX = 20
Alternatives = Annotated[tuple[Line, ...], Meta(min_length=1, max_length=ALTERNATIVES_MAX)]
"""Names that one column has in different years; case, blanks and underscores do not matter."""

StampName = Literal[
    "received", "entry", "ordered", "en_route", "on_scene", "left_scene", "at_hospital", "available"
]
STAMPS: tuple[StampName, ...] = (
    "received",
    "entry",
    "ordered",
    "en_route",
    "on_scene",
    "left_scene",
    "at_hospital",
    "available",
)
"""The stamps of a row in the order in which they come when everything goes as it should."""


class Owner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The organisation that the file's teams belong to."""

    id: Id
    name: Name
    level: Level = "department"


class Columns(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where each thing stands. `point` holds both coordinates; else `lon` and `lat` are columns of their own."""

    call: Alternatives
    unit: Alternatives
    received: Alternatives
    ordered: Alternatives
    available: Alternatives
    row: Alternatives | None = None
    unit_type: Alternatives | None = None
    entry: Alternatives | None = None
    en_route: Alternatives | None = None
    on_scene: Alternatives | None = None
    left_scene: Alternatives | None = None
    at_hospital: Alternatives | None = None
    call_type: Alternatives | None = None
    disposition: Alternatives | None = None
    place: Alternatives | None = None
    town: Alternatives | None = None
    point: Alternatives | None = None
    lon: Alternatives | None = None
    lat: Alternatives | None = None


class Codes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's words and ours; case and blanks at the ends do not matter."""

    call_type: dict[str, Line] = {}
    unit_type: dict[str, TeamKind] = {}
    unit_type_default: TeamKind = "other"
    cancel: dict[str, CancelReason] = {}
    cancel_default: CancelReason = "not_needed"


class ReplayMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One map. `optional` columns may be absent from a file; `notes` are kept as text with the report of the call."""

    name: Line
    about: Name
    encodings: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=5)] = ("utf-8-sig",)
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    zone: Line
    time_formats: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=20)]
    source_crs: Crs = "WGS-84"
    point_formats: Annotated[tuple[Line, ...], Meta(max_length=10)] = ()
    bounds: tuple[float, float, float, float] | None = None
    """west, south, east, north: a point outside is kept and reported."""
    place_unknown: Line = "—"
    organisation: Owner
    columns: Columns
    optional: tuple[str, ...] = ()
    notes: tuple[Line, ...] = ()
    codes: Codes = Codes()


def parse_map(data: bytes, where: str) -> ReplayMap:
    """The map in a TOML file's bytes. Raises MapError naming the field."""
    try:
        found = msgspec.toml.decode(data, type=ReplayMap)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MapError(
            f"对照表 {where} 有误：{error}。", f"The map {where} is malformed: {error}."
        ) from error
    try:
        ZoneInfo(found.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise MapError(
            f"对照表 {where} 中的时区 {found.zone} 不存在；请用 Asia/Shanghai 这样的名称。",
            f"The map {where} names a time zone that does not exist, {found.zone}: use a name like Asia/Shanghai.",
        ) from error
    kinds = sorted({kind for kind in found.codes.call_type.values() if kind not in INCIDENT_KINDS})
    if kinds:
        raise MapError(
            f"对照表 {where} 的 codes.call_type 用了未知的事件种类：{'、'.join(kinds)}。",
            f"The map {where} uses unknown incident kinds in codes.call_type: {', '.join(kinds)}.",
        )
    if strangers := sorted(set(found.optional) - set(Columns.__struct_fields__)):
        raise MapError(
            f"对照表 {where} 的 optional 中有未知的列：{'、'.join(strangers)}。",
            f"The map {where} names unknown columns in optional: {', '.join(strangers)}.",
        )
    if found.columns.point is not None and not found.point_formats:
        raise MapError(
            f'对照表 {where} 有 point 列却没有 point_formats，例如 ["(lat, lon)"]。',
            f'The map {where} has a column for point but no point_formats, for example ["(lat, lon)"].',
        )
    if (found.columns.lon is None) != (found.columns.lat is None):
        raise MapError(
            f"对照表 {where} 的 lon 与 lat 两列须同时给出。",
            f"The map {where} must name both columns, lon and lat, or neither.",
        )
    return found


def plain(word: str) -> str:
    """A column's name as it is compared: without case, blanks, underscores."""
    return "".join(word.split()).replace("_", "").replace("\ufeff", "").casefold()


def code(word: str) -> str:
    """A code as it is compared."""
    return " ".join(word.split()).casefold()
