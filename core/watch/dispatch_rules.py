"""Watches over one dispatch: orders nobody took up, teams late or silent, teams in two places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.dispatch import Dispatch
from core.messages import Stamp
from core.obligations import of_dispatch
from core.watch.candidate import Candidate
from core.watch.engine import Watch
from core.watch.limits import LIMITS

FIRE = "fire_"


def w05_dispatch_unacknowledged(watch: Watch, id: str) -> Iterator[Candidate]:
    """W5 指令未确认: an order that no milestone answers."""
    dispatch = watch.world.dispatches.get(id)
    if dispatch is None:
        return
    for owed in of_dispatch(watch.world, dispatch):
        yield Candidate(
            "order_unacknowledged",
            id,
            owed.position,
            owed.due_at,
            "warning",
            f"{dispatch.team} 调派令下达后未确认",
            f"the order to {dispatch.team} was not acknowledged",
            (owed.position,),
            dispatch.incident,
            owed.owner,
            owed.citation,
        )


def w06_unit_silent_or_late(watch: Watch, id: str) -> Iterator[Candidate]:
    """W6 队伍迟到或失联: not on its way, not there, or not heard of."""
    dispatch = watch.world.dispatches.get(id)
    if dispatch is None or not dispatch.open or dispatch.ordered is None:
        return
    ordered = dispatch.ordered
    if ordered.precision == "unknown":
        return
    team = watch.world.teams.get(dispatch.team)
    owner = f"{team.organisation}/duty" if team is not None else None
    left = dispatch.en_route or dispatch.on_scene or dispatch.working
    if left is None:
        limit = LIMITS["W6.turnout"]
        yield _late(dispatch, "turnout", ordered.position, ordered.at + limit.delta, owner, limit.citation, "未出动", "not on its way")
    arrived = dispatch.on_scene or dispatch.working
    if arrived is None:
        limit = LIMITS["W6.fire" if team is not None and team.kind.startswith(FIRE) else "W6.other"]
        yield _late(dispatch, "arrival", ordered.position, ordered.at + limit.delta, owner, limit.citation, "未到场", "not on scene")
        return
    last = _last_heard(watch, dispatch)
    limit = LIMITS["W6.silent"]
    yield _late(dispatch, "silent", last.position, last.at + limit.delta, owner, limit.citation, "长时间无消息", "silent")


def _late(
    dispatch: Dispatch, what: str, start: int, opens_at: datetime, owner: str | None, citation: str, zh: str, en: str
) -> Candidate:
    return Candidate(
        "unit_silent_or_late",
        f"{dispatch.id}:{what}",
        start,
        opens_at,
        "warning",
        f"{dispatch.team} {zh}（{dispatch.incident}）",
        f"{dispatch.team} {en} ({dispatch.incident})",
        (start,),
        dispatch.incident,
        owner,
        citation,
    )


def _last_heard(watch: Watch, dispatch: Dispatch) -> Stamp:
    stamps = [
        stamp
        for stamp in (
            dispatch.ordered,
            dispatch.acknowledged,
            dispatch.en_route,
            dispatch.on_scene,
            dispatch.working,
            dispatch.left_scene,
            dispatch.at_hospital,
        )
        if stamp is not None
    ]
    last = max(stamps, key=lambda stamp: stamp.at)
    story = watch.memory.story(dispatch.incident)
    for told in (story.withdrawn.get(dispatch.id), story.counted.get(dispatch.id)):
        if told is not None and told.at > last.at:
            last = Stamp(told.at, "second", "app", told.position, told.by)
    return last


def w15_double_booked(watch: Watch, id: str) -> Iterator[Candidate]:
    """W15 重复占用: one team in two open dispatches, which only a record from elsewhere can bring about."""
    dispatch = watch.world.dispatches.get(id)
    if dispatch is None or not dispatch.open or dispatch.ordered is None:
        return
    team = watch.world.teams.get(dispatch.team)
    bound = watch.world.dispatches.get(team.dispatch or "") if team is not None else None
    if bound is not None and bound.id != id and bound.open:
        yield Candidate(
            "double_booked",
            dispatch.team,
            dispatch.ordered.position,
            dispatch.ordered.at,
            "critical",
            f"{dispatch.team} 同时用于 {bound.incident} 和 {dispatch.incident}",
            f"{dispatch.team} is committed to {bound.incident} and {dispatch.incident}",
            (dispatch.ordered.position,),
            dispatch.incident,
            at_once=True,
        )
