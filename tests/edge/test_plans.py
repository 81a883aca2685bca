"""The register of plans over HTTP: the list, one plan, the map of links, findings and deadlines; now and as it stood."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from core.adoption import AdoptPlan
from core.catalogue import AnyCommand
from core.finding import AcknowledgeFinding, ClearFinding, RaiseFinding
from core.messages import Actor, Envelope, Name
from core.operation import LIVE
from core.organisation import Level, OpenPost, RegisterOrganisation
from tests.plans.waived import WAIVED
from tests.views.response_story import PLANS, WATCH
from web.node import Node

BASE = "/api/operations/live"
DUTY = Actor("t", "gov", "duty")


async def send(node: Node, command: AnyCommand, actor: Actor = DUTY) -> int:
    """Carried out; the position of its last event."""
    answer = await (await node.desk(LIVE)).send(
        Envelope(id=uuid4(), operation=LIVE, actor=actor, command=command)
    )
    body = json.loads(answer.body)
    assert body["outcome"] == "accepted", body
    return int(body["positions"][-1])


@pytest.fixture
async def adopted(node: Node) -> dict[str, int]:
    """Three plans that lead to each other; where each was adopted."""
    levels: dict[str, Level] = {"fire": "department", "ent-a": "enterprise"}
    for id_, level in levels.items():
        await send(node, RegisterOrganisation(organisation=id_, name=Name(id_), level=level, parent="gov"))
        await send(node, OpenPost(organisation=id_, post="duty"))
    where: dict[str, int] = {}
    for text in PLANS:
        position = await send(node, AdoptPlan(source=text, waivers=WAIVED))
        where[text.split("id: ")[1].split()[0]] = position
    return where


async def get(http: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await http.get(f"{BASE}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_register_lists_plans_with_their_links_and_findings(
    http: httpx.AsyncClient, adopted: dict[str, int]
) -> None:
    body = await get(http, "/plans")
    plans = {one["id"]: one for one in body["plans"]}
    assert set(plans) == set(adopted)
    assert (plans["ent-flood"]["links_out"], plans["dep-flood"]["links_in"]) == (7, 1)
    assert plans["ent-flood"]["findings"]["critical"] > 0
    assert (await get(http, "/plans", kind="elevator"))["plans"] == []
    assert len((await get(http, "/plans", kind="flood"))["plans"]) == 3


async def test_the_register_as_of_a_position_knows_no_later_plan(
    http: httpx.AsyncClient, adopted: dict[str, int]
) -> None:
    before = await get(http, "/plans", at=adopted["dep-flood"] - 1)
    assert [one["id"] for one in before["plans"]] == ["gov-flood"]
    then = await get(http, "/linkage", at=adopted["gov-flood"])
    assert [edge["id"] for edge in then["links"] if edge["broken"]] == ["gov-flood/ga"], (
        "its target is not adopted yet"
    )
    now = await get(http, "/linkage")
    assert not [edge for edge in now["links"] if edge["id"] == "gov-flood/ga" and edge["to"] != "dep-flood"]


async def test_a_link_to_a_plan_or_level_that_is_not_there_is_broken(
    http: httpx.AsyncClient, node: Node, adopted: dict[str, int]
) -> None:
    odd = (
        PLANS[1]
        .replace("dep-flood", "odd-flood")
        .replace(
            "links_in:",
            "    links_out:\n      - {id: ox, kind: activate, to: {plan: gov-flood, level: I}, trigger: activated,"
            " channel: app, ack_within: PT2M, escalate_to: gov/duty}\nlinks_in:",
        )
    )
    await send(node, AdoptPlan(source=odd, waivers=WAIVED))
    edges = {edge["id"]: edge for edge in (await get(http, "/linkage"))["links"]}
    assert edges["odd-flood/ox"]["broken"]
    assert edges["ent-flood/r1"]["to"] == "fire/duty", "a post that no plan takes it for"


async def test_one_plan_is_told_whole(http: httpx.AsyncClient, node: Node, adopted: dict[str, int]) -> None:
    second = PLANS[0].replace("version: 1", "version: 2")
    await send(node, AdoptPlan(source=second, waivers=WAIVED))
    body = await get(http, "/plans/gov-flood")
    assert body["document"]["levels"]["IV"]["tasks"][0]["title"]["zh"] == "划定警戒区"
    assert [one["version"] for one in body["versions"]] == [2, 1]
    assert body["versions"][0]["waivers"]
    assert {edge["plan"] for edge in body["links_in"]} == {"ent-flood"}
    assert {one["kind"] for one in body["due"]} == {"plan.review", "plan.drill"}
    assert body["conditions"]["IV"]["zh"].startswith("死亡")
    assert body["posts"]["gov/duty_lead"]["en"].endswith("duty lead")
    assert body["titles"]["ent-flood"]["zh"] == "企业防汛预案"
    lower = await get(http, "/plans/ent-flood")
    waived = {one["rule"]: one.get("waived_by") for one in lower["findings"]}
    assert waived["L11"] is None, "it was found after the adoption"
    assert waived["L4"] == "gov/duty"
    then = await get(http, "/plans/gov-flood", at=adopted["ent-flood"])
    assert (then["plan"]["version"], [one["version"] for one in then["versions"]]) == (1, [1])


async def test_an_unknown_plan_and_an_odd_one_are_404_in_both_tongues(http: httpx.AsyncClient) -> None:
    for name in ("none", "%2e%2e", "江"):
        answer = await http.get(f"{BASE}/plans/{name}")
        assert answer.status_code == 404
        assert set(answer.json()["message"]) == {"zh", "en"}


@pytest.mark.parametrize("path", ["/plans", "/plans/x", "/linkage"])
async def test_nobody_reads_the_register_without_credentials(stranger: httpx.AsyncClient, path: str) -> None:
    assert (await stranger.get(f"{BASE}{path}")).status_code == 401


async def test_findings_are_told_open_and_cleared_and_as_they_stood(
    http: httpx.AsyncClient, node: Node
) -> None:
    opened_at = datetime(2026, 1, 1, tzinfo=UTC)
    raised = RaiseFinding(
        finding="W1|x|1", rule="W1", subject="x", severity="critical", opened_at=opened_at, zh="甲", en="a"
    )
    first = await send(node, raised, WATCH)
    await send(node, AcknowledgeFinding(finding="W1|x|1"))
    await send(node, ClearFinding(finding="W1|x|1", cleared_at=opened_at, note="补录"), WATCH)
    await send(node, raised, WATCH)
    told = (await get(http, "/views/findings"))["data"]["findings"]
    assert [(one["cleared_at"] is None, one["acknowledged_by"], one["note"]) for one in told] == [
        (False, "gov/duty", "补录"),
        (True, None, None),
    ]
    then = (await get(http, "/views/findings", at=first))["data"]["findings"]
    assert [(one["cleared_at"], one["acknowledged_by"]) for one in then] == [(None, None)]


async def test_deadlines_are_told_the_nearest_first_with_those_of_plans(
    http: httpx.AsyncClient, adopted: dict[str, int]
) -> None:
    told = (await get(http, "/views/obligations"))["data"]["obligations"]
    assert [one["due_at"] for one in told] == sorted(one["due_at"] for one in told)
    assert {one["kind"] for one in told} == {"plan.review", "plan.drill"}
    assert (await get(http, "/views/plans"))["data"]["plans"]


async def test_the_pages_of_the_register_are_served(http: httpx.AsyncClient) -> None:
    for path in ("/plans/live", "/plan/live/gov-flood"):
        answer = await http.get(path)
        assert answer.status_code == 200
        assert 'data-operation="live"' in answer.text
    assert (await http.get("/plans/drill-none")).status_code == 404
