"""The log: what it promises (`protocol`), its two stores (`sqlite.SqliteLog`, `postgres.PostgresLog`) and its tree (`merkle`)."""

from __future__ import annotations

from core.log.protocol import (
    AppendOutcomeUnknown,
    CommandKnown,
    Head,
    Held,
    Log,
    LogBusy,
    LogError,
    LogFailed,
    LogUnavailable,
    Query,
    StoredCommand,
    StoredEvent,
)

__all__ = [
    "AppendOutcomeUnknown",
    "CommandKnown",
    "Head",
    "Held",
    "Log",
    "LogBusy",
    "LogError",
    "LogFailed",
    "LogUnavailable",
    "Query",
    "StoredCommand",
    "StoredEvent",
]
