"""What runs on the SQLite threads: one function a job, each on a connection that is its own. No lock, no loop."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from uuid import UUID

from core.log.protocol import CommandKnown, Head, Query, StoredCommand, StoredEvent
from core.log.rows import join_frontier, micros, split_frontier, split_tags, time_of
from core.log.sqlite_file import POSITION_BITS, POSITION_MAX, append_failed

KEYS_PER_STATEMENT_MAX = 500
# Rows go in as few statements: each step of a statement lets go of the interpreter's lock and must win it back, and an
# event loop that is busy holds it for milliseconds.
ROWS_PER_STATEMENT = (128, 32, 8, 1)

_EVENT_COLUMNS = "id, type, tags, recorded_at, command, data"
_EVENT = "INSERT INTO event VALUES ", "(?,?,?,?,?,?)"
_TAG = "INSERT OR IGNORE INTO tag VALUES ", "(?,?)"
_COMMAND = "INSERT INTO command VALUES ", "(?,?,?,?,?,?,?,?)"

EventRow = tuple[int, str, str, int, bytes, bytes]
CommandRow = tuple[int, bytes, str, int, bytes, bytes, int | None, int | None]


def insert_many(
    connection: sqlite3.Connection, statement: tuple[str, str], rows: Sequence[tuple[object, ...]]
) -> None:
    verb, values = statement
    at, count = 0, len(rows)
    for size in ROWS_PER_STATEMENT:
        while count - at >= size:
            connection.execute(
                verb + ",".join([values] * size), list(chain.from_iterable(rows[at : at + size]))
            )
            at += size


def event_rows(key: int, events: Sequence[StoredEvent], joined_tags: Sequence[str]) -> list[EventRow]:
    base = key << POSITION_BITS
    return [
        (
            base + event.position,
            event.type,
            tags,
            micros(event.recorded_at),
            event.command_id.bytes,
            event.data,
        )
        for event, tags in zip(events, joined_tags, strict=True)
    ]


def command_rows(key: int, commands: Sequence[StoredCommand]) -> list[CommandRow]:
    return [
        (
            key, each.id.bytes, each.actor, micros(each.received_at), each.body, each.outcome,
            each.first_position, each.last_position,
        )
        for each in commands
    ]  # fmt: skip


def append(
    connection: sqlite3.Connection,
    file: Path,
    key: int,
    events: Sequence[StoredEvent],
    joined_tags: Sequence[str],
    commands: Sequence[StoredCommand],
    head: Head,
) -> None:
    """The whole batch in one transaction. Raises CommandKnown, LogFailed or AppendOutcomeUnknown; then nothing is open."""
    base = key << POSITION_BITS
    rows = event_rows(key, events, joined_tags)
    tags = [(tag, base + event.position) for event in events for tag in event.tags]
    asked = command_rows(key, commands)
    recorded_at = micros(head.recorded_at) if head.recorded_at else None
    committing = False
    try:
        connection.execute("BEGIN IMMEDIATE")
        insert_many(connection, _COMMAND, asked)
        insert_many(connection, _EVENT, rows)
        insert_many(connection, _TAG, tags)
        connection.execute(
            "UPDATE head SET position = ?, recorded_at = ?, frontier = ?, epoch = ? WHERE key = ?",
            (head.position, recorded_at, join_frontier(head.frontier), head.epoch, key),
        )
        committing = True
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        roll_back(connection)
        if error.sqlite_errorname == "SQLITE_CONSTRAINT_PRIMARYKEY" and "command." in str(error):
            raise CommandKnown(
                "批次中有命令编号已在日志中，本次未写入任何内容。",
                "A command id of the batch is in the log already; nothing was written.",
            ) from error
        raise append_failed(file, error, committing=committing) from error
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    # SQLite rolls back by itself on some errors (disk full, I/O): then there is nothing to roll back.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def make_operation(connection: sqlite3.Connection, operation: str) -> int:
    """The key of an operation; its row is made on first use."""
    connection.execute(
        "INSERT INTO head (operation, position, frontier, epoch) VALUES (?, 0, x'', 1) ON CONFLICT DO NOTHING",
        (operation,),
    )
    return read_heads(connection)[operation][0]


def read_heads(connection: sqlite3.Connection) -> dict[str, tuple[int, Head]]:
    rows = connection.execute("SELECT operation, key, position, recorded_at, frontier, epoch FROM head")
    return {
        operation: (
            key,
            Head(position, None if at is None else time_of(at), split_frontier(frontier), epoch),
        )
        for operation, key, position, at, frontier, epoch in rows
    }


def read_known(connection: sqlite3.Connection, key: int, ids: Sequence[UUID]) -> dict[UUID, StoredCommand]:
    found: dict[UUID, StoredCommand] = {}
    for at in range(0, len(ids), KEYS_PER_STATEMENT_MAX):
        some = ids[at : at + KEYS_PER_STATEMENT_MAX]
        rows = connection.execute(
            "SELECT id, actor, received_at, body, outcome, first_position, last_position FROM command "
            f"WHERE operation = ? AND id IN ({','.join('?' * len(some))})",
            [key, *(each.bytes for each in some)],
        ).fetchall()
        for raw, actor, received_at, body, outcome, first, last in rows:
            id_ = UUID(bytes=raw)
            found[id_] = StoredCommand(id_, actor, time_of(received_at), body, outcome, first, last)
    return found


def read_events(
    connection: sqlite3.Connection, key: int, after: int, query: Query, limit: int
) -> list[StoredEvent]:
    """Along one ordered index per tag, type or position; never a scan, never a sort of more than tags × limit."""
    low, high = (key << POSITION_BITS) + after, (key << POSITION_BITS) + POSITION_MAX
    tags, types = list(dict.fromkeys(query.tags)), list(dict.fromkeys(query.types))
    if limit <= 0:
        return []
    if not tags and not types:
        sql = f"SELECT {_EVENT_COLUMNS} FROM event WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
        return _events(connection.execute(sql, (low, high, limit)).fetchall())
    if query.every_tag and len(tags) > 1:
        return _events_with_every_tag(connection, low, high, tags, types, limit)
    typed = (
        f"AND (SELECT type FROM event WHERE id = tag.event) IN ({','.join('?' * len(types))})"
        if types
        else ""
    )
    if tags:
        part = f"SELECT event AS id FROM tag WHERE tag = ? AND event > ? AND event <= ? {typed} ORDER BY event LIMIT ?"
        given: list[list[object]] = [[tag, low, high, *types, limit] for tag in tags]
    else:
        part = "SELECT id FROM event INDEXED BY event_type WHERE type = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?"
        given = [[type_, low, high, limit] for type_ in types]
    union = " UNION ".join([f"SELECT id FROM ({part})"] * len(given))
    sql = f"SELECT {_EVENT_COLUMNS} FROM event WHERE id IN (SELECT id FROM ({union}) ORDER BY id LIMIT ?) ORDER BY id"
    return _events(connection.execute(sql, [*chain.from_iterable(given), limit]).fetchall())


def _events_with_every_tag(
    connection: sqlite3.Connection, low: int, high: int, tags: list[str], types: list[str], limit: int
) -> list[StoredEvent]:
    """The tags take turns in naming the next candidate, each by one seek in the index, so the cost follows the rarest of
    them: a tag with a hundred thousand events beside it is no dearer than one with ten."""
    found: list[StoredEvent] = []
    candidate, agreed, turn = low + 1, 0, 0
    while len(found) < limit:
        row = connection.execute(
            "SELECT event FROM tag WHERE tag = ? AND event >= ? AND event <= ? ORDER BY event LIMIT 1",
            (tags[turn], candidate, high),
        ).fetchone()
        if row is None:
            break
        agreed = agreed + 1 if row[0] == candidate else 1
        candidate, turn = row[0], (turn + 1) % len(tags)
        if agreed >= len(tags):
            rows = connection.execute(
                f"SELECT {_EVENT_COLUMNS} FROM event WHERE id = ?", (candidate,)
            ).fetchall()
            found += [event for event in _events(rows) if not types or event.type in types]
            candidate, agreed = candidate + 1, 0
    return found


def _events(rows: list[EventRow]) -> list[StoredEvent]:
    return [
        StoredEvent(id_ & POSITION_MAX, type_, split_tags(joined), time_of(at), UUID(bytes=command), data)
        for id_, type_, joined, at, command, data in rows
    ]


def read_position_at(connection: sqlite3.Connection, key: int, position: int, at: datetime) -> int:
    """Bisection by position: times never decrease along it, so no index of times has to be kept."""
    base, wanted = key << POSITION_BITS, micros(at)
    low, high = 0, position
    while low < high:
        middle = (low + high + 1) >> 1
        row = connection.execute("SELECT recorded_at FROM event WHERE id = ?", (base + middle,)).fetchone()
        if row is not None and row[0] <= wanted:
            low = middle
        else:
            high = middle - 1
    return low


def read_data(connection: sqlite3.Connection, key: int, after: int, until: int, limit: int) -> list[bytes]:
    base = key << POSITION_BITS
    rows = connection.execute(
        "SELECT data FROM event WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
        (base + after, base + until, limit),
    ).fetchall()
    return [row[0] for row in rows]


def back_up(
    connection: sqlite3.Connection, target: Path, pages: int, progress: Callable[[int, int], None] | None
) -> None:
    """SQLite's own online backup: the copy is of one moment. Read from one snapshot so that writing goes on meanwhile."""
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        # The open read transaction pins that moment; without it every commit would start the copy over again.
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM head").fetchall()

        def told(_status: int, remaining: int, total: int) -> None:
            if progress is not None:
                progress(total - remaining, total)

        connection.backup(copy, pages=pages, progress=told)
        copy.execute("PRAGMA journal_mode = WAL")
    finally:
        roll_back(connection)
        copy.close()
