"""A stand-in for the server that speaks the board's protocol over invented data and can be made to misbehave.

Only for tests of the page and for looking at it: `python -m tests.page.fake_server --port 8099`. It knows nothing of the
rules; it plays just enough of them for the page to have something to show.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import mimetypes
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from tests.page.invented import INCIDENT_KINDS, SAID, TEAM_KINDS, District, Row, iso

STATIC = Path(__file__).resolve().parents[2] / "web" / "static"
PAGE_TESTS = Path(__file__).resolve().parent
CSP = "default-src 'self'"
TEAM_COMMANDS = {
    "AcknowledgeDispatch": "acknowledged", "DepartTeam": "en_route", "ArriveTeam": "on_scene", "StartWork": "working",
    "ReleaseTeam": "released", "ReturnTeam": "returned", "CancelDispatch": "cancelled", "WithdrawTeam": "on_scene",
}


class Faults:
    """What the server is told to do wrong."""

    silent = False  # sends nothing at all, like a stopped process
    refuse_connections = False
    no_answers = False  # decides, but the answer is lost
    hold_patches = False  # answers, but the patch comes later
    build = "dev"


class FakeServer:
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
        self.loop: asyncio.AbstractEventLoop | None = None

    # -- the protocol ------------------------------------------------------------------------------------------------

    def say(self, message: Row) -> None:
        text = json.dumps(message, ensure_ascii=False)
        for queue in list(self.clients):
            queue.put_nowait(text)

    def publish(self, rows: list[tuple[str, str, Row | None]], timeline: list[Row], advance: int = 1) -> None:
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
        patch = {"type": "patch", "topic": "board", "after": after, "position": position, "rows": [[k, i, position, r] for k, i, r in rows], "timeline": timeline}
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
        return {"type": "snapshot", "topic": "board", "epoch": self.epoch, "position": d.position, "rows": {k: list(v.values()) for k, v in d.rows.items()}, "timeline": d.timeline}

    def hello(self) -> Row:
        operation = self.district.rows["operation"]["demo"]
        return {"type": "hello", "protocol": 1, "operation": "demo", "kind": operation["kind"], "epoch": self.epoch, "position": self.district.position, "server_time": iso(datetime.now(UTC)), "build": self.faults.build, "clock": operation["clock"]}

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

    def decide(self, command: Row, message: Row) -> Row:
        type_ = command["type"]
        rows = self.district.rows
        at = message.get("occurred_at") or iso(datetime.now(UTC))
        late = "occurred_at" in message
        if type_ == "DispatchTeam":
            team = rows["team"].get(command["team"])
            if not team or command["incident"] not in rows["incident"]:
                return refused("not_found", "没有这支队伍或事件", "No such team or incident")
            if team["dispatch"] and not command.get("divert"):
                return refused("team_committed", f"{team['id']} 已派往 {team['incident']}", f"{team['id']} is committed to {team['incident']}", team=team["id"], incident=team["incident"], dispatch=team["dispatch"], since=team["since"], state=team["state"])
            return self.order(team, command["incident"], at)
        if type_ in TEAM_COMMANDS:
            return self.milestone(command["dispatch"], TEAM_COMMANDS[type_], at, late, message.get("source", "manual"))
        if type_ == "ReportIncident":
            return self.report(command, at)
        if type_ in ("TakeOutOfService", "ReturnToService"):
            team = rows["team"][command["team"]] | {"state": "out_of_service" if type_ == "TakeOutOfService" else "available", "since": at}
            self.publish([("team", team["id"], team)], [self.entry("team", type_, None, team["id"], f"{team['id']} {'停用' if type_ == 'TakeOutOfService' else '恢复'}", f"{team['id']} {type_}", at)])
            return self.accepted()
        if type_ == "CorrectMilestone":
            dispatch = rows["dispatch"][command["dispatch"]]
            milestones = dispatch["milestones"] | {command["milestone"]: {"at": command["to"], "precision": "minute", "source": "manual", "position": self.district.position + 1, "corrected": True} if command["to"] else None}
            self.publish([("dispatch", dispatch["id"], dispatch | {"milestones": milestones})], [self.entry("dispatch", "DispatchMilestoneCorrected", dispatch["incident"], dispatch["team"], f"更正 {dispatch['team']} {command['milestone']}：{command['reason']}", f"Corrected {dispatch['team']} {command['milestone']}", at)])
            return self.accepted()
        if type_ == "StrikeEntry":
            struck = [e | {"struck": True} for e in self.district.timeline if e["position"] == command["position"]]
            self.district.timeline = [e for e in self.district.timeline if e["position"] != command["position"]]
            self.publish([], [*struck, self.entry("entry", "EntryStruck", struck[0]["incident"] if struck else None, None, f"划去 #{command['position']}：{command['reason']}", f"Struck #{command['position']}", at)])
            return self.accepted()
        return self.change(command, at)

    def change(self, command: Row, at: str) -> Row:
        """What alters one incident."""
        type_ = command["type"]
        incident = self.district.rows["incident"].get(command.get("incident", ""))
        if not incident:
            return refused("not_found", "没有这个事件", "No such incident")
        row: Row | None = dict(incident)
        said = {"VerifyIncident": "核实", "AmendIncident": "修改", "DeclareMajorIncident": "宣布为重大事件", "RecordCasualties": "伤亡更新", "AddEntry": "记录", "TransferCommand": "指挥移交", "CloseIncident": "结案"}.get(type_, type_)
        if type_ == "CloseIncident":
            if incident["teams"]:
                return refused("dispatches_open", f"还有 {incident['teams']} 支队伍未解除", f"{incident['teams']} dispatches are open", open=incident["teams"])
            row = None
        elif row is not None:
            updates = {k: v for k, v in command.items() if k in row and k not in ("id",)}
            if type_ == "VerifyIncident":
                updates = {"state": "verified" if command["real"] else "false_alarm"}
            if type_ == "DeclareMajorIncident":
                updates = {"declared_major": True}
            if type_ == "TransferCommand":
                updates = {"commander": "gov-jw-yjzx/duty"}
            if type_ == "AddEntry":
                updates = {}
            row.update(updates)
        text = command.get("text") or command.get("reason") or ""
        self.publish([("incident", incident["id"], row)], [self.entry("entry" if type_ == "AddEntry" else "incident", type_, incident["id"], None, f"{said} {text}", f"{type_} {text}", at)])
        return self.accepted()

    def order(self, team: Row, incident: str, at: str) -> Row:
        rows = self.district.rows
        changed: list[tuple[str, str, Row | None]] = []
        places = {k: dict(v) for k, v in rows["incident"].items() if k in (incident, team["incident"])}
        if team["dispatch"]:
            old = rows["dispatch"][team["dispatch"]]
            changed.append(("dispatch", old["id"], old | {"state": "cancelled", "milestones": old["milestones"] | {"diverted": self.mark(at)}}))
            places[old["incident"]]["teams"] -= 1
        id_ = f"d-{len(rows['dispatch']) + 1}"
        places[incident]["teams"] += 1
        places[incident]["dispatches"] = [*places[incident]["dispatches"], id_]
        changed.append(("dispatch", id_, {"id": id_, "team": team["id"], "incident": incident, "state": "ordered", "milestones": {"ordered": self.mark(at)}}))
        changed.extend(("incident", k, v) for k, v in places.items())
        due = iso(datetime.now(UTC) + timedelta(minutes=5))
        changed.append(("team", team["id"], team | {"state": "ordered", "incident": incident, "dispatch": id_, "since": at, "due_at": due, "due_rule": "turnout"}))
        self.publish(changed, [self.entry("dispatch", "TeamDispatched", incident, team["id"], f"{team['id']} {team['name']['zh']} 派往 {places[incident]['place']['text']}", f"{team['id']} ordered to {incident}", at)])
        return self.accepted(dispatch=id_)

    def milestone(self, id_: str, state: str, at: str, late: bool, source: str) -> Row:
        rows = self.district.rows
        dispatch = rows["dispatch"].get(id_)
        if not dispatch:
            return refused("not_found", "没有这次调派", "No such dispatch")
        if dispatch["milestones"].get(state):
            return refused("already_recorded", f"{SAID[state][1]} 已记录", f"{state} is already recorded", at=dispatch["milestones"][state]["at"], post="gov-jw-yjzx/duty")
        team = rows["team"][dispatch["team"]]
        dispatch = dispatch | {"state": state, "milestones": dispatch["milestones"] | {state: self.mark(at, late, source)}}
        changed: list[tuple[str, str, Row | None]] = [("dispatch", id_, dispatch)]
        if state in ("released", "returned", "cancelled"):
            incident = rows["incident"][dispatch["incident"]]
            if team["incident"]:
                changed.append(("incident", incident["id"], incident | {"teams": max(0, incident["teams"] - 1)}))
            team = team | {"state": "released" if state == "released" else "available", "incident": None, "dispatch": id_ if state == "released" else None, "since": at, "due_at": None, "due_rule": None}
        else:
            team = team | {"state": state, "since": at, "due_at": None, "due_rule": None}
        changed.append(("team", team["id"], team))
        type_, zh, en = SAID[state]
        self.publish(changed, [self.entry("dispatch", type_, dispatch["incident"], team["id"], f"{team['id']} {team['name']['zh']} {zh}", f"{team['id']} {en}", at, late=late)])
        return self.accepted()

    def report(self, command: Row, at: str) -> Row:
        number = 1 + max([int(i[-4:]) for i in self.district.rows["incident"] if i.startswith("2026-")], default=16)
        id_ = f"2026-{number:04d}"
        place = {"text": command["place"]["text"], "lon": command["place"].get("lon"), "lat": command["place"].get("lat")}
        kind = next((k for k in INCIDENT_KINDS if k["code"] == command["kind"]), INCIDENT_KINDS[0])
        row = {"id": id_, "kind": kind["code"], "field": kind["field"], "text": command.get("text", ""), "place": place, "state": "reported", "grade": None, "declared_major": False, "reported_at": at, "reported_precision": "second", "dead": None, "serious": None, "injured": None, "missing": None, "loss_yuan": None, "commander": None, "teams": 0, "dispatches": [], "merged_into": None, "position": self.district.position + 1}
        self.publish([("incident", id_, row)], [self.entry("incident", "IncidentReported", id_, None, f"接报：{place['text']} {row['text']}", f"Reported: {place['text']}", at, significant=True)])
        return self.accepted(incident=id_)

    def entry(self, kind: str, type_: str, incident: str | None, team: str | None, zh: str, en: str, at: str, **more: bool) -> Row:
        return self.district.entry(kind, type_, incident, team, zh, en, at, **more)

    def mark(self, at: str, late: bool = False, source: str = "manual") -> Row:
        return {"at": at, "precision": "second", "source": source, "position": self.district.position + 1, "late": late}

    def accepted(self, **created: str) -> Row:
        return {"outcome": "accepted", "positions": [self.district.position, self.district.position], "created": created}

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

    async def http(self, scope: Row, receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        status, kind, content, headers = self.page(scope["method"], scope["path"], body)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode()), (b"content-security-policy", CSP.encode()), *headers]})
        await send({"type": "http.response.body", "body": content})

    def page(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes, list[tuple[bytes, bytes]]]:
        if path == "/":
            return 302, "text/plain", b"", [(b"location", b"/board/demo")]
        if path.startswith("/board/") or path == "/login":
            html = (STATIC / ("login.html" if path == "/login" else "board.html")).read_text("utf-8")
            html = html.replace("{{base}}", "/static/dev").replace("{{operation}}", path.rpartition("/")[2]).replace("{{build}}", "dev")
            return 200, "text/html; charset=utf-8", html.encode(), []
        if path.startswith("/static/dev/tests/"):
            return self.file(PAGE_TESTS, path.removeprefix("/static/dev/tests/"))
        if path.startswith("/static/dev/"):
            return self.file(STATIC, path.removeprefix("/static/dev/"))
        if path.startswith("/map/"):
            return self.file(self.map_folder or STATIC.parent / "map", path.removeprefix("/map/"))
        if path == "/api/session":
            if method == "POST":
                given = json.loads(body)
                self.logged_in = given.get("password") == "demo" or given.get("code") == "once"
            if method == "DELETE":
                self.logged_in = False
            return self.json(self.session(), 200 if self.logged_in else 401)
        if path == "/api/tables":
            return self.json({"incident_kinds": INCIDENT_KINDS, "team_kinds": TEAM_KINDS, "targets": []})
        if "/incidents/" in path:
            id_ = path.rpartition("/")[2]
            d = self.district
            if id_ not in d.rows["incident"]:
                return self.json({"code": "not_found"}, 404)
            return self.json({"incident": d.rows["incident"][id_], "dispatches": [x for x in d.rows["dispatch"].values() if x["incident"] == id_], "timeline": [e for e in d.timeline if e["incident"] == id_]})
        return 404, "text/plain", b"", []

    def session(self) -> Row:
        kind = self.district.rows["operation"]["demo"]["kind"]
        return {"user": "demo", "organisation": "gov-jw-yjzx", "post": "gov-jw-yjzx/duty", "post_name": {"zh": "区应急指挥中心 值班员", "en": "Command Centre, duty officer"}, "csrf": "c5f", "operations": [{"id": "demo", "kind": kind, "title": self.district.rows["operation"]["demo"]["title"]}, {"id": "live", "kind": "live", "title": {"zh": "江湾区应急值守", "en": "Jiangwan duty watch"}}]}

    def json(self, value: Any, status: int = 200) -> tuple[int, str, bytes, list[tuple[bytes, bytes]]]:
        return status, "application/json", json.dumps(value, ensure_ascii=False).encode(), []

    def file(self, folder: Path, name: str) -> tuple[int, str, bytes, list[tuple[bytes, bytes]]]:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            return 404, "text/plain", b"", []
        kind = "application/json" if path.suffix == ".geojson" else mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return 200, kind + ("; charset=utf-8" if kind.startswith("text/") else ""), path.read_bytes(), []

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
        tell = lambda message: queue.put_nowait(json.dumps(message, ensure_ascii=False))  # noqa: E731
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
                    tell({"type": "pong", "sent": message["sent"], "server_time": iso(datetime.now(UTC)), "position": self.district.position})
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
                text = json.dumps({"type": "heartbeat", "position": self.district.position, "server_time": iso(datetime.now(UTC))})
            if text is None:
                await send({"type": "websocket.close", "code": 4001})
                return
            if not self.faults.silent:
                with contextlib.suppress(RuntimeError):
                    await send({"type": "websocket.send", "text": text})

    # -- driving it from a test --------------------------------------------------------------------------------------

    def do(self, action: Any) -> Any:
        """Run a function on the server's own loop and wait for what it returns."""
        assert self.loop is not None

        async def run() -> Any:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(5)

    def churn(self, updates: int) -> None:
        """Some teams change, in one frame."""
        d = self.district
        busy = [t for t in d.rows["team"].values() if t["dispatch"]]
        changed: list[tuple[str, str, Row | None]] = []
        for _ in range(updates):
            team = dict(d.random.choice(busy if d.random.random() < 0.5 else list(d.rows["team"].values())))
            team["lon"] += d.random.gauss(0, 0.0008)
            team["lat"] += d.random.gauss(0, 0.0008)
            if team["dispatch"] and d.random.random() < 0.2:
                team["state"] = d.random.choice(["en_route", "on_scene", "working"])
                team["since"] = iso(datetime.now(UTC))
            changed.append(("team", team["id"], team))
        self.publish(changed, [], advance=updates)


def refused(code: str, zh: str, en: str, **details: Any) -> Row:
    return {"outcome": "refused", "code": code, "message": {"zh": zh, "en": en}, "details": details}


class Running:
    """The server on a port of its own, in a thread."""

    def __init__(self, app: FakeServer, port: int = 0) -> None:
        self.app = app
        self.server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio", ws_ping_interval=None))
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
        self.app.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
        return self.app

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join(5)


async def churn_for_ever(app: FakeServer, per_second: int) -> None:
    while True:
        await asyncio.sleep(0.1)
        app.churn(max(1, per_second // 10))


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=8099)
    arguments.add_argument("--kind", default="drill")
    arguments.add_argument("--updates", type=int, default=0, help="team updates a second")
    arguments.add_argument("--map", type=Path, default=None)
    given = arguments.parse_args()
    app = FakeServer(given.kind, map_folder=given.map)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=given.port, log_level="warning", ws_ping_interval=None))
    churning = asyncio.create_task(churn_for_ever(app, given.updates)) if given.updates else None
    await server.serve()
    if churning:
        churning.cancel()


if __name__ == "__main__":
    asyncio.run(main())
