"""A stand-in for the server that speaks the board's protocol over invented data and can be made to misbehave.

Only for tests of the page and for looking at it: `python -m tests.page.fake_run`. It knows nothing of the
rules; it plays just enough of them for the page to have something to show.
"""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.page.fake_pages import Pages
from tests.page.fake_publisher import Changes
from tests.page.invented import District, Row, iso


class Faults:
    """What the server is told to do wrong."""

    silent = False  # sends nothing at all, like a stopped process
    refuse_connections = False
    no_answers = False  # decides, but the answer is lost
    hold_patches = False  # answers, but the patch comes later
    build = "dev"


class FakeServer(Pages):
    def __init__(self, kind: str = "drill", teams: int = 2000, map_folder: Path | None = None) -> None:
        self.district = District(datetime.now(UTC), kind, teams)
        self.faults = Faults()
        self.epoch = "1-1"
        self.clients: set[asyncio.Queue[str | None]] = set()
        self.answers: dict[str, Row] = {}
        self.commands: list[Row] = []
        self.patches: list[Row] = []
        self.subscribes: list[Row] = []
        self.held: list[Row] = []
        self.logged_in = True
        self.map_folder = map_folder
        self.url = ""
        self.loop: asyncio.AbstractEventLoop | None = None

    # -- the protocol ------------------------------------------------------------------------------------------------

    def say(self, message: Row) -> None:
        text = json.dumps(message, ensure_ascii=False)
        for queue in list(self.clients):
            queue.put_nowait(text)

    def publish(self, rows: Changes, timeline: list[Row], advance: int = 1) -> None:
        """One frame: rows changed at the next position. `advance` > 1 skips positions that changed nothing here."""
        after = self.district.position
        self.district.position += advance
        position = self.district.position
        for kind, id_, row in rows:
            if row is None:
                self.district.rows[kind].pop(id_, None)
            else:
                self.district.rows[kind][id_] = row
        for entry in timeline:
            entry["position"] = entry["position"] or position
        self.district.timeline = [*self.district.timeline, *timeline][-500:]
        patch = {
            "type": "patch",
            "topic": "board",
            "after": after,
            "position": position,
            "rows": [[k, i, position, r] for k, i, r in rows],
            "timeline": timeline,
        }
        self.patches.append(patch)
        if self.faults.hold_patches:
            self.held.append(patch)
        else:
            self.say(patch)

    def release_held(self) -> None:
        for patch in self.held:
            self.say(patch)
        self.held.clear()

    def snapshot(self) -> Row:
        d = self.district
        return {
            "type": "snapshot",
            "topic": "board",
            "epoch": self.epoch,
            "position": d.position,
            "rows": {k: list(v.values()) for k, v in d.rows.items()},
            "timeline": d.timeline,
        }

    def hello(self) -> Row:
        operation = self.district.rows["operation"]["demo"]
        return {
            "type": "hello",
            "protocol": 1,
            "operation": "demo",
            "kind": operation["kind"],
            "epoch": self.epoch,
            "position": self.district.position,
            "server_time": iso(datetime.now(UTC)),
            "build": self.faults.build,
            "clock": operation["clock"],
        }

    def subscribe(self, message: Row) -> list[Row]:
        self.subscribes.append(message)
        after = message.get("after")
        if after is None or message.get("epoch") != self.epoch:
            return [self.snapshot()]
        missed = [p for p in self.patches if p["position"] > after]
        if (missed and missed[0]["after"] != after) or (not missed and after != self.district.position):
            return [self.snapshot()]
        return missed

    def command(self, message: Row) -> Row:
        if message["id"] in self.answers:
            return self.answers[message["id"]] | {"repeated": True}
        self.commands.append(message)
        answer = self.decide(message["command"], message) | {"type": "answer", "id": message["id"]}
        self.answers[message["id"]] = answer
        return answer

    # -- HTTP and WebSocket ------------------------------------------------------------------------------------------

    async def __call__(self, scope: Row, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self.live(receive, send)
        elif scope["type"] == "http":
            await self.http(scope, receive, send)
        else:
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return

    async def live(self, receive: Any, send: Any) -> None:
        await receive()
        if self.faults.refuse_connections:
            await send({"type": "websocket.close", "code": 1013})
            return
        await send({"type": "websocket.accept"})
        if not self.logged_in:
            await send({"type": "websocket.close", "code": 4003})
            return
        queue: asyncio.Queue[str | None] = asyncio.Queue()

        def tell(message: Row) -> None:
            queue.put_nowait(json.dumps(message, ensure_ascii=False))

        tell(self.hello())
        sender = asyncio.create_task(self.drain(queue, send))
        try:
            while True:
                event = await receive()
                if event["type"] == "websocket.disconnect":
                    return
                message = json.loads(event["text"])
                if message["type"] == "subscribe":
                    for part in self.subscribe(message):
                        tell(part)
                    self.clients.add(queue)
                elif message["type"] == "ping":
                    tell(
                        {
                            "type": "pong",
                            "sent": message["sent"],
                            "server_time": iso(datetime.now(UTC)),
                            "position": self.district.position,
                        }
                    )
                elif message["type"] == "command":
                    answer = self.command(message)
                    if not self.faults.no_answers:
                        tell(answer)
        finally:
            self.clients.discard(queue)
            sender.cancel()

    async def drain(self, queue: asyncio.Queue[str | None], send: Any) -> None:
        while True:
            try:
                text = await asyncio.wait_for(queue.get(), 2)
            except TimeoutError:
                text = json.dumps(
                    {
                        "type": "heartbeat",
                        "position": self.district.position,
                        "server_time": iso(datetime.now(UTC)),
                    }
                )
            if text is None:
                await send({"type": "websocket.close", "code": 4001})
                return
            while self.faults.silent:  # noqa: ASYNC110 — a flag is simpler to set from a test than an event; what was said meanwhile comes later
                await asyncio.sleep(0.05)
            with contextlib.suppress(RuntimeError):
                await send({"type": "websocket.send", "text": text})

    # -- driving it from a test --------------------------------------------------------------------------------------

    def do(self, action: Any) -> Any:
        """Run a function on the server's own loop and wait for what it returns."""
        assert self.loop is not None

        async def run() -> Any:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(5)

    def churn(self, updates: int, entries: int = 0) -> None:
        """Some teams change, in one frame."""
        d = self.district
        busy = [t for t in d.rows["team"].values() if t["dispatch"]]
        changed: Changes = []
        for _ in range(updates):
            team = dict(d.random.choice(busy if d.random.random() < 0.5 else list(d.rows["team"].values())))
            team["lon"] += d.random.gauss(0, 0.0008)
            team["lat"] += d.random.gauss(0, 0.0008)
            if team["dispatch"] and d.random.random() < 0.2:
                team["state"] = d.random.choice(["en_route", "on_scene", "working"])
                team["since"] = iso(datetime.now(UTC))
            changed.append(("team", team["id"], team))
        at = iso(datetime.now(UTC))
        said = [
            self.entry("dispatch", "TeamArrived", "HZ001", i, f"{i} 到场", f"{i} arrived", at)
            for _, i, _ in changed[:entries]
        ]
        self.publish(changed, said, advance=updates)
