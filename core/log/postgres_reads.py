"""What PostgreSQL is asked when the log is read. Each statement walks one index in order and none depends on statistics.

A statement prepared while its table was empty may keep a bad plan for good, so the connections forbid sequential and bitmap
scans, and what is looked up per row is a LATERAL with a LIMIT, which no planner turns into a join of two whole tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from core.log.protocol import Head, Query, StoredCommand, StoredEvent
from core.log.rows import micros, split_frontier, split_tags, time_of

Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)

PLAN_SETTINGS = {"enable_seqscan": "off", "enable_bitmapscan": "off", "jit": "off"}

_COLUMNS = "e.position, e.type, e.tags, e.recorded_at, e.command, e.data"
_FETCH = (
    f"SELECT {_COLUMNS} FROM ({{}}) AS ids (position), "
    "LATERAL (SELECT * FROM event WHERE operation = $1 AND event.position = ids.position LIMIT 1) AS e ORDER BY e.position"
)
_TYPED = (
    "AND (SELECT type FROM event WHERE operation = $1 AND event.position = tag.position) = ANY ($5::text[])"
)
_ANY_TAG = (
    "SELECT DISTINCT x.position FROM unnest($3::text[]) AS wanted, LATERAL (SELECT tag.position FROM tag "
    "WHERE operation = $1 AND tag = wanted AND tag.position > $2 {} ORDER BY tag.position LIMIT $4) AS x "
    "ORDER BY x.position LIMIT $4"
)
ALL = f"SELECT {_COLUMNS} FROM event AS e WHERE operation = $1 AND position > $2 ORDER BY position LIMIT $3"
ANY_TAG = _FETCH.format(_ANY_TAG.format(""))
ANY_TAG_TYPED = _FETCH.format(_ANY_TAG.format(_TYPED))
ANY_TYPE = _FETCH.format(
    "SELECT DISTINCT x.position FROM unnest($3::text[]) AS wanted, LATERAL (SELECT position FROM event "
    "WHERE operation = $1 AND type = wanted AND position > $2 ORDER BY position LIMIT $4) AS x "
    "ORDER BY x.position LIMIT $4"
)
EVERY_TAG = _FETCH.format("SELECT * FROM with_every_tag_1($1, $2, $3, $5, $4)")

POSITION_AT = """
WITH RECURSIVE step (low, high) AS (
    SELECT 0::bigint, position FROM head WHERE key = $1
    UNION ALL
    SELECT CASE WHEN early THEN middle ELSE low END, CASE WHEN early THEN high ELSE middle - 1 END
    FROM step, LATERAL (SELECT (low + high + 1) / 2) AS m (middle), LATERAL (
        SELECT recorded_at <= $2 FROM event WHERE operation = $1 AND position = middle LIMIT 1) AS e (early)
    WHERE low < high
)
SELECT low FROM step WHERE low = high
"""
KNOWN = (
    "SELECT id, actor, received_at, body, outcome, first_position, last_position "
    "FROM unnest($2::uuid[]) AS wanted, LATERAL (SELECT * FROM command WHERE operation = $1 AND id = wanted LIMIT 1) AS c"
)
HEAD = "SELECT position, recorded_at, frontier, epoch FROM head WHERE operation = $1"
MAKE_OPERATION = (
    "INSERT INTO head (operation, position, frontier, epoch) VALUES ($1, 0, '', 1) ON CONFLICT DO NOTHING"
)
KEY = "SELECT key FROM head WHERE operation = $1"
SNAPSHOT_SAVE = (
    "INSERT INTO snapshot VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (operation, fold, version, position) DO UPDATE SET data = excluded.data"
)
SNAPSHOT_PRUNE = (
    "DELETE FROM snapshot WHERE operation = $1 AND fold = $2 AND (version < $3 OR version = $3 AND position < (SELECT "
    "position FROM snapshot WHERE operation = $1 AND fold = $2 AND version = $3 ORDER BY position DESC LIMIT 1 OFFSET $4))"
)
SNAPSHOT_LOAD = (
    "SELECT position, data FROM snapshot WHERE operation = $1 AND fold = $2 AND version = $3 AND position <= $4 "
    "ORDER BY position DESC LIMIT 1"
)


def head_of(row: asyncpg.Record | tuple[int, int | None, bytes, int]) -> Head:
    position, recorded_at, frontier, epoch = row
    return Head(
        position, None if recorded_at is None else time_of(recorded_at), split_frontier(frontier), epoch
    )


async def events(connection: Connection, key: int, after: int, query: Query, limit: int) -> list[StoredEvent]:
    if limit <= 0:
        return []
    tags, types = list(dict.fromkeys(query.tags)), list(dict.fromkeys(query.types))
    if any("\x00" in each for each in (*tags, *types)):
        return []  # PostgreSQL text has no NUL, so nothing can carry it.
    if query.every_tag and len(tags) > 1:
        rows = await connection.fetch(EVERY_TAG, key, after, tags, limit, types)
    elif tags and types:
        rows = await connection.fetch(ANY_TAG_TYPED, key, after, tags, limit, types)
    elif tags:
        rows = await connection.fetch(ANY_TAG, key, after, tags, limit)
    elif types:
        rows = await connection.fetch(ANY_TYPE, key, after, types, limit)
    else:
        rows = await connection.fetch(ALL, key, after, limit)
    return [
        StoredEvent(position, type_, split_tags(tags), time_of(at), command, data)
        for position, type_, tags, at, command, data in rows
    ]


async def known(connection: Connection, key: int, ids: Sequence[UUID]) -> dict[UUID, StoredCommand]:
    rows = await connection.fetch(KNOWN, key, list(ids))
    return {
        id_: StoredCommand(id_, actor, time_of(at), body, outcome, first, last)
        for id_, actor, at, body, outcome, first, last in rows
    }


async def position_at(connection: Connection, key: int, recorded_at: datetime) -> int:
    position: int | None = await connection.fetchval(POSITION_AT, key, micros(recorded_at))
    return position or 0
