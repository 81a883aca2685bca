"""liandong verify: recompute each operation's Merkle root from the stored bytes, beside the server, without changing anything."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import click
import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from core.log import merkle
from core.log.protocol import Head, Log, Query, StoredEvent
from core.operation import kind_of
from web.cli.main import FAILED, Failed
from web.cli.options import as_json, beside, print_json, run, settings_of, where

PAGE_EVENTS = 5_000
FAULTS_SHOWN_MAX = 20

EPILOG = """\b
示例 · Examples:
  liandong verify --data ./data            全部作业面 all operations
  liandong verify live --data ./data --json
  LIANDONG_POSTGRES=postgresql://… liandong verify
"""


class Verdict(Struct, frozen=True):
    """What was found of one operation."""

    operation: str
    position: int
    epoch: int
    root: str
    ok: bool
    faults: list[str]


class _Event(Struct):
    type: str


class _Record(Struct):
    """What the columns beside a record copy of it."""

    operation: str
    position: int
    command_id: UUID
    recorded_at: datetime
    tags: tuple[str, ...]
    event: _Event


_decoder = msgspec.json.Decoder(_Record)


@click.command(epilog=EPILOG)
@click.argument("operations", nargs=-1)
@where
@as_json
def verify(operations: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """校验日志：由存储的字节重算 Merkle 根并与日志头比对，检查序号连续与索引副本。
    Verify the log: recompute the Merkle root from the stored bytes, compare it with the head, check that positions have no
    gap and that the columns beside each record say what it says.
    """
    settings = settings_of(**options)

    async def work() -> list[Verdict]:
        async with beside(settings) as log:
            known = await log.operations()
            if unknown := [operation for operation in operations if operation not in known]:
                raise Failed(f"没有作业面 {unknown[0]}。", f"There is no operation {unknown[0]}.")
            with progress_bar() as bar:
                return [
                    await verified(log, operation, bar_of(bar, operation))
                    for operation in operations or known
                ]

    verdicts = run(work())
    if as_json:
        print_json(verdicts)
    else:
        for verdict in verdicts:
            state = "一致 ok" if verdict.ok else "不一致 ALTERED"
            click.echo(f"{verdict.operation}  {state}  {verdict.position}  {verdict.root}")
            for fault in verdict.faults:
                click.echo(f"  {fault}")
    if not all(verdict.ok for verdict in verdicts):
        raise SystemExit(FAILED)


def progress_bar() -> Progress:
    """On stderr, and only where somebody looks."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def bar_of(bar: Progress, operation: str) -> Callable[[int, int], None]:
    """What to call with (done, of)."""
    task = bar.add_task(operation, total=None)
    return lambda done, of: bar.update(task, completed=done, total=of)


async def verified(log: Log, operation: str, told: Callable[[int, int], None]) -> Verdict:
    """One operation, up to where its head stood at the beginning: whoever writes meanwhile does not disturb."""
    head = await log.head(operation)
    frontier: tuple[bytes, ...] = ()
    position = 0
    faults: list[str] = []
    while position < head.position:
        page = await log.read(operation, position, Query(), min(PAGE_EVENTS, head.position - position))
        if not page:
            break
        check_page(operation, position, page, faults)
        frontier = merkle.extend_data(frontier, position, [event.data for event in page])
        position += len(page)
        told(position, head.position)
    _check_head(head, position, frontier, faults)
    root = merkle.root(frontier).hex()
    return Verdict(operation, position, head.epoch, root, ok=not faults, faults=faults[:FAULTS_SHOWN_MAX])


def _check_head(head: Head, position: int, frontier: tuple[bytes, ...], faults: list[str]) -> None:
    if position != head.position:
        faults.append(
            f"日志头在 {head.position}，只找到 {position} 条 · the head is at {head.position}, {position} records are there"
        )
    elif merkle.root(frontier) != merkle.root(head.frontier):
        faults.append("Merkle 根与日志头不一致 · the Merkle root is not that of the head")


def check_page(operation: str, before: int, page: Sequence[StoredEvent], faults: list[str]) -> None:
    """Positions, and the columns beside each record. Records of other programs are bytes: only their tree is checked."""
    ours = kind_of(operation) is not None
    for expected, event in enumerate(page, before + 1):
        if event.position != expected:
            faults.append(f"序号 {expected} 处为 {event.position} · at {expected} stands {event.position}")
        if not ours:
            continue
        try:
            record = _decoder.decode(event.data)
        except msgspec.MsgspecError as error:
            faults.append(f"{expected}: 无法读取 · cannot be read: {error}")
            continue
        copies = (event.position, event.type, event.tags, event.recorded_at, event.command_id, operation)
        said = (
            record.position, record.event.type, record.tags, record.recorded_at, record.command_id, record.operation,
        )  # fmt: skip
        if copies != said:
            faults.append(
                f"{expected}: 索引副本与记录不符 · the columns beside the record say something else"
            )
