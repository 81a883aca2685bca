"""The player at real desks: it prepares, plays, goes on where it was, and is stopped neither by a kill nor by a person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import pytest

from core.catalogue import EVENTS, decode
from core.clock import JumpClock, PauseClock, ResumeClock
from core.dispatch import DispatchTeam, ReleaseTeam
from core.incident import VerifyIncident
from core.log import Query
from core.log.sqlite import SqliteLog
from core.messages import Actor, Envelope
from core.operation import LIVE, OpenOperation
from core.organisation import STANDARD_POSTS, OpenPost, RegisterOrganisation
from handlers.desk import Desk
from scenarios.demo.files import Day, from_start, load_day, load_register
from scenarios.demo.opening import SETUP
from scenarios.demo.outcome import DemoRefused, Tally
from scenarios.demo.plan import Planned
from scenarios.demo.player import OPERATION, Player

FAST = 600
# What the system of a whole node asks of itself, what is answered to that, and what people own: here are two bare desks.
OF_OTHERS = {
    "FindingAcknowledged",
    "FindingCleared",
    "FindingRaised",
    "LinkEscalated",
    "LinkTimedOut",
    "ObligationMissed",
    "ObligationWaived",
    "PlanRetired",
    "ProposalDeclined",
}
DISPATCHER = Actor("u-person", "gov-jw", "duty")
CONTROLLER = Actor("u-person", "gov-jw", "controller")


class House(NamedTuple):
    """A log and the two desks on it."""

    log: SqliteLog
    live: Desk
    drill: Desk

    async def ask(self, actor: Actor, command: Any) -> str | None:
        """Send a command as a person does; its refusal's code."""
        desk = self.drill
        envelope = Envelope(id=uuid4(), operation=desk.operation, actor=actor, command=command)
        return (await desk.send(envelope)).code

    async def jump_hours(self, hours: float) -> None:
        """Bring the evening nearer: what lies between is due at once."""
        clock = self.drill.world.clock
        assert clock is not None
        to = clock.sim(datetime.now(UTC)) + timedelta(hours=hours)
        assert await self.ask(CONTROLLER, JumpClock(to=to)) is None

    async def events(self) -> list[Any]:
        return [decode(one.data) for one in await self.log.read(OPERATION, 0, Query(), 100_000)]


@asynccontextmanager
async def house(folder: Path) -> AsyncGenerator[House]:
    """What a node has: `live` with the district in it, and a desk for the drill. Closed as a program that ends closes it."""
    log = SqliteLog(folder)
    await log.open()
    live = await Desk.open(log, LIVE)
    if live.world.operation is None:
        opening = [
            OpenOperation(title="实战"),
            RegisterOrganisation(organisation="gov-jw", name=load_register().name, level="government"),
            *(OpenPost(organisation="gov-jw", post=post) for post in STANDARD_POSTS),
        ]
        for command in opening:
            answer = await live.send(Envelope(id=uuid4(), operation=LIVE, actor=SETUP, command=command))
            assert answer.code is None
    drill = await Desk.open(log, OPERATION)
    try:
        yield House(log, live, drill)
    finally:
        await drill.close()
        await live.close()
        await log.close()


def short_day(minutes: int) -> Day:
    """The day up to some minutes after the prologue."""
    day = load_day()
    until = from_start(day.live_from) + timedelta(minutes=minutes)
    rows = tuple(row for row in day.incidents if from_start(row.at) < until)
    ids = {row.id for row in rows}
    kept = tuple(
        msgspec.structs.replace(
            row, steps=tuple(step for step in row.steps if step.content.get("into", row.id) in ids)
        )
        for row in rows
    )
    return msgspec.structs.replace(day, incidents=kept, actions=())


def player_of(
    at: House, day: Day, rate: int = FAST, on_sent: Callable[[Planned, Tally], None] | None = None
) -> Player:
    return Player(day, load_register(), live=at.live, drill=at.drill, log=at.log, rate=rate, on_sent=on_sent)


