"""A page that comes, one that comes back, and one that comes back at another node."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import PauseClock, StartClock
from core.incident import ReportIncident
from core.messages import Name, Place
from core.operation import OpenOperation
from core.team import RegisterTeam
from tests.live.conftest import Bounded
from tests.live.site import Site, incident, picture, running
from web.live.messages import PROTOCOL
from web.settings import Settings, load

SQUARE = Place(text="江湾广场", lon=120.142, lat=30.246)


@pytest.mark.parametrize("fast", [True, False])
async def test_a_page_is_greeted_and_gets_a_snapshot_and_then_every_change(
    tmp_path: Path, fast: bool
) -> None:
    async with running(Settings(data=tmp_path), fast=fast) as site, site.page() as page:
        hello = await page.next()
        assert (hello["type"], hello["protocol"]) == ("hello", PROTOCOL)
        assert (hello["operation"], hello["kind"], hello["clock"]) == ("live", "live", None)
        await page.subscribe()
        await page.until("snapshot")
        assert page.rows["organisation"]["gov"]["level"] == "government"
        await site.send(ReportIncident(kind="gas_leak", place=SQUARE, incident="A"))
        await site.send(
            RegisterTeam(team="FS1", organisation="gov", name=Name(zh="消防1队"), kind="fire_ordinary")
        )
        await page.reach(await site.head())
        assert page.rows["incident"]["A"]["state"] == "reported"
        assert (page.rows, page.timeline) == picture(await site.keeper())


async def test_the_first_change_after_quiet_leaves_at_once_and_those_right_after_it_together(
    tmp_path: Path, bounded: Bounded
) -> None:
    bounded(frame_interval_s=1.5)
    async with running(Settings(data=tmp_path)) as site, site.page() as page:
        await page.subscribe()
        await page.until("snapshot")
        for number in range(5):
            await site.send(incident(number))
        first = await page.until("patch", 1.0)
        second = await page.until("patch")
        assert first["position"] - first["after"] == 1
        assert second["position"] - second["after"] == 4
        assert [entry["args"]["incident"] for entry in second["timeline"]] == ["I1", "I2", "I3", "I4"]


async def test_a_page_that_comes_back_gets_only_what_it_missed(tmp_path: Path) -> None:
    async with running(Settings(data=tmp_path)) as site:
        async with site.page() as page:
            await page.subscribe()
            await page.until("snapshot")
        for number in range(3):
            await site.send(incident(number))
        async with site.page() as again:
            again.position, again.rows, again.timeline = page.position, page.rows, page.timeline
            await again.subscribe(after=page.position, epoch=page.epoch)
            await again.reach(await site.head())
            assert "snapshot" not in {said["type"] for said in again.said}
            assert (again.rows, again.timeline) == picture(await site.keeper())
            await site.send(incident(9))
            await again.reach(await site.head())
            assert "I9" in again.rows["incident"]


async def test_a_page_that_missed_nothing_gets_nothing_but_what_comes(tmp_path: Path) -> None:
    async with running(Settings(data=tmp_path)) as site, site.page() as page:
        await page.subscribe()
        await page.until("snapshot")
        async with site.page() as again:
            again.position, again.rows = page.position, page.rows
            await again.subscribe(after=page.position, epoch=page.epoch)
            await again.say(type="ping", sent=1)
            await again.until("pong")
            assert [said["type"] for said in again.said] == ["hello", "pong"]
            await site.send(incident(1))
            assert (await again.until("patch"))["after"] == page.position


@pytest.mark.parametrize("given", [{"epoch": "0-0"}, {"epoch": None}, {}])
async def test_what_belongs_to_another_epoch_is_not_gone_on_from(
    tmp_path: Path, given: dict[str, str]
) -> None:
    async with running(Settings(data=tmp_path)) as site, site.page() as page:
        await page.subscribe(after=3, **given)
        assert (await page.until("snapshot"))["position"] == await site.head()


async def test_what_is_no_longer_in_the_ring_is_made_up_for_by_a_snapshot(
    tmp_path: Path, bounded: Bounded
) -> None:
    bounded(patches_kept_max=2, frame_interval_s=0.001)
    async with running(Settings(data=tmp_path)) as site, site.page() as watching:
        await watching.subscribe()
        await watching.until("snapshot")
        begun, epoch = watching.position, watching.epoch
        for number in range(4):
            await site.send(incident(number))
            await watching.reach(await site.head())
        async with site.page() as page:
            await page.subscribe(after=begun, epoch=epoch)
            assert (await page.until("snapshot"))["position"] == await site.head()


async def two_nodes(settings: Settings) -> None:
    """Frames are cut elsewhere on each node; a page goes from one to the other and misses nothing."""
    async with running(settings) as one, running(settings) as two, two.page() as there:
        await there.subscribe()
        await there.until("snapshot")
        async with one.page() as page:
            await page.subscribe()
            await page.until("snapshot")
            for number in range(20):
                await one.send(incident(number))
            await page.until("patch")
        # It stands where this node cut its first frame; the other may have cut its own elsewhere.
        middle = page.position
        for number in range(20, 25):
            await one.send(incident(number))
        async with two.page() as again:
            again.position, again.rows, again.timeline = middle, page.rows, page.timeline
            await again.subscribe(after=middle, epoch=page.epoch)
            await again.reach(await two.head())
            assert "snapshot" not in {said["type"] for said in again.said}
            assert len(again.rows["incident"]) == 25
            assert (again.rows, again.timeline) == picture(await two.keeper())
        await there.reach(await two.head())
        assert (there.rows, there.timeline) == picture(await one.keeper())


async def test_a_page_resumes_on_another_node(pg_dsn: str, tmp_path: Path, bounded: Bounded) -> None:
    bounded(frame_interval_s=0.03)
    await two_nodes(load({}, postgres=pg_dsn, data=tmp_path))


async def test_the_clock_of_an_exercise_is_in_the_greeting_and_its_changes_are_told(tmp_path: Path) -> None:
    async with running(Settings(data=tmp_path)) as site:
        await drill(site)
        async with site.page("drill-x") as page:
            assert (await page.next())["clock"]["rate"] == [4, 1]
            assert page.said[0]["kind"] == "drill"
            await page.subscribe()
            await page.until("snapshot")
            await site.send(PauseClock(), "drill-x", post="controller")
            said = await page.until("clock")
            assert (said["paused"], said["rate"]) == (True, [4, 1])
            assert page.rows["operation"]["drill-x"]["clock"]["paused"] is True


async def drill(site: Site) -> None:
    await site.node.desk("drill-x", opening=True)
    await site.send(OpenOperation(title="演练"), "drill-x", post="controller")
    await site.send(StartClock(at=datetime(2026, 3, 1, tzinfo=UTC), rate_n=4), "drill-x", post="controller")


async def test_two_hundred_pages_receive_the_same_bytes(tmp_path: Path) -> None:
    async with running(Settings(data=tmp_path)) as site, AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(site.page()) for _ in range(200)]
        for page in pages:
            await page.subscribe()
        for page in pages:
            await page.until("snapshot")
        for number in range(30):
            await site.send(incident(number))
        head = await site.head()
        await asyncio.gather(*(page.reach(head) for page in pages))
        heard = {tuple(text for text in page.heard if '"type":"patch"' in text) for page in pages}
        assert len(heard) == 1
        assert (await site.keeper()).stage.hub.subscribers == 200
