"""The door of commands: each status, and the promise that an id is carried out once."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest

from core.log import LogFailed
from core.operation import LIVE
from handlers.desk import DeskBusy
from tests.edge.conftest import COMMANDS, bearer, client_of, command, report
from web.app import create_litestar
from web.node import Node


async def test_an_accepted_command_answers_201_with_its_positions(
    http: httpx.AsyncClient, node: Node
) -> None:
    answer = await http.post(COMMANDS, json=report())
    assert answer.status_code == 201
    body = answer.json()
    head = (await node.log.head(LIVE)).position
    assert body["outcome"] == "accepted"
    assert body["positions"] == [head, head]
    assert body["created"]["incident"].endswith("-0001")


async def test_the_same_id_again_gets_the_same_answer_marked_as_repeated(http: httpx.AsyncClient) -> None:
    request = report()
    first, second = (
        (await http.post(COMMANDS, json=request)).json(),
        (await http.post(COMMANDS, json=request)).json(),
    )
    assert second.pop("repeated") is True
    assert second == first
    refused = command("CloseIncident", incident="none", reason="x")
    assert (await http.post(COMMANDS, json=refused)).status_code == 409
    again = await http.post(COMMANDS, json=refused)
    assert (again.status_code, again.json()["repeated"]) == (409, True)


async def test_an_id_used_for_another_command_is_refused(http: httpx.AsyncClient) -> None:
    first, second = report("一"), report("二")
    await http.post(COMMANDS, json=first)
    answer = await http.post(COMMANDS, json={**second, "id": first["id"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "command_id_reused")


async def test_a_rule_that_says_no_is_409_in_both_tongues_with_details(http: httpx.AsyncClient) -> None:
    answer = await http.post(COMMANDS, json=command("CloseIncident", incident="none", reason="x"))
    assert answer.status_code == 409
    body = answer.json()
    assert (body["outcome"], body["code"], body["details"]) == (
        "refused",
        "unknown_incident",
        {"incident": "none"},
    )
    assert body["message"]["zh"]
    assert body["message"]["en"]
    assert body["position"]


async def test_a_post_without_authority_is_403(node: Node) -> None:
    async with client_of(node, await bearer(node, "reporter")) as reporter:
        answer = await reporter.post(COMMANDS, json=command("CloseIncident", incident="none", reason="x"))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_authorised")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "no-uuid"}, "$.id"),
        ({"id": None}, "$.id"),
        ({"unknown": 1}, "$.unknown"),
        ({"seen": -1}, "$.seen"),
        ({"source": "rumour"}, "$.source"),
        ({"occurred_at": "2026-05-12T09:02:00"}, "$.occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "$.occurred_at"),
        ({"command": {"type": "ReportIncident", "place": {"text": "x"}}}, "$.command.kind"),
        (
            {"command": {"type": "ReportIncident", "kind": "flood", "place": {"text": ""}}},
            "$.command.place.text",
        ),
        (
            {"command": {"type": "ReportIncident", "kind": "flood", "place": {"text": "x"}, "no": 1}},
            "$.command.no",
        ),
        ({"command": {"type": "Nonsense"}}, "$.command.type"),
        ({"command": {}}, "$.command.type"),
        ({"command": {"type": "JumpClock", "to": "9999-12-31T23:59:59Z"}}, "$.command.to"),
    ],
)
async def test_a_malformed_command_is_400_and_names_the_field(
    http: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    answer = await http.post(COMMANDS, json={**report(), **change})
    body = answer.json()
    assert (answer.status_code, body["outcome"], body["code"]) == (400, "error", "malformed")
    assert body["field"] == field
    assert field in body["message"]["zh"]
    assert field in body["message"]["en"]


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"\xff", b'{"id": "\\ud800"}'])
async def test_what_is_no_json_object_is_400(http: httpx.AsyncClient, body: bytes) -> None:
    answer = await http.post(COMMANDS, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    "authorization", [None, "Bearer ld_wrong", "Bearer", "Basic abc", "Bearer ld_" + "x" * 500, "Bearer ld_é"]
)
async def test_a_stranger_is_401_before_anything_is_read(
    stranger: httpx.AsyncClient, authorization: str | None
) -> None:
    headers: dict[bytes, bytes] = (
        {} if authorization is None else {b"authorization": authorization.encode("latin-1")}
    )
    answer = await stranger.post(COMMANDS, content=b"not json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("operation", ["drill-none", "other", "x" * 65, "live%20", "a%00b"])
async def test_an_operation_that_nobody_opened_is_404(http: httpx.AsyncClient, operation: str) -> None:
    answer = await http.post(f"/api/operations/{operation}/commands", json=report())
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_operation")


async def test_a_drill_is_opened_by_its_first_command(http: httpx.AsyncClient, node: Node) -> None:
    url = "/api/operations/drill-flood/commands"
    assert (await http.post(url, json=command("OpenOperation", title="防汛演练"))).status_code == 201
    assert (await http.post(url, json=report())).status_code == 201
    assert [info.title for info in await node.operations()] == ["实战", "防汛演练"]


async def test_a_refused_opening_leaves_nothing_behind(node: Node) -> None:
    async with client_of(node, await bearer(node, "reporter")) as reporter:
        answer = await reporter.post(
            "/api/operations/drill-x/commands", json=command("OpenOperation", title="x")
        )
    assert answer.status_code == 403
    assert not await node.exists("drill-x")
    assert "drill-x" not in node.desks


@pytest.mark.parametrize("length", ["declared", "streamed"])
async def test_a_body_over_the_bound_is_413(node: Node, length: str) -> None:
    large = report("x" * node.settings.body_bytes_max)

    async def parts() -> Any:
        yield b'{"id":"'
        for _ in range(2 + node.settings.body_bytes_max // 10_000):
            yield b"x" * 10_000

    async with client_of(node, await bearer(node)) as http:
        given: dict[str, Any] = {"json": large} if length == "declared" else {"content": parts()}
        answer = await http.post(COMMANDS, **given)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_caller_over_its_rate_is_429_with_retry_after(node: Node) -> None:
    node.limits.rates["commands"] = node.limits.rates["commands"]._replace(per_s=0.01, burst=2)
    async with client_of(node, await bearer(node)) as http:
        answers = [await http.post(COMMANDS, json=report()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[2].headers["retry-after"]) >= 50


async def test_refusals_are_limited_harder_than_what_is_accepted(node: Node) -> None:
    node.limits.rates["refusals"] = node.limits.rates["refusals"]._replace(per_s=0.01, burst=3)
    async with client_of(node, await bearer(node)) as http, client_of(node, await bearer(node)) as other:
        for _ in range(20):
            assert (await http.post(COMMANDS, json=report())).status_code == 201
        nonsense = [
            await http.post(COMMANDS, json=command("CloseIncident", incident="no", reason="x"))
            for _ in range(4)
        ]
        assert [answer.status_code for answer in nonsense] == [409, 409, 409, 429]
        assert (await http.post(COMMANDS, json=report())).status_code == 429
        assert (await other.post(COMMANDS, json=report())).status_code == 201, (
            "another caller is not affected"
        )


@pytest.mark.parametrize("error", [DeskBusy("忙", "busy"), LogFailed("盘满", "disk full")])
async def test_a_log_that_cannot_be_written_is_503_with_retry_after(
    http: httpx.AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(await node.desk(LIVE), "send", fail)
    answer = await http.post(COMMANDS, json=report())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["message"]["en"] in ("busy", "disk full")


async def test_a_fault_of_ours_is_500_and_names_the_request(
    http: httpx.AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(await node.desk(LIVE), "send", fail)
    answer = await http.post(COMMANDS, json=report())
    assert answer.status_code == 500
    assert answer.json()["request"] == answer.headers["x-request-id"]
    assert "secret detail" not in answer.text


async def test_two_requests_with_one_id_at_the_same_instant_are_carried_out_once(
    http: httpx.AsyncClient, node: Node
) -> None:
    request = report()
    before = (await node.log.head(LIVE)).position
    answers = await asyncio.gather(*[http.post(COMMANDS, json=request) for _ in range(20)])
    assert {tuple(answer.json()["positions"]) for answer in answers} == {(before + 1, before + 1)}
    assert sum("repeated" not in answer.json() for answer in answers) == 1


async def test_the_framework_answers_the_same_door_with_the_same_bodies(
    http: httpx.AsyncClient, node: Node
) -> None:
    accepted, refused = report(), command("CloseIncident", incident="none", reason="x")
    transport = httpx.ASGITransport(cast(Any, create_litestar(node)))
    async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=http.headers) as plain:
        for request in (accepted, refused):
            first = await plain.post(COMMANDS, json=request)
            second = await http.post(COMMANDS, json=request)
            assert first.status_code == second.status_code
            assert {**first.json(), "repeated": True} == second.json()
        wrong = await plain.post(COMMANDS, json={"id": str(uuid4())})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "malformed")


async def test_security_headers_are_on_every_answer(http: httpx.AsyncClient) -> None:
    for answer in (
        await http.post(COMMANDS, json=report()),
        await http.get("/api/tables"),
        await http.get("/nothing"),
        await http.put(COMMANDS),
    ):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]
