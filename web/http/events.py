"""GET …/events: stored records, the very bytes that are hashed. They are never decoded or encoded here."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import QueryParameter
from msgspec import Meta

from core.log.protocol import Query, StoredEvent
from web.door import POSITION_MAX
from web.errors import malformed
from web.http.auth import Caller, node_of
from web.http.batch import NDJSON
from web.http.schemas import EventsBody, OperationPath, answer, errors
from web.node import UnknownOperation

HEAD_HEADER = "liandong-head"

After = Annotated[
    int,
    QueryParameter(ge=0, le=POSITION_MAX, description="此序号之后 · after this position", required=False),
]
Limit = Annotated[
    int | None,
    QueryParameter(
        ge=1,
        le=POSITION_MAX,
        description="至多条数（有上限） · at most so many, within a bound",
        required=False,
    ),
]
Tags = Annotated[
    list[Annotated[str, Meta(pattern=r"^[a-z_]+:[^\x00-\x1f]{1,150}$")]] | None,
    QueryParameter(
        name="tag", description="任一标签，如 incident:2026-0001 · any of the tags", required=False
    ),
]
Types = Annotated[
    list[Annotated[str, Meta(pattern=r"^[A-Za-z]{1,64}$")]] | None,
    QueryParameter(name="type", description="任一类型，如 TeamArrived · any of the types", required=False),
]


@get(
    "/api/operations/{operation:str}/events",
    tags=["日志 Log"],
    summary="读取记录 Read the log",
    description="按序号读取原样的记录；`Accept: application/x-ndjson` 时一行一条，日志末端见 Liandong-Head。\n\n"
    "Stored records by position, as they are hashed; one a line with `Accept: application/x-ndjson`, the log's end in "
    "the header Liandong-Head. Read on with `after` = the last position you have.",
    operation_id="read_events",
    responses={
        200: answer(EventsBody, "记录 · records"),
        **errors(400, 401, 404, 429, 503),
    },
)
async def read_events(
    operation: OperationPath,
    request: Request[Any, Any, Any],
    caller: Caller,  # noqa: ARG001  being there is what is asked
    after: After = 0,
    limit: Limit = None,
    tag: Tags = None,
    type: Types = None,  # noqa: A002  the name of the parameter, as the interface promises it
) -> Response[bytes]:
    """A page; `head` is where the log ends, so a reader knows whether it has all."""
    node = node_of(request)
    if not await node.exists(operation):
        raise UnknownOperation(operation)
    for name, values in (("tag", tag), ("type", type)):
        if values and len(values) > node.settings.query_values_max:
            raise malformed(f"{name} 过多。", f"Too many of {name}: ask in parts.", name)
    count = min(limit or node.settings.events_page, node.settings.events_page_max)
    # The head first: what is read then reaches at least there, so a reader that stands at `head` has missed nothing.
    head = (await node.log.head(operation)).position
    found = await node.log.read(operation, after, Query(tuple(tag or ()), tuple(type or ())), count)
    headers = {HEAD_HEADER: str(head)}
    if _wants_lines(request):
        return Response(b"".join(event.data + b"\n" for event in found), media_type=NDJSON, headers=headers)
    return Response(_page(operation, head, found), media_type="application/json", headers=headers)


def _wants_lines(request: Request[Any, Any, Any]) -> bool:
    return request.headers.get("accept", "").split(";")[0].strip() == NDJSON


def _page(operation: str, head: int, events: list[StoredEvent]) -> bytes:
    """The operation's id needs no escaping: it has passed `exists`."""
    records = b",".join(event.data for event in events)
    return b'{"operation":"%s","head":%d,"events":[%s]}' % (operation.encode(), head, records)
