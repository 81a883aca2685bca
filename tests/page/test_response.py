"""Alarms and plans on the board: what stands first, what is sent, and what the drawer tells of a link."""

from playwright.async_api import Page, expect

from tests.page.fake_server import FakeServer
from tests.page.test_board import say


async def test_the_gravest_and_oldest_alarm_stands_first_and_an_owned_one_last(board: Page) -> None:
    lines = board.locator("#alarms .alarm-line")
    await expect(lines.first).to_contain_text("W1")
    await expect(lines.nth(1)).to_contain_text("W7")
    await expect(lines.nth(2)).to_contain_text("W5")
    await expect(lines.last).to_contain_text("已认领")
    await expect(board.locator("#alarms .sub")).to_contain_text("未认领 3/4 · 逾期 1")


async def test_one_key_owns_the_gravest_alarm(board: Page, server: FakeServer) -> None:
    await board.keyboard.press("a")
    await expect(board.locator(".outcome.done")).to_be_visible()
    assert server.commands[0]["command"] == {"type": "AcknowledgeFinding", "finding": "W1|s-1|1"}
    await expect(board.locator("#alarms .alarm-line").first).to_contain_text("W7")


async def test_a_deadline_that_passes_becomes_an_alarm_by_itself(board: Page, server: FakeServer) -> None:
    row = server.district.rows["obligation"]["task|t-1|21000"] | {"due_at": "2020-01-01T00:00:00Z"}
    server.do(lambda: server.publish([("obligation", row["id"], row)], []))
    await expect(board.locator("#alarms")).to_contain_text("逾期：划定警戒区")
    server.do(lambda: server.publish([("obligation", row["id"], None)], []))
    await expect(board.locator("#alarms")).not_to_contain_text("逾期：划定警戒区")


async def test_many_alarms_of_one_cause_are_one_line_and_a_flood_is_said(
    board: Page, server: FakeServer
) -> None:
    finding = server.district.rows["finding"]["W7|s-2|2"]

    def flood() -> None:
        rows = [
            finding | {"id": f"W6|d-{n}|{n}", "rule": "W6", "subject": f"d-{n}", "severity": "warning"}
            for n in range(12)
        ]
        server.publish([("finding", row["id"], row) for row in rows], [])

    server.do(flood)
    line = board.locator("#alarms .alarm-line", has_text="W6 共 12 条")
    await expect(line).to_be_visible()
    await expect(board.locator("#alarms .flood")).to_be_visible()
    await line.locator(".alarm").click()
    await expect(board.locator("#alarms .alarm-line", has_text="W6")).to_have_count(13)


async def test_the_tree_shows_each_plan_under_its_level_with_its_mark(board: Page) -> None:
    rows = board.locator("#plans .plan-row")
    await expect(rows).to_have_count(5)
    for title, mark in (("区防汛", "✓"), ("消防排涝", "✓"), ("卫健", "!"), ("地铁", "·"), ("湖滨", "◔")):
        await expect(rows.filter(has_text=title).locator(".mark-of")).to_have_text(mark)
    await expect(rows.filter(has_text="卫健").locator(".timer.late")).to_contain_text("超05:")
    await expect(rows.filter(has_text="湖滨").locator(".timer")).to_contain_text("剩0")
    assert await board.locator("#plans .lane").all_inner_texts() == ["政府", "部门", "企业", "社区"]


async def test_a_link_tells_what_was_sent_and_is_answered_by_its_addressee_only(
    board: Page, server: FakeServer
) -> None:
    await board.click("#plans .plan-row >> nth=0")
    card = board.locator("#link-l-1")
    await expect(card.locator(".sent")).to_contain_text("l-1 所发原文")
    await expect(board.locator("#link-l-2 .chain")).to_contain_text("升级至")
    await expect(board.locator("#link-l-3")).to_contain_text("答复")
    await expect(board.locator("#link-l-3 .buttons")).to_have_count(0)
    await card.locator("button", has_text="拒绝").click()
    await card.locator("select[name=reason]").select_option("unsafe")
    await card.locator("button[type=submit]").click()
    await expect(board.locator(".outcome.done")).to_be_visible()
    assert server.commands[0]["command"] == {"type": "DeclineLink", "link": "l-1", "reason": "unsafe"}
    await expect(card.locator(".chain")).to_contain_text("已拒绝")


