"""Durable commands a second over HTTP at 64 clients, beside a Litestar route that does nothing, served in the same way."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import msgspec

from bench.common import Figure, folder, higher_is_better, percentile
from core.incident import ReportIncident
from core.messages import Place
from tests.servers import PostgresServer, free_port

CLIENTS = 64
SECONDS = 4.0
ROUNDS = 3
START_TIMEOUT_S = 30.0
COMMAND = ReportIncident(
    kind="gas_leak", place=Place("江湾区文晖路 88 号", 120.1748, 30.2885), text="楼道里有煤气味"
)

PEER = """
import uvicorn
from litestar import Litestar, post

@post("/nothing", status_code=201)
async def nothing() -> dict[str, str]:
    return {"outcome": "accepted"}

uvicorn.run(Litestar([nothing]), host="127.0.0.1", port=%d, loop="uvloop", http="httptools", log_level="warning",
            access_log=False)
"""


@contextlib.contextmanager
def _process(arguments: list[str], port: int, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A server in a process of its own, from when it listens until it has stopped."""
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
    try:
        until = time.monotonic() + START_TIMEOUT_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{arguments[0]} does not listen on port {port}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


async def _load(port: int, path: str, token: str, *, command: bool) -> float:
    """Answers a second; every answer must be a 201."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    stop = time.perf_counter() + SECONDS
    answered = 0

    async def client() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < stop:
            body = b"{}"
            if command:
                body = msgspec.json.encode({"id": uuid4(), "command": COMMAND})
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(answer.decode(errors="replace"))
            length = next(
                line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length")
            )
            await reader.readexactly(int(length.partition(b":")[2]))
            answered += 1
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return answered / (time.perf_counter() - start)


def _liandong(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("liandong")), *arguments]


def _ours(place: Path, options: list[str]) -> float:
    data = str(place / "data")
    made = subprocess.run(
        _liandong("token", "create", "--data", data, *options, "--post", "duty", "--organisation", "gov"),
        capture_output=True,
        check=True,
        text=True,
    )
    port = free_port()
    arguments = _liandong("serve", "--data", data, *options, "--port", str(port))
    with _process(arguments, port):
        return asyncio.run(_load(port, "/api/operations/live/commands", made.stdout.strip(), command=True))


def _theirs() -> float:
    port = free_port()
    with _process([sys.executable, "-c", PEER % port], port):
        return asyncio.run(_load(port, "/nothing", "", command=False))


def run(scale: int) -> list[Figure]:
    """`scale` is of no account here: the length of the log does not reach the door."""
    del scale
    figures: list[Figure] = []
    for name in ("SQLite", "PostgreSQL"):
        ours: list[float] = []
        theirs: list[float] = []
        with folder() as place, PostgresServer() as server:
            for number in range(ROUNDS):
                options = ["--postgres", server.dsn()] if name == "PostgreSQL" else []
                ours.append(_ours(place / str(number), options))
                theirs.append(_theirs())
        figures.append(
            higher_is_better(
                f"durable commands/s over HTTP, 64 clients, {name}",
                "a Litestar route that does nothing",
                percentile(ours, 50),
                percentile(theirs, 50),
                "commands/s",
                must=0.5,
                note="server and clients share the machine's cores",
            )
        )
    return figures
