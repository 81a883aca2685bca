"""Every bound of the edge, reached: what is beyond it gets an answer that says what to do, and nothing else suffers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.log import LogFailed
from core.operation import LIVE
from tests.edge.conftest import COMMANDS, bearer, client_of, command, report
from web.http.batch import Batch
from web.limits import Limits
from web.node import Node
from web.settings import Settings

EVENTS = "/api/operations/live/events"
BOARD = "/api/operations/live/views/board"


@asynccontextmanager
async def small(folder: Path, **bounds: Any) -> AsyncGenerator[tuple[Node, httpx.AsyncClient]]:
    """A node with some bounds made small, and a client of its duty desk."""
    async with (
        Node.running(Settings(data=folder, **bounds)) as node,
        client_of(node, await bearer(node)) as http,
    ):
        yield node, http


async def test_a_page_of_events_is_never_longer_than_the_bound(tmp_path: Path) -> None:
    async with small(tmp_path, events_page=3, events_page_max=5) as (_, http):
        lengths = [
            len((await http.get(EVENTS, params=asked)).json()["events"]) for asked in ({}, {"limit": 100})
        ]
        assert lengths == [3, 5]


async def test_lines_are_given_to_who_takes_them_among_others(tmp_path: Path) -> None:
    async with small(tmp_path) as (_, http):
        for accepted, kind in (
            ("application/x-ndjson", "application/x-ndjson"),
            ("application/json;q=0.1, application/x-ndjson;q=0.9", "application/x-ndjson"),
            ("*/*", "application/json"),
        ):
            answer = await http.get(EVENTS, headers={"accept": accepted})
            assert answer.headers["content-type"].startswith(kind), accepted


async def test_more_tags_than_the_bound_are_asked_for_in_parts(tmp_path: Path) -> None:
    async with small(tmp_path, query_values_max=2) as (_, http):
        assert (await http.get(EVENTS, params={"tag": ["a:1", "a:2"]})).status_code == 200
        answer = await http.get(EVENTS, params={"tag": ["a:1", "a:2", "a:3"]})
        assert (answer.status_code, answer.json()["field"]) == (400, "tag")
        assert "in parts" in answer.json()["message"]["en"]


async def test_an_incident_with_more_records_than_the_bound_is_read_in_pages(tmp_path: Path) -> None:
    async with small(tmp_path, incident_events_max=2) as (_, http):
        incident = (await http.post(COMMANDS, json=report())).json()["created"]["incident"]
        story = f"/api/operations/live/incidents/{incident}"
        for text in ("一", "二"):
            assert (await http.get(story)).status_code == 200
            await http.post(COMMANDS, json=command("AddEntry", incident=incident, text=text))
        answer = await http.get(story)
        assert answer.status_code == 413
        assert f"tag=incident:{incident}" in answer.json()["message"]["en"]


async def test_a_picture_of_the_past_that_takes_too_long_is_given_up_and_may_be_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*_: Any) -> Any:
        await asyncio.sleep(60)

    async with small(tmp_path, answer_timeout_s=0.2, view_folds_max=1) as (_, http):
        with monkeypatch.context() as patch:
            patch.setattr("web.http.views.board_as_of", slow)
            both = await asyncio.gather(*[http.get(BOARD, params={"at": 1}) for _ in range(2)])
        for answer in both:
            assert (answer.status_code, answer.json()["code"]) == (503, "busy")
            assert "retry-after" in answer.headers
        assert (await http.get(BOARD, params={"at": 1})).status_code == 200, "the turn was given back"


async def test_a_log_that_does_not_answer_in_time_makes_the_node_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(_: str) -> Any:
        await asyncio.sleep(60)

    async with small(tmp_path, ready_timeout_s=0.1) as (node, http):
        monkeypatch.setattr(node.log, "head", slow)
        answer = await http.get("/api/health/ready")
        assert answer.status_code == 503
        assert "did not answer in time" in answer.json()["problems"][0]["en"]


async def test_a_log_that_takes_no_more_makes_the_node_not_ready_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any) -> None:
        raise LogFailed("磁盘已满。", "The disk is full: free some space.")

    async with small(tmp_path) as (_, http):
        request = report()
        with monkeypatch.context() as patch:
            patch.setattr("core.log.sqlite._Held.append", full)
            answer = await http.post(COMMANDS, json=request)
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
            ready = await http.get("/api/health/ready")
            assert (ready.status_code, ready.json()["problems"][0]["zh"]) == (503, "磁盘已满。")
            monkeypatch.setattr("web.http.health.FAILURE_KEPT_S", 0.0)
            assert (await http.get("/api/health/ready")).status_code == 200, "it may be tried again"
            monkeypatch.setattr("web.http.health.FAILURE_KEPT_S", 60.0)
        assert (await http.post(COMMANDS, json=request)).status_code == 201, "the same id, once there is room"
        assert (await http.get("/api/health/ready")).status_code == 200


class Lagging:
    """Views that stand still, or that are being made anew."""

    position, failure = 0, None

    def __init__(self, *, is_stale: bool) -> None:
        self.is_stale = is_stale

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.mark.parametrize(
    ("lag_max", "is_stale", "status", "said"),
    [
        (1000, False, 200, ""),
        (5, False, 503, "records behind"),
        (1000, True, 503, "records behind"),
    ],
)
async def test_views_that_lag_too_far_make_the_node_not_ready(
    tmp_path: Path, lag_max: int, is_stale: bool, status: int, said: str
) -> None:
    async with small(tmp_path, keeper_lag_positions_max=lag_max) as (node, http):
        node._keepers[LIVE] = Lagging(is_stale=is_stale)  # type: ignore[assignment]  # pyright: ignore[reportPrivateUsage]  what health looks at
        answer = await http.get("/api/health/ready")
        assert answer.status_code == status
        assert said in " ".join(one["en"] for one in answer.json()["problems"])


async def test_views_that_stand_at_the_head_and_follow_nothing_say_that(tmp_path: Path) -> None:
    async with small(tmp_path) as (node, http):
        stale = Lagging(is_stale=True)
        stale.position = (await node.log.head(LIVE)).position
        node._keepers[LIVE] = stale  # type: ignore[assignment]  # pyright: ignore[reportPrivateUsage]  what health looks at
        problems = (await http.get("/api/health/ready")).json()["problems"]
        assert "catching up" in problems[0]["en"]
        assert "0 records" not in problems[0]["en"]


async def test_a_session_lists_no_more_operations_than_the_bound(tmp_path: Path) -> None:
    async with small(tmp_path, operations_listed_max=2) as (_, http):
        for name in ("a", "b", "c"):
            opened = await http.post(
                f"/api/operations/drill-{name}/commands", json=command("OpenOperation", title=name)
            )
            assert opened.status_code == 201
        listed = [one["id"] for one in (await http.get("/api/session")).json()["operations"]]
        assert len(listed) == 2
        assert listed[0] == LIVE


async def test_who_reads_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    async with small(tmp_path, rate_reads_per_s=0.5, rate_reads_burst=3) as (_, http):
        found = [await http.get(EVENTS) for _ in range(4)]
        assert [one.status_code for one in found] == [200, 200, 200, 429]
        assert int(found[-1].headers["retry-after"]) >= 1
        assert (await http.post(COMMANDS, json=report())).status_code == 201, "commands have their own"


async def test_who_is_refused_too_often_is_slowed_before_the_log_is_asked(tmp_path: Path) -> None:
    async with small(tmp_path, rate_refusals_per_s=0.5, rate_refusals_burst=2) as (node, http):
        found = [
            await http.post(COMMANDS, json=command("CloseIncident", incident="none", reason="x"))
            for _ in range(3)
        ]
        assert [one.status_code for one in found] == [409, 409, 429]
        head = (await node.log.head(LIVE)).position
        assert (await http.post(COMMANDS, json=report())).status_code == 429
        assert (await node.log.head(LIVE)).position == head, "what is turned away leaves nothing in the log"


async def test_who_sends_too_fast_is_slowed_and_the_same_id_is_taken_later(tmp_path: Path) -> None:
    async with small(tmp_path, rate_commands_per_s=5, rate_commands_burst=1) as (_, http):
        assert (await http.post(COMMANDS, json=report())).status_code == 201
        request = report()
        assert (await http.post(COMMANDS, json=request)).status_code == 429
        await asyncio.sleep(0.3)
        answer = await http.post(COMMANDS, json=request)
        assert (answer.status_code, "repeated" in answer.json()) == (201, False)


async def test_callers_beyond_the_bound_are_forgotten_the_longest_silent_first() -> None:
    limits = Limits(Settings(rate_keys_max=2, rate_reads_per_s=0.001, rate_reads_burst=1))
    for key in ("a", "b"):
        assert await limits.take("reads", key) == 0
        assert await limits.take("reads", key) > 0
    assert await limits.take("reads", "c") == 0
    assert limits.wait_s("reads", "b") > 0, "still known"
    assert limits.wait_s("reads", "a") == 0, "forgotten, and so generous"


async def test_known_credentials_are_remembered_up_to_a_bound(tmp_path: Path) -> None:
    async with small(tmp_path, credential_cache_entries_max=2) as (node, http):
        for _ in range(5):
            answer = await http.get("/api/session", headers=await bearer(node))
            assert answer.status_code == 200
        assert len(node.access._found) == 2  # pyright: ignore[reportPrivateUsage]  the memory that is bounded


async def test_a_batch_whose_body_falls_silent_is_answered_and_ended(tmp_path: Path) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"id":"6b0f0d0a-5d1e-4d35-9a55-4b8d3b0b7c11","command":{"type":"ReportIncident","kind":"flood",'
        yield b'"place":{"text":"x"}}}\n{"id":'
        await asyncio.sleep(60)

    async with small(tmp_path, batch_idle_timeout_s=0.2) as (node, http):
        caller = await node.access.of_bearer(http.headers["authorization"], lambda: None)
        assert caller is not None
        async with asyncio.timeout(10):
            answered = b"".join([chunk async for chunk in Batch(node, LIVE, caller).answers(body())])
        assert answered.count(b"\n") == 1
        assert answered.startswith(b'{"outcome":"accepted"')


async def test_a_batch_reads_no_further_than_it_may_have_under_way(tmp_path: Path) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(50):
            read += 1
            yield b"x\n"

    async with small(tmp_path, batch_in_flight_commands_max=3) as (node, http):
        caller = await node.access.of_bearer(http.headers["authorization"], lambda: None)
        assert caller is not None
        answers = Batch(node, LIVE, caller).answers(body())
        first = await anext(answers)
        await asyncio.sleep(0.1)
        assert first.count(b"\n") >= 1
        assert read < 12, "who does not read its answers is not read either"
        rest = [chunk async for chunk in answers]
        assert sum(chunk.count(b"\n") for chunk in [first, *rest]) == 50


@pytest.mark.parametrize("door", [COMMANDS, COMMANDS + ":batch", "/api/session"])
@pytest.mark.parametrize("before", ["", '{"id":', '{"command":{"place":', '{"user":'])
async def test_json_that_is_nested_too_deeply_is_malformed_at_every_door(
    tmp_path: Path, door: str, before: str
) -> None:
    async with small(tmp_path) as (_, http):
        answer = await http.post(
            door, content=before + "[" * 30_000, headers={"content-type": "application/json"}
        )
        assert answer.status_code == (200 if door.endswith("batch") else 400)
        assert answer.json()["code"] == "malformed"
