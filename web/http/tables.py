"""GET /api/tables: the code tables that the pages offer to choose from. Not secret, and the same for everybody."""

from __future__ import annotations

from litestar import get

from core.kinds import FIELDS, INCIDENT_KINDS, TEAM_KINDS
from core.organisation import STANDARD_POSTS
from web.http.auth import Caller
from web.http.schemas import KindWords, TablesBody, Words, errors


def _words(table: dict[str, tuple[str, str]]) -> list[Words]:
    return [Words(code, zh, en) for code, (zh, en) in table.items()]


TABLES = TablesBody(
    incident_kinds=[KindWords(kind.code, kind.zh, kind.en, kind.field) for kind in INCIDENT_KINDS.values()],
    team_kinds=_words(TEAM_KINDS),
    fields=_words(FIELDS),
    posts=_words(STANDARD_POSTS),
)


@get(
    "/api/tables",
    tags=["视图 Views"],
    summary="代码表 Code tables",
    operation_id="read_tables",
    responses=errors(401, 429),
    sync_to_thread=False,
)
def read_tables(caller: Caller) -> TablesBody:  # noqa: ARG001  being there is what is asked
    """Kinds of incident and of team, key fields and posts, in both tongues."""
    return TABLES
