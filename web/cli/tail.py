"""liandong tail: follow the log, beside the server that writes it or through its interface."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click
import msgspec
from msgspec import Struct

from core.log.protocol import Log, Query
from core.messages import Actor
from web.cli.main import Failed, Unavailable
from web.cli.options import as_json, beside, run, settings_of, where
from web.cli.remote import ask, remote, token_of

LAST_EVENTS = 20
PAGE_EVENTS = 500
ASK_EVERY_S = 0.5
NDJSON = "application/x-ndjson"


class _Event(Struct):
    type: str


class _Record(Struct):
    """What a line shows of a record."""

    position: int
    recorded_at: str
    actor: Actor
    tags: tuple[str, ...]
    event: _Event


_decoder = msgspec.json.Decoder(_Record)

EPILOG = """\b
示例 · Examples:
  liandong tail live --data ./data
  liandong tail live --data ./data --after 0 --json --no-follow > live.ndjson
  liandong tail live --url http://127.0.0.1:8470 --token-file duty.token --type TeamArrived
"""


@click.command(epilog=EPILOG)
@click.argument("operation")
@click.option(
    "--after",
    type=click.IntRange(0),
    help=f"此序号之后（默认最后 {LAST_EVENTS} 条）。 After this position (the last {LAST_EVENTS}).",
)
@click.option("--tag", multiple=True, help="只看这些标签。 Only these tags.")
@click.option("--type", "types", multiple=True, help="只看这些类型。 Only these types.")
@click.option("--follow/--no-follow", default=True, help="是否继续等待新记录。 Whether to wait for more.")
@where
@remote
@as_json
def tail(
    operation: str,
    after: int | None,
    tag: tuple[str, ...],
    types: tuple[str, ...],
    follow: bool,
    url: str | None,
    token_file: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """跟随日志：一行一条记录；--json 为原样的记录。 Follow the log, a record a line; --json gives records as stored."""
    query = Query(tag, types)
    if url is not None:
        _tail_remote(url, token_of(token_file), operation, after, query, follow=follow, as_json=as_json)
        return

    async def work() -> None:
        async with beside(settings_of(**options)) as log:
            await _tail_here(log, operation, after, query, follow=follow, as_json=as_json)

    run(work())


async def _tail_here(
    log: Log, operation: str, after: int | None, query: Query, *, follow: bool, as_json: bool
) -> None:
    head = (await log.head(operation)).position
    if head == 0 and not follow:
        raise Failed(f"没有作业面 {operation}。", f"There is no operation {operation}.")
    position = max(0, head - LAST_EVENTS) if after is None else after
    while page := await log.read(operation, position, query, PAGE_EVENTS):
        for event in page:
            _show(event.data, as_json=as_json)
        position = page[-1].position
    if not follow:
        return
    async for events in log.follow(operation, max(position, head)):
        for event in events:
            wanted = not query.tags or not set(query.tags).isdisjoint(event.tags)
            if wanted and (not query.types or event.type in query.types):
                _show(event.data, as_json=as_json)


def _tail_remote(
    url: str, token: str, operation: str, after: int | None, query: Query, *, follow: bool, as_json: bool
) -> None:
    path = f"/api/operations/{quote(operation, safe='')}/events?"
    while True:
        parameters: list[tuple[str, str]] = [("limit", str(PAGE_EVENTS)), ("after", str(after or 0))]
        parameters += [("tag", tag) for tag in query.tags] + [("type", type_) for type_ in query.types]
        reply = ask(url, path + urlencode(parameters), token, accept=NDJSON)
        if reply.status in (429, 503):
            time.sleep(ASK_EVERY_S)
            continue
        if reply.status != 200 or reply.head is None:
            raise Unavailable(
                f"服务器答复 {reply.status}：{reply.body.decode(errors='replace')}",
                f"The server answered {reply.status}.",
            )
        if after is None:
            after = max(0, reply.head - LAST_EVENTS)
            continue
        lines = reply.body.splitlines()
        for line in lines:
            _show(line, as_json=as_json)
        if lines:
            after = _decoder.decode(lines[-1]).position
        if len(lines) < PAGE_EVENTS:
            if not follow:
                return
            time.sleep(ASK_EVERY_S)


def _show(data: bytes, *, as_json: bool) -> None:
    if as_json:
        click.echo(data.decode())
        return
    try:
        record = _decoder.decode(data)
    except msgspec.MsgspecError:
        click.echo(data.decode(errors="replace"))  # of another program: shown as it is
        return
    tags = " ".join(record.tags)
    click.echo(
        f"{record.position:>8}  {record.recorded_at:27}  {record.event.type:26}  {record.actor.post_id:20}  {tags}"
    )
