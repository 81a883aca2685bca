"""What commands share: where the data is, how settings are read, how a fresh folder is made ready, how JSON is printed."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
import msgspec

from core.log.protocol import Log, LogUnavailable, Query
from core.messages import ID_PATTERN
from core.operation import LIVE
from web.accounts.accounts import Accounts
from web.cli.main import tell
from web.node import Node, open_log
from web.settings import Settings, load

P = ParamSpec("P")
R = TypeVar("R")

START_WAIT_S = 10.0
START_LOOK_S = 0.2
POST_EVENTS_MAX = 10_000


def where(function: Callable[P, R]) -> Callable[P, R]:
    """--data and --postgres: the installation that a command is about."""
    for option in (
        click.option(
            "--postgres",
            metavar="DSN",
            help="PostgreSQL 地址，代替 --data；含口令时请用 LIANDONG_POSTGRES。 "
            "The PostgreSQL that keeps the log, instead of --data; with a password in it, use LIANDONG_POSTGRES.",
        ),
        click.option(
            "--data",
            type=click.Path(file_okay=False, path_type=Path),
            help="数据目录（默认 ./data，或 LIANDONG_DATA）。 The data folder (./data, or LIANDONG_DATA).",
        ),
    ):
        function = option(function)
    return function


as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取。 JSON, for programs.")


def settings_of(**options: Any) -> Settings:
    """The settings with what the command line gave; logs of the command line are warnings on stderr."""
    from web.logging import configure

    settings = load(**options)
    configure("warning")
    return settings


def run(work: Coroutine[Any, Any, R]) -> R:
    """Run a command's work to its end."""
    return asyncio.run(work)


async def make_ready(settings: Settings) -> None:
    """See to it that the district stands, before any server ran or while one runs. Raises LogUnavailable."""
    deadline = time.monotonic() + START_WAIT_S
    while not await _is_set_up(settings):
        try:
            await (await Node.open(settings)).close()
        except LogUnavailable:
            # A server may own the log and be about to set it up; any other trouble will still be there at the deadline.
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(START_LOOK_S)


async def _is_set_up(settings: Settings) -> bool:
    log = open_log(settings, read_only=True)
    try:
        await log.open()
        from web.setup import is_set_up

        return await is_set_up(log, settings)
    except LogUnavailable:
        if settings.postgres is not None:
            raise
        return False
    finally:
        await log.close()


async def check_post(settings: Settings, organisation: str, post: str) -> None:
    """Say it where a post is not open in `live`: it may be opened later, or in a drill only, so it is no error."""
    async with beside(settings) as log:
        found = await log.read(LIVE, 0, Query((f"post:{organisation}/{post}",)), POST_EVENTS_MAX)
    if not found or found[-1].type != "PostOpened":
        tell(
            f"注意：实战中尚无岗位 {organisation}/{post}，设立之前其命令会被拒绝。",
            f"Note: there is no post {organisation}/{post} in live yet; its commands are refused until it is opened.",
        )


@asynccontextmanager
async def beside(settings: Settings) -> AsyncGenerator[Log]:
    """The log for reading, beside the process that owns it. Raises LogUnavailable."""
    log = open_log(settings, read_only=True)
    await log.open()
    try:
        yield log
    finally:
        await log.close()


@asynccontextmanager
async def accounts_of(settings: Settings) -> AsyncGenerator[Accounts]:
    """The accounts, open as long as the block runs."""
    accounts = Accounts.of(settings)
    await accounts.open()
    try:
        yield accounts
    finally:
        await accounts.close()


def time_of(seconds: int | None) -> str:
    """A time of the accounts, in local time; — for none."""
    if seconds is None:
        return "—"
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


class IdType(click.ParamType[str]):
    """An id of the log: 1–64 of A–Z a–z 0–9 . _ -, beginning with a letter or digit."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not isinstance(value, str) or re.match(ID_PATTERN, value) is None:
            self.fail(
                "1–64 个字母、数字或 . _ -，以字母或数字开头 · 1 to 64 letters, digits or . _ -", param, ctx
            )
        return value


ID = IdType()


def print_json(value: Any) -> None:
    click.echo(msgspec.json.encode(value).decode())
