"""A cascade is one decision: 60 plans and 600 tasks by one command, whole or not at all, through kill -9 and restarts."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from pathlib import Path
from uuid import UUID, uuid4

from core.activation import EndResponse, PlanActivated
from core.incident import CloseIncident
from core.link import AcknowledgeLink, LinkAcknowledged
from core.task import CompleteTask, TaskCompleted, TaskOpened
from core.world import World
from tests.desk.cascading import EVENTS, PLANS, TASKS, activation
from tests.desk.support import (
    Nodes,
    accepted,
    assert_exactly_once,
    one_incident,
    records,
    report,
    send,
    set_up,
    verified,
)
from tests.plans.fan import adopted
from tests.rules.given import rows

ROOT = Path(__file__).parents[2]
KILLS = 3


async def test_sixty_plans_and_six_hundred_tasks_follow_from_one_command(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    await accepted(desk, adopted(PLANS, TASKS))
    incident = await one_incident(desk)
    id = uuid4()
    answer = await send(desk, activation(incident), id=id)
    first, last = answer["positions"]
    assert last - first + 1 == EVENTS
    assert answer["created"]["activation"] == "a-1", "the one that was asked for, of sixty"
    again = await send(desk, activation(incident), id=id)
    assert again["positions"] == answer["positions"]
    found = [one for one in await verified(nodes.logs[0]) if one.command_id == id]
    kinds = Counter(one.type for one in found)
    assert kinds == {"PlanActivated": PLANS, "TaskOpened": PLANS * TASKS, "LinkOpened": PLANS - 1, "LinkAccepted": PLANS - 1}  # fmt: skip
    trees = {one.event.cause for one in found if isinstance(one.event, PlanActivated)}
    assert trees == {None, "a-1"}
    assert len({one.event.task for one in found if isinstance(one.event, TaskOpened)}) == PLANS * TASKS
    other = await nodes.desk()
    assert rows(other.world) == rows(desk.world)
    assert (await send(desk, activation(incident)))["positions"] == []


async def test_two_nodes_activate_at_the_same_instant_and_one_does(nodes: Nodes) -> None:
    one = await nodes.desk()
    await set_up(one)
    await accepted(one, adopted(8, 2))
    incident = await one_incident(one)
    desks = [one, await nodes.desk()] if not isinstance(nodes.store, Path) else [one, one]
    answers = await asyncio.gather(*(send(desk, activation(incident)) for desk in desks for _ in range(4)))
    assert sorted(len(answer["positions"]) for answer in answers) == [0] * 7 + [2]
    activated = Counter(
        found.event.plan for found in await records(nodes.logs[0]) if isinstance(found.event, PlanActivated)
    )
    assert set(activated.values()) == {1}


async def test_late_answers_find_what_was_closed_before_a_restart(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    await accepted(desk, adopted(3, 2))
    incident = await one_incident(desk)
    await accepted(desk, activation(incident))
    link, task = min(desk.world.links), min(desk.world.tasks)
    for id in sorted(desk.world.activations):
        await accepted(desk, EndResponse(activation=id, reason="完", override_reason="演示"))
    await accepted(desk, CloseIncident(incident=incident, reason="完", override_reason="演示"))
    await nodes.stop(desk)
    desk = await nodes.desk()
    assert not desk.world.links
    assert not desk.world.tasks
    await accepted(desk, CompleteTask(task=task, evidence="照片"))
    await accepted(desk, AcknowledgeLink(link=link))  # it was accepted by the receiving plan's own rule
    types = {one.type for one in await records(nodes.logs[0])}
    assert TaskCompleted.__name__ in types
    assert LinkAcknowledged.__name__ not in types, "an answered link is read already"
    assert not desk.world.tasks, "a late answer keeps nothing in the world"
    fresh = World()
    for one in await records(nodes.logs[0]):
        fresh.apply(one)
    assert rows(fresh) == rows(desk.world)


async def cascade_and_be_killed(
    folder: Path, after_s: float
) -> tuple[dict[UUID, str], dict[UUID, list[int]]]:
    """What a process asked, and what was acknowledged, before it was killed somewhere within its cascades."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.desk.cascading", str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines: list[bytes] = []
    async with asyncio.timeout(60):
        while sum(line.startswith(b"asked") for line in lines) < 2:
            line = await process.stdout.readline()
            assert line, "the process ended by itself"
            lines.append(line)
        await asyncio.sleep(after_s)
    process.kill()
    rest, _ = await process.communicate()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    asked: dict[UUID, str] = {}
    done: dict[UUID, list[int]] = {}
    for line in lines:
        word, id, *about = line.decode().split()
        if word == "asked":
            asked[UUID(id)] = about[0]
        else:
            done[UUID(id)] = [int(position) for position in about]
    return asked, done


async def test_killed_within_a_cascade_it_is_there_whole_or_not_at_all_and_once_when_asked_again(
    tmp_path: Path,
) -> None:
    chance = random.Random(20260512)
    asked: dict[UUID, str] = {}
    done: dict[UUID, list[int]] = {}
    for _ in range(KILLS):
        some, of_these = await cascade_and_be_killed(tmp_path, chance.uniform(0, 0.06))
        asked |= some
        done |= of_these
    nodes = Nodes(tmp_path)
    desk = await nodes.desk()
    try:
        log = nodes.logs[0]
        await assert_exactly_once(log, {id: {"positions": positions} for id, positions in done.items()})
        there = Counter(one.command_id for one in await verified(log))
        assert {there[id] for id in asked} <= {0, EVENTS}
        assert all(there[id] == EVENTS for id in done)
        for id, incident in asked.items():
            answer = await send(desk, activation(incident), id=id)
            assert answer["outcome"] == "accepted"
        after = Counter(one.command_id for one in await verified(log))
        assert {after[id] for id in asked} == {EVENTS}
        await accepted(desk, report())
    finally:
        await nodes.close()
