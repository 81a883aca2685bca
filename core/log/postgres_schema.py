"""The PostgreSQL schema: its migrations, each applied once under a lock, and the two functions that the desk calls.

Every connection of the log has the schema alone in its `search_path`, so the same statements serve under any name.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import asyncpg

from core.log.protocol import LogUnavailable

MIGRATION_LOCK = 0x4C444C47

TABLES = """
CREATE TABLE head (
    key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, operation text NOT NULL UNIQUE, position bigint NOT NULL,
    recorded_at bigint, frontier bytea NOT NULL, epoch integer NOT NULL
) WITH (fillfactor = 25);
CREATE TABLE event (
    operation integer NOT NULL, position bigint NOT NULL, type text NOT NULL, tags text NOT NULL,
    recorded_at bigint NOT NULL, command uuid NOT NULL, data bytea NOT NULL, PRIMARY KEY (operation, position)
);
CREATE INDEX event_type ON event (operation, type, position);
CREATE TABLE tag (
    operation integer NOT NULL, tag text COLLATE "C" NOT NULL, position bigint NOT NULL,
    PRIMARY KEY (operation, tag, position)
);
CREATE TABLE command (
    operation integer NOT NULL, id uuid NOT NULL, actor text NOT NULL, received_at bigint NOT NULL, body bytea NOT NULL,
    outcome bytea NOT NULL, first_position bigint, last_position bigint, PRIMARY KEY (operation, id)
);
CREATE TABLE snapshot (
    operation text NOT NULL, fold text NOT NULL, version integer NOT NULL, position bigint NOT NULL, data bytea NOT NULL,
    PRIMARY KEY (operation, fold, version, position)
);
"""

# Holding is a session's advisory lock, not a row lock in an open transaction: then `hold` is one round trip and `append`,
# a transaction of its own that commits with its only statement, is the second and last. Three things make it exact.
# (1) The lock is given back in a later statement, hence after the commit is visible to whoever gets it next, and waiters
# are served in the order they came. (2) A plpgsql function takes a new snapshot for each of its statements, so the head is
# read as it is after the wait, which the statement's own snapshot predates. (3) `append_1` moves the head only from the
# very position the caller was told: a session that lost its lock without noticing (killed, pooled away) writes nothing.
# A node that hangs while holding loses its session, and the lock with it, by `idle_session_timeout`, which is set only
# while the lock is held.
FUNCTIONS = r"""
CREATE FUNCTION hold_1(of integer, release_first boolean, hold_timeout_ms integer)
RETURNS TABLE (position_ bigint, recorded_at_ bigint, frontier_ bytea, epoch_ integer, now_ bigint)
LANGUAGE plpgsql AS $$
BEGIN
    IF release_first THEN
        PERFORM pg_advisory_unlock('head'::regclass::oid::integer, of);
    END IF;
    PERFORM pg_advisory_lock('head'::regclass::oid::integer, of);
    PERFORM set_config('idle_session_timeout', hold_timeout_ms::text, false);
    RETURN QUERY SELECT position, recorded_at, frontier, epoch,
        greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, recorded_at) FROM head WHERE key = of;
