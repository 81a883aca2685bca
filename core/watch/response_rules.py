"""Watches over warnings, links, activations, orders, crowds and reports."""

from __future__ import annotations

from collections.abc import Iterator

from core.control import Control
from core.obligations import of_control, of_link
from core.plan.document import WarningAction
from core.scales import WarningColour
from core.warning import Warned
from core.watch.candidate import Candidate
from core.watch.engine import Watch
from core.watch.geometry import holds_point, path_meets
from core.watch.limits import LIMITS

COLOUR_ZH = {
    WarningColour.RED: "红色",
    WarningColour.ORANGE: "橙色",
    WarningColour.YELLOW: "黄色",
    WarningColour.BLUE: "蓝色",
}


def w02_warning_without_response(watch: Watch, id: str) -> Iterator[Candidate]:
    """W2 有预警无响应: a warning in force, and nothing stood by or activated for it."""
    warning = watch.world.warnings.get(id)
    if warning is None or not _wants_response(watch, warning):
        return
    answered = any(
        one.at >= warning.since and _answers(watch, one.plan, warning) for one in watch.world.activations.values()
    )
    if answered or _decided_against(watch, warning):
        return
    limit = LIMITS[f"W2.{warning.colour.value}"]
    minutes = limit.seconds // 60
    yield Candidate(
        "warning_without_response",
        f"{id}:{warning.colour.value}",
        warning.position,
        warning.since + limit.delta,
        "critical" if warning.colour >= WarningColour.ORANGE else "warning",
        f"{warning.type}{COLOUR_ZH[warning.colour]}预警已逾 {minutes} 分钟，未启动响应",
        f"{warning.colour.value} {warning.type} warning for more than {minutes} min, no response started",
        (warning.position,),
        None,
        _district(watch),
        limit.citation,
    )


def _actions(watch: Watch, plan: str, warning: Warned) -> list[WarningAction]:
    adopted = watch.world.plans.get(plan)
    if adopted is None:
        return []
    return [
        action
        for action in adopted.document.warning_actions
        if warning.type in action.type and warning.colour in action.colour and action.action != "none"
    ]


def _wants_response(watch: Watch, warning: Warned) -> bool:
    """Red and orange always; the others where a plan says so."""
    if warning.colour >= WarningColour.ORANGE:
        return True
    return any(_actions(watch, plan, warning) for plan in watch.world.plans)


def _answers(watch: Watch, plan: str, warning: Warned) -> bool:
    """Any plan that names the warning; where none does, any plan at all."""
    coupled = [one for one in watch.world.plans if _actions(watch, one, warning)]
    return plan in coupled or not coupled


def _decided_against(watch: Watch, warning: Warned) -> bool:
    return any(
        told.tag == "no_response" and not told.struck and told.at >= warning.since
        for story in watch.memory.stories.values()
        for told in story.told
    )


def w05_link_unacknowledged(watch: Watch, id: str) -> Iterator[Candidate]:
    """W5 指令未确认: a link that nobody answered; critical once it has gone up."""
    link = watch.world.links.get(id)
    if link is None or link.answered:
        return
    due = next((owed.due_at for owed in of_link(link)), None)
    escalated = bool(link.escalated) or link.timed_out
    opens_at = link.opened_at if due is None else due
    first_due = link.first_due_at or opens_at
    yield Candidate(
        "order_unacknowledged",
        id,
        link.position,
        first_due,
        "critical" if escalated else "warning",
        f"衔接 {link.plan_link} 发出后 {link.to_post} 未确认",
        f"link {link.plan_link}: no acknowledgement from {link.to_post}",
        (link.position,),
        link.incident,
        link.to_post,
        link.citation,
    )


def w05_control_unconfirmed(watch: Watch, id: str) -> Iterator[Candidate]:
    """W5 指令未确认: an order that its executing organisation has not put in force."""
    control = watch.world.controls.get(id)
    if control is None or control.state != "ordered":
        return
    for owed in of_control(control):
        yield Candidate(
            "order_unacknowledged",
            id,
            control.position,
            owed.due_at,
            "warning",
            f"{control.area} 管制下达后 {control.executing} 未确认生效",
            f"the order for {control.area}: {control.executing} has not confirmed it",
            (control.position,),
            control.incident,
            owed.owner,
            owed.citation,
        )


