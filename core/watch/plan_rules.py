"""Watches over activations: promises made twice (W15), levels that no plan defines (W17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.adoption import Adopted
from core.scales import ResponseLevel
from core.watch.candidate import Candidate
from core.watch.limits import LIMITS
from core.watch.view import BEIJING, View


def w15_promised_twice(view: View, id: str) -> Iterator[Candidate]:
    """W15 重复占用: a team that two running activations hold for themselves alone."""
    activation = view.world.activations.get(id)
    if activation is None or activation.ended_at is not None or activation.level is None:
        return
    for team in exclusive_teams(view, id):
        for other in view.memory.promised.get(team, {}):
            found = view.world.activations.get(other)
            if found is None or found.ended_at is not None or found.level is None:
                continue
            if found.position < activation.position:
                yield Candidate(
                    "W15",
                    f"{team}:{id}",
                    activation.position,
                    activation.at,
                    "critical",
                    f"{team} 同时承诺给 {found.plan}（{found.incident}）和 {activation.plan}（{activation.incident}）",
                    f"{team} is committed to {found.plan} ({found.incident}) and {activation.plan} ({activation.incident})",
                    (found.position, activation.position),
                    activation.incident,
                    view.district,
                    LIMITS["W15.once"].citation,
                    at_once=True,
                )
                break


def exclusive_teams(view: View, activation: str) -> tuple[str, ...]:
    """The teams that an activation's plan promises to nobody else."""
    found = view.world.activations.get(activation)
    adopted = view.world.plans.get(found.plan) if found is not None else None
    version = adopted.pinned(found.version) if adopted is not None and found is not None else None
    if version is None:
        return ()
    return tuple(one.team for one in version.document.resources if one.team is not None and one.exclusive)


def w17_level_not_in_plan(view: View, id: str) -> Iterator[Candidate]:
    """W17 响应级别不在预案中: a level that the version does not define, or a version that was not valid then."""
    activation = view.world.activations.get(id)
    if activation is None or activation.ended_at is not None or activation.level is None:
        return
    at = activation.level_at or activation.at
    current = view.world.plans.get(activation.plan)
    pinned = current.pinned(activation.version) if current is not None else None
    # Adopted or renewed since: the version that stands now counts from its adoption.
    if _defines(pinned, activation.level, at) or (
        current is not pinned and _defines(current, activation.level, None)
    ):
        return
    lasting = pinned is not None and activation.level in pinned.document.levels
    zh = (
        f"{activation.plan} 第 {activation.version} 版已废止、未发布或不在有效期内"
        if lasting
        else (f"{activation.plan} 第 {activation.version} 版无 {activation.level.value} 级响应")
    )
    en = (
        f"{activation.plan} version {activation.version} was not valid"
        if lasting
        else (f"{activation.plan} version {activation.version} defines no level {activation.level.value}")
    )
    yield Candidate(
        "W17",
        id,
        activation.level_position,
        at,
        "critical",
        zh,
        en,
        (activation.level_position,),
        activation.incident,
        activation.by,
        LIMITS["W17.level"].citation,
        at_once=True,
    )


def _defines(adopted: Adopted | None, level: ResponseLevel, at: datetime | None) -> bool:
    if adopted is None or level not in adopted.document.levels:
        return False
    when = adopted.adopted_at if at is None else at
    retired = adopted.retired_at is not None and adopted.retired_at <= when
    return not retired and adopted.document.valid.covers(when.astimezone(BEIJING).date())