END $$;
CREATE FUNCTION release_1(of integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('idle_session_timeout', '0', false);
    RETURN pg_advisory_unlock('head'::regclass::oid::integer, of);
END $$;
CREATE FUNCTION append_1(
    of integer, before bigint, after bigint, recorded_at_ bigint, frontier_ bytea, epoch_ integer, channel text, hint text,
    types text[], tags_ text[], recorded bigint[], causes uuid[], data_ bytea[],
    ids uuid[], actors text[], received bigint[], bodies bytea[], outcomes bytea[], firsts bigint[], lasts bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE head SET position = after, recorded_at = recorded_at_, frontier = frontier_, epoch = epoch_
        WHERE key = of AND position = before;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the head is not at %', before USING ERRCODE = 'LD001';
    END IF;
    -- A small batch row by row: the machinery of unnest costs more than the rows, and a lone command waits for it.
    IF cardinality(ids) <= 4 THEN
        FOR i IN 1 .. cardinality(ids) LOOP
            INSERT INTO command VALUES (
                of, ids[i], actors[i], received[i], bodies[i], outcomes[i], firsts[i], lasts[i]);
        END LOOP;
    ELSE
        INSERT INTO command SELECT of, * FROM unnest(ids, actors, received, bodies, outcomes, firsts, lasts);
    END IF;
    IF cardinality(types) <= 4 THEN
        FOR i IN 1 .. cardinality(types) LOOP
            INSERT INTO event VALUES (of, before + i, types[i], tags_[i], recorded[i], causes[i], data_[i]);
            INSERT INTO tag SELECT of, g, before + i FROM string_to_table(tags_[i], E'\x1f') AS g;
        END LOOP;
    ELSE
        INSERT INTO event SELECT of, before + n, t, g, r, c, d
            FROM unnest(types, tags_, recorded, causes, data_) WITH ORDINALITY AS e (t, g, r, c, d, n);
        INSERT INTO tag SELECT of, g, before + n
            FROM unnest(tags_) WITH ORDINALITY AS e (joined, n), string_to_table(joined, E'\x1f') AS g;
    END IF;
    IF hint IS NOT NULL THEN
        PERFORM pg_notify(channel, hint);
    END IF;
END $$;
CREATE FUNCTION with_every_tag_1(of integer, past bigint, tags_ text[], types text[], most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- The tags take turns in naming the next candidate, each by one seek: the cost follows the rarest of them.
    candidate bigint := past + 1; named bigint; agreed integer := 0; turn integer := 0; found_ integer := 0;
    many integer := array_length(tags_, 1);
BEGIN
    WHILE found_ < most LOOP
        SELECT position INTO named FROM tag
            WHERE operation = of AND tag = tags_[turn + 1] AND position >= candidate ORDER BY position LIMIT 1;
        EXIT WHEN named IS NULL;
        agreed := CASE WHEN named = candidate THEN agreed + 1 ELSE 1 END;
        candidate := named;
        turn := (turn + 1) % many;
        IF agreed >= many THEN
            IF types = '{}' OR (SELECT type FROM event WHERE operation = of AND position = candidate) = ANY (types) THEN
                RETURN NEXT candidate;
                found_ := found_ + 1;
            END IF;
            candidate := candidate + 1;
            agreed := 0;
        END IF;
    END LOOP;
END $$;
"""

MIGRATIONS = (TABLES + FUNCTIONS,)
"""What takes the schema from version n to n + 1. Never edited once released; functions carry their version in the name, so
that nodes of two releases can write at the same time."""


async def migrate(connection: asyncpg.Connection[asyncpg.Record], schema: str) -> None:
    """Bring the schema up to date. Raises LogUnavailable when it is newer than this program."""
    name = '"' + schema.replace('"', '""') + '"'
    async with connection.transaction():
        # Two nodes that start together must not both create tables; the lock ends with the transaction.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
        # Not CREATE IF NOT EXISTS first: a role without the right to create schemas may use one that is there.
        if not await connection.fetchval("SELECT to_regnamespace($1) IS NOT NULL", name):
            await connection.execute(f"CREATE SCHEMA {name}")
        if not await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{name}.schema_version"):
            await connection.execute(
                f"CREATE TABLE {name}.schema_version (version integer PRIMARY KEY, at timestamptz DEFAULT now())"
            )
        version: int = await connection.fetchval("SELECT coalesce(max(version), 0) FROM schema_version")
        if version > len(MIGRATIONS):
            raise LogUnavailable(
                f"数据库模式 {schema} 由更新版本的联动写成（结构版本 {version}，本程序只识别到 {len(MIGRATIONS)}）；"
                "请升级本程序。",
                f"The schema {schema} was written by a newer Liandong (version {version}, this program knows up to "
                f"{len(MIGRATIONS)}); upgrade this program.",
            )
        for number, migration in enumerate(MIGRATIONS[version:], version + 1):
            await connection.execute(migration)
            await connection.execute("INSERT INTO schema_version (version) VALUES ($1)", number)


def where(dsn: str) -> str:
    """The database as it may be shown: without the password."""
    try:
        parts = urlsplit(dsn)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "(?)"
    return f"{host or 'localhost'}:{port or 5432}{parts.path}"


def unavailable(dsn: str, error: Exception) -> LogUnavailable:
    place = where(dsn)
    match error:
        case asyncpg.InvalidAuthorizationSpecificationError():
            why_zh, why_en = "用户名或口令不对", "the user name or the password is wrong"
        case asyncpg.InvalidCatalogNameError():
            why_zh, why_en = "没有这个数据库", "there is no such database"
        case asyncpg.InsufficientPrivilegeError():
            why_zh, why_en = "该用户权限不足", "this user lacks the rights"
        case asyncpg.PostgresError():
            why_zh = why_en = str(error)
        case TimeoutError():
            why_zh, why_en = "连接超时", "it did not answer in time"
        case OSError():
            why_zh, why_en = "连接不上", "it cannot be reached"
        case _:
            why_zh, why_en = "连接串有误", "the address is malformed"
    return LogUnavailable(
        f"无法使用 PostgreSQL 数据库 {place}：{why_zh}；请检查 LIANDONG_POSTGRES 设置与数据库状态。",
        f"The PostgreSQL database {place} cannot be used: {why_en}; check LIANDONG_POSTGRES and that the server runs.",
    )
