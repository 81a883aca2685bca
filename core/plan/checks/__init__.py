"""The fourteen checks L1–L14 on one page. Each is a pure function of a view of the register, a day, and a plan (L13: a community)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from core.plan.checks import (
    l01_trigger,
    l02_levels,
    l03_notification,
    l04_duties,
    l05_hand_over,
    l06_warning,
    l07_resources,
    l08_agreement,
    l09_evacuation,
    l10_geometry,
    l11_versions,
    l12_terms,
    l13_cover,
    l14_ending,
)
from core.plan.finding import PlanFinding
from core.plan.register import PlanVersion
from core.plan.rows import CommunityRow, Rule
from core.plan.view import View

PLAN_CHECKS: dict[Rule, Callable[[View, date, PlanVersion], Iterator[PlanFinding]]] = {
    "L1": l01_trigger.check,
    "L2": l02_levels.check,
    "L3": l03_notification.check,
    "L4": l04_duties.check,
    "L5": l05_hand_over.check,
    "L6": l06_warning.check,
    "L7": l07_resources.check,
    "L8": l08_agreement.check,
    "L9": l09_evacuation.check,
    "L10": l10_geometry.check,
    "L11": l11_versions.check,
    "L12": l12_terms.check,
    "L14": l14_ending.check,
}
COMMUNITY_CHECKS: dict[Rule, Callable[[View, date, CommunityRow], Iterator[PlanFinding]]] = {
    "L13": l13_cover.check,
}
