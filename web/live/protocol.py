"""uvicorn's WebSocket protocol with its transport within reach: frames made once are written to every socket as they are.

It changes no rule of the protocol: the handshake, reading, control frames and closing stay uvicorn's own. Compression is off: it
costs half of the throughput and 45 KB a connection. Built against uvicorn 0.54's sans-I/O implementation.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.exceptions import InvalidState
from websockets.http11 import Request

from web.live.messages import Frame
from web.live.wire import CLOSE_GRACE_S, SCOPE_KEY

SEND_BUFFER_BYTES = 64 << 10
"""Of the kernel, per socket: behind larger ones a stalled page looks alive for minutes."""
WRITE_BUFFER_BYTES = 256 << 10
"""Of the transport: above it a client's frames wait in its own queue, which is bounded and counted."""


class FastWebSocketProtocol(WebSocketsSansIOProtocol):
    """A `Wire` (wire.py) by itself."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn.available_extensions = []
        self.ping_interval = None  # the live protocol has its own heartbeat, both ways
        self.on_ready: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)
        if scope is not None:
            # The application's task was made just now and runs later: it finds its wire.
            scope[SCOPE_KEY] = self

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.on_ready is not None:
            self.on_ready()

    @property
    def ready(self) -> bool:
        return self.writable.is_set() and not self.close_sent and not self.transport.is_closing()

    def write(self, frame: Frame) -> None:
        self.transport.write(frame.framed)

    def end(self, code: int, reason: str) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        self.close_sent = True
        # Whoever waits in `receive` learns of it at once, and not when the other side has answered.
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        try:
            self.conn.send_close(code, reason)
        except InvalidState:
            pass  # it is being closed from the other side already
        else:
            self.transport.write(b"".join(self.conn.data_to_send()))
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_GRACE_S, self.transport.abort)
