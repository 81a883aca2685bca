"""A dispatcher at the real board: logs in by link, reports, dispatches and closes with the keyboard; and the page when things break."""

from __future__ import annotations

import shutil
import signal

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import OPERATION, Site
from tests.edge.servers import liandong

LINE = "#command-line"
RESUMED_MS = 30_000
"""A page tries again after a growing pause; a server takes a second or two to start."""


async def say(board: Page, line: str) -> None:
    """Type a line on the keyboard and run it; the outcome must be that it took effect."""
    await board.focus(LINE)
    await board.keyboard.insert_text(line)
    await board.keyboard.press("Escape")  # whatever is offered to complete the line with
    await board.fill(LINE, line)
    await board.keyboard.press("Enter")


async def test_a_dispatcher_reports_dispatches_and_closes_by_keyboard(board: Page, site: Site) -> None:
    await expect(board.locator("header .marking.live")).to_contain_text("实战 LIVE")
    await say(board, "电话 接 燃气 望潮路12号 楼道有异味")
    row = board.locator(".incident", has_text="望潮路12号")
    await expect(row).to_be_visible()
    incident = await row.get_attribute("data-key")
    assert incident is not None

    await say(board, f"核 {incident} 真 两路电话")
    await expect(row.locator(".stage.waiting")).to_be_visible()
    await say(board, f"派 XF01 {incident}")
    await expect(row.locator(".stage.active")).to_be_visible()
    told = board.locator("#timeline .entry:not(.pending)", has_text="XF01")
    for lines, word in enumerate(("出动", "到场", "解除"), start=2):
        # The first two lines are of its registration and of its order.
        await expect(told).to_have_count(lines)
        await say(board, f"电台 XF01 {word}")
    await say(board, f"结 {incident} 阀门已关闭")
    await expect(board.locator("#command-said")).to_contain_text("再按回车确认")
    await board.keyboard.press("Enter")
    await expect(row).to_have_count(0)

    wanted = [
        "IncidentReported",
        "IncidentVerified",
        "TeamDispatched",
        "TeamDeparted",
        "TeamArrived",
        "TeamReleased",
        "IncidentClosed",
    ]
    found = site.events(*wanted)
    assert [one["event"]["type"] for one in found] == wanted
    assert {(one["actor"]["organisation"], one["actor"]["post"]) for one in found} == {("gov", "duty")}
    assert [one["source"] for one in found] == ["phone", "app", "app", "radio", "radio", "radio", "app"]
    assert found[0]["event"]["place"]["text"] == "望潮路12号"
    assert found[-1]["event"]["reason"] == "阀门已关闭"


async def test_what_another_desk_does_appears_by_itself_and_a_committed_team_is_named(
    board: Page, site: Site
) -> None:
    first, second = (
        site.send({"type": "ReportIncident", "kind": "flood", "place": {"text": place}})["created"][
            "incident"
        ]
        for place in ("文安路", "朝晖路")
    )
    await expect(board.locator(f"[data-key='{first}']")).to_contain_text("文安路")
    site.send({"type": "DispatchTeam", "incident": first, "team": "XF01"})
    await say(board, f"派 XF01 {second}")
    refused = board.locator(".outcome.refused")
    await expect(refused).to_contain_text(first)
    assert [one["event"]["code"] for one in site.events("CommandRefused")] == ["team_committed"]
    await board.keyboard.press("Control+Enter")
    await expect(board.locator(".outcome.done")).to_be_visible()
    assert [one["event"]["incident"] for one in site.events("TeamDispatched")] == [first, second]
    assert [one["event"]["reason"] for one in site.events("DispatchCancelled")] == ["diverted"]


async def test_a_login_link_works_once_and_its_code_leaves_the_address(
    context: BrowserContext, page: Page, site: Site
) -> None:
    link = site.link()
    code = link.partition("#")[2]
    await page.goto(link)
    await page.wait_for_url(f"**/board/{OPERATION}")
    assert code not in site.server.log(), "the code reaches no log"
    await context.clear_cookies()
    await page.goto("about:blank")
    await page.goto(link)
    await expect(page.locator("[role=alert]")).not_to_be_empty()
    assert code not in page.url
    await expect(page.locator("body.login")).to_be_visible()


async def test_after_kill_9_the_page_says_so_and_goes_on_where_it_was(board: Page, site: Site) -> None:
    await say(board, "接 内涝 文安路")
    await expect(board.locator(".incident", has_text="文安路")).to_be_visible()
    site.server.end(signal.SIGKILL)
    await expect(board.locator("body")).not_to_have_attribute("data-link", "live")
    await expect(board.locator(".banner")).to_be_visible()
    await expect(board.locator(".incident", has_text="文安路")).to_be_visible()
    site.server.start()
    site.send({"type": "ReportIncident", "kind": "flood", "place": {"text": "朝晖路"}})
    await expect(board.locator("body")).to_have_attribute("data-link", "live", timeout=RESUMED_MS)
    await expect(board.locator(".incident", has_text="朝晖路")).to_be_visible()
    await expect(board.locator(".incident")).to_have_count(2)
    assert len(site.events("IncidentReported")) == 2


async def test_a_restored_log_is_another_epoch_and_the_page_shows_it_and_not_its_own_memory(
    board: Page, site: Site
) -> None:
    await say(board, "接 内涝 文安路")
    await expect(board.locator(".incident", has_text="文安路")).to_be_visible()
    copy = site.data.parent / "copy"
    saved = liandong("backup", copy, "--data", site.data)
    assert saved.returncode == 0, saved.stderr
    await say(board, "接 内涝 朝晖路")
    await expect(board.locator(".incident")).to_have_count(2)
    assert site.server.end(signal.SIGTERM) == 0
    shutil.rmtree(site.data)
    restored = liandong("restore", copy, "--data", site.data)
    assert restored.returncode == 0, restored.stderr
    site.server.start()
    await expect(board.locator("body")).to_have_attribute("data-link", "live", timeout=RESUMED_MS)
    await expect(board.locator(".incident")).to_have_count(1)
    await say(board, "接 内涝 学院路")
    await expect(board.locator(".incident", has_text="学院路")).to_be_visible()
    assert [one["event"]["place"]["text"] for one in site.events("IncidentReported")] == ["文安路", "学院路"]
