"""The board itself: what is shown, what is sent, and what it says when the server is silent."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page.fake_run import Running
from tests.page.fake_server import FakeServer
from tests.page.invented import Row

LINE = "#command-line"


def busy_team(server: FakeServer, state: str = "en_route") -> Row:
    """Some team on its way."""
    return next(team for team in server.district.rows["team"].values() if team["state"] == state)


def free_team(server: FakeServer) -> Row:
    """Some team at its base."""
    return busy_team(server, "available")


async def say(board: Page, line: str) -> None:
    """Type a line and run it."""
    await board.fill(LINE, line)
    await board.press(LINE, "Escape")
    await board.fill(LINE, line)
    await board.press(LINE, "Enter")


async def test_the_exercise_is_marked_in_the_header_the_title_and_the_icon(board: Page) -> None:
    await expect(board.locator("header .marking.drill")).to_contain_text("演练 EXERCISE")
    assert "演练" in await board.title()
    assert (await board.get_attribute("link[rel=icon]", "href") or "").endswith("drill.svg")


async def test_live_is_marked_as_live(page: Page) -> None:
    with Running(FakeServer("live", 20)) as server:
        await page.goto(f"{server.url}/board/demo")
        await expect(page.locator("header .marking.live")).to_contain_text("实战 LIVE")
        assert "演练" not in await page.title()


async def test_rows_teams_and_entries_are_shown(board: Page, server: FakeServer) -> None:
    assert await board.locator(".incident").count() == len(server.district.rows["incident"])
    await expect(board.locator(".matrix")).to_have_count(4)
    await expect(board.locator("#timeline .entry").first).to_be_visible()
    await expect(board.locator(".incident").first).to_contain_text("未定级")
    assert await board.locator(".grade.g1").count() >= 1


async def test_a_command_is_pending_until_its_patch_is_in(board: Page, server: FakeServer) -> None:
    team = busy_team(server)
    server.faults.hold_patches = True
    await say(board, f"{team['id']} 到场")
    await expect(board.locator("#timeline .entry.pending")).to_contain_text(team["id"])
    await expect(board.locator(".pending-count")).to_contain_text("1")
    await expect(board.locator(".outcome.accepted")).to_contain_text("待确认")
    shown: Row = await board.evaluate("() => document.querySelector('.outcome').className")
    assert "done" not in shown
    server.do(server.release_held)
    await expect(board.locator(".outcome.done")).to_contain_text("已生效")
    await expect(board.locator("#timeline .entry.pending")).to_have_count(0)
    assert server.commands[0]["command"] == {"type": "ArriveTeam", "dispatch": team["dispatch"]}
    assert server.commands[0]["seen"] > 0


async def test_without_an_answer_the_outcome_is_unknown_and_asked_again_with_the_same_id(
    board: Page, server: FakeServer
) -> None:
    server.faults.no_answers = True
    await say(board, f"{busy_team(server)['id']} 到场")
    await expect(board.locator(".outcome.unknown")).to_contain_text("结果未知，请核对时间线", timeout=8_000)
    server.faults.no_answers = False
    await board.press(LINE, "Control+Enter")
    await expect(board.locator(".outcome.done")).to_be_visible()
    assert len(server.commands) == 1, "the second one was recognised by its id"


async def test_a_committed_team_is_named_with_place_and_time_and_diverted_by_one_key(
    board: Page, server: FakeServer
) -> None:
    team = busy_team(server)
    other = next(i for i in server.district.rows["incident"] if i != team["incident"])
    await say(board, f"派 {team['id']} {other}")
    refused = board.locator(".outcome.refused")
    await expect(refused).to_contain_text(team["incident"])
    await expect(refused).to_contain_text("在途")
    await board.press(LINE, "Control+Enter")
    await expect(board.locator(".outcome.done")).to_be_visible()
    first, second = server.commands
    assert second["command"] == first["command"] | {"divert": True}
    assert second["id"] != first["id"]


async def test_a_report_opens_its_incident_and_can_be_corrected(board: Page, server: FakeServer) -> None:
    await say(board, "电话 接 燃气 望潮路12号 有异味 @00:01")
    await expect(board.locator(".outcome.done")).to_contain_text("2026-0017")
    await expect(board.locator("#drawer-title")).to_contain_text("2026-0017")
    sent = server.commands[0]
    assert (sent["source"], sent["precision"]) == ("phone", "minute")
    await board.press(LINE, "Control+z")
    await expect(board.locator(LINE)).to_have_value(re.compile("^更正 #"))


async def test_a_grave_command_is_shown_first(board: Page, server: FakeServer) -> None:
    await say(board, "结 HZ010 已处置")
    await expect(board.locator("#command-said")).to_contain_text("再按回车确认")
    assert not server.commands
    await board.press(LINE, "Enter")
    await expect(board.locator(".outcome.done")).to_be_visible()
    await expect(board.locator("[data-key=HZ010]")).to_have_count(0)


async def test_what_is_wrong_is_said_with_the_legal_words(board: Page, server: FakeServer) -> None:
    await say(board, f"{free_team(server)['id']} 到了")
    await expect(board.locator("#command-said")).to_contain_text("未知状态「到了」")
    await expect(board.locator("#command-said")).to_contain_text("接令 出动 到场")


async def test_enter_while_composing_runs_nothing(board: Page, server: FakeServer) -> None:
    team = busy_team(server)["id"]
    await board.fill(LINE, f"{team} 到场")
    fire = (
        "(init) => document.querySelector('#command-line').dispatchEvent(new KeyboardEvent('keydown', init))"
    )
    enter = {"key": "Enter", "bubbles": True, "cancelable": True}
    await board.evaluate(fire, enter | {"isComposing": True})
    await board.wait_for_timeout(200)
    assert not server.commands
    await board.evaluate(
        """(text) => { const line = document.querySelector('#command-line');
        line.value = text; line.dispatchEvent(new CompositionEvent('compositionend', { data: text, bubbles: true })); }""",
        f"{team} 处置",
    )
    await board.evaluate(fire, enter)
    await expect(board.locator(".outcome.done")).to_be_visible()
    assert server.commands[0]["command"]["type"] == "StartWork"


async def test_tab_completes_and_the_arrow_recalls(board: Page, server: FakeServer) -> None:
    await board.click(LINE)
    await board.type(LINE, "dis")
    await board.press(LINE, "Tab")
    await expect(board.locator(LINE)).to_have_value("派 ")
    await say(board, "找 明湖")
    await expect(board.locator("#drawer-title")).to_contain_text("明湖")
    await board.press(LINE, "ArrowUp")
    await expect(board.locator(LINE)).to_have_value("找 明湖")


@pytest.mark.slow
async def test_silence_is_shown_at_three_and_at_ten_seconds_and_then_resumed(
    board: Page, server: FakeServer
) -> None:
    await board.click(".incident")
    server.faults.silent = True
    await expect(board.locator(".banner.stale")).to_contain_text("数据延迟", timeout=6_000)
    await expect(board.locator(".banner.lost")).to_contain_text("画面停留在", timeout=12_000)
    await expect(board.locator("#drawer .buttons .button").first).to_be_disabled()
    assert "grayscale" in await board.evaluate(
        "getComputedStyle(document.querySelector('#incidents')).filter"
    )
    await say(board, f"{busy_team(server)['id']} 到场")
    await expect(board.locator("#command-said")).to_contain_text("改用电台/电话")
    assert not server.commands
    server.do(lambda: server.churn(5))
    seen = server.subscribes[-1]
    assert "after" not in seen
    server.faults.silent = False
    await expect(board.locator("body")).to_have_attribute("data-link", "live", timeout=15_000)
    await expect(board.locator(".banner.lost")).to_have_count(0)
    assert server.subscribes[-1].get("after"), "it resumed instead of starting over"
    await expect(board.locator(".position")).to_contain_text(str(server.district.position))


async def test_a_gap_is_answered_by_a_new_subscription(board: Page, server: FakeServer) -> None:
    before = len(server.subscribes)
    server.faults.hold_patches = True
    server.do(lambda: server.churn(1))
    server.held.clear()
    server.faults.hold_patches = False
    server.do(lambda: server.churn(1))
    await expect(board.locator(".position")).to_contain_text(str(server.district.position))
    assert len(server.subscribes) == before + 1
    assert "after" not in server.subscribes[-1]


async def test_behind_is_shown_until_the_snapshot(board: Page, server: FakeServer) -> None:
    server.do(lambda: server.say({"type": "behind", "topic": "board"}))
    await expect(board.locator(".banner.stale")).to_contain_text("全量数据")
    server.do(lambda: server.say(server.snapshot()))
    await expect(board.locator(".banner.stale")).to_have_count(0)


async def test_another_build_is_announced_and_never_loaded_by_itself(page: Page, server: FakeServer) -> None:
    server.faults.build = "other"
    await page.goto(f"{server.url}/board/demo")
    await expect(page.locator(".banner.note")).to_contain_text("有新版本")


async def test_every_control_has_a_name_and_every_id_is_one(board: Page) -> None:
    await board.click(".incident >> nth=1")
    await board.click("#tab-teams")
    await board.keyboard.press("Escape")
    await board.click(".incident >> nth=1")
    await board.keyboard.press("?")
    await expect(board.locator("#help-title")).to_be_visible()
    nameless: list[
        str
    ] = await board.evaluate("""() => [...document.querySelectorAll('button, input, select, textarea, [role]')]
        .filter((e) => !['option', 'tab'].includes(e.getAttribute('role')))
        .filter((e) => !(e.ariaLabel || e.getAttribute('aria-labelledby') || e.labels?.length || e.closest('label')
            || e.textContent.trim() || e.title || e.role === 'alert'))
        .map((e) => e.outerHTML.slice(0, 120))""")
    assert not nameless
    twice: list[
        str
    ] = await board.evaluate("""() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
        return ids.filter((id, i) => ids.indexOf(id) !== i); }""")
    assert not twice
    dangling: list[
        str
    ] = await board.evaluate("""() => [...document.querySelectorAll('[aria-labelledby], [aria-controls], [aria-describedby]')]
        .flatMap((e) => ['aria-labelledby', 'aria-controls', 'aria-describedby'].map((a) => e.getAttribute(a)).filter(Boolean))
        .flatMap((ids) => ids.split(' ')).filter((id) => !document.getElementById(id))""")
    assert not dangling
    small: list[
        Any
    ] = await board.evaluate("""() => [...document.querySelectorAll('.button')].filter((e) => e.offsetParent)
        .map((e) => [e.textContent.trim().slice(0, 20), e.getBoundingClientRect().height]).filter(([, h]) => h < 24)""")
    assert not small, "smaller than 24 pixels"


async def test_every_key_stands_in_the_help_and_escape_gives_the_focus_back(board: Page) -> None:
    await board.keyboard.press("?")
    assert await board.locator("#help .keys dt").count() >= 20
    await board.keyboard.press("Escape")
    await expect(board.locator("#help")).to_be_hidden()
    await board.focus("[data-key=HZ001]")
    await board.keyboard.press("j")
    second = await board.evaluate("document.activeElement.dataset.key")
    assert second not in (None, "HZ001")
    await board.keyboard.press("Enter")
    await expect(board.locator("#drawer")).to_be_visible()
    await board.keyboard.press("Escape")
    await expect(board.locator("#drawer")).to_be_hidden()
    assert await board.evaluate("document.activeElement.dataset.key") == second


async def test_buttons_say_what_the_line_says(board: Page, server: FakeServer) -> None:
    await board.click("[data-key=HZ001]")
    await board.click("#tab-teams")
    await board.click("#drawer .buttons .button >> nth=0")
    await board.check(".choices input >> nth=0")
    await board.click(".form button[type=submit]")
    await expect(board.locator(".outcome.done")).to_be_visible()
    assert server.commands[0]["command"]["type"] == "DispatchTeam"
    assert server.commands[0]["command"]["incident"] == "HZ001"
    await board.keyboard.press("r")
    await board.fill("#drawer input[name=place]", "新塘路口")
    await board.click(".form button[type=submit]")
    await expect(board.locator(".outcome.done").first).to_contain_text("2026-0017")
