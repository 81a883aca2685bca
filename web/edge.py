"""The outermost layer: request ids, security headers, times, and the last word on errors. The door of single commands is answered
right here, without the framework: it is the one whose speed is promised.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import structlog

from web.errors import Problem, internal, problem_of, too_large
from web.http.auth import authenticate
from web.http.commands import answer_body
from web.node import Node

_log = structlog.get_logger("http")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
Header = tuple[bytes, bytes]

PREFIX = "/api/operations/"
SUFFIX = "/commands"

SECURITY: list[Header] = [
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
UNCACHED: list[Header] = [(b"cache-control", b"no-store")]
JSON: list[Header] = [(b"content-type", b"application/json")]


class Edge:
    """An ASGI application around another, for one node."""

    def __init__(self, app: App, node: Node) -> None:
        self._app = app
        self._node = node
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = f"{self._prefix}-{next(self._numbers):x}"
        begun = time.perf_counter()
        path: str = scope["path"]
        if scope["method"] == "POST" and path.endswith(SUFFIX) and path.startswith(PREFIX):
            operation = path[len(PREFIX) : -len(SUFFIX)]
            if operation and "/" not in operation:
                status = await self._command(operation, request, scope, receive, send)
                self._measure("POST", PREFIX + "{operation}" + SUFFIX, status, begun)
                return
        await self._pass_on(request, begun, scope, receive, send)

    async def _command(self, operation: str, request: str, scope: Scope, receive: Receive, send: Send) -> int:
        headers: Iterable[Header] = ()
        try:
            # First who asks, then what: a stranger's body is not even read.
            caller = await authenticate(self._node, scope)
            body = await _body(scope, receive, self._node.settings.body_bytes_max)
            if body is None:
                return 499  # the client hung up; nobody is left to answer
            reply = await answer_body(self._node, operation, caller, body)
            status, content = reply.status, reply.body
        except Exception as error:  # noqa: BLE001  the outermost layer: each error becomes an answer, unexpected ones are logged
            problem = self._problem(error, request)
            status, content = problem.status, problem.encoded(request if problem.status >= 500 else None)
            headers = [(name.encode(), value.encode()) for name, value in problem.headers.items()]
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    *JSON,
                    (b"content-length", b"%d" % len(content)),
                    (b"x-request-id", request.encode()),
                    *headers,
                    *UNCACHED,
                    *SECURITY,
                ],
            }
        )
        await send({"type": "http.response.body", "body": content})
        return status

    async def _pass_on(self, request: str, begun: float, scope: Scope, receive: Receive, send: Send) -> None:
        status = 500

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers: list[Header] = [*message["headers"], (b"x-request-id", request.encode()), *SECURITY]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers += UNCACHED
                message = {**message, "headers": headers}
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request):
            await self._app({**scope, "liandong.request": request}, receive, with_headers)
        route = scope.get("path_template") or "other"
        self._measure(scope["method"], route, status, begun)

    def _problem(self, error: BaseException, request: str) -> Problem:
        problem = problem_of(error)
        if problem is None:
            _log.error("unexpected_error", request=request, exc_info=error)
            problem = internal()
        return problem

    def _measure(self, method: str, route: str, status: int, begun: float) -> None:
        self._node.metrics.http_s.labels(method, route, str(status)).observe(time.perf_counter() - begun)


async def _body(scope: Scope, receive: Receive, bytes_max: int) -> bytes | None:
    """The body, or None when the client hung up before its end. Raises Problem as soon as it is too large."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > bytes_max:
            raise too_large(bytes_max)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > bytes_max:
                raise too_large(bytes_max)
        body = b"".join(parts)
    if message["type"] == "http.disconnect":
        return None
    if len(body) > bytes_max:
        raise too_large(bytes_max)
    return body
