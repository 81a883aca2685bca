"""The sentences, and what is said about each line: of what kind it is, whether it matters, came late, or was struck."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from core import clock, dispatch, entry, incident
from core.catalogue import EVENTS
from projections.timeline import KIND_OF, TIMELINE_ENTRIES_MAX
from tests.views.page import Page, board_of
from tests.views.play import BEGIN, CONTROLLER, Play
from tests.views.story import SQUARE, district, whole_day

HAN = re.compile(r"[\u4e00-\u9fff]")
DAY = whole_day()
LINES = list(Page(board_of(DAY.log)).timeline.values())


def first(type_: str) -> dict[str, Any]:
    line: dict[str, Any] = next(line for line in LINES if line["type"] == type_)
    return line


@pytest.mark.parametrize("type_", EVENTS)
def test_every_event_is_a_sentence_in_both_tongues(type_: str) -> None:
    text = first(type_)["text"]
    assert HAN.search(text["zh"])
    # What people wrote and names without an English form stay as they are; the words of the sentence are English.
    assert re.search(r"[a-z]{4}", text["en"])
    assert not re.search("[，。：；（）“”]", text["en"].replace("有气味", ""))
    assert "None" not in text["zh"] + text["en"]


@pytest.mark.parametrize(
    ("type_", "zh", "en"),
    [
        ("IncidentReported", "接报：燃气泄漏 A 江湾广场 有气味", "Reported: gas leak, A 江湾广场 有气味"),
        ("TeamDispatched", "消防1队（FS001） 派往 A 明湖桥", "Fire crew 1 (FS001) ordered to A 明湖桥"),
        ("TeamArrived", "消防1队（FS001） 到场，A 明湖桥", "Fire crew 1 (FS001) arrived, A 明湖桥"),
        (
            "CasualtiesRecorded",
            "A 明湖桥 伤亡登记：死亡 1 人、轻伤 3 人",
            "A 明湖桥, casualties recorded: 1 dead, 3 injured",
        ),
        (
            "CommandTransferred",
            "A 明湖桥：江湾区应急指挥中心 值班员 任总指挥",
            "A 明湖桥: Jiangwan Command Centre, duty officer took overall command",
        ),
        ("OrganisationMerged", "企业ent-b 并入 潮江燃气", "企业ent-b merged into Chaojiang Gas"),
        ("ClockPaused", "演练暂停", "Exercise paused"),
        (
            "DispatchCancelled",
            "消防3队（FS003） 的调派取消（改派），A 江湾广场",
            "Fire crew 3 (FS003) cancelled (diverted), A 江湾广场",
        ),
        ("IncidentClosed", "A 江湾广场 结案：处置完毕", "A 江湾广场 closed: 处置完毕"),
    ],
)
def test_a_sentence_names_things_by_name_and_id(type_: str, zh: str, en: str) -> None:
    assert first(type_)["text"] == {"zh": zh, "en": en}


def test_every_event_has_a_kind() -> None:
    assert set(KIND_OF) == set(EVENTS.values())


def test_a_refusal_says_who_was_refused_what_and_why() -> None:
    line = [line for line in LINES if line["kind"] == "refusal"][-1]
    assert line["text"]["zh"].startswith("江湾区应急指挥中心 值班员：被拒绝。")
    assert "FS001" in line["text"]["en"]
    assert (line["incident"], line["team"], line["args"]["code"]) == ("B", "FS001", "team_committed")


def test_arguments_hold_ids_and_figures_and_never_whole_tables() -> None:
    for line in LINES:
        assert not {"organisations", "teams", "as_was", "entries", "briefing", "asked"} & set(line["args"])
    assert first("CasualtiesRecorded")["args"] == {"incident": "A", "dead": 1, "injured": 3}


def day() -> Play:
    play = district()
    play.accept(incident.ReportIncident(kind="flood", place=SQUARE, incident="A"))
    return play


def last(play: Play) -> dict[str, Any]:
    line: dict[str, Any] = Page(board_of(play.log)).timeline[play.world.position]
    return line


def test_striking_marks_the_entry_and_restoring_unmarks_it() -> None:
    play = day()
    play.accept(entry.AddEntry(incident="A", text="水深一米"))
    written = play.world.position
    for command, struck in (
        (entry.StrikeEntry(position=written, reason="误记"), True),
        (entry.RestoreEntry(position=written, reason="无误"), False),
    ):
        play.accept(command)
        board = board_of(play.log[:-1])
        change = board.apply(play.log[-1])
        assert [(one.position, one.struck) for one in change.entries] == [
            (written, struck),
            (play.world.position, False),
        ]


@pytest.mark.parametrize(("delay_s", "late"), [(0, False), (120, False), (121, True)])
def test_what_was_written_down_more_than_two_minutes_after_it_happened_is_late(
    delay_s: int, late: bool
) -> None:
    play = day()
    happened = play.now + timedelta(seconds=1 - delay_s)
    play.accept(dispatch.DispatchTeam(incident="A", team="FS001"), occurred_at=happened)
    assert last(play)["late"] is late


def test_what_is_told_after_an_assignment_ended_is_late_however_fresh() -> None:
    play = day()
    play.accept(dispatch.DispatchTeam(incident="A", team="FS001", dispatch="d-1"))
    play.accept(dispatch.CancelDispatch(dispatch="d-1", reason="not_needed"))
    play.accept(dispatch.DepartTeam(dispatch="d-1"))
    assert last(play)["late"] is True
    assert last(play)["text"]["zh"].endswith("（补录）")


def test_an_import_is_not_late_for_being_old() -> None:
    play = day()
    play.accept(
        dispatch.DispatchTeam(incident="A", team="FS001"),
        occurred_at=BEGIN - timedelta(days=900),
        source="import",
    )
    assert last(play)["late"] is False


def test_in_an_exercise_lateness_is_of_simulated_time() -> None:
    play = district("drill-x")
    play.accept(clock.StartClock(at=BEGIN + timedelta(days=9), rate_n=60), CONTROLLER)
    play.accept(incident.ReportIncident(kind="flood", place=SQUARE, incident="A"))
    assert last(play)["late"] is False
    happened = play.log[-1].occurred_at
    for _ in range(3):
        play.accept(entry.AddEntry(incident="A", text="稍后"))
    play.accept(entry.AddEntry(incident="A", text="早先"), occurred_at=happened)
    assert last(play)["late"] is True


@pytest.mark.parametrize(
    ("command", "significant"),
    [
        (incident.VerifyIncident(incident="A", real=True, reason="核实"), False),
        (incident.VerifyIncident(incident="A", real=False, reason="误报"), True),
        (incident.DeclareMajorIncident(incident="A", reason="被困"), True),
        (entry.AddEntry(incident="A", text="平常"), False),
        (entry.AddEntry(incident="A", text="求救", tag="mayday"), True),
        (dispatch.DispatchTeam(incident="A", team="FS001"), False),
    ],
)
def test_significant_is_what_a_duty_lead_would_want_to_read(command: Any, significant: bool) -> None:
    play = day()
    play.accept(command)
    assert last(play)["significant"] is significant


def test_a_long_text_is_cut_in_the_sentence_and_whole_in_the_arguments() -> None:
    play = day()
    play.accept(entry.AddEntry(incident="A", text="水" * 4000))
    line = last(play)
    assert len(line["text"]["zh"]) < 300
    assert len(line["args"]["text"]) == 4000


def test_the_window_holds_the_newest_entries_and_no_more() -> None:
    play = day()
    for number in range(TIMELINE_ENTRIES_MAX):
        play.accept(entry.AddEntry(incident="A", text=f"第{number}条"))
    positions = list(Page(board_of(play.log)).timeline)
    assert positions == list(range(play.world.position - TIMELINE_ENTRIES_MAX + 1, play.world.position + 1))
