"""Durable commands a second through the desk, and the time of one, beside the library `eventsourcing` and a bare INSERT."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import asyncpg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.common import Figure, folder, furnish, higher_is_better, lower_is_better, percentile, report
from core.log.postgres import PostgresLog
from core.log.protocol import Log
from core.log.sqlite import SqliteLog
from handlers.desk import Desk
from tests.servers import PostgresServer

CLIENTS = 64
ROUNDS = 3


class PeerIncident(Aggregate):
    """The same fact, as the library's users would write it."""

    @event("Reported")
    def __init__(self, kind: str, place: str, text: str) -> None:
        self.kind = kind
        self.place = place
        self.text = text


async def _desk_rate(log: Log, commands: int) -> float:
    desk = await Desk.open(log, "live")
    await furnish(desk)
    each = commands // CLIENTS

    async def client() -> None:
        for _ in range(each):
            await desk.send(report())

    await asyncio.gather(*(client() for _ in range(CLIENTS)))  # warm
    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    rate = each * CLIENTS / (time.perf_counter() - start)
    await desk.close()
    return rate


def _peer_rate(env: dict[str, str], commands: int) -> float:
    app = Application[Any](env=env)
    each = max(1, commands // CLIENTS)

    def client() -> None:
        for _ in range(each):
            app.save(PeerIncident("gas_leak", "江湾区文晖路 88 号", "楼道里有很浓的煤气味"))

    def all_clients(run: Callable[[], None]) -> float:
        threads = [threading.Thread(target=run) for _ in range(CLIENTS)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - start

    client()
    rate = each * CLIENTS / all_clients(client)
    app.close()
    return rate


def _peer_env(dsn: str) -> dict[str, str]:
    url = urlsplit(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": url.path.lstrip("/"),
        "POSTGRES_HOST": url.hostname or "127.0.0.1",
        "POSTGRES_PORT": str(url.port or 5432),
        "POSTGRES_USER": unquote(url.username or "postgres"),
        "POSTGRES_PASSWORD": unquote(url.password or "x"),
        "POSTGRES_POOL_SIZE": "5",
        "POSTGRES_MAX_OVERFLOW": "20",
        "POSTGRES_POOL_TIMEOUT": "60",
    }


def _database(server: PostgresServer, name: str) -> str:
    async def create() -> None:
        connection = await asyncpg.connect(server.dsn())
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    asyncio.run(create())
    return server.dsn(name)


def sqlite_rate(commands: int) -> Figure:
    """64 clients, one SQLite file each, `synchronous=FULL` for both."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        with folder() as place:

            async def run() -> float:
                log = SqliteLog(place / "liandong.db")
                await log.open()
                try:
                    return await _desk_rate(log, commands)
                finally:
                    await log.close()

            ours.append(asyncio.run(run()))
        with folder() as place:
            env = {
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "SQLITE_DBNAME": str(place / "peer.db"),
                "SQLITE_LOCK_TIMEOUT": "60",
            }
            theirs.append(_peer_rate(env, commands // 10))
    return higher_is_better(
        "durable commands/s, 64 clients, SQLite",
        "eventsourcing.sqlite",
        percentile(ours, 50),
        percentile(theirs, 50),
        "commands/s",
        must=6,
    )


def postgres_rate(commands: int) -> list[Figure]:
    """64 clients on one real PostgreSQL, fsync on; and one client alone beside a bare INSERT and commit."""
    with PostgresServer() as server:
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(ROUNDS):
            dsn = _database(server, f"ours{number}")

            async def run(dsn: str = dsn) -> float:
                log = PostgresLog(dsn)
                await log.open()
                try:
                    return await _desk_rate(log, commands)
                finally:
                    await log.close()

            ours.append(asyncio.run(run()))
            theirs.append(_peer_rate(_peer_env(_database(server, f"theirs{number}")), commands // 20))
        many = higher_is_better(
            "durable commands/s, 64 clients, PostgreSQL",
            "eventsourcing.postgres (psycopg)",
            percentile(ours, 50),
            percentile(theirs, 50),
            "commands/s",
            must=15,
        )
        return [many, asyncio.run(_one_client(_database(server, "alone"), min(2_000, commands // 10)))]


async def _one_client(dsn: str, commands: int) -> Figure:
    log = PostgresLog(dsn)
    await log.open()
    desk = await Desk.open(log, "live")
    await furnish(desk)
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE bare (id uuid PRIMARY KEY, data bytea NOT NULL)")
    insert = await connection.prepare("INSERT INTO bare VALUES ($1, $2)")
    ours: list[float] = []
    theirs: list[float] = []
    data = b"x" * 500
    # In turn, so that both see the same disk at the same time.
    for _ in range(commands):
        start = time.perf_counter()
        await insert.fetch(uuid4(), data)
        middle = time.perf_counter()
        await desk.send(report())
        theirs.append((middle - start) * 1000)
        ours.append((time.perf_counter() - middle) * 1000)
    await connection.close()
    await desk.close()
    await log.close()
    return lower_is_better(
        "one command, 1 client, desk to durable, p50",
        "one asyncpg INSERT + commit",
        percentile(ours, 50),
        percentile(theirs, 50),
        "ms",
        must=2,
        note=f"p99 {percentile(ours, 99):.2f} ms against {percentile(theirs, 99):.2f} ms",
    )


def run(scale: int) -> list[Figure]:
    """`scale` is how many commands a round sends."""
    return [sqlite_rate(scale), *postgres_rate(scale)]
