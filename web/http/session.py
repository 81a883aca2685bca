"""/api/session: logging in with a password or a one-time code, who am I, logging out. Failures are slow and counted."""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody
from msgspec import Meta, Struct

from core.messages import Name
from core.operation import LIVE
from handlers.answers import Message
from web.accounts.access import COOKIE, Principal
from web.accounts.accounts import User
from web.errors import Problem, malformed, too_many
from web.http.auth import Caller, address_of, check_origin, headers_of, node_of
from web.http.schemas import OperationBody, SessionBody, answer, errors
from web.node import Node

_log = structlog.get_logger("session")

LoginName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")]


class LoginRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`user` and `password`, or the `code` of a one-time link."""

    user: LoginName | None = None
    password: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    code: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


@post(
    "/api/session",
    tags=["登录 Session"],
    summary="登录 Log in",
    description="口令或一次性登录码；会话在 HttpOnly 的 cookie 中。\n\n"
    "A password or a one-time code. The session is in an HttpOnly cookie; `csrf` goes into X-CSRF-Token.",
    operation_id="log_in",
    security=[{}],
    status_code=201,
    responses={201: answer(SessionBody, "已登录 · logged in"), **errors(400, 401, 403, 429, 503)},
)
async def log_in(data: JSONBody[LoginRequest], request: Request[Any, Any, Any]) -> Response[SessionBody]:
    """Guessing is throttled by address and by name; an unknown name takes as long as a wrong password."""
    node = node_of(request)
    check_origin(node, request.scope, headers_of(request.scope))
    by_code = data.code is not None
    if by_code == (data.user is not None) or (data.user is None) != (data.password is None):
        raise malformed("须提供 user 与 password，或 code。", "Send user and password, or code.", "user")
    buckets = [address_of(request.scope)] + ([] if data.user is None else [f"user {data.user}"])
    for bucket in buckets:
        if (wait_s := node.limits.wait_s("failures", bucket)) > 0:
            raise too_many(wait_s)
    user: User | None = None
    if data.code is not None:
        user = await node.accounts.use_code(data.code)
    elif data.user is not None and data.password is not None:
        user = await node.accounts.log_in(data.user, data.password)
    if user is None:
        for bucket in buckets:
            await node.limits.take("failures", bucket)
        _log.warning("login_failed", by="code" if by_code else "password")
        raise _wrong(by_code=by_code)
    session = await node.accounts.open_session(user)
    caller = await node.access.of_session(session, lambda: None)
    assert caller is not None
    _log.info("logged_in", user=user.id, post=user.actor.post_id)
    cookie = Cookie(
        key=COOKIE, value=session, path="/", httponly=True, samesite="lax", secure=request.scope["scheme"] == "https",
        max_age=node.settings.session_absolute_s,
    )  # fmt: skip
    return Response(await _body(node, caller), status_code=201, cookies=[cookie])


def _wrong(*, by_code: bool) -> Problem:
    if by_code:
        return Problem(
            401,
            "code_invalid",
            "登录链接无效、已使用或已过期：请重新获取。",
            "The login link is wrong, used or expired: ask for a new one.",
        )
    return Problem(401, "wrong_password", "用户名或口令不正确。", "The user or the password is wrong.")


@get(
    "/api/session",
    tags=["登录 Session"],
    summary="当前用户 Who am I",
    operation_id="read_session",
    responses=errors(401, 429, 503),
)
async def read_session(request: Request[Any, Any, Any], caller: Caller) -> SessionBody:
    """Also for tokens; `csrf` is null then, since none is asked of them."""
    return await _body(node_of(request), caller)


@delete(
    "/api/session",
    tags=["登录 Session"],
    summary="退出 Log out",
    operation_id="log_out",
    status_code=204,
    responses=errors(401, 403, 503),
)
async def log_out(request: Request[Any, Any, Any], caller: Caller) -> Response[None]:
    """Ends this session on every node; a token is revoked on the command line."""
    node = node_of(request)
    if caller.csrf is not None:
        await node.accounts.end_session(caller.secret_digest)
        node.access.forget(caller)
    return Response(
        None,
        status_code=204,
        cookies=[Cookie(key=COOKIE, value="", path="/", max_age=0, httponly=True, samesite="lax")],
    )


async def _body(node: Node, caller: Principal) -> SessionBody:
    actor = caller.actor
    world = (await node.desk(LIVE)).world
    organisation = world.organisations.get(actor.organisation)
    post_name = (organisation.posts if organisation else {}).get(actor.post, Name(actor.post))
    operations = [OperationBody(*info) for info in await node.operations()]
    return SessionBody(
        user=caller.name,
        organisation=actor.organisation,
        post=actor.post,
        post_name=Message(post_name.zh, post_name.en or post_name.zh),
        csrf=caller.csrf,
        operations=operations[: node.settings.operations_listed_max],
    )
