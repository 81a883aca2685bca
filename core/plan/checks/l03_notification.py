"""L3 报告链: every link, and whoever is asked when nobody answers it, reaches a post that exists and is on duty, within the legal time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from core.plan.checks.resolve import Resolved, organisation, post
from core.plan.document import PlanLink
from core.plan.finding import Limit, PlanFinding, about, found
from core.plan.references import links
from core.plan.register import PlanVersion
from core.plan.view import View

ALL_HOURS = "24h"


class _Reached(NamedTuple):
    """A post that a link must reach, and by what; None: by any channel."""

    post: str
    channel: str | None


def check(view: View, as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds links to a dissolved organisation, a missing post, a post without a live duty channel, and too slow ones."""
    for path, link in links(plan.document):
        target = _target(view, plan, link)
        if target and (why := _unreachable(view, as_of, target)):
            yield _finding(plan, link, path, link.id, target.post, why)
        if why := _unreachable(view, as_of, _Reached(link.escalate_to, None)):
            yield _finding(plan, link, f"{path}.escalate_to", f"{link.id}/escalate_to", link.escalate_to, why)
        yield from _late(view, plan, link, path)


def _target(view: View, plan: PlanVersion, link: PlanLink) -> _Reached | None:
    """The post at which a link arrives; a link to a plan arrives where that plan takes it (a plan that does not is L4's)."""
    if link.to.post:
        return _Reached(link.to.post, link.channel)
    receiver = view.valid(link.to.plan or "")
    if receiver:
        for taken in receiver.document.links_in:
            if taken.from_ == plan.id and taken.kind == link.kind:
                return _Reached(taken.accept, link.channel)
    return None


def _unreachable(view: View, as_of: date, target: _Reached) -> tuple[str, str] | None:
    """Why a post cannot be reached around the clock, or None."""
    of, _, own = target.post.partition("/")
    match organisation(view, as_of, of):
        case Resolved.MISSING:
            return f"没有组织 {of}", f"there is no organisation {of}"
        case Resolved.ENDED | Resolved.SUCCEEDED:
            row = view.organisation(of)
            name, now = (row.name.zh if row else of), (row.successor if row else None)
            after_zh, after_en = (f"，现为 {now}", f", now {now}") if now else ("", "")
            return f"{name} 已撤销{after_zh}", f"{of} is dissolved{after_en}"
        case Resolved.HERE:
            pass
    if post(view, as_of, target.post) is not Resolved.HERE:
        return f"{of} 没有岗位 {own}", f"{of} has no post {own}"
    live = [
        channel
        for channel in view.channels_of(target.post)
        if channel.valid.covers(as_of) and (target.channel is None or channel.kind == target.channel)
    ]
    by_zh, by_en = (f" {target.channel} ", f"{target.channel} ") if target.channel else ("", "")
    if not live:
        return f"没有有效的{by_zh}值班渠道", f"no live {by_en}duty channel"
    if not any(channel.hours == ALL_HOURS for channel in live):
        hours = "、".join(sorted({channel.hours for channel in live}))
        return f"{by_zh}值班渠道仅 {hours} 有人", f"its {by_en}duty channel is manned {hours} only"
    return None


def _finding(
    plan: PlanVersion, link: PlanLink, path: str, subject: str, target: str, why: tuple[str, str]
) -> PlanFinding:
    zh, en = about(plan)
    return found(
        "L3", plan, subject, "critical",
        (
            f"{zh}的 {subject} 指向已撤销或无值班渠道的 {target}：{why[0]}",
            f"{subject} of {en} points to {target}, dissolved or without a duty channel: {why[1]}",
        ),
        (
            "改为现行组织的 24 小时值班岗位，并在登记册中登记其渠道。",
            "Name a post of an existing organisation that is on duty 24 h, and register its channel.",
        ),
        path,
        link=link.id, target=target,
    )  # fmt: skip


def _late(view: View, plan: PlanVersion, link: PlanLink, path: str) -> Iterator[PlanFinding]:
    limits: dict[str, Limit] = {
        "report_1h": view.limits.report_1h_min,
        "report_2h": view.limits.report_2h_min,
    }
    if link.legal_basis is None:
        return
    limit = limits[link.legal_basis]
    minutes = link.ack_within.total_seconds() / 60
    if minutes > limit.value:
        zh, en = about(plan)
        yield found(
            "L3", plan, f"{link.id}/limit", "critical",
            (
                f"{zh}的 {link.id} 时限 {minutes:g} 分钟，超过 {limit.value} 分钟（{limit.citation}）",
                f"{link.id} of {en} takes {minutes:g} min, more than {limit.value} ({limit.citation})",
            ),
            ("缩短 ack_within。", "Shorten ack_within."),
            path,
            link=link.id, minutes=minutes, limit=limit.value,
        )  # fmt: skip
