"""What only the SQLite log has: its owner, its file, its disk; and that each trouble is told in one sentence."""

# What is done until the disk is full belongs to what must fail.
from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from core.log import Held, LogFailed, LogUnavailable, Query, StoredEvent
from core.log import sqlite_jobs as jobs
from core.log.sqlite import SqliteLog
from core.log.sqlite_file import FILE_NAME
from tests.log.support import ALL, LIVE, check_whole, event, write


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    opened = SqliteLog(tmp_path / "data")
    await opened.open()
    yield opened
    await opened.close()


async def refused(log: SqliteLog, zh: str, en: str) -> None:
    """Opening fails with a sentence in both tongues that names the folder, and leaves nothing open."""
    threads = set(threading.enumerate())
    with pytest.raises(LogUnavailable) as told:
        await log.open()
    assert set(threading.enumerate()) <= threads
    assert zh in told.value.zh
    assert en in told.value.en
    for sentence in (told.value.zh, told.value.en):
        assert str(log.file.parent) in sentence
        assert "\n" not in sentence


async def test_the_folder_is_made_and_holds_one_database(log: SqliteLog) -> None:
    await write(log)
    assert log.file.name == FILE_NAME
    assert log.file.exists()


async def test_a_second_writer_is_told_so(tmp_path: Path) -> None:
    owner = SqliteLog(tmp_path)
    await owner.open()
    await refused(SqliteLog(tmp_path), "另一个进程", f"another process (pid {os.getpid()})")
    await write(owner)
    await owner.close()
    after = SqliteLog(tmp_path)
    await after.open()
    assert await check_whole(after) == 1
    await after.close()


async def test_readers_stand_beside_the_owner_and_write_nothing(log: SqliteLog) -> None:
    written = await write(log, 3)
    reader = SqliteLog(log.file.parent, read_only=True)
    await reader.open()
    assert await reader.read(LIVE, 0, ALL, 9) == written
    assert await check_whole(reader) == 3
    with pytest.raises(LogUnavailable, match="reading only"):
        await write(reader)
    await write(log)
    assert (await reader.head(LIVE)).position == 4
    assert await reader.snapshot_load(LIVE, "board", 1) is None
    await reader.close()


async def test_a_closed_log_can_be_read_without_its_owner(tmp_path: Path) -> None:
    owner = SqliteLog(tmp_path)
    await owner.open()
    await write(owner, 5)
    await owner.close()
    reader = SqliteLog(tmp_path, read_only=True)
    await reader.open()
    assert await check_whole(reader) == 5
    await reader.close()


async def test_reading_where_nothing_is_says_so(tmp_path: Path) -> None:
    await refused(SqliteLog(tmp_path, read_only=True), "无法打开", "cannot be opened")


async def test_a_newer_schema_is_not_touched(tmp_path: Path) -> None:
    first = SqliteLog(tmp_path)
    await first.open()
    await first.close()
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    await refused(SqliteLog(tmp_path), "更新版本", "newer Liandong (schema 99")
    await refused(SqliteLog(tmp_path, read_only=True), "更新版本", "newer Liandong")


async def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    await refused(SqliteLog(tmp_path), "不是联动的日志", "is not a log of Liandong")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"minutes of a meeting " * 500)
    await refused(SqliteLog(tmp_path), "不是数据库", "is not a database")


async def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    await refused(SqliteLog(tmp_path / "data"), "无法写入", "cannot be written")


async def test_a_read_only_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Permissions do not bind root, so the system call itself refuses.
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("pathlib.Path.open", refuse)
    await refused(SqliteLog(tmp_path), "权限", "Permission denied")


async def test_a_read_only_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorname = "SQLITE_READONLY_DBMOVED"
        raise error

    monkeypatch.setattr("sqlite3.connect", read_only)
    await refused(SqliteLog(tmp_path), "只读", "read-only")


async def test_a_backup_is_whole_while_writing_goes_on(log: SqliteLog, tmp_path: Path) -> None:
    def large(position: int, held: Held) -> StoredEvent:
        return event(position, held, data=b"x" * 3000)

    await write(log, 2000, make=large)
    told: list[tuple[int, int]] = []
    stop = False

    async def keep_writing() -> int:
        count = 0
        while not stop:
            count += len(await write(log, 5, make=large))
        return count

    writing = asyncio.create_task(keep_writing())
    await asyncio.sleep(0.05)
    target = tmp_path / "copy.db"
    await log.backup_to(target, lambda done, pages: told.append((done, pages)))
    stop = True
    written = await writing
    assert told[-1][0] == told[-1][1] > 1000
    copy = SqliteLog(target)
    await copy.open()
    length = await check_whole(copy)
    assert 2000 < length <= 2000 + written
    await write(copy)
    await copy.close()
    assert await check_whole(log) == 2000 + written
    with pytest.raises(LogFailed, match="exists already"):
        await log.backup_to(target)
    with pytest.raises(LogFailed, match="failed"):
        await log.backup_to(tmp_path / "no" / "such" / "folder.db")


async def test_a_damaged_snapshot_file_costs_only_the_snapshots(tmp_path: Path) -> None:
    first = SqliteLog(tmp_path)
    await first.open()
    await write(first)
    await first.snapshot_save(LIVE, 1, "board", 1, b"x")
    await first.close()
    (tmp_path / "liandong-snapshots.db").write_bytes(b"torn" * 3000)
    again = SqliteLog(tmp_path)
    await again.open()
    assert await again.snapshot_load(LIVE, "board", 1) is None
    await again.snapshot_save(LIVE, 1, "board", 1, b"y")
    assert await again.snapshot_load(LIVE, "board", 1) == (1, b"y")
    await again.close()


async def test_a_hot_tag_is_read_along_its_index(log: SqliteLog) -> None:
    await write(log, 1000)

    def plans(connection: sqlite3.Connection) -> list[str]:
        seen: list[str] = []

        class Explained:
            def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
                rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
                seen.extend(row[3] for row in rows)
                return connection.execute(sql, parameters)

        for query in (
            ALL, Query(("team:1",)), Query(("team:1", "team:2")), Query(("team:1",), ("TeamArrived",)),
            Query((), ("TeamArrived", "B")), Query(("team:1", "team:2"), every_tag=True),
        ):  # fmt: skip
            jobs.read_events(cast(sqlite3.Connection, Explained()), 1, 5, query, 10)
        return seen

    assert not [
        line for line in await log.readers.submit(plans) if "SCAN event" in line or "SCAN tag" in line
    ]
    assert uuid4() not in await log.known(LIVE, [])
