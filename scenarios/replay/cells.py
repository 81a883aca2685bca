"""One cell at a time: times in a zone, points, ids. Pure; what cannot be read is said, never guessed."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.messages import ID_PATTERN
from scenarios.replay.crs import Crs, to_wgs84
from scenarios.replay.errors import MapError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
Instant = int
"""Microseconds since 1970 in UTC: a file of a hundred thousand rows holds half a million of them."""

ID_CHARS_MAX = 64
_ID = re.compile(ID_PATTERN)
_HASH_CHARS = 8

_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,6})\d*",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "z": r"(?P<z>Z|[+-]\d{2}:?\d{2})",
    "%": "%",
}


def instant_of(at: datetime) -> Instant:
    return (at - EPOCH) // MICROSECOND


def moment_of(instant: Instant) -> datetime:
    return EPOCH + timedelta(microseconds=instant)


class Read(NamedTuple):
    """A stamp that was read. `dst` says when the clocks were changed just then: the hour twice, or not at all."""

    instant: Instant
    dst: str = ""


class Times:
    """Reads times written in some formats, local to a zone. An hour that a zone has twice is taken as the first."""

    def __init__(self, formats: tuple[str, ...], zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._patterns = [_compile(written) for written in formats]
        self._hours: dict[datetime, tuple[int, str]] = {}

    def read(self, text: str) -> Read | None:
        """None where no format fits, or the day or hour does not exist in any calendar."""
        for number, pattern in enumerate(self._patterns):
            if (found := pattern.fullmatch(text)) is None:
                continue
            if number:
                # Files keep to one format: the one that fitted is tried first from now on.
                self._patterns.insert(0, self._patterns.pop(number))
            try:
                return self._instant(found.groupdict())
            except (ValueError, OverflowError):
                return None
        return None

    def _instant(self, parts: dict[str, str | None]) -> Read:
        year = int(parts.get("Y") or 0) or 2000 + int(parts.get("y") or 0)
        hour, day_later = _hour(parts)
        local = datetime(
            year,
            int(parts.get("m") or 1),
            int(parts.get("d") or 1),
            hour,
            int(parts.get("M") or 0),
            int(parts.get("S") or 0),
            int((parts.get("f") or "0").ljust(6, "0")),
            tzinfo=UTC,
        ) + timedelta(days=day_later)
        if (offset := parts.get("z")) is not None:
            return Read(instant_of(local) - _offset_us(offset))
        offset_us, dst = self._offset(local.replace(tzinfo=None))
        return Read(instant_of(local) - offset_us, dst)

    def _offset(self, local: datetime) -> tuple[int, str]:
        """The zone's offset from UTC in microseconds. The answer is remembered for the hour, unless clocks change within it."""
        hour = local.replace(minute=0, second=0, microsecond=0)
        known = self._hours.get(hour)
        if known is None:
            ends = {
                self._look(at)
                for at in (hour, hour + timedelta(minutes=59, seconds=59, microseconds=999_999))
            }
            if len(ends) > 1:
                return self._look(local)
            known = self._hours[hour] = ends.pop()
        return known

    def _look(self, local: datetime) -> tuple[int, str]:
        first, second = (local.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1))
        assert first is not None
        assert second is not None
        dst = "" if first == second else "ambiguous" if first > second else "gap"
        return first // MICROSECOND, dst


def _hour(parts: dict[str, str | None]) -> tuple[int, int]:
    """Hour of the day, and the days to add: 24:00 is 00:00 of the next day. Raises ValueError."""
    if (twelve := parts.get("I")) is not None:
        hour = int(twelve)
        if not 1 <= hour <= 12:
            raise ValueError(twelve)
        return hour % 12 + (12 if (parts.get("p") or "a") in "Pp" else 0), 0
    hour = int(parts.get("H") or 0)
    if hour == 24 and int(parts.get("M") or 0) == int(parts.get("S") or 0) == 0:
        return 0, 1
    return hour, 0


