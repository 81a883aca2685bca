"""All stored bytes of an operation by COPY … BINARY, the fastest way out of PostgreSQL, parsed as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from struct import Struct

from core.log.postgres_reads import Connection

STREAM_CHUNKS_MAX = 16
STREAM_TIMEOUT_S = 3600.0

COPY_HEADER = b"PGCOPY\n\xff\r\n\x00"
_ROW = Struct(">hi")  # how many fields, and the length of the first (and only) one
_EXTENSION = Struct(">i")


class CopyParser:
    """The one-column rows of COPY … BINARY, as their chunks come in."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False

    def feed(self, chunk: bytes) -> list[bytes]:
        data = self._rest + chunk if self._rest else chunk
        at, end = 0, len(data)
        if not self._begun:
            if end < 19:
                self._rest = data
                return []
            if data[:11] != COPY_HEADER:
                raise ValueError("not a binary COPY")
            at = 19 + _EXTENSION.unpack_from(data, 15)[0]
            self._begun = True
        rows: list[bytes] = []
        unpack, add = _ROW.unpack_from, rows.append
        while at + 6 <= end:
            fields, length = unpack(data, at)
            if fields < 0:
                break
            start = at + 6
            stop = start + length
            if stop > end:
                break
            add(data[start:stop])
            at = stop
        self._rest = data[at:]
        return rows


async def stream_data(
    reader: AbstractAsyncContextManager[Connection], key: int, after: int
) -> AsyncGenerator[list[bytes], None]:
    """Pages of stored bytes after a position, as of one moment. `reader` is entered for as long as it lasts."""
    # Bounded: a consumer that takes its time slows the server down instead of filling this process.
    chunks: asyncio.Queue[bytes | None] = asyncio.Queue(STREAM_CHUNKS_MAX)

    async def copy() -> None:
        try:
            async with reader as connection, connection.transaction(readonly=True):
                # A reader that takes its time is not a statement that hangs.
                await connection.execute("SET LOCAL statement_timeout = 0")
                await connection.copy_from_query(
                    "SELECT data FROM event WHERE operation = $1 AND position > $2 ORDER BY position",
                    key,
                    after,
                    output=chunks.put,
                    format="binary",
                    timeout=STREAM_TIMEOUT_S,
                )
        except Exception:
            await chunks.put(None)
            raise
        await chunks.put(None)

    copying = asyncio.create_task(copy())
    parser = CopyParser()
    try:
        while (chunk := await chunks.get()) is not None:
            page = parser.feed(chunk)
            if page:
                yield page
        await copying
    finally:
        # Also when the consumer leaves early: the connection goes back to the pool before this ends.
        copying.cancel()
        await asyncio.wait((copying,))
