"""POST …/commands: one command in, the desk's answer out, byte for byte as the desk made it and keeps it."""

from __future__ import annotations

from typing import Any, NamedTuple

from litestar import Request, Response, post
from litestar.params import JSONBody

from handlers.answers import Answer
from web import door
from web.accounts.access import Principal
from web.errors import REFUSAL_STATUS, too_large, too_many
from web.http.auth import Caller, node_of
from web.http.schemas import AcceptedBody, OperationPath, RefusedBody, answer, errors
from web.node import Node

ACCEPTED = 201
REFUSED = 409


class Reply(NamedTuple):
    """What goes back: a status and the body's bytes."""

    status: int
    body: bytes


def status_of(found: Answer) -> int:
    return ACCEPTED if found.code is None else REFUSAL_STATUS.get(found.code, REFUSED)


async def take_turn(node: Node, caller: Principal) -> None:
    """Raises Problem when the caller sends too fast, or was refused too often: refusals are recorded, so they cost more."""
    wait_s = node.limits.wait_s("refusals", caller.key) or await node.limits.take("commands", caller.key)
    if wait_s > 0:
        raise too_many(wait_s)


async def carry_out(node: Node, operation: str, caller: Principal, request: door.CommandRequest) -> Answer:
    """One decoded command through the door, counted. Raises what web/errors.py knows."""
    found = await door.send(node, operation, caller.actor, request)
    kind = type(request.command).__name__
    node.metrics.commands.labels(kind, "accepted" if found.code is None else "refused").inc()
    if found.code is not None and not found.repeated:
        await node.limits.take("refusals", caller.key)
    return found


async def answer_body(node: Node, operation: str, caller: Principal, body: bytes) -> Reply:
    """The whole way of one request's body. Raises what web/errors.py knows."""
    if len(body) > node.settings.body_bytes_max:
        raise too_large(node.settings.body_bytes_max)
    await take_turn(node, caller)
    found = await carry_out(node, operation, caller, door.decode(body))
    return Reply(status_of(found), found.body)


@post(
    "/api/operations/{operation:str}/commands",
    tags=["命令 Commands"],
    summary="发送一条命令 Send one command",
    description="同一 `id` 再次发送只得到第一次的答复（`repeated`），绝不重复执行。\n\n"
    "The same `id` again gets the first answer (`repeated`) and is never carried out twice. An answer means durable.",
    operation_id="send_command",
    status_code=ACCEPTED,
    responses={
        201: answer(AcceptedBody, "已受理并已落盘 · accepted and durable"),
        403: answer(
            RefusedBody, "该岗位无权，或 CSRF、来源校验未通过 · the post may not, or CSRF or origin failed"
        ),
        409: answer(RefusedBody, "规则不允许 · a rule said no"),
        **errors(400, 401, 404, 413, 429, 503),
    },
)
async def send_command(
    operation: OperationPath,
    data: JSONBody[door.CommandRequest],
    request: Request[Any, Any, Any],
    caller: Caller,
) -> Response[bytes]:
    """The documented door. Where web/edge.py stands in front, it answers first, in half the time and by the same functions."""
    node = node_of(request)
    await take_turn(node, caller)
    found = await carry_out(node, operation, caller, door.check(data))
    return Response(found.body, status_code=status_of(found), media_type="application/json")
