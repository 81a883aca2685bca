"""liandong serve: one node, until it is told to stop."""

from __future__ import annotations

from typing import Any

import click

from web.cli.options import where
from web.settings import PREFIX, Settings, load


def _limits() -> str:
    """Every variable and its default, for the end of the help."""
    names = Settings.__struct_fields__
    defaults = Settings()
    lines = [f"  {PREFIX}{name.upper()} ({getattr(defaults, name)})" for name in names]
    return "\n".join(lines)


EPILOG = f"""\b
示例 · Examples:
  liandong serve --data ./data
  liandong serve --data ./data --host 0.0.0.0 --port 8080
  LIANDONG_POSTGRES=postgresql://… LIANDONG_REDIS=redis://… liandong serve

\b
SIGTERM 停止：进行中的请求会答复完毕，退出码 0。
SIGTERM stops it: what is under way is answered first; exit code 0.

\b
环境变量与默认值 · Variables and their defaults:
{_limits()}
"""


@click.command(epilog=EPILOG)
@where
@click.option("--host", help="监听地址（默认 127.0.0.1）。 Where to listen (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="端口（默认 8470）。 The port (8470).")
@click.option("--redis", metavar="URL", help="Redis 地址，多节点时共用限速。 The Redis that nodes share.")
@click.option(
    "--district",
    metavar="ID",
    help="首次启动时本区的组织编号（默认 gov）。 The district's id at the first start (gov).",
)
@click.option(
    "--district-name", metavar="NAME", help="首次启动时本区的名称。 The district's name at the first start."
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="日志级别（默认 info）。 What is logged (info).",
)
def serve(**options: Any) -> None:
    """启动服务。 Serve the board and the interface.

    不带 --postgres 时，日志是数据目录中的一个 SQLite 文件，只由本进程写入。
    Without --postgres the log is one SQLite file in the data folder, and this process alone writes it.
    """
    from web.logging import configure
    from web.server import run

    settings = load(**options)
    configure(settings.log_level)

    def ready(_: object, url: str) -> None:
        click.echo(f"联动已启动 · Liandong serves at {url}   (API: {url}/schema)")

    run(settings, ready)
