"""Watches over teams: late or silent (W6), not counted (W13), in two places (W15), called under an agreement that ended (W16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.dispatch import Dispatch
from core.messages import Stamp
from core.obligation_scene import of_crew
from core.watch.candidate import Candidate
from core.watch.limits import LIFE_KINDS, LIMITS
from core.watch.view import BEIJING, View, organisation_of

FIRE = "fire_"
GOVERNMENT_ORDER = "government_order"
"""The fact that covers a dispatch by an order of government (708号令 Art. 19); its value is the dispatch."""


def w06_unit_silent_or_late(view: View, id: str) -> Iterator[Candidate]:
    """W6 队伍迟到或失联: not on its way, not there, or not heard of."""
    dispatch = view.world.dispatches.get(id)
    if (
        dispatch is None
        or dispatch.ordered is None
        or dispatch.ordered.precision == "unknown"
        or not dispatch.open
    ):
        return
    ordered = dispatch.ordered
    team = view.world.teams.get(dispatch.team)
    if (dispatch.en_route or dispatch.on_scene or dispatch.working) is None:
        yield _late(view, dispatch, "turnout", ordered, "W6.turnout", "未出动", "not on its way")
    if (dispatch.on_scene or dispatch.working) is None:
        key = "W6.fire" if team is not None and team.kind.startswith(FIRE) else "W6.other"
        minutes = LIMITS[key].seconds // 60
        yield _late(
            view,
            dispatch,
            "arrival",
            ordered,
            key,
            f"未到场（目标 {minutes} 分钟）",
            f"not on scene (target {minutes} min)",
        )
    else:
        yield _late(view, dispatch, "silent", _last_heard(dispatch), "W6.silent", "无消息", "silent")


def _late(view: View, dispatch: Dispatch, what: str, since: Stamp, key: str, zh: str, en: str) -> Candidate:
    limit = LIMITS[key]
    incident = view.world.incidents.get(dispatch.incident)
    lives = incident is not None and (
        incident.kind in LIFE_KINDS or bool(incident.figure("missing") or incident.figure("serious"))
    )
    return Candidate(
        "W6",
        f"{dispatch.id}:{what}",
        since.position,
        since.at + limit.delta,
        "critical" if lives and what != "silent" else "warning",
        f"{dispatch.team} 逾 {limit.seconds // 60} 分钟{zh}（{dispatch.incident}）",
        f"{dispatch.team} {en} for more than {limit.seconds // 60} min ({dispatch.incident})",
        (since.position,),
        dispatch.incident,
        f"{view.owner_of(dispatch)}/duty",
        limit.citation,
    )


def _last_heard(dispatch: Dispatch) -> Stamp:
    stamps = (
        dispatch.ordered,
        dispatch.acknowledged,
        dispatch.en_route,
        dispatch.on_scene,
        dispatch.working,
        dispatch.resumed,
        dispatch.withdrawn,
        dispatch.counted,
        dispatch.left_scene,
        dispatch.at_hospital,
    )
    return max((stamp for stamp in stamps if stamp is not None), key=lambda stamp: (stamp.at, stamp.position))


def w06_role_missing(view: View, id: str) -> Iterator[Candidate]:
    """W6(d): what the plan level asks for by a request has nobody on scene."""
    link = view.world.links.get(id)
    if link is None or link.kind != "request" or link.asks is None or link.state == "declined":
        return
    activation = view.world.activations.get(link.activation)
    incident = view.incident(link.incident)
    if incident is None or activation is None or activation.ended_at is not None:
        return
    asked = organisation_of(link.to_post)
    for dispatch in view.dispatches(incident):
        team = view.world.teams.get(dispatch.team)
        capable = team is not None and (link.asks in team.capabilities or team.organisation == asked)
        if capable and (dispatch.on_scene or dispatch.working) is not None:
            return
    limit = LIMITS["W6.role"]
    yield Candidate(
        "W6",
        f"{link.activation}:{link.asks}",
        link.position,
        link.opened_at + limit.delta,
        "warning",
        f"{activation.plan} 启动逾 20 分钟，{link.asks} 力量无人到场",
        f"{activation.plan}: nobody on scene for {link.asks} more than 20 min after activation",
        (link.position,),
        incident.id,
        view.in_charge(incident),
        limit.citation,
    )


def w13_crew_unaccounted(view: View, id: str) -> Iterator[Candidate]:
    """W13 救援人员未清点: after an alarm, within the hot zone, or where the count does not add up."""
    dispatch = view.world.dispatches.get(id)
    if dispatch is None:
        return
    for owed in of_crew(view.world, dispatch):
        yield _uncounted(
            view, dispatch, owed.kind, owed.position, owed.due_at, owed.citation, dispatch.strength
        )
    crew, counted = dispatch.crew, dispatch.counted
    if crew is not None and counted is not None:
        differ = abs(dispatch.strength - crew.out - crew.inside - crew.missing)
        if differ:
            citation = LIMITS["W15.once"].citation
            yield _uncounted(view, dispatch, "crew.sum", counted.position, counted.at, citation, differ)


def _uncounted(
    view: View, dispatch: Dispatch, what: str, position: int, at: datetime, citation: str, uncounted: int
) -> Candidate:
    incident = view.world.incidents.get(dispatch.incident)
    return Candidate(
        "W13",
        f"{dispatch.id}:{what}",
        position,
        at,
        "critical",
        f"{dispatch.team} 派出 {dispatch.strength} 人，{uncounted} 人未清点",
        f"{dispatch.team}: {uncounted} of {dispatch.strength} not accounted for",
        (position,),
        dispatch.incident,
        view.in_charge(incident) if incident is not None else None,
        citation,
        at_once=what == "crew.sum",
    )


def w15_double_booked(view: View, id: str) -> Iterator[Candidate]:
    """W15 重复占用: one team in two open dispatches, which only a record from elsewhere can bring about."""
    dispatch = view.world.dispatches.get(id)
    if dispatch is None or not dispatch.open or dispatch.ordered is None:
        return
    for other_id in view.memory.dispatches_of.get(dispatch.team, {}):
        other = view.world.dispatches.get(other_id)
        if other is None or not other.open or other.ordered is None:
            continue
        if (other.ordered.position, other.id) < (dispatch.ordered.position, dispatch.id):
            yield Candidate(
                "W15",
                f"{dispatch.team}:{dispatch.id}",
                dispatch.ordered.position,
                dispatch.ordered.at,
                "critical",
                f"{dispatch.team} 同时用于 {other.incident} 和 {dispatch.incident}",
                f"{dispatch.team} is committed to {other.incident} and {dispatch.incident}",
                (other.ordered.position, dispatch.ordered.position),
                dispatch.incident,
                view.district,
                LIMITS["W15.once"].citation,
                at_once=True,
            )
            return


def w16_expired_agreement_used(view: View, id: str) -> Iterator[Candidate]:
    """W16 使用失效协议: the dispatch stands; it is covered by an order of government or by a corrected record."""
    dispatch = view.world.dispatches.get(id)
    if dispatch is None or dispatch.agreement is None or dispatch.ordered is None:
        return
    agreement = view.world.agreements.get(dispatch.agreement)
    incident = view.world.incidents.get(dispatch.incident)
    kind = incident.kind if incident is not None else ""
    if agreement is not None and agreement.covers(dispatch.ordered.at.astimezone(BEIJING).date(), kind):
        return
    for entry in view.told(dispatch.incident):
        if entry.fact == GOVERNMENT_ORDER and entry.value == dispatch.id:
            organisation = view.world.organisations.get(organisation_of(entry.by))
            if organisation is not None and organisation.level in ("government", "department"):
                return
    until = "未登记" if agreement is None else f"{agreement.valid_from} 至 {agreement.valid_to}"
    yield Candidate(
        "W16",
        id,
        dispatch.ordered.position,
        dispatch.ordered.at,
        "warning",
        f"按失效或不适用的协议 {dispatch.agreement}（{until}）调用 {dispatch.team}",
        f"{dispatch.team} called under the agreement {dispatch.agreement} ({until}), which does not cover it",
        tuple(sorted({dispatch.ordered.position, *((agreement.position,) if agreement is not None else ())})),
        dispatch.incident,
        f"{view.owner_of(dispatch)}/duty",
        LIMITS["W16.valid"].citation,
        at_once=True,
    )
