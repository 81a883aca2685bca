"""The same file again, at another speed, after a kill, and files that overlap: nothing twice, nothing lost."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

from core.entry import EntryAdded
from core.incident import IncidentClosed, IncidentReopened
from core.operation import CommandRefused
from handlers.desk import Desk
from scenarios.replay.doors import DeskDoor
from scenarios.replay.finding import find_map
from scenarios.replay.importing import Import
from scenarios.replay.run import Run, look_up
from tests.replay import drill
from tests.replay.invented import HEADER, invent
from tests.replay.reference import Reference
from tests.replay.test_against_reference import facts_found, facts_wanted, same_figures

ROOT = Path(__file__).resolve().parents[2]
LIANDONG = (sys.executable, "-c", "from web.cli import main; main()")
WAL_BYTES_AT_KILL = 1_500_000


def write(file: Path, *rows: dict[str, str]) -> Path:
    """A file of some rows, each given by what differs from a plain one."""
    plain = {
        "Call Number": "1",
        "Unit ID": "E01",
        "Call Type": "Alarms",
        "Received DtTm": "01/01/2018 10:00:00 AM",
        "Dispatch DtTm": "01/01/2018 10:01:00 AM",
        "Response DtTm": "01/01/2018 10:02:00 AM",
        "On Scene DtTm": "01/01/2018 10:05:00 AM",
        "Available DtTm": "01/01/2018 10:20:00 AM",
        "Call Final Disposition": "Fire",
        "Address": "1 INVENTED ST",
        "Unit Type": "ENGINE",
    }
    lines = [",".join(HEADER)]
    for row in rows:
        whole = plain | row
        whole.setdefault("RowID", f"{whole['Call Number']}-{whole['Unit ID']}")
        lines.append(",".join(whole.get(name, "") for name in HEADER))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


async def test_another_file_with_other_stamps_of_the_same_rows_loses_neither_clock(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", {})
    second = write(
        tmp_path / "b.csv",
        {
            "Dispatch DtTm": "01/01/2018 10:01:30 AM",
            "Response DtTm": "01/01/2018 10:02:30 AM",
            "Received DtTm": "01/01/2018 09:59:00 AM",
        },
    )
    async with drill.sqlite(tmp_path) as log:
        await drill.play(log, first, "drill-a")
        before = facts_found(await drill.records(log, "drill-a"))
        report = await drill.play(log, second, "drill-a")
        recorded = await drill.records(log, "drill-a")
        assert facts_found(recorded) == before
        entries = [
            (one.event.fact, one.occurred_at.isoformat())
            for one in recorded
            if isinstance(one.event, EntryAdded)
        ]
        assert entries == [
            ("Received DtTm", "2018-01-01T17:59:00+00:00"),
            ("Dispatch DtTm", "2018-01-01T18:01:30+00:00"),
        ]
        refused = [
            (one.event.command, one.event.code, one.occurred_at.isoformat())
            for one in recorded
            if isinstance(one.event, CommandRefused)
        ]
        assert refused == [("DepartTeam", "already_recorded", "2018-01-01T18:02:30+00:00")]
        assert [(one["row"], one["code"]) for one in report["refusals"]] == [(2, "already_recorded")]
        for file in (first, second):
            assert (await drill.play(log, file, "drill-a"))["events"]["added"] == 0


async def test_another_file_with_more_units_of_a_closed_call_reopens_and_closes_it(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", {})
    second = write(tmp_path / "b.csv", {"Unit ID": "T02", "Unit Type": "TRUCK"}, {})
    both = write(tmp_path / "both.csv", {}, {"Unit ID": "T02", "Unit Type": "TRUCK"})
    async with drill.sqlite(tmp_path) as log:
        await drill.play(log, first, "drill-a")
        await drill.play(log, second, "drill-a")
        recorded = await drill.records(log, "drill-a")
        assert facts_found(recorded) == facts_wanted(Reference(both))
        same_figures(drill.metrics_of(recorded).data(), Reference(both))
        course = [
            type(one.event) for one in recorded if isinstance(one.event, IncidentClosed | IncidentReopened)
        ]
        assert course == [IncidentClosed, IncidentReopened, IncidentClosed]
        assert not [one for one in recorded if isinstance(one.event, CommandRefused)]
        for file in (second, first):
            assert (await drill.play(log, file, "drill-a"))["events"]["added"] == 0


async def test_a_row_id_that_the_log_knows_as_another_units_gets_an_id_of_its_own(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", {"RowID": "r1"})
    second = write(tmp_path / "b.csv", {"Call Number": "2", "Unit ID": "T02", "RowID": "r1"})
    async with drill.sqlite(tmp_path) as log:
        await drill.play(log, first, "drill-a")
        report = await drill.play(log, second, "drill-a")
        assert [one["kind"] for one in report["oddities"] if one["kind"] == "row_id_taken"]
        figures = drill.metrics_of(await drill.records(log, "drill-a")).data()
        assert (figures["calls"], figures["dispatches"]) == (2, 2)
        assert (await drill.play(log, second, "drill-a"))["events"]["added"] == 0


async def test_played_in_time_the_same_facts_come_and_full_speed_afterwards_adds_nothing(
    tmp_path: Path,
) -> None:
    file = write(
        tmp_path / "a.csv",
        {
            "Received DtTm": "01/01/2018 10:04:00 AM",
            "Dispatch DtTm": "01/01/2018 10:04:30 AM",
            "Response DtTm": "01/01/2018 10:05:00 AM",
            "On Scene DtTm": "01/01/2018 10:08:00 AM",
            "Available DtTm": "01/01/2018 10:12:00 AM",
        },
    )
    async with drill.sqlite(tmp_path) as log:
        desk = await Desk.open(log, "drill-a")
        read = Import(file, find_map(drill.SF))
        report = await read.run("drill-a", DeskDoor(desk, log), Fraction(600))
        await desk.close()
        # Eight minutes at 600 times the speed.
        assert 0.75 <= report["seconds"] < 10
        recorded = await drill.records(log, "drill-a")
        assert facts_found(recorded) == facts_wanted(Reference(file))
        assert (await drill.play(log, file, "drill-a"))["events"]["added"] == 0


async def test_an_import_that_was_cancelled_in_time_goes_on_at_full_speed_without_a_future_stamp(
    tmp_path: Path,
) -> None:
    file = write(
        tmp_path / "a.csv",
        {},
        {"Call Number": "2", "Received DtTm": "01/02/2018 10:00:00 AM", "Unit ID": "E02"},
    )
    async with drill.sqlite(tmp_path) as log:
        desk = await Desk.open(log, "drill-a")
        read = Import(file, find_map(drill.SF))
        door = DeskDoor(desk, log)
        run = Run(read.plan("drill-a", await look_up(door), Fraction(600)), door, Fraction(600), silent)
        task = asyncio.create_task(run.go())
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.wait([task])
        await desk.close()
        await drill.play(log, file, "drill-a")
        recorded = await drill.records(log, "drill-a")
        assert facts_found(recorded) == facts_wanted(Reference(file))
        assert not [one for one in recorded if isinstance(one.event, CommandRefused)]
        assert (await drill.play(log, file, "drill-a"))["events"]["added"] == 0


def silent(done: int, of: int) -> None:
    """Progress that nobody looks at."""


def kill_when_written(command: list[str], data: Path) -> int:
    """Start an import and kill it once it has written a good part; its exit code."""
    database = data / "liandong.db-wal"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if database.exists() and database.stat().st_size > WAL_BYTES_AT_KILL:
                process.kill()
            time.sleep(0.002)
    return process.returncode


async def test_killed_in_the_middle_and_run_again_the_import_is_exactly_whole(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    invent(file, seed=3, rows=1500)
    data = tmp_path / "data"
    arguments = ["replay", str(file), "--map", drill.SF, "--data", str(data), "--operation", "drill-a"]
    assert await asyncio.to_thread(kill_when_written, [*LIANDONG, *arguments], data) == -signal.SIGKILL
    reference = Reference(file)
    async with drill.sqlite(data, fresh=False) as log:
        left = await drill.records(log, "drill-a")
        assert 0 < len(facts_found(left)) < len(facts_wanted(reference))
        report = await drill.play(log, file, "drill-a")
        assert report["commands"]["repeated"] > 0
        assert report["events"]["before"] == left[-1].position
        recorded = await drill.records(log, "drill-a")
        assert facts_found(recorded) == facts_wanted(reference)
        same_figures(drill.metrics_of(recorded).data(), reference)
        assert (await drill.play(log, file, "drill-a"))["events"]["added"] == 0
