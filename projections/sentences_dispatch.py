"""What the events of a dispatch say to people; the other half of `sentences`."""

from __future__ import annotations

from typing import assert_never

from core import dispatch
from core.dispatch import DispatchEvent
from projections.names import MILESTONES, Names, Said, clock_time, short

_CANCELLED = {
    "false_alarm": Said("误报", "false alarm"),
    "turned_back": Said("途中返回", "turned back"),
    "not_needed": Said("无需到场", "not needed"),
    "declined": Said("队伍无法受领", "declined by the team"),
    "diverted": Said("改派", "diverted"),
}
_WITHDRAWN = {
    "danger": Said("险情", "danger"),
    "relief": Said("轮换", "relief"),
    "other": Said("其他原因", "another reason"),
}


def say(event: DispatchEvent, names: Names) -> Said:
    """The sentence of one event of a dispatch. A fact told after the assignment had ended says so."""
    zh, en = names.team(event.team)
    there = names.incident(event.incident)
    match event:
        case dispatch.TeamDispatched():
            if event.diverted_from is not None:
                return Said(f"{zh} 改派往 {there.zh}", f"{en} diverted to {there.en}")
            return Said(f"{zh} 派往 {there.zh}", f"{en} ordered to {there.en}")
        case dispatch.DispatchAcknowledged():
            return _late(event.late, Said(f"{zh} 接令，{there.zh}", f"{en} acknowledged, {there.en}"))
        case dispatch.TeamDeparted():
            return _late(event.late, Said(f"{zh} 出动，前往 {there.zh}", f"{en} departed for {there.en}"))
        case dispatch.TeamArrived():
            return _late(event.late, Said(f"{zh} 到场，{there.zh}", f"{en} arrived, {there.en}"))
        case dispatch.WorkStarted():
            if event.resumed:
                return Said(f"{zh} 重新展开处置，{there.zh}", f"{en} resumed work, {there.en}")
            return _late(event.late, Said(f"{zh} 展开处置，{there.zh}", f"{en} started work, {there.en}"))
        case dispatch.TeamWithdrawn():
            why = _WITHDRAWN[event.reason]
            return Said(f"{zh} 撤离（{why.zh}），{there.zh}", f"{en} withdrawn ({why.en}), {there.en}")
        case dispatch.TeamReleased():
            return _late(event.late, Said(f"{zh} 解除任务，{there.zh}", f"{en} released, {there.en}"))
        case dispatch.TeamReturned():
            return _late(event.late, Said(f"{zh} 归队", f"{en} returned"))
        case dispatch.DispatchCancelled():
            why = _CANCELLED[event.reason]
            return _late(
                event.late,
                Said(f"{zh} 的调派取消（{why.zh}），{there.zh}", f"{en} cancelled ({why.en}), {there.en}"),
            )
        case dispatch.CrewAccountedFor():
            return Said(
                f"{zh} 人员清点：撤出 {event.out}，在内 {event.inside}，失联 {event.missing}",
                f"{en}, crew accounted for: {event.out} out, {event.inside} inside, {event.missing} missing",
            )
        case dispatch.DispatchMilestoneCorrected():
            done, reason = MILESTONES[event.milestone], short(event.reason)
            before = clock_time(event.before) if event.before is not None else "—"
            to = clock_time(event.to) if event.to is not None else "—"
            return Said(
                f"{zh} 时间更正（{done.zh}）：{before} → {to}，{reason}",
                f"{en}, time corrected ({done.en}): {before} → {to}, {reason}",
            )
        case _:
            assert_never(event)


def _late(late: bool, said: Said) -> Said:
    """A fact that was told after its assignment had ended."""
    return Said(f"{said.zh}（补录）", f"{said.en} (late entry)") if late else said
