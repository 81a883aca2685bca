"""Reading: records as stored, views now and as of a position or a time, one incident's story, tables, pages, health."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from core import catalogue
from core.log import LogUnavailable, Query
from core.operation import LIVE
from handlers.desk import DeskBusy
from tests.edge.conftest import COMMANDS, bearer, client_of, command, report
from web.node import Node

EVENTS = "/api/operations/live/events"
VIEW = "/api/operations/live/views/"


async def send(http: httpx.AsyncClient, request: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post(COMMANDS, json=request)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_records_are_given_byte_for_byte(http: httpx.AsyncClient, node: Node) -> None:
    await send(http, report("“引号”与\\反斜杠"))
    stored = await node.log.read(LIVE, 0, Query(), 100)
    page = await http.get(EVENTS, params={"limit": 100})
    assert page.content == b'{"operation":"live","head":%d,"events":[%s]}' % (
        len(stored),
        b",".join(e.data for e in stored),
    )
    lines = await http.get(EVENTS, params={"limit": 100}, headers={"accept": "application/x-ndjson"})
    assert lines.content == b"".join(event.data + b"\n" for event in stored)
    assert lines.headers["liandong-head"] == str(len(stored))
    assert catalogue.decode(lines.content.splitlines()[-1]).position == len(stored)


async def test_records_are_read_in_pages_by_tag_and_by_type(http: httpx.AsyncClient) -> None:
    incidents = [(await send(http, report()))["created"]["incident"] for _ in range(3)]
    tagged = (await http.get(EVENTS, params=[("tag", f"incident:{id}") for id in incidents[:2]])).json()[
        "events"
    ]
    assert [event["event"]["incident"] for event in tagged] == incidents[:2]
    typed = (
        await http.get(EVENTS, params={"type": ["OperationOpened", "IncidentReported"], "limit": 3})
    ).json()
    assert [event["event"]["type"] for event in typed["events"]] == [
        "OperationOpened",
        *["IncidentReported"] * 2,
    ]
    rest = (await http.get(EVENTS, params={"after": typed["events"][-1]["position"]})).json()
    assert len(rest["events"]) == 1
    assert (await http.get(EVENTS, params={"after": 10_000})).json()["events"] == []


@pytest.mark.parametrize(
    "query",
    ["after=-1", "after=x", "limit=0", "limit=x", "tag=x", "tag=", "type=%00", "after=9007199254740993"],
)
async def test_a_malformed_parameter_is_400_and_named(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.get(f"{EVENTS}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.json()["field"].startswith(query.split("=", maxsplit=1)[0])


async def test_too_many_tags_are_400(http: httpx.AsyncClient) -> None:
    answer = await http.get(EVENTS, params=[("tag", f"team:{n}") for n in range(21)])
    assert (answer.status_code, answer.json()["field"]) == (400, "tag")


@pytest.mark.parametrize("path", ["events", "views/board", "incidents/x", "live"])
async def test_reading_needs_a_login_and_an_operation(
    http: httpx.AsyncClient, stranger: httpx.AsyncClient, path: str
) -> None:
    if path != "live":
        assert (await stranger.get(f"/api/operations/live/{path}")).status_code == 401
        assert (await http.get(f"/api/operations/drill-none/{path}")).status_code == 404


async def test_a_view_waits_for_what_one_has_just_written(http: httpx.AsyncClient) -> None:
    position = (await send(http, report("读己之写")))["positions"][1]
    body = (await http.get(VIEW + "board", params={"after": position})).json()
    assert (body["operation"], body["view"], body["kind"]) == ("live", "board", "live")
    assert body["position"] >= position
    assert body["recorded_at"]
    assert "读己之写" in json.dumps(body["data"], ensure_ascii=False)


async def test_a_view_that_is_behind_says_so(
    http: httpx.AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msgspec import structs

    node.settings = structs.replace(node.settings, view_wait_timeout_s=0.05)
    answer = await http.get(VIEW + "board", params={"after": 9_999})
    assert (answer.status_code, answer.json()["code"]) == (503, "behind")
    assert answer.headers["retry-after"]


async def test_an_unknown_view_is_404_and_the_views_are_named(http: httpx.AsyncClient) -> None:
    answer = await http.get(VIEW + "nonsense")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_view")
    assert "board" in answer.json()["message"]["en"]


@pytest.mark.parametrize("view", ["board", "timeline", "register", "operation"])
async def test_every_view_as_of_now_is_the_one_that_is_kept(http: httpx.AsyncClient, view: str) -> None:
    position = (await send(http, report()))["positions"][1]
    kept = (await http.get(VIEW + view, params={"after": position})).json()
    assert (await http.get(VIEW + view, params={"at": position})).json() == kept


async def test_a_view_as_of_a_time_ends_with_the_last_record_of_that_instant(
    http: httpx.AsyncClient, node: Node
) -> None:
    for _ in range(3):
        await send(http, report())
        await asyncio.sleep(0.002)
    stored = await node.log.read(LIVE, 18, Query(), 3)
    second = stored[1]
    for at, expected in (
        (second.recorded_at, second.position),
        (second.recorded_at - timedelta(microseconds=1), second.position - 1),
        (second.recorded_at + timedelta(microseconds=1), second.position),
        (stored[0].recorded_at - timedelta(days=365), 0),
        (stored[2].recorded_at + timedelta(days=365), stored[2].position),
    ):
        body = (await http.get(VIEW + "operation", params={"at": at.isoformat()})).json()
        assert body["position"] == expected
    assert (await http.get(f"{VIEW}operation?at={second.recorded_at.isoformat()}")).json()[
        "position"
    ] == second.position
    now = (await http.get(VIEW + "operation", params={"at": stored[2].position})).json()
    assert now["data"]["open_incidents"] == 3


async def test_a_view_as_of_a_position_begins_at_the_nearest_snapshot(
    http: httpx.AsyncClient, node: Node
) -> None:
    for _ in range(5):
        await send(http, report())
    desk = await node.desk(LIVE)
    before = (await http.get(VIEW + "operation", params={"at": 22})).json()
    await node.log.snapshot_save(LIVE, desk.world.position, "world", 0, b"of another version")
    from core.world import VERSION

    await node.log.snapshot_save(LIVE, desk.world.position, "world", VERSION, desk.world.snapshot())
    assert (await http.get(VIEW + "operation", params={"at": 22})).json() == before
    assert (await http.get(VIEW + "operation", params={"at": 23})).json()["data"]["open_incidents"] == 5


@pytest.mark.parametrize("at", ["x", "999999", "2026-05-12T09:02:00", "0001-01-01T00:00:00Z", "-1", "１"])
async def test_a_malformed_instant_is_400(http: httpx.AsyncClient, at: str) -> None:
    answer = await http.get(VIEW + "board", params={"at": at})
    assert (answer.status_code, answer.json()["field"]) == (400, "at")


async def test_an_incident_is_told_open_and_closed(http: httpx.AsyncClient) -> None:
    await send(
        http,
        command("RegisterTeam", team="jw-1", organisation="gov", name={"zh": "一队"}, kind="fire_ordinary"),
    )
    incident = (await send(http, report()))["created"]["incident"]
    dispatch = (await send(http, command("DispatchTeam", incident=incident, team="jw-1")))["created"][
        "dispatch"
    ]
    await send(http, command("ArriveTeam", dispatch=dispatch))
    await send(http, report("另一处"))
    story = (await http.get(f"/api/operations/live/incidents/{incident}")).json()
    assert (story["incident"]["id"], story["dispatches"][0]["id"]) == (incident, dispatch)
    assert len(story["timeline"]) == 3
    await send(http, command("ReleaseTeam", dispatch=dispatch))
    await send(http, command("ReturnTeam", dispatch=dispatch))
    await send(http, command("CloseIncident", incident=incident, reason="处置完毕"))
    closed = (await http.get(f"/api/operations/live/incidents/{incident}")).json()
    assert closed["closed_at"]
    assert len(closed["timeline"]) == 6


@pytest.mark.parametrize("incident", ["none", "x%00y", "%E4%BA%8B", "x" * 65])
async def test_an_unknown_incident_is_404(http: httpx.AsyncClient, incident: str) -> None:
    answer = await http.get(f"/api/operations/live/incidents/{incident}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_incident")


async def test_the_tables_hold_every_kind_in_both_tongues(http: httpx.AsyncClient) -> None:
    body = (await http.get("/api/tables")).json()
    assert {"code": "gas_leak", "zh": "燃气泄漏", "en": "gas leak", "field": "city_operation"} in body[
        "incident_kinds"
    ]
    assert all(row["zh"] and row["en"] for table in body.values() for row in table)


async def test_the_pages_name_their_build_and_its_files_are_kept(stranger: httpx.AsyncClient) -> None:
    index = await stranger.get("/")
    assert (index.status_code, index.headers["location"]) == (302, "/board/live")
    page = await stranger.get("/board/live")
    assert "{{" not in page.text
    assert page.headers["cache-control"] == "no-store"
    base = page.text.split('data-base="')[1].split('"')[0]
    style = await stranger.get(f"{base}/styles/tokens.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in style.headers["cache-control"]
    old = await stranger.get("/static/00000000/styles/tokens.css")
    assert old.headers["cache-control"] == "no-store"
    assert (await stranger.get("/login")).status_code == 200
    assert (await stranger.get("/board/drill-none")).status_code == 404
    assert (await stranger.get("/map/road.geojson")).json()["type"] == "FeatureCollection"


@pytest.mark.parametrize(
    "path",
    ["/map/../../settings.py", "/map/%2e%2e/%2e%2e/settings.py", "/static/x/..%2f..%2fsettings.py", "/map//etc/hostname", "/map/none.js",
     "/static/x/board.html%00.js"],
)  # fmt: skip
async def test_no_file_outside_is_served(stranger: httpx.AsyncClient, path: str) -> None:
    assert (await stranger.get(path)).status_code in (400, 404)


async def test_health_and_metrics_need_no_login(stranger: httpx.AsyncClient, http: httpx.AsyncClient) -> None:
    await send(http, report())
    assert (await stranger.get("/api/health/live")).json()["status"] == "ok"
    ready = await stranger.get("/api/health/ready")
    assert (ready.status_code, ready.json()["positions"]) == (200, {"live": 19})
    text = (await stranger.get("/metrics")).text
    assert 'liandong_commands_total{outcome="accepted",type="ReportIncident"} 1.0' in text
    assert 'liandong_head_position{operation="live"} 19.0' in text
    assert "liandong_desk_batch_commands_count" in text


async def test_a_node_whose_log_is_away_is_not_ready_and_says_why(
    stranger: httpx.AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: str) -> None:
        raise LogUnavailable("磁盘已满。", "The disk is full.")

    monkeypatch.setattr(node.log, "head", away)
    answer = await stranger.get("/api/health/ready")
    assert answer.status_code == 503
    assert {"zh": "磁盘已满。", "en": "The disk is full."} in answer.json()["problems"]
    assert (await stranger.get("/api/health/live")).status_code == 200


async def test_a_node_that_is_closing_takes_no_commands(tmp_path: Path) -> None:
    from web.settings import Settings

    node = await Node.open(Settings(data=tmp_path))
    async with client_of(node, await bearer(node)) as http:
        assert (await http.post(COMMANDS, json=report())).status_code == 201
        desk = await node.desk(LIVE)
        await desk.close()
        answer = await http.post(COMMANDS, json=report())
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        node.closing = True
        with pytest.raises(DeskBusy):
            await node.desk("drill-x", opening=True)
    await node.close()
