"""GET …/incidents/{id}: one incident's whole story, open or closed, folded from the events about it."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Request, Response, get

from core import catalogue
from core.catalogue import Recorded
from core.log.protocol import Query
from core.messages import ID_PATTERN
from projections.incident import merged_into, tell
from web.errors import Problem, unknown_incident
from web.http.auth import Caller, node_of
from web.http.schemas import IncidentBody, IncidentPath, OperationPath, answer, errors
from web.node import Node, UnknownOperation

_ID = re.compile(ID_PATTERN)


@get(
    "/api/operations/{operation:str}/incidents/{incident:str}",
    tags=["视图 Views"],
    summary="事件全程 One incident's story",
    description="事件、调派与时间线，已结案的同样可查。\n\nThe incident, its assignments and its timeline; closed ones too.",
    operation_id="read_incident",
    responses={200: answer(IncidentBody, "事件全程 · the story"), **errors(400, 401, 404, 429, 503)},
)
async def read_incident(
    operation: OperationPath,
    incident: IncidentPath,
    request: Request[Any, Any, Any],
    caller: Caller,  # noqa: ARG001  being there is what is asked
) -> Response[bytes]:
    """From the log by tag, with the names that teams and organisations have now."""
    node = node_of(request)
    if not await node.exists(operation):
        raise UnknownOperation(operation)
    if _ID.match(incident) is None:
        raise unknown_incident(incident)
    names = (await node.desk(operation)).world
    story = tell(incident, await _records(node, operation, incident), names)
    if story is None:
        raise unknown_incident(incident)
    return Response(msgspec.json.encode(story), media_type="application/json")


async def _records(node: Node, operation: str, incident: str) -> list[Recorded]:
    """All about the incident and about those that were merged into it, in order."""
    known: set[str] = set()
    wanted = {incident}
    found: dict[int, Recorded] = {}
    limit = node.settings.incident_events_max
    while wanted - known:
        tags = tuple(f"incident:{id}" for id in sorted(wanted - known))
        known |= wanted
        stored = await node.log.read(operation, 0, Query(tags), limit + 1)
        if len(stored) + len(found) > limit:
            raise Problem(
                413,
                "too_large",
                f"该事件的记录超过 {limit} 条：请用 events 分页读取。",
                f"The incident has more than {limit} records: read them in pages from …/events?tag=incident:{incident}.",
            )
        found |= {event.position: catalogue.decode(event.data) for event in stored}
        for id in list(known):
            wanted |= merged_into(id, found.values())
    return [found[position] for position in sorted(found)]
