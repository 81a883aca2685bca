"""The rules of findings and missed obligations: recorded once when they are first seen, cleared once, owned by who says so."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue import AnyEvent
from core.errors import Unknown
from core.finding import (
    AcknowledgeFinding,
    ClearFinding,
    Finding,
    FindingAcknowledged,
    FindingCleared,
    FindingRaised,
    MissObligation,
    ObligationMissed,
    ObligationWaived,
    RaiseFinding,
    WaiveObligation,
)
from core.messages import Context
from core.obligations import obligation
from core.world import World


def raise_finding(world: World, command: RaiseFinding, context: Context) -> Iterator[AnyEvent]:
    """Once, however often and on however many nodes it is seen; and once more when it has become critical."""
    shown = world.findings.get(command.finding)
    if shown is None or (shown.severity != "critical" and command.severity == "critical"):
        yield FindingRaised(
            finding=command.finding,
            rule=command.rule,
            subject=command.subject,
            severity=command.severity,
            opened_at=command.opened_at,
            zh=command.zh,
            en=command.en,
            owner=command.owner,
            incident=command.incident,
            evidence=command.evidence,
        )


def clear_finding(world: World, command: ClearFinding, context: Context) -> Iterator[AnyEvent]:
    """Of one that stands."""
    finding = world.findings.get(command.finding)
    if finding is not None:
        yield FindingCleared(
            finding=finding.id,
            rule=finding.rule,
            cleared_at=command.cleared_at,
            incident=finding.incident,
            note=command.note,
        )


def acknowledge_finding(world: World, command: AcknowledgeFinding, context: Context) -> Iterator[AnyEvent]:
    """The first post to say so owns it; another may take it over."""
    finding = _standing(world, command.finding)
    if finding.acknowledged_by != context.actor.post_id:
        yield FindingAcknowledged(finding=finding.id, rule=finding.rule, incident=finding.incident)


def miss_obligation(world: World, command: MissObligation, context: Context) -> Iterator[AnyEvent]:
    """Once, while it is still unmet and past its time."""
    if command.obligation in world.missed:
        return
    found = obligation(world, command.obligation)
    if found is not None and context.now > found.due_at:
        yield ObligationMissed(
            obligation=found.id,
            kind=found.kind,
            owner=found.owner,
            due_at=found.due_at,
            incident=found.incident,
        )


def waive_obligation(world: World, command: WaiveObligation, context: Context) -> Iterator[AnyEvent]:
    """With a reason, once."""
    found = obligation(world, command.obligation)
    if found is None:
        if command.obligation in world.waived:
            return
        raise Unknown("obligation", "时限", command.obligation)
    yield ObligationWaived(obligation=found.id, reason=command.reason, incident=found.incident)


def _standing(world: World, id: str) -> Finding:
    finding = world.findings.get(id)
    if finding is None:
        raise Unknown("finding", "发现", id)
    return finding
