"""Fixtures for every test: a fresh PostgreSQL database, an empty Redis, a page in a real Chromium.

Nothing is skipped in silence: where a server or a browser cannot be had, the tests that need it fail.
"""

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
import redis
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.servers import PostgresServer, RedisServer

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BROWSER_FIXTURES = {"browser", "context", "page"}

database_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run every asynchronous test that uses the browser in the loop that the browser lives in."""
    for item in items:
        if isinstance(item, pytest.Function) and BROWSER_FIXTURES.intersection(item.fixturenames):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def run_apart(work: Coroutine[object, object, None]) -> None:
    """Run to the end in a loop of its own, and leave the test's loop as it was."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """A PostgreSQL server that may create databases: LIANDONG_TEST_POSTGRES, or one that is started here."""
    if given := os.environ.get("LIANDONG_TEST_POSTGRES"):
        yield given
        return
    with PostgresServer() as server:
        yield server.dsn()


@pytest.fixture
def pg_dsn(postgres_dsn: str) -> Iterator[str]:
    """A new, empty database of this test alone; dropped afterwards, open connections or not."""
    name = f"liandong_test_{os.getpid()}_{next(database_numbers)}"
    run_apart(execute(postgres_dsn, f'CREATE DATABASE "{name}" TEMPLATE template0'))
    yield urlunsplit(urlsplit(postgres_dsn)._replace(path=f"/{name}"))
    run_apart(execute(postgres_dsn, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def execute(dsn: str, statement: str) -> None:
    """One statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of this test alone, to stop and kill."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server_url() -> Iterator[str]:
    """A Redis-protocol server: LIANDONG_TEST_REDIS, or one that is started here."""
    if given := os.environ.get("LIANDONG_TEST_REDIS"):
        yield given
        return
    with RedisServer() as server:
        yield server.url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """The shared Redis, its database emptied for this test."""
    with redis.Redis.from_url(redis_server_url) as client:
        client.flushdb()
    return redis_server_url


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of this test alone, to stop and kill."""
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium of this machine: LIANDONG_CHROMIUM, or what stands on the PATH."""
    for name in (os.environ.get("LIANDONG_CHROMIUM", ""), *CHROMIUM_NAMES):
        if name and (path := shutil.which(name)):
            return path
    pytest.fail("no Chromium: run `make setup-browser`, or set LIANDONG_CHROMIUM to its path", pytrace=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=chromium_path, args=list(CHROMIUM_ARGUMENTS), headless=True
        )
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A clean profile: no cookies, Chinese, Shanghai time, a desk screen."""
    profile = await browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1920, "height": 1080}
    )
    yield profile
    await profile.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page. An error that its scripts do not catch fails the test."""
    errors: list[str] = []
    sheet = await context.new_page()
    sheet.on("pageerror", lambda error: errors.append(str(error)))
    yield sheet
    await sheet.close()
    assert not errors, f"the page's scripts failed: {errors}"
