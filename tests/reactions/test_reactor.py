"""The reactor: within one second of its time, after a restart, once with several nodes, by the drill's own clock, and after kill -9."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from core.adoption import AdoptPlan
from core.clock import ChangeClockRate, Clock, JumpClock, PauseClock, ResumeClock, StartClock
from core.incident import ReportIncident
from core.messages import Actor
from core.operation import OpenOperation
from tests.reactions.site import (
    FIRST,
    UNCHECKED,
    Node,
    eventually,
    leak,
    plan_that_starts,
    postgres_node,
    real_now,
    sqlite_node,
)
from tests.rules.given import t
from tests.watch.log import HERE
from web.node import Node as WebNode
from web.reactor import id_of, real_delay_s
from web.settings import Settings

SECOND = timedelta(seconds=1)
ROOT = Path(__file__).resolve().parents[2]


async def test_a_plan_starts_and_its_deadline_fires_within_one_second_of_its_time(tmp_path: Path) -> None:
    async with sqlite_node(tmp_path) as node:
        await node.furnish(ack_s=1)
        await node.send(leak())
        said = (await node.of_type("EntryAdded"))[0].recorded_at
        (activated,) = await eventually(node, "PlanActivated")
        assert activated.recorded_at - said < SECOND
        (opened,) = await node.of_type("LinkOpened")
        (timed_out,) = await eventually(node, "LinkTimedOut")
        due = opened.occurred_at + SECOND
        assert timedelta() < timed_out.recorded_at - due < SECOND
        # Raised when it is due, and once more as critical when it goes up.
        found = await eventually(node, "FindingRaised", lambda found: len(found) > 1)
        assert [getattr(one.event, "severity", "") for one in found] == ["warning", "critical"]
        raised = found[0]
        assert raised.recorded_at - due < SECOND
        assert raised.actor.post_id == "system/watch"


async def test_a_deadline_that_passed_while_no_node_ran_fires_at_the_start_and_once(tmp_path: Path) -> None:
    async with sqlite_node(tmp_path) as node:
        await node.furnish(ack_s=2)
        await node.send(leak())
        await eventually(node, "LinkOpened")
    await asyncio.sleep(2.1)
    began = real_now()
    for _ in range(2):
        async with sqlite_node(tmp_path) as node:
            found = await eventually(node, "LinkEscalated")
            await asyncio.sleep(0.3)
            assert (
                len(await node.of_type("LinkTimedOut"))
                == len(await node.of_type("LinkEscalated"))
                == len(found)
                == 1
            )
            assert found[0].recorded_at - began < 2 * SECOND


async def test_two_nodes_on_one_database_act_once(pg_dsn: str) -> None:
    async with postgres_node(pg_dsn) as one, postgres_node(pg_dsn) as two:
        await one.furnish(ack_s=1)
        await two.send(leak())
        (opened,) = await eventually(one, "LinkOpened")
        (timed_out,) = await eventually(two, "LinkTimedOut")
        assert timed_out.recorded_at - (opened.occurred_at + SECOND) < SECOND
        await eventually(one, "FindingRaised")
        await asyncio.sleep(0.5)
        counts = Counter(recorded.type for recorded in await one.records())
        assert counts["PlanActivated"] == counts["LinkTimedOut"] == counts["LinkEscalated"] == 1
        raised = [recorded.event for recorded in await one.of_type("FindingRaised")]
        found = [(getattr(event, "finding", ""), getattr(event, "severity", "")) for event in raised]
        assert len(found) == len(set(found))
        assert counts["CommandRefused"] == 0


async def test_a_node_that_stops_leaves_the_deadlines_to_the_other(pg_dsn: str) -> None:
    async with postgres_node(pg_dsn) as stays:
        async with postgres_node(pg_dsn) as goes:
            await goes.furnish(ack_s=1)
            await goes.send(leak())
            await eventually(goes, "LinkOpened")
        (opened,) = await stays.of_type("LinkOpened")
        (timed_out,) = await eventually(stays, "LinkTimedOut")
        assert timed_out.recorded_at - (opened.occurred_at + SECOND) < SECOND


CONTROLLER = Actor("u-2", "gov", "controller")


async def drill(live: Node, node: Node) -> None:
    """A drill on the clock of its own scenario, with the plan whose link is answered within a minute."""
    await live.furnish()
    await node.send(OpenOperation(title="演练"), CONTROLLER)
    await node.send(StartClock(at=t("09:00"), rate_n=60), CONTROLLER)
    await node.send(AdoptPlan(source=plan_that_starts(60), waivers=UNCHECKED))
    await node.send(ReportIncident(incident=FIRST, kind="explosion", place=HERE))
    await node.send(leak())
    await eventually(node, "LinkOpened")


async def test_a_drills_deadlines_follow_its_clock(tmp_path: Path) -> None:
    async with sqlite_node(tmp_path, react=False) as live:
        node = await Node(live.log, "drill-1").open()
        try:
            await drill(live, node)
            await node.send(PauseClock(), CONTROLLER)
            await asyncio.sleep(1.3)
            assert (
                await node.of_type("LinkTimedOut") == []
            )  # a minute of the scenario is a second here, but the clock stands
            await node.send(ResumeClock(), CONTROLLER)
            await node.send(ChangeClockRate(rate_n=120), CONTROLLER)
            (opened,) = await node.of_type("LinkOpened")
            (timed_out,) = await eventually(node, "LinkTimedOut", within_s=3)
            due = opened.occurred_at + timedelta(minutes=1)
            assert timedelta() < timed_out.occurred_at - due < timedelta(minutes=2)
        finally:
            await node.close()


async def test_what_falls_due_inside_a_jump_fires_at_once(tmp_path: Path) -> None:
    async with sqlite_node(tmp_path, react=False) as live:
        node = await Node(live.log, "drill-1").open()
        try:
            await drill(live, node)
            await node.send(ChangeClockRate(rate_n=1), CONTROLLER)
            assert await node.of_type("LinkTimedOut") == []
            await node.send(JumpClock(to=t("12:00")), CONTROLLER)
            before = real_now()
            (timed_out,) = await eventually(node, "LinkTimedOut", within_s=3)
            assert timed_out.recorded_at - before < SECOND
        finally:
            await node.close()


def test_the_delay_until_an_instant_of_the_scenario() -> None:
    real = real_now()
    due = t("09:10")
    assert real_delay_s(None, real + SECOND, real) == 1
    assert real_delay_s(Clock(real, t("09:00"), 60, 1), due, real) == 10
    assert real_delay_s(Clock(real, t("09:00"), 1, 2), due, real) == 1200
    assert real_delay_s(Clock(real, t("09:00"), 60, 1, paused=True), due, real) is None


def test_the_id_of_a_reaction_is_the_same_everywhere_and_another_for_another_operation() -> None:
    assert id_of("live", "miss|x") == id_of("live", "miss|x")
    assert id_of("live", "miss|x") != id_of("drill-1", "miss|x")


async def test_a_node_of_the_edge_reacts_from_its_start_on(tmp_path: Path) -> None:
    async with WebNode.running(Settings(data=tmp_path)):
        pass
    async with sqlite_node(tmp_path) as node:
        await node.furnish(ack_s=1, district=False)
        await node.send(leak())
        await eventually(node, "LinkOpened")
    async with WebNode.running(Settings(data=tmp_path)) as edge:
        seen = Node(edge.log)
        await eventually(seen, "LinkTimedOut")
    async with WebNode.running(Settings(data=tmp_path, reactions=False)) as idle:
        before = await idle.log.head("live")
        await asyncio.sleep(0.3)
        assert await idle.log.head("live") == before


CHILD = """
import asyncio, pathlib, sys
from tests.reactions.site import leak, order, sqlite_node

