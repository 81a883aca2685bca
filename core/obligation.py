"""Obligations 时限: anything with a deadline, as one model. They follow from what opened them; only waiving and missing are events.

There are no sleeping timers: whatever is open and past due is found by comparing with `now`, so a restart loses nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

ObligationKind = Literal[
    "report.scene",
    "report.unit",
    "report.up",
    "report.first",
    "report.supplement",
    "link.ack",
    "link.decide",
    "task",
    "dispatch.ack",
    "control.in_force",
    "control.review",
    "crew.count",
    "crew.hot",
    "warning.ack",
    "warning.respond.red",
    "warning.respond.orange",
    "warning.respond.yellow",
    "warning.respond.blue",
    "crowd.decide",
    "plan.review",
    "plan.drill",
]


class Limit(Struct, frozen=True):
    """How long something may take, in seconds, and who says so."""

    seconds: int
    citation: str

    @property
    def delta(self) -> timedelta:
        return timedelta(seconds=self.seconds)


DESIGN = "本系统默认 [design]"
LIMITS: dict[ObligationKind, Limit] = {
    "report.scene": Limit(300, f"493号令第九条“立即”；5 分钟为{DESIGN}"),
    "report.unit": Limit(3600, "《生产安全事故报告和调查处理条例》（493号令）第九条"),
    "report.up": Limit(7200, "493号令第十、十一条：每级不超过 2 小时"),
    "report.first": Limit(3600, "《生产安全事故报告和调查处理条例》（493号令）第九条"),
    "report.supplement": Limit(7200, f"493号令第十三条“及时补报”；2 小时为{DESIGN}"),
    "link.decide": Limit(600, f"预案 decide_within；缺省 10 分钟为{DESIGN}"),
    "dispatch.ack": Limit(120, f"2 分钟，{DESIGN}"),
    "control.in_force": Limit(600, f"10 分钟，{DESIGN}"),
    "control.review": Limit(1800, f"30 分钟，{DESIGN}"),
    "crew.count": Limit(300, f"708号令第二十二条；5 分钟为{DESIGN}"),
    "crew.hot": Limit(1200, f"热区内每 20 分钟清点，{DESIGN}；708号令第二十二条"),
    "warning.ack": Limit(600, f"应对法第六十六、六十七条；10 分钟为{DESIGN}"),
    "warning.respond.red": Limit(900, f"应对法第六十六、六十七条；红色 15 分钟为{DESIGN}"),
    "warning.respond.orange": Limit(1800, f"应对法第六十六、六十七条；橙色 30 分钟为{DESIGN}"),
    "warning.respond.yellow": Limit(3600, f"应对法第六十六条；黄色 60 分钟为{DESIGN}"),
    "warning.respond.blue": Limit(7200, f"应对法第六十六条；蓝色 120 分钟为{DESIGN}"),
    "crowd.decide": Limit(300, f"场所风险评估；缺省 5 分钟为{DESIGN}"),
}
"""Defaults, each with its citation; a plan's own clause goes before them. Tasks, links and plans bring their own times."""


class Obligation(Struct, frozen=True, omit_defaults=True):
    """Who owes what by when. `id` is kind|subject|position of what opened it.

    `until` is when it ends by itself, unmet or not: a warning that expires asks nobody for an answer any more.
    """

    id: str
    kind: ObligationKind
    owner: str
    subject: str
    basis_at: datetime
    due_at: datetime
    citation: str
    position: int
    incident: str | None = None
    zh: str = ""
    en: str = ""
    until: datetime | None = None

    def left_s(self, now: datetime) -> int:
        """Seconds left; negative once it is overdue. On the limit exactly is in time."""
        return int((self.due_at - now).total_seconds())

    def is_missed(self, now: datetime) -> bool:
        """Past due, and not over by itself before that."""
        return now > self.due_at and (self.until is None or self.due_at < self.until)


def owed(
    kind: ObligationKind,
    owner: str,
    subject: str,
    basis_at: datetime,
    position: int,
    zh: str,
    en: str,
    *,
    incident: str | None = None,
    due_at: datetime | None = None,
    citation: str | None = None,
    until: datetime | None = None,
) -> Obligation:
    """An obligation by the table of limits, unless it brings its own time and citation."""
    if due_at is None:
        due_at = basis_at + LIMITS[kind].delta
    if citation is None:
        citation = LIMITS[kind].citation
    return Obligation(
        f"{kind}|{subject}|{position}",
        kind,
        owner,
        subject,
        basis_at,
        due_at,
        citation,
        position,
        incident,
        zh,
        en,
        until,
    )
