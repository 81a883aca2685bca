"""Just enough of the rules for plans, links, tasks, findings and orders. The real ones are in handlers/."""

from tests.page.fake_publisher import Publisher, refused
from tests.page.invented import Row
from tests.page.invented_response import activation

ME = "gov-jw-yjzx/duty"
LINK_STATES = {"AcknowledgeLink": "acknowledged", "AcceptLink": "accepted", "DeclineLink": "declined"}
TASK_STATES = {"StartTask": "started", "CompleteTask": "completed", "SkipTask": "skipped"}
GUARDS = [
    {"guard": "evidence_missing", "condition": "e1", "zh": "积水排尽", "confirmed_by": "dep-xf/duty"},
    {"guard": "upper_still_active", "plan": "gov-flood", "activation": "a-1"},
    {"guard": "control_not_lifted", "control": "c-1", "area": "明湖路隧道核心区"},
]


class ResponseRules(Publisher):
    """Answers what the board asks of a response."""

    def respond(self, command: Row, at: str) -> Row | None:
        """The answer, or None for a command of another kind."""
        type_ = command["type"]
        rows = self.district.rows
        if type_ == "AcknowledgeFinding":
            return self.alter("finding", command["finding"], at, type_, acknowledged_by=ME)
        if type_ in LINK_STATES:
            state = LINK_STATES[type_]
            one = rows["link"][command["link"]]
            answered = state != "acknowledged" or one["kind"] in ("notify", "warn")
            stamp = {"acknowledged_at": at} if state == "acknowledged" else {"answered_at": at}
            return self.alter("link", one["id"], at, type_, state=state, answered=answered, **stamp)
        if type_ in TASK_STATES:
            return self.alter("task", command["task"], at, type_, state=TASK_STATES[type_], done_at=at)
        if type_ == "PutControlInForce":
            return self.alter("control", command["control"], at, type_, state="in_force", in_force_at=at)
        if type_ == "AcknowledgeWarning":
            seen = [*rows["warning"][command["warning"]]["acknowledged"], ME]
            return self.alter("warning", command["warning"], at, type_, acknowledged=seen)
        if type_ == "EndResponse":
            return refused(
                "response_has_open_matters", "还有 3 项未满足", "3 matters stand against it", guards=GUARDS
            )
        if type_ == "ActivatePlan":
            row = activation(
                f"a-{len(rows['activation']) + 1}", command["plan"], command["incident"], at, command["level"]
            )
            said = self.entry(
                "plan", "PlanActivated", command["incident"], None, f"启动 {command['plan']}", "activated", at
            )
            self.publish([("activation", row["id"], row)], [said])
            return self.accepted(activation=row["id"])
        return None

    def alter(self, kind: str, id_: str, at: str, type_: str, **changes: object) -> Row:
        """One row of the response, and the entry that says so."""
        row: Row = {**self.district.rows[kind][id_], **changes}
        said = self.entry(kind, type_, row.get("incident"), None, f"{type_} {id_}", f"{type_} {id_}", at)
        self.publish([(kind, id_, row)], [said])
        return self.accepted()
