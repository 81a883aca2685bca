"""The SQLite file itself: who owns it, its schema, how it is opened, and what SQLite's errors mean to a person."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import IO

from core.log.protocol import AppendOutcomeUnknown, LogError, LogFailed, LogUnavailable

FILE_NAME = "liandong.db"
APPLICATION_ID = 0x4C444C47  # "LDLG": tells our file from another program's database
SCHEMA_VERSION = 1
WAL_PAGES_BEFORE_CHECKPOINT = 4000
CACHE_KIB = 32 << 10
MMAP_BYTES = 256 << 20
BUSY_TIMEOUT_S = 5.0

# An event's id is (operation key << POSITION_BITS) + position: appending is appending, and one key orders the index of
# tags by tag, operation and position.
POSITION_BITS = 40
POSITION_MAX = (1 << POSITION_BITS) - 1

SCHEMA = """
CREATE TABLE head (
    key INTEGER PRIMARY KEY, operation TEXT NOT NULL UNIQUE, position INTEGER NOT NULL, recorded_at INTEGER,
    frontier BLOB NOT NULL, epoch INTEGER NOT NULL
);
CREATE TABLE event (
    id INTEGER PRIMARY KEY, type TEXT NOT NULL, tags TEXT NOT NULL, recorded_at INTEGER NOT NULL,
    command BLOB NOT NULL, data BLOB NOT NULL
);
CREATE INDEX event_type ON event (type);
CREATE TABLE tag (tag TEXT NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (tag, event)) WITHOUT ROWID;
CREATE TABLE command (
    operation INTEGER NOT NULL, id BLOB NOT NULL, actor TEXT NOT NULL, received_at INTEGER NOT NULL,
    body BLOB NOT NULL, outcome BLOB NOT NULL, first_position INTEGER, last_position INTEGER,
    PRIMARY KEY (operation, id)
);
"""


def file_of(path: str | os.PathLike[str]) -> Path:
    """The log's file, given its data folder, or the file itself when its name ends in `.db`."""
    given = Path(path)
    return given if given.suffix == ".db" else given / FILE_NAME


