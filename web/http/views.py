"""GET …/views/{view}: the picture as it stands now, from the views that this node keeps, or as it stood at any position or time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any
from weakref import WeakKeyDictionary

import msgspec
from litestar import Request, Response, get
from litestar.params import QueryParameter
from msgspec import Meta

from core import catalogue
from core.log.protocol import Query
from core.operation import kind_of
from core.world import VERSION as WORLD_VERSION
from core.world import World
from projections.register_views import PlansView
from projections.views import VIEWS, BoardView, View
from web.door import POSITION_MAX, YEAR_MAX, YEAR_MIN
from web.errors import malformed, unavailable, unknown_view
from web.http.auth import Caller, node_of
from web.http.schemas import OperationPath, ViewBody, ViewPath, answer, errors
from web.live.loading import board_as_of
from web.node import Node, UnknownOperation
from web.positions import position_at

FOLD_CHUNK_EVENTS = 200
"""Folded between two looks at the other work of the loop: about two milliseconds."""

At = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=40,
        description="截至此序号或时间（带时区） · as of this position or time",
        required=False,
    ),
]
After = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        le=POSITION_MAX,
        description="等到视图达到此序号 · wait until the view has reached this position",
        required=False,
    ),
]


@get(
    "/api/operations/{operation:str}/views/{view:str}",
    tags=["视图 Views"],
    summary="态势 The picture now, or as of a position",
    description="视图：" + "、".join(VIEWS) + "。`after` 用于读到自己刚写的内容。\n\n"
    "Views: "
    + ", ".join(VIEWS)
    + ". `at` gives the picture as it stood; `after` waits for what you just wrote.",
    operation_id="read_view",
    responses={
        200: answer(ViewBody, "视图与其序号 · the view and its position"),
        **errors(400, 401, 404, 429, 503),
    },
)
async def read_view(
    operation: OperationPath,
    view: ViewPath,
    request: Request[Any, Any, Any],
    caller: Caller,  # noqa: ARG001  being there is what is asked
    at: At = None,
    after: After = None,
) -> Response[bytes]:
    """Live from the keeper, or folded from the log up to `at`."""
    node = node_of(request)
    if not await node.exists(operation):
        raise UnknownOperation(operation)
    if view not in VIEWS:
        raise unknown_view(view, list(VIEWS))
    if at is None:
        position, data = await _now(node, operation, view, after)
    else:
        position = await position_of(node, operation, at)
        data = await folds_of(node).as_of(operation, view, position)
    stored = await node.log.read(operation, position - 1, Query(), 1) if position else []
    recorded_at = stored[0].recorded_at.astimezone(UTC) if stored else None
    kind = kind_of(operation)
    assert kind is not None
    body = ViewBody(operation, view, position, recorded_at, kind, msgspec.Raw(data))
    return Response(msgspec.json.encode(body), media_type="application/json")


async def _now(node: Node, operation: str, view: str, after: int | None) -> tuple[int, bytes]:
    keeper = await node.keeper(operation)
    if after is not None and not await keeper.reached(after, node.settings.view_wait_timeout_s):
        raise unavailable(
            "behind",
            f"视图在 {node.settings.view_wait_timeout_s:g} 秒内未达到序号 {after}（现为 {keeper.position}）。",
            f"The view has not reached position {after} within {node.settings.view_wait_timeout_s:g} s (it is at {keeper.position}).",
        )
    if not keeper.keeps(view):
        position = keeper.position
        return position, await folds_of(node).as_of(operation, view, position)
    # Nothing waits between these two, so the data is that of the position.
    return keeper.position, msgspec.json.encode(keeper.view(view))


async def position_of(node: Node, operation: str, at: str) -> int:
    """The position that `at` means. Raises Problem for neither a position of this log nor a time with its zone."""
    head = (await node.log.head(operation)).position
    if at.isascii() and at.isdigit():
        if int(at) > head:
            raise malformed(f"at：日志只到序号 {head}。", f"at: the log ends at position {head}.", "at")
        return int(at)
    try:
        # A plus sign that was not escaped arrives as a space.
        moment = msgspec.convert(at.replace(" ", "+"), Annotated[datetime, Meta(tz=True)])
    except msgspec.ValidationError:
        raise malformed(
            "at：须为序号，或带时区的时间，如 2026-05-12T09:02:00+08:00。",
            "at: a position, or a time with its zone such as 2026-05-12T09:02:00+08:00.",
            "at",
        ) from None
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise malformed(f"at：{YEAR_MIN}–{YEAR_MAX} 年。", f"at: a year from {YEAR_MIN} to {YEAR_MAX}.", "at")
    return await position_at(node.log, operation, moment.astimezone(UTC))


class Folds:
    """Views of the past, folded anew for each question, a few at one time."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._turns = asyncio.Semaphore(node.settings.view_folds_max)

    async def as_of(self, operation: str, name: str, position: int) -> bytes:
        """The view's data at a position, as JSON."""
        view = await self.folded(operation, name, position)
        # Nobody else has this view, and what it says may take long: the checks of a large register do.
        return await asyncio.to_thread(lambda: msgspec.json.encode(view.data()))

    async def folded(self, operation: str, name: str, position: int) -> View:
        """The view itself, which is the caller's own."""
        try:
            async with asyncio.timeout(self._node.settings.answer_timeout_s), self._turns:
                return await self._folded(operation, VIEWS[name], position)
        except TimeoutError:
            raise unavailable(
                "busy",
                "正在推演其他时刻的视图，请稍后重试。",
                "Other views of the past are being folded: try again soon.",
            ) from None

    async def _folded(self, operation: str, kind: type[View], position: int) -> View:
        if issubclass(kind, BoardView):
            return kind(await board_as_of(self._node.log, operation, position))
        view = await self._begun(operation, kind, position)
        if view.reads:
            await self._fold_some(operation, view, position)
        else:
            await self._fold(operation, view, position)
        return view

    async def _begun(self, operation: str, kind: type[View], position: int) -> View:
        """From the nearest stored world, where a world alone gives the view; the others need every entry before."""
        if issubclass(kind, PlansView):
            found = await self._node.log.snapshot_load(operation, "world", WORLD_VERSION, at_most=position)
            if found is not None:
                return kind.of_world(World.restored(found[1]))
        return kind()

    async def _fold(self, operation: str, view: View, position: int) -> None:
        async for page in self._node.log.stream(operation, view.position):
            for start in range(0, len(page), FOLD_CHUNK_EVENTS):
                for data in page[start : start + FOLD_CHUNK_EVENTS]:
                    if view.position >= position:
                        return
                    view.apply(catalogue.decode(data))
                await asyncio.sleep(0)  # the desk and the other clients go on meanwhile

    async def _fold_some(self, operation: str, view: View, position: int) -> None:
        """Only the events that the view is made of, page by page."""
        limit = self._node.settings.events_page_max
        after = 0
        while True:
            stored = await self._node.log.read(operation, after, Query(types=view.reads), limit)
            for event in stored:
                if event.position > position:
                    return
                view.apply(catalogue.decode(event.data))
            if len(stored) < limit:
                return
            after = stored[-1].position


def folds_of(node: Node) -> Folds:
    """The one of a node."""
    found = _FOLDS.get(node)
    if found is None:
        found = _FOLDS[node] = Folds(node)
    return found


_FOLDS: WeakKeyDictionary[Node, Folds] = WeakKeyDictionary()
