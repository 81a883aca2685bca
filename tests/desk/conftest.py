"""Every test that asks for `store` runs on SQLite and on PostgreSQL; each opened log is a node of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.desk.support import Nodes


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where the log is: a folder, or the DSN of a fresh database."""
    return tmp_path if request.param == "sqlite" else str(request.getfixturevalue("pg_dsn"))


@pytest_asyncio.fixture
async def nodes(store: Path | str) -> AsyncIterator[Nodes]:
    """Opens desks on that store, and closes them all."""
    opened = Nodes(store)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def two_nodes(pg_dsn: str) -> AsyncIterator[Nodes]:
    """The same where two nodes are wanted: on PostgreSQL alone."""
    opened = Nodes(pg_dsn)
    yield opened
    await opened.close()
