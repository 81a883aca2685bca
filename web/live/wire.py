"""One socket as a client sees it: whether it takes more, how to write, how to end it. Here the way that any ASGI server offers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from litestar import WebSocket
from litestar.exceptions import WebSocketException

from web.live.messages import Frame

CLOSE_GRACE_S = 2.0
"""For the other side to answer a close; then the connection is cut."""
SCOPE_KEY = "liandong.wire"
"""Where a server that hands out its transport puts the wire of a connection (see protocol.py)."""


class Wire(Protocol):
    """Used by one event loop only."""

    on_ready: Callable[[], None] | None
    """Called when a wire that was not ready is so again."""

    @property
    def ready(self) -> bool:
        """Whether it takes another frame now. False also after its end."""
        ...

    def write(self, frame: Frame) -> None:
        """Hand a frame over. Never waits."""
        ...

    def end(self, code: int, reason: str) -> None:
        """Close, and cut the connection if the other side does not answer that in time. Again: nothing."""
        ...


class AsgiWire:
    """One frame at a time through `send`, by a task of its own. Servers keep their buffers to themselves, so ready means: the last
    frame was taken."""

    def __init__(self, socket: WebSocket[Any, Any, Any]) -> None:
        self.on_ready: Callable[[], None] | None = None
        self._socket = socket
        self._frame: Frame | None = None
        self._closing: tuple[int, str] | None = None
        self._wake = asyncio.Event()
        self._ended = False
        self._task = asyncio.create_task(self._run(), name="live-wire")

    @property
    def ready(self) -> bool:
        return self._frame is None and not self._ended

    def write(self, frame: Frame) -> None:
        self._frame = frame
        self._wake.set()

    def end(self, code: int, reason: str) -> None:
        if not self._ended:
            self._ended = True
            self._closing = (code, reason)
            self._wake.set()

    async def stop(self) -> None:
        """When the connection's handler is left: a close that is under way is finished, and nothing else is written."""
        self._ended = True
        if self._closing is not None:
            await asyncio.wait((self._task,), timeout=CLOSE_GRACE_S)
        self._task.cancel()
        await asyncio.wait((self._task,))

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                if self._frame is not None:
                    # A client that takes nothing keeps this waiting: the hub's tick sees that and ends the wire.
                    await self._socket.send_text(self._frame.text)
                    self._frame = None
                if self._closing is not None:
                    await self._socket.close(*self._closing)
                    return
            except (WebSocketException, RuntimeError, OSError):
                self._ended = True  # it is gone: the handler's receive says so as well
                return
            if self.on_ready is not None:
                self.on_ready()
