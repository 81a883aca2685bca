"""`liandong replay`: play real call records into a drill, through the desk of this process or through a running server."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from core.log import LogUnavailable
from core.operation import DRILL_PREFIX, kind_of
from scenarios.replay.doors import DeskDoor
from scenarios.replay.errors import ReplayError
from scenarios.replay.finding import find_map, shipped
from scenarios.replay.http_door import HttpDoor
from scenarios.replay.importing import Import, rate_of
from web.cli.main import Failed, Unavailable, tell
from web.cli.options import as_json, print_json, run, settings_of, where
from web.cli.replay_report import print_report
from web.settings import Settings

TOKEN_VARIABLE = "LIANDONG_TOKEN"  # noqa: S105  the name of a variable, not a secret
URL_VARIABLE = "LIANDONG_URL"

EPILOG = f"""\b
例 Examples:
  liandong replay calls.csv --map san-francisco-fire --data ./data --operation drill-2018
  liandong replay calls.csv --map ./our-map.toml --url http://localhost:8470 --token-file token --operation drill-a
  liandong replay calls.csv --map ./our-map.toml --operation drill-a --dry-run

自带的对照表 Maps that ship: {", ".join(shipped())}

\b
同一文件再次导入不会增加任何内容；中断后用同一命令继续。
The same file again adds nothing; after an interruption the same command goes on from there.
"""


@click.command(
    "replay",
    epilog=EPILOG,
    short_help="把真实报警记录导入演练 · play real call records into a drill",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "chart",
    required=True,
    metavar="NAME|PATH",
    help="对照表：名称或 TOML 文件 · map: a name or a TOML file",
)
@click.option("--operation", required=True, metavar="drill-NAME", help="导入的演练 · the drill to play into")
@where
@click.option("--url", metavar="URL", help="运行中的服务端 · a running server")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"令牌文件；默认取 {TOKEN_VARIABLE} · file with the token; {TOKEN_VARIABLE} without it",
)
@click.option(
    "--speed",
    type=float,
    metavar="N",
    help="以 N 倍速播放；不写则全速 · play N times as fast as real time; without it at full speed",
)
@click.option(
    "--with-teams", is_flag=True, help="把实战的队伍也复制进演练 · copy the teams of live into the drill too"
)
@click.option("--dry-run", is_flag=True, help="只读文件并报告，不发送 · read and report, send nothing")
@as_json
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="把 JSON 报告写入文件 · write the report as JSON",
)
def replay(
    file: Path,
    chart: str,
    operation: str,
    data: Path | None,
    postgres: str | None,
    url: str | None,
    token_file: Path | None,
    speed: float | None,
    with_teams: bool,
    dry_run: bool,
    as_json: bool,
    report_file: Path | None,
) -> None:
    """把计算机辅助调派（CAD）的 CSV 记录，经与他人相同的入口，播放到一次演练中。

    Play a CSV of computer-aided dispatch into a drill, through the same door as everyone else. Every row ends up in the
    log; every oddity of the file is listed in the report, none dropped and none invented.
    """
    if kind_of(operation) != "drill":
        raise click.UsageError(
            f"--operation 须以 {DRILL_PREFIX} 开头：真实记录只导入演练。\n"
            f"--operation must begin with {DRILL_PREFIX}: records are played into drills only."
        )
    if sum(given is not None for given in (data, postgres, url)) > 1:
        raise click.UsageError(
            "--data、--postgres、--url 只能选一个。\nGive only one of --data, --postgres and --url."
        )
    if data is None and postgres is None:
        url = url or os.environ.get(URL_VARIABLE)
    try:
        rate = None if speed is None else rate_of(speed)
        with _bars(quiet=as_json) as bars:
            read = Import(file, find_map(chart), bars.reading)
            if dry_run:
                found = read.rehearse(operation)
            elif url is not None:
                found = run(_over_http(read, operation, url, _token(token_file), rate, bars, with_teams))
            else:
                settings = settings_of(data=data, postgres=postgres)
                found = run(_in_process(read, operation, settings, rate, bars, with_teams))
    except KeyboardInterrupt:
        tell(
            "已中断；已写入的内容不会丢失，用同一命令继续。",
            "Interrupted: what was sent stays. The same command goes on from there.",
        )
        raise
    except ReplayError as error:
        raise Failed(error.zh, error.en) from error
    if report_file is not None:
        _write(report_file, found)
    if as_json:
        print_json(found)
    else:
        print_report(found, Console())


def _write(file: Path, found: dict[str, Any]) -> None:
    try:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    except OSError as error:
        raise Failed(
            f"导入已完成，但报告无法写入 {file}（{error.strerror}）。",
            f"The import is done, but its report cannot be written to {file} ({error.strerror}).",
        ) from error


async def _in_process(
    read: Import, operation: str, settings: Settings, rate: Fraction | None, bars: Bars, with_teams: bool
) -> dict[str, Any]:
    from web.node import Node

    try:
        async with Node.running(settings) as node:
            desk = await node.desk(operation, opening=True)
            return await read.run(
                operation, DeskDoor(desk, node.log), rate, bars.sending, with_teams=with_teams
            )
    except LogUnavailable as error:
        if settings.postgres is not None:
            raise
        raise Unavailable(
            f"{error.zh}\n若服务端正在使用该目录，请改用 --url 与令牌（liandong token create …）。",
            f"{error.en}\nWhere a server uses this folder, send through it: --url and a token (liandong token create …).",
        ) from error


async def _over_http(
    read: Import, operation: str, url: str, token: str, rate: Fraction | None, bars: Bars, with_teams: bool
) -> dict[str, Any]:
    door = HttpDoor(url, token, operation)
    try:
        return await read.run(operation, door, rate, bars.sending, with_teams=with_teams)
    finally:
        door.close()


def _token(file: Path | None) -> str:
    if file is not None:
        try:
            token = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Failed(
                f"无法读取令牌文件 {file}（{error.strerror}）。", f"{file} cannot be read ({error.strerror})."
            ) from error
    else:
        token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if not token:
        raise Failed(
            f"缺少令牌：设置 {TOKEN_VARIABLE} 或给出 --token-file（liandong token create 可生成）。",
            f"No token: set {TOKEN_VARIABLE} or give --token-file (liandong token create makes one).",
        )
    return token


class Bars:
    """Two progress bars, or nothing where nobody looks."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._reading = progress.add_task("读取 reading", total=None)
        self._sending = progress.add_task("发送 sending", total=None, start=False)

    def reading(self, done: int, of: int) -> None:
        self._progress.update(self._reading, completed=done, total=of)

    def sending(self, done: int, of: int) -> None:
        self._progress.start_task(self._sending)
        self._progress.update(self._sending, completed=done, total=max(done, of))


@contextmanager
def _bars(*, quiet: bool) -> Generator[Bars]:
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    )
    with progress:
        yield Bars(progress)
