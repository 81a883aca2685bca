"""liandong token: access for machines, bound to one post. `create` prints the secret alone, this once; only its digest is kept."""

from __future__ import annotations

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

NAME_CHARS_MAX = 100


@click.group()
def token() -> None:
    """令牌：创建、列出、吊销。 Tokens for machines.

    \b
    liandong token create --data ./data --post duty --organisation gov > duty.token
    curl -H "Authorization: Bearer $(cat duty.token)" http://127.0.0.1:8470/api/session
    """


@token.command()
@click.option("--post", required=True, type=ID, help="岗位，如 duty。 The post, such as duty.")
@click.option("--organisation", required=True, type=ID, help="组织，如 gov。 The organisation, such as gov.")
@click.option("--name", default="", help="名称，便于日后辨认。 A name to know it by.")
@where
@as_json
def create(post: str, organisation: str, name: str, as_json: bool, **options: Any) -> None:
    """创建令牌；标准输出只有令牌本身，服务运行时也可创建并立即可用。
    Create a token: stdout has the token alone. It works at once, also on a running server.
    """
    settings = settings_of(**options)

    async def work() -> None:
        await make_ready(settings)
        await check_post(settings, organisation, post)
        async with accounts_of(settings) as accounts:
            made, secret = await accounts.make_token(
                name[:NAME_CHARS_MAX] or f"{organisation}/{post}", organisation, post
            )
        if as_json:
            print_json({**made._asdict(), "token": secret})
        else:
            click.echo(secret)

    run(work())


@token.command("list")
@where
@as_json
def list_(as_json: bool, **options: Any) -> None:
    """列出全部令牌，不含令牌本身。 List all tokens, never the secrets."""
    settings = settings_of(**options)

    async def work() -> None:
        async with accounts_of(settings) as accounts:
            found = await accounts.tokens()
        if as_json:
            print_json([one._asdict() for one in found])
            return
        table = Table(
            Column("编号 id", no_wrap=True),
            "名称 name",
            "岗位 post",
            "创建 made",
            "最近使用 last used",
            "状态 state",
        )
        for one in found:
            table.add_row(
                one.id,
                one.name,
                f"{one.organisation}/{one.post}",
                time_of(one.created_at),
                time_of(one.used_at),
                "已吊销 revoked" if one.revoked_at else "有效 valid",
            )
        Console().print(table)

    run(work())


@token.command()
@click.argument("id", type=ID)
@where
def revoke(id: str, **options: Any) -> None:
    """吊销令牌；运行中的服务器数秒内生效。 Revoke a token; running servers follow within seconds."""
    settings = settings_of(**options)

    async def work() -> None:
        async with accounts_of(settings) as accounts:
            await accounts.revoke_token(id)

    run(work())
