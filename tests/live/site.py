"""A real server in the test's own loop, and a page that keeps to the live protocol."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import msgspec
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core.catalogue import AnyCommand
from core.incident import ReportIncident
from core.messages import Actor, Envelope, Place
from core.operation import LIVE
from handlers.answers import Answer
from web.app import create_app
from web.live.keeper import Keeper
from web.live.protocol import FastWebSocketProtocol
from web.node import Node
from web.settings import Settings

ANSWER_S = 10.0
Message = dict[str, Any]


class Site:
    """One node behind a server on a free port, with a token of the duty desk."""

    def __init__(self, node: Node, server: uvicorn.Server, token: str) -> None:
        self.node = node
        self.server = server
        self.token = token

    @property
    def port(self) -> int:
        port: int = self.server.servers[0].sockets[0].getsockname()[1]
        return port

    def url(self, operation: str = LIVE) -> str:
        return f"ws://127.0.0.1:{self.port}/api/operations/{operation}/live"

    async def keeper(self, operation: str = LIVE) -> Keeper:
        keeper = await self.node.keeper(operation)
        assert isinstance(keeper, Keeper)
        return keeper

    async def head(self, operation: str = LIVE) -> int:
        """Where the log stands."""
        return (await self.node.log.head(operation)).position

    async def send(self, command: AnyCommand, operation: str = LIVE, post: str = "duty") -> Answer:
        """A command through the desk, at a post of the district."""
        desk = await self.node.desk(operation)
        actor = Actor("tester", self.node.settings.district, post)
        answer = await desk.send(Envelope(id=uuid4(), operation=operation, actor=actor, command=command))
        assert answer.code is None, answer.body
        return answer

    @contextlib.asynccontextmanager
    async def page(self, operation: str = LIVE, **given: Any) -> AsyncGenerator[Page]:
        """A connected page that was greeted."""
        headers = given.pop("headers", {"Authorization": f"Bearer {self.token}"})
        async with connect(
            self.url(operation), additional_headers=headers, compression=None, max_size=None, **given
        ) as socket:
            yield Page(socket)


class Page:
    """Applies what it is sent, and fails on a patch that does not follow on."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.position: int | None = None
        self.epoch: str | None = None
        self.rows: dict[str, dict[str, Any]] = {}
        self.timeline: dict[int, Any] = {}
        self.said: list[Message] = []
        self.heard: list[str] = []

    async def next(self, timeout_s: float = ANSWER_S) -> Message:
        """The next message, applied."""
        async with asyncio.timeout(timeout_s):
            text = await self.socket.recv()
        message: Message = json.loads(text)
        self.heard.append(str(text))
        self.said.append(message)
        match message["type"]:
            case "snapshot":
                self.rows = {kind: {row["id"]: row for row in rows} for kind, rows in message["rows"].items()}
                self.timeline = {entry["position"]: entry for entry in message["timeline"]}
                self.position, self.epoch = message["position"], message["epoch"]
            case "patch":
                assert message["after"] == self.position, "a gap"
                for kind, id, _, row in message["rows"]:
                    if row is None:
                        del self.rows[kind][id]
                    else:
                        self.rows[kind][id] = row
                self.timeline.update({entry["position"]: entry for entry in message["timeline"]})
                for position in sorted(self.timeline)[:-500]:
                    del self.timeline[position]
                self.position = message["position"]
            case _:
                pass
        return message

    async def until(self, kind: str, timeout_s: float = ANSWER_S) -> Message:
        """The next message of a kind; those before it are applied."""
        async with asyncio.timeout(timeout_s):
            while True:
                message = await self.next()
                if message["type"] == kind:
                    return message

    async def reach(self, position: int, timeout_s: float = ANSWER_S) -> None:
        """Until the page stands at the position or beyond."""
        async with asyncio.timeout(timeout_s):
            while self.position is None or self.position < position:
                await self.next()

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def subscribe(self, **given: Any) -> None:
        await self.say(type="subscribe", topics=["board"], **given)

    async def closed(self, timeout_s: float = ANSWER_S) -> int:
        """The code that the server closes with; what it says before is applied."""
        async with asyncio.timeout(timeout_s):
            try:
                while True:
                    await self.next()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd is not None else 1006


def incident(number: int) -> ReportIncident:
    """A command that reports one more incident."""
    return ReportIncident(kind="flood", place=Place(text=f"{number}号路口"), incident=f"I{number}")


def picture(keeper: Keeper) -> tuple[dict[str, dict[str, Any]], dict[int, Any]]:
    """What a page should hold when it has everything."""
    data = json.loads(msgspec.json.encode(keeper.view("board")))
    rows = {kind: {row["id"]: row for row in rows} for kind, rows in data["rows"].items()}
    return rows, {entry["position"]: entry for entry in data["timeline"]}


@contextlib.asynccontextmanager
async def running(settings: Settings, *, fast: bool = True) -> AsyncGenerator[Site]:
    """A site that serves until the context ends; `fast` with the transport within reach, else as any ASGI server does."""
    async with Node.running(settings) as node:
        _, token = await node.accounts.make_token("tests", settings.district, "duty")
        config = uvicorn.Config(
            create_app(node),  # pyright: ignore[reportArgumentType]  uvicorn's own types of ASGI are narrower than the standard
            host="127.0.0.1",
            port=0,
            ws=FastWebSocketProtocol if fast else "websockets-sansio",
            ws_max_size=settings.client_message_bytes_max,
            log_level="warning",
            lifespan="off",
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        try:
            while not server.started:
                await asyncio.sleep(0.005)
                assert not serving.done(), serving
            yield Site(node, server, token)
        finally:
            server.should_exit = True
            server.force_exit = True
            await serving
