"""What is owed on scene and for the public: crews counted, crowds decided on, warnings answered and acted on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from core.dispatch import Dispatch
from core.entry import Entry
from core.hazard import CROWD_BELOW
from core.obligation import Obligation, ObligationKind, owed
from core.scales import WarningColour
from core.tables import Tables
from core.warning import Warned

ALARMS = frozenset({"mayday", "explosion", "collapse"})
NO_RESPONSE = "no_response"
RESPOND: dict[WarningColour, ObligationKind] = {
    WarningColour.RED: "warning.respond.red",
    WarningColour.ORANGE: "warning.respond.orange",
    WarningColour.YELLOW: "warning.respond.yellow",
    WarningColour.BLUE: "warning.respond.blue",
}


class Call(Struct, frozen=True):
    """Something after which a crew is counted."""

    at: datetime
    position: int


# --- crews ---


def of_crew(world: Tables, dispatch: Dispatch) -> Iterator[Obligation]:
    """Count the crew: after a withdrawal for danger or an alarm on scene; and again and again while it works in a hot zone."""
    counted = dispatch.counted
    calls = [
        call
        for call in (*_alarms(world, dispatch), *_withdrawn(dispatch))
        if counted is None or counted.at < call.at
    ]
    owner = _owner(world, dispatch)
    zh, en = (
        f"清点 {dispatch.team} 人员（派出 {dispatch.strength} 人）",
        f"count the crew of {dispatch.team} ({dispatch.strength} sent)",
    )
    if calls:
        first = min(calls, key=lambda call: (call.at, call.position))
        yield owed(
            "crew.count", owner, dispatch.id, first.at, first.position, zh, en, incident=dispatch.incident
        )
    if (hot := _hot(world, dispatch)) is not None:
        if counted is not None and counted.at > hot.at:
            hot = Call(counted.at, counted.position)
        yield owed("crew.hot", owner, dispatch.id, hot.at, hot.position, zh, en, incident=dispatch.incident)


def _alarms(world: Tables, dispatch: Dispatch) -> Iterator[Call]:
    for incident in {dispatch.incident, dispatch.origin or dispatch.incident}:
        for entry in world.told.get(incident, {}).values():
            alarm = entry.tag in ALARMS and not entry.struck
            if alarm and entry.at is not None and was_there(dispatch, entry.at):
                yield Call(entry.at, entry.position)


def _withdrawn(dispatch: Dispatch) -> Iterator[Call]:
    if dispatch.withdrawn is not None and dispatch.withdrawn_for == "danger":
        yield Call(dispatch.withdrawn.at, dispatch.withdrawn.position)


def was_there(dispatch: Dispatch, at: datetime) -> bool:
    """Whether the team was on scene at that time."""
    arrived = [stamp.at for stamp in (dispatch.on_scene, dispatch.working) if stamp is not None]
    ends = (dispatch.released, dispatch.returned, dispatch.cancelled, dispatch.failed, dispatch.diverted)
    return bool(arrived) and min(arrived) <= at and all(stamp is None or stamp.at > at for stamp in ends)


def _hot(world: Tables, dispatch: Dispatch) -> Call | None:
    """Since when the team works inside a hot cordon of its incident."""
    if dispatch.state != "working" or dispatch.working is None:
        return None
    zones = [
        Call(control.in_force_at, control.position)
        for id in world.zones.get(dispatch.incident, {})
        if (control := world.controls.get(id)) is not None
        and control.in_force_at is not None
        and control.lifted_at is None
    ]
    if not zones:
        return None
    work = dispatch.resumed or dispatch.working
    return max(min(zones, key=lambda call: call.at), Call(work.at, work.position), key=lambda call: call.at)


def _owner(world: Tables, dispatch: Dispatch) -> str:
    incident = world.incidents.get(dispatch.incident)
    if incident is not None and incident.commander is not None:
        return incident.commander
    team = world.teams.get(dispatch.team)
    return f"{team.organisation if team is not None else dispatch.team}/duty"


# --- crowds ---


def of_point(world: Tables, point: str) -> Iterator[Obligation]:
    """A named decision for each threshold that is reached; readings below it for ten minutes end the matter."""
    crowd = world.crowds.get(point)
    if crowd is None:
        return
    root = next(iter(world.organisations), "gov")
    for over in crowd.over:
        if over.decided_at is None:
            yield owed(
                "crowd.decide",
                f"{root}/duty",
                f"{point}:{over.threshold}",
                over.since,
                over.position,
                f"{point} 客流 {over.value} 达到 {over.threshold}，作出处置决定",
                f"{point} at {over.value} reached {over.threshold}: decide",
                until=None if over.below_since is None else over.below_since + CROWD_BELOW,
            )


# --- warnings ---


def of_warning(world: Tables, warning: Warned) -> Iterator[Obligation]:
    """Each addressee owes an answer to the present colour; the district owes a response where one is due."""
    issued = warning.issued_at or warning.since
    for post in warning.addressees:
        if post not in warning.acknowledged:
            yield owed(
                "warning.ack",
                post,
                f"{warning.id}@{post}",
                issued,
                warning.since_position,
                f"{post} 确认预警 {warning.id}",
                f"{post} to acknowledge the warning {warning.id}",
                until=warning.ends,
            )
    if wants_response(world, warning) and not is_answered(world, warning):
        root = next(iter(world.organisations), "gov")
        yield owed(
            RESPOND[warning.colour],
            f"{root}/duty",
            f"{warning.id}:{warning.colour.value}",
            warning.since,
            warning.since_position,
            f"对 {warning.hazard_type} {warning.colour.value} 预警启动或预警启动预案",
            f"stand by or activate for the {warning.colour.value} {warning.hazard_type} warning",
            until=warning.ends,
        )


def coupled(world: Tables, warning: Warned) -> dict[str, str]:
    """The adopted plans that act on such a warning, and what they do."""
    return world.coupled.get(f"{warning.hazard_type} {warning.colour.value}", {})


def wants_response(world: Tables, warning: Warned) -> bool:
    """Red and orange always (应对法 Art. 66–67); yellow and blue where a plan says so."""
    return warning.colour >= WarningColour.ORANGE or bool(coupled(world, warning))


def is_answered(world: Tables, warning: Warned) -> bool:
    """Stood by or activated for it, by a plan that names such warnings (where none does, by any plan); or decided against."""
    plans = coupled(world, warning)
    for activation in world.activations.values():
        if plans:
            for_it = activation.plan in plans
        else:
            # No plan names such warnings: then a government plan that was started since is the response that there is.
            document = world.plans[activation.plan].document if activation.plan in world.plans else None
            government = document is not None and document.kind.startswith("government")
            for_it = government and activation.at >= warning.since
        for_it = for_it or activation.warning == warning.id
        running = activation.ended_at is None or activation.ended_at >= warning.since
        if for_it and running:
            return True
    return any(decides_against(world, entry, warning) for entry in world.no_responses.values())


def decides_against(world: Tables, entry: Entry, warning: Warned) -> bool:
    """A `no_response` entry by the district or by an authority of a plan that names such warnings. It may name the warning
    (fact `warning`, value its id); without that it is about every warning then in force."""
    if entry.struck or entry.at is None or entry.at < warning.since:
        return False
    if entry.fact == "warning" and entry.value != warning.id:
        return False
    organisation = entry.by.partition("/")[0]
    if organisation == next(iter(world.organisations), None):
        return True
    authorities = {
        level.start.authority
        for plan in coupled(world, warning)
        if (adopted := world.plans.get(plan)) is not None
        for level in adopted.document.levels.values()
    }
    return entry.by in authorities
