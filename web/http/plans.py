"""GET …/plans, …/plans/{plan}, …/linkage: the register of plans, one plan whole, and how they link; now or as of any position or time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Any
from weakref import WeakKeyDictionary

import msgspec
from litestar import Request, Response, get
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta, Struct

from core import catalogue
from core.adoption import Adopted, PlanAdopted, PlanRetired
from core.log.protocol import Query
from core.obligations import of_thing
from core.plan.conditions import describe
from core.plan.document import LinkIn, PlanDocument
from core.plan.references import links, tasks
from core.world import World
from projections.linkage import (
    PlanNode,
    RegisterData,
    register_data,
)
from projections.names import Names, Said
from projections.register_checks import RegisterChecks, RegisterTables
from projections.register_views import PlansView, day_of
from projections.rows_response import obligation_row
from web.errors import unknown_plan
from web.http.auth import Caller, node_of
from web.http.plan_bodies import LinkageBody, PlanBody, PlansBody, Version
from web.http.schemas import OperationPath, answer, errors
from web.http.views import At, folds_of, position_of
from web.node import Node, UnknownOperation

HISTORY_EVENTS_MAX = 1_000
"""Versions of one plan that are told; a plan that changes daily for two years stays below it."""
ID_CHARS_MAX = 64

PlanPath = Annotated[str, PathParameter(description="预案编号 · the plan's id")]
Kind = Annotated[
    str | None,
    Meta(max_length=ID_CHARS_MAX, min_length=1),
    QueryParameter(
        description="只看适用于此类事件的预案 · only plans for this kind of incident", required=False
    ),
]


@get(
    "/api/operations/{operation:str}/plans",
    tags=["预案 Plans"],
    summary="预案库 The register of plans",
    description="每份预案的现行版本、有效期、衔接数与检查发现数；`kind` 按事件种类筛选，`at` 看任一时刻。\n\n"
    "Each plan's current version, validity, links and findings; `kind` filters by kind of incident, `at` gives the past.",
    operation_id="list_plans",
    responses={200: answer(PlansBody, "预案库 · the register"), **errors(400, 401, 404, 429, 503)},
)
async def list_plans(
    operation: OperationPath,
    request: Request[Any, Any, Any],
    caller: Caller,  # noqa: ARG001  being there is what is asked
    kind: Kind = None,
    at: At = None,
) -> Response[bytes]:
    """Without documents: those are one by one."""
    world, data = await _register(node_of(request), operation, at)
    plans = [one for one in data.plans if _is_for(one, kind)]
    return _json(PlansBody(operation, world.position, data.day, plans))


@get(
    "/api/operations/{operation:str}/plans/{plan:str}",
    tags=["预案 Plans"],
    summary="一份预案 One plan",
    description="文件全文、衔接（发出与承接）、检查发现、复核与演练期限、历次版本。\n\n"
    "The whole document, its links both ways, findings, review and drill deadlines, and its versions.",
    operation_id="read_plan",
    responses={200: answer(PlanBody, "预案 · the plan"), **errors(400, 401, 404, 429, 503)},
)
async def read_plan(
    operation: OperationPath,
    plan: PlanPath,
    request: Request[Any, Any, Any],
    caller: Caller,  # noqa: ARG001  being there is what is asked
    at: At = None,
) -> Response[bytes]:
    """The current version at that position, with all that came before it."""
    node = node_of(request)
    world, data = await _register(node, operation, at)
    adopted = world.plans.get(plan)
    if adopted is None:
        raise unknown_plan(plan)
    body = PlanBody(
        operation=operation,
        position=world.position,
        day=data.day,
        plan=next(one for one in data.plans if one.id == plan),
        document=adopted.document,
        links_out=[edge for edge in data.links if edge.plan == plan],
        links_in=[edge for edge in data.links if edge.to == plan],
        not_sent=_not_sent(adopted, data),
        findings=[finding for finding in data.findings if finding.plan == plan],
        due=[obligation_row(one, one.id in world.missed) for one in of_thing(world, "plan", plan)],
        versions=await _versions(node, operation, plan, world.position),
        conditions=_in_words(adopted.document),
        titles={
            id: world.plans[id].document.title for id in sorted(_plans(adopted, data)) if id in world.plans
        },
        posts={post: Names(world).post(post) for post in sorted(_posts(adopted.document))},
    )
    return _json(body)


@get(
    "/api/operations/{operation:str}/linkage",
    tags=["预案 Plans"],
    summary="预案衔接 How the plans link",
    description="四级预案为节点，衔接为边；断开的衔接附检查发现。`kind` 只留适用于该类事件的预案及其直接衔接。\n\n"
    "Plans of the four levels as nodes, links as edges, broken ones with the finding. `kind` keeps the plans for that kind of incident "
    "and what they link to.",
    operation_id="read_linkage",
    responses={200: answer(LinkageBody, "衔接图 · the map of links"), **errors(400, 401, 404, 429, 503)},
)
async def read_linkage(
    operation: OperationPath,
    request: Request[Any, Any, Any],
    caller: Caller,  # noqa: ARG001  being there is what is asked
    kind: Kind = None,
    at: At = None,
) -> Response[bytes]:
    """Retired plans are left out: nothing links to them any more but by mistake, and then the link is broken."""
    world, data = await _register(node_of(request), operation, at)
    standing = [one for one in data.plans if not one.retired]
    wanted = {one.id for one in standing if _is_for(one, kind)}
    edges = [edge for edge in data.links if edge.plan in wanted]
    shown = wanted | {edge.to for edge in edges}
    return _json(
        LinkageBody(
            operation,
            world.position,
            data.day,
            [one for one in standing if one.id in shown],
            [one for one in data.posts if one.id in shown],
            edges,
            [finding for finding in data.findings if finding.plan in shown],
        )
    )


def _is_for(plan: PlanNode, kind: str | None) -> bool:
    """A plan that names no kinds is for all of them."""
    return kind is None or not plan.events or kind in plan.events


def _not_sent(adopted: Adopted, data: RegisterData) -> list[LinkIn]:
    """What the plan takes and nobody sends."""
    sent = {(edge.plan, edge.kind) for edge in data.links if edge.to == adopted.id}
    return [one for one in adopted.document.links_in if (one.from_, one.kind) not in sent]


def _in_words(document: PlanDocument) -> dict[str, Said]:
    said = {level.value: Said(*describe(part.start.when)) for level, part in document.levels.items()}
    if document.expand is not None:
        said["expand"] = Said(*describe(document.expand.when))
    return said


def _posts(document: PlanDocument) -> Iterator[str]:
    yield document.approval.by
    yield from (contact.post for contact in document.contacts)
    yield from (task.post for _, task in tasks(document))
    yield from (taken.accept for taken in document.links_in)
    for _, link in links(document):
        yield link.escalate_to
        if link.to.post is not None:
            yield link.to.post
    for part in document.levels.values():
        yield part.start.authority
        if part.end is not None:
            named = (
                part.end.authority,
                part.end.released_by,
                *(one.confirmed_by for one in part.end.conditions),
            )
            yield from (post for post in named if post is not None)
    if document.hand_over is not None:
        yield from (post for post in (document.hand_over.from_, document.hand_over.to) if post is not None)


def _plans(adopted: Adopted, data: RegisterData) -> Iterator[str]:
    document = adopted.document
    yield from (upper.plan for upper in document.upper_plans)
    yield from (row.upper for row in document.level_map)
    for edge in data.links:
        if adopted.id in (edge.plan, edge.to):
            yield from (edge.plan, edge.to)
    for part in document.levels.values():
        yield from part.end.after if part.end is not None else ()


def _json(body: Struct) -> Response[bytes]:
    return Response(msgspec.json.encode(body), media_type="application/json")


# --- where it comes from ---


async def _register(node: Node, operation: str, at: str | None) -> tuple[World, RegisterData]:
    """The world at a position, and its register, checked as of the operation's day then."""
    if not await node.exists(operation):
        raise UnknownOperation(operation)
    if at is None:
        world = (await node.desk(operation)).world
        # Taken in one go, before anything is waited for: the world goes on meanwhile.
        tables, day = RegisterTables.of(world), day_of(world, datetime.now(UTC))
        return world, await _checks_of(node, operation).data(tables, day)
    position = await position_of(node, operation, at)
    view = await folds_of(node).folded(operation, "plans", position)
    assert isinstance(view, PlansView)
    tables, day = RegisterTables.of(view.world), day_of(view.world)
    return view.world, await _Checks().data(tables, day)


