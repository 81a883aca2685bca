"""What the doors answer, as types: for the OpenAPI document, and for the answers that are made here and not by the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter
from msgspec import Meta, Struct

from core.operation import OperationKind
from handlers.answers import Message
from web.errors import ErrorBody

OperationPath = Annotated[
    str, PathParameter(description="作业面，如 live、drill-… · an operation such as live or drill-…")
]
IncidentPath = Annotated[str, PathParameter(description="事件编号 · the incident's id")]
ViewPath = Annotated[str, PathParameter(description="视图名 · the view's name")]

Positions = Annotated[
    list[int], Meta(max_length=2, description="[first, last] of the events, or empty: it was so already")
]


class AcceptedBody(Struct, frozen=True, tag_field="outcome", tag="accepted"):
    """The command was carried out and is durable."""

    positions: Positions
    created: dict[str, str] = {}
    repeated: bool = False


class RefusedBody(Struct, frozen=True, tag_field="outcome", tag="refused"):
    """A rule said no. `position` is where the refusal itself stands in the log."""

    code: str
    message: Message
    details: dict[str, Any] = {}
    position: int | None = None
    repeated: bool = False


class EventsBody(Struct, frozen=True):
    """Stored records, as they lie in the log and are hashed, with the position of the log's end."""

    operation: str
    head: int
    events: list[dict[str, Any]]


class ViewBody(Struct, frozen=True):
    """A view of an operation at a position."""

    operation: str
    view: str
    position: int
    recorded_at: datetime | None
    kind: OperationKind
    data: Any


class IncidentBody(Struct, frozen=True):
    """One incident, open or closed, with its assignments and everything the log says of it."""

    incident: dict[str, Any]
    dispatches: list[dict[str, Any]]
    timeline: list[dict[str, Any]]


class Words(Struct, frozen=True):
    """A code and its name in both tongues."""

    code: str
    zh: str
    en: str


class KindWords(Struct, frozen=True):
    """A kind of incident and its key field."""

    code: str
    zh: str
    en: str
    field: str


class TablesBody(Struct, frozen=True):
    """The code tables that the pages need."""

    incident_kinds: list[KindWords]
    team_kinds: list[Words]
    fields: list[Words]
    posts: list[Words]


class OperationBody(Struct, frozen=True):
    """An operation in a list."""

    id: str
    kind: OperationKind
    title: str


class SessionBody(Struct, frozen=True):
    """Who is logged in. `csrf` goes into X-CSRF-Token of every request that changes something; tokens need none."""

    user: str
    organisation: str
    post: str
    post_name: Message
    csrf: str | None
    operations: list[OperationBody]


class HealthBody(Struct, frozen=True):
    """Whether this node can serve; `problems` say in both tongues why not."""

    status: Literal["ok", "unavailable"]
    problems: list[Message] = []
    positions: dict[str, int] = {}


_ERRORS = {
    400: "请求有误，`field` 指明字段 · malformed; `field` names what",
    401: "未登录或令牌无效 · not authenticated",
    403: "来源或 CSRF 校验未通过 · refused for its origin or CSRF token",
    404: "不存在 · not found",
    413: "请求过大 · too large",
    429: "请求过于频繁，见 Retry-After · too many, see Retry-After",
    503: "暂时不可用，见 Retry-After；可用同一编号重发 · unavailable now, see Retry-After; the same id may be sent again",
}


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """The documented errors of a door."""
    return {
        status: ResponseSpec(ErrorBody, description=_ERRORS[status], generate_examples=False)
        for status in statuses
    }


def answer(body: Any, description: str, media_type: str = "application/json") -> ResponseSpec:
    """A documented answer."""
    return ResponseSpec(body, description=description, generate_examples=False, media_type=media_type)
