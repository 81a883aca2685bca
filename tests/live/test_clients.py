"""Pages that do not keep up, say nothing, or vanish; too many at once."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from core.entry import AddEntry
from tests.live.conftest import Bounded
from tests.live.site import Page, Site, incident, picture, running, settled
from web.live.messages import SLOW, TRY_LATER
from web.settings import Settings


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(Settings(data=tmp_path)) as running_site:
        yield running_site


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
