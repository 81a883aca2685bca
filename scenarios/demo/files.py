"""The two files of the demo, read strictly: an unknown key, a bad time or a bound that is passed is refused with file and place.

Nothing in a file is ever evaluated; it holds data only.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from core.kinds import Field, TeamKind
from core.messages import Id, Line, Moment, Name, Place, PostId, Precision, Source, Text
from core.organisation import Code, Level
from core.team import Capabilities, Strength

HERE = Path(__file__).parent
REGISTER = HERE / "register.toml"
DAY = HERE / "day.toml"
PLANS = HERE / "plans"

FILE_BYTES_MAX = 1 << 20
ORGANISATIONS_MAX = 2_000
TEAMS_MAX = 5_000
INCIDENTS_MAX = 1_000
ASSIGNMENTS_OF_INCIDENT_MAX = 200
STEPS_OF_INCIDENT_MAX = 200
ACTIONS_MAX = 1_000
RATE_MAX = 600

_FROM_START = re.compile(r"T\+(\d{2}):([0-5]\d):([0-5]\d)")
_FROM_REPORT = re.compile(r"\+(\d{2}):([0-5]\d):([0-5]\d)")
FromStart = Annotated[
    str, Meta(pattern=f"^{_FROM_START.pattern}$", description="T+hh:mm:ss from the day's start")
]
FromReport = Annotated[
    str, Meta(pattern=f"^{_FROM_REPORT.pattern}$", description="+hh:mm:ss from the incident's report")
]


class DemoFileError(Exception):
    """A demo file cannot be used. `zh` and `en` name the file, the place in it and what is wrong."""

    def __init__(self, where: str, zh: str, en: str) -> None:
        super().__init__(f"{where}: {en}")
        self.zh = f"{where}：{zh}"
        self.en = f"{where}: {en}"


class _Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a file: unknown keys are errors."""


# --- the register ---


class OrganisationRow(_Row, frozen=True, kw_only=True):
    """An organisation and the posts that are opened in it."""

    id: Id
    name: Name
    level: Level
    parent: Id
    code: Code | None = None
    posts: tuple[Id, ...] = ()


class TeamRow(_Row, frozen=True, kw_only=True):
    """A team, its strength (persons) and its base."""

    id: Id
    organisation: Id
    name: Name
    kind: TeamKind
    strength: Strength
    capabilities: Capabilities = ()
    base: Place


class Change(_Row, frozen=True, kw_only=True):
    """Any other command of the register, sent after all organisations and teams are entered."""

    by: PostId
    do: Line
    content: dict[str, Any] = field(name="with")


class Register(_Row, frozen=True, kw_only=True):
    """The invented district: what is registered in `live` before a drill copies it."""

    format: Literal["demo-register/1"]
    district: Id
    name: Name
    organisations: Annotated[tuple[OrganisationRow, ...], Meta(max_length=ORGANISATIONS_MAX)]
    teams: Annotated[tuple[TeamRow, ...], Meta(max_length=TEAMS_MAX)]
    changes: tuple[Change, ...] = ()


# --- the day ---


class Assignment(_Row, frozen=True, kw_only=True):
    """One team's course on one incident: every time that is written becomes one command, what is left out nobody reports.

    `by` orders (default: the day's dispatcher), `released_by` releases; the team's own team_lead reports the rest.
    """

    dispatch: Id
    team: Id
    ordered: FromReport
    divert: bool = False
    by: PostId | None = None
    released_by: PostId | None = None
    acknowledged: FromReport | None = None
    en_route: FromReport | None = None
    on_scene: FromReport | None = None
    working: FromReport | None = None
    left_scene: FromReport | None = None
    at_hospital: FromReport | None = None
    released: FromReport | None = None
    returned: FromReport | None = None


class Step(_Row, frozen=True, kw_only=True):
    """Any other command about an incident. `occurred` is when it happened, where that is earlier than it is told.

    `label` names the record that it makes, `"$label"` in a later step is that record's position. `refused` is the code of the
    refusal that the step is there to show. `"@link/plan/link"` (and `@task/…`, `@activation/plan`) names what a response opened;
    `optional` says that it is the system that opens it, so that it may not be there yet.
    """

    at: FromReport
    by: PostId
    do: Line
    content: dict[str, Any] = field(name="with")
    occurred: FromReport | None = None
    source: Source = "app"
    precision: Precision = "second"
    label: Id | None = None
    refused: Line | None = None
    optional: bool = False


class IncidentRow(_Row, frozen=True, kw_only=True):
    """A call and its course."""

    id: Id
    at: FromStart
    kind: Line
    place: Place
    text: Text
    by: PostId | None = None
    source: Source = "phone"
    field: Field | None = None
    said: Line | None = None
    teams: Annotated[tuple[Assignment, ...], Meta(max_length=ASSIGNMENTS_OF_INCIDENT_MAX)] = ()
    steps: Annotated[tuple[Step, ...], Meta(max_length=STEPS_OF_INCIDENT_MAX)] = ()


class Action(_Row, frozen=True, kw_only=True):
    """A command that belongs to no incident."""

    at: FromStart
    by: PostId
    do: Line
    content: dict[str, Any] = field(name="with")


class Day(_Row, frozen=True, kw_only=True):
    """A day of calls. What lies before `live_from` is played at once; `rate` is simulated seconds a second."""

    format: Literal["demo-day/1"]
    id: Id
    title: Name
    start: Moment
    live_from: FromStart
    rate: Annotated[int, Meta(ge=1, le=RATE_MAX)]
    controller: PostId
    dispatcher: PostId
    incidents: Annotated[tuple[IncidentRow, ...], Meta(min_length=1, max_length=INCIDENTS_MAX)]
    actions: Annotated[tuple[Action, ...], Meta(max_length=ACTIONS_MAX)] = ()


def from_start(text: str) -> timedelta:
    """The time that `T+hh:mm:ss` means."""
    return _offset(_FROM_START, text)


def from_report(text: str) -> timedelta:
    """The time that `+hh:mm:ss` means."""
    return _offset(_FROM_REPORT, text)


def moment_from_report(content: Any, reported: datetime) -> Any:
    """A `+hh:mm:ss` inside a command's content as an instant; anything else unchanged."""
    if isinstance(content, str) and _FROM_REPORT.fullmatch(content):
        return reported + from_report(content)
    return content


def _offset(pattern: re.Pattern[str], text: str) -> timedelta:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = map(int, found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def load_register(path: Path = REGISTER) -> Register:
    """The register. Raises DemoFileError."""
    return _load(path, Register)


def load_day(path: Path = DAY) -> Day:
    """The day. Raises DemoFileError."""
    return _load(path, Day)


_T = TypeVar("_T", Register, Day)


def _load(path: Path, kind: type[_T]) -> _T:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise DemoFileError(
            path.name, f"文件无法读取（{error.strerror}）。", f"the file cannot be read ({error.strerror})."
        ) from error
    if len(data) > FILE_BYTES_MAX:
        raise DemoFileError(
            path.name,
            f"文件超过 {FILE_BYTES_MAX} 字节，请拆分。",
            f"the file is larger than {FILE_BYTES_MAX} bytes: split it.",
        )
    try:
        return msgspec.toml.decode(data, type=kind)
    except msgspec.ValidationError as error:
        # msgspec says what is wrong and the path to it: `Object contains unknown field … - at `$.incidents[3].teams[0]``.
        raise DemoFileError(path.name, f"内容不合格式：{error}。", f"{error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DemoFileError(path.name, f"不是有效的 TOML：{error}。", f"this is no TOML: {error}.") from error
