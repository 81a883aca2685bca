"""kill -9 of a process that writes to SQLite under load: what it acknowledged is there, once, and the next process goes on."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.desk.support import Nodes, accepted, assert_exactly_once, report

ROOT = Path(__file__).parents[2]
ACKNOWLEDGED_MIN = 300


async def write_and_be_killed(folder: Path) -> dict[UUID, dict[str, Any]]:
    """What a process acknowledged before it was killed in the middle of its work."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.desk.writer", str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines: list[bytes] = []
    async with asyncio.timeout(30):
        while len(lines) < ACKNOWLEDGED_MIN:
            line = await process.stdout.readline()
            assert line, "the writer ended by itself"
            lines.append(line)
    process.kill()
    rest, _ = await process.communicate()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    found: dict[UUID, dict[str, Any]] = {}
    for line in lines:
        id, first, last = line.split()
        found[UUID(id.decode())] = {"positions": [int(first), int(last)]}
    return found


async def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    acknowledged = await write_and_be_killed(tmp_path)
    acknowledged |= await write_and_be_killed(tmp_path)
    nodes = Nodes(tmp_path)
    desk = await nodes.desk()
    try:
        await assert_exactly_once(nodes.logs[0], acknowledged)
        assert len(desk.world.incidents) >= len(acknowledged) >= 2 * ACKNOWLEDGED_MIN
        await accepted(desk, report())
    finally:
        await nodes.close()
