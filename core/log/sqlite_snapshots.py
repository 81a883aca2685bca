"""Snapshots beside the SQLite log, in a file of their own: large, derived, and never on the way of a commit."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from core.log.sqlite_file import disconnect
from core.log.worker import Worker

SNAPSHOT_SUFFIX = "-snapshots"
SNAPSHOT_SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS snapshot (
    operation TEXT NOT NULL, fold TEXT NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL, data BLOB NOT NULL,
    UNIQUE (operation, fold, version, position)
)
"""


class SnapshotFile:
    """`<log>-snapshots.db`. A file that cannot be used is begun anew (the owner) or ignored (a reader): it costs time only."""

    def __init__(self, log_file: Path, kept: int, *, read_only: bool) -> None:
        self._file = log_file.with_name(log_file.stem + SNAPSHOT_SUFFIX + log_file.suffix)
        self._kept = kept
        self._read_only = read_only
        self._worker = Worker[sqlite3.Connection]("log-snapshots", self._connect, disconnect)

    async def open(self) -> None:
        await self._worker.start()

    async def close(self) -> None:
        await self._worker.stop()

    async def save(self, operation: str, position: int, fold: str, version: int, data: bytes) -> None:
        await self._worker.submit(_save, (operation, fold, version, position), data, self._kept)

    async def load(
        self, operation: str, fold: str, version: int, at_most: int | None
    ) -> tuple[int, bytes] | None:
        return await self._worker.submit(_load, (operation, fold, version), at_most)

    def _connect(self) -> sqlite3.Connection:
        if self._read_only:
            with contextlib.suppress(sqlite3.Error):
                return self._made(f"{self._file.absolute().as_uri()}?mode=ro")
            return self._made("file::memory:")
        try:
            return self._made(self._file.absolute().as_uri())
        except sqlite3.DatabaseError:
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
            return self._made(self._file.absolute().as_uri())

    def _made(self, uri: str) -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            if "mode=ro" in uri:
                connection.execute("SELECT 1 FROM snapshot LIMIT 1")
            else:
                connection.execute("PRAGMA journal_mode = WAL")
                # Not FULL: a snapshot that a power cut loses is folded again.
                connection.execute("PRAGMA synchronous = NORMAL")
                if connection.execute("PRAGMA user_version").fetchone()[0] > SNAPSHOT_SCHEMA_VERSION:
                    raise sqlite3.DatabaseError("made by a newer program")  # noqa: TRY301  # As if damaged: begun anew.
                connection.execute(_SCHEMA)
                connection.execute(f"PRAGMA user_version = {SNAPSHOT_SCHEMA_VERSION}")
        except BaseException:
            connection.close()
            raise
        return connection


def _save(connection: sqlite3.Connection, key: tuple[str, str, int, int], data: bytes, kept: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?)", (*key, data))
        connection.execute(
            "DELETE FROM snapshot WHERE operation = ?1 AND fold = ?2 AND (version < ?3 OR position < (SELECT position FROM "
            "snapshot WHERE operation = ?1 AND fold = ?2 AND version = ?3 ORDER BY position DESC LIMIT 1 OFFSET ?4))",
            (*key[:3], kept - 1),
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _load(
    connection: sqlite3.Connection, key: tuple[str, str, int], at_most: int | None
) -> tuple[int, bytes] | None:
    row: tuple[int, bytes] | None = connection.execute(
        "SELECT position, data FROM snapshot WHERE operation = ? AND fold = ? AND version = ? AND position <= ? "
        "ORDER BY position DESC LIMIT 1",
        (*key, (1 << 62) if at_most is None else at_most),
    ).fetchone()
    return row
