"""One process that serves: the node, its application, uvicorn. It must never lose an answer that is under way when it is told to stop."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import signal
import socket
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
import uvicorn

from core.log.protocol import LogUnavailable
from web.app import create_app
from web.node import Node
from web.settings import Settings

_log = structlog.get_logger("server")

BACKLOG = 2048
KEEP_ALIVE_S = 75


class _Server(uvicorn.Server):
    """uvicorn, that says when it answers and stops in good order."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """As uvicorn's own, but a signal that was answered is not raised again: a stop in good order ends with 0."""
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


async def serve(
    settings: Settings,
    ready: Callable[[Node, str], None] | None = None,
    beside: Callable[[Node, str], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. `ready` is called with the node and its address as soon as requests are answered.

    `beside` is work of this process that needs the node: begun then, cancelled and awaited before the desks close. An error of it
    stops the server and is raised. Raises LogUnavailable or SettingsError with what to do when it cannot begin.
    """
    # Bound first: a port that is taken is told before the log is touched, and port 0 is known.
    listening = _listen(settings)
    try:
        node = await Node.open(settings)
    except BaseException:
        listening.close()
        raise
    url = f"http://{settings.host}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        create_app(node),
        http="httptools",
        loop="uvloop",
        ws=_websocket_protocol(),
        ws_per_message_deflate=False,
        ws_max_size=settings.client_message_bytes_max,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        backlog=BACKLOG,
        limit_concurrency=settings.connections_max,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(settings.graceful_stop_s),
    )

    working: list[asyncio.Task[None]] = []

    def tell() -> None:
        _log.info("serving", url=url, store="postgres" if settings.postgres else "sqlite")
        if ready is not None:
            ready(node, url)
        if beside is not None:
            work = asyncio.create_task(beside(node, url), name="beside the server")
            work.add_done_callback(stop_when_failed)
            working.append(work)

    server = _Server(config, tell)

    def stop_when_failed(work: asyncio.Task[None]) -> None:
        if not work.cancelled() and work.exception() is not None:
            server.should_exit = True

    try:
        # uvicorn catches SIGTERM and SIGINT, stops accepting and waits for the answers under way; then the desks finish.
        await server.serve(sockets=[listening])
        for work in working:
            work.cancel()
            # Its last commands still find open desks; its own error, if that is why the server stopped, goes to the caller.
            with suppress(asyncio.CancelledError):
                await work
    finally:
        await node.close()
        listening.close()
        _log.info("stopped")


def run(
    settings: Settings,
    ready: Callable[[Node, str], None] | None = None,
    beside: Callable[[Node, str], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """`serve` in an event loop of its own, the fast one."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, ready, beside))


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise LogUnavailable(
            f"无法监听 {settings.host}:{settings.port}（{error.strerror}）：请用 --port 另选端口，或停止占用它的程序。",
            f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}): choose another --port, or stop what "
            "uses it.",
        ) from error
    return listening


def _websocket_protocol() -> Any:
    """The one that hands out its transport, where web.live has it; else the plain one."""
    if importlib.util.find_spec("web.live.protocol") is None:
        return "websockets"
    return importlib.import_module("web.live.protocol").FastWebSocketProtocol
