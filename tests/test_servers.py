"""The servers of the suite are real: they answer, they keep what they promise, and they can be killed."""

import asyncpg
import pytest
import redis.asyncio
import redis.exceptions
from playwright.async_api import Page

from tests.servers import PostgresServer, RedisServer


async def test_postgres_answers_and_writes_to_disk_before_it_says_done(pg_dsn: str) -> None:
    connection = await asyncpg.connect(pg_dsn)
    try:
        assert await connection.fetchval("SELECT current_database()") == pg_dsn.rsplit("/", 1)[1]
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW synchronous_commit") == "on"
    finally:
        await connection.close()


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_has_a_database_of_its_own(pg_dsn: str, turn: int) -> None:
    connection = await asyncpg.connect(pg_dsn)
    try:
        await connection.execute("CREATE TABLE note (text text)")
    finally:
        await connection.close()


async def test_a_killed_postgres_comes_back_on_its_port_with_what_it_acknowledged(
    postgres_server: PostgresServer,
) -> None:
    dsn = postgres_server.dsn()
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE note (text text)")
    await connection.execute("INSERT INTO note VALUES ('已到场')")
    postgres_server.kill()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.fetchval("SELECT 1")
    postgres_server.start()
    connection = await asyncpg.connect(dsn)
    try:
        assert await connection.fetchval("SELECT text FROM note") == "已到场"
    finally:
        await connection.close()


async def test_redis_answers_and_starts_empty(redis_url: str) -> None:
    async with redis.asyncio.Redis.from_url(redis_url, decode_responses=True) as client:
        assert await client.dbsize() == 0
        await client.set("队伍", "待命")
        assert await client.get("队伍") == "待命"


async def test_a_killed_redis_comes_back_empty_on_its_port(redis_server: RedisServer) -> None:
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        await client.set("team", "standby")
        redis_server.kill()
        with pytest.raises(redis.exceptions.ConnectionError):
            await client.get("team")
        redis_server.start()
        assert await client.get("team") is None


async def test_chromium_renders_chinese_text(page: Page) -> None:
    await page.goto("data:text/html;charset=utf-8,<h1>应急联动</h1><p>LIVE</p>")
    assert await page.get_by_role("heading").inner_text() == "应急联动"
    # A missing font shows every Chinese character as the same box; two characters must not look alike.
    looks = await page.evaluate("""() => ['应', '急'].map(sign => {
        const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
        pen.font = '40px sans-serif';
        pen.fillText(sign, 10, 60);
        return canvas.toDataURL();
    })""")
    assert looks[0] != looks[1]
