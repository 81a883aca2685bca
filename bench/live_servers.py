"""The two servers of live_fanout, each in a process of its own: `python -m bench.live_servers ours|peer …`. Updates begin when told.

Ours is a whole node: each update is a command that is decided, made durable, folded and sent. The peer only broadcasts a text.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import uvicorn
import uvloop
import websockets
from websockets.asyncio.server import ServerConnection, serve

from core.entry import AddEntry
from core.incident import ReportIncident
from core.messages import Actor, Envelope, Place
from tests.servers import free_port
from web.app import create_app
from web.live.protocol import FastWebSocketProtocol
from web.node import Node
from web.settings import Settings

UPDATES_PER_S = 50
DUTY = Actor("u-bench", "gov", "duty")


class Ready(msgspec.Struct):
    """What a server says of itself, as one line of JSON, when it listens."""

    port: int
    token: str = ""


def stamp() -> str:
    """When an update was asked for, as the client finds it again in the bytes."""
    return f"@{time.time():.6f}@"


async def told() -> None:
    """Until a line comes on the standard input."""
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def say(ready: Ready) -> None:
    print(msgspec.json.encode(ready).decode(), flush=True)


async def ours(data: Path, frame_interval_s: float) -> None:
    """One entry after the other on one incident, through the desk."""
    settings = Settings(data=data, frame_interval_s=frame_interval_s, clients_max=20_000)
    async with Node.running(settings) as node:
        _, token = await node.accounts.make_token("bench", "gov", "duty")
        desk = await node.desk("live")
        incident = ReportIncident(
            kind="gas_leak", place=Place("江湾区文晖路 88 号", 120.1748, 30.2885), incident="A"
        )
        await desk.send(Envelope(id=uuid4(), operation="live", actor=DUTY, command=incident))
        port = free_port()
        config = uvicorn.Config(
            create_app(node),
            host="127.0.0.1",
            port=port,
            http="httptools",
            ws=FastWebSocketProtocol,
            log_level="warning",
            backlog=4096,
            lifespan="off",
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
        say(Ready(port, token))
        await told()

        async def send() -> None:
            command = AddEntry(incident="A", text=f"现场浓度下降 {stamp()}")
            await desk.send(Envelope(id=uuid4(), operation="live", actor=DUTY, command=command))

        await at_pace(send)
        await serving


async def peer(message_bytes: int) -> None:
    """`websockets.broadcast` and nothing else."""
    connections: set[ServerConnection] = set()

    async def handler(connection: ServerConnection) -> None:
        connections.add(connection)
        try:
            async for _ in connection:
                pass
        finally:
            connections.discard(connection)

    async with serve(handler, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=4096) as server:
        say(Ready(next(iter(server.sockets)).getsockname()[1]))
        await told()

        async def send() -> None:
            text = f'{{"zh":"{stamp()}'
            websockets.broadcast(connections, text + "x" * (message_bytes - len(text)))

        await at_pace(send)


async def at_pace(send: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """So many a second for ever; an update that takes long does not put off the next."""
    loop = asyncio.get_running_loop()
    begun, number = loop.time(), 0
    running: set[asyncio.Task[None]] = set()
    while True:
        task = asyncio.create_task(send())
        running.add(task)
        task.add_done_callback(running.discard)
        number += 1
        await asyncio.sleep(begun + number / UPDATES_PER_S - loop.time())


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if sys.argv[1] == "ours":
        uvloop.run(ours(Path(sys.argv[2]), float(sys.argv[3])))
    else:
        uvloop.run(peer(int(sys.argv[2])))
