"""L13 社区预案覆盖: a community that touches a red or orange risk unit has a valid plan. About communities, not about a plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.plan.finding import PlanFinding, Severity, found
from core.plan.geometry import Plane, in_ring, rings_meet
from core.plan.rows import CommunityRow, RiskUnitRow
from core.plan.view import View
from core.scales import RiskColour

COLOURS: dict[RiskColour, tuple[Severity, str]] = {
    RiskColour.RED: ("critical", "红"),
    RiskColour.ORANGE: ("warning", "橙"),
}


def check(view: View, as_of: date, community: CommunityRow) -> Iterator[PlanFinding]:
    """Finds red and orange units that the community touches while it has no valid plan."""
    touched = [unit for unit in view.risk_units_near(community.polygon, 0) if _touches(community, unit)]
    coloured = [(unit, colour) for unit in touched if (colour := colour_at(unit, as_of)) in COLOURS]
    if not coloured or view.plans_of(community.id):
        return
    row = view.organisation(community.id)
    name = row.name.zh if row else community.id
    for unit, colour in coloured:
        assert colour is not None
        severity, zh = COLOURS[colour]
        yield found(
            "L13", None, f"{community.id}/{unit.id}", severity,
            (
                f"{name} 涉及{zh}色风险单元 {unit.name.zh}（{unit.id}），无有效社区预案",
                f"{community.id} touches {colour.value} unit {unit.id} and has no valid plan",
            ),
            ("编制、修订或重新发布社区预案。", "Write, revise or adopt again a plan of the community."),
            community=community.id, unit=unit.id, colour=colour.value,
        )  # fmt: skip


def colour_at(unit: RiskUnitRow, as_of: date) -> RiskColour | None:
    """The unit's colour on a day: that of its last assessment until then."""
    known = [assessment for assessment in unit.assessments if assessment.on <= as_of]
    return max(known, key=lambda assessment: assessment.on).colour if known else None


def _touches(community: CommunityRow, unit: RiskUnitRow) -> bool:
    plane = Plane(*community.polygon[0])
    area = plane.line(community.polygon)
    if unit.polygon:
        return rings_meet(area, plane.line(unit.polygon))
    return unit.point is not None and in_ring(plane.xy(unit.point), area)
