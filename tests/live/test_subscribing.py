"""A page that comes, one that comes back, and one that comes back at another node."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.incident import ReportIncident
from core.messages import Name, Place
from core.team import RegisterTeam
from tests.live.site import picture, running
from web.settings import Settings

SQUARE = Place(text="江湾广场", lon=120.142, lat=30.246)


@pytest.mark.parametrize("fast", [True, False])
async def test_a_page_is_greeted_and_gets_a_snapshot_and_then_every_change(
    tmp_path: Path, fast: bool
) -> None:
    async with running(Settings(data=tmp_path), fast=fast) as site, site.page() as page:
        hello = await page.next()
        assert (hello["type"], hello["protocol"], hello["operation"], hello["kind"]) == (
            "hello",
            1,
            "live",
            "live",
        )
        assert hello["clock"] is None
        await page.subscribe()
        await page.until("snapshot")
        assert page.rows["organisation"]["gov"]["level"] == "government"
        await site.send(ReportIncident(kind="gas_leak", place=SQUARE, incident="A"))
        team = RegisterTeam(team="FS1", organisation="gov", name=Name(zh="消防1队"), kind="fire_ordinary")
        await site.send(team)
        keeper = await site.keeper()
        await keeper.reached(1, 1)
        desk = await site.node.desk("live")
        await page.reach(desk.world.position)
        assert page.rows["incident"]["A"]["state"] == "reported"
        assert (page.rows, page.timeline) == picture(keeper)
