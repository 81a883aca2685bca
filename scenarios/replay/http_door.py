"""An import through a running server: newline-delimited commands over HTTP, at the post that the token belongs to."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import msgspec
from msgspec import Struct

from core import catalogue
from core.catalogue import Recorded
from core.operation import OperationOpened
from scenarios.replay.doors import ATTEMPT_PAUSE_S, ATTEMPTS_MAX, PAGE_EVENTS, Reply, reply_of
from scenarios.replay.errors import SendError
from scenarios.replay.plan import SOURCE, Step

REQUEST_TIMEOUT_S = 120.0
NDJSON = "application/x-ndjson"
_BUSY_STATUSES = frozenset({429, 502, 503, 504})
_BUSY_CODES = frozenset({"busy", "too_many", "log_unavailable", "internal"})


class HttpDoor:
    """A running server, at the post that the token belongs to. One connection, one request at a time: that keeps the order."""

    def __init__(self, url: str, token: str, operation: str) -> None:
        """Raises SendError for a URL that is none."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SendError(
                f"{url} 不是服务端地址；例如 http://localhost:8470。",
                f"{url} is no address of a server; one looks like http://localhost:8470.",
            )
        self._parts = parts
        self._token = token
        self._path = f"{parts.path.rstrip('/')}/api/operations/{quote(operation, safe='')}"
        self._connection: http.client.HTTPConnection | None = None

    async def head(self) -> int:
        status, body = await self._ask("GET", f"{self._path}/events?limit=1")
        if status == HTTPStatus.NOT_FOUND:
            return 0
        _check(status, body)
        return _head.decode(body).head

    async def root(self) -> str | None:
        async for recorded in self.events((OperationOpened.__name__,)):
            if isinstance(recorded.event, OperationOpened) and recorded.event.organisations:
                return recorded.event.organisations[0].id
        return None

    async def events(self, types: tuple[str, ...]) -> AsyncIterator[Recorded]:
        after = 0
        while True:
            query = urlencode([("after", after), ("limit", PAGE_EVENTS), *(("type", name) for name in types)])
            status, body = await self._ask("GET", f"{self._path}/events?{query}", accept=NDJSON)
            if status == HTTPStatus.NOT_FOUND:
                return
            _check(status, body)
            lines = [line for line in body.split(b"\n") if line]
            if not lines:
                return
            for line in lines:
                recorded = catalogue.decode(line)
                after = recorded.position
                yield recorded

    async def send(self, steps: Sequence[Step]) -> list[Reply]:
        data = b"".join(_encoder.encode(_Wire.of(step)) + b"\n" for step in steps)
        for attempt in range(ATTEMPTS_MAX):
            status, body = await self._ask("POST", f"{self._path}/commands:batch", data)
            lines = body.splitlines()
            codes = [_fault.decode(line) for line in lines] if status == HTTPStatus.OK else []
            retry = status in _BUSY_STATUSES or any(fault.is_busy for fault in codes)
            if not retry:
                _check(status, body)
                if fault := next((fault for fault in codes if fault.outcome == "error"), None):
                    raise SendError(fault.message.zh, fault.message.en)
                if len(lines) == len(steps):
                    return [reply_of(line) for line in lines]
            # The answer broke off, or the server could not take all of it now: the same ids again, in the same order.
            await asyncio.sleep(ATTEMPT_PAUSE_S * 2**attempt)
        raise SendError(
            "服务端一再无法受理，导入停止；已受理的部分不会丢失，稍后用同一命令继续。",
            "The server would not take more and the import stops; what it took stays: run the same command again later.",
        )

    async def _ask(
        self, method: str, path: str, data: bytes = b"", *, accept: str = "application/json"
    ) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept}
        if data:
            headers["Content-Type"] = NDJSON
        reason: Exception | None = None
        for attempt in range(ATTEMPTS_MAX):
            try:
                # In a thread, since http.client waits; cancelling leaves the thread to end by its time-out.
                return await asyncio.to_thread(self._request, method, path, data, headers)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                reason = error
                await asyncio.sleep(ATTEMPT_PAUSE_S * 2**attempt)
        raise SendError(
            f"无法连接服务端 {self._parts.netloc}（{reason}）：请检查地址与网络，然后用同一命令继续。",
            f"The server {self._parts.netloc} cannot be reached ({reason}): check the address, then run the same command.",
        )

    def _request(self, method: str, path: str, data: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if self._connection is None:
            parts = self._parts
            assert parts.hostname is not None
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(parts.hostname, parts.port, timeout=REQUEST_TIMEOUT_S)
        self._connection.request(method, path, body=data or None, headers=headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Wire(Struct, omit_defaults=True):
    """One line of commands:batch."""

    id: UUID
    command: Any
    source: str
    precision: str = "second"
    occurred_at: datetime | None = None

    @classmethod
    def of(cls, step: Step) -> _Wire:
        return cls(step.id, step.command, SOURCE, step.precision, step.occurred_at)


class _Said(Struct, frozen=True):
    zh: str = ""
    en: str = ""


class _Fault(Struct):
    """What a line may say instead of an outcome."""

    outcome: str = ""
    code: str | None = None
    message: _Said = _Said()

    @property
    def is_busy(self) -> bool:
        return self.outcome == "error" and self.code in _BUSY_CODES


class _Head(Struct):
    head: int


_encoder = msgspec.json.Encoder()
_fault = msgspec.json.Decoder(_Fault)
_head = msgspec.json.Decoder(_Head)


def _check(status: int, body: bytes) -> None:
    """Raises SendError for any answer but a good one, in the server's own words where it has some."""
    if status == HTTPStatus.OK:
        return
    try:
        said = _fault.decode(body).message
    except msgspec.DecodeError:
        said = _Said()
    shown = (
        said
        if said.zh
        else _Said(body[:200].decode("utf-8", "replace"), body[:200].decode("utf-8", "replace"))
    )
    raise SendError(f"服务端答复 {status}：{shown.zh}", f"The server answered {status}: {shown.en}")
