"""Where accounts are kept: one SQLite file that any process may write, or tables beside the log in PostgreSQL. Knows no account.

Statements are written once, with $1, $2 …; times are whole seconds and digests hexadecimal text, which both stores keep alike.
"""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from core.log.protocol import LogError, LogUnavailable
from core.log.worker import Worker

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5.0
STATEMENT_TIMEOUT_S = 10.0
CONNECTIONS_MAX = 3
MIGRATION_LOCK = 0x4C444143

SCHEMA = (
    """CREATE TABLE account_user (
        id text PRIMARY KEY, name text NOT NULL UNIQUE, hash text, organisation text NOT NULL, post text NOT NULL,
        created_at bigint NOT NULL, disabled_at bigint
    )""",
    """CREATE TABLE account_token (
        id text PRIMARY KEY, name text NOT NULL, digest text NOT NULL UNIQUE, organisation text NOT NULL, post text NOT NULL,
        created_at bigint NOT NULL, used_at bigint, revoked_at bigint
    )""",
    """CREATE TABLE account_session (
        digest text PRIMARY KEY, user_id text NOT NULL REFERENCES account_user (id), created_at bigint NOT NULL,
        seen_at bigint NOT NULL
    )""",
    "CREATE INDEX account_session_user ON account_session (user_id, seen_at)",
    """CREATE TABLE account_code (
        digest text PRIMARY KEY, user_id text NOT NULL REFERENCES account_user (id), expires_at bigint NOT NULL
    )""",
)

Row = tuple[Any, ...]


class Taken(Exception):
    """A row of that key is there already."""


class Database(Protocol):
    """The little that accounts need of a database. Every statement is a transaction of its own."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def run(self, statement: str, *parameters: object) -> list[Row]:
        """The rows that a statement gives (also those of RETURNING). Raises Taken, or LogError when the store is away."""
        ...


class SqliteDatabase:
    """A file of its own, so that `user` and `token` work beside the server that owns the log."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._worker = Worker[sqlite3.Connection]("accounts", partial(_connect, file), _disconnect)

    async def open(self) -> None:
        await self._worker.start()

    async def close(self) -> None:
        await self._worker.stop()

    async def run(self, statement: str, *parameters: object) -> list[Row]:
        try:
            return await self._worker.submit(_run, statement.replace("$", "?"), parameters)
        except sqlite3.IntegrityError as error:
            raise Taken(str(error)) from error
        except sqlite3.Error as error:
            raise _unavailable(self.file, str(error)) from error

    async def backup_to(self, target: Path) -> None:
        """A consistent copy as a new file, while others write."""
        try:
            await self._worker.submit(_back_up, target)
        except (sqlite3.Error, OSError) as error:
            raise _unavailable(target, str(error)) from error


class PostgresDatabase:
    """Tables in the schema of the log."""

    def __init__(self, dsn: str, schema: str) -> None:
        self._dsn = dsn
        self._schema = schema
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        quoted = '"' + self._schema.replace('"', '""') + '"'
        try:
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=CONNECTIONS_MAX,
                timeout=CONNECT_TIMEOUT_S,
                command_timeout=STATEMENT_TIMEOUT_S,
                server_settings={"application_name": "liandong accounts", "search_path": quoted},
            )
            async with self._pool.acquire() as connection, connection.transaction():
                # Two nodes that start together must not both create the tables; the lock ends with the transaction.
                await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
                await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted}")
                await connection.execute(
                    "CREATE TABLE IF NOT EXISTS account_schema (version integer NOT NULL)"
                )
                version = await connection.fetchval("SELECT max(version) FROM account_schema")
                if version is None:
                    for statement in SCHEMA:
                        await connection.execute(statement)
                    await connection.execute("INSERT INTO account_schema VALUES ($1)", SCHEMA_VERSION)
                _check_version(f"PostgreSQL {self._schema}", version or SCHEMA_VERSION)
        except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            await self.close()
            raise _unavailable("PostgreSQL", type(error).__name__) from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def run(self, statement: str, *parameters: object) -> list[Row]:
        if self._pool is None:
            raise RuntimeError("the accounts are closed")
        try:
            async with self._pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection:
                return [tuple(row) for row in await connection.fetch(statement, *parameters)]
        except asyncpg.UniqueViolationError as error:
            raise Taken(str(error)) from error
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise _unavailable("PostgreSQL", type(error).__name__) from error


def _connect(file: Path) -> sqlite3.Connection:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        connection = sqlite3.connect(
            file, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_S
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # IMMEDIATE: two processes may open a fresh folder at once, and only one makes the tables.
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in SCHEMA:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
            _check_version(file, version)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise _unavailable(file, str(error)) from error
    return connection


def _disconnect(connection: sqlite3.Connection) -> None:
    connection.close()


def _run(connection: sqlite3.Connection, statement: str, parameters: tuple[object, ...]) -> list[Row]:
    return connection.execute(statement, parameters).fetchall()


def _back_up(connection: sqlite3.Connection, target: Path) -> None:
    target.touch(mode=0o600, exist_ok=False)
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        connection.backup(copy)
    finally:
        copy.close()


def _unavailable(where: object, why: str) -> LogError:
    return LogUnavailable(
        f"无法使用账户数据 {where}（{why}）：请检查权限、磁盘空间与数据库状态。",
        f"The accounts in {where} cannot be used ({why}): check permissions, disk space and that the database runs.",
    )


def _check_version(where: object, version: int) -> None:
    if version > SCHEMA_VERSION:
        raise LogUnavailable(
            f"{where} 的账户数据由更新版本写成（结构版本 {version}）：请升级本程序。",
            f"The accounts in {where} were written by a newer Liandong (version {version}): upgrade this program.",
        )
