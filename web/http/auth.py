"""Who sends a request: read from the raw headers, for HTTP and WebSocket alike. CSRF and origin are asked of cookies only."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from web.accounts.access import COOKIE, SAFE_METHODS, Principal, same_origin
from web.errors import forbidden, too_many, unauthenticated
from web.node import Node

_WANTED = frozenset({b"authorization", b"cookie", b"origin", b"host", b"x-csrf-token"})

Scope = Mapping[str, Any]
"""The scope of ASGI, of a request or a WebSocket."""

Caller = SkipValidation[NamedDependency[Principal]]
"""A handler's parameter `caller`: there is one, or the request was answered with 401."""


def headers_of(scope: Scope) -> dict[bytes, str]:
    """The headers that say who asks."""
    return {name: value.decode("latin-1") for name, value in scope["headers"] if name in _WANTED}


def address_of(scope: Scope) -> str:
    """The caller's address, as the server or the proxy it trusts knows it."""
    client = scope.get("client")
    return client[0] if client else "?"


def session_of(headers: dict[bytes, str]) -> str | None:
    """The session in the cookie, if there is one."""
    if b"cookie" not in headers:
        return None
    try:
        morsel = SimpleCookie(headers[b"cookie"]).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


async def authenticate(node: Node, scope: Scope) -> Principal:
    """The caller of a request or a WebSocket. Raises Problem: 401, 403 (CSRF, origin), 429 (guessing)."""
    headers = headers_of(scope)
    address = address_of(scope)

    def guard() -> None:
        if (wait_s := node.limits.wait_s("strangers", address)) > 0:
            raise too_many(wait_s)

    found: Principal | None = None
    if (authorization := headers.get(b"authorization")) is not None:
        found = await node.access.of_bearer(authorization, guard)
    elif (session := session_of(headers)) is not None:
        # A cookie comes by itself, also with what another site makes a browser send: so the origin and the CSRF token are asked.
        found = await node.access.of_session(session, guard)
        if found is not None:
            check_cross_site(node, scope, headers, found)
    else:
        raise unauthenticated()
    if found is None:
        await node.limits.take("strangers", address)
        raise unauthenticated()
    return found


def check_origin(node: Node, scope: Scope, headers: dict[bytes, str]) -> None:
    """Raises Problem for a request that another site made a browser send."""
    scheme = "https" if scope["scheme"] in ("https", "wss") else "http"
    if not same_origin(headers.get(b"origin"), headers.get(b"host", ""), scheme, node.settings.public_origin):
        raise forbidden("origin")


def check_cross_site(node: Node, scope: Scope, headers: dict[bytes, str], principal: Principal) -> None:
    """What a cookie session must show beside the cookie, unless it only reads."""
    if scope["type"] == "websocket":
        check_origin(
            node, scope, headers
        )  # a WebSocket cannot carry the header, and its origin cannot be forged by a page
    elif scope["method"] not in SAFE_METHODS:
        check_origin(node, scope, headers)
        sent = headers.get(b"x-csrf-token", "")
        if not hmac.compare_digest(sent.encode(), (principal.csrf or "").encode()):
            raise forbidden("csrf")


def node_of(request: Request[Any, Any, Any]) -> Node:
    """The node that this application serves."""
    node = request.app.state["node"]
    assert isinstance(node, Node)
    return node


async def provide_caller(request: Request[Any, Any, Any]) -> Principal:
    """The `caller` of the handlers; reads cost one of the caller's bucket."""
    node = node_of(request)
    caller = await authenticate(node, request.scope)
    if request.method in SAFE_METHODS and (wait_s := await node.limits.take("reads", caller.key)) > 0:
        raise too_many(wait_s)
    return caller