async def main():
    async with sqlite_node(pathlib.Path(sys.argv[1])) as node:
        await node.furnish(ack_s=1)
        await node.send(order())
        await node.send(leak())
        print("sent", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_kill_9_in_the_middle_of_a_cascade_loses_and_doubles_nothing(tmp_path: Path) -> None:
    for number, wait_s in enumerate((0.0, 0.004, 0.02, 1.05)):
        folder = tmp_path / str(number)
        folder.mkdir()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CHILD, str(folder), stdout=subprocess.PIPE, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert child.stdout is not None
        assert await asyncio.wait_for(child.stdout.readline(), 30) == b"sent\n"
        await asyncio.sleep(wait_s)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        await child.wait()
        async with sqlite_node(folder) as node:
            await eventually(node, "LinkTimedOut")
            await eventually(node, "LinkEscalated", lambda found: len(found) >= 1)
            await eventually(node, "FindingRaised")
            await asyncio.sleep(0.2)
            records = await node.records()
            counts = Counter(recorded.type for recorded in records)
            assert counts["PlanActivated"] == counts["LinkOpened"] == counts["LinkTimedOut"] == 1, (
                wait_s,
                counts,
            )
            assert counts["LinkEscalated"] == 1
            # The cascade is one decision: the activation and its link stand side by side, or neither does.
            places = {
                recorded.type: recorded.position
                for recorded in records
                if recorded.type in ("PlanActivated", "LinkOpened")
            }
            assert places["LinkOpened"] == places["PlanActivated"] + 1
            assert [recorded.position for recorded in records] == list(range(1, len(records) + 1))
