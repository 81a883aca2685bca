"""What the register's endpoints answer, invented: four plans of four levels, one link broken, one plan in full."""

from typing import Any

Row = dict[str, Any]
NO_PLAN = {"code": "unknown_plan", "message": {"zh": "没有这个预案", "en": "There is no such plan"}}


def node(id_: str, zh: str, en: str, owner: str, level: str, **findings: int) -> Row:
    """A plan on the map."""
    return {
        "id": id_,
        "title": {"zh": zh, "en": en},
        "owner": owner,
        "owner_name": {"zh": f"{zh}单位", "en": f"{en} owner"},
        "level": level,
        "kind": "department",
        "version": 3,
        "hash": "0123456789abcdef" * 4,
        "valid": {"from": "2026-01-01", "to": "2028-12-31"},
        "reviewed": "2025-12-10",
        "levels": ["I", "II"],
        "events": ["flood"],
        "fields": ["hazmat"],
        "adopted_position": 3,
        "retired": False,
        "links_out": 1,
        "links_in": 1,
        "findings": findings,
    }


def edge(
    plan: str, link: str, to: str, kind: str = "activate", *, broken: bool = False, post: str | None = None
) -> Row:
    """A link out of a plan."""
    return {
        "id": f"{plan}/{link}",
        "plan": plan,
        "link": link,
        "level": "I",
        "kind": kind,
        "trigger": "activated",
        "to": to,
        "to_plan": None if post else to,
        "to_level": None if post else "II",
        "to_post": post,
        "asks": None,
        "channel": "phone",
        "ack_s": 300,
        "escalate_to": "gov-jw/duty",
        "clause": None,
        "broken": broken,
        "findings": ["L4|a2"] if broken else [],
    }


FINDING: Row = {
    "rule": "L4",
    "plan": "gov-flood",
    "version": 3,
    "subject": "a2",
    "severity": "critical",
    "zh": "《区防汛预案》的 a2 向 ent-gone 启动，但对方预案未承接",
    "en": "a2 of District plan: no plan at ent-gone takes the link",
    "repair": {"zh": "由对方在 links_in 中写入。", "en": "Let the receiver add it to links_in."},
    "args": {},
    "part": "levels.I.links_out.a2",
}
PLANS = [
    node("gov-flood", "区防汛预案", "District plan", "gov-jw", "government", critical=1),
    node("dep-fire", "消防排涝预案", "Fire plan", "dep-xf", "department"),
    node("ent-metro", "地铁水淹预案", "Metro plan", "ent-dt", "enterprise", warning=1),
    node("com-hubin", "湖滨社区预案", "Hubin plan", "com-hb", "community"),
]
KNOWN = {one["id"] for one in PLANS}
POST = {
    "id": "com-wl/duty",
    "owner": "com-wl",
    "owner_name": {"zh": "望潮社区", "en": "Wangchao"},
    "level": "community",
}
LINKS = [
    edge("gov-flood", "a1", "dep-fire"),
    edge("gov-flood", "a2", "ent-gone", broken=True),
    edge("dep-fire", "n1", "gov-flood", "notify", post="gov-jw/duty"),
    edge("ent-metro", "r1", "dep-fire", "request", post="dep-xf/duty"),
    edge("gov-flood", "w1", "com-wl/duty", "warn", post="com-wl/duty"),
    edge("gov-flood", "a3", "com-hubin"),
]
LINKAGE: Row = {
    "operation": "demo",
    "position": 9,
    "day": "2026-05-12",
    "plans": PLANS,
    "posts": [POST],
    "links": LINKS,
    "findings": [FINDING],
}
CLEARED = [
    {
        "id": "W9|x|1",
        "rule": "W9",
        "subject": "x",
        "severity": "warning",
        "zh": "同地三次报警未处置",
        "en": "three calls",
        "opened_at": "2026-05-12T06:00:00Z",
        "incident": "HZ001",
        "owner": None,
        "acknowledged_by": None,
        "evidence": [3],
        "position": 4,
        "cleared_at": "2026-05-12T06:10:00Z",
        "cleared_position": 8,
        "note": "已出警",
    }
]


def task(id_: str, zh: str, post: str, within: str) -> Row:
    """A task of the document."""
    return {
        "id": id_,
        "title": {"zh": zh},
        "post": post,
        "duty": "rescue.flood",
        "within": within,
        "evidence": "entry",
        "critical": True,
    }


def plan_body(id_: str) -> Row:
    """One plan in full."""
    head = next(one for one in PLANS if one["id"] == id_)
    owner = head["owner"]
    document = {
        "id": id_,
        "approval": {"by": f"{owner}/duty"},
        "upper_plans": [{"plan": "gov-flood", "version": 2}],
        "contacts": [{"post": f"{owner}/duty", "channels": [{"kind": "phone", "ref": "ct-1"}]}],
        "sections": [{"id": "s1", "title": {"zh": "总则"}, "text": "依法编制。"}],
        "levels": {
            "I": {
                "start": {"mode": "decision", "authority": f"{owner}/duty", "decide_within": "PT300S"},
                "tasks": [
                    task("t1", "关闭进水口", f"{owner}/guard", "PT180S"),
                    task("t2", "清点人员", f"{owner}/duty", "PT600S"),
                ],
                "end": {
                    "authority": f"{owner}/duty",
                    "after": ["gov-flood"],
                    "conditions": [
                        {
                            "id": "e1",
                            "text": {"zh": "水退"},
                            "evidence": "reading",
                            "confirmed_by": "dep-xf/duty",
                        }
                    ],
                },
            }
        },
    }
    return {
        "operation": "demo",
        "position": 9,
        "day": "2026-05-12",
        "plan": head,
        "document": document,
        "links_out": [one for one in LINKS if one["plan"] == id_],
        "links_in": [one for one in LINKS if one["to"] == id_],
        "not_sent": [],
        "findings": [FINDING] if id_ == "gov-flood" else [],
        "due": [
            {
                "id": "plan.drill|x|3",
                "kind": "plan.drill",
                "due_at": "2026-04-01T16:00:00Z",
                "citation": "708号令第八条",
            },
            {
                "id": "plan.review|x|3",
                "kind": "plan.review",
                "due_at": "2028-04-01T16:00:00Z",
                "citation": "三年评估",
            },
        ],
        "versions": [
            {
                "version": 3,
                "event": "PlanAdopted",
                "hash": "0",
                "at": "2026-01-01T00:00:00Z",
                "position": 3,
                "by": "gov-jw/duty",
            }
        ],
        "conditions": {"I": {"zh": "死亡 ≥ 1", "en": "dead >= 1"}},
        "posts": {
            f"{owner}/duty": {"zh": "值班员", "en": "duty officer"},
            f"{owner}/guard": {"zh": "门卫", "en": "guard"},
        },
        "titles": {one["id"]: one["title"] for one in PLANS},
    }
