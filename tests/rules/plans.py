"""Stories that begin with the base set of linked plans adopted: an enterprise, its district, the fire brigade, a community."""

from __future__ import annotations

from core.activation import ActivatePlan
from core.adoption import AdoptPlans
from core.incident import ReportIncident
from core.messages import Name, Place
from core.operation import OperationOpened
from core.organisation import Organisation
from core.register import EnterRegister
from core.scales import ResponseLevel
from core.team import Team
from tests.plans.support import BASE, register_of
from tests.rules.given import Asked, Story, tell

ENTERPRISE, DISTRICT, FIRE, COMMUNITY = "ent-slc-ammonia", "gov-xc-hazmat", "dept-fire-hazmat", "com-demo-all"
MANAGER, DIRECTOR, FIRE_DUTY = "ent-slc/general_manager", "dept-yj/director", "dept-fire/duty"
PLANS = (DISTRICT, FIRE, COMMUNITY, ENTERPRISE)
DUTY, SYSTEM = "gov-xc/duty", "system/reactions"
INCIDENT = "2026-0001"
REGISTERED = tuple(
    Asked(EnterRegister(source=(BASE / "register" / name).read_text("utf-8")), DUTY)
    for name in ("organisations.yaml", "resources.yaml", "space.yaml")
)
REPORTED = Asked(ReportIncident(kind="toxic_release", place=Place("示例冷链", 120.16, 30.32)), "ent-slc/duty")


def _organisations() -> tuple[Organisation, ...]:
    rows = register_of().organisations.values()
    found = [
        Organisation(
            row.id,
            Name(row.name.zh, row.name.en),
            row.level,
            row.parent,
            None,
            {post.id: Name(zh=post.id) for post in row.posts},
        )
        for row in rows
        if row.successor is None
    ]
    return tuple(sorted(found, key=lambda one: one.parent is not None))


def _teams() -> tuple[Team, ...]:
    found = [
        Team(row.id, row.owners[0], row.name, row.kind, 6, row.capabilities)
        for row in register_of().teams.values()
    ]
    return (Team("fs-1", "dept-fire", Name(zh="危化一队"), "specialist", 6), *found)


def source(plan: str) -> str:
    return (BASE / "plans" / f"{plan}.yaml").read_text(encoding="utf-8")


def plan_story(*told: object, operation: str = "live") -> Story:
    """The four plans adopted and a toxic release reported, then what is told."""
    story = district(operation)
    tell(story, *REGISTERED, Asked(AdoptPlans(sources=tuple(map(source, PLANS))), DUTY), REPORTED)
    return tell(story, *told)


def district(operation: str = "live") -> Story:
    """The organisations and teams of the base set, and nothing else."""
    story = Story(operation)
    opened = OperationOpened(title="示例区", kind="live", organisations=_organisations(), teams=_teams())
    story.happens(opened, Asked(None, "system/setup"), story.clock)
    return story


def activate(plan: str = ENTERPRISE, level: ResponseLevel = ResponseLevel.I, by: str = MANAGER) -> Asked:
    return Asked(ActivatePlan(plan=plan, level=level, incident=INCIDENT), by)
