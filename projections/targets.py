"""Target times of a dispatch: configuration with its source, never a rule. They say when a milestone is expected, not that it came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from core.dispatch import STAGES, Dispatch, Milestone
from core.messages import Stamp

Provenance = Literal["law", "source", "secondary", "district"]
"""Where a figure comes from: a law, a text that was read, a text about it, or the district's own word."""

EXACT = frozenset({"second", "minute"})
"""Precisions that make an interval (review: metrics). A coarser stamp starts no countdown."""

FIRE = ("fire_special", "fire_ordinary", "fire_small", "fire_government", "fire_enterprise")


class Target(Struct, frozen=True, rename={"from_": "from"}):
    """The time from one milestone of a dispatch to another that teams of these kinds are expected to keep."""

    id: str
    from_: Milestone
    to: Milestone
    limit_s: int
    team_kinds: tuple[str, ...]
    citation: str
    provenance: Provenance


TARGETS: tuple[Target, ...] = (
    Target(
        "fire_turnout",
        "ordered",
        "en_route",
        80,
        FIRE,
        "NFPA 1710 (2020), turnout time for fire 80 s, 90 %",
        "secondary",
    ),
    Target(
        "fire_on_scene",
        "ordered",
        "on_scene",
        480,
        FIRE,
        "杭州网 2020-01-21：城市火灾到场 5–8 分钟（上限）；建标152 的 5 分钟指到达辖区边缘，不等同于到场",
        "source",
    ),
    Target(
        "fire_micro_on_scene",
        "ordered",
        "on_scene",
        180,
        ("fire_micro",),
        "公消〔2015〕301号：微型消防站 3 分钟到场",
        "source",
    ),
    Target(
        "ems_turnout",
        "ordered",
        "en_route",
        180,
        ("medical",),
        "院前医疗急救服务指导意见（2020）：3 分钟出车率 95 %",
        "secondary",
    ),
)
"""The start set. A district sets its own; each figure stands with its citation and is shown with it."""


def due(dispatch: Dispatch, kind: str) -> tuple[datetime, str] | None:
    """When the next milestone of an open dispatch is expected, and by which target; None where nobody set one.

    The nearest milestone that is still to come decides; of several targets for it, the earliest.
    """
    if not dispatch.open:
        return None
    reached = STAGES.index(dispatch.state) if dispatch.state in STAGES else len(STAGES)
    found: tuple[int, datetime, str] | None = None
    for target in TARGETS:
        if kind not in target.team_kinds:
            continue
        stage = STAGES.index(target.to) if target.to in STAGES else -1
        start: Stamp | None = getattr(dispatch, target.from_)
        if stage <= reached or start is None or start.precision not in EXACT:
            continue
        candidate = (stage, start.at + timedelta(seconds=target.limit_s), target.id)
        if found is None or candidate < found:
            found = candidate
    return None if found is None else (found[1], found[2])
