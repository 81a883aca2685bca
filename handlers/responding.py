"""What warnings in force ask of the plans 预警响应: stand-by, activation or a proposal, as `warning_actions` say. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from core.activation import ActivatePlan, ProposeActivation, StandBy
from core.incident import Incident, ReportIncident
from core.messages import Place
from core.scales import WarningColour
from core.warning import Warned
from core.watch.view import line
from core.world import World


class Wanted(NamedTuple):
    """A command that the system asks for itself: `key` names it for ever, `part` is which part of the system asks."""

    key: str
    command: Any
    part: str


def takes_orders(incident: Incident) -> bool:
    """Whether plans may start for an incident."""
    return incident.closed_at is None and incident.merged_into is None and incident.real is not False


def is_proposed(world: World, plan: str, incident: str) -> bool:
    return any((one.plan, one.incident) == (plan, incident) for one in world.proposals.values())


def responses(world: World, id: str, now: datetime) -> Iterator[Wanted]:
    """Stand-by and activation as the plans say. A warning comes before any incident: its response is kept as one of its own."""
    warning = world.warnings.get(id)
    if warning is None or warning.since > now or (warning.ends is not None and now >= warning.ends):
        return
    actions = dict(world.coupled.get(f"{warning.hazard_type} {warning.colour.value}", {}))
    if not actions:
        return
    incident = RESPONSE_TO + id
    if incident not in world.incidents:
        yield Wanted(f"respond|{id}|{warning.since_position}", _response_to(warning), "reactions")
        return
    if not takes_orders(world.incidents[incident]):
        return
    for plan in sorted(actions):
        former = world.activations.get(world.running.get(f"{incident} {plan}", ""))
        if former is not None and (former.ended_at is None or former.ended_at >= warning.since):
            continue  # it responds, or has responded to this colour
        yield from _respond(world, warning, plan, actions[plan], incident)


def _respond(world: World, warning: Warned, plan: str, action: str, incident: str) -> Iterator[Wanted]:
    key = f"{warning.id}|{warning.since_position}|{plan}"
    reason = line(f"{warning.hazard_type} {warning.colour.value} 预警 {warning.id}")
    if action == "stand_by":
        command: Any = StandBy(plan=plan, incident=incident, reason=reason, warning=warning.id)
        yield Wanted(f"stand-by|{key}", command, "reactions")
        return
    document = world.plans[plan].document
    level = next(
        (
            one.level
            for one in document.warning_actions
            if one.action == "activate" and warning.hazard_type in one.type and warning.colour in one.colour
        ),
        None,
    )
    if level is None or level not in document.levels:
        return
    if document.levels[level].start.mode == "automatic":
        yield Wanted(f"activate|{key}", ActivatePlan(plan=plan, level=level, incident=incident), "reactions")
    elif not is_proposed(world, plan, incident):
        facts = (warning.since_position,)
        command = ProposeActivation(plan=plan, level=level, incident=incident, facts=facts)
        yield Wanted(f"propose|{key}", command, "reactions")


RESPONSE_TO = "warning-"
"""The incident under which a warning is responded to is called after it."""
COLOURS = {
    WarningColour.RED: "红色",
    WarningColour.ORANGE: "橙色",
    WarningColour.YELLOW: "黄色",
    WarningColour.BLUE: "蓝色",
}


def _response_to(warning: Warned) -> ReportIncident:
    return ReportIncident(
        incident=RESPONSE_TO + warning.id,
        kind="other",
        said=warning.hazard_type,
        place=Place(warning.area),
        text=f"{COLOURS[warning.colour]}预警响应 {warning.id}：{warning.text}"[:4000],
    )
