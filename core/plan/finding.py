"""What a check finds, how grave it is, and the limits that make it so, each with its source."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from core.messages import Name
from core.plan.register import PlanVersion
from core.plan.rows import Rule

Severity = Literal["critical", "warning", "notice"]
SEVERITIES: dict[Severity, tuple[str, str]] = {
    "critical": ("严重", "critical"),
    "warning": ("警告", "warning"),
    "notice": ("提示", "notice"),
}
"""Gravest first. `critical`: adopting the plan needs a recorded waiver."""
GRAVITY: dict[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}

RULES: dict[Rule, tuple[str, str]] = {
    "L1": ("启动条件连续", "trigger continuity"),
    "L2": ("级别对应", "level map"),
    "L3": ("报告链", "notification"),
    "L4": ("职责闭合", "duty closure"),
    "L5": ("指挥权移交", "command hand-over"),
    "L6": ("预警与响应联动", "warning to response"),
    "L7": ("资源真实", "resources"),
    "L8": ("救援协议", "agreement"),
    "L9": ("疏散安置衔接", "evacuation and shelter"),
    "L10": ("空间一致", "geometry"),
    "L11": ("版本一致", "versions"),
    "L12": ("用语一致", "terms"),
    "L13": ("社区预案覆盖", "community cover"),
    "L14": ("结束衔接", "ending"),
}


class Limit(Struct, frozen=True):
    """A figure and where it comes from; whoever shows the figure shows the source."""

    value: int
    citation: str


class Limits(Struct, frozen=True, kw_only=True):
    """The figures of the checks. A deployment may state others, with its own sources."""

    agreement_expiring_days: Limit = Limit(60, "本项目设定 / design of this project")
    review_overdue_days: Limit = Limit(
        90, "708号令第六条“及时修订”；90 天为本项目设定 / 708号令 Art. 6, days by this project"
    )
    report_1h_min: Limit = Limit(60, "493号令第九条 / 493号令 Art. 9")
    report_2h_min: Limit = Limit(120, "493号令第十一条 / 493号令 Art. 11")
    route_clear_m: Limit = Limit(3, "本项目设定：路线与封闭路段的测绘容差 / design: drawing tolerance")
    junction_m: Limit = Limit(
        15, "本项目设定：路口不计入封闭路段 / design: a junction is not part of the closure"
    )


class PlanFinding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding 问题. Its identity is rule, plan, version and subject; a finding of no plan (L13) has neither plan nor version.

    `part` is the place in the plan's file, `file` and `line` where that stands; `waived_by` names the post that took it upon itself.
    """

    rule: Rule
    plan: str | None = None
    version: int | None = None
    subject: str
    severity: Severity
    zh: str
    en: str
    repair: Name
    args: dict[str, str | int | float] = {}
    witness: Name | None = None
    part: str = ""
    file: str | None = None
    line: int | None = None
    waived_by: str | None = None

    @property
    def key(self) -> tuple[str, str, int, str]:
        return self.rule, self.plan or "", self.version or 0, self.subject

    @property
    def order(self) -> tuple[int, str, int, int, str]:
        """Gravest first, then by plan, version, rule and subject."""
        return GRAVITY[self.severity], self.plan or "", self.version or 0, int(self.rule[1:]), self.subject


def about(plan: PlanVersion) -> tuple[str, str]:
    """How a message names a plan, zh and en."""
    title = plan.document.title
    return f"《{title.zh}》", f"{title.en or title.zh} ({plan.id})"


def found(
    rule: Rule,
    plan: PlanVersion | None,
    subject: str,
    severity: Severity,
    message: tuple[str, str],
    repair: tuple[str, str],
    part: str = "",
    witness: tuple[str, str] | None = None,
    **args: str | float,
) -> PlanFinding:
    """A finding about a plan, with the place of the part in its file."""
    line = _line(plan, part) if plan else None
    return PlanFinding(
        rule=rule,
        plan=plan.id if plan else None,
        version=plan.version if plan else None,
        subject=subject,
        severity=severity,
        zh=message[0],
        en=message[1],
        repair=Name(*repair),
        args=args,
        witness=Name(*witness) if witness else None,
        part=part,
        file=plan.path or None if plan else None,
        line=line,
    )


def _line(plan: PlanVersion, part: str) -> int | None:
    while part and part not in plan.lines:
        part = part.rpartition(".")[0]
    place = plan.lines.get(part)
    return place[0] if place else None
