"""The application: every route, the errors, the OpenAPI document. Its node is made and closed by whoever runs it."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import MediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme, Tag

from web.accounts.access import COOKIE
from web.edge import Edge
from web.errors import internal, problem_of
from web.http import ROUTES
from web.http.auth import provide_caller
from web.live.routes import route_handlers as LIVE_ROUTES  # noqa: N812  a table of routes, as ROUTES is
from web.node import Node

_log = structlog.get_logger("http")


def create_app(node: Node) -> Edge:
    """The ASGI application of a node."""
    return Edge(create_litestar(node), node)


def create_litestar(node: Node) -> Litestar:
    """The framework's part of it."""
    return Litestar(
        route_handlers=[*ROUTES, *LIVE_ROUTES],
        dependencies={"caller": Provide(provide_caller)},
        exception_handlers={Exception: answer_error},
        state=State({"node": node}),
        request_max_body_size=node.settings.body_bytes_max,
        openapi_config=OPENAPI,
        logging_config=None,
        pdb_on_exception=False,
    )


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Each error becomes the answer that web/errors.py has for it."""
    problem = problem_of(error)
    name = request.scope.get("liandong.request")
    if problem is None:
        _log.error("unexpected_error", path=request.scope["path"], exc_info=error)
        problem = internal()
    return Response(
        problem.encoded(str(name) if name and problem.status >= 500 else None),
        status_code=problem.status,
        media_type="application/json",
        headers=problem.headers,
    )


OPENAPI = OpenAPIConfig(
    title="联动 Liandong",
    version="1",
    summary="应急联动系统接口 · the interface of the emergency coordination system",
    description="已受理的命令不丢失、不重复、不半途而废；同一编号再次发送，得到第一次的答复。\n\n"
    "An accepted command is never lost, never applied twice and never half applied; the same id again gets the first answer.",
    license=License(name="Apache-2.0", identifier="Apache-2.0"),
    path="/schema",
    # The document itself, and no page around it: those take their scripts from elsewhere, which our pages never do.
    render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"], media_type=MediaType.JSON)],
    components=Components(
        security_schemes={
            "token": SecurityScheme(type="http", scheme="bearer", description="liandong token create"),
            "session": SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie"),
        }
    ),
    security=[{"token": []}, {"session": []}],
    tags=[
        Tag(name="命令 Commands", description="唯一的入口 · the one door"),
        Tag(name="日志 Log", description="原样的记录 · records as they are stored"),
        Tag(name="预案 Plans", description="预案库与衔接 · the register of plans and how they link"),
        Tag(name="视图 Views", description="任一时刻的态势 · the picture at any position"),
        Tag(name="登录 Session", description="浏览器登录 · for browsers"),
        Tag(name="运行 Operation", description="健康与指标 · health and metrics"),
    ],
)
