"""Just enough of the rules for incidents. The real ones are in handlers/."""

from tests.page.fake_publisher import Publisher, refused
from tests.page.invented import INCIDENT_KINDS, Row


class IncidentRules(Publisher):
    """Reports an incident, and changes one."""

    def report(self, command: Row, at: str) -> Row:
        number = 1 + max(
            [int(i[-4:]) for i in self.district.rows["incident"] if i.startswith("2026-")], default=16
        )
        id_ = f"2026-{number:04d}"
        place = {
            "text": command["place"]["text"],
            "lon": command["place"].get("lon"),
            "lat": command["place"].get("lat"),
        }
        kind = next((k for k in INCIDENT_KINDS if k["code"] == command["kind"]), INCIDENT_KINDS[0])
        row: Row = {
            "id": id_,
            "kind": kind["code"],
            "field": kind["field"],
            "text": command.get("text", ""),
            "place": place,
            "state": "reported",
            "grade": None,
            "declared_major": False,
            "reported_at": at,
            "reported_precision": "second",
            "dead": None,
            "serious": None,
            "injured": None,
            "missing": None,
            "loss_yuan": None,
            "commander": None,
            "teams": 0,
            "dispatches": [],
            "merged_into": None,
            "position": self.district.position + 1,
        }
        self.publish(
            [("incident", id_, row)],
            [
                self.entry(
                    "incident",
                    "IncidentReported",
                    id_,
                    None,
                    f"接报：{place['text']} {row['text']}",
                    f"Reported: {place['text']}",
                    at,
                    significant=True,
                )
            ],
        )
        return self.accepted(incident=id_)

    def change(self, command: Row, at: str) -> Row:
        """What alters one incident."""
        type_ = command["type"]
        incident = self.district.rows["incident"].get(command.get("incident", ""))
        if not incident:
            return refused("not_found", "没有这个事件", "No such incident")
        row: Row = dict(incident)
        closed = False
        said = {
            "VerifyIncident": "核实",
            "AmendIncident": "修改",
            "DeclareMajorIncident": "宣布为重大事件",
            "RecordCasualties": "伤亡更新",
            "AddEntry": "记录",
            "TransferCommand": "指挥移交",
            "CloseIncident": "结案",
        }.get(type_, type_)
        if type_ == "CloseIncident":
            if incident["teams"]:
                return refused(
                    "dispatches_open",
                    f"还有 {incident['teams']} 支队伍未解除",
                    f"{incident['teams']} dispatches are open",
                    open=incident["teams"],
                )
            closed = True
        else:
            updates = {k: v for k, v in command.items() if k in row and k != "id"}
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
        self.publish(
            [("incident", incident["id"], None if closed else row)],
            [
                self.entry(
                    "entry" if type_ == "AddEntry" else "incident",
                    type_,
                    incident["id"],
                    None,
                    f"{said} {text}",
                    f"{type_} {text}",
                    at,
                )
            ],
        )
        return self.accepted()
