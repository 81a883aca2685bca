"""Watches over what was asked for and not answered: warnings (W2), orders and links (W5), reports (W11)."""

from __future__ import annotations

from collections.abc import Iterator

from core.obligation_reports import ReportClock, ReportFacts, report_clocks
from core.obligation_scene import RESPOND, of_warning
from core.obligations import of_control, of_dispatch, of_link, report_facts
from core.scales import WarningColour
from core.watch.candidate import Candidate
from core.watch.view import View, clock_time

COLOUR_ZH = {
    WarningColour.RED: "红色",
    WarningColour.ORANGE: "橙色",
    WarningColour.YELLOW: "黄色",
    WarningColour.BLUE: "蓝色",
}


def w02_warning_without_response(view: View, id: str) -> Iterator[Candidate]:
    """W2 有预警无响应: a warning in force, and nothing stood by or activated for it. It ends with the warning."""
    warning = view.world.warnings.get(id)
    if warning is None:
        return
    for owed in of_warning(view.world, warning):
        if owed.kind != RESPOND[warning.colour]:
            continue
        minutes = int((owed.due_at - owed.basis_at).total_seconds()) // 60
        yield Candidate(
            "W2",
            owed.subject,
            owed.position,
            owed.due_at,
            "critical" if warning.colour >= WarningColour.ORANGE else "warning",
            f"{warning.hazard_type} {COLOUR_ZH[warning.colour]}预警自 {clock_time(owed.basis_at)} 起已逾 {minutes} 分钟，未启动响应",
            f"{warning.colour.value} {warning.hazard_type} warning since {clock_time(owed.basis_at)}: "
            f"no response started for more than {minutes} min",
            (owed.position,),
            None,
            owed.owner,
            owed.citation,
            until=owed.until,
        )


def w05_dispatch_unacknowledged(view: View, id: str) -> Iterator[Candidate]:
    """W5 指令未确认: an order that no milestone answers."""
    dispatch = view.world.dispatches.get(id)
    if dispatch is None:
        return
    for owed in of_dispatch(view.world, dispatch):
        yield Candidate(
            "W5",
            id,
            owed.position,
            owed.due_at,
            "warning",
            f"{dispatch.team} 的调派令下达逾 2 分钟未确认",
            f"the order to {dispatch.team} was not acknowledged for more than 2 min",
            (owed.position,),
            dispatch.incident,
            owed.owner,
            owed.citation,
        )


def w05_link_unacknowledged(view: View, id: str) -> Iterator[Candidate]:
    """W5 指令未确认: a link that nobody answered; critical once it has gone up, however often."""
    link = view.world.links.get(id)
    if link is None or link.answered or link.first_due_at is None:
        return
    owner = next(
        (owed.owner for owed in of_link(link)), link.escalated[-1] if link.escalated else link.to_post
    )
    yield Candidate(
        "W5",
        id,
        link.position,
        link.first_due_at,
        "critical" if link.escalated or link.timed_out else "warning",
        f"{link.plan} 的衔接 {link.plan_link} 发出后 {link.to_post} 未确认",
        f"link {link.plan_link} of {link.plan}: no acknowledgement from {link.to_post}",
        (link.position,),
        link.incident,
        owner,
        link.citation or f"预案 {link.plan} 衔接 {link.plan_link}",
    )


def w05_control_unconfirmed(view: View, id: str) -> Iterator[Candidate]:
    """W5 指令未确认: an order that its executing organisation has not put in force."""
    control = view.world.controls.get(id)
    if control is None or control.state != "ordered":
        return
    for owed in of_control(control):
        yield Candidate(
            "W5",
            id,
            owed.position,
            owed.due_at,
            "warning",
            f"{control.area} 管制下达逾 10 分钟，{control.executing} 未确认生效",
            f"the order for {control.area}: {control.executing} has not confirmed it for more than 10 min",
            (owed.position,),
            control.incident,
            owed.owner,
            owed.citation,
        )


def w11_report_late(view: View, id: str) -> Iterator[Candidate]:
    """W11 迟报: past due, unmet or met late. Only a report that proves to have been sent in time ends it, also after the close."""
    facts = report_facts(view.world, id) or view.memory.closed_reports.get(id)
    if facts is not None:
        yield from late_reports(view, facts)


def late_reports(view: View, facts: ReportFacts) -> Iterator[Candidate]:
    """The reporting clocks that ran out, or will."""
    for clock in report_clocks(facts, view.world.organisations):
        if clock.late_s == 0:
            continue
        owed = clock.owed
        state_zh, state_en = _late(clock)
        evidence = (owed.position, clock.met_position) if clock.met_position else (owed.position,)
        yield Candidate(
            "W11",
            f"{owed.kind}:{owed.subject}",
            owed.position,
            owed.due_at,
            "critical",
            f"{owed.zh} 应于 {clock_time(owed.due_at)} 前报 {clock.to}，{state_zh}",
            f"{owed.en}: due to {clock.to} by {clock_time(owed.due_at)}, {state_en}",
            tuple(sorted(set(evidence))),
            owed.incident,
            owed.owner,
            owed.citation,
        )


def _late(clock: ReportClock) -> tuple[str, str]:
    seconds = clock.late_s
    if seconds is None:
        return "未报", "not sent"
    if seconds < 60:
        return f"迟 {seconds} 秒", f"{seconds} s late"
    return f"迟 {seconds // 60} 分钟", f"{seconds // 60} min late"
