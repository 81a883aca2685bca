"""Pages that do not keep to the protocol, do not keep up, or vanish."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from core.entry import AddEntry
from tests.live.conftest import Bounded
from tests.live.site import Page, Site, incident, picture, running
from web.live.messages import AUTH, BAD_MESSAGES, SLOW, TRY_LATER
from web.settings import Settings


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(Settings(data=tmp_path)) as running_site:
        yield running_site


async def settled(site: Site, clients: int) -> None:
    """Until the hub counts so many."""
    hub = (await site.keeper()).stage.hub
    async with asyncio.timeout(5):
        while len(hub) != clients:  # noqa: ASYNC110  a hub tells nobody of its size, and needs not
            await asyncio.sleep(0.01)


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


async def test_a_heartbeat_says_where_the_log_stands_and_a_pong_where_the_picture_does(
    tmp_path: Path,
) -> None:
    async with running(Settings(data=tmp_path, heartbeat_s=0.1)) as site, site.page() as page:
        head = await site.head()
        beat = await page.until("heartbeat")
        assert (beat["position"], beat["applied"]) == (head, head)
        await page.say(type="ping", sent=1795290000123, position=3)
        pong = await page.until("pong")
        assert (pong["sent"], pong["position"]) == (1795290000123, head)
        assert pong["server_time"].endswith("Z")


async def test_who_says_nothing_is_closed(tmp_path: Path, bounded: Bounded) -> None:
    bounded(client_silent_s=0.3, heartbeat_s=0.1)
    async with running(Settings(data=tmp_path)) as site:
        async with site.page() as talking, site.page() as silent:
            speaking = asyncio.create_task(chatter(talking))
            assert await silent.closed() == SLOW
            await settled(site, 1)
            speaking.cancel()
            assert talking.socket.close_code is None
        await settled(site, 0)


async def chatter(page: Page) -> None:
    while True:
        await page.say(type="ping", sent=1)
        await asyncio.sleep(0.05)


async def test_who_stands_still_while_it_is_sent_more_is_closed(tmp_path: Path, bounded: Bounded) -> None:
    bounded(acknowledge_s=0.3, heartbeat_s=0.1)
    async with running(Settings(data=tmp_path)) as site, site.page() as page:
        await page.subscribe()
        await page.until("snapshot")
        await site.send(incident(1))
        await page.until("patch")
        await page.say(type="ping", sent=1, position=1)
        assert await page.closed() == SLOW


class Stalled:
    """A client that reads nothing until it is told to, behind the smallest buffer that the kernel gives."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def __aenter__(self) -> Page:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.site.port))
        headers = {"Authorization": f"Bearer {self.site.token}"}
        self._opening = connect(
            self.site.url(),
            sock=sock,
            additional_headers=headers,
            compression=None,
            max_queue=1,
            max_size=None,
        )
        self.connection = await self._opening.__aenter__()
        return Page(self.connection)

    async def __aexit__(self, *_: object) -> None:
        self.connection.transport.abort()


async def fill(site: Site, page: Page, frames: int) -> None:
    """Send large frames while the page reads nothing."""
    for number in range(frames):
        await site.send(AddEntry(incident="I0", text=f"{number} " + "水" * 3000))
        await asyncio.sleep(0.004)


@pytest.mark.parametrize("fast", [True, False])
async def test_who_cannot_keep_up_is_told_and_gets_a_snapshot_when_it_reads_again(
    tmp_path: Path, bounded: Bounded, fast: bool
) -> None:
    bounded(client_queue_frames_max=20, frame_interval_s=0.001)
    async with running(Settings(data=tmp_path), fast=fast) as site, Stalled(site) as page:
        await site.send(incident(0))
        await page.subscribe()
        await page.until("snapshot")
        hub = (await site.keeper()).stage.hub
        for _ in range(40):
            await fill(site, page, 20)
            if hub.subscribers == 0:
                break
        assert hub.subscribers == 0
        await page.until("behind")
        page.position = None
        await page.until("snapshot")
        await page.reach(await site.head())
        assert (page.rows, page.timeline) == picture(await site.keeper())
        assert hub.subscribers == 1
        assert b"liandong_ws_behind_total 1.0" in site.node.metrics.text()


async def test_a_socket_that_takes_nothing_is_closed_and_forgotten(tmp_path: Path, bounded: Bounded) -> None:
    bounded(client_queue_frames_max=20, frame_interval_s=0.001, client_drain_s=0.3, heartbeat_s=0.1)
    async with running(Settings(data=tmp_path)) as site, Stalled(site) as page:
        await site.send(incident(0))
        await page.subscribe()
        await page.until("snapshot")
        hub = (await site.keeper()).stage.hub
        async with asyncio.timeout(20):
            while len(hub):
                await fill(site, page, 10)
        assert len(hub) == 0


async def test_a_storm_of_abrupt_ends_leaves_nobody_behind(site: Site) -> None:
    for storm in range(3):
        pages: list[Any] = []
        for _ in range(60):
            page = await connect(
                site.url(), additional_headers={"Authorization": f"Bearer {site.token}"}, compression=None
            )
            await page.send(json.dumps({"type": "subscribe", "topics": ["board"]}))
            pages.append(page)
        await site.send(incident(storm))
        for page in pages:
            page.transport.abort()
        await settled(site, 0)
    keeper = await site.keeper()
    assert keeper.stage.hub.subscribers == 0
    assert keeper.stage.waiting == 0


async def test_more_connections_than_allowed_are_turned_away_before_they_cost_anything(
    tmp_path: Path,
) -> None:
    async with running(Settings(data=tmp_path, clients_max=2)) as site, site.page() as one:
        await one.next()
        async with site.page() as two:
            await two.next()
            with pytest.raises(InvalidStatus) as refused:
                async with site.page():
                    pass
            assert refused.value.response.status_code == 403
        await settled(site, 1)
        async with site.page() as three:
            assert (await three.next())["type"] == "hello"


async def test_a_reconnect_storm_is_let_in_at_its_pace(tmp_path: Path, bounded: Bounded) -> None:
    bounded(accepts_per_s=50)
    async with running(Settings(data=tmp_path)) as site:
        loop = asyncio.get_running_loop()
        begun = loop.time()

        async def come() -> None:
            async with site.page() as page:
                assert (await page.next())["type"] == "hello"

        await asyncio.gather(*(come() for _ in range(25)))
        assert loop.time() - begun > 24 / 50 * 0.9


async def test_a_node_that_stops_sends_its_pages_away_to_come_again(site: Site) -> None:
    async with site.page() as page:
        await page.subscribe()
        await page.until("snapshot")
        await (await site.keeper()).close()
        assert await page.closed() == TRY_LATER
