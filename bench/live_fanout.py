"""50 updates a second to 1,000 sockets: what share of a core the server takes and how late the last of them are, beside
bare `websockets.broadcast` in the same run. The clients are in another process than the server, and read bytes, not messages.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

import msgspec
import psutil
import uvloop

from bench.common import Figure, folder, lower_is_better, percentile
from bench.live_servers import UPDATES_PER_S, Ready

SOCKETS = 1_000
WARM_UP_S = 2.0
SECONDS = 8.0
ROUNDS = 3
ATTEMPTS = 3
PING_S = 2.0
"""As a page does; the peer is sent nothing and answers nothing."""
OPEN_S = 60.0
READING_EVERY = 10
"""Every tenth socket reads; so the clients' own processor does not become the measure."""
AT_ONCE = 64
"""Connections that are being opened at one time."""
FRAME_S = 0.1
NO_FRAME_S = 0.0001
STAMP = re.compile(rb'"zh":"[^"@]*@(\d+\.\d+)@')
"""Once in each update: ours says it in two tongues."""
SUBSCRIBE = b'{"type":"subscribe","topics":["board"]}'


class Measured(NamedTuple):
    """One server under the load: its share of a core, and how late updates were, in milliseconds."""

    core_percent: float
    p50_ms: float
    p99_ms: float
    message_bytes: float


def masked(payload: bytes) -> bytes:
    """A client's text frame; the mask of zeros leaves the payload as it is."""
    length = (
        bytes((0x81, 0x80 | len(payload)))
        if len(payload) < 126
        else bytes((0x81, 0xFE)) + len(payload).to_bytes(2, "big")
    )
    return length + b"\0\0\0\0" + payload


class Socket(asyncio.Protocol):
    """One client: a handshake, then it notes when each stamp arrived."""

    def __init__(self, path: str, token: str, late_ms: list[float], *, reads: bool) -> None:
        """`reads`: it looks into what it is sent; the others only count the bytes, which are the same for all."""
        self._reads = reads
        self._path = path
        self._token = token
        self._late_ms = late_ms
        self._head = b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received_bytes = 0
        self.updates = 0
        self.counts = False
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        key = base64.b64encode(os.urandom(16)).decode()
        authorization = f"Authorization: Bearer {self._token}\r\n" if self._token else ""
        self.transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{authorization}"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self._head += data
            if b"\r\n\r\n" in self._head:
                if not self._head.startswith(b"HTTP/1.1 101"):
                    self.opened.set_exception(RuntimeError(self._head[:200].decode(errors="replace")))
                    return
                self.opened.set_result(None)
            return
        if not self.counts:
            return
        self.received_bytes += len(data)
        if not self._reads:
            return
        now = time.time()
        for found in STAMP.finditer(data):
            self.updates += 1
            self._late_ms.append((now - float(found[1])) * 1000)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(exc or RuntimeError("closed while opening"))


