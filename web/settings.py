"""All settings in one frozen place: read once at start from LIANDONG_* and the command line. It must never show a secret.

A field `body_bytes_max` is the variable LIANDONG_BODY_BYTES_MAX. A name that nobody knows stops the start: a typing error in a
limit must not pass in silence.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from core.messages import Id, Line

PREFIX = "LIANDONG_"
NOT_SETTINGS = ("LIANDONG_TEST_", "LIANDONG_CHROMIUM", "LIANDONG_KEEP")
"""Variables of the tests and the browser: read elsewhere, allowed everywhere."""
OF_CLIENTS = frozenset({"LIANDONG_TOKEN", "LIANDONG_URL"})
"""Variables of commands that ask a running server; the server itself has no use for them."""

PositiveInt = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]
LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsError(Exception):
    """A setting is unknown or malformed. `zh` and `en` name it and say what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Secret:
    """A text that is never printed: neither by repr, nor by str, nor by the JSON of a log line."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an installation may choose. Every bound has a unit in its name."""

    # Where things are
    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8470
    postgres: Secret | None = None
    redis: Secret | None = None
    log_level: LogLevel = "info"
    public_origin: str | None = None
    """The origin that browsers see (https://…) where it is not what the Host header says."""

    # The operator's own district, written by the first start
    district: Id = "gov"
    district_name: Line = "区应急指挥中心"
    district_name_en: Line = "District Emergency Command Centre"
    live_title: Line = "实战"

    # The log in PostgreSQL
    postgres_schema: Id = "liandong"
    lock_timeout_s: Seconds = 5.0
    statement_timeout_s: Seconds = 10.0
    hold_timeout_s: Seconds = 5.0

    # The desk
    queue_commands_max: PositiveInt = 10_000
    batch_commands_max: PositiveInt = 512
    reactions: bool = True
    """Whether this node acts on deadlines and start conditions; one node of an installation must."""

    # HTTP
    body_bytes_max: PositiveInt = 2 << 20
    """Of one request: a set of plans that lead to each other is adopted by one command."""
    line_bytes_max: PositiveInt = 64 << 10
    """Of one line of commands:batch."""
    batch_in_flight_commands_max: PositiveInt = 256
    batch_idle_timeout_s: Seconds = 900.0
    events_page_max: PositiveInt = 5_000
    events_page: PositiveInt = 500
    incident_events_max: PositiveInt = 20_000
    query_values_max: PositiveInt = 20
    """Of one repeated query parameter."""
    view_wait_timeout_s: Seconds = 5.0
    view_folds_max: PositiveInt = 2
    """As-of views that are folded at one time."""
    answer_timeout_s: Seconds = 30.0
    ready_timeout_s: Seconds = 2.0
    keeper_lag_positions_max: PositiveInt = 5_000
    graceful_stop_s: Seconds = 15.0
    connections_max: PositiveInt = 20_000
    operations_listed_max: PositiveInt = 200

    # WebSocket
    clients_max: PositiveInt = 10_000
    client_queue_frames_max: PositiveInt = 2_000
    client_message_bytes_max: PositiveInt = 64 << 10
    patches_kept_max: PositiveInt = 5_000
    frame_interval_s: Seconds = 0.1
    heartbeat_s: Seconds = 2.0

    # Accounts
    session_idle_s: PositiveInt = 12 * 3600
    session_absolute_s: PositiveInt = 7 * 24 * 3600
    sessions_per_user_max: PositiveInt = 20
    login_code_s: PositiveInt = 600
    credential_cache_s: Seconds = 2.0
    """How long a node may believe a token or session that was revoked elsewhere."""
    credential_cache_entries_max: PositiveInt = 20_000
    password_chars_min: PositiveInt = 10
    password_chars_max: PositiveInt = 200
    password_checks_at_once_max: PositiveInt = 2

    # Rate limits, per token or session; failures of one address
    rate_commands_per_s: Seconds = 20_000.0
    rate_commands_burst: PositiveInt = 40_000
    rate_refusals_per_s: Seconds = 20.0
    rate_refusals_burst: PositiveInt = 400
    rate_failed_logins_per_s: Seconds = 0.1
    rate_failed_logins_burst: PositiveInt = 10
    rate_reads_per_s: Seconds = 200.0
    rate_reads_burst: PositiveInt = 1_000
    rate_keys_max: PositiveInt = 50_000

    @property
    def accounts_file(self) -> Path:
        """Users, tokens and sessions of an embedded installation; any process may write it."""
        return self.data / "accounts.db"


FIELDS = frozenset(Settings.__struct_fields__)


def load(environment: Mapping[str, str] | None = None, **options: Any) -> Settings:
    """The settings of this process: defaults, then LIANDONG_*, then what the command line gave (None: nothing). Raises SettingsError."""
    given: dict[str, Any] = {}
    for name, value in (os.environ if environment is None else environment).items():
        if not name.startswith(PREFIX) or name in OF_CLIENTS or name.startswith(NOT_SETTINGS):
            continue
        field = name.removeprefix(PREFIX).lower()
        if field not in FIELDS:
            raise SettingsError(
                f"未知的环境变量 {name}：请改正或删除。可用的名称见 liandong serve --help。",
                f"The variable {name} is unknown: correct or unset it. liandong serve --help lists the names.",
            )
        given[field] = value
    given.update((name, value) for name, value in options.items() if value is not None)
    try:
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        # msgspec names the field and the rule, and never repeats the value: nothing secret can be in it.
        raise SettingsError(
            f"设置有误：{error}（LIANDONG_* 环境变量或命令行选项）。",
            f"A setting is malformed: {error} (a LIANDONG_* variable or an option).",
        ) from error
    _check_urls(settings)
    return settings


def _decode(kind: type[Any], value: Any) -> Any:
    if kind is Secret:
        if isinstance(value, Secret):
            return value
        if isinstance(value, str) and value:
            return Secret(value)
        raise ValueError("expected a non-empty text")
    if issubclass(kind, Path):
        return Path(value)
    raise NotImplementedError(kind)


def _check_urls(settings: Settings) -> None:
    for field, schemes in (("postgres", ("postgresql", "postgres")), ("redis", ("redis", "rediss", "unix"))):
        secret: Secret | None = getattr(settings, field)
        if secret is None:
            continue
        try:
            scheme = urlsplit(secret.reveal()).scheme
        except ValueError:
            scheme = ""
        if scheme not in schemes:
            raise SettingsError(
                f"{PREFIX}{field.upper()} 必须是以 {schemes[0]}:// 开头的地址。",
                f"{PREFIX}{field.upper()} must be an address that begins with {schemes[0]}://.",
            )
