"""The player of the demo: it asks for the planned commands at the ordinary desks, at ordinary posts, when the drill's clock says so.

It never writes to a log itself, and what a person did meanwhile never stops it: a refusal is counted and the day goes on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import msgspec
import structlog

from core.clock import RATE_MAX, ChangeClockRate, JumpClock, PauseClock, ResumeClock, now_of
from core.errors import ExercisePaused
from core.log import Log
from core.messages import Envelope
from handlers.answers import Answer, stored
from handlers.desk import Desk
from scenarios.demo.files import Day, Register, from_start
from scenarios.demo.opening import actor_at, adopt_plans, enter_register, open_drill, patiently
from scenarios.demo.outcome import Tally
from scenarios.demo.pace import faster
from scenarios.demo.plan import Planned, command_id, day_plan

_log = structlog.get_logger("demo")

OPERATION = "drill-demo"
POLL_S = 0.25
"""How often the clock is looked at while nothing is due: a person may pause it or change its rate."""
CHUNK_COMMANDS_MAX = 256
"""How many commands are sent at once, where that many are due."""

_TICK = timedelta(microseconds=1)


class _Positions(msgspec.Struct):
    """Of an answer: the first and the last position, or none."""

    positions: tuple[int, ...] = ()


class Player:
    """Plays a day into one drill: `await prepare()`, then `await play()`; `await pause()` when the program stops.

    Command ids are UUIDv5 of what they are, so that a player that starts again goes on where the log says it was.
    """

    def __init__(
        self,
        day: Day,
        register: Register,
        *,
        live: Desk,
        drill: Desk,
        log: Log,
        rate: int | None = None,
        on_sent: Callable[[Planned, Tally], None] | None = None,
    ) -> None:
        self.day = day
        self.tally = Tally()
        self._register = register
        self._live = live
        self._drill = drill
        self._log = log
        self._on_sent = on_sent
        self._plan = day_plan(day, register)
        self._given_rate = rate
        self._faster = faster(self._plan, day.rate)
        self._live_from = from_start(day.live_from)
        self._pending: deque[Planned] = deque(self._plan)
        self._positions: dict[str, int] = {}
        self._late = timedelta()

    @property
    def left(self) -> int:
        """How many commands are still to be sent."""
        return len(self._pending)

    @property
    def commands(self) -> int:
        """How many commands the day has."""
        return len(self._plan)

    @property
    def now(self) -> datetime:
        """The drill's time."""
        return now_of(self._drill.world.clock, datetime.now(UTC))

    @property
    def rate(self) -> Fraction:
        """Simulated seconds a second, as the clock runs."""
        clock = self._drill.world.clock
        return Fraction(self.day.rate) if clock is None else Fraction(clock.rate_n, clock.rate_d)

    # --- before the doors open ---

    async def prepare(self) -> None:
        """Enter the register, open the drill, adopt the plans, and play all that lies before `live_from`, at once; the clock then stands.

        A second time, in the same log, it adds nothing, but the speed where another one is asked for. Cancelling it leaves
        whole commands behind and the next call goes on.
        Raises DemoRefused where the log belongs to somebody else.
        """
        await enter_register(self.day, self._register, self._live, self._log)
        await open_drill(self.day, self._given_rate or self.day.rate, self._drill, self._log)
        await adopt_plans(self.day, self._drill, self._log)
        await self._find_pointer()
        if self._pending and self._pending[0].at < self._live_from:
            while chunk := self._chunk(self._live_from - _TICK):
                await self._ask(chunk, jump=True)
            await self._control(self._jump(self._live_from), _jump_key(self._live_from))
            await self._control(PauseClock(), "clock/ready")
        if self._given_rate is not None and self.rate != self._given_rate:
            faster = ChangeClockRate(rate_n=self._given_rate)
            await self._control(faster, f"clock/rate/{self._drill.world.position}")

    async def _find_pointer(self) -> None:
        """What the log knows was sent before; positions of labelled records come from those answers."""
        ids = {command_id(self.day.id, self._drill.operation, one.key): one for one in self._plan}
        known = await self._log.known(self._drill.operation, list(ids))
        for id, command in known.items():
            self._note(ids[id], stored(command.outcome))
        self.tally.before = len(known)
        self._pending = deque(one for id, one in ids.items() if id not in known)

    def _jump(self, at: timedelta) -> JumpClock:
        return JumpClock(to=self.day.start + at)

    # --- the day ---

    async def play(self) -> None:
        """Let the clock run and send each command when it is due; returns at the end of the day.

        Where the clock ran on without a player (the program was killed), the rest of the day begins later by as much.
        """
        await self._resume()
        if self._pending:
            self._late = max(timedelta(), self.now - self._due(self._pending[0]))
        while self._pending:
            await self._until(self._due(self._pending[0]))
            await self._ask(self._chunk(self.now - self.day.start - self._late) or [self._pending[0]])
        _log.info("demo_day_over", tally=str(self.tally))

    async def pause(self) -> None:
        """Stop the drill's clock, so that a later start finds the day as it was left. The player must not be playing."""
        clock = self._drill.world.clock
        if self._pending and clock is not None and not clock.paused:
            await self._control(PauseClock(), f"clock/pause/{self._drill.world.position}")

    async def _resume(self) -> None:
        clock = self._drill.world.clock
        if self._pending and clock is not None and clock.paused:
            await self._control(ResumeClock(), f"clock/resume/{self._drill.world.position}")

    def _due(self, one: Planned) -> datetime:
        return self.day.start + self._late + one.at

    async def _until(self, due: datetime) -> None:
        """Wait until the drill's clock runs and has come to `due`."""
        while True:
            # Looked up each time: another task may change the clock at every await, and the desk may fold its world anew.
            clock = self._drill.world.clock
            paused = clock is not None and clock.paused
            left = due - self.now
            if left <= timedelta() and not paused:
                return
            real_s = left.total_seconds() * (clock.rate_d / clock.rate_n if clock is not None else 1)
            await asyncio.sleep(POLL_S if paused else max(0.0, min(real_s, POLL_S)))

    def _chunk(self, until: timedelta) -> list[Planned]:
        """What may be sent at once, in its order: due by `until`, and not about a record that the same chunk makes."""
        chunk: list[Planned] = []
        labels: set[str] = set()
        for one in self._pending:
            if one.at > until or len(chunk) == CHUNK_COMMANDS_MAX or one.references & labels:
                break
            if chunk and one.looks_up:
                break  # what it names may be opened by what stands before it
            chunk.append(one)
            if one.key in self._faster:
                break  # the next change of the rate is worked out from the rate that this one makes
            if one.label is not None:
                labels.add(one.label)
        return chunk

    async def _ask(self, chunk: Sequence[Planned], *, jump: bool = False) -> None:
        """Send a chunk and count what became of it. Cancelled in between, it is still the next one: its ids stay the same.

        With `jump` the clock goes from instant to instant, so that ages and intervals read as they would have then.
        """
        waiting: list[tuple[Planned, Any]] = []
        for one in chunk:
            try:
                made = one.command(self.day.start + self._late, self._positions, self._drill.world)
                command = self._at_speed(one, made)
            except KeyError:
                # It is about a record that was refused, since a person had been quicker; or the system has not come to it.
                self.tally.left_out += 0 if one.optional else 1
            else:
                waiting.append((one, command))
        tries = 0
        while waiting:
            suffix = f"/after-pause-{tries}" if tries else ""
            sent = list(self._envelopes(waiting, suffix, jump=jump))
            # All at once: the desk queues them in this order and decides them in one batch or a few.
            answers = await asyncio.gather(*(patiently(self._drill, envelope) for _, envelope in sent))
            pairs = zip((one for one, _ in sent), answers, strict=True)
            answered = {one.key: answer for one, answer in pairs if one is not None}
            # Somebody may have paused the drill since the look at the clock: those are asked anew when it runs.
            held = [pair for pair in waiting if answered[pair[0].key].code == ExercisePaused().code]
            for one, _ in waiting:
                if answered[one.key].code != ExercisePaused().code:
                    self._count(one, answered[one.key])
            waiting = held
            tries += 1
            if waiting:
                await self._until(self._due(waiting[0][0]))
        for _ in chunk:
            self._pending.popleft()

    def _envelopes(
        self, waiting: Sequence[tuple[Planned, Any]], suffix: str, *, jump: bool
    ) -> Iterator[tuple[Planned | None, Envelope]]:
        """The commands as they are sent; before each new instant, where asked for, the jump to it."""
        controller = actor_at(self.day.controller)
        at: timedelta | None = None
        for one, command in waiting:
            if jump and one.at != at:
                at = one.at
                id = command_id(self.day.id, self._drill.operation, _jump_key(at))
                yield (
                    None,
                    Envelope(
                        id=id, operation=self._drill.operation, actor=controller, command=self._jump(at)
                    ),
                )
            yield one, self._envelope(one, command, one.key + suffix)

    def _count(self, one: Planned, answer: Answer) -> None:
        self._note(one, answer)
        if answer.code is None:
            self.tally.accepted += 1
        elif answer.code == one.refused:
            self.tally.shown += 1
        else:
            self.tally.refused[answer.code] += 1
            _log.debug("demo_refused", key=one.key, code=answer.code)
        if self._on_sent is not None:
            self._on_sent(one, self.tally)

    def _envelope(self, one: Planned, command: Any, key: str) -> Envelope:
        occurred = None if one.occurred is None else self.day.start + self._late + one.occurred
        return Envelope(
            id=command_id(self.day.id, self._drill.operation, key),
            operation=self._drill.operation,
            actor=actor_at(one.post),
            command=command,
            occurred_at=occurred,
            source=one.source,
            precision=one.precision,
        )

    def _at_speed(self, one: Planned, command: Any) -> Any:
        """A planned change of the clock's rate, in proportion to the rate that it has; anything else unchanged."""
        if not isinstance(command, ChangeClockRate):
            return command
        rate = round(self.rate * self._faster[one.key])
        return ChangeClockRate(rate_n=max(1, min(RATE_MAX, rate)))

    def _note(self, one: Planned, answer: Answer) -> None:
        if one.label is None or answer.code is not None:
            return
        if positions := msgspec.json.decode(answer.body, type=_Positions).positions:
            self._positions[one.label] = positions[0]

    # --- the desk ---

    async def _control(self, command: Any, key: str) -> None:
        """A command to the clock. Refused or already so: a person was quicker, and theirs stands."""
        id = command_id(self.day.id, self._drill.operation, key)
        actor = actor_at(self.day.controller)
        envelope = Envelope(id=id, operation=self._drill.operation, actor=actor, command=command)
        await patiently(self._drill, envelope)


def _jump_key(at: timedelta) -> str:
    return f"clock/jump/{int(at.total_seconds())}"
