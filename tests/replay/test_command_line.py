"""`liandong replay` and `liandong metrics` as a person runs them: in a folder of one's own, and beside a real server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.replay import drill
from tests.replay.invented import invent
from tests.replay.reference import Reference
from tests.replay.test_again import write
from tests.replay.test_against_reference import same_figures

ROOT = Path(__file__).resolve().parents[2]
LIANDONG = (sys.executable, "-c", "from web.cli import main; main()")
START_TIMEOUT_S = 30


def liandong(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [*LIANDONG, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def result(*arguments: str | Path, **environment: str) -> dict[str, Any]:
    """The JSON of a command that must succeed."""
    done = liandong(*arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("calls") / "calls.csv"
    invent(file, seed=21, rows=400)
    return file


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A running server: its address and its data folder."""
    data = tmp_path_factory.mktemp("data")
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = [*LIANDONG, "serve", "--data", str(data), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(url, process)
            yield url, data
        finally:
            process.terminate()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            with urllib.request.urlopen(f"{url}/api/health/live", timeout=1):
                return
        except OSError:
            assert process.poll() is None, "the server ended at once"
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)


def test_a_file_is_played_into_a_fresh_folder_and_its_metrics_read(calls: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    told = tmp_path / "report.json"
    arguments = (
        "replay",
        calls,
        "--map",
        drill.SF,
        "--data",
        data,
        "--operation",
        "drill-a",
        "--report",
        told,
    )
    first = result(*arguments)
    assert first["events"]["before"] == 0 < first["events"]["added"]
    assert json.loads(told.read_bytes()) == first
    again = result(*arguments, "--speed", "60")
    assert again["events"]["added"] == 0
    same_figures(result("metrics", "drill-a", "--data", data), Reference(calls))


def test_tables_are_for_people(calls: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = liandong("replay", calls, "--map", drill.SF, "--data", data, "--operation", "drill-a")
    assert done.returncode == 0, done.stderr
    assert "Oddities" in done.stdout
    assert "改派" in done.stdout
    shown = liandong("metrics", "drill-a", "--data", data)
    assert "M22" in shown.stdout
    assert "NFPA 1710" in shown.stdout


def test_through_a_running_server_comes_the_same_and_again_nothing(
    server: tuple[str, Path], calls: Path
) -> None:
    url, data = server
    token = liandong(
        "token", "create", "--data", data, "--post", "duty", "--organisation", "gov"
    ).stdout.strip()
    arguments = ("replay", calls, "--map", drill.SF, "--url", url, "--operation", "drill-a")
    first = result(*arguments, LIANDONG_TOKEN=token)
    assert first["commands"]["refused"] == 0
    assert first["events"]["before"] == 0 < first["events"]["added"]
    again = result(*arguments, LIANDONG_TOKEN=token)
    assert again["events"]["added"] == 0
    assert again["commands"]["repeated"] == again["commands"]["sent"]
    # Read beside the server that owns the folder.
    same_figures(result("metrics", "drill-a", "--data", data), Reference(calls))


def test_a_folder_that_a_server_owns_is_left_to_the_server(server: tuple[str, Path], calls: Path) -> None:
    _, data = server
    done = liandong("replay", calls, "--map", drill.SF, "--data", data, "--operation", "drill-b")
    assert done.returncode == 3
    assert "--url" in done.stderr


def test_a_post_that_may_not_set_up_a_drill_is_told_before_anything_is_sent(
    server: tuple[str, Path], calls: Path
) -> None:
    url, data = server
    made = liandong("token", "create", "--data", data, "--post", "reporter", "--organisation", "gov")
    done = liandong(
        "replay",
        calls,
        "--map",
        drill.SF,
        "--url",
        url,
        "--operation",
        "drill-c",
        LIANDONG_TOKEN=made.stdout.strip(),
    )
    assert done.returncode == 1
    assert "cannot be set up" in done.stderr
    assert liandong("metrics", "drill-c", "--data", data).returncode == 1


def test_a_wrong_token_is_told_in_the_servers_own_words(server: tuple[str, Path], calls: Path) -> None:
    url, _ = server
    done = liandong(
        "replay", calls, "--map", drill.SF, "--url", url, "--operation", "drill-d", LIANDONG_TOKEN="x"
    )
    assert done.returncode == 1
    assert "401" in done.stderr


def test_a_dry_run_reports_and_writes_nothing(calls: Path, tmp_path: Path) -> None:
    found = result(
        "replay", calls, "--map", drill.SF, "--operation", "drill-a", "--dry-run", "--data", tmp_path / "none"
    )
    assert found["dry_run"]
    assert "events" not in found
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--operation", "live", "--data", "x"), 2, "drills only"),
        (("--operation", "drill-a", "--data", "x", "--url", "http://localhost:1"), 2, "only one"),
        (("--operation", "drill-a", "--data", "x", "--speed", "9000"), 1, "--speed"),
        (("--operation", "drill-a", "--url", "ftp://nowhere"), 1, "no address"),
    ],
)
def test_wrong_usage_says_what_to_do(calls: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = liandong("replay", calls, "--map", drill.SF, *arguments, LIANDONG_TOKEN="t")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_metrics_as_of_a_position_and_of_a_simulated_time_stop_there(tmp_path: Path) -> None:
    data = tmp_path / "data"
    file = write(
        tmp_path / "a.csv",
        {},
        {"Call Number": "2", "Unit ID": "E02", "Received DtTm": "01/01/2018 10:10:00 AM"},
    )
    result("replay", file, "--map", drill.SF, "--data", data, "--operation", "drill-a")
    whole = result("metrics", "drill-a", "--data", data)
    early = result("metrics", "drill-a", "--data", data, "--at", "2018-01-01T10:05:00-08:00")
    assert (whole["calls"], early["calls"]) == (2, 1)
    assert early["metrics"]["M22"]["values"] == [240]
    assert result("metrics", "drill-a", "--data", data, "--at", str(early["position"])) == early
    assert liandong("metrics", "drill-a", "--data", data, "--at", "yesterday").returncode == 2