async def play_until(at: House, day: Day, more: int, rate: int = FAST) -> tuple[Player, asyncio.Task[None]]:
    """A player that is playing and has had so many commands accepted since it was prepared."""
    reached = asyncio.Event()
    prepared: list[int] = []

    def count(_: Planned, tally: Tally) -> None:
        if prepared and tally.accepted >= prepared[0] + more:
            reached.set()

    player = player_of(at, day, rate, on_sent=count)
    await player.prepare()
    prepared.append(player.tally.accepted)
    running = asyncio.create_task(player.play())
    waiting = asyncio.create_task(reached.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
    assert waiting.done(), "the day ended before that"
    return player, running


async def test_the_board_is_full_before_the_doors_open(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        player = player_of(at, load_day(), rate=10)
        await player.prepare()
        world = at.drill.world
        assert world.clock is not None
        assert world.clock.paused, "the clock stands until somebody can look"
        begun = player.now - player.day.start - from_start(player.day.live_from)
        assert timedelta() <= begun < timedelta(seconds=10)
        still_open = [one for one in world.incidents.values() if one.closed_at is None]
        assert 6 <= len(still_open) <= 12
        assert sum(player.tally.refused.values()) == 0
        first = min(one.reported.at for one in still_open)
        told = player.day.start + from_start(player.day.incidents[0].at)
        assert timedelta() <= first - told < timedelta(seconds=10), "each is told at its own time"


async def test_a_second_start_adds_nothing_before_the_clock_runs_on(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await player_of(at, load_day()).prepare()
        before = [(await at.log.head(operation)).position for operation in (LIVE, OPERATION)]
    async with house(tmp_path) as at:
        again = player_of(at, load_day())
        await again.prepare()
        assert [(await at.log.head(operation)).position for operation in (LIVE, OPERATION)] == before
        assert again.tally.accepted == 0
        assert again.left < again.commands


async def test_another_speed_is_taken_over_at_a_second_start(tmp_path: Path) -> None:
    for rate in (10, 25):
        async with house(tmp_path) as at:
            player = player_of(at, load_day(), rate=rate)
            await player.prepare()
            assert player.rate == rate


@pytest.mark.slow
async def test_the_whole_day_plays_to_its_end_and_stops(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        # Where the clock runs at 400, the planned change from 10 to 15 is one from 400 to 600.
        player, running = await play_until(at, load_day(), 230, rate=400)
        await at.jump_hours(11)
        await asyncio.wait_for(running, 100)
        assert player.left == 0
        assert not player.tally.refused
        assert player.tally.shown == 1
        assert player.tally.left_out == 0
        seen = {one.type for one in await at.events()}
        live = {one.type for one in await at.log.read(LIVE, 0, Query(), 100_000)}
        assert set(EVENTS) - (seen | live) == OF_OTHERS
        posts = {one.actor.post_id for one in await at.events() if one.type != "OperationOpened"}
        assert not [post for post in posts if post.startswith("system")]
        await player.play()
        assert player.left == 0, "it never begins again"
        changes = [one.event.rate_n for one in await at.events() if one.type == "ClockRateChanged"]
        assert changes == [600, 400]


async def test_a_player_that_was_killed_goes_on_where_the_log_says_it_was(tmp_path: Path) -> None:
    day = short_day(20)
    async with house(tmp_path) as at:
        first, running = await play_until(at, day, 20)
        sent = first.tally.accepted
        running.cancel()  # no pause: the drill's clock runs on, as after a kill
        with pytest.raises(asyncio.CancelledError):
            await running
    await asyncio.sleep(1)
    async with house(tmp_path) as at:
        second = player_of(at, day)
        await second.prepare()
        assert second.tally.before >= sent
        assert second.left > 0
        running = asyncio.create_task(second.play())
        await asyncio.sleep(0.1)
        await at.jump_hours(6)
        await asyncio.wait_for(running, 60)
        assert not second.tally.refused
        events = await at.events()
        ids = [one.command_id for one in events if one.type == "IncidentReported"]
        assert len(ids) == len(set(ids)) == len(day.incidents)
        milestones = [(one.type, one.event.dispatch) for one in events if one.type.startswith("TeamArrived")]
        assert len(milestones) == len(set(milestones))


async def test_a_player_that_was_stopped_leaves_the_clock_standing_and_goes_on_without_a_gap(
    tmp_path: Path,
) -> None:
    day = short_day(10)
    async with house(tmp_path) as at:
        first, running = await play_until(at, day, 5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await first.pause()
        stopped = first.now
    await asyncio.sleep(0.5)
    async with house(tmp_path) as at:
        again = player_of(at, day)
        await again.prepare()
        assert again.now == stopped
        second, running = await play_until(at, day, 5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert second.now - stopped < timedelta(minutes=30)


async def test_a_person_s_intervention_does_not_stop_the_day(tmp_path: Path) -> None:
    day = short_day(12)
    async with house(tmp_path) as at:
        player = player_of(at, day)
        await player.prepare()
        assert await at.ask(CONTROLLER, ResumeClock()) is None
        world = at.drill.world
        working = next(one for one in world.dispatches.values() if one.state == "working")
        assert await at.ask(DISPATCHER, ReleaseTeam(dispatch=working.id)) is None
        # A team that the day wants later is sent elsewhere; a report is judged before the day does.
        later = next(
            row
            for incident in day.incidents
            for row in incident.teams
            if row.dispatch not in world.dispatches and world.teams[row.team].dispatch is None
        )
        elsewhere = next(one.id for one in world.incidents.values() if one.closed_at is None)
        assert await at.ask(DISPATCHER, DispatchTeam(incident=elsewhere, team=later.team)) is None
        judged = VerifyIncident(incident=elsewhere, real=False, reason="误报")
        assert await at.ask(DISPATCHER, judged) is None
        running = asyncio.create_task(player.play())
        await asyncio.sleep(0.1)
        await at.jump_hours(6)
        await asyncio.wait_for(running, 60)
        assert player.left == 0
        assert player.tally.refused["already_recorded"] >= 1
        assert player.tally.refused["team_committed"] >= 1
        assert player.tally.accepted > sum(player.tally.refused.values()) * 5


async def test_a_pause_holds_the_day_and_refuses_nothing_of_it(tmp_path: Path) -> None:
    day = short_day(5)
    async with house(tmp_path) as at:
        player, running = await play_until(at, day, 5)
        assert await at.ask(CONTROLLER, PauseClock()) is None
        await asyncio.sleep(0.3)
        held = player.left
        await asyncio.sleep(0.6)
        assert player.left == held
        assert not running.done()
        assert await at.ask(CONTROLLER, ResumeClock()) is None
        await at.jump_hours(6)
        await asyncio.wait_for(running, 60)
        assert not player.tally.refused


async def test_somebody_else_s_log_is_not_filled_with_the_demo(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        clash = RegisterOrganisation(
            organisation="dept-fire", name=load_register().name, level="department", parent="gov-jw"
        )
        sent = Envelope(id=uuid4(), operation=LIVE, actor=SETUP, command=clash, occurred_at=datetime.now(UTC))
        assert (await at.live.send(sent)).code is None
        with pytest.raises(DemoRefused) as refused:
            await player_of(at, load_day()).prepare()
        assert "--data" in refused.value.zh
        assert "--data" in refused.value.en