async def _versions(node: Node, operation: str, plan: str, position: int) -> list[Version]:
    """Newest first, from the log by tag."""
    query = Query((f"plan:{plan}",), (PlanAdopted.__name__, PlanRetired.__name__))
    found: list[Version] = []
    for stored in await node.log.read(operation, 0, query, HISTORY_EVENTS_MAX):
        recorded = catalogue.decode(stored.data)
        event = recorded.event
        if recorded.position > position or not isinstance(event, PlanAdopted | PlanRetired):
            continue
        adopted = event if isinstance(event, PlanAdopted) else None
        found.append(
            Version(
                version=event.version,
                event=recorded.type,
                hash=adopted.hash if adopted is not None else None,
                at=recorded.occurred_at,
                position=recorded.position,
                by=recorded.actor.post_id,
                waivers=adopted.waivers if adopted is not None else (),
            )
        )
    return found[::-1]


class _Checks:
    """The checks of one operation's register. In a thread, since a large register takes seconds the first time, and one at a time."""

    def __init__(self) -> None:
        self._checks = RegisterChecks()
        self._turn = asyncio.Lock()

    async def data(self, tables: RegisterTables, day: date) -> RegisterData:
        # The lock: the checks keep what they know between two questions, and two threads must not change that at once.
        async with self._turn:
            return await asyncio.to_thread(self._made, tables, day)

    def _made(self, tables: RegisterTables, day: date) -> RegisterData:
        return register_data(tables, day, self._checks.findings(tables, day))


def _checks_of(node: Node, operation: str) -> _Checks:
    return _CHECKS.setdefault(node, {}).setdefault(operation, _Checks())


_CHECKS: WeakKeyDictionary[Node, dict[str, _Checks]] = WeakKeyDictionary()
