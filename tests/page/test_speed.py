"""The board under load: 2,000 teams, 50 changes a second, no GPU."""

import asyncio
import time
from typing import Any, cast

import pytest
from playwright.async_api import BrowserContext, CDPSession, Page

from tests.page.fake_run import Running
from tests.page.fake_server import FakeServer

TEAMS = 2_000
CHANGES_PER_SECOND = 50
MEASURED_S = 4
# board.md §11 asks for 350 ms of main thread a second on two idle cores. Tests share theirs, so they allow twice that.
TASK_MS_PER_SECOND_MAX = 700
FIRST_DATA_MS_MAX = 4_000


async def task_ms(session: CDPSession) -> float:
    """How long the page's main thread has worked since the measurement began."""
    answer = cast("dict[str, list[dict[str, Any]]]", await session.send("Performance.getMetrics"))
    return 1000 * float(next(m["value"] for m in answer["metrics"] if m["name"] == "TaskDuration"))


@pytest.mark.slow
async def test_the_page_keeps_up_with_a_large_district(page: Page, context: BrowserContext) -> None:
    with Running(FakeServer("drill", TEAMS)) as server:
        started = time.monotonic()
        await page.goto(f"{server.url}/board/demo")
        await page.wait_for_selector(".incident")
        first_ms = (time.monotonic() - started) * 1000
        await page.wait_for_timeout(1_500)
        session = await context.new_cdp_session(page)
        await session.send("Performance.enable")
        before, at = await task_ms(session), time.monotonic()
        while time.monotonic() < at + MEASURED_S:
            await asyncio.to_thread(server.do, lambda: server.churn(CHANGES_PER_SECOND // 10))
            await asyncio.sleep(0.1)
        used = (await task_ms(session) - before) / (time.monotonic() - at)
        position = await page.inner_text(".position b")
        assert server.district.position - int(position) <= CHANGES_PER_SECOND, "it fell behind"
    assert first_ms < FIRST_DATA_MS_MAX
    assert 0 < used < TASK_MS_PER_SECOND_MAX, f"{used:.0f} ms of main thread a second"
