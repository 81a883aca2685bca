"""`liandong demo` as it is run: a process of its own, its link, its board, its end, and the day going on after a second start."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

LINK = re.compile(r"^(http://127\.0\.0\.1:\d+)/login\?next=/board/drill-demo#(\S+)$", re.MULTILINE)
START_S = 45
BOARD = "/api/operations/drill-demo/views/board"


class Running(NamedTuple):
    """A demo that has said how to log in."""

    process: Process
    url: str
    code: str

    async def log_in(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(f"{self.url}/api/session", json={"code": self.code})


def arguments(*given: str) -> list[str]:
    return ["-c", "from web.cli import main; main()", "demo", "--no-browser", *given]


async def link_of(process: Process) -> tuple[str, str]:
    """The link, as a program finds it: alone on its line."""
    assert process.stdout is not None
    said = ""
    while not (found := LINK.search(said)):
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
        assert line, f"it ended before it was ready: {said}"
        said += line.decode()
    return found[1], found[2]


@asynccontextmanager
async def demo(folder: Path, *given: str) -> AsyncGenerator[Running]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments("--port", "0", "--data", str(folder), *given), stdout=PIPE, stderr=PIPE
    )
    try:
        yield Running(process, *await link_of(process))
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def stop(running: Running) -> str:
    """Ctrl+C; what it said at its end."""
    running.process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(running.process.communicate(), 30)
    assert running.process.returncode == 0, err.decode()
    assert "Traceback" not in err.decode()
    return out.decode()


async def rows(client: httpx.AsyncClient, running: Running) -> dict[str, list[dict[str, Any]]]:
    answer = await client.get(running.url + BOARD)
    assert answer.status_code == 200
    found: dict[str, list[dict[str, Any]]] = answer.json()["data"]["rows"]
    return found


async def test_the_link_logs_in_once_and_the_board_is_alive(tmp_path: Path) -> None:
    async with demo(tmp_path, "--speed", "60") as running, httpx.AsyncClient() as client:
        answer = await running.log_in(client)
        assert answer.status_code == 201
        assert (answer.json()["organisation"], answer.json()["post"]) == ("gov-jw", "duty")
        async with httpx.AsyncClient() as other:
            assert (await running.log_in(other)).status_code == 401
        board = await rows(client, running)
        assert 6 <= len(board["incident"]) <= 20
        assert len(board["team"]) > 120
        assert (await client.get(running.url + "/board/drill-demo")).status_code == 200

        # A dispatcher at work while the day plays.
        report = {
            "id": "6b0f0d0a-5d1e-4d35-9a55-4b8d3b0b7c11",
            "command": {"type": "ReportIncident", "kind": "flood", "place": {"text": "文安路"}},
        }
        sent = await client.post(
            running.url + "/api/operations/drill-demo/commands",
            json=report,
            headers={"x-csrf-token": answer.json()["csrf"], "origin": running.url},
        )
        assert sent.status_code == 201, sent.text

        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        live = running.url.replace("http", "ws", 1) + "/api/operations/drill-demo/live"
        async with connect(live, additional_headers={"cookie": cookies}, origin=Origin(running.url)) as page:
            await page.send(json.dumps({"type": "subscribe", "topics": ["board"]}))
            seen: set[str] = set()
            while not {"hello", "snapshot", "patch"} <= seen:
                message = json.loads(await asyncio.wait_for(page.recv(), 20))
                seen.add(message["type"])
        end = await stop(running)
        assert str(tmp_path) in end


async def test_a_second_start_in_the_same_folder_goes_on(tmp_path: Path) -> None:
    async with demo(tmp_path) as running, httpx.AsyncClient() as client:
        await running.log_in(client)
        first = (await client.get(running.url + BOARD)).json()
        await stop(running)
    async with demo(tmp_path) as running, httpx.AsyncClient() as client:
        await running.log_in(client)
        second = (await client.get(running.url + BOARD)).json()
        assert second["position"] > first["position"], (
            "the stop and the start of the clock, and what came since"
        )
        assert {row["id"] for row in first["data"]["rows"]["team"]} == {
            row["id"] for row in second["data"]["rows"]["team"]
        }
        await stop(running)


async def test_after_kill_9_the_day_goes_on_and_nothing_is_there_twice(tmp_path: Path) -> None:
    async with demo(tmp_path, "--speed", "600") as running, httpx.AsyncClient() as client:
        await running.log_in(client)
        await asyncio.sleep(1.5)
        running.process.kill()
        await running.process.wait()
    async with demo(tmp_path, "--speed", "600") as running, httpx.AsyncClient() as client:
        await running.log_in(client)
        before = (await client.get(running.url + BOARD)).json()["position"]
        await asyncio.sleep(1.5)
        after = (await client.get(running.url + BOARD)).json()["position"]
        assert after > before + 20
        events = f"{running.url}/api/operations/drill-demo/events"
        ordered = await client.get(events, params={"type": "TeamDispatched", "limit": 5000})
        dispatches = [record["event"]["dispatch"] for record in ordered.json()["events"]]
        assert len(dispatches) == len(set(dispatches)) >= 34
        refused = await client.get(events, params={"type": "CommandRefused", "limit": 5000})
        codes = {record["event"]["code"] for record in refused.json()["events"]}
        assert codes <= {"team_committed"}, "only what the day means to show"
        await stop(running)


async def test_a_port_that_is_taken_is_told_in_two_sentences() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments("--port", port), stdout=PIPE, stderr=PIPE
        )
        _, err = await asyncio.wait_for(process.communicate(), START_S)
    assert process.returncode == 3
    assert "--port" in err.decode()
    assert "Traceback" not in err.decode()


@pytest.mark.parametrize("speed", ["0", "601", "fast"])
async def test_a_speed_out_of_bounds_is_wrong_usage(speed: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments("--speed", speed), stdout=PIPE, stderr=PIPE
    )
    _, err = await asyncio.wait_for(process.communicate(), START_S)
    assert process.returncode == 2
    assert "--speed" in err.decode()
