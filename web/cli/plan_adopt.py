"""liandong plan adopt: a folder of registers and plans into an operation, through the same door as everyone else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote
from uuid import uuid4

import click
import msgspec

from core.adoption import AdoptPlans, Waiver
from core.catalogue import AnyCommand
from core.log.protocol import LogError
from core.organisation import OpenPost, RegisterOrganisation
from core.plan.faults import FileRefused
from core.plan.load import load_register
from core.plan.register import Register
from core.plan.rows import Rule
from core.register import EnterRegister
from core.team import RegisterTeam
from scenarios.plan_folder import FolderUnreadable, read_folder
from scenarios.plan_order import adoption_sets
from web import door
from web.cli.main import Failed, Unavailable, tell
from web.cli.options import run, settings_of, where
from web.cli.remote import ask, remote, token_of
from web.errors import Problem, problem_of
from web.http.commands import carry_out, status_of
from web.node import Node
from web.settings import Settings

Send = Callable[[AnyCommand], Awaitable[tuple[int, dict[str, Any]]]]
REFUSED, UNREADABLE = 1, 2
NAMED_MAX = 6
"""How many plans of a set are named on its line."""

EPILOG = """\b
登记册先于预案；相互衔接的预案成套发布，任何一份有严重问题则整套不发布。
Registers come before plans; plans that lead to each other are adopted together, all or none.
退出码 · Exit codes: 0 全部完成 done   1 有拒绝 refused   2 文件无法使用 a file cannot be used   3 不可用 unavailable

