"""Faults of PostgreSQL: a connection cut in the middle of a commit, and kill -9 of the server under load."""

# ruff: noqa: ASYNC110  # What is waited for happens in a server, which sets no asyncio.Event.
from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import pytest

from core.log import AppendOutcomeUnknown, LogError
from core.log.postgres import PostgresLog
from tests.log.support import LIVE, check_whole, event, write
from tests.servers import PostgresServer


class Proxy:
    """A TCP proxy that can be told to cut a connection in the middle of an append."""

    def __init__(self, dsn: str) -> None:
        self._target = urlsplit(dsn)
        self.cut: str | None = None  # "before": the append is not passed on; "after": its answer is not.

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        return urlunsplit(self._target._replace(netloc=f"postgres@127.0.0.1:{port}"))

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._target.hostname, self._target.port)
        tasks = [
            asyncio.create_task(self._pass(reader, back, True)),
            asyncio.create_task(self._pass(there, writer, False)),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        writer.transport.abort()
        if self.cut != "after":
            back.transport.abort()
        else:
            # The server must be left to finish what it was asked.
            await asyncio.sleep(0.2)
            back.close()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, asking: bool) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(1 << 16):
                appending = asking and b"cut-me-here" in data
                if appending and self.cut == "before":
                    return
                sink.write(data)
                await sink.drain()
                if appending and self.cut == "after":
                    return


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_connection_cut_in_commit_is_resolved_by_command_id(pg_dsn: str, cut: str) -> None:
    proxy = Proxy(pg_dsn)
    async with proxy as dsn:
        log = PostgresLog(dsn)
        await log.open()
        await write(log, 2)
        proxy.cut = cut
        id_ = uuid4()
        with pytest.raises(AppendOutcomeUnknown) as told:
            await write(
                log, 2, id_=id_, make=lambda position, held: event(position, held, data=b"cut-me-here")
            )
        assert "命令编号" in told.value.zh
        proxy.cut = None
        # Under the lock, for the old session may still be about to commit.
        async with log.hold(LIVE, 0) as held:
            happened = id_ in await held.known([id_])
        assert happened == (cut == "after")
        if not happened:
            await write(log, 2, id_=id_)
        assert await check_whole(log) == 4
        assert (await log.known(LIVE, [id_]))[id_].first_position == 3
        await log.close()


async def test_after_kill_9_of_the_server_every_acknowledged_command_is_there_once(
    postgres_server: PostgresServer,
) -> None:
    log = PostgresLog(postgres_server.dsn(), lock_timeout_s=3)
    await log.open()
    acknowledged: list[UUID] = []
    doubtful: list[UUID] = []
    ending = False

    async def client() -> None:
        while not ending:
            id_ = uuid4()
            try:
                await write(log, 2, id_=id_)
                acknowledged.append(id_)
            except AppendOutcomeUnknown:
                doubtful.append(id_)
            except LogError:
                await asyncio.sleep(0.05)

    clients = [asyncio.create_task(client()) for _ in range(8)]
    for _ in range(2):
        before = len(acknowledged)
        while len(acknowledged) < before + 100:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(postgres_server.kill)
        await asyncio.to_thread(postgres_server.start)
    before = len(acknowledged)
    while len(acknowledged) < before + 50:
        await asyncio.sleep(0.02)
    ending = True
    await asyncio.gather(*clients)
    known = await log.known(LIVE, [*acknowledged, *doubtful])
    assert set(acknowledged) <= set(known)
    assert len(set(acknowledged)) == len(acknowledged)
    assert await check_whole(log) == 2 * len(known)
    await log.close()
