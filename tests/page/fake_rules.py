"""Just enough of the rules for the page to have something to show. The real ones are in handlers/."""

from datetime import UTC, datetime, timedelta

from tests.page.fake_incidents import IncidentRules
from tests.page.fake_publisher import refused
from tests.page.fake_response import ResponseRules
from tests.page.invented import SAID, Row, iso

TEAM_COMMANDS = {
    "AcknowledgeDispatch": "acknowledged",
    "DepartTeam": "en_route",
    "ArriveTeam": "on_scene",
    "StartWork": "working",
    "ReleaseTeam": "released",
    "ReturnTeam": "returned",
    "CancelDispatch": "cancelled",
    "WithdrawTeam": "on_scene",
}


class Rules(IncidentRules, ResponseRules):
    """Decides a command and publishes what it changed."""

    def decide(self, command: Row, message: Row) -> Row:
        type_ = command["type"]
        rows = self.district.rows
        at = message.get("occurred_at") or iso(datetime.now(UTC))
        late = "occurred_at" in message
        if (answer := self.respond(command, at)) is not None:
            return answer
        if type_ == "DispatchTeam":
            team = rows["team"].get(command["team"])
            if not team or command["incident"] not in rows["incident"]:
                return refused("not_found", "没有这支队伍或事件", "No such team or incident")
            if team["dispatch"] and not command.get("divert"):
                return refused(
                    "team_committed",
                    f"{team['id']} 已派往 {team['incident']}",
                    f"{team['id']} is committed to {team['incident']}",
                    team=team["id"],
                    incident=team["incident"],
                    dispatch=team["dispatch"],
                    since=team["since"],
                    state=team["state"],
                )
            return self.order(team, command["incident"], at)
        if type_ in TEAM_COMMANDS:
            return self.milestone(
                command["dispatch"], TEAM_COMMANDS[type_], at, late, message.get("source", "manual")
            )
        if type_ == "ReportIncident":
            return self.report(command, at)
        if type_ in ("TakeOutOfService", "ReturnToService"):
            team = rows["team"][command["team"]] | {
                "state": "out_of_service" if type_ == "TakeOutOfService" else "available",
                "since": at,
            }
            self.publish(
                [("team", team["id"], team)],
                [
                    self.entry(
                        "team",
                        type_,
                        None,
                        team["id"],
                        f"{team['id']} {'停用' if type_ == 'TakeOutOfService' else '恢复'}",
                        f"{team['id']} {type_}",
                        at,
                    )
                ],
            )
            return self.accepted()
        if type_ == "CorrectMilestone":
            dispatch = rows["dispatch"][command["dispatch"]]
            milestones = dispatch["milestones"] | {
                command["milestone"]: {
                    "at": command["to"],
                    "precision": "minute",
                    "source": "manual",
                    "position": self.district.position + 1,
                    "corrected": True,
                }
                if command["to"]
                else None
            }
            self.publish(
                [("dispatch", dispatch["id"], dispatch | {"milestones": milestones})],
                [
                    self.entry(
                        "dispatch",
                        "DispatchMilestoneCorrected",
                        dispatch["incident"],
                        dispatch["team"],
                        f"更正 {dispatch['team']} {command['milestone']}：{command['reason']}",
                        f"Corrected {dispatch['team']} {command['milestone']}",
                        at,
                    )
                ],
            )
            return self.accepted()
        if type_ == "StrikeEntry":
            struck: list[Row] = [
                e | {"struck": True} for e in self.district.timeline if e["position"] == command["position"]
            ]
            self.district.timeline = [
                e for e in self.district.timeline if e["position"] != command["position"]
            ]
            self.publish(
                [],
                [
                    *struck,
                    self.entry(
                        "entry",
                        "EntryStruck",
                        None,
                        None,
                        f"划去 #{command['position']}：{command['reason']}",
                        f"Struck #{command['position']}",
                        at,
                    ),
                ],
            )
            return self.accepted()
        return self.change(command, at)

    def order(self, team: Row, incident: str, at: str) -> Row:
        rows = self.district.rows
        changed: list[tuple[str, str, Row | None]] = []
        places = {k: dict(v) for k, v in rows["incident"].items() if k in (incident, team["incident"])}
        if team["dispatch"]:
            old = rows["dispatch"][team["dispatch"]]
            changed.append(
                (
                    "dispatch",
                    old["id"],
                    old
                    | {"state": "cancelled", "milestones": old["milestones"] | {"diverted": self.mark(at)}},
                )
            )
            places[old["incident"]]["teams"] -= 1
        id_ = f"d-{len(rows['dispatch']) + 1}"
        places[incident]["teams"] += 1
        places[incident]["dispatches"] = [*places[incident]["dispatches"], id_]
        changed.append(
            (
                "dispatch",
                id_,
                {
                    "id": id_,
                    "team": team["id"],
                    "incident": incident,
                    "state": "ordered",
                    "milestones": {"ordered": self.mark(at)},
                },
            )
        )
        changed.extend(("incident", k, v) for k, v in places.items())
        due = iso(datetime.now(UTC) + timedelta(minutes=5))
        changed.append(
            (
                "team",
                team["id"],
                team
                | {
                    "state": "ordered",
                    "incident": incident,
                    "dispatch": id_,
                    "since": at,
                    "due_at": due,
                    "due_rule": "turnout",
                },
            )
        )
        self.publish(
            changed,
            [
                self.entry(
                    "dispatch",
                    "TeamDispatched",
                    incident,
                    team["id"],
                    f"{team['id']} {team['name']['zh']} 派往 {places[incident]['place']['text']}",
                    f"{team['id']} ordered to {incident}",
                    at,
                )
            ],
        )
        return self.accepted(dispatch=id_)

    def milestone(self, id_: str, state: str, at: str, late: bool, source: str) -> Row:
        rows = self.district.rows
        dispatch = rows["dispatch"].get(id_)
        if not dispatch:
            return refused("not_found", "没有这次调派", "No such dispatch")
        if dispatch["milestones"].get(state):
            return refused(
                "already_recorded",
                f"{SAID[state][1]} 已记录",
                f"{state} is already recorded",
                at=dispatch["milestones"][state]["at"],
                post="gov-jw-yjzx/duty",
            )
        team: Row = dict(rows["team"][dispatch["team"]])
        dispatch = dispatch | {
            "state": state,
            "milestones": dispatch["milestones"] | {state: self.mark(at, late, source)},
        }
        changed: list[tuple[str, str, Row | None]] = [("dispatch", id_, dispatch)]
        if state in ("released", "returned", "cancelled"):
            incident = rows["incident"][dispatch["incident"]]
            if team["incident"]:
                changed.append(
                    ("incident", incident["id"], incident | {"teams": max(0, incident["teams"] - 1)})
                )
            team |= {
                "state": "released" if state == "released" else "available",
                "incident": None,
                "dispatch": id_ if state == "released" else None,
                "since": at,
                "due_at": None,
                "due_rule": None,
            }
        else:
            team |= {"state": state, "since": at, "due_at": None, "due_rule": None}
        changed.append(("team", team["id"], team))
        type_, zh, en = SAID[state]
        self.publish(
            changed,
            [
                self.entry(
                    "dispatch",
                    type_,
                    dispatch["incident"],
                    team["id"],
                    f"{team['id']} {team['name']['zh']} {zh}",
                    f"{team['id']} {en}",
                    at,
                    late=late,
                )
            ],
        )
        return self.accepted()
