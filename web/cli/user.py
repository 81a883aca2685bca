"""liandong user: people who log in. Works beside the running server; a password is asked for or read from stdin, never an argument."""

from __future__ import annotations

import sys
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from web.cli.options import (
    ID,
    accounts_of,
    as_json,
    check_post,
    make_ready,
    print_json,
    run,
    settings_of,
    time_of,
    where,
)

NAME_CHARS_MAX = 64


@click.group()
def user() -> None:
    """用户：增加、列出、停用、改口令、登录链接。 People who log in.

    \b
    liandong user add 李雷 --post duty --organisation gov --data ./data
    liandong user link 李雷 --data ./data
    """


def _name(_: click.Context, __: click.Parameter, value: str) -> str:
    if not 0 < len(value) <= NAME_CHARS_MAX or any(ord(sign) < 32 for sign in value):
        raise click.BadParameter(
            f"1–{NAME_CHARS_MAX} 个字符 · 1 to {NAME_CHARS_MAX} characters, no control characters"
        )
    return value


_named = click.argument("name", callback=_name)


def _password() -> str:
    """Typed twice, or one line of stdin where nobody sits at a terminal."""
    if sys.stdin.isatty():
        return str(click.prompt("口令 Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\n")


@user.command()
@_named
@click.option("--post", required=True, type=ID, help="岗位，如 duty。 The post, such as duty.")
@click.option("--organisation", required=True, type=ID, help="组织，如 gov。 The organisation, such as gov.")
@click.option("--no-password", is_flag=True, help="只用登录链接登录。 Logs in by links only.")
@where
def add(name: str, post: str, organisation: str, no_password: bool, **options: Any) -> None:
    """增加用户；口令由终端或标准输入读取。 Add a user; the password is asked for, or read from stdin."""
    password = None if no_password else _password()
    settings = settings_of(**options)

    async def work() -> None:
        await make_ready(settings)
        await check_post(settings, organisation, post)
        async with accounts_of(settings) as accounts:
            made = await accounts.add_user(name, organisation, post, password)
        click.echo(made.id)

    run(work())


@user.command("list")
@where
@as_json
def list_(as_json: bool, **options: Any) -> None:
    """列出全部用户。 List all users."""
    settings = settings_of(**options)

    async def work() -> None:
        async with accounts_of(settings) as accounts:
            found = await accounts.users()
        if as_json:
            print_json([one._asdict() for one in found])
            return
        table = Table(Column("编号 id", no_wrap=True), "用户 user", "岗位 post", "增加于 since", "状态 state")
        for one in found:
            table.add_row(
                one.id,
                one.name,
                f"{one.organisation}/{one.post}",
                time_of(one.created_at),
                "停用 disabled" if one.disabled_at else "启用 enabled",
            )
        Console().print(table)

    run(work())


@user.command()
@_named
@where
def disable(name: str, **options: Any) -> None:
    """停用用户并结束其全部会话。 Disable a user and end the sessions."""
    settings = settings_of(**options)

    async def work() -> None:
        async with accounts_of(settings) as accounts:
            await accounts.disable_user(name)

    run(work())


@user.command()
@_named
@where
def passwd(name: str, **options: Any) -> None:
    """修改口令并结束其全部会话。 Change the password and end the sessions."""
    password = _password()
    settings = settings_of(**options)

    async def work() -> None:
        async with accounts_of(settings) as accounts:
            await accounts.set_password(name, password)

    run(work())


@user.command()
@_named
@click.option(
    "--url",
    default="http://127.0.0.1:8470",
    show_default=True,
    envvar="LIANDONG_URL",
    help="服务器地址。 The server.",
)
@where
def link(name: str, url: str, **options: Any) -> None:
    """一次性登录链接，10 分钟内有效。 A login link that works once, for 10 minutes."""
    settings = settings_of(**options)

    async def work() -> None:
        async with accounts_of(settings) as accounts:
            code = await accounts.make_code(name)
        # After #: a browser does not send it, so no proxy logs it.
        click.echo(f"{url.rstrip('/')}/login#{code}")

    run(work())
