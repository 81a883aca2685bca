"""liandong send: one command, through the same door as everyone else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import click
import msgspec

from core.log.protocol import LogError
from web import door
from web.cli.main import Failed, Unavailable
from web.cli.options import run, settings_of, where
from web.cli.remote import ask, remote, token_of
from web.errors import Problem, problem_of
from web.http.commands import carry_out, status_of
from web.node import Node
from web.settings import Settings

EPILOG = """\b
示例 · Examples:
  liandong send live '{"type":"ReportIncident","kind":"gas_leak","place":{"text":"朝晖路"}}' \\
      --url http://127.0.0.1:8470 --token-file duty.token
  echo '{"type":"ArriveTeam","dispatch":"d-3"}' | liandong send live - --url … --occurred-at 2026-05-12T09:02:00+08:00
  liandong send live '{"type":"CloseIncident","incident":"2026-0001","reason":"处置完毕"}' --data ./data

\b
带 "command" 的 JSON 视为完整请求（含 id）。 JSON with "command" is taken as the whole request, id included.
退出码 0 已受理，1 被拒绝或有误，3 不可用（可用同一 id 重发）。
Exit code 0 accepted, 1 refused or malformed, 3 unavailable (the same id may be sent again).
"""


@click.command(epilog=EPILOG)
@click.argument("operation")
@click.argument("command")
@click.option("--id", "id_", type=click.UUID, help="命令编号（默认新生成）。 The command's id (a new one).")
@click.option("--occurred-at", help="发生时间，带时区。 When it happened, with its zone.")
@click.option("--source", help="来源，如 radio、phone。 The source, such as radio or phone.")
@click.option("--precision", help="时间精度，如 minute。 How exactly the time is known.")
@where
@remote
def send(
    operation: str, command: str, url: str | None, token_file: Path | None, id_: Any, **options: Any
) -> None:
    """发送一条命令（JSON，或 - 表示标准输入），打印答复。 Send one command (JSON, or - for stdin) and print the answer.

    服务运行时用 --url；没有服务在写时可用 --data。令牌见 LIANDONG_TOKEN 或 --token-file。
    With --url while a server runs, with --data when none does. The token is in LIANDONG_TOKEN or --token-file.
    """
    facts = {name: options.pop(name) for name in ("occurred_at", "source", "precision")}
    request = _request(command, id_, facts)
    token = token_of(token_file)
    if url is not None:
        reply = ask(url, f"/api/operations/{quote(operation, safe='')}/commands", token, request)
        status, body = reply.status, reply.body
    else:
        status, body = run(_send_here(settings_of(**options), operation, token, request))
    click.echo(body.decode(errors="replace"))
    if status == 503:
        raise Unavailable(
            "暂时不可用：请用同一 id 重发。", f"Unavailable now: send again with --id {request['id']}."
        )
    if status >= 300:
        raise SystemExit(1)


def _request(text: str, id_: Any, facts: dict[str, Any]) -> dict[str, Any]:
    try:
        given: Any = json.loads(sys.stdin.read() if text == "-" else text)
    except json.JSONDecodeError as error:
        raise Failed(f"命令不是有效的 JSON：{error}。", f"The command is not JSON: {error}.") from error
    if not isinstance(given, dict):
        raise Failed("命令须为 JSON 对象。", "The command must be a JSON object.")
    fields = cast(dict[str, Any], given)
    request: dict[str, Any] = fields if "command" in fields else {"command": fields}
    request |= {name: value for name, value in facts.items() if value is not None}
    if id_ is not None or "id" not in request:
        request["id"] = str(id_ or uuid4())
    return request


async def _send_here(
    settings: Settings, operation: str, token: str, request: dict[str, Any]
) -> tuple[int, bytes]:
    """As the owner of the log: refused with what to do when a server owns it."""
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
        try:
            answer = await carry_out(node, operation, caller, door.decode(msgspec.json.encode(request)))
        except Exception as error:
            problem = problem_of(error)
            if not isinstance(problem, Problem):
                raise
            return problem.status, problem.encoded()
        return status_of(answer), answer.body
    finally:
        await node.close()
