"""`liandong metrics`: the intervals of one operation, folded from its log. It reads beside a running server and writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from core import catalogue
from core.clock import ClockEvent, evolve, now_of
from core.log import Log
from projections.metric_targets import TargetFile, TargetsUnreadable, parse
from projections.metrics import Metrics
from web.cli.main import Failed
from web.cli.options import as_json, print_json, run, settings_of, where
from web.node import open_log
from web.settings import Settings

SHIPPED_TARGETS = "metric_targets.toml"

NAMES: dict[str, tuple[str, str]] = {
    "M01": ("受理至派出", "processing"),
    "M03": ("出动", "turnout"),
    "M04": ("行驶", "travel"),
    "M05": ("首到", "first response"),
    "M08": ("在场", "scene"),
    "M09": ("全程", "total"),
    "M21": ("转运", "transport"),
    "M22": ("响应", "response"),
}

SHOWN = ("n", "n_missing", "n_negative", "n_minute", "p50", "p90", "p95", "max")
HEADS = ("n", "缺\nmiss", "负\nneg", "分\nmin", "p50", "p90", "p95", "max", "目标\ntarget", "达标\nwithin")
"""Short, so that the table fits a terminal of 80 columns: missing, negative, minute precision."""

EPILOG = """\b
例 Examples:
  liandong metrics drill-2018 --data ./data --json
  liandong metrics live --data ./data --at 2026-05-12T08:00:00+08:00
  liandong metrics live --data ./data --targets ./our-targets.toml
"""


class At(click.ParamType[int | datetime]):
    """A position, or a time with its offset."""

    name = "at"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | datetime:
        text = str(value)
        if text.isdecimal():
            return int(text)
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"{text} 不是序号，也不是 2026-05-12T08:00:00+08:00 这样的时间。\n"
                f"{text} is neither a position nor a time like 2026-05-12T08:00:00+08:00.",
                param,
                ctx,
            )
        if at.tzinfo is None:
            self.fail(
                f"{text} 缺少时差，例如 +08:00。\n{text} lacks its offset, for example +08:00.", param, ctx
            )
        return at.astimezone(UTC)


@click.command("metrics", epilog=EPILOG, short_help="作业面的时间指标 · the intervals of an operation")
@click.argument("operation")
@where
@click.option(
    "--targets",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="目标值文件（TOML） · file of targets (TOML)",
)
@click.option(
    "--at",
    type=At(),
    metavar="POSITION|TIME",
    help="截至某序号或某时刻（演练为模拟时刻） · as of a position or a time (simulated in a drill)",
)
@as_json
def metrics(
    operation: str,
    data: Path | None,
    postgres: str | None,
    targets: Path | None,
    at: int | datetime | None,
    as_json: bool,
) -> None:
    """出动、行驶、首到等时间指标：百分位按最近秩，缺失与负值分别计数，绝不推补。

    Turnout, travel, first response and the other intervals: nearest-rank percentiles, with counts of what is missing or
    negative. Nothing is guessed.
    """
    settings = settings_of(data=data, postgres=postgres)
    try:
        held = parse(_targets(targets))
    except TargetsUnreadable as error:
        raise Failed(error.zh, error.en) from error
    try:
        found = run(_figures(settings, operation, held, at))
    except catalogue.UnknownEvent as error:
        raise Failed(
            f"日志由更新版本写成，请升级（{error}）。", f"The log is of a newer version: upgrade ({error})."
        ) from error
    if found is None:
        raise Failed(
            f"没有作业面 {operation}：请核对编号。", f"There is no operation {operation}: check the id."
        )
    if as_json:
        print_json(found)
    else:
        _print(found, Console())


def _targets(path: Path | None) -> bytes:
    if path is None:
        return (files("projections") / SHIPPED_TARGETS).read_bytes()
    try:
        return path.read_bytes()
    except OSError as error:
        raise TargetsUnreadable(
            f"无法读取目标值文件 {path}（{error.strerror}）。", f"{path} cannot be read ({error.strerror})."
        ) from error


async def _figures(
    settings: Settings, operation: str, targets: TargetFile, at: int | datetime | None
) -> dict[str, Any] | None:
    log = open_log(settings, read_only=True)
    await log.open()
    try:
        found = await fold(log, operation, at)
    finally:
        await log.close()
    return None if found.position == 0 else found.figures(targets)


async def fold(log: Log, operation: str, at: int | datetime | None) -> Metrics:
    """The metrics of an operation up to a position, or up to a time of the operation's own clock."""
    last = await last_position(log, operation, at) if isinstance(at, datetime) else at
    found = Metrics()
    async for page in log.stream(operation, 0):
        for data in page:
            recorded = catalogue.decode(data)
            if last is None or recorded.position <= last:
                found.apply(recorded)
    return found


async def last_position(log: Log, operation: str, at: datetime) -> int:
    """The greatest position whose event came at or before a time: simulated where the operation's clock says so (review §2)."""
    last = 0
    clock = None
    async for page in log.stream(operation, 0):
        for data in page:
            recorded = catalogue.decode(data)
            if now_of(clock, recorded.recorded_at) <= at:
                last = recorded.position
            if isinstance(recorded.event, ClockEvent):
                clock = evolve(clock, recorded.event, recorded.recorded_at)
    return last


def _print(found: dict[str, Any], console: Console) -> None:
    console.print(
        f"[bold]{found['operation']}[/] · 序号 position {found['position']} · 警情 calls {found['calls']} · "
        f"队伍 units {found['units']} · 调派 dispatches {found['dispatches']}"
    )
    table = Table(title="时间指标（秒） Intervals (seconds)")
    table.add_column("指标 metric", no_wrap=True)
    for head in HEADS:
        table.add_column(head, justify="right", no_wrap=True)
    for id, figure in found["metrics"].items():
        target, within = figure["target"], figure["within_target"]
        shown = "—"
        if within is not None and within["share"] is not None:
            shown = f"{within['count']}/{within['of']}\n{within['share']:.4f}"
        table.add_row(
            f"{id} {NAMES[id][0]}\n{NAMES[id][1]}",
            *(_cell(figure[key]) for key in SHOWN),
            "—" if target is None else f"{target['limit_s']}",
            shown,
        )
    console.print(table)
    for id, figure in found["metrics"].items():
        if figure["target"] is not None:
            console.print(f"[dim]{id} {figure['target']['citation']}[/]")
        if figure.get("values") and figure["n"]:
            console.print(f"[dim]{id} 值 values: {' '.join(map(str, figure['values']))}[/]")


def _cell(value: int | None) -> str:
    return "—" if value is None else str(value)
