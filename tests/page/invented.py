"""An invented district for the tests of the page: 江湾区, its organisations, teams and incidents. All names are made up."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.page.invented_response import RESPONSE_KINDS, response

Row = dict[str, Any]

INVENTED = json.loads((Path(__file__).parent / "invented.json").read_text("utf-8"))
INCIDENT_KINDS: list[Row] = INVENTED["incident_kinds"]
TEAM_KINDS: list[Row] = INVENTED["team_kinds"]
# id, zh, en, level, callsign prefix, team kind, share of the teams
ORGANISATIONS: list[list[Any]] = INVENTED["organisations"]
# kind, place, lon, lat, grade, state, minutes ago, text, dead, serious, injured, missing, teams
INCIDENTS: list[list[Any]] = INVENTED["incidents"]

STATES = ["ordered", "acknowledged", "en_route", "on_scene", "working", "released"]
MILESTONES = ["ordered", "acknowledged", "en_route", "on_scene", "working", "released", "returned"]
SAID = {
    "ordered": ("TeamDispatched", "派往", "ordered to"),
    "acknowledged": ("DispatchAcknowledged", "接令", "acknowledged"),
    "en_route": ("TeamDeparted", "出动", "departed"),
    "on_scene": ("TeamArrived", "到场", "arrived"),
    "working": ("WorkStarted", "开始处置", "started work"),
    "released": ("TeamReleased", "解除任务", "released"),
    "returned": ("TeamReturned", "归队", "returned"),
    "cancelled": ("DispatchCancelled", "取消调派", "cancelled"),
}


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class District:
    """The rows of the board topic, made once from a seed."""

    def __init__(self, now: datetime, kind: str = "drill", teams: int = 2000, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.now = now
        self.rows: dict[str, dict[str, Row]] = {
            k: {} for k in ("operation", "organisation", "team", "incident", "dispatch", *RESPONSE_KINDS)
        }
        self.timeline: list[Row] = []
        self.position = 21_900
        title = (
            {"zh": "“5·12”城区内涝综合演练", "en": "Urban flood exercise 5·12"}
            if kind == "drill"
            else {"zh": "江湾区应急值守", "en": "Jiangwan duty watch"}
        )
        self.rows["operation"]["demo"] = {"id": "demo", "kind": kind, "title": title, "clock": None}
        self._organisations()
        self._incidents()
        self._teams(teams)
        self._entries()
        self.rows.update(response(now, iso))

    def _organisations(self) -> None:
        for id_, zh, en, level, *_ in ORGANISATIONS:
            self.rows["organisation"][id_] = {
                "id": id_,
                "name": {"zh": zh, "en": en},
                "level": level,
                "parent": None if id_ == "gov-jw" else "gov-jw",
                "state": "active",
            }

    def _incidents(self) -> None:
        fields = {k["code"]: k["field"] for k in INCIDENT_KINDS}
        for n, (
            kind,
            place,
            lon,
            lat,
            grade,
            state,
            ago,
            text,
            dead,
            serious,
            injured,
            missing,
            _,
        ) in enumerate(INCIDENTS, 1):
            id_ = f"HZ{n:03d}"
            self.rows["incident"][id_] = {
                "id": id_,
                "kind": kind,
                "field": fields[kind],
                "text": text,
                "place": {"text": place, "lon": lon, "lat": lat},
                "state": state,
                "grade": grade,
                "declared_major": grade == "particularly_major",
                "reported_at": iso(self.now - timedelta(minutes=ago)),
                "reported_precision": "minute" if n % 3 else "second",
                "dead": dead,
                "serious": serious,
                "injured": injured,
                "missing": missing,
                "loss_yuan": None,
                "commander": "gov-jw-yjzx/duty" if n < 5 else None,
                "teams": 0,
                "dispatches": [],
                "merged_into": None,
                "position": 21_000 + n * 10,
            }

    def _teams(self, total: int) -> None:
        weight = sum(o[6] for o in ORGANISATIONS)
        wanted = [f"HZ{n:03d}" for n, i in enumerate(INCIDENTS, 1) for _ in range(i[12])]
        made: list[Row] = []
        for id_, zh, en, _, prefix, kind, share in ORGANISATIONS:
            for n in range(1, round(share * total / weight) + 1):
                lon = 120.145 + self.random.gauss(0, 0.045)
                lat = 30.250 + self.random.gauss(0, 0.035)
                made.append(
                    {
                        "id": f"{prefix}{n:03d}",
                        "name": {"zh": f"{zh}{n}队", "en": f"{en} {n}"},
                        "organisation": id_,
                        "kind": kind,
                        "strength": self.random.choice([3, 4, 5, 6, 8]),
                        "base": {"text": f"{zh}{n}号驻点", "lon": lon, "lat": lat},
                        "state": "out_of_service" if self.random.random() < 0.006 else "available",
                        "incident": None,
                        "dispatch": None,
                        "since": iso(self.now - timedelta(minutes=self.random.randint(5, 400))),
                        "due_at": None,
                        "due_rule": None,
                        "lon": lon,
                        "lat": lat,
                        "precision": "gps",
                    }
                )
        self.random.shuffle(made)
        order = {o[0]: n for n, o in enumerate(ORGANISATIONS)}
        free = [t for t in made if t["state"] == "available"]
        # The first team is known by name to the tests.
        free.sort(key=lambda t: t["id"] not in ("FS012", "FS014"))
        for n, incident in enumerate(i for i in wanted):
            if n < len(free) // 2:
                self.dispatch(free[n + 2], incident, self.random.choices(STATES[:5], [2, 2, 4, 6, 8])[0])
        for team in sorted(made, key=lambda t: (order[t["organisation"]], t["id"])):
            self.rows["team"][team["id"]] = team

    def dispatch(self, team: Row, incident: str, state: str) -> Row:
        number = len(self.rows["dispatch"]) + 1
        ordered = self.now - timedelta(
            minutes=self.random.randint(21, 58), seconds=self.random.randint(0, 59)
        )
        milestones: Row = {}
        at = ordered
        for name in MILESTONES[: STATES.index(state) + 1]:
            if name in ("ordered", state) or self.random.random() < 0.85:
                milestones[name] = {
                    "at": iso(at),
                    "precision": self.random.choice(["second", "second", "minute"]),
                    "source": "radio",
                    "position": 21_300 + number,
                    "late": self.random.random() < 0.05,
                }
            at += timedelta(seconds=self.random.randint(40, 300))
        row: Row = {
            "id": f"d-{number}",
            "team": team["id"],
            "incident": incident,
            "state": state,
            "milestones": milestones,
        }
        self.rows["dispatch"][row["id"]] = row
        place = self.rows["incident"][incident]
        place["dispatches"].append(row["id"])
        place["teams"] += 1
        spread = 0.0025 if state in ("on_scene", "working") else 0.014
        team.update(
            {
                "state": state,
                "incident": incident,
                "dispatch": row["id"],
                "since": milestones[state]["at"],
                "lon": place["place"]["lon"] + self.random.gauss(0, spread),
                "lat": place["place"]["lat"] + self.random.gauss(0, spread * 0.8),
            }
        )
        if state in ("ordered", "acknowledged", "en_route"):
            due = self.now + timedelta(seconds=self.random.randint(-900, 1500))
            team.update(
                {
                    "due_at": iso(due),
                    "due_rule": {"ordered": "turnout", "acknowledged": "turnout", "en_route": "on_scene"}[
                        state
                    ],
                }
            )
        return row

    def _entries(self) -> None:
        said = sorted(
            (
                (m["at"], name, d)
                for d in self.rows["dispatch"].values()
                for name, m in d["milestones"].items()
            ),
            key=lambda x: x[0],
        )
        entries: list[Row] = []
        for at, name, dispatch in said[-150:]:
            team = self.rows["team"][dispatch["team"]]
            type_, zh, en = SAID[name]
            entries.append(
                self.entry(
                    "dispatch",
                    type_,
                    dispatch["incident"],
                    team["id"],
                    f"{team['id']} {team['name']['zh']} {zh}",
                    f"{team['id']} {en}",
                    at,
                    late=self.random.random() < 0.04,
                )
            )
        for id_, row in self.rows["incident"].items():
            entries.append(
                self.entry(
                    "incident",
                    "IncidentReported",
                    id_,
                    None,
                    f"接报：{row['place']['text']} {row['text']}",
                    f"Reported: {row['place']['text']}",
                    row["reported_at"],
                    significant=True,
                )
            )
        for kind, type_, incident, team, zh, en, ago, more in INVENTED["entries"]:
            at = iso(self.now - timedelta(minutes=ago))
            entries.append(self.entry(kind, type_, incident, team, zh, en, at, **more))
        entries.sort(key=lambda e: e["occurred_at"])
        for entry in entries:
            self.position += 1
            entry["position"] = self.position
        self.timeline = entries

    def entry(
        self,
        kind: str,
        type_: str,
        incident: str | None,
        team: str | None,
        zh: str,
        en: str,
        at: str,
        **more: bool,
    ) -> Row:
        row: Row = {
            "position": 0,
            "kind": kind,
            "type": type_,
            "incident": incident,
            "team": team,
            "args": {},
            "text": {"zh": zh, "en": en},
            "post": self.random.choice(["gov-jw-yjzx/duty", "dep-xf/duty", "dep-ga/duty", "dep-jj/duty"]),
            "occurred_at": at,
            "precision": "second",
            "recorded_at": at,
            "significant": False,
            "late": False,
            "struck": False,
        }
        return row | more
