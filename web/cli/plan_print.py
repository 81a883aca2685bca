"""A plan as a page of text: what it is for, its levels and links, the response card 应急处置卡, and what is due when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core.organisation import Level
from core.plan.conditions import describe
from core.plan.cycles import cycles
from core.plan.document import (
    EVIDENCE,
    PLAN_KINDS,
    TRIGGERS,
    PlanDocument,
    PlanKind,
    PlanLevel,
    PlanLink,
    PlanTask,
)
from core.plan.parse import PlanFile
from core.plan.values import LINK_KINDS
from core.scales import ResponseLevel

CARD_WITHIN = timedelta(minutes=10)
"""The card says who does what in the first ten minutes."""

LEVEL_OF_KIND: dict[PlanKind, Level] = {
    "government_overall": "government",
    "government_special": "government",
    "government_street": "government",
    "joint": "government",
    "event_support": "government",
    "department": "department",
    "enterprise_comprehensive": "enterprise",
    "enterprise_special": "enterprise",
    "enterprise_scene": "enterprise",
    "community": "community",
}


def printed(file: PlanFile) -> str:
    """The plan as text, ending with its content hash."""
    plan = file.document
    lines = [*_head(plan)]
    for level in sorted(plan.levels, reverse=True):
        lines += ["", *_level(level, plan.levels[level])]
    lines += ["", *_card(plan), "", *_due(plan), "", f"sha256:{file.sha256}"]
    return "\n".join(lines)


def _head(plan: PlanDocument) -> Iterator[str]:
    kind = PLAN_KINDS[plan.kind]
    yield plan.title.zh
    if plan.title.en:
        yield plan.title.en
    yield f"{plan.id} 第 {plan.version} 版 version {plan.version} · {kind[0]} {kind[1]} · {plan.owner}"
    reviewed = plan.valid.reviewed or "—"
    yield f"有效期 valid {plan.valid.from_} – {plan.valid.to} · 复核 reviewed {reviewed} · 批准 approved {plan.approval.by}"
    for upper in plan.upper_plans:
        yield f"上级预案 upper plan: {upper.plan} 第 {upper.version} 版"
    for row in plan.level_map:
        yield f"  {row.own.value} → {row.upper} {row.level}  {row.reason or ''}".rstrip()
    if plan.expand:
        yield f"扩大响应 escalates: {plan.expand.from_level.value} 级，{describe(plan.expand.when)[0]}"


def _level(level: ResponseLevel, part: PlanLevel) -> Iterator[str]:
    start = part.start
    mode = (
        "自动 automatic" if start.mode == "automatic" else f"决定 decision ({words_of(start.decide_within)})"
    )
    yield f"{level.value} 级响应 level {level.value} · {mode} · {start.authority}"
    zh, en = describe(start.when)
    yield f"  启动 starts: {zh} / {en}"
    for task in part.tasks:
        yield f"  {_task(task)}"
    for link in part.links_out:
        yield f"  {_link(link)}"
    if part.end:
        after = "、".join(part.end.after) or part.end.released_by or "—"
        yield f"  结束 ends: {part.end.authority}，后于 after {after}"
        for item in part.end.conditions:
            evidence = EVIDENCE[item.evidence][0] if item.evidence else "—"
            yield f"    · {item.text.zh}（{evidence}，{item.confirmed_by or '—'}）"


def _task(task: PlanTask) -> str:
    mark = "★" if task.critical else " "
    return f"{mark} {task.id} {words_of(task.within)} · {task.post} · {task.title.zh}（{EVIDENCE[task.evidence][0]}）"


def _link(link: PlanLink) -> str:
    level = f" {link.to.level.value}" if link.to.level else ""
    target = f"{link.to.plan}{level}" if link.to.plan else link.to.post
    return (
        f"→ {link.id} {LINK_KINDS[link.kind][0]} {target} · {TRIGGERS[link.trigger][0]} · {link.channel} · "
        f"{words_of(link.ack_within)} 内确认，否则 {link.escalate_to}"
    )


def _card(plan: PlanDocument) -> Iterator[str]:
    yield "应急处置卡 Response card：10 分钟内谁做什么 · who does what in ten minutes"
    for level in sorted(plan.levels):
        part = plan.levels[level]
        early = sorted(
            (task for task in part.tasks if task.within <= CARD_WITHIN),
            key=lambda task: (task.within, task.id),
        )
        calls = [
            link for link in part.links_out if link.trigger == "activated" and link.ack_within <= CARD_WITHIN
        ]
        if early or calls:
            yield f"[{level.value}] {describe(part.start.when)[0]}"
        for task in early:
            yield f"  {words_of(task.within):>6}  {task.post:<28} {task.title.zh}"
        for link in sorted(calls, key=lambda link: (link.ack_within, link.id)):
            target = link.to.plan or link.to.post
            yield f"  {words_of(link.ack_within):>6}  {part.start.authority:<28} {LINK_KINDS[link.kind][0]} {target}（{link.channel}）"


def _due(plan: PlanDocument) -> Iterator[str]:
    yield "到期事项（自首个有效日和最近复核日起算） Due, counted from the first valid day and the last review"
    for cycle in cycles(plan, LEVEL_OF_KIND[plan.kind]):
        yield f"  {cycle.due}  {cycle.kind}  {cycle.citation}"


def words_of(duration: timedelta | None) -> str:
    """A duration as people say it: 10min, 2h, 1h30min."""
    if duration is None:
        return "—"
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return "".join(
        f"{value}{unit}" for value, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if value
    )
