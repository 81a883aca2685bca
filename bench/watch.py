"""What the watches cost per event, at 10,000 and at a million events: the watch with its rules beside the world that it folds anyway.

One operation in which incidents come and go while a thousand others stay open, as in a city that never rests. The log is made up as
records, since the desk that would decide them has a benchmark of its own.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from bench.common import Figure, lower_is_better, percentile
from core.catalogue import AnyEvent, Recorded, tags_of
from core.dispatch import (
    DispatchAcknowledged,
    TeamArrived,
    TeamDeparted,
    TeamDispatched,
    TeamReleased,
    WorkStarted,
)
from core.entry import EntryAdded
from core.incident import IncidentClosed, IncidentReported, IncidentVerified
from core.leadership import CommandTransferred
from core.messages import Actor, Name, Place
from core.operation import OperationOpened
from core.organisation import Organisation
from core.team import Team
from core.watch.engine import Watch
from core.world import World
from handlers.reactions import Reactions

Step = Callable[[Recorded], None]
DUTY = Actor("u-bench", "gov", "duty")
START = datetime(2026, 1, 1, tzinfo=UTC)
OPEN_INCIDENTS = 1_000
TEAMS = 2_000
SHORT_EVENTS = 10_000
SAMPLE_EVENTS = 5_000
"""At the end of the log, over which the cost of one event is measured."""


def _events() -> Iterator[AnyEvent]:
    """For ever: an incident opens and is worked on; the one that opened a thousand ago is closed."""
    number = 0
    while True:
        number += 1
        incident, dispatch, team = f"i-{number}", f"x-{number}", f"t-{number % TEAMS}"
        place = Place("文晖路", 120.10 + number % 97 / 1000, 30.25 + number % 89 / 1000)
        about: dict[str, Any] = {"dispatch": dispatch, "team": team, "incident": incident}
        yield IncidentReported(incident=incident, kind="structure_fire", field="fire", place=place)
        yield TeamDispatched(**about, strength=6)
        yield DispatchAcknowledged(**about)
        yield IncidentVerified(incident=incident, real=True, reason="核实")
        yield TeamDeparted(**about)
        yield TeamArrived(**about)
        yield CommandTransferred(incident=incident, slot="overall", to_post="gov/duty")
        yield WorkStarted(**about)
        yield EntryAdded(incident=incident, text="浓烟", tag="hazard_open")
        yield EntryAdded(incident=incident, text="控制")
        if number > OPEN_INCIDENTS:
            former = number - OPEN_INCIDENTS
            old: dict[str, Any] = {
                "dispatch": f"x-{former}",
                "team": f"t-{former % TEAMS}",
                "incident": f"i-{former}",
            }
            yield TeamReleased(**old)
            yield IncidentClosed(incident=f"i-{former}", reason="处置完毕")


def records(count: int) -> Iterator[Recorded]:
    """So many events, one each two seconds."""
    organisation = Organisation("gov", Name("江湾区"), "government", None, None, {"duty": Name("值班员")})
    teams = tuple(
        Team(f"t-{number}", "gov", Name(f"队 {number}"), "fire_ordinary", 6) for number in range(TEAMS)
    )
    opened = OperationOpened(title="实战", kind="live", organisations=(organisation,), teams=teams)
    events = _events()
    for position in range(1, count + 1):
        event = opened if position == 1 else next(events)
        at = START + timedelta(seconds=2 * position)
        yield Recorded(
            operation="live",
            position=position,
            command_id=UUID(int=position),
            actor=DUTY,
            occurred_at=at,
            source="app",
            precision="second",
            recorded_at=at,
            tags=tags_of(event, DUTY),
            event=event,
        )


def _world() -> Step:
    return World().apply


def _watch() -> Step:
    """As a node keeps it: without the history of what was cleared, which is in the log."""
    seen = Watch(keep_cleared=False)

    def step(recorded: Recorded) -> None:
        seen.apply(recorded)
        seen.news(recorded.recorded_at)

    return step


def _reactions() -> Step:
    """With the ledger of deadlines, and everything that falls due asked for."""
    reactions = Reactions()

    def step(recorded: Recorded) -> None:
        reactions.apply(recorded)
        for wanted in reactions.due(recorded.recorded_at):
            reactions.answered(wanted.key)

    return step


def _cost_us(step: Step, count: int) -> float:
    """Microseconds of the processor an event, the median of ten parts of the end of a log of that length."""
    made = records(count)
    for recorded in islice(made, count - SAMPLE_EVENTS):
        step(recorded)
    sample = list(made)
    gc.collect()
    costs: list[float] = []
    part = SAMPLE_EVENTS // 10
    for at in range(0, SAMPLE_EVENTS, part):
        start = time.process_time()
        for recorded in sample[at : at + part]:
            step(recorded)
        costs.append((time.process_time() - start) / part * 1e6)
    return percentile(costs, 50)


def run(scale: int) -> list[Figure]:
    """`scale` is how many events the long log has; beside the short one alone there is nothing to compare."""
    short = SHORT_EVENTS
    if scale <= short:
        return []
    world = _cost_us(_world(), short)
    rows: list[Figure] = []
    for name, kind in (("watch", _watch), ("watch, deadlines and reactions", _reactions)):
        first, last = _cost_us(kind(), short), _cost_us(kind(), scale)
        rows.append(
            lower_is_better(
                f"{name}: cost of one event at {scale:,} events",
                f"the same at {short:,} events",
                last,
                first,
                "µs",
                must=1.5,
                scale=f"{OPEN_INCIDENTS:,} incidents open",
                note=f"the world alone {world:.1f} µs",
            )
        )
    return rows