@contextlib.asynccontextmanager
async def server(*arguments: str) -> AsyncGenerator[tuple[psutil.Process, Ready, asyncio.subprocess.Process]]:
    """A server in a process of its own, from when it listens until it is killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.live_servers",
        *arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        while not (line := await process.stdout.readline()).startswith(b'{"port"'):
            if not line:
                raise RuntimeError(f"the server {arguments} ended before it listened")
        yield psutil.Process(process.pid), msgspec.json.decode(line, type=Ready), process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Starved(Exception):
    """Somebody did not get everything: the machine had other work, and the figure would mean nothing."""


async def measure(*arguments: str) -> Measured:
    """One valid look at a server; the machine may spoil some. Raises Starved when it spoils all."""
    for attempt in range(ATTEMPTS):
        try:
            return await _look(*arguments)
        except Starved:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("there is a last attempt")


async def _look(*arguments: str) -> Measured:
    """Open all sockets, let it run a moment, then look for `SECONDS`."""
    late_ms: list[float] = []
    async with server(*arguments) as (process, ready, child):
        is_ours = arguments[0] == "ours"
        path = "/api/operations/live/live" if is_ours else "/"
        async with asyncio.timeout(OPEN_S):
            sockets = await _open(ready, path, late_ms)
        pinging = asyncio.create_task(_ping(sockets)) if is_ours else None
        if is_ours:
            for socket in sockets:
                socket.transport.write(masked(SUBSCRIBE))
        await asyncio.sleep(WARM_UP_S)
        assert child.stdin is not None
        child.stdin.write(b"go\n")
        await asyncio.sleep(WARM_UP_S)
        for socket in sockets:
            socket.counts = True
        before, begun = process.cpu_times(), time.perf_counter()
        await asyncio.sleep(SECONDS)
        after, passed_s = process.cpu_times(), time.perf_counter() - begun
        for socket in sockets:
            socket.counts = False
        if pinging is not None:
            pinging.cancel()
        _check(sockets)
        for socket in sockets:
            socket.transport.abort()
    used_s = after.user + after.system - before.user - before.system
    reading = sockets[::READING_EVERY]
    updates = sum(socket.updates for socket in reading)
    return Measured(
        used_s / passed_s * 100,
        percentile(late_ms, 50),
        percentile(late_ms, 99),
        sum(socket.received_bytes for socket in reading) / updates,
    )


def _check(sockets: list[Socket]) -> None:
    """A figure counts only when everybody got everything."""
    wanted = SECONDS * UPDATES_PER_S
    fewest = min(socket.updates for socket in sockets[::READING_EVERY])
    least, most = (pick(socket.received_bytes for socket in sockets) for pick in (min, max))
    if any(socket.lost for socket in sockets) or fewest < 0.9 * wanted or least < 0.9 * most:
        raise Starved(f"a socket got {fewest} of {wanted:g} updates, or {least} of {most} bytes")


async def _open(ready: Ready, path: str, late_ms: list[float]) -> list[Socket]:
    loop = asyncio.get_running_loop()
    sockets: list[Socket] = []
    for first in range(0, SOCKETS, AT_ONCE):
        several = [
            await loop.create_connection(
                partial(Socket, path, ready.token, late_ms, reads=number % READING_EVERY == 0),
                "127.0.0.1",
                ready.port,
            )
            for number in range(first, min(first + AT_ONCE, SOCKETS))
        ]
        for _, socket in several:
            await socket.opened
            sockets.append(socket)
    return sockets


async def _ping(sockets: list[Socket]) -> None:
    """Each socket says a word every two seconds, spread over them."""
    loop = asyncio.get_running_loop()
    while True:
        begun = loop.time()
        for number, socket in enumerate(sockets):
            socket.transport.write(masked(b'{"type":"ping","sent":%d}' % (time.time() * 1000)))
            if number % 10 == 9:
                await asyncio.sleep(max(0.0, begun + PING_S * number / len(sockets) - loop.time()))


async def _rounds() -> list[tuple[Measured, Measured, Measured]]:
    """Per round: in frames, without, and the peer with messages of the size of ours."""
    found: list[tuple[Measured, Measured, Measured]] = []
    for number in range(ROUNDS):
        with folder() as place:
            single = await measure("ours", str(Path(place) / f"single-{number}"), str(NO_FRAME_S))
            framed = await measure("ours", str(Path(place) / f"framed-{number}"), str(FRAME_S))
            theirs = await measure("peer", str(round(single.message_bytes)))
        found.append((framed, single, theirs))
    return found


def run(scale: int) -> list[Figure]:  # noqa: ARG001  every part of the benchmark is called alike
    """`scale` is of no account here: what is sent does not depend on the length of the log."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        rounds = uvloop.run(_rounds())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    # The round whose ratio is in the middle: other work on the machine disturbs single rounds.
    rounds.sort(key=lambda one: one[0].core_percent / one[2].core_percent)
    framed, single, theirs = rounds[len(rounds) // 2]
    note = (
        f"p50 {framed.p50_ms:.0f} ms, p99 {framed.p99_ms:.0f} ms; peer {theirs.p50_ms:.0f} and {theirs.p99_ms:.0f} ms. Ours decides, "
        f"commits and folds each update and answers {SOCKETS / PING_S:.0f} pings/s; the peer only broadcasts. With a frame for each "
        f"update instead: {single.core_percent:.0f} % of a core, p99 {single.p99_ms:.0f} ms"
    )
    return [
        lower_is_better(
            f"{UPDATES_PER_S} updates/s to {SOCKETS:,} sockets, {FRAME_S * 1000:.0f} ms frames: server processor",
            "websockets.broadcast",
            framed.core_percent,
            theirs.core_percent,
            "% of a core",
            must=1.0,
            note=note,
        )
    ]


if __name__ == "__main__":
    for figure in run(0):
        print(msgspec.json.encode(figure).decode())
