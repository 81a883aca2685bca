"""The group of all commands, what they share in errors and exit codes, and nothing else."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

import click

from core.log.protocol import LogError
from handlers.desk import DeskBusy, OperationUnreadable
from web.accounts.accounts import AccountError
from web.settings import SettingsError

OK, FAILED, USAGE, UNAVAILABLE = 0, 1, 2, 3
"""Exit codes: done · refused or failed · wrong usage · the log, the server or the settings cannot be used."""

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("web.cli.serve", "serve"),
    "demo": ("web.cli.demo", "demo"),
    "user": ("web.cli.user", "user"),
    "token": ("web.cli.token", "token"),
    "send": ("web.cli.send", "send"),
    "tail": ("web.cli.tail", "tail"),
    "replay": ("web.cli.replay", "replay"),
    "metrics": ("web.cli.metrics", "metrics"),
    "verify": ("web.cli.verify", "verify"),
    "backup": ("web.cli.backup", "backup"),
    "restore": ("web.cli.restore", "restore"),
    "plan": ("web.cli.plan", "plan"),
}
"""Name → (module, attribute), in the order of the help. A new command is a line here and a file."""


class Unavailable(Exception):
    """What a command needs is not there. `zh` and `en` say what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Failed(Unavailable):
    """It was tried, and the answer is no."""


class Commands(click.Group):
    """Imports a command when it is named: `--help` of one starts as fast as if it were alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  as click calls it
        return [
            name for name, (module, _) in COMMANDS.items() if importlib.util.find_spec(module) is not None
        ]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module, attribute = COMMANDS[cmd_name]
        found = getattr(importlib.import_module(module), attribute)
        assert isinstance(found, click.Command)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Every known trouble ends in two sentences and an exit code, never in a traceback."""
        try:
            return super().invoke(ctx)
        except Failed as error:
            tell(error.zh, error.en)
            ctx.exit(FAILED)
        except AccountError as error:
            tell(error.zh, error.en)
            ctx.exit(FAILED)
        except (Unavailable, SettingsError, LogError, DeskBusy) as error:
            tell(error.zh, error.en)
            ctx.exit(UNAVAILABLE)
        except OperationUnreadable as error:
            tell(
                f"日志中有本版本无法识别的记录（{error}）：请升级本程序。",
                f"The log holds a record that this version cannot read ({error}): upgrade this program.",
            )
            ctx.exit(UNAVAILABLE)
        except KeyboardInterrupt:
            ctx.exit(130)
        except BrokenPipeError:
            # `liandong tail … | head`: the reader has enough. Nothing more may be written, not even by the interpreter's end.
            sys.stderr.close()
            ctx.exit(OK)


def tell(zh: str, en: str) -> None:
    """A sentence for people, in both tongues, on stderr: stdout is for results."""
    click.echo(zh, err=True)
    click.echo(en, err=True)


EPILOG = """\b
先试 · Begin with:
  liandong token create --data ./data --post duty --organisation gov > duty.token
  liandong serve --data ./data
  liandong send --url http://127.0.0.1:8470 --token-file duty.token live \\
      '{"type":"ReportIncident","kind":"flood","place":{"text":"滨江路"}}'
  liandong tail live --data ./data

\b
退出码 · Exit codes:
  0 完成 done   1 被拒绝或失败 refused or failed   2 用法有误 wrong usage
  3 日志、服务器或设置不可用 the log, the server or the settings cannot be used
"""


@click.group(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="liandong")
def main() -> None:
    """联动 Liandong：应急联动系统 · coordination of an emergency response.

    每个子命令的 --help 都有示例；LIANDONG_* 环境变量可代替选项。
    The --help of each command has examples; LIANDONG_* variables may stand for options.
    """
