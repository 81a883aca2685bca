"""What a page may say, what it is answered, and who it has to be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.live.conftest import Bounded
from tests.live.site import Site, running, settled
from web.live.messages import AUTH, BAD_MESSAGES
from web.settings import Settings


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(Settings(data=tmp_path)) as running_site:
        yield running_site


MALFORMED: list[tuple[str | bytes, str | None]] = [
    ("", "$"),
    ("{", "$"),
    ("null", "$"),
    ("[1]", "$"),
    ("[" * 5000, "$"),
    ('{"type":1}', "$.type"),
    ('{"topics":["board"]}', "$.type"),
    ('{"type":"snapshot"}', "$.type"),
    ('{"type":"subscribe"}', "$.topics"),
    ('{"type":"subscribe","topics":[]}', "$.topics"),
    ('{"type":"subscribe","topics":"board"}', "$.topics"),
    ('{"type":"subscribe","topics":["board"],"after":-1}', "$.after"),
    ('{"type":"subscribe","topics":["board"],"after":1e400}', None),
    ('{"type":"subscribe","topics":["board"],"after":9999999999999999999999}', None),
    ('{"type":"subscribe","topics":["board"],"epoch":7}', "$.epoch"),
    ('{"type":"subscribe","topics":["board"],"more":1}', "$.more"),
    ('{"type":"ping"}', "$.sent"),
    ('{"type":"ping","sent":"now"}', "$.sent"),
    ('{"type":"ping","sent":1,"position":"x"}', "$.position"),
    ('{"type":"command"}', "$.id"),
    (b"\xff\xfe", None),
    (b"\x00" * 10, "$"),
]


@pytest.mark.parametrize(("said", "field"), MALFORMED)
async def test_a_malformed_message_is_answered_and_the_connection_goes_on(
    site: Site, said: str | bytes, field: str | None
) -> None:
    async with site.page() as page:
        await page.socket.send(said)
        error = await page.until("error")
        assert error["message"]["zh"]
        assert error["message"]["en"]
        if field is not None:
            assert error["field"] == field
        await page.subscribe()
        await page.until("snapshot")


async def test_a_malformed_command_is_answered_by_its_id(site: Site) -> None:
    async with site.page() as page:
        id = str(uuid4())
        await page.say(type="command", id=id, command={"type": "ReportIncident", "kind": 7})
        answer = await page.until("answer")
        assert (answer["id"], answer["outcome"], answer["code"]) == (id, "error", "malformed")
        assert answer["field"] == "$.command.kind"


async def test_who_goes_on_with_nonsense_is_closed(site: Site) -> None:
    async with site.page() as page:
        for _ in range(5):
            await page.socket.send("nonsense")
        assert await page.closed() == BAD_MESSAGES
    await settled(site, 0)


async def test_an_unknown_topic_is_named_and_the_known_ones_are_given(site: Site) -> None:
    async with site.page() as page:
        await page.say(type="subscribe", topics=["board", "weather"])
        assert (await page.until("error"))["topic"] == "weather"
        await page.until("snapshot")


async def test_a_message_that_is_too_long_closes(site: Site) -> None:
    async with site.page() as page:
        await page.socket.send("x" * (site.node.settings.client_message_bytes_max + 1))
        assert await page.closed() == 1009


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer ld_nobody"}, {"Authorization": "Basic eA=="}]
)
async def test_a_stranger_is_told_to_log_in(site: Site, headers: dict[str, str]) -> None:
    async with site.page(headers=headers) as page:
        assert await page.closed() == AUTH
        assert page.said[0]["code"] == "unauthenticated"


async def cookie(site: Site) -> str:
    accounts = site.node.accounts
    user = await accounts.add_user("wang", "gov", "duty", "correct horse battery")
    return "liandong_session=" + await accounts.open_session(user)


async def test_a_session_is_good_from_this_site_and_from_no_other(site: Site) -> None:
    session = await cookie(site)
    here = {"Cookie": session, "Origin": f"http://127.0.0.1:{site.port}"}
    async with site.page(headers=here) as page:
        assert (await page.next())["type"] == "hello"
    async with site.page(headers={"Cookie": session, "Origin": "http://evil.example"}) as page:
        assert await page.closed() == AUTH
        assert page.said[0]["code"] == "origin"


async def test_a_revoked_token_ends_its_connection(tmp_path: Path, bounded: Bounded) -> None:
    bounded(authenticate_again_s=0.0)
    async with running(Settings(data=tmp_path, credential_cache_s=0.01)) as site, site.page() as page:
        await page.next()
        for token in await site.node.accounts.tokens():
            await site.node.accounts.revoke_token(token.id)
        await asyncio.sleep(0.05)
        await page.say(type="ping", sent=1)
        assert await page.closed() == AUTH


async def test_an_unknown_operation_is_named(site: Site) -> None:
    async with site.page("drill-none") as page:
        assert await page.closed() == BAD_MESSAGES
        assert page.said[0]["code"] == "unknown_operation"


def report(**fields: Any) -> dict[str, Any]:
    command = {"type": "ReportIncident", "kind": "flood", "place": {"text": "江边"}, **fields}
    return {"type": "command", "id": str(uuid4()), "command": command}


@pytest.mark.parametrize("fast", [True, False])
async def test_a_command_is_answered_as_over_http_and_once(tmp_path: Path, fast: bool) -> None:
    async with running(Settings(data=tmp_path), fast=fast) as site, site.page() as page:
        await page.subscribe()
        await page.until("snapshot")
        asked = report(incident="A")
        await page.say(**asked)
        first = await page.until("answer")
        assert (first["id"], first["outcome"], first["created"]) == (
            asked["id"],
            "accepted",
            {"incident": "A"},
        )
        await page.reach(first["positions"][1])
        assert "A" in page.rows["incident"]
        await page.say(**asked)
        again = await page.until("answer")
        assert again == first | {"repeated": True}
        await page.say(**report(kind="none"))
        refused = await page.until("answer")
        assert (refused["outcome"], refused["code"]) == ("refused", "unknown_kind")


async def test_who_sends_too_fast_is_told_so_as_over_http(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, rate_commands_per_s=0.001, rate_commands_burst=1)
    async with running(settings) as site, site.page() as page:
        await page.say(**report())
        assert (await page.until("answer"))["outcome"] == "accepted"
        await page.say(**report())
        answer = await page.until("answer")
        assert (answer["outcome"], answer["code"]) == ("error", "too_many")


async def test_many_commands_at_once_are_all_answered(site: Site) -> None:
    async with site.page() as page:
        asked = [report() for _ in range(100)]
        for one in asked:
            await page.say(**one)
        answers = [await page.until("answer") for _ in asked]
        assert {one["id"] for one in answers} == {one["id"] for one in asked}
        assert {one["outcome"] for one in answers} == {"accepted"}
