"""A conditional append on a long log and a hot tag, through the library's own interface, beside the library's own recorder."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem, DCBRecorder
from eventsourcing.dcb.postgres_tt import PostgresTTDCBFactory
from eventsourcing.utils import Environment
from msgspec import structs

from bench.commands import peer_env
from bench.common import Figure, folder, lower_is_better, percentile
from core.log.dcb import LogRecorder
from core.log.postgres import PostgresLog
from core.log.protocol import Log
from core.log.sqlite import SqliteLog
from tests.servers import PostgresServer

HOT_EVERY = 10
BATCH = 5_000
ROUNDS = 60
HOT = "team:hot"
MUST_MS = 5.0


def _fill(recorder: DCBRecorder, events: int) -> None:
    """One event in ten carries the hot tag: 100 k of 1 M."""
    for first in range(0, events, BATCH):
        recorder.append(
            [
                DCBEvent(
                    type="Moved",
                    data=b"x" * 200,
                    tags=[f"incident:{n}", *([HOT] if n % HOT_EVERY == 0 else [])],
                )
                for n in range(first, min(first + BATCH, events))
            ]
        )


def _p50_ms(recorder: DCBRecorder) -> float:
    """Appends that hold: nothing of that type happened to the hot team, wherever one looks."""
    taken: list[float] = []
    for _ in range(ROUNDS):
        query = DCBQuery(items=[DCBQueryItem(types=["Retired"], tags=[HOT])])
        start = time.perf_counter()
        recorder.append(
            [DCBEvent(type="Moved", data=b"y", tags=[HOT])], DCBAppendCondition(fail_if_events_match=query)
        )
        taken.append((time.perf_counter() - start) * 1000)
    return percentile(taken, 50)


def _peer(dsn: str) -> DCBRecorder:
    factory: Any = PostgresTTDCBFactory(Environment(name="peer", env=peer_env(dsn)))
    recorder: DCBRecorder = factory.dcb_recorder()
    return recorder


def run(scale: int) -> list[Figure]:
    """`scale` is how many events lie in the log before."""
    figures: list[Figure] = []
    with folder() as place, PostgresServer() as server:

        async def database(name: str) -> str:
            connection = await asyncpg.connect(server.dsn())
            await connection.execute(f"CREATE DATABASE {name}")
            await connection.close()
            return server.dsn(name)

        ours_dsn, peer_dsn = asyncio.run(database("ours")), asyncio.run(database("peer"))
        peer = _peer(peer_dsn)
        _fill(peer, scale)
        theirs = _p50_ms(peer)
        logs: dict[str, Log] = {
            "PostgreSQL": PostgresLog(ours_dsn),
            "SQLite": SqliteLog(place / "liandong.db"),
        }
        for name, log in logs.items():
            with LogRecorder(log, "drill-dcb") as recorder:
                _fill(recorder, scale)
                ours = _p50_ms(recorder)
            figure = lower_is_better(
                f"conditional append, p50, {name}",
                "the library's DCB recorder on PostgreSQL",
                ours,
                theirs,
                "ms",
                must=1,
                scale=f"{scale:,} events, {scale // HOT_EVERY:,} with the tag",
            )
            figures.append(structs.replace(figure, must="≤ 5 ms, aim 2 ms", met=ours <= MUST_MS))
    return figures
