"""The map of links and the page of a plan: read, filtered, by keyboard, on a phone and on paper."""

from playwright.async_api import Page, expect

from tests.page.conftest import WATCH
from tests.page.fake_server import FakeServer


async def opened(page: Page, server: FakeServer, path: str) -> Page:
    await page.context.add_init_script(WATCH)
    await page.goto(f"{server.url}{path}")
    return page


async def test_the_map_draws_every_plan_and_shows_what_is_broken_with_the_finding(
    page: Page, server: FakeServer
) -> None:
    await opened(page, server, "/plans/demo")
    await expect(page.locator("a.node")).to_have_count(4)
    await expect(page.locator("path.edge.broken")).to_have_count(1)
    await expect(page.locator(".node.absent")).to_contain_text("ent-gone")
    first = page.locator(".link-row").first
    await expect(first).to_contain_text("对方预案未承接")
    lanes: list[str] = await page.locator(".lane-head").all_inner_texts()
    assert lanes == ["政府 1", "部门 1", "企业 1", "社区 1"]
    assert not await page.evaluate("window.violations")


async def test_kinds_broken_ones_and_words_narrow_the_map(page: Page, server: FakeServer) -> None:
    await opened(page, server, "/plans/demo")
    await expect(page.locator(".link-row")).to_have_count(4)
    await page.check(".kind-notify input")
    await page.check(".kind-warn input")
    await expect(page.locator(".link-row")).to_have_count(6)
    await page.keyboard.press("/")
    await page.keyboard.type("地铁")
    await expect(page.locator(".link-row")).to_have_count(1)
    await page.fill("#search", "")
    await page.check("text=只看断开")
    await expect(page.locator(".link-row")).to_have_count(1)


async def test_the_list_is_walked_by_arrows_and_leads_to_the_link_in_its_plan(
    page: Page, server: FakeServer
) -> None:
    await opened(page, server, "/plans/demo")
    await page.locator(".link-row").first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/plan/demo/gov-flood#a2")
    await expect(page.locator("tr.broken")).to_contain_text("断开")


async def test_a_plan_says_its_levels_links_ends_and_what_is_due(page: Page, server: FakeServer) -> None:
    await opened(page, server, "/plan/demo/gov-flood")
    await expect(page.locator("h1")).to_have_text("区防汛预案")
    await expect(page.locator(".level")).to_contain_text("死亡 ≥ 1")
    await expect(page.locator("#t1")).to_contain_text("3 分钟")
    await expect(page.locator(".facts .overdue")).to_contain_text("2026-04-02")
    await expect(page.locator(".finding")).to_contain_text("L4")
    await page.click("text=EN")
    await expect(page.locator("h1")).to_have_text("District plan")
    assert not await page.evaluate("window.violations")


async def test_a_card_for_each_post_is_all_that_is_printed(page: Page, server: FakeServer) -> None:
    await opened(page, server, "/plan/demo/gov-flood")
    await page.evaluate("window.print = () => {}")
    await expect(page.locator(".card")).to_have_count(2)
    await page.locator(".card", has_text="门卫").locator("button").click()
    await page.emulate_media(media="print")
    await expect(page.locator(".card", has_text="门卫")).to_be_visible()
    await expect(page.locator(".card", has_text="清点人员")).to_be_hidden()
    await expect(page.locator(".level")).to_be_hidden()
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await expect(page.locator(".level")).to_be_visible()


async def test_both_pages_fit_a_phone(page: Page, server: FakeServer) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/plans/demo", "/plan/demo/gov-flood"):
        await opened(page, server, path)
        await expect(page.locator(".link-row, .card").first).to_be_attached()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_an_unknown_plan_is_said_and_who_is_not_logged_in_is_sent_to_log_in(
    page: Page, server: FakeServer
) -> None:
    await opened(page, server, "/plan/demo/nothing")
    await expect(page.locator("[role=alert]")).to_have_text("没有这个预案")
    server.logged_in = False
    await page.goto(f"{server.url}/plans/demo")
    await page.wait_for_url("**/login?next=%2Fplans%2Fdemo")
