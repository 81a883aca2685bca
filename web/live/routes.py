"""WS /api/operations/{operation}/live: who may come in, and how many at once. Everything after that is connection.py."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import WebSocket, websocket
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from web.accounts.access import Principal
from web.errors import Problem, internal, problem_of
from web.http.auth import authenticate
from web.live.connection import Connection
from web.live.hub import Gate
from web.live.keeper import UNREADABLE, Keeper
from web.live.limits import LiveLimits
from web.live.messages import AUTH, BAD_MESSAGES, TRY_LATER, Error, Frame, frame
from web.live.wire import SCOPE_KEY, AsgiWire, Wire
from web.node import Node

_log = structlog.get_logger("live")

CLOSE_CODES = {401: AUTH, 403: AUTH, 404: BAD_MESSAGES}
"""How an error at the door ends the connection; anything else: come again later."""


@websocket("/api/operations/{operation:str}/live", opt={"summary": "实时态势 The live board"})
async def live(socket: WebSocket[Any, Any, Any], operation: FromPath[str]) -> None:
    """One page. Session cookie (with an Origin of this site) or bearer token, as over HTTP; then hello, and what it asks for."""
    node: Node = socket.app.state["node"]
    gate = _gate_of(socket, node)
    if not await gate.enter():
        await socket.close(
            TRY_LATER, "too many connections"
        )  # before it is accepted: HTTP 403, the cheapest no
        return
    wire: Wire | None = None
    try:
        await socket.accept()
        wire = _wire_of(socket)
        try:
            caller, keeper = await _admit(node, socket, operation)
        except Exception as error:  # noqa: BLE001  each error is told and closes; unexpected ones are logged
            _turn_away(wire, operation, error)
            return
        if keeper.failure is not None:
            _end(wire, frame(UNREADABLE), TRY_LATER)
            return
        await Connection(node, socket, keeper, caller, wire).serve()
    finally:
        gate.leave()
        if isinstance(wire, AsgiWire):
            await wire.stop()


route_handlers: list[ControllerRouterHandler] = [live]


async def _admit(node: Node, socket: WebSocket[Any, Any, Any], operation: str) -> tuple[Principal, Keeper]:
    """Who it is, then what it wants. Raises what web/errors.py knows."""
    caller = await authenticate(node, socket.scope)
    keeper = await node.keeper(operation)
    assert isinstance(keeper, Keeper)
    return caller, keeper


def _turn_away(wire: Wire, operation: str, error: Exception) -> None:
    problem: Problem | None = problem_of(error)
    if problem is None:
        _log.error("unexpected_error", operation=operation, exc_info=error)
        problem = internal()
    said = frame(Error(code=problem.body.code, message=problem.body.message))
    _end(wire, said, CLOSE_CODES.get(problem.status, TRY_LATER))


def _end(wire: Wire, said: Frame, code: int) -> None:
    if wire.ready:
        wire.write(said)
    wire.end(code, "")


def _wire_of(socket: WebSocket[Any, Any, Any]) -> Wire:
    """The server's own, where it hands one out; else through ASGI."""
    scope: Any = socket.scope
    wire: Wire | None = scope.get(SCOPE_KEY)
    return wire if wire is not None else AsgiWire(socket)


def _gate_of(socket: WebSocket[Any, Any, Any], node: Node) -> Gate:
    """One for all operations of the application."""
    state = socket.app.state
    if "live_gate" not in state:
        limits = LiveLimits.of(node.settings)
        state["live_gate"] = Gate(limits.clients_max, limits.accepts_per_s, limits.accept_wait_s_max)
    gate: Gate = state["live_gate"]
    return gate
