"""The real program in processes of its own: the server to start, stop and kill, and the command line to run beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx

from tests.servers import free_port

START_S = 30.0
STOP_S = 20.0
PROGRAM = [sys.executable, "-c", "from web.cli import main; main()"]


def environment(**extra: str) -> dict[str, str]:
    """This process's, without settings of Liandong that happen to be there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANDONG_")}
    return {**kept, **extra, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def liandong(*arguments: str | Path, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=environment(**extra),
    )


def token_of(*where: str | Path, post: str = "duty") -> str:
    """A new token, as `token create` prints it."""
    made = liandong("token", "create", "--post", post, "--organisation", "gov", *where)
    assert made.returncode == 0, made.stderr
    assert made.stdout.count("\n") == 1, "the token alone"
    return made.stdout.strip()


class LiandongServer:
    """`liandong serve`, on a port of its own."""

    def __init__(self, folder: Path, *arguments: str | Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._arguments = [*map(str, arguments), "--port", str(self.port)]
        self.folder = folder
        self._log = folder / f"server-{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def start(self) -> Self:
        """Start, and wait until it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*PROGRAM, "serve", *self._arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=environment(),
            )
        deadline = time.monotonic() + START_S
        while True:
            assert self._process.poll() is None, f"ended at once\n{self.log()}"
            assert time.monotonic() < deadline, f"not ready in time\n{self.log()}"
            try:
                if httpx.get(self.url + "/api/health/ready").status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait; the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        code = self._process.wait(STOP_S)
        self._process = None
        return code

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_S)
