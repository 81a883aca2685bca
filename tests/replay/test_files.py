"""Files as they come: other years' columns, encodings, quotes, broken rows; and maps. Errors name what to put right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.dispatch import DispatchCancelled
from core.incident import IncidentReported
from core.team import TeamRegistered
from scenarios.replay.errors import FileError, MapError, ReplayError
from scenarios.replay.finding import find_map, shipped
from scenarios.replay.importing import Import, rate_of
from scenarios.replay.maps import parse_map
from tests.replay import drill
from tests.replay.reference import Reference
from tests.replay.test_again import write
from tests.replay.test_against_reference import facts_found, facts_wanted

OURS = """
name = "江湾"
about = {{ zh = "江湾区接处警记录" }}
encodings = ["utf-8-sig", "gb18030"]
zone = "Asia/Shanghai"
time_formats = ["%Y年%m月%d日 %H:%M:%S", "%Y-%m-%d %H:%M"]
source_crs = "{crs}"
optional = ["disposition"]
[organisation]
id = "fire"
name = {{ zh = "消防支队" }}
[columns]
call = ["警情编号"]
unit = ["车组"]
received = ["接警时间"]
ordered = ["派车时间"]
on_scene = ["到场时间"]
available = ["归队时间"]
lon = ["经度"]
lat = ["纬度"]
disposition = ["结果"]
"""
HEAD = "警情编号,车组,接警时间,派车时间,到场时间,归队时间,经度,纬度\n"
LINE = "警-1,朝阳1车,2026年05月12日 08:00:00,2026年05月12日 08:01:00,,2026年05月12日 24:00:00,120.17188,30.29077\n"


def ours(folder: Path, crs: str = "GCJ-02") -> str:
    path = folder / "ours.toml"
    path.write_text(OURS.format(crs=crs), encoding="utf-8")
    return str(path)


def oddities(report: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in report["oddities"]:
        found[one["kind"]] = found.get(one["kind"], 0) + one["count"]
    return found


def rehearse(file: Path, chart: str = drill.SF) -> dict[str, Any]:
    return Import(file, find_map(chart)).rehearse("drill-a")


# --- columns of other years ---


async def test_the_columns_times_and_points_of_another_year_are_found(tmp_path: Path) -> None:
    file = tmp_path / "api.csv"
    file.write_text(
        "call_number,unit_id,call_type,received_timestamp,entry_dttm,dispatch_dttm,response_dttm,on_scene_dttm,"
        "transport_dttm,hospital_dttm,call_final_disposition,available_dttm,address,city,unit_type,rowid,case_location\n"
        "180010001,E01,Alarms,2018-07-01T12:00:00.000,2018-07-01T12:00:30,2018-07-01T12:01:00,2018-07-01T12:02:00,"
        "2018-07-01T12:05:00,,,Fire,2018-07-01T12:20:00,1 INVENTED ST,SF,ENGINE,180010001-E01,POINT (-122.4 37.7)\n",
        encoding="utf-8",
    )
    async with drill.sqlite(tmp_path) as log:
        report = await drill.play(log, file, "drill-a")
        recorded = await drill.records(log, "drill-a")
    (reported,) = (one for one in recorded if isinstance(one.event, IncidentReported))
    assert isinstance(reported.event, IncidentReported)
    assert (reported.event.place.lon, reported.event.place.lat) == (-122.4, 37.7)
    assert reported.occurred_at.isoformat() == "2018-07-01T19:00:00+00:00"
    assert oddities(report) == {"missing": 2}


def test_a_missing_column_is_named_with_the_header(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Call Number,Unit,When\n1,E1,now\n", encoding="utf-8")
    with pytest.raises(
        FileError, match=r"received \(Received DtTm / .*Its header is: Call Number, Unit, When"
    ):
        rehearse(file)


@pytest.mark.parametrize("content", ["", "\n", " , \n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FileError, match="is empty"):
        rehearse(file)


async def test_a_header_alone_is_an_import_of_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv")
    async with drill.sqlite(tmp_path) as log:
        report = await drill.play(log, file, "drill-a")
        assert (report["rows"], report["calls"], report["events"]["added"]) == (0, 0, 1)
        assert (await drill.play(log, file, "drill-a"))["events"]["added"] == 0


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        rehearse(tmp_path / "nothing.csv")


def test_an_unknown_encoding_names_the_byte(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", {})
    file.write_bytes(file.read_bytes() + b"\xff\xfe")
    with pytest.raises(FileError, match=r"utf-8-sig @ \d+"):
        rehearse(file)


def test_a_quote_that_is_never_closed_is_told_and_loses_no_row_in_silence(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", {}, {"Call Number": "2"})
    file.write_text(file.read_text(encoding="utf-8") + '3,"E01,\n4,E01\n', encoding="utf-8")
    report = rehearse(file)
    assert oddities(report)["wrong_cells"] == 1
    assert report["not_understood"][0]["cells"] == ["3", "E01,\n4,E01\n"]
    file.write_text(file.read_text(encoding="utf-8") + "x" * (1 << 20), encoding="utf-8")
    with pytest.raises(FileError, match="a quote was not closed"):
        rehearse(file)


async def test_times_that_cannot_be_read_at_all_point_to_the_map(tmp_path: Path) -> None:
    names = ["Received DtTm", "Dispatch DtTm", "Response DtTm", "On Scene DtTm", "Available DtTm"]
    stamps: dict[str, str] = dict.fromkeys(names, "soon")
    with pytest.raises(FileError, match="time_formats"):
        rehearse(write(tmp_path / "a.csv", stamps))


# --- our own map ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_map_of_ones_own_reads_chinese_columns_ids_and_shifted_coordinates(
    tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEAD + LINE, encoding=encoding)
    async with drill.sqlite(tmp_path) as log:
        report = await drill.play(log, file, "drill-a", ours(tmp_path))
        recorded = await drill.records(log, "drill-a")
    events = [one.event for one in recorded]
    (reported,) = (event for event in events if isinstance(event, IncidentReported))
    (team,) = (event for event in events if isinstance(event, TeamRegistered))
    assert (team.name.zh, team.team.isascii()) == ("朝阳1车", True)
    assert reported.place.original is not None
    assert (reported.place.original.crs, reported.place.original.lon) == ("GCJ-02", 120.17188)
    assert reported.place.lon == pytest.approx(120.16722, abs=2e-5)
    assert reported.place.lat == pytest.approx(30.29312, abs=2e-5)
    assert "警情编号: 警-1" in (reported.text or "")
    # 24:00 is the beginning of the next day, at +08:00.
    (freed,) = (one.occurred_at for one in recorded if isinstance(one.event, DispatchCancelled))
    assert freed.isoformat() == "2026-05-12T16:00:00+00:00"
    assert oddities(report)["id_changed"] == 2
    assert oddities(report)["column_absent"] == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('zone = "Asia/Shanghai"', "zone = 'Mars/Base'"),
        ('"%Y-%m-%d %H:%M"', '"%Q"'),
        ('optional = ["disposition"]', 'optional = ["hat"]'),
        ('lat = ["纬度"]', ""),
        ('name = "江湾"', 'name = "江湾"\nsize = 3'),
        ('zone = "Asia/Shanghai"', 'zone = "Asia/Shanghai"\npoint_formats = ["(x, y)"]'),
        ("[columns]", '[codes.call_type]\n"x" = "no_such_kind"\n[columns]'),
    ],
)
def test_a_map_that_is_wrong_says_where(tmp_path: Path, wrong: str, said: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEAD + LINE, encoding="utf-8")
    data = OURS.format(crs="WGS-84")
    assert wrong in data
    with pytest.raises(MapError):
        Import(file, parse_map(data.replace(wrong, said).encode(), "ours")).rehearse("drill-a")


def test_a_map_that_is_not_there_lists_those_that_ship() -> None:
    assert shipped() == ["san-francisco-fire"]
    with pytest.raises(MapError, match="san-francisco-fire"):
        find_map("no-such-map")


@pytest.mark.parametrize("speed", [0, -1, 601, 1e-9])
def test_a_speed_that_no_clock_has_is_refused(speed: float) -> None:
    with pytest.raises(ReplayError):
        rate_of(speed)


# --- single oddities ---


async def test_a_unit_freed_and_sent_on_in_the_same_second_was_not_diverted(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        {
            "Call Number": "2",
            "Received DtTm": "01/01/2018 10:15:00 AM",
            "Dispatch DtTm": "01/01/2018 10:20:00 AM",
            "Response DtTm": "",
            "On Scene DtTm": "",
            "Available DtTm": "01/01/2018 10:30:00 AM",
        },
        {},
    )
    async with drill.sqlite(tmp_path) as log:
        report = await drill.play(log, file, "drill-a")
        recorded = await drill.records(log, "drill-a")
    assert report["diverted"] == 0
    assert facts_found(recorded) == facts_wanted(Reference(file))


async def test_a_unit_that_is_never_freed_leaves_its_call_open(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", {"Available DtTm": ""}, {"Unit ID": "T02"})
    async with drill.sqlite(tmp_path) as log:
        report = await drill.play(log, file, "drill-a")
    assert report["left_open"] == {"dispatches": ["1-E01"], "calls": 1}
    assert "CloseIncident" not in report["commands"]["by_type"]


async def test_rows_that_cannot_be_understood_are_on_their_call_or_in_the_report(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", {})
    file.write_text(file.read_text(encoding="utf-8") + "1,E07\n7,E08\n,E09\n\n", encoding="utf-8")
    report = rehearse(file)
    assert [(one["row"], one["why"], one["entry_on"]) for one in report["not_understood"]] == [
        (3, "wrong_cells", "1"),
        (4, "wrong_cells", None),
        (5, "wrong_cells", None),
    ]
    assert oddities(report)["blank_row"] == 1


def test_the_hour_that_comes_twice_and_the_one_that_never_came_are_told(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        {"Received DtTm": "11/05/2017 01:30:00 AM", "Call Number": "1"},
        {"Received DtTm": "03/11/2018 02:30:00 AM", "Call Number": "2", "Unit ID": "E02"},
    )
    found = oddities(rehearse(file))
    assert (found["dst_ambiguous"], found["dst_gap"]) == (1, 1)


def test_every_oddity_names_rows_that_the_file_has(tmp_path: Path) -> None:
    from tests.replay.invented import invent

    file = tmp_path / "a.csv"
    invent(file, seed=5, rows=300)
    report = rehearse(file)
    last = sum(1 for _ in Import(file, find_map(drill.SF)).table.rows()) + 1
    for one in report["oddities"]:
        assert one["count"] == len(one["rows"]) > 0
        assert all(1 <= row <= last for row in one["rows"])
        assert len(one.get("of", one["rows"])) == len(one["rows"])
