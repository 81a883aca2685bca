"""POST …/commands:batch: newline-delimited JSON in, one answer a line out, in the order of the lines, while both ways are open.

Every line is answered, also one that is malformed. Commands are queued in their order, so each is decided on top of the ones before.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

import structlog
from litestar import Request, post
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.types import ASGIApp, Receive, Scope, Send

from core.operation import OpenOperation
from web import door
from web.accounts.access import Principal
from web.errors import Problem, internal, problem_of, too_large
from web.http.auth import Caller, node_of
from web.http.commands import carry_out, take_turn
from web.http.schemas import OperationPath, answer, errors
from web.node import Node, UnknownOperation, may_be_opened

_log = structlog.get_logger("http")

NDJSON = "application/x-ndjson"
TURN_WAIT_S_MAX = 5.0
"""A batch that is too fast is slowed down; only a longer wait than this is answered as too many."""


class Lines:
    """Bytes in chunks → lines of bounded length. A line that is too long becomes None and is skipped."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._rest = b""
        self._skipping = False

    def feed(self, chunk: bytes) -> list[bytes | None]:
        """The lines that are complete now."""
        *complete, self._rest = (self._rest + chunk).split(b"\n")
        found: list[bytes | None] = []
        for line in complete:
            if self._skipping or len(line) > self._bytes_max:
                found.append(None)
                self._skipping = False
            elif line.strip():
                found.append(line)
        if len(self._rest) > self._bytes_max:
            self._rest, self._skipping = b"", True
        return found

    def end(self) -> list[bytes | None]:
        """What is left when the body has ended in good order."""
        return self.feed(b"\n")


class Batch:
    """One body of commands on its way through the door."""

    def __init__(self, node: Node, operation: str, caller: Principal) -> None:
        self._node = node
        self._operation = operation
        self._caller = caller
        # The window: the reader waits here when so many are under way, and with it, through TCP, the sender.
        self._answers: asyncio.Queue[asyncio.Task[bytes] | None] = asyncio.Queue(
            node.settings.batch_in_flight_commands_max
        )

    async def answers(self, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """One line for each, in order; several that are ready at once go out together."""
        reading = asyncio.create_task(self._read(body), name=f"batch {self._operation}")
        try:
            while (task := await self._answers.get()) is not None:
                ready = [await task]
                while not self._answers.empty():
                    following = self._answers.get_nowait()
                    if following is None:
                        yield b"".join(ready)
                        return
                    if not following.done():
                        yield b"".join(ready)
                        ready = []
                    ready.append(await following)
                yield b"".join(ready)
        finally:
            # The client may have gone: what it had sent completely goes on at the desk, and nothing more is read.
            reading.cancel()
            await asyncio.wait([reading])

    async def _read(self, body: AsyncIterator[bytes]) -> None:
        lines = Lines(self._node.settings.line_bytes_max)
        try:
            while True:
                async with asyncio.timeout(self._node.settings.batch_idle_timeout_s):
                    chunk = await anext(body, None)
                if chunk is None:
                    break
                await self._begin(lines.feed(chunk))
            await self._begin(lines.end())
        except Exception as error:  # noqa: BLE001  a body that breaks off: what was complete is answered all the same
            _log.info("batch_broken_off", operation=self._operation, reason=type(error).__name__)
        # Not when cancelled: then nobody waits for answers any more.
        await self._answers.put(None)

    async def _begin(self, lines: list[bytes | None]) -> None:
        """Start each line. Everything that waits happens here, one line after the other; the task itself queues at once."""
        for line in lines:
            request = await self._decoded(line)
            task = asyncio.create_task(self._one(request))
            await self._answers.put(task)
            if isinstance(request, door.CommandRequest) and isinstance(request.command, OpenOperation):
                await asyncio.wait([task])  # what follows belongs to the operation that this one opens

    async def _decoded(self, line: bytes | None) -> door.CommandRequest | Problem:
        if line is None:
            return too_large(self._node.settings.line_bytes_max)
        try:
            request = door.decode(line)
            await self._turn()
            if not isinstance(request.command, OpenOperation):
                await self._node.desk(self._operation)
        except Exception as error:  # noqa: BLE001  each error is this line's answer
            return self._problem(error)
        return request

    async def _turn(self) -> None:
        try:
            await take_turn(self._node, self._caller)
        except Problem as problem:
            if problem.retry_after_s is None or problem.retry_after_s > TURN_WAIT_S_MAX:
                raise
            await asyncio.sleep(problem.retry_after_s)

    async def _one(self, request: door.CommandRequest | Problem) -> bytes:
        if isinstance(request, Problem):
            return request.encoded() + b"\n"
        try:
            found = await carry_out(self._node, self._operation, self._caller, request)
        except Exception as error:  # noqa: BLE001  each error is this line's answer
            return self._problem(error).encoded() + b"\n"
        return found.body + b"\n"

    def _problem(self, error: Exception) -> Problem:
        problem = problem_of(error)
        if problem is None:
            _log.error("unexpected_error", operation=self._operation, exc_info=error)
            problem = internal()
        return problem


class StreamedAnswers:
    """The answer as an ASGI application of its own: Litestar's streams read ahead for the end of the connection, and would take
    the body's chunks away from the batch.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  as ASGI calls it
        headers = [
            (b"content-type", NDJSON.encode()),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        answers = self._batch.answers(_chunks(receive))
        try:
            async for chunk in answers:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            # Also when the client is gone and `send` said so: the reading task ends with the generator.
            await answers.aclose()


async def _chunks(receive: Receive) -> AsyncGenerator[bytes]:
    """The body as it comes. Raises ConnectionResetError when the client hangs up before its end."""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionResetError
        yield message["body"]
        more = message["more_body"]


@dataclass
class BatchOperation(Operation):
    """The document of a body that no type describes: it is read as it comes."""

    def __post_init__(self) -> None:
        line = Schema(
            type=OpenAPIType.STRING, description="一行一条命令 · one command a line: see send_command"
        )
        self.request_body = RequestBody(content={NDJSON: OpenAPIMediaType(schema=line)}, required=True)


@post(
    "/api/operations/{operation:str}/commands:batch",
    tags=["命令 Commands"],
    summary="成批发送命令 Send many commands",
    description="逐行 JSON，逐行答复，按行序执行；边收边答。有格式错误的行同样得到答复，其余照常执行。\n\n"
    "Newline-delimited JSON, one answer a line in the order of the lines, streamed both ways. A malformed line is answered "
    "as such and the others are carried out.",
    operation_id="send_commands",
    operation_class=BatchOperation,
    status_code=200,
    request_max_body_size=None,
    responses={
        200: answer(str, "一行一条答复 · one answer a line", NDJSON),
        **errors(400, 401, 403, 404, 429, 503),
    },
)
async def send_commands(operation: OperationPath, request: Request[Any, Any, Any], caller: Caller) -> ASGIApp:
    """Bounded in its lines and in what is under way, not in its length."""
    node = node_of(request)
    if not await node.exists(operation) and not may_be_opened(operation):
        raise UnknownOperation(operation)
    return StreamedAnswers(Batch(node, operation, caller))
