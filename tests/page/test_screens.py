"""The page in other sizes, in the other language, by night, and before one is logged in."""

import pytest
from playwright.async_api import Page, expect

from tests.page.fake_server import FakeServer

LINE = "#command-line"


async def test_a_language_and_a_night_are_remembered(board: Page) -> None:
    await board.click("text=EN")
    await expect(board.locator("#incidents-title")).to_have_text("Incidents")
    assert await board.get_attribute("html", "lang") == "en"
    await board.keyboard.press("n")
    await board.reload()
    await expect(board.locator("#incidents-title")).to_have_text("Incidents")
    assert await board.get_attribute("html", "data-theme") == "night"


@pytest.mark.parametrize("width", [360, 414])
async def test_on_a_phone_everything_is_in_reach_and_nothing_is_wider(board: Page, width: int) -> None:
    await board.set_viewport_size({"width": width, "height": 740})
    for tab in range(7):
        await board.click(f"#tabs button >> nth={tab}")
        assert await board.evaluate("document.documentElement.scrollWidth") <= width
        await expect(board.locator(LINE)).to_be_in_viewport()
    await board.click("#tabs button >> nth=0")
    await board.click(".incident >> nth=1")
    await expect(board.locator("#drawer")).to_be_in_viewport()
    wide: list[str] = await board.evaluate(
        """(width) => [...document.querySelectorAll('#drawer *, header *, .command *')]
        .filter((e) => e.offsetParent && e.getBoundingClientRect().right > width + 1)
        .map((e) => e.className + ' ' + e.textContent.slice(0, 30))""",
        width,
    )
    assert not wide


async def test_a_login_link_is_used_once_and_leaves_the_address_bar(page: Page, server: FakeServer) -> None:
    server.logged_in = False
    await page.goto(f"{server.url}/board/demo")
    await page.wait_for_url("**/login?next=%2Fboard%2Fdemo")
    await page.fill("input[name=user]", "demo")
    await page.fill("input[name=password]", "wrong")
    await page.press("input[name=password]", "Enter")
    await expect(page.locator(".problem")).to_contain_text("不对")
    await page.goto("about:blank")
    await page.goto(f"{server.url}/login?next=//elsewhere.example/#once")
    await page.wait_for_url("**/board/demo")
    assert "once" not in page.url
    await page.wait_for_selector(".incident")
