"""The register of plans as people look at it 预案衔接: nodes by level, links as edges, and what the checks find in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct

from core.adoption import Adopted
from core.messages import Name
from core.organisation import Level
from core.plan.document import PlanKind, PlanLink
from core.plan.finding import PlanFinding
from core.plan.references import links
from core.plan.values import LinkKind
from core.scales import ResponseLevel
from projections.register_checks import RegisterTables
from projections.rows_plans import ValidRow


class LinkEdge(Struct, frozen=True):
    """One link out of a plan. `to` is the node where it arrives: a plan, or a post that no plan takes it for. `broken`: nobody takes it."""

    id: str
    plan: str
    link: str
    level: str
    kind: LinkKind
    trigger: str
    to: str
    to_plan: str | None
    to_level: ResponseLevel | None
    to_post: str | None
    asks: str | None
    channel: str
    ack_s: int
    escalate_to: str
    clause: str | None
    broken: bool
    findings: tuple[str, ...]


class PlanNode(Struct, frozen=True):
    """A plan of the register. `findings` counts those of the checks by severity."""

    id: str
    title: Name
    owner: str
    owner_name: Name | None
    level: Level | None
    kind: PlanKind
    version: int
    hash: str
    valid: ValidRow
    reviewed: date | None
    levels: tuple[ResponseLevel, ...]
    events: tuple[str, ...]
    fields: tuple[str, ...]
    adopted_position: int
    retired: bool
    links_out: int
    links_in: int
    findings: dict[str, int]


class PostNode(Struct, frozen=True):
    """A post to which links lead, of an organisation whose plans do not name them."""

    id: str
    owner: str
    owner_name: Name | None
    level: Level | None


class RegisterData(Struct, frozen=True):
    """The whole register at a position, checked as of a day."""

    day: date
    plans: list[PlanNode]
    posts: list[PostNode]
    links: list[LinkEdge]
    findings: list[PlanFinding]


# --- the register as data ---


def register_data(tables: RegisterTables, day: date, findings: list[PlanFinding]) -> RegisterData:
    """Plans, links and findings, each link with where it arrives and whether anybody takes it."""
    by_part: dict[tuple[str, str], list[PlanFinding]] = {}
    counts: dict[str, dict[str, int]] = {}
    for finding in findings:
        plan = finding.plan or ""
        by_part.setdefault((plan, finding.part), []).append(finding)
        of = counts.setdefault(plan, {})
        of[finding.severity] = of.get(finding.severity, 0) + 1
    takers = _takers(tables)
    edges = [
        edge
        for adopted in tables.plans.values()
        if adopted.retired_at is None
        for edge in edges_of(tables, day, adopted, takers, by_part)
    ]
    leaving = Counter(edge.plan for edge in edges)
    arriving = Counter(edge.to for edge in edges)
    plans = [
        plan_node(tables, one, counts.get(one.id, {}), leaving[one.id], arriving[one.id])
        for one in tables.plans.values()
    ]
    posts = {edge.to: post_node(tables, edge.to) for edge in edges if "/" in edge.to}
    return RegisterData(day, plans, list(posts.values()), edges, findings)


def plan_node(
    tables: RegisterTables, one: Adopted, findings: dict[str, int], links_out: int, links_in: int
) -> PlanNode:
    document, owner = one.document, tables.organisations.get(one.document.owner)
    return PlanNode(
        id=one.id,
        title=document.title,
        owner=document.owner,
        owner_name=owner.name if owner is not None else None,
        level=owner.level if owner is not None else None,
        kind=document.kind,
        version=one.version,
        hash=one.hash,
        valid=ValidRow(document.valid.from_, document.valid.to),
        reviewed=document.valid.reviewed,
        levels=tuple(sorted(document.levels, reverse=True)),
        events=document.covers.events,
        fields=document.fields,
        adopted_position=one.position,
        retired=one.retired_at is not None,
        links_out=links_out,
        links_in=links_in,
        findings=findings,
    )


def post_node(tables: RegisterTables, id: str) -> PostNode:
    owner = tables.organisations.get(id.partition("/")[0])
    return PostNode(
        id=id,
        owner=id.partition("/")[0],
        owner_name=owner.name if owner is not None else None,
        level=owner.level if owner is not None else None,
    )


Takers = Mapping[tuple[str, str, str], str]
"""Organisation, sending plan and kind of link → the plan that takes it."""


def _takers(tables: RegisterTables) -> Takers:
    return {
        (one.document.owner, taken.from_, taken.kind): one.id
        for one in tables.plans.values()
        if one.retired_at is None
        for taken in one.document.links_in
    }


def edges_of(
    tables: RegisterTables,
    day: date,
    adopted: Adopted,
    takers: Takers,
    findings: Mapping[tuple[str, str], list[PlanFinding]],
) -> Iterator[LinkEdge]:
    """The links out of one plan."""
    for path, link in links(adopted.document):
        about = [
            *findings.get((adopted.id, path), ()),
            *findings.get((adopted.id, f"{path}.escalate_to"), ()),
        ]
        yield LinkEdge(
            id=f"{adopted.id}/{link.id}",
            plan=adopted.id,
            link=link.id,
            level=path.split(".")[1] if path.startswith("levels.") else "stand_by",
            kind=link.kind,
            trigger=link.trigger,
            to=_arrives(takers, adopted, link),
            to_plan=link.to.plan,
            to_level=link.to.level,
            to_post=link.to.post,
            asks=link.asks,
            channel=link.channel,
            ack_s=int(link.ack_within.total_seconds()),
            escalate_to=link.escalate_to,
            clause=link.clause,
            broken=not _holds(tables, day, link) or any(one.severity == "critical" for one in about),
            findings=tuple(f"{one.rule}|{one.subject}" for one in about),
        )


def _arrives(takers: Takers, adopted: Adopted, link: PlanLink) -> str:
    """A plan; of a post's organisation the plan that takes this link, and where none does the post itself."""
    if link.to.plan is not None:
        return link.to.plan
    post = link.to.post or ""
    return takers.get((post.partition("/")[0], adopted.id, link.kind), post)


def _holds(tables: RegisterTables, day: date, link: PlanLink) -> bool:
    """Whether what it names is there today: the plan valid and with that level, or the post."""
    if link.to.plan is not None:
        target = tables.plans.get(link.to.plan)
        if target is None or target.retired_at is not None or not target.document.valid.covers(day):
            return False
        return link.to.level is None or link.to.level in target.document.levels
    organisation, _, post = (link.to.post or "").partition("/")
    found = tables.organisations.get(organisation)
    return found is not None and found.active and post in found.posts
