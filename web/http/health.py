"""Health and metrics, for whoever runs the system. They need no login, and say nothing that a stranger may not know."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from litestar import Request, Response, get

from core.log.protocol import LogError
from core.operation import LIVE
from handlers.answers import Message
from web.http.auth import node_of
from web.http.schemas import HealthBody, answer
from web.node import Node

PROMETHEUS = "text/plain; version=0.0.4"
FAILURE_KEPT_S = 15.0
"""How long after a failed append a node is not ready. Then it may be tried again: where nobody sends, nothing would ever go well."""
OPEN: list[dict[str, list[str]]] = [{}]
"""No authentication: a balancer and a metrics collector have none."""


@get(
    "/api/health/live",
    tags=["运行 Operation"],
    summary="进程存活 The process runs",
    operation_id="health_live",
    security=OPEN,
    sync_to_thread=False,
)
def live() -> HealthBody:
    """Only that the event loop turns: a restart would not mend anything else."""
    return HealthBody("ok")


@get(
    "/api/health/ready",
    tags=["运行 Operation"],
    summary="可以服务 The node can serve",
    operation_id="health_ready",
    security=OPEN,
    responses={503: answer(HealthBody, "暂不能服务，`problems` 说明原因 · not now; `problems` say why")},
)
async def ready(request: Request[Any, Any, Any]) -> Response[HealthBody]:
    """The log can be written and read, the accounts too, and no view lags far behind."""
    node = node_of(request)
    try:
        async with asyncio.timeout(node.settings.ready_timeout_s):
            problems = await _problems(node)
    except TimeoutError:
        problems = [
            Message(
                "日志未在规定时间内应答：请检查数据库。",
                "The log did not answer in time: check the database.",
            )
        ]
    positions = {operation: desk.world.position for operation, desk in node.desks.items()}
    body = HealthBody("unavailable" if problems else "ok", problems, positions)
    return Response(
        body, status_code=503 if problems else 200, headers={"retry-after": "1"} if problems else {}
    )


async def _problems(node: Node) -> list[Message]:
    if node.closing:
        return [Message("系统正在停止。", "The system is stopping.")]
    found: list[Message] = []
    try:
        # Held and let go without an append: the same lock that a command needs. It is fair, so it may wait for a batch.
        async with node.log.hold(LIVE, (await node.log.head(LIVE)).position):
            pass
    except LogError as error:
        found.append(Message(error.zh, error.en))
    if (failed := node.metrics.append_failure) is not None and time.monotonic() - failed[0] < FAILURE_KEPT_S:
        # Holding the head writes nothing: only an append finds out that the disk is full.
        found.append(Message(failed[1].zh, failed[1].en))
    if (account_error := await node.accounts.healthy()) is not None:
        found.append(Message(account_error.zh, account_error.en))
    for operation, keeper in node.keepers.items():
        if keeper.failure is not None:
            found.append(
                Message(
                    f"{operation}：日志中有本版本无法识别的记录，请升级本节点。",
                    f"{operation} cannot be read ({keeper.failure}): upgrade this node.",
                )
            )
            continue
        behind = (await node.log.head(operation)).position - keeper.position
        if keeper.is_stale and behind <= 0:
            found.append(
                Message(
                    f"{operation} 的视图刚才未能跟随日志，正在恢复。",
                    f"The views of {operation} could not follow the log just now: they are catching up.",
                )
            )
        elif keeper.is_stale or behind > node.settings.keeper_lag_positions_max:
            found.append(
                Message(
                    f"{operation} 的视图落后 {behind} 条记录。",
                    f"The views of {operation} are {behind} records behind.",
                )
            )
    return found


@get(
    "/metrics",
    tags=["运行 Operation"],
    summary="指标 Metrics for Prometheus",
    operation_id="metrics",
    security=OPEN,
    media_type=PROMETHEUS,
    sync_to_thread=False,
)
def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """In Prometheus' text format; operations and routes are labels, persons and texts never."""
    node = node_of(request)
    for operation, desk in node.desks.items():
        node.metrics.queue.labels(operation).set(desk.waiting)
        node.metrics.head.labels(operation).set(desk.world.position)
    for operation, keeper in node.keepers.items():
        node.metrics.kept.labels(operation).set(keeper.position)
    return Response(node.metrics.text(), media_type=PROMETHEUS)
