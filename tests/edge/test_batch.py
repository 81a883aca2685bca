"""The door for many commands: streamed both ways, in order, every line answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
from msgspec import structs

from core.operation import LIVE
from tests.edge.conftest import COMMANDS, bearer, client_of, command, report
from web.http.batch import Batch, Lines
from web.node import Node

BATCH = f"{COMMANDS}:batch"


def lines_of(*requests: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(request, ensure_ascii=False).encode() + b"\n" for request in requests)


async def test_every_line_is_answered_in_order_also_a_malformed_one(http: httpx.AsyncClient) -> None:
    first, last = report("滨江路 120 号"), report("末尾")
    refused = command("CloseIncident", incident="none", reason="无")
    body = lines_of(first) + b'{"id":1}\n\n  \nnot json\n' + lines_of(refused, first) + lines_of(last)[:-1]
    answer = await http.post(BATCH, content=body)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    found = [json.loads(line) for line in answer.text.splitlines()]
    assert [one["outcome"] for one in found] == [
        "accepted",
        "error",
        "error",
        "refused",
        "accepted",
        "accepted",
    ]
    assert found[1]["field"] == "$.id"
    assert found[4]["repeated"] is True
    assert found[5]["positions"] == [found[3]["position"] + 1] * 2


async def test_ten_thousand_lines_go_through_in_order(http: httpx.AsyncClient, node: Node) -> None:
    requests = [report(f"第{number}处") for number in range(10_000)]

    async def body() -> AsyncIterator[bytes]:
        data = lines_of(*requests)
        for start in range(0, len(data), 65_521):  # cuts lines, and characters of three bytes, anywhere
            yield data[start : start + 65_521]

    before = (await node.log.head(LIVE)).position
    answer = await http.post(BATCH, content=body(), timeout=60)
    positions = [json.loads(line)["positions"][0] for line in answer.text.splitlines()]
    assert positions == list(range(before + 1, before + 10_001))
    stored = (await http.get("/api/operations/live/events", params={"after": before, "limit": 3})).json()[
        "events"
    ]
    assert [event["event"]["place"]["text"] for event in stored] == ["第0处", "第1处", "第2处"]


async def test_a_batch_may_open_the_drill_that_it_fills(http: httpx.AsyncClient) -> None:
    url = "/api/operations/drill-batch/commands:batch"
    assert (await http.post("/api/operations/other/commands:batch", content=b"")).status_code == 404
    answer = await http.post(
        url, content=lines_of(command("OpenOperation", title="演练"), report(), report())
    )
    assert [json.loads(line)["outcome"] for line in answer.text.splitlines()] == ["accepted"] * 3


async def test_a_line_that_is_too_long_is_answered_and_skipped(node: Node) -> None:
    node.settings = structs.replace(node.settings, line_bytes_max=500)
    async with client_of(node, await bearer(node)) as http:
        answer = await http.post(BATCH, content=lines_of(report(), report("长" * 600), report()))
    codes = [json.loads(line).get("code") for line in answer.text.splitlines()]
    assert codes == [None, "too_large", None]


def test_lines_are_cut_anywhere_and_bounded() -> None:
    lines = Lines(5)
    assert lines.feed(b"ab") == []
    assert lines.feed(b"c\nde\n") == [b"abc", b"de"]
    assert lines.feed(b"1234567") == []
    assert lines.feed(b"89\nxy") == [None]
    assert lines.end() == [b"xy"]
    assert lines.end() == []


async def test_answers_come_while_the_body_is_still_open(node: Node) -> None:
    """The client waits for each answer before it sends the next line."""
    await bearer(node)
    caller = await node.access.of_bearer((await bearer(node))["authorization"], lambda: None)
    assert caller is not None
    given: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def body() -> AsyncIterator[bytes]:
        while (chunk := await given.get()) is not None:
            yield chunk

    answers = Batch(node, LIVE, caller).answers(body())
    for _ in range(3):
        given.put_nowait(lines_of(report()))
        async with asyncio.timeout(5):
            assert json.loads(await anext(answers))["outcome"] == "accepted"
    given.put_nowait(None)
    assert [one async for one in answers] == []


async def test_a_body_that_breaks_off_leaves_what_was_complete_answered_and_done(node: Node) -> None:
    caller = await node.access.of_bearer((await bearer(node))["authorization"], lambda: None)
    assert caller is not None

    async def body() -> AsyncIterator[bytes]:
        yield lines_of(report(), report()) + b'{"id":"half'
        raise ConnectionResetError

    answers = b"".join([one async for one in Batch(node, LIVE, caller).answers(body())])
    assert [json.loads(line)["outcome"] for line in answers.splitlines()] == ["accepted"] * 2


async def test_a_client_that_leaves_stops_the_reading_and_loses_nothing_it_had_sent(node: Node) -> None:
    caller = await node.access.of_bearer((await bearer(node))["authorization"], lambda: None)
    assert caller is not None
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield lines_of(report())
            await asyncio.sleep(0)

    answers = Batch(node, LIVE, caller).answers(body())
    await anext(answers)
    async with asyncio.timeout(5):
        await cast(Any, answers).aclose()
    stopped_at = read
    await asyncio.sleep(0.1)
    assert read == stopped_at


async def test_a_batch_that_is_too_fast_is_slowed_down_and_not_refused(node: Node) -> None:
    node.limits.rates["commands"] = node.limits.rates["commands"]._replace(per_s=50.0, burst=5)
    async with client_of(node, await bearer(node)) as http:
        answer = await http.post(BATCH, content=lines_of(*[report() for _ in range(15)]))
    assert [json.loads(line)["outcome"] for line in answer.text.splitlines()] == ["accepted"] * 15
