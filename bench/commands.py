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

from bench.common import Figure, fill, folder, furnish, higher_is_better, lower_is_better, percentile, report
from core.log.postgres import PostgresLog
from core.log.protocol import Log
from core.log.sqlite import SqliteLog
from handlers.desk import Desk
from tests.servers import PostgresServer

CLIENTS = 64
COMMANDS = 12_800
PEER_COMMANDS = 1_280
ALONE = 1_500
LONG = 100_000
"""From this history on, one round: filling the log takes longer than measuring."""


class PeerIncident(Aggregate):
    """The same fact, as the library's users would write it."""

    @event("Reported")
    def __init__(self, kind: str, place: str, text: str) -> None:
        self.kind = kind
        self.place = place
        self.text = text


async def _desk_rate(log: Log, history: int) -> float:
    desk = await Desk.open(log, "live")
    await furnish(desk)
    await fill(desk, history)
    each = COMMANDS // CLIENTS

    async def client() -> None:
        for _ in range(each):
            await desk.send(report())

    await asyncio.gather(*(client() for _ in range(CLIENTS)))  # warm
    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    rate = each * CLIENTS / (time.perf_counter() - start)
    await desk.close()
    return rate


def _peer_rate(env: dict[str, str]) -> float:
    app = Application[Any](env=env)
    each = max(1, PEER_COMMANDS // CLIENTS)

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


def peer_env(dsn: str) -> dict[str, str]:
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


def _rounds(history: int) -> int:
    return 1 if history >= LONG else 3


def sqlite_rate(history: int) -> Figure:
    """64 clients, one SQLite file each, `synchronous=FULL` for both."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(_rounds(history)):
        with folder() as place:

            async def run() -> float:
                log = SqliteLog(place / "liandong.db")
                await log.open()
                try:
                    return await _desk_rate(log, history)
                finally:
                    await log.close()

            ours.append(asyncio.run(run()))
        with folder() as place:
            env = {
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "SQLITE_DBNAME": str(place / "peer.db"),
                "SQLITE_LOCK_TIMEOUT": "60",
            }
            theirs.append(_peer_rate(env))
    return higher_is_better(
        "durable commands/s, 64 clients, SQLite",
        "eventsourcing.sqlite",
        percentile(ours, 50),
        percentile(theirs, 50),
        "commands/s",
        must=6,
        scale=f"{history:,} events before",
        note="the peer begins with an empty file",
    )


def postgres_rate(history: int) -> list[Figure]:
    """64 clients on one real PostgreSQL, fsync on; and one client alone beside a bare INSERT and commit."""
    with PostgresServer() as server:
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(_rounds(history)):
            dsn = _database(server, f"ours{number}")

            async def run(dsn: str = dsn) -> float:
                log = PostgresLog(dsn)
                await log.open()
                try:
                    return await _desk_rate(log, history)
                finally:
                    await log.close()

            ours.append(asyncio.run(run()))
            theirs.append(_peer_rate(peer_env(_database(server, f"theirs{number}"))))
        many = higher_is_better(
            "durable commands/s, 64 clients, PostgreSQL",
            "eventsourcing.postgres (psycopg)",
            percentile(ours, 50),
            percentile(theirs, 50),
            "commands/s",
            must=15,
            scale=f"{history:,} events before",
            note="the peer begins with an empty database",
        )
        return [many, asyncio.run(_one_client(_database(server, "alone"), history))]


async def _one_client(dsn: str, history: int) -> Figure:
    log = PostgresLog(dsn)
    await log.open()
    desk = await Desk.open(log, "live")
    await furnish(desk)
    await fill(desk, history)
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE bare (id uuid PRIMARY KEY, data bytea NOT NULL)")
    insert = await connection.prepare("INSERT INTO bare VALUES ($1, $2)")
    ours: list[float] = []
    theirs: list[float] = []
    bare: list[float] = []
    data = b"x" * 500
    # In turn, so that both see the same disk at the same time.
    for _ in range(ALONE):
        start = time.perf_counter()
        async with connection.transaction():
            await insert.fetch(uuid4(), data)
        committed = time.perf_counter()
        await insert.fetch(uuid4(), data)
        middle = time.perf_counter()
        await desk.send(report())
        ours.append((time.perf_counter() - middle) * 1000)
        theirs.append((committed - start) * 1000)
        bare.append((middle - committed) * 1000)
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
        scale=f"{history:,} events before",
        note=f"p99 {percentile(ours, 99):.2f} against {percentile(theirs, 99):.2f} ms; "
        f"a single autocommitted INSERT takes {percentile(bare, 50):.2f} ms",
    )


def run(scale: int) -> list[Figure]:
    """`scale` is how many events the operation's log holds before."""
    return [sqlite_rate(scale), *postgres_rate(scale)]
