"""One page's connection: what it says is decoded, handed over and answered. It must never decide anything about the field."""

from __future__ import annotations

import asyncio
import time
from typing import Any, assert_never

import msgspec
import structlog
from litestar import WebSocket
from litestar.exceptions import WebSocketException

from handlers.answers import Message as Sentence
from web import door
from web.accounts.access import Principal
from web.errors import Problem, internal, of_decoding, problem_of
from web.http.auth import authenticate
from web.http.commands import carry_out, take_turn
from web.live.client import Client
from web.live.hub import Bucket
from web.live.keeper import Keeper
from web.live.messages import (
    AUTH,
    BAD_MESSAGES,
    TOPICS,
    Command,
    Error,
    Ping,
    Pong,
    Subscribe,
    answer,
    decode,
    frame,
    id_in,
    server_time,
)
from web.live.wire import Wire
from web.node import Node

_log = structlog.get_logger("live")

PING_COST, SUBSCRIBE_COST = 1, 20
SAID_PER_S, SAID_BURST = 20, 200
"""What a page may say beside commands, which have limits of their own. Beyond, it is read more slowly."""


_ID_CHARS_MAX = 100


class _Ended(Exception):
    """The connection is over: closed by the other side, or not worth keeping."""


class Connection:
    """One page: reads what it says, one message after the other."""

    def __init__(
        self, node: Node, socket: WebSocket[Any, Any, Any], keeper: Keeper, caller: Principal, wire: Wire
    ) -> None:
        self._node = node
        self._socket = socket
        self._keeper = keeper
        self._caller = caller
        self._wire = wire
        now = time.monotonic()
        self._authenticated_at = now
        self._bucket = Bucket(SAID_PER_S, SAID_BURST, now)
        self._faults = 0
        self._commands: set[asyncio.Task[None]] = set()
        self.client = Client(wire, keeper.limits, keeper.stage.join, node.metrics.ws_behind.inc, now)

    async def serve(self) -> None:
        """Until the other side has gone. Cancelling leaves nothing behind."""
        stage, gauge = self._keeper.stage, self._node.metrics.ws_clients.labels(self._keeper.operation)
        stage.hub.join(self.client)
        gauge.inc()
        try:
            self.client.send(stage.hello())
            while True:
                await self._hear(await self._receive())
        except _Ended:
            pass
        finally:
            # Here and nowhere else: whatever ended the connection, its client is gone from the hub.
            stage.forget(self.client)
            gauge.dec()
            # The desk goes on with what it has; only nobody waits for the answers.
            for task in self._commands:
                task.cancel()

    async def _receive(self) -> bytes | str:
        try:
            event = await self._socket.receive()
        except (WebSocketException, RuntimeError) as error:
            raise _Ended from error
        if event["type"] != "websocket.receive":
            raise _Ended
        text = event.get("text")
        data: bytes | str = text if text is not None else event.get("bytes") or b""
        return data

    async def _hear(self, data: bytes | str) -> None:
        self.client.heard(time.monotonic())
        if len(data) > self._keeper.limits.client_message_bytes_max:
            await self._fault("too_large", "消息过长。", "The message is too long.")
            return
        try:
            message = decode(data)
        except msgspec.DecodeError as error:
            await self._malformed(data, of_decoding(error))
            return
        except (UnicodeError, RecursionError):
            await self._fault("malformed", "不是有效的 JSON。", "This is not JSON.")
            return
        match message:
            case Ping():
                await self._take(PING_COST)
                await self._pong(message)
            case Subscribe():
                await self._take(SUBSCRIBE_COST)
                await self._subscribe(message)
            case Command():
                await self._command(message)
            case _:
                assert_never(message)

    # --- each kind of message ---

    async def _pong(self, message: Ping) -> None:
        now = time.monotonic()
        self.client.heard(now, message.position)
        position = self._keeper.position
        self.client.send(frame(Pong(sent=message.sent, position=position, server_time=server_time())))
        if now - self._authenticated_at > self._keeper.limits.authenticate_again_s:
            try:
                await self._authenticate()
            except Problem as problem:
                if problem.status in (401, 403):
                    self.client.end(AUTH, "log in")

    async def _subscribe(self, message: Subscribe) -> None:
        unknown = [topic for topic in message.topics if topic not in TOPICS]
        if unknown:
            known = ", ".join(TOPICS)
            await self._fault(
                "unknown_topic",
                f"没有主题 {unknown[0]}；可用：{known}。",
                f"There is no topic {unknown[0]}: there are {known}.",
                topic=unknown[0],
            )
        if len(unknown) < len(message.topics):
            await self._keeper.subscribe(self.client, message.after, message.epoch)

    async def _command(self, message: Command) -> None:
        limit = self._keeper.limits.client_commands_in_flight_max
        while len(self._commands) >= limit:
            # Not read on before one is answered: so a client cannot have more in flight, and TCP tells it to wait.
            await asyncio.wait(self._commands, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._carry_out(message))
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    async def _carry_out(self, message: Command) -> None:
        """The way of HTTP: the same caller, the same limits, the same door, the same body."""
        try:
            await self._authenticate()
            await take_turn(self._node, self._caller)
            found = await carry_out(self._node, self._keeper.operation, self._caller, door.check(message))
            self.client.send(answer(str(message.id), found.body))
        except Exception as error:  # noqa: BLE001  each error becomes an answer, as over HTTP; unexpected ones are logged
            problem = problem_of(error)
            if problem is None:
                _log.error("unexpected_error", operation=self._keeper.operation, exc_info=error)
                problem = internal()
            self.client.send(answer(str(message.id), problem.encoded()))
            if problem.status == 401:
                self.client.end(AUTH, "log in")

    async def _authenticate(self) -> None:
        """Who this is now: while the socket was open a session may have ended, or a token been revoked. Raises Problem."""
        self._caller = await authenticate(self._node, self._socket.scope)
        self._authenticated_at = time.monotonic()

    # --- what is wrong with a message ---

    async def _malformed(self, data: bytes | str, problem: Problem) -> None:
        """A command that cannot be read is answered by its id, if that at least can be."""
        id = id_in(data)
        if id is not None and len(id) <= _ID_CHARS_MAX:
            self.client.send(answer(id, problem.encoded()))
            await self._count_fault()
            return
        said = problem.body
        await self._fault(said.code, said.message.zh, said.message.en, field=said.field)

    async def _fault(
        self, code: str, zh: str, en: str, *, field: str | None = None, topic: str | None = None
    ) -> None:
        self.client.send(frame(Error(code=code, message=Sentence(zh, en), field=field, topic=topic)))
        await self._count_fault()

    async def _count_fault(self) -> None:
        self._faults += 1
        if self._faults >= self._keeper.limits.client_faults_max:
            self.client.end(BAD_MESSAGES, "too many malformed messages")
            raise _Ended
        await self._take(SUBSCRIBE_COST)

    async def _take(self, cost: float) -> None:
        """Pay for a message. Whoever says too much is read more slowly, and TCP tells it so; nothing is dropped."""
        if (wait_s := self._bucket.take(cost, time.monotonic())) > 0:
            await asyncio.sleep(wait_s)
