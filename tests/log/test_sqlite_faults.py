"""Faults of the SQLite log: a full disk, a disk that fails in commit, and kill -9 of the writer under load."""

# ruff: noqa: PT012  # What is done until the disk is full belongs to what must fail.
from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from core.log import AppendOutcomeUnknown, LogFailed
from core.log import sqlite_jobs as jobs
from core.log.sqlite import SqliteLog
from tests.log.support import LIVE, check_whole, write


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    opened = SqliteLog(tmp_path / "data")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk needs the right to mount one; the page limit test covers the answer")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_fails_the_append_and_room_heals_it(small_disk: Path) -> None:
    log = SqliteLog(small_disk)
    await log.open()
    await write(log, 2)
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(4096))
    before = await log.head(LIVE)
    with pytest.raises(LogFailed) as told:
        for _ in range(200):
            before = await log.head(LIVE)
            await write(log, 50)
    assert "已满" in told.value.zh
    assert "full" in told.value.en
    assert await log.head(LIVE) == before
    ballast.unlink()
    await write(log, 3)
    assert await check_whole(log) == before.position + 3
    await log.close()


async def test_a_page_limit_fails_the_append_and_raising_it_heals_it(log: SqliteLog) -> None:
    await write(log, 2)

    def limit(connection: sqlite3.Connection, pages: int) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    await log.writer.submit(limit, 1)
    with pytest.raises(LogFailed, match="full"):
        await write(log, 2000)
    assert (await log.head(LIVE)).position == 2
    await log.writer.submit(limit, 1 << 30)
    await write(log, 2000)
    assert await check_whole(log) == 2002


async def test_a_disk_error_in_commit_leaves_the_outcome_open(log: SqliteLog) -> None:
    await write(log)

    class Failing:
        """The writer's connection, but for a disk that fails when the commit is synced."""

        def __init__(self, real: sqlite3.Connection) -> None:
            self._real = real

        def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
            if sql == "COMMIT":
                self._real.execute("ROLLBACK")
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
                raise error
            return self._real.execute(sql, parameters)

        @property
        def in_transaction(self) -> bool:
            return self._real.in_transaction

    real = jobs.append

    def failing(connection: sqlite3.Connection, *rest: Any) -> None:
        real(cast(sqlite3.Connection, Failing(connection)), *rest)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(AppendOutcomeUnknown):
        patch.setattr(jobs, "append", failing)
        await write(log)
    await write(log)
    assert await check_whole(log) == 2


WRITER = """
import asyncio, sys
from uuid import UUID, uuid4
from core.log.sqlite import SqliteLog
from tests.log.support import write

async def main():
    log = SqliteLog(sys.argv[1])
    await log.open()
    async def one():
        while True:
            id_ = uuid4()
            await write(log, 3, id_=id_)
            print(id_, flush=True)
    await asyncio.gather(*(one() for _ in range(4)))

asyncio.run(main())
"""


async def test_after_kill_9_every_acknowledged_command_is_there_once(tmp_path: Path) -> None:
    acknowledged: list[UUID] = []
    for _ in range(3):
        process = subprocess.Popen(  # noqa: ASYNC220  # Nothing else runs in this loop.
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        acknowledged += [UUID(process.stdout.readline().strip()) for _ in range(150)]
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines()
        acknowledged += [UUID(line) for line in rest if len(line) == 36]
        process.stdout.close()
        process.wait()
        log = SqliteLog(tmp_path)
        await log.open()
        length = await check_whole(log)
        known = await log.known(LIVE, acknowledged)
        assert len(known) == len(acknowledged) == len(set(acknowledged))
        assert length >= 3 * len(acknowledged)
        await write(log)
        await log.close()
