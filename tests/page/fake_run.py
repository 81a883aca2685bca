"""Runs the stand-in: in a thread for a test, or by itself to look at the page.

`python -m tests.page.fake_run --port 8099 --updates 50`
"""

import argparse
import asyncio
import threading
from pathlib import Path

import uvicorn

from tests.page.fake_server import FakeServer


class Running:
    """The server on a port of its own, in a thread."""

    def __init__(self, app: FakeServer, port: int = 0) -> None:
        self.app = app
        self.server = uvicorn.Server(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=port,
                log_level="warning",
                ws="websockets-sansio",
                ws_ping_interval=None,
            )
        )
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        async def serve() -> None:
            self.app.loop = asyncio.get_running_loop()
            await self.server.serve()

        asyncio.run(serve())

    def __enter__(self) -> FakeServer:
        self.thread.start()
        while not self.server.started:
            self.thread.join(0.02)
        self.app.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
        return self.app

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join(5)


async def churn_for_ever(app: FakeServer, per_second: int) -> None:
    while True:
        await asyncio.sleep(0.1)
        app.churn(max(1, per_second // 10), entries=1)


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=8099)
    arguments.add_argument("--kind", default="drill")
    arguments.add_argument("--updates", type=int, default=0, help="team updates a second")
    arguments.add_argument("--map", type=Path, default=None)
    given = arguments.parse_args()
    app = FakeServer(given.kind, map_folder=given.map)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=given.port, log_level="warning", ws_ping_interval=None)
    )
    churning = asyncio.create_task(churn_for_ever(app, given.updates)) if given.updates else None
    await server.serve()
    if churning:
        churning.cancel()


if __name__ == "__main__":
    asyncio.run(main())
