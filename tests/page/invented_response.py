"""An invented response to the invented flood: plans of four levels at work, links in every state, alarms of every priority."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
RESPONSE_KINDS = (
    *("plan", "activation", "proposal", "task", "link"),
    *("control", "warning", "finding", "obligation", "report"),
)
ME = "gov-jw-yjzx/duty"
# id, zh, en, owner, level, kind
PLANS = (
    ("gov-flood", "区防汛防台应急预案", "District flood plan", "gov-jw", "government", "government_special"),
    ("dep-fire", "消防排涝预案", "Fire service plan", "dep-xf", "department", "department"),
    ("dep-health", "卫健医疗救护方案", "Medical plan", "dep-wj", "department", "department"),
    ("ent-metro", "地铁明湖站水淹处置", "Metro flooding plan", "ent-dt", "enterprise", "enterprise_special"),
    ("com-hubin", "湖滨社区转移安置", "Hubin relocation plan", "com-hb", "community", "community"),
)


def response(now: datetime, iso: Callable[[datetime], str]) -> dict[str, dict[str, Row]]:
    """The rows by kind and id."""

    def ago(minutes: float) -> str:
        return iso(now - timedelta(minutes=minutes))

    rows: dict[str, dict[str, Row]] = {kind: {} for kind in RESPONSE_KINDS}

    def put(table: str, /, **row: Any) -> None:
        rows[table][row["id"]] = row

    for id_, zh, en, owner, level, kind in PLANS:
        put(
            "plan",
            id=id_,
            title={"zh": zh, "en": en},
            owner=owner,
            level=level,
            version=2,
            valid={"from": "2020-01-01", "to": "2099-12-31"},
            levels=["I", "II", "III", "IV"],
            kind=kind,
            events=[],
            retired=False,
        )
    for n, plan in enumerate(("gov-flood", "dep-fire"), 1):
        put("activation", **activation(f"a-{n}", plan, "HZ001", ago(30 - n), cause="a-1" if n > 1 else None))
    put(
        "activation",
        **(activation("a-3", "ent-metro", "HZ001", ago(20)) | {"state": "stood_by", "level": None}),
    )
    put(
        "proposal",
        id="p-1",
        plan="com-hubin",
        version=2,
        level="IV",
        incident="HZ001",
        authority="com-hb/duty",
        opened_at=ago(8),
        due_at=iso(now + timedelta(minutes=4)),
        link=None,
        position=21_001,
    )
    put("task", **task("t-1", "a-1", "划定警戒区", ME, iso(now + timedelta(minutes=6)), critical=True))
    put("task", **task("t-2", "a-1", "人员清点", ME, ago(3)))
    put("task", **task("t-3", "a-2", "排水", "dep-xf/duty", iso(now + timedelta(minutes=20))))
    put("link", **link("l-1", "request", ME, ago(12), iso(now + timedelta(minutes=3))))
    put("link", **link("l-2", "notify", "dep-xf/duty", ago(12), None, timed_out=True, escalated=[ME]))
    put(
        "link",
        **(
            link("l-3", "activate", "dep-wj/duty", ago(15), ago(5))
            | {"to_plan": "dep-health", "to_level": "II"}
        ),
    )
    put(
        "control",
        id="c-1",
        incident="HZ001",
        kind="cordon",
        area="明湖路隧道核心区",
        state="ordered",
        shape={"circle": [120.147, 30.254], "radius_m": 300, "polygon": [], "line": []},
        ring="hot",
        executing="dep-xf",
        by=ME,
        ordered_at=ago(9),
        in_force_at=None,
        reviewed_at=None,
        lifted_at=None,
        until=None,
        exceptions=[],
        evacuated=None,
        sites=[],
        version=1,
        position=21_002,
    )
    put(
        "warning",
        id="w-1",
        kind="government",
        hazard_type="rainstorm",
        colour="red",
        area="全区",
        text="三小时雨量将超 100 毫米",
        begins=ago(40),
        ends=None,
        since=ago(40),
        addressees=[ME, "dep-xf/duty"],
        acknowledged=["dep-xf/duty"],
        position=21_003,
    )
    for n, (rule, severity, owned) in enumerate(
        (
            ("W5", "warning", False),
            ("W1", "critical", False),
            ("W7", "critical", False),
            ("W16", "notice", True),
        )
    ):
        put(
            "finding",
            id=f"{rule}|s-{n}|{n}",
            rule=rule,
            subject=f"s-{n}",
            severity=severity,
            zh=f"发现 {rule} 未处理",
            en=f"finding {rule} stands",
            opened_at=ago(10 - n),
            incident="HZ001",
            owner=ME,
            acknowledged_by="dep-xf/duty" if owned else None,
            evidence=[21_901, 3],
            position=21_004 + n,
        )
    put("obligation", **obligation("task|t-2|21000", "task", "t-2", "人员清点", ago(3)))
    put(
        "obligation",
        **obligation("task|t-1|21000", "task", "t-1", "划定警戒区", iso(now + timedelta(minutes=6))),
    )
    return rows


def activation(
    id_: str, plan: str, incident: str, at: str, level: str = "II", cause: str | None = None
) -> Row:
    """A plan at work."""
    owner = next(one[3] for one in PLANS if one[0] == plan)
    return {
        "id": id_,
        "plan": plan,
        "version": 2,
        "level": level,
        "incident": incident,
        "state": "active",
        "at": at,
        "since": at,
        "link": None,
        "cause": cause,
        "owner": owner,
        "authority": f"{owner}/duty",
        "released": False,
        "warning": None,
        "by": ME,
        "position": 21_000,
    }


def task(id_: str, activation_: str, title: str, post: str, due_at: str, critical: bool = False) -> Row:
    """A task that is open."""
    return {
        "id": id_,
        "activation": activation_,
        "incident": "HZ001",
        "plan_task": id_,
        "title": title,
        "post": post,
        "state": "open",
        "opened_at": due_at,
        "due_at": due_at,
        "done_at": None,
        "critical": critical,
        "evidence": "photo",
        "duty": None,
        "citation": "预案 5.1",
        "position": 21_000,
    }


def link(
    id_: str,
    kind: str,
    to_post: str,
    opened_at: str,
    due_at: str | None,
    timed_out: bool = False,
    escalated: list[str] | None = None,
) -> Row:
    """A link that nobody has answered."""
    return {
        "id": id_,
        "activation": "a-1",
        "incident": "HZ001",
        "plan": "gov-flood",
        "kind": kind,
        "plan_link": id_,
        "to_post": to_post,
        "to_plan": None,
        "to_level": None,
        "asks": "team.pump" if kind == "request" else None,
        "state": "open",
        "answered": False,
        "text": f"【区防汛防台应急预案】HZ001：{id_} 所发原文",
        "channel": "phone",
        "opened_at": opened_at,
        "due_at": due_at,
        "first_due_at": due_at or opened_at,
        "timed_out": timed_out,
        "escalated": escalated or [],
        "acknowledged_at": None,
        "answered_at": None,
        "citation": None,
        "position": 21_000,
    }


def obligation(id_: str, kind: str, subject: str, zh: str, due_at: str) -> Row:
    """A deadline that is open."""
    return {
        "id": id_,
        "kind": kind,
        "owner": ME,
        "subject": subject,
        "zh": zh,
        "en": subject,
        "basis_at": due_at,
        "due_at": due_at,
        "until": None,
        "citation": "预案 5.1",
        "incident": "HZ001",
        "missed": False,
    }
