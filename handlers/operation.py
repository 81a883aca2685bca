"""The rules of operations 作业面 and of their clock 演练时钟."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from core.catalogue import AnyEvent
from core.clock import (
    RATE_MAX,
    ChangeClockRate,
    Clock,
    ClockJumped,
    ClockPaused,
    ClockRateChanged,
    ClockResumed,
    ClockStarted,
    JumpClock,
    PauseClock,
    ResumeClock,
    StartClock,
)
from core.errors import Rule
from core.messages import Context
from core.operation import LIVE, OpenOperation, OperationOpened, kind_of
from core.team import Team
from core.world import World
from handlers.times import in_range


def open_operation(live: World, command: OpenOperation, context: Context) -> Iterator[AnyEvent]:
    """Judged on the world of `live`, whose register it copies; teams come free, whatever they are doing there."""
    kind = kind_of(context.operation)
    if kind is None or kind == "what_if":
        raise Rule(
            "operation_id",
            f"作业面编号 {context.operation} 不合规则：演练用 drill-…。",
            f"{context.operation} is no id for an operation: a drill's begins with drill-.",
            operation=context.operation,
        )
    teams = () if not command.with_teams else tuple(live.teams.values())
    yield OperationOpened(
        title=command.title,
        kind=kind,
        organisations=() if context.operation == LIVE else tuple(live.organisations.values()),
        teams=tuple(_free(team) for team in teams),
        live_position=live.position,
    )


def _free(team: Team) -> Team:
    return structs.replace(team, dispatch=None, in_service=True, since=None)


def start_clock(world: World, command: StartClock, context: Context) -> Iterator[AnyEvent]:
    """Once, and never in `live`."""
    if world.clock is not None:
        raise Rule(
            "clock_started",
            "演练时钟已经启动；可跳转、变速或暂停。",
            "The exercise clock was started already: jump, change its rate or pause it.",
        )
    if context.operation == LIVE:
        raise Rule("live_has_no_clock", "实战按真实时间运行。", "The live operation runs on real time.")
    _possible_rate(command.rate_n, command.rate_d)
    yield ClockStarted(at=in_range(command.at), rate_n=command.rate_n, rate_d=command.rate_d)


def jump_clock(world: World, command: JumpClock, context: Context) -> Iterator[AnyEvent]:
    """Forward only."""
    _needs_clock(world)
    to = in_range(command.to)
    if to > context.now:
        yield ClockJumped(to=to)


def change_clock_rate(world: World, command: ChangeClockRate, context: Context) -> Iterator[AnyEvent]:
    """Another speed from now on."""
    clock = _needs_clock(world)
    _possible_rate(command.rate_n, command.rate_d)
    if (clock.rate_n, clock.rate_d) != (command.rate_n, command.rate_d):
        yield ClockRateChanged(rate_n=command.rate_n, rate_d=command.rate_d)


def pause_clock(world: World, command: PauseClock, context: Context) -> Iterator[AnyEvent]:
    if not _needs_clock(world).paused:
        yield ClockPaused()


def resume_clock(world: World, command: ResumeClock, context: Context) -> Iterator[AnyEvent]:
    if _needs_clock(world).paused:
        yield ClockResumed()


def _possible_rate(rate_n: int, rate_d: int) -> None:
    if rate_n > RATE_MAX * rate_d:
        raise Rule(
            "rate_too_high",
            f"演练时钟最快为 {RATE_MAX} 倍速。",
            f"The exercise clock runs {RATE_MAX} times as fast at most.",
            rate_n=rate_n,
            rate_d=rate_d,
            rate_max=RATE_MAX,
        )


def _needs_clock(world: World) -> Clock:
    if world.clock is None:
        raise Rule(
            "no_clock",
            "演练时钟尚未启动。",
            "The exercise clock has not been started.",
        )
    return world.clock