def w08_inside_danger_zone(watch: Watch, id: str) -> Iterator[Candidate]:
    """W8 避险设施位于危险区: people are led into a cordon, or over a closed road."""
    control = watch.world.controls.get(id)
    if control is None or control.lifted_at is not None:
        return
    for other in watch.world.controls.values():
        pair = (other, control) if other.kind == "evacuation" else (control, other)
        evacuation, zone = pair
        if evacuation.id == zone.id or evacuation.kind != "evacuation" or other.lifted_at is not None:
            continue
        if _clashes(evacuation, zone):
            later = max(evacuation, zone, key=lambda one: one.changed_position or one.position)
            yield Candidate(
                "inside_danger_zone",
                f"{evacuation.id}:{zone.id}",
                later.changed_position or later.position,
                later.changed_at or later.ordered_at,
                "critical",
                f"疏散 {evacuation.area} 与 {zone.area} 冲突：路线或集结点位于封闭或警戒范围内",
                f"evacuation {evacuation.area} crosses {zone.area}, which is closed or cordoned",
                (evacuation.position, zone.position),
                control.incident,
                control.by,
                at_once=True,
            )


def _clashes(evacuation: Control, zone: Control) -> bool:
    if evacuation.shape is None or zone.shape is None or "evacuees" in zone.exceptions:
        return False
    dangerous = zone.kind == "traffic" or (zone.kind == "cordon" and zone.ring in ("hot", "warm", None))
    if not dangerous or zone.state != "in_force":
        return False
    if evacuation.shape.line:
        return path_meets(evacuation.shape.line, zone.shape)
    centre = evacuation.shape.circle
    return zone.kind == "cordon" and centre is not None and evacuation.to_point and holds_point(zone.shape, centre)


def w14_advice_stale(watch: Watch, id: str) -> Iterator[Candidate]:
    """W14 避险指令未复核: critical after twice the limit."""
    control = watch.world.controls.get(id)
    if control is None or control.lifted_at is not None:
        return
    incident = watch.world.incidents.get(control.incident)
    burning = incident is not None and incident.kind == "structure_fire"
    limit = LIMITS["W14.burning" if control.kind == "shelter_in_place" and burning else "W14.review"]
    basis = max(control.ordered_at, control.reviewed_at or control.ordered_at)
    yield Candidate(
        "advice_stale",
        id,
        control.position,
        basis + limit.delta,
        "warning",
        f"{control.area} 指令已逾 {limit.seconds // 60} 分钟未复核",
        f"the order for {control.area} was not reviewed for more than {limit.seconds // 60} min",
        (control.position,),
        control.incident,
        control.by,
        limit.citation,
        critical_at=basis + 2 * limit.delta,
    )


def w03_ended_by_override(watch: Watch, id: str) -> Iterator[Candidate]:
    """W3 无依据结束: a response that was ended although evidence was missing; it stays until the evidence is there."""
    ended = watch.memory.overridden.get(id)
    if ended is None:
        return
    shown = {one.condition for one in watch.memory.story(ended.incident).told if one.condition and not one.struck}
    missing = [one for one in ended.missing if one not in shown]
    if missing:
        yield Candidate(
            "end_without_evidence",
            id,
            ended.position,
            ended.at,
            "critical",
            f"{ended.by} 强行解除 {ended.plan} 响应，缺少依据：{'、'.join(missing)}",
            f"{ended.by} ended the response of {ended.plan} without evidence for {', '.join(missing)}",
            (ended.position,),
            ended.incident,
            ended.by,
            at_once=True,
        )


def w17_level_not_in_plan(watch: Watch, id: str) -> Iterator[Candidate]:
    """W17 响应级别不在预案中: a level that the pinned version does not define."""
    activation = watch.world.activations.get(id)
    if activation is None or activation.ended_at is not None or activation.level is None:
        return
    adopted = watch.world.plans.get(activation.plan)
    version = adopted.pinned(activation.version) if adopted is not None else None
    if version is not None and activation.level in version.document.levels:
        return
    yield Candidate(
        "level_not_in_plan",
        id,
        activation.position,
        activation.at,
        "critical",
        f"{activation.plan} 第 {activation.version} 版无 {activation.level.value} 级响应",
        f"{activation.plan} version {activation.version} defines no level {activation.level.value}",
        (activation.position,),
        activation.incident,
        activation.by,
        at_once=True,
    )


def w18_crowd_over_threshold(watch: Watch, id: str) -> Iterator[Candidate]:
    """W18 客流超限未决策."""
    crowd = watch.memory.crowds.get(id)
    if crowd is None or crowd.over_since is None:
        return
    limit = LIMITS["W18.decide"]
    yield Candidate(
        "crowd_over_threshold",
        f"{id}:{crowd.threshold}",
        crowd.over_position,
        crowd.over_since + limit.delta,
        "critical",
        f"{id} 客流 {crowd.value} 超过 {crowd.threshold} 已逾 5 分钟，无处置决定",
        f"{id} over {crowd.threshold} ({crowd.value}) for more than 5 min, no decision",
        (crowd.over_position,),
        None,
        _district(watch),
        limit.citation,
    )


def _district(watch: Watch) -> str | None:
    root = watch.world.root
    return f"{root.id}/duty" if root is not None else None
