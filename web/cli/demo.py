"""liandong demo: an invented district, a day of its calls, and the board to watch it on. Never touches an installation's own data.

It serves exactly as `liandong serve` does; the day is played beside the server, through the same desks.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from web.cli.main import Unavailable
from web.settings import Settings, load

if TYPE_CHECKING:
    from scenarios.demo.files import Day, Register
    from web.node import Node

USER = "demo"
"""Who logs in with the printed link; at the district's duty desk."""
RATE_MAX = 600
LINK_S = 24 * 3600
"""How long the printed link waits for its one use."""
FOLDER_PREFIX = "liandong-demo-"

EPILOG = """\b
示例 · Examples:
  liandong demo
  liandong demo --speed 30 --port 8080
  liandong demo --data ./demo-data        再次运行则接着播 · run it again to go on

\b
示例数据全部虚构，只在演练 drill-demo 中播放；Ctrl+C 停止。
All of it is invented and plays in the drill drill-demo; Ctrl+C stops it.
"""


@click.command(epilog=EPILOG)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="数据目录（默认每次新建一个临时目录）。 The data folder (a new temporary one each time).",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址。 Where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8470, show_default=True, help="端口。 The port."
)
@click.option(
    "--speed",
    type=click.IntRange(1, RATE_MAX),
    help="演练时钟倍速（默认 10）。 Simulated seconds a second (10).",
)
@click.option("--no-browser", is_flag=True, help="不打开浏览器。 Do not open a browser.")
def demo(data: Path | None, host: str, port: int, speed: int | None, no_browser: bool) -> None:
    """播放虚构的江湾区的一天，并打开态势板。 Play a day of an invented district, with its board.

    播放时您可以同时接报、调派、结案；您先做了的，播放会跳过。
    You may report, dispatch and close at the same time; what you did first, the day passes over.
    """
    from scenarios.demo.files import DemoFileError, load_day, load_register
    from scenarios.demo.outcome import DemoRefused
    from web.logging import configure
    from web.server import run

    configure("warning")
    try:
        day, register = load_day(), load_register()
        folder = data or Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        settings = settings_for(folder, host, port, register)
        show = _Show(day, register, speed, open_browser=not no_browser and sys.stdout.isatty())
        try:
            run(settings, beside=show.play)
        finally:
            if data is None:
                with contextlib.suppress(OSError):
                    folder.rmdir()  # only where nothing was written into it: the port was taken
    except (DemoFileError, DemoRefused) as error:
        raise Unavailable(error.zh, error.en) from error
    _say(
        f"已停止。数据在 {folder}；接着播放：liandong demo --data {folder}",
        f"Stopped. The data is in {folder}; to go on: liandong demo --data {folder}",
    )


def settings_for(folder: Path, host: str, port: int, register: Register) -> Settings:
    """The demo's settings. Nothing is taken from the environment: a demo must never find an installation's database."""
    return load(
        {},
        data=folder,
        host=host,
        port=port,
        district=register.district,
        district_name=register.name.zh,
        district_name_en=register.name.en,
        login_code_s=LINK_S,
        log_level="warning",
    )


class _Show:
    """What happens beside the server: prepare the day, tell how to log in, play it."""

    def __init__(self, day: Day, register: Register, speed: int | None, *, open_browser: bool) -> None:
        self._day = day
        self._register = register
        self._speed = speed
        self._open_browser = open_browser

    async def play(self, node: Node, url: str) -> None:
        """Until the day is over; cancelled when the server stops, and then the drill's clock is stopped too."""
        from core.operation import LIVE
        from scenarios.demo.player import OPERATION, Player

        player = Player(
            self._day,
            self._register,
            live=await node.desk(LIVE),
            drill=await node.desk(OPERATION, opening=True),
            log=node.log,
            rate=self._speed,
        )
        await player.prepare()
        await self._invite(node, url, float(player.rate), player.left)
        try:
            await player.play()
            _say(
                f"这一天播完了（{player.commands} 条命令）。态势板仍可使用；重新来一遍：liandong demo。",
                f"The day is over ({player.commands} commands). The board stays; for another one: liandong demo.",
            )
        except asyncio.CancelledError:
            # The desks are still open: the clock is stopped, so that the next start goes on at this very moment.
            await player.pause()
            raise

    async def _invite(self, node: Node, url: str, rate: float, left: int) -> None:
        from scenarios.demo.player import OPERATION

        organisation, _, post = self._day.dispatcher.partition("/")
        if all(user.name != USER for user in await node.accounts.users()):
            await node.accounts.add_user(USER, organisation, post, None)
        page = f"{url}/login?next=/board/{OPERATION}"
        link = f"{page}#{await node.accounts.make_code(USER)}"
        again = f"liandong user link {USER} --url {url} --data {node.settings.data}"
        _panel(link, self._day.dispatcher, rate, left, again)
        if self._open_browser:
            # A code of its own: the printed link stays good. In a thread, since some browsers keep their caller waiting.
            own = f"{page}#{await node.accounts.make_code(USER)}"
            await asyncio.to_thread(webbrowser.open, own)


def _panel(link: str, post: str, rate: float, left: int, again: str) -> None:
    lines = [
        "江湾区的一天 · 演练 drill-demo（示例数据，全部虚构）",
        "A day in Jiangwan · drill drill-demo (sample data, all of it invented)",
        "",
        f"以值班员 {post} 登录，链接只能用一次；再要一个：{again}",
        f"Log in as {post}; the link works once. Another one: the same command.",
        f"时钟 {rate:g} 倍速，还有 {left} 条命令；Ctrl+C 停止。 Clock ×{rate:g}, {left} commands to come; Ctrl+C stops.",
    ]
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.panel import Panel

        Console().print(Panel("\n".join(lines), title="联动 Liandong", border_style="bold", expand=False))
    else:
        for line in lines:
            click.echo(line)
    # Outside any frame and on a line of its own: it must be copied whole, and a program may look for it.
    click.echo(link)
    sys.stdout.flush()


def _say(zh: str, en: str) -> None:
    click.echo(zh)
    click.echo(en)
    sys.stdout.flush()
