"""Obligations 时限: anything with a deadline, as one model. They follow from what opened them; only waiving and missing are events.

There are no sleeping timers: whatever is open and past due is found by comparing with `now`, so a restart loses nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

ObligationKind = Literal[
    "report.first",
    "report.supplement",
    "link.ack",
    "link.decide",
    "task",
    "dispatch.ack",
    "control.in_force",
    "control.review",
    "crew.count",
    "warning.ack",
    "warning.respond",
    "crowd.decide",
    "plan.review",
    "plan.drill",
]


class Limit(Struct, frozen=True):
    """How long something may take, in seconds, and who says so."""

    seconds: int
    citation: str


LIMITS: dict[ObligationKind, Limit] = {
    "report.first": Limit(3600, "《生产安全事故报告和调查处理条例》（493号令）第九条"),
    "report.supplement": Limit(7200, "493号令第十三条“及时补报”；2 小时为本系统默认 [design]"),
    "link.decide": Limit(600, "预案 decide_within；缺省 10 分钟 [design]"),
    "dispatch.ack": Limit(120, "本系统默认 2 分钟 [design]"),
    "control.in_force": Limit(600, "本系统默认 10 分钟 [design]"),
    "control.review": Limit(1800, "本系统默认 30 分钟 [design]"),
    "crew.count": Limit(300, "708号令第二十二条；5 分钟为本系统默认 [design]"),
    "warning.ack": Limit(600, "应对法第六十六、六十七条；10 分钟为本系统默认 [design]"),
    "crowd.decide": Limit(300, "场所风险评估；缺省 5 分钟 [design]"),
}
"""Defaults, each with its citation; a plan's own clause goes before them."""


class Obligation(Struct, frozen=True, omit_defaults=True):
    """Who owes what by when. `id` is kind|subject|position of what opened it."""

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
    missed: bool = False

    def left_s(self, now: datetime) -> int:
        """Seconds left; negative once it is overdue. On the limit exactly is in time."""
        return int((self.due_at - now).total_seconds())
