"""What the doors of the register answer, as types, for the OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from core.adoption import Waived
from core.messages import Name
from core.plan.document import LinkIn, PlanDocument
from core.plan.finding import PlanFinding
from projections.linkage import LinkEdge, PlanNode, PostNode
from projections.names import Said
from projections.rows_response import ObligationRow


class PlansBody(Struct, frozen=True):
    """The register of plans, as checked on a day."""

    operation: str
    position: int
    day: date
    plans: list[PlanNode]


class Version(Struct, frozen=True):
    """One version of a plan, or its end."""

    version: int
    event: str
    hash: str | None
    at: datetime
    position: int
    by: str
    waivers: tuple[Waived, ...] = ()


class PlanBody(Struct, frozen=True):
    """One plan: its document to the letter, its links both ways, what the checks find, what is due, and its versions.

    `conditions` says each start (by level) and `expand` in words; `posts` and `titles` name every post and plan in it.
    """

    operation: str
    position: int
    day: date
    plan: PlanNode
    document: PlanDocument
    links_out: list[LinkEdge]
    links_in: list[LinkEdge]
    not_sent: list[LinkIn]
    findings: list[PlanFinding]
    due: list[ObligationRow]
    versions: list[Version]
    conditions: dict[str, Said]
    posts: dict[str, Said]
    titles: dict[str, Name]


class LinkageBody(Struct, frozen=True):
    """Plans and posts as nodes, links as edges, each with the finding that breaks it."""

    operation: str
    position: int
    day: date
    plans: list[PlanNode]
    posts: list[PostNode]
    links: list[LinkEdge]
    findings: list[PlanFinding]