def _offset_us(text: str) -> int:
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "")
    seconds = (int(digits[:2]) * 60 + int(digits[2:])) * 60
    return seconds * SECOND_US * (-1 if text[0] == "-" else 1)


def _compile(written: str) -> re.Pattern[str]:
    """A format of strptime as a pattern: some eight times as fast. Raises MapError for a directive that is not known."""
    parts: list[str] = []
    letters = iter(written)
    for letter in letters:
        if letter != "%":
            parts.append(r"\s+" if letter.isspace() else re.escape(letter))
            continue
        directive = next(letters, "")
        if directive not in _DIRECTIVES:
            legal = " ".join("%" + known for known in _DIRECTIVES)
            raise MapError(
                f"time_formats 中的 {written!r} 用了不支持的 %{directive}；可用：{legal}。",
                f"{written!r} in time_formats uses %{directive}, which is not supported: use {legal}.",
            )
        parts.append(_DIRECTIVES[directive])
    try:
        return re.compile("".join(parts))
    except re.error as error:
        raise MapError(
            f"time_formats 中的 {written!r} 有误：{error}。",
            f"{written!r} in time_formats is malformed: {error}.",
        ) from error


class Point(NamedTuple):
    """WGS-84 degrees, and the pair as it was written."""

    lon: float
    lat: float
    original_lon: float
    original_lat: float


class Points:
    """Reads points: both coordinates in one cell, written as the templates say, or two cells."""

    def __init__(self, templates: tuple[str, ...], crs: Crs) -> None:
        self._crs: Crs = crs
        self._patterns = [_compile_point(template) for template in templates]

    def read(self, text: str) -> Point | None:
        """The first pair in the text that fits a template. None: none does. Raises OutOfRange."""
        for pattern in self._patterns:
            if (found := pattern.search(text)) is not None:
                return self.pair(found["lon"], found["lat"])
        return None

    def pair(self, lon: str, lat: str) -> Point | None:
        """A point of two texts. None: not numbers. Raises OutOfRange."""
        try:
            x, y = float(lon), float(lat)
        except ValueError:
            return None
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            raise OutOfRange
        wgs_lon, wgs_lat = to_wgs84(self._crs, x, y)
        return Point(wgs_lon, wgs_lat, x, y)


class OutOfRange(Exception):
    """Numbers that are no degrees of longitude and latitude."""


def _compile_point(template: str) -> re.Pattern[str]:
    if "lon" not in template or "lat" not in template:
        raise MapError(
            f"point_formats 中的 {template!r} 须含 lon 和 lat，例如 (lat, lon)。",
            f"{template!r} in point_formats must hold lon and lat, for example (lat, lon).",
        )
    pattern = "".join(r"\s*" if letter.isspace() else re.escape(letter) for letter in template)
    for name in ("lon", "lat"):
        pattern = pattern.replace(name, rf"\s*(?P<{name}>[+-]?\d+(?:\.\d+)?)\s*", 1)
    return re.compile(pattern, re.IGNORECASE)


class Ids:
    """Legal ids for the file's own: themselves where they are legal, else transliterated, always the same way, never shared."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, raw: str) -> tuple[str, bool]:
        """The id, and whether it had to be changed for the first time now."""
        if (known := self._known.get(raw)) is not None:
            return known, False
        if _ID.match(raw) is not None:
            self._known[raw] = raw
            return raw, False
        # The hash of the whole original keeps ids apart that look the same once their strange characters are gone.
        id = self._known[raw] = with_hash(raw, raw)
        return id, True


def with_hash(stem: str, of: str) -> str:
    """A legal id that begins like `stem` and ends in a hash of `of`."""
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[: ID_CHARS_MAX - _HASH_CHARS - 1]
    digest = hashlib.sha256(of.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]
    return f"{kept}-{digest}" if kept else f"x-{digest}"
