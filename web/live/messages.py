"""The words of the live protocol: what a page may say, what the server says, and why a connection is closed. Bytes, no sockets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from handlers.answers import Message as Sentence
from projections.rows import ClockRow, RowChange
from projections.timeline import Entry
from web.door import POSITION_MAX, CommandRequest

PROTOCOL = 1
TOPICS = ("board",)

RESYNC, UPGRADE, AUTH, SLOW = 4001, 4002, 4003, 4004
"""Why the server closes: begin anew; this page is too old; log in; the socket does not drain, or nothing was heard of it."""
BAD_MESSAGES, TRY_LATER = 1008, 1013
"""The protocol's own codes, for a client that does not keep to it and a server that has no room."""

_SHORT_BYTES_MAX, _MEDIUM_BYTES_MAX = 125, 0xFFFF
_TEXT_FIN = 0x81


# --- from the page ---

Position = Annotated[int, Meta(ge=0, le=POSITION_MAX)]
Topic = Annotated[str, Meta(max_length=40)]


class Subscribe(
    Struct, frozen=True, kw_only=True, tag_field="type", tag="subscribe", forbid_unknown_fields=True
):
    """`after` with the `epoch` it belongs to: only what came since. Without: a snapshot."""

    topics: Annotated[tuple[Topic, ...], Meta(min_length=1, max_length=20)]
    after: Position | None = None
    epoch: Annotated[str, Meta(max_length=40)] | None = None


class Ping(Struct, frozen=True, kw_only=True, tag_field="type", tag="ping", forbid_unknown_fields=True):
    """A sign of life, with the page's own time and the position that it has applied."""

    sent: float
    position: Position | None = None


class Command(
    CommandRequest, frozen=True, kw_only=True, tag_field="type", tag="command", forbid_unknown_fields=True
):
    """A command, as it goes over HTTP."""


ClientMessage = Subscribe | Ping | Command
_client_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


def decode(data: bytes | str) -> ClientMessage:
    """A message of a page. Raises msgspec.DecodeError naming the field."""
    return _client_decoder.decode(data)


class _Named(Struct):
    id: str | None = None


_named_decoder = msgspec.json.Decoder(_Named)


def id_in(data: bytes | str) -> str | None:
    """The id of a command that could not be read as a whole, so that its sender hears of it by name."""
    try:
        return _named_decoder.decode(data).id
    except msgspec.DecodeError:
        return None


# --- to the page ---


class Hello(Struct, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    protocol: int = PROTOCOL
    operation: str
    kind: str
    epoch: str
    position: int
    server_time: datetime
    build: str
    clock: ClockRow | None


class Snapshot(Struct, frozen=True, kw_only=True, tag_field="type", tag="snapshot"):
    topic: str
    epoch: str
    position: int
    rows: dict[str, list[Any]]
    timeline: list[Entry]


class Patch(Struct, frozen=True, kw_only=True, tag_field="type", tag="patch"):
    """Everything for the topic after one position up to another; most of those in between may have changed nothing."""

    topic: str
    after: int
    position: int
    rows: Sequence[RowChange]
    timeline: Sequence[Entry]


class RawPatch(Struct, frozen=True, kw_only=True, tag_field="type", tag="patch"):
    """A patch whose rows need not be understood, to give it another beginning."""

    topic: str
    after: int
    position: int
    rows: msgspec.Raw
    timeline: msgspec.Raw


class Heartbeat(Struct, frozen=True, kw_only=True, tag_field="type", tag="heartbeat"):
    """`position` is where the log stands, as last read from it; `applied` where this node's picture stands."""

    position: int
    applied: int
    server_time: datetime


class Pong(Struct, frozen=True, kw_only=True, tag_field="type", tag="pong"):
    sent: float
    position: int
    server_time: datetime


class Behind(Struct, frozen=True, kw_only=True, tag_field="type", tag="behind"):
    """The picture is older than it should be; a snapshot follows as soon as it can."""

    topic: str
    reason: Literal["slow_client", "node_behind_log"]


class ClockMessage(Struct, frozen=True, kw_only=True, tag_field="type", tag="clock"):
    real0: datetime
    sim0: datetime
    rate: tuple[int, int]
    paused: bool


class Error(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="error"):
    """Something in what the page said, or with what it asked for. Nothing was recorded."""

    code: str
    message: Sentence
    field: str | None = None
    topic: str | None = None


ServerMessage = Hello | Snapshot | Patch | RawPatch | Heartbeat | Pong | Behind | ClockMessage | Error

_encoder = msgspec.json.Encoder()
patch_decoder = msgspec.json.Decoder(RawPatch)


class Frame:
    """One WebSocket text message, ready for any number of sockets: header and payload in one piece, made once.

    `shared`: it is one of the topic's, and a snapshot makes up for it; what is not (an answer) is for one client alone.
    """

    __slots__ = ("_header_bytes", "_text", "framed", "shared")

    def __init__(self, payload: bytes, *, shared: bool) -> None:
        header = _header(len(payload))
        self._header_bytes = len(header)
        self._text: str | None = None
        self.framed = header + payload
        self.shared = shared

    @property
    def payload(self) -> memoryview:
        return memoryview(self.framed)[self._header_bytes :]

    @property
    def text(self) -> str:
        """For servers whose transport is out of reach; decoded once."""
        if self._text is None:
            self._text = str(self.payload, "utf-8")
        return self._text

    def __len__(self) -> int:
        return len(self.framed)


def frame(message: ServerMessage, *, shared: bool = False) -> Frame:
    return Frame(_encoder.encode(message), shared=shared)


def answer(id: str, body: bytes) -> Frame:
    """The HTTP answer's body, with the id of the command that it is for."""
    head = _encoder.encode({"type": "answer", "id": id})
    return Frame(head[:-1] + b"," + body[1:], shared=False)


def server_time() -> datetime:
    return datetime.now(UTC)


def _header(payload_bytes: int) -> bytes:
    """Of an unmasked, unfragmented text message (RFC 6455 §5.2)."""
    if payload_bytes <= _SHORT_BYTES_MAX:
        return bytes((_TEXT_FIN, payload_bytes))
    if payload_bytes <= _MEDIUM_BYTES_MAX:
        return bytes((_TEXT_FIN, 126)) + payload_bytes.to_bytes(2, "big")
    return bytes((_TEXT_FIN, 127)) + payload_bytes.to_bytes(8, "big")
