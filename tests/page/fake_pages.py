"""The stand-in's HTTP: the two pages, the files, the session, the tables."""

import json
import mimetypes
from pathlib import Path
from typing import Any

from tests.page.fake_register import CLEARED, KNOWN, LINKAGE, NO_PLAN, plan_body
from tests.page.fake_rules import Rules
from tests.page.invented import INCIDENT_KINDS, TEAM_KINDS, Row

STATIC = Path(__file__).resolve().parents[2] / "web" / "static"
PAGE_TESTS = Path(__file__).resolve().parent
CSP = "default-src 'self'"
Answer = tuple[int, str, bytes, list[tuple[bytes, bytes]]]


class Pages(Rules):
    """What a browser asks for by HTTP."""

    logged_in = True
    map_folder: Path | None = None

    async def http(self, scope: Row, receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        status, kind, content, headers = self.page(scope["method"], scope["path"], body)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", kind.encode()),
                    (b"content-security-policy", CSP.encode()),
                    *headers,
                ],
            }
        )
        await send({"type": "http.response.body", "body": content})

    def page(self, method: str, path: str, body: bytes) -> Answer:
        if path == "/":
            return 302, "text/plain", b"", [(b"location", b"/board/demo")]
        page = {"login": "login.html", "board": "board.html", "plans": "plans.html", "plan": "plan.html"}
        if path == "/login" or path.startswith(("/board/", "/plans/", "/plan/")):
            html = (STATIC / page[path.split("/")[1]]).read_text("utf-8")
            html = (
                html.replace("{{base}}", "/static/dev")
                .replace("{{operation}}", [*path.split("/"), ""][2])
                .replace("{{build}}", "dev")
            )
            return 200, "text/html; charset=utf-8", html.encode(), []
        if path.startswith("/static/dev/tests/"):
            return self.file(PAGE_TESTS, path.removeprefix("/static/dev/tests/"))
        if path.startswith("/static/dev/"):
            return self.file(STATIC, path.removeprefix("/static/dev/"))
        if path.startswith("/map/"):
            if self.map_folder is None:
                return self.json({"type": "FeatureCollection", "features": []})
            return self.file(self.map_folder, path.removeprefix("/map/"))
        if path == "/api/session":
            if method == "POST":
                given = json.loads(body)
                self.logged_in = given.get("password") == "demo" or given.get("code") == "once"
            if method == "DELETE":
                self.logged_in = False
            return self.json(self.session(), 200 if self.logged_in else 401)
        if path == "/api/tables":
            return self.json({"incident_kinds": INCIDENT_KINDS, "team_kinds": TEAM_KINDS, "targets": []})
        if path.endswith("/linkage"):
            return self.json(LINKAGE)
        if "/plans/" in path:
            id_ = path.rpartition("/")[2]
            return self.json(plan_body(id_)) if id_ in KNOWN else self.json(NO_PLAN, 404)
        if path.endswith("/views/findings"):
            return self.json({"data": {"findings": CLEARED}})
        if path.endswith("/events"):
            return self.json({"events": []})
        if "/incidents/" in path:
            id_ = path.rpartition("/")[2]
            d = self.district
            if id_ not in d.rows["incident"]:
                return self.json({"code": "not_found"}, 404)
            return self.json(
                {
                    "incident": d.rows["incident"][id_],
                    "dispatches": [x for x in d.rows["dispatch"].values() if x["incident"] == id_],
                    "timeline": [e for e in d.timeline if e["incident"] == id_],
                }
            )
        return 404, "text/plain", b"", []

    def session(self) -> Row:
        kind = self.district.rows["operation"]["demo"]["kind"]
        return {
            "user": "demo",
            "organisation": "gov-jw-yjzx",
            "post": "gov-jw-yjzx/duty",
            "post_name": {"zh": "区应急指挥中心 值班员", "en": "Command Centre, duty officer"},
            "csrf": "c5f",
            "operations": [
                {"id": "demo", "kind": kind, "title": self.district.rows["operation"]["demo"]["title"]},
                {
                    "id": "live",
                    "kind": "live",
                    "title": {"zh": "江湾区应急值守", "en": "Jiangwan duty watch"},
                },
            ],
        }

    def json(self, value: Any, status: int = 200) -> Answer:
        return status, "application/json", json.dumps(value, ensure_ascii=False).encode(), []

    def file(self, folder: Path, name: str) -> Answer:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            return 404, "text/plain", b"", []
        kind = (
            "application/json"
            if path.suffix == ".geojson"
            else mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        )
        return 200, kind + ("; charset=utf-8" if kind.startswith("text/") else ""), path.read_bytes(), []
