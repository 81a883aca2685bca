"""Every test that asks for `log` or `open_log` runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from core.log import Log
from core.log.postgres import PostgresLog
from core.log.sqlite import SqliteLog

OpenLog = Callable[..., Awaitable[Log]]


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def dsn(store: str, request: pytest.FixtureRequest) -> str:
    """A fresh database, made only for a test that needs one."""
    return str(request.getfixturevalue("pg_dsn")) if store == "postgres" else ""


@pytest_asyncio.fixture
async def open_log(store: str, dsn: str, tmp_path: Path) -> AsyncIterator[OpenLog]:
    """Opens the log of this test; on PostgreSQL as often as wanted (each is a node)."""
    opened: list[Log] = []

    async def open_one(**settings: Any) -> Log:
        log: Log = PostgresLog(dsn, **settings) if store == "postgres" else SqliteLog(tmp_path, **settings)
        await log.open()
        opened.append(log)
        return log

    yield open_one
    for each in opened:
        await each.close()


@pytest_asyncio.fixture
async def log(open_log: OpenLog) -> Log:
    return await open_log()