\b
liandong plan adopt city/ --url http://127.0.0.1:8470 --token-file duty.token
liandong plan adopt city/ --waive "L3|正在登记值班渠道|2026-06-30"
"""


@click.command(epilog=EPILOG)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--operation", default="live", show_default=True, help="作业面。 The operation.")
@click.option(
    "--organisations/--no-organisations",
    default=True,
    show_default=True,
    help="先登记文件中的组织、岗位和队伍。 First register the organisations, posts and teams of the files.",
)
@click.option(
    "--waive",
    multiple=True,
    metavar="RULE|REASON|DATE",
    help="豁免一条规则的严重问题。 Accept the critical findings of a rule until a day, and say why.",
)
@where
@remote
@click.pass_context
def adopt(
    ctx: click.Context,
    /,
    folder: Path,
    operation: str,
    organisations: bool,
    waive: tuple[str, ...],
    url: str | None,
    token_file: Path | None,
    **options: Any,
) -> None:
    """发布整套预案及登记册 · Adopt a folder of plans with their registers.

    服务运行时用 --url；没有服务在写时可用 --data。 With --url while a server runs, with --data when none does.
    """
    waivers = tuple(map(_waiver, waive))
    try:
        files = read_folder(folder)
        register = load_register(files)
    except FileRefused as refused:
        for fault in refused.faults:
            click.echo(
                f"{fault.path}:{fault.line}:{fault.column}: {fault.code} {fault.zh}\n    {fault.en}", err=True
            )
        ctx.exit(UNREADABLE)
    except FolderUnreadable as error:
        tell(error.zh, error.en)
        ctx.exit(UNREADABLE)
    commands = list(commands_of(files, register, waivers, organisations=organisations))
    token = token_of(token_file)
    here = settings_of(**options)
    sending = _sending_here(here, operation, token) if url is None else _sending_there(url, operation, token)
    ctx.exit(REFUSED if run(_send_all(commands, sending)) else 0)


def commands_of(
    files: Mapping[str, bytes], register: Register, waivers: tuple[Waiver, ...], *, organisations: bool
) -> Iterator[tuple[str, AnyCommand]]:
    """What a folder is adopted by, in order, each with the words that tell of it."""
    if organisations:
        yield from _organisations(register)
    for path, data in sorted(files.items()):
        if path.startswith("register/"):
            yield path, EnterRegister(source=data.decode())
    current = {
        version.id: version for version in sorted(register.plans.values(), key=lambda one: one.version)
    }
    for together in adoption_sets(version.document for version in current.values()):
        sources = tuple(files[current[id].path].decode() for id in together)
        more = f" … ({len(together)})" if len(together) > NAMED_MAX else ""
        yield "、".join(together[:NAMED_MAX]) + more, AdoptPlans(sources=sources, waivers=waivers)


def _organisations(register: Register) -> Iterator[tuple[str, AnyCommand]]:
    """Parents before children; what is over and done with is left out."""
    rows = {row.id: row for row in register.organisations.values() if row.successor is None}
    done: set[str] = set()
    while waiting := [
        row for row in rows.values() if row.id not in done and (row.parent in done or row.parent not in rows)
    ]:
        for row in waiting:
            done.add(row.id)
            yield (
                row.id,
                RegisterOrganisation(
                    organisation=row.id, name=row.name, level=row.level, parent=row.parent, code=row.code
                ),
            )
            for post in row.posts:
                yield f"{row.id}/{post.id}", OpenPost(organisation=row.id, post=post.id, name=post.name)
    for team in register.teams.values():
        yield (
            team.id,
            RegisterTeam(
                team=team.id,
                organisation=team.owners[0],
                name=team.name,
                kind=team.kind,
                capabilities=team.capabilities,
            ),
        )


def _waiver(text: str) -> Waiver:
    rule, reason, until = (*text.split("|"), "", "")[:3]
    try:
        day = datetime.strptime(until, "%Y-%m-%d").date()  # noqa: DTZ007  a calendar day, of no zone
    except ValueError:
        day = None
    if rule not in get_args(Rule) or not reason or day is None:
        raise click.BadParameter(
            f"{text!r}：应为 规则|理由|日期，例如 L3|正在登记|2026-06-30 · must be RULE|REASON|DATE",
            param_hint="--waive",
        )
    return msgspec.convert({"rule": rule, "reason": reason, "until": day}, Waiver)


async def _send_all(commands: list[tuple[str, AnyCommand]], sending: Any) -> int:
    """Send in order, telling of each that did something or was refused. An id that is taken belongs to somebody: that goes on."""
    refused = 0
    async with sending as send:
        for words, command in commands:
            name = type(command).__name__
            status, body = await send(command)
            if status == 503:
                raise Unavailable("暂时不可用：请重新执行。", "Unavailable now: run it again.")
            if status < 300:
                if body.get("positions"):
                    click.echo(f"{name} {words}")
                continue
            taken = body.get("code") == "already_exists"
            refused += not taken
            click.echo(f"{name} {words}: {body.get('zh') or body.get('detail')}", err=True)
            click.echo(f"    {body.get('en') or body.get('title')}", err=True)
            _tell_findings(body)
    return refused


def _tell_findings(body: dict[str, Any]) -> None:
    details = body.get("details", body)
    for one in details.get("findings", ()):
        click.echo(
            f"    {one['plan']}:{one.get('line') or 1}: {one['rule']} {one['zh']}\n        {one['en']}",
            err=True,
        )
        click.echo(f"        → {one['repair']['zh']} {one['repair'].get('en', '')}", err=True)
    for one in details.get("faults", ()):
        click.echo(
            f"    {one['path']}:{one['line']}:{one['column']}: {one['zh']}\n        {one['en']}", err=True
        )


@asynccontextmanager
async def _sending_there(url: str, operation: str, token: str) -> AsyncGenerator[Send]:
    """To a running server."""
    path = f"/api/operations/{quote(operation, safe='')}/commands"

    async def send(command: AnyCommand) -> tuple[int, dict[str, Any]]:
        reply = ask(url, path, token, _request(command))
        return reply.status, msgspec.json.decode(reply.body) if reply.body else {}

    yield send


@asynccontextmanager
async def _sending_here(settings: Settings, operation: str, token: str) -> AsyncGenerator[Send]:
    """As the owner of the log."""
    try:
        node = await Node.open(settings)
    except LogError as error:
        raise Unavailable(
            f"{error.zh} 若服务正在运行，请改用 --url。", f"{error.en} If a server runs, use --url instead."
        ) from error
    try:
        caller = await node.access.of_bearer(f"Bearer {token}", lambda: None)
        if caller is None:
            raise Failed("令牌无效或已吊销。", "The token is unknown or was revoked.")

        async def send(command: AnyCommand) -> tuple[int, dict[str, Any]]:
            asked = door.decode(msgspec.json.encode(_request(command)))
            try:
                answer = await carry_out(node, operation, caller, asked)
            except Exception as error:
                problem = problem_of(error)
                if not isinstance(problem, Problem):
                    raise
                return problem.status, msgspec.json.decode(problem.encoded())
            return status_of(answer), msgspec.json.decode(answer.body)

        yield send
    finally:
        await node.close()


def _request(command: AnyCommand) -> dict[str, Any]:
    return {"id": str(uuid4()), "command": msgspec.to_builtins(command)}
