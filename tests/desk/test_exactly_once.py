"""A command is carried out once, whatever is sent again, from wherever, and whatever the append comes to."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from core.dispatch import DispatchTeam
from core.log import LogFailed
from core.messages import Actor
from handlers.desk import DESK_LIMITS, DeskBusy
from handlers.rules import RULES
from tests.desk.support import (
    LIVE,
    Nodes,
    accepted,
    gated,
    order,
    records,
    report,
    rows,
    send,
    set_up,
    verified,
)


async def test_the_same_id_again_gets_the_first_answer(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    id = uuid4()
    first = await send(desk, report(), id=id)
    assert await send(desk, report(), id=id) == {**first, "repeated": True}
    assert len(desk.world.incidents) == 1


async def test_duplicates_in_flight_become_one(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    id = uuid4()
    answers = await asyncio.gather(*(send(desk, report(), id=id) for _ in range(20)))
    assert sum("repeated" not in answer for answer in answers) == 1
    assert len({tuple(answer["positions"]) for answer in answers}) == 1
    assert len(desk.world.incidents) == 1


async def test_after_a_restart_the_first_answer_comes_from_the_log(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    id, refused = uuid4(), uuid4()
    first = await send(desk, report(), id=id)
    no = await send(desk, order("2026-9999"), id=refused)
    assert no["code"] == "unknown_incident"
    await nodes.stop(desk)
    again = await nodes.desk()
    assert await send(again, report(), id=id) == {**first, "repeated": True}
    assert await send(again, order("2026-9999"), id=refused) == {**no, "repeated": True}
    await verified(nodes.logs[0])


async def test_two_nodes_given_one_command_carry_it_out_once(two_nodes: Nodes) -> None:
    one, other = await two_nodes.desk(), await two_nodes.desk()
    await set_up(one)
    ids = [uuid4() for _ in range(40)]
    answers = await asyncio.gather(*(send(desk, report(), id=id) for id in ids for desk in (one, other)))
    for at in range(0, len(answers), 2):
        assert answers[at]["positions"] == answers[at + 1]["positions"]
    await accepted(one, report())
    await accepted(other, report())
    assert len(other.world.incidents) == 42
    await verified(two_nodes.logs[0])


async def test_an_id_used_for_something_else_is_refused_and_not_recorded(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    id = uuid4()
    await send(desk, report(), id=id)
    position = desk.world.position
    other = Actor("u-2", "gov", "duty")
    assert (await send(desk, report(text="别的"), id=id))["code"] == "command_id_reused"
    assert (await send(desk, report(), other, id=id))["code"] == "command_id_reused"
    await nodes.stop(desk)
    desk = await nodes.desk()
    assert (await send(desk, report(text="别的"), id=id))["code"] == "command_id_reused"
    assert (await nodes.logs[0].head(LIVE)).position == position


async def test_an_id_in_flight_used_for_something_else_is_refused(nodes: Nodes) -> None:
    desk = await nodes.desk()
    await set_up(desk)
    id = uuid4()
    first, second = await asyncio.gather(send(desk, report(), id=id), send(desk, report(text="别的"), id=id))
    assert first["outcome"] == "accepted"
    assert second["code"] == "command_id_reused"


async def test_known_ids_among_new_ones_never_exhaust_the_desk(nodes: Nodes) -> None:
    limits = DESK_LIMITS._replace(batch_commands_max=4, remembered_answers_max=1)
    desk = await nodes.desk(limits=limits)
    await set_up(desk)
    old = [uuid4() for _ in range(60)]
    await asyncio.gather(*(send(desk, report(), id=id) for id in old))
    mixed = [id for pair in zip(old, [uuid4() for _ in old], strict=True) for id in pair]
    answers = await asyncio.gather(*(send(desk, report(), id=id) for id in mixed))
    assert sum(answer.get("repeated", False) for answer in answers) == 60
    assert len(desk.world.incidents) == 120


# --- what an append can come to ---


async def test_an_append_that_failed_leaves_nothing_behind(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    await accepted(desk, report())
    before = rows(desk.world)
    log.faults = ["failed"]
    ids = [uuid4() for _ in range(5)]
    failed = await asyncio.gather(*(send(desk, report(), id=id) for id in ids), return_exceptions=True)
    assert all(isinstance(one, DeskBusy) for one in failed)
    assert rows(desk.world) == before
    answers = [await send(desk, report(), id=id) for id in ids]
    assert all("repeated" not in answer for answer in answers)
    assert answers[0]["created"] != answers[1]["created"]
    await verified(nodes.logs[0])


async def test_a_batch_is_all_or_nothing(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    await accepted(desk, report())
    log.faults = ["failed"]
    log.shut()
    incident = next(iter(desk.world.incidents))
    waiting = [
        asyncio.create_task(send(desk, DispatchTeam(incident=incident, team=team)))
        for team in ("fs-1", "fs-2")
    ]
    await log.appending.wait()
    log.gate.set()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(one, DeskBusy) for one in done] == [True, True]
    assert desk.world.dispatches == {}
    assert desk.world.team("fs-1").dispatch is None


@pytest.mark.parametrize("fault", ["lost_after", "lost_before"])
async def test_an_unknown_outcome_is_learnt_from_the_log(nodes: Nodes, fault: str) -> None:
    desk, log = await gated(nodes)
    log.faults = [fault]
    ids = [uuid4() for _ in range(5)]
    answers = await asyncio.gather(*(send(desk, report(), id=id) for id in ids))
    assert [answer["outcome"] for answer in answers] == ["accepted"] * 5
    assert len(desk.world.incidents) == 5
    found = await verified(nodes.logs[0])
    assert sorted(str(one.command_id) for one in found if one.command_id in ids) == sorted(map(str, ids))


async def test_an_outcome_that_stays_unknown_is_said_to_be_so_and_can_be_asked_again(nodes: Nodes) -> None:
    desk, log = await gated(nodes, unknown_outcome_attempts_max=3, unknown_outcome_wait_s=0.001)
    log.faults = ["lost_after"]
    id = uuid4()
    log.known_fails = [LogFailed("断", "gone") for _ in range(9)]
    log.faults += ["lost_before"] * 9
    with pytest.raises(DeskBusy):
        await send(desk, report(), id=id)
    log.faults, log.known_fails = [], []
    assert (await send(desk, report(), id=id))["outcome"] == "accepted"
    assert len(desk.world.incidents) == 1
    assert sum(one.command_id == id for one in await records(nodes.logs[0])) == 1


async def test_a_fault_of_ours_is_told_to_everybody_and_the_desk_goes_on(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    log.faults = ["broken"]
    with pytest.raises(RuntimeError):
        await send(desk, report())
    await accepted(desk, report())
    assert len(desk.world.incidents) == 1


async def test_a_rule_that_breaks_fails_its_sender_alone(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await nodes.desk()
    await set_up(desk)

    def breaks(*_: Any) -> Any:
        raise ZeroDivisionError

    rules: dict[Any, Any] = RULES
    monkeypatch.setitem(rules, DispatchTeam, breaks)
    results = await asyncio.gather(
        send(desk, report()), send(desk, order("x")), send(desk, report()), return_exceptions=True
    )
    assert isinstance(results[1], ZeroDivisionError)
    assert len(desk.world.incidents) == 2


async def test_everything_that_waits_is_told_when_the_head_cannot_be_had(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    log.hold_fails = [LogFailed("断", "gone")]
    results = await asyncio.gather(*(send(desk, report()) for _ in range(7)), return_exceptions=True)
    assert all(isinstance(one, DeskBusy) for one in results)
    assert desk.waiting == 0
    await accepted(desk, report())


async def test_a_caller_that_hangs_up_does_not_cancel_its_command(nodes: Nodes) -> None:
    desk, log = await gated(nodes)
    log.shut()
    id = uuid4()
    caller = asyncio.create_task(send(desk, report(), id=id))
    other = asyncio.create_task(send(desk, report()))
    await log.appending.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    log.gate.set()
    assert (await other)["outcome"] == "accepted"
    assert (await send(desk, report(), id=id))["repeated"] is True
