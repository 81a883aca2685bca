"""Everything that may go wrong at the edge → status and a bilingual body, in one table. No handler writes a status of its own."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec
from litestar.exceptions import HTTPException
from msgspec import Struct

from core.log.protocol import LogError
from handlers.answers import Message
from handlers.desk import DeskBusy, OperationUnreadable
from web.accounts.accounts import AccountError
from web.node import UnknownOperation

RETRY_AFTER_S = 1
REFUSAL_STATUS = {"not_authorised": 403}
"""Refusals of the rules: 409 unless said here."""


class ErrorBody(Struct, frozen=True, omit_defaults=True, tag_field="outcome", tag="error"):
    """What went wrong before anything was decided; nothing was recorded. `field` is the JSON path of what is malformed."""

    code: str
    message: Message
    field: str | None = None
    request: str | None = None
    """The request's id, to be named when asking for help."""


class Problem(Exception):
    """An error of the edge with all that its answer needs."""

    def __init__(
        self,
        status: int,
        code: str,
        zh: str,
        en: str,
        *,
        field: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(en)
        self.status = status
        self.body = ErrorBody(code, Message(zh, en), field)
        self.retry_after_s = retry_after_s

    @property
    def headers(self) -> dict[str, str]:
        """Beside the body: when to come again, how to authenticate."""
        found: dict[str, str] = {}
        if self.retry_after_s is not None:
            found["retry-after"] = str(max(1, round(self.retry_after_s + 0.5)))
        if self.status == 401:
            found["www-authenticate"] = 'Bearer realm="liandong"'
        return found

    def encoded(self, request: str | None = None) -> bytes:
        body = self.body if request is None else msgspec.structs.replace(self.body, request=request)
        return msgspec.json.encode(body)


def malformed(zh: str, en: str, field: str | None = None) -> Problem:
    return Problem(400, "malformed", zh, en, field=field)


def unauthenticated() -> Problem:
    return Problem(
        401,
        "unauthenticated",
        "请先登录，或提供有效的令牌。",
        "Log in first, or send a valid token: Authorization: Bearer ld_…",
    )


def forbidden(code: Literal["csrf", "origin"]) -> Problem:
    zh, en = {
        "csrf": (
            "缺少或错误的 X-CSRF-Token，请刷新页面后重试。",
            "X-CSRF-Token is missing or wrong: take it from GET /api/session.",
        ),
        "origin": ("请求来自其他网站，已拒绝。", "The request comes from another site and is refused."),
    }[code]
    return Problem(403, code, zh, en)


def unknown_view(view: str, known: list[str]) -> Problem:
    names = ", ".join(known)
    return Problem(
        404,
        "unknown_view",
        f"没有视图 {view}；可用：{names}。",
        f"There is no view {view}: there are {names}.",
    )


def unknown_incident(incident: str) -> Problem:
    return Problem(
        404,
        "unknown_incident",
        f"没有这个事件：{incident}。请核对编号。",
        f"There is no incident {incident}: check the id.",
    )


def unknown_plan(plan: str) -> Problem:
    return Problem(
        404,
        "unknown_plan",
        f"没有这个预案：{plan}。请核对编号。",
        f"There is no plan {plan}: check the id.",
    )


def too_large(limit_bytes: int) -> Problem:
    return Problem(
        413,
        "too_large",
        f"请求超过 {limit_bytes} 字节：请缩短文本，或分成多条发送。",
        f"The request is larger than {limit_bytes} bytes: shorten its texts or send it in parts.",
    )


def too_many(retry_after_s: float) -> Problem:
    return Problem(
        429,
        "too_many",
        "请求过于频繁，请稍后用同一编号重发。",
        "Too many requests: wait as long as Retry-After says, then send the same id again.",
        retry_after_s=retry_after_s,
    )


def unavailable(code: str, zh: str, en: str) -> Problem:
    return Problem(503, code, zh, en, retry_after_s=RETRY_AFTER_S)


def problem_of(error: BaseException) -> Problem | None:
    """The answer to an exception, or None for one that nobody expected (a fault of ours: 500, logged)."""
    match error:
        case Problem():
            return error
        case msgspec.DecodeError():
            return of_decoding(error)
        case RecursionError():
            # Only decoding goes as deep as a client says: nothing behind the doors recurses by what it was sent.
            return malformed("JSON 嵌套过深。", "The JSON is nested too deeply: send it flat.", "$")
        case UnknownOperation(operation=operation):
            return Problem(
                404,
                "unknown_operation",
                f"没有作业面 {operation}：请核对编号。",
                f"There is no operation {operation}: check the id.",
            )
        case DeskBusy():
            return unavailable("busy", error.zh, error.en)
        case LogError():
            return unavailable("log_unavailable", error.zh, error.en)
        case OperationUnreadable():
            return unavailable(
                "operation_unreadable",
                "日志中有本版本无法识别的记录：请升级本节点。",
                "The log holds a record that this version cannot read: upgrade this node.",
            )
        case AccountError():
            return malformed(error.zh, error.en)
        case HTTPException():
            return _of_http(error)
        case _:
            return None


def internal() -> Problem:
    return Problem(
        500,
        "internal",
        "系统内部错误，已记入日志；请用同一编号重发，或告知管理员请求编号。",
        "A fault of the system; it was logged. Send the same id again, or tell the operator the request's id.",
    )


_HTTP_CODES = {
    404: ("not_found", "没有这个地址。", "There is nothing at this address: see /schema."),
    405: ("method_not_allowed", "不支持该方法。", "This address does not take that method: see /schema."),
    413: ("too_large", "请求过大。", "The request is too large."),
}


def _of_http(error: HTTPException) -> Problem:
    """What Litestar itself refused: routes, methods, parameters."""
    status = error.status_code
    if status >= 500:
        return internal()
    if status in _HTTP_CODES:
        return Problem(status, *_HTTP_CODES[status])
    field = _field_of(error.extra)
    named = f"：{field}" if field else ""
    return Problem(
        status,
        "malformed",
        f"请求参数有误{named}。",
        f"A parameter is malformed: {field or error.detail}.",
        field=field,
    )


def _field_of(extra: Any) -> str | None:
    """The parameter that Litestar names in its list of faults."""
    try:
        return str(extra[0]["key"])
    except (KeyError, IndexError, TypeError):
        return None


# --- malformed JSON, with the field ---

_AT = re.compile(r" - at `(?P<path>[^`]*)`$")
_NAMED = re.compile(r"(?P<what>missing required|contains unknown) field `(?P<name>[^`]*)`")
_WORDS = {"missing required": "缺少必填字段", "contains unknown": "未知字段"}


def of_decoding(error: msgspec.DecodeError) -> Problem:
    """400 that names the field: `$.command.kind`."""
    text = str(error)
    at = _AT.search(text)
    path = at["path"] if at else "$"
    reason = _AT.sub("", text)
    if not isinstance(error, msgspec.ValidationError):
        return malformed(f"不是有效的 JSON：{reason}。", f"This is not JSON: {reason}.", "$")
    if named := _NAMED.search(reason):
        path = f"{path}.{named['name']}"
        return malformed(f"{_WORDS[named['what']]}：{path}。", f"{reason}: {path}.", path)
    return malformed(f"字段 {path} 的类型或取值不符（{reason}）。", f"{path}: {reason}.", path)