class Owner:
    """The right to write a file: an OS lock on a file beside it, which a crash releases."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle: IO[str] | None = None

    def take(self) -> None:
        """Raises LogUnavailable when another process has it, or the folder cannot be written."""
        import fcntl

        folder = self._file.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = self._file.with_name(self._file.name + ".lock").open(
                "a+", encoding="ascii"
            )  # Open is locked.
        except OSError as error:
            raise not_writable(folder, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            pid = handle.read(32).strip() or "?"
            handle.close()
            raise LogUnavailable(
                f"数据目录 {folder} 正由另一个进程（进程号 {pid}）写入；请先停止它，或为本进程另选数据目录。",
                f"The data folder {folder} is being written by another process (pid {pid}); stop that one first, or give "
                "this one a folder of its own.",
            ) from error
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        self._handle = handle

    def give_back(self) -> None:
        if self._handle is not None:
            # The file stays: unlinking it would let two processes lock two different files of that name.
            self._handle.close()
            self._handle = None


def connect(file: Path, *, writer: bool) -> sqlite3.Connection:
    """One connection, for the thread that calls this. Raises LogUnavailable."""
    try:
        mode = "rwc" if writer else "ro"
        connection = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_TIMEOUT_S,
            cached_statements=256,
        )
        try:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            connection.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
            if writer:
                connection.execute("PRAGMA journal_mode = WAL")
                # FULL: in WAL mode only this fsyncs every commit. A promise, not a choice.
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES_BEFORE_CHECKPOINT}")
                _make_schema(connection, file)
            else:
                _check_schema(connection, file)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise unavailable(file, error) from error
    return connection


def disconnect(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        connection.close()


def _versions(connection: sqlite3.Connection) -> tuple[int, int]:
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return application, version


def _make_schema(connection: sqlite3.Connection, file: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if empty:
            for statement in SCHEMA.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        else:
            _check_schema(connection, file)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _check_schema(connection: sqlite3.Connection, file: Path) -> None:
    application, version = _versions(connection)
    if application != APPLICATION_ID:
        raise LogUnavailable(
            f"{file} 不是联动的日志文件；请检查数据目录的设置。",
            f"{file} is not a log of Liandong; check which data folder is set.",
        )
    if version > SCHEMA_VERSION:
        raise LogUnavailable(
            f"{file} 由更新版本的联动写成（结构版本 {version}，本程序只识别到 {SCHEMA_VERSION}）；请升级本程序。",
            f"{file} was written by a newer Liandong (schema {version}, this program knows up to {SCHEMA_VERSION}); "
            "upgrade this program.",
        )


def not_writable(folder: Path, error: OSError) -> LogUnavailable:
    return LogUnavailable(
        f"无法写入数据目录 {folder}（{error.strerror}）；请检查该目录是否存在、权限与磁盘空间，或另选数据目录。",
        f"The data folder {folder} cannot be written ({error.strerror}); check that it is a folder, its permissions and "
        "free space, or choose another.",
    )


def unavailable(file: Path, error: sqlite3.Error) -> LogUnavailable:
    """What an error while opening means."""
    name = error_name(error)
    if name.startswith("SQLITE_NOTADB"):
        return LogUnavailable(
            f"{file} 不是数据库文件；请检查数据目录的设置，或从备份恢复。",
            f"{file} is not a database; check which data folder is set, or restore a backup.",
        )
    if name.startswith("SQLITE_CORRUPT"):
        return LogUnavailable(
            f"{file} 已损坏（{error}）；请从备份恢复。", f"{file} is damaged ({error}); restore a backup."
        )
    if name.startswith("SQLITE_READONLY"):
        return LogUnavailable(
            f"数据目录 {file.parent} 是只读的；请修改权限，或另选数据目录。",
            f"The data folder {file.parent} is read-only; change its permissions, or choose another.",
        )
    if name.startswith("SQLITE_FULL"):
        return LogUnavailable(
            f"数据目录 {file.parent} 所在磁盘已满；请腾出空间后重新启动。",
            f"The disk of the data folder {file.parent} is full; free some space and start again.",
        )
    if name.startswith("SQLITE_CANTOPEN"):
        return LogUnavailable(
            f"无法打开 {file}；请检查该文件是否存在及其权限。",
            f"{file} cannot be opened; check that it exists and its permissions.",
        )
    return LogUnavailable(
        f"无法打开 {file}（{name}：{error}）；请检查磁盘，或从备份恢复。",
        f"{file} cannot be opened ({name}: {error}); check the disk, or restore a backup.",
    )


def append_failed(file: Path, error: sqlite3.Error, *, committing: bool) -> LogError:
    """What an error while appending means. Only an I/O error inside COMMIT leaves the outcome open: the commit record may
    have reached the disk although the sync after it failed."""
    name = error_name(error)
    if name.startswith("SQLITE_FULL"):
        return LogFailed(
            f"数据目录 {file.parent} 所在磁盘已满，本次未写入任何内容；腾出空间后可继续。",
            f"The disk of the data folder {file.parent} is full and nothing was written; free some space and go on.",
        )
    if committing and name.startswith("SQLITE_IOERR"):
        return AppendOutcomeUnknown(
            f"写入 {file} 时磁盘出错（{name}），无法确定是否已写入；请按命令编号查询。",
            f"The disk failed while committing to {file} ({name}); ask by command id whether it happened.",
        )
    return LogFailed(
        f"写入 {file} 失败（{name}：{error}），本次未写入任何内容；请检查磁盘。",
        f"Writing {file} failed ({name}: {error}) and nothing was written; check the disk.",
    )


def error_name(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", None)
    return str(name) if name else type(error).__name__
