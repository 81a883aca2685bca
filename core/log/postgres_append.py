"""One batch as PostgreSQL takes it: its columns, the one statement that writes and commits it, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

from core.log.protocol import AppendOutcomeUnknown, CommandKnown, Head, LogFailed, StoredCommand, StoredEvent
from core.log.rows import join_frontier, join_tags, micros

APPEND = "SELECT append_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"

# What a connection raises that is gone or going. asyncpg says InternalClientError when the server ends an idle session
# just as a question is on its way.
Lost = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
)


async def append(
    connection: asyncpg.Connection[asyncpg.Record],
    key: int,
    before: Head,
    after: Head,
    channel: str,
    hint: str | None,
    batch: list[list[Any]],
    timeout_s: float,
) -> None:
    """Write and commit. Raises CommandKnown and LogFailed when the server said no, AppendOutcomeUnknown when it said nothing."""
    recorded_at = None if after.recorded_at is None else micros(after.recorded_at)
    frontier = join_frontier(after.frontier)
    try:
        await connection.fetchval(
            APPEND, key, before.position, after.position, recorded_at, frontier, after.epoch, channel, hint, *batch,
            timeout=timeout_s,
        )  # fmt: skip
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "command_pkey":
            raise failed(error) from error
        raise CommandKnown(
            "批次中有命令编号已在日志中，本次未写入任何内容。",
            "A command id of the batch is in the log already; nothing was written.",
        ) from error
    except (asyncpg.QueryCanceledError, ValueError) as error:
        # Cancelled by the server's own time-out, or never sent because a value has no form on the wire.
        raise failed(error) from error
    except Lost as error:
        raise AppendOutcomeUnknown(
            "写入时与数据库的连接中断，无法确定是否已写入；请按命令编号查询。",
            "The connection to the database was lost while appending; ask by command id whether it happened.",
        ) from error
    except asyncpg.PostgresError as error:
        # The server answered: its transaction, which is this one statement, was rolled back.
        raise failed(error) from error


def columns(events: Sequence[StoredEvent], commands: Sequence[StoredCommand]) -> list[list[Any]]:
    event_columns: list[list[Any]] = [
        [event.type for event in events],
        [join_tags(event.tags) for event in events],
        [micros(event.recorded_at) for event in events],
        [event.command_id for event in events],
        [event.data for event in events],
    ]
    command_columns: list[list[Any]] = [list(column) for column in zip(*commands, strict=True)] or [
        [] for _ in range(7)
    ]
    command_columns[2] = [micros(at) for at in command_columns[2]]
    return event_columns + command_columns


def lost_before(error: BaseException | None) -> LogFailed:
    return LogFailed(
        "与数据库的连接已断开，本次未写入任何内容；请稍后重试。",
        f"The connection to the database was lost before anything was written ({error}); try again shortly.",
    )


def failed(error: Exception) -> LogFailed:
    if isinstance(error, asyncpg.DiskFullError):
        return LogFailed(
            "数据库所在磁盘已满，本次未写入任何内容；腾出空间后可继续。",
            "The database's disk is full and nothing was written; free some space and go on.",
        )
    return LogFailed(
        f"数据库拒绝写入（{error}），本次未写入任何内容。",
        f"The database did not write ({error}); nothing was written.",
    )