async def test_tasks_are_started_and_completed_with_evidence(board: Page, server: FakeServer) -> None:
    await board.click("#plans .plan-row >> nth=0")
    card = board.locator(".task-card", has_text="划定警戒区")
    await card.locator("button", has_text="完成").click()
    await card.locator("input[name=evidence]").fill("照片 3 张")
    await card.locator("button[type=submit]").click()
    await expect(card).to_contain_text("已完成")
    assert server.commands[0]["command"] == {"type": "CompleteTask", "task": "t-1", "evidence": "照片 3 张"}


async def test_an_end_that_is_refused_lists_everything_that_stands_against_it(board: Page) -> None:
    await board.click("#plans .plan-row >> nth=0")
    await board.click("text=解除响应…")
    await board.fill("#drawer input[name=reason]", "水退")
    await board.click("#drawer .form button[type=submit]")
    guards = board.locator(".guards li")
    await expect(guards).to_have_count(3)
    await expect(guards.first).to_contain_text("缺少依据：积水排尽")
    await guards.first.locator("button").click()
    await expect(board.locator("#drawer .form")).to_contain_text("结束条件 e1")


async def test_a_plan_is_started_from_the_keyboard(board: Page, server: FakeServer) -> None:
    await board.keyboard.press("p")
    await board.select_option("#drawer select[name=incident]", "HZ002")
    await board.select_option("#drawer select[name=plan]", "dep-health")
    await board.select_option("#drawer select[name=level]", "II")
    await board.fill("#drawer textarea[name=measures]", "派救护车")
    await board.click("#drawer button[type=submit]")
    await expect(board.locator(".outcome.done")).to_be_visible()
    assert server.commands[0]["command"] == {
        "type": "ActivatePlan",
        "plan": "dep-health",
        "level": "II",
        "incident": "HZ002",
        "measures": "派救护车",
    }
    await expect(board.locator("#drawer .plan-row")).to_contain_text("卫健")


async def test_the_line_speaks_of_plans_links_and_tasks(board: Page, server: FakeServer) -> None:
    await say(board, "启动 地铁 Ⅱ HZ003")
    await expect(board.locator("#command-said")).to_contain_text("再按回车确认")
    await board.press("#command-line", "Enter")
    await say(board, "收悉 l-1")
    await say(board, "完成 t-3 泵已开")
    await expect(board.locator(".outcome.done")).to_have_count(3)
    sent = [one["command"] for one in server.commands]
    assert sent == [
        {"type": "ActivatePlan", "plan": "ent-metro", "level": "II", "incident": "HZ003"},
        {"type": "AcknowledgeLink", "link": "l-1"},
        {"type": "CompleteTask", "task": "t-3", "evidence": "泵已开"},
    ]


async def test_orders_are_rows_and_confirmed_and_warnings_are_answered(
    board: Page, server: FakeServer
) -> None:
    await board.click("[data-key=HZ001]")
    await board.click("#tab-controls")
    await board.click("text=确认生效")
    await expect(board.locator(".control-card .state")).to_have_text("生效")
    await board.keyboard.press("Escape")
    await board.click("#plans >> text=预警 1")
    await expect(board.locator(".warning-card")).to_contain_text("收悉 1/2")
    await board.click(".warning-card >> text=收悉 >> nth=-1")
    await expect(board.locator(".warning-card")).to_contain_text("收悉 2/2")
    assert [one["command"]["type"] for one in server.commands] == ["PutControlInForce", "AcknowledgeWarning"]


async def test_findings_open_and_cleared_tell_what_they_rest_on(board: Page) -> None:
    await board.click("#alarms .alarm >> nth=0")
    await expect(board.locator("#drawer .entries li")).to_have_count(2)
    await board.keyboard.press("Escape")
    await board.locator("#alarms .panel-head button", has_text="发现").click()
    await board.locator("#drawer [role=tab]", has_text="已消除").click()
    await board.locator("#drawer .finding-row", has_text="同地三次报警").click()
    await expect(board.locator("#drawer")).to_contain_text("已出警")
