"""The base types of every message: who asks, what is asked, what is recorded. It must never import a thing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)"
"""The tail is for Python, whose `$` also stands before a last newline."""
POST_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)"

Id = Annotated[
    str, Meta(pattern=ID_PATTERN, description="1–64 of A–Z a–z 0–9 . _ -, beginning with a letter or digit")
]
PostId = Annotated[str, Meta(pattern=POST_ID_PATTERN, description="organisation/post, for example gov/duty")]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
"""One short line of text: a name, a reason, a label."""
Text = Annotated[str, Meta(min_length=1, max_length=4000)]
"""A passage of text."""
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Moment = Annotated[datetime, Meta(tz=True)]
"""An aware time; kept in UTC."""

Source = Literal["radio", "phone", "app", "sensor", "gps", "manual", "import", "system"]
Precision = Literal["second", "minute", "hour", "approximate", "unknown"]
"""How exactly `occurred_at` is known. `unknown` only orders the event: it is shown as — and makes no interval."""

SYSTEM = "system"
"""The organisation of actors that exist only inside the process (setup, replay, reactions, watch)."""


class Command(Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """Something that is asked for, in the imperative. An unknown field is an error of the sender."""


class Event(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Something that happened, in the past tense. Unknown fields are ignored, so that an older node reads a newer log."""


class Actor(Struct, frozen=True):
    """Who acts: an opaque user, at a post (岗位) of an organisation. Never a person's name."""

    user: str
    organisation: str
    post: str

    @property
    def post_id(self) -> str:
        return f"{self.organisation}/{self.post}"

    @property
    def is_system(self) -> bool:
        return self.organisation == SYSTEM


class Name(Struct, frozen=True, omit_defaults=True):
    """A name in both tongues; English may be missing and then the Chinese one is shown."""

    zh: Line
    en: Line | None = None


class OriginalPoint(Struct, frozen=True):
    """A coordinate pair as it was received, with its reference system, before it was converted to WGS-84."""

    crs: Line
    lon: float
    lat: float


class Place(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A place 地点 in words and, where known, as WGS-84 degrees."""

    text: Line
    lon: Longitude | None = None
    lat: Latitude | None = None
    original: OriginalPoint | None = None


class Stamp(Struct, frozen=True, omit_defaults=True):
    """When a milestone happened, and how well that is known; `position` is where the log says so, `by` the post that did."""

    at: Moment
    precision: Precision
    source: Source
    position: int
    by: str
    corrected: bool = False


class Envelope(Struct, frozen=True, kw_only=True):
    """One command on its way to the desk. `id` is chosen by the client: the same id is never carried out twice.

    `seen` is the log position that the user was looking at. Without `occurred_at` the fact is of now.
    """

    id: UUID
    operation: str
    actor: Actor
    command: Any
    occurred_at: datetime | None = None
    source: Source = "app"
    precision: Precision = "second"
    seen: int | None = None


class Context(Struct, frozen=True, kw_only=True):
    """What a rule may know beside the world: who asks, what time it is, when the fact happened.

    `now` is the operation's clock (scenario time in a drill); `position` is the one that the first event of this decision gets.
    """

    actor: Actor
    now: datetime
    occurred_at: datetime
    source: Source
    precision: Precision
    seen: int | None
    position: int
    operation: str
