"""What the events of plans, links, orders, warnings, reports and findings do to the tables of the world. Total, like all folds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

from msgspec import structs

from core import activation as activations
from core import control as controls
from core import link as links
from core import task as tasks
from core import warning as warnings
from core.catalogue import Recorded
from core.finding import (
    Finding,
    FindingAcknowledged,
    FindingCleared,
    FindingRaised,
    ObligationMissed,
    ObligationWaived,
)
from core.hazard import (
    CrowdMeasureDecided,
    CrowdReadingRecorded,
    Declared,
    HazardContentsDeclared,
    decided,
    decides,
    read,
)
from core.incident import IncidentReopened
from core.report import Filed, ReportFiled
from core.tables import Tables

Fold = Callable[[Tables, Recorded, Any], None]


def fold_activation(tables: Tables, recorded: Recorded, event: activations.ActivationEvent) -> None:
    tables.count_id(event.activation, "a-")
    before = tables.activations.get(event.activation)
    opening = isinstance(event, activations.PlanActivated | activations.PlanStoodBy)
    if event.incident not in tables.incidents or (before is None and not opening):
        return  # of a closed incident, which is in the log and not here
    after = activations.evolve(before, event, recorded.occurred_at, recorded.position, recorded.actor.post_id)
    tables.put_part("activations", after.incident, after.id, after)
    match event:
        case activations.PlanActivated():
            tables.put(tables.running, f"{event.incident} {event.plan}", after.id)
            _decided(tables, event.incident, lambda one: one.plan == event.plan)
        case activations.PlanStoodBy():
            tables.put(tables.running, f"{event.incident} {event.plan}", after.id)
        case activations.ResponseLevelChanged():
            reached = event.level
            _decided(tables, event.incident, lambda one: one.plan == event.plan and one.level <= reached)
        case activations.ResponseEnded():
            _decided(tables, event.incident, lambda one: one.activation == event.activation)
        case _:
            pass  # folded by activation.evolve, which is exhaustive; no other table changes


def _decided(tables: Tables, incident: str, which: Callable[[activations.Proposal], bool]) -> None:
    """Proposals that an event has answered, one way or the other."""
    for proposal in tables.part_of("proposals", incident):
        if which(proposal):
            tables.drop_part("proposals", incident, proposal.id)


def fold_parts(tables: Tables, event: IncidentReopened) -> None:
    """What belonged to an incident comes back with it: ended, answered and done as it was."""
    for name in ("activations", "tasks", "links", "proposals", "controls"):
        for row in getattr(event, name):
            tables.put_part(name, row.incident, row.id, row)
    for name in ("missed", "waived"):
        for owner, rows in getattr(event, name).items():
            for id, row in rows.items():
                tables.put_part(name, owner, id, row)


def fold_proposed(tables: Tables, recorded: Recorded, event: activations.ActivationProposed) -> None:
    tables.count_id(event.proposal, "p-")
    if event.incident not in tables.incidents:
        return
    proposal = activations.Proposal(
        event.proposal,
        event.plan,
        event.version,
        event.level,
        event.incident,
        event.authority,
        recorded.occurred_at,
        recorded.position,
        event.due_at,
        event.link,
        event.activation,
    )
    tables.put_part("proposals", event.incident, event.proposal, proposal)


def fold_not_followed(tables: Tables, _recorded: Recorded, event: activations.ProposalDeclined) -> None:
    tables.drop_part("proposals", event.incident, event.proposal)


def fold_task(tables: Tables, recorded: Recorded, event: tasks.TaskEvent) -> None:
    tables.count_id(event.task, "t-")
    if event.incident not in tables.incidents:
        return
    after = tasks.evolve(tables.tasks.get(event.task), event, recorded.occurred_at, recorded.position)
    if after is not None:
        tables.put_part("tasks", after.incident, after.id, after)


def fold_link(tables: Tables, recorded: Recorded, event: links.LinkEvent) -> None:
    tables.count_id(event.link, "l-")
    if event.incident not in tables.incidents:
        return
    after = links.evolve(tables.links.get(event.link), event, recorded.occurred_at, recorded.position)
    if after is None:
        return
    tables.put_part("links", after.incident, after.id, after)
    if isinstance(event, links.LinkDeclined | links.LinkSatisfied):
        _decided(tables, event.incident, lambda one: one.link == event.link)


def fold_control(tables: Tables, recorded: Recorded, event: controls.ControlEvent) -> None:
    tables.count_id(event.control, "c-")
    before = tables.controls.get(event.control)
    after = controls.evolve(before, event, recorded.occurred_at, recorded.position, recorded.actor.post_id)
    if after is None or event.incident not in tables.incidents:
        return
    tables.put_part("controls", after.incident, after.id, after)
    if after.ring == "hot" and after.kind == "cordon":
        tables.put_in(tables.zones, after.incident, after.id, after.lifted_at is None)
    if isinstance(event, controls.ControlOrdered):
        for point, crowd in tables.crowds.items():
            if crowd.over and point in event.area:  # an order that names the point is a decision about it
                tables.put(tables.crowds, point, decided(crowd, point, recorded.occurred_at))


def fold_warning(tables: Tables, recorded: Recorded, event: warnings.WarningEvent) -> None:
    tables.count_id(event.warning, "w-")
    before = tables.warnings.get(event.warning)
    after = warnings.evolve(before, event, recorded.occurred_at, recorded.position)
    if after is None:
        tables.drop(tables.warnings, event.warning)
        tables.forget_part("missed", event.warning)
        tables.forget_part("waived", event.warning)
    else:
        tables.put(tables.warnings, after.id, after)


def fold_report(tables: Tables, recorded: Recorded, event: ReportFiled) -> None:
    if event.incident not in tables.incidents:
        return  # of a closed incident, which is in the log and not here
    filed = Filed(
        recorded.position,
        event.kind,
        event.to,
        recorded.actor.post_id,
        event.known_at,
        recorded.occurred_at,
        event.late_s,
        event.number,
    )
    tables.put(tables.reports, event.incident, (*tables.reports.get(event.incident, ()), filed))


def fold_raised(tables: Tables, recorded: Recorded, event: FindingRaised) -> None:
    before = tables.findings.get(event.finding)
    finding = Finding(
        event.finding,
        event.rule,
        event.subject,
        event.severity,
        event.opened_at,
        event.zh,
        event.en,
        recorded.position,
        event.owner,
        event.incident,
        event.evidence,
        acknowledged_by=before.acknowledged_by if before is not None else None,
    )
    tables.put(tables.findings, event.finding, finding)


def fold_cleared(tables: Tables, _recorded: Recorded, event: FindingCleared) -> None:
    tables.drop(tables.findings, event.finding)


def fold_owned(tables: Tables, recorded: Recorded, event: FindingAcknowledged) -> None:
    if (before := tables.findings.get(event.finding)) is not None:
        owned = structs.replace(before, acknowledged_by=recorded.actor.post_id)
        tables.put(tables.findings, before.id, owned)


def fold_missed(tables: Tables, _recorded: Recorded, event: ObligationMissed) -> None:
    if event.incident is None or event.incident in tables.incidents:
        tables.put_part("missed", event.incident or _owing(event), event.obligation, event.due_at)


def fold_waived(tables: Tables, _recorded: Recorded, event: ObligationWaived) -> None:
    if event.incident is None or event.incident in tables.incidents:
        tables.put_part("waived", event.incident or _owing(event), event.obligation, event.reason)


def _owing(event: ObligationMissed | ObligationWaived) -> str:
    """The plan, warning or point that a deadline of no incident is about: kind|subject|position, a subject like w-1@dept/duty."""
    return re.split(r"[@>:]", event.obligation.partition("|")[2].rpartition("|")[0])[0]


def fold_declared(tables: Tables, recorded: Recorded, event: HazardContentsDeclared) -> None:
    declared = Declared(
        event.hazard, event.contents, recorded.occurred_at, recorded.position, recorded.actor.post_id
    )
    tables.put(tables.hazards, event.hazard, declared)


def fold_crowd(tables: Tables, recorded: Recorded, event: CrowdReadingRecorded | CrowdMeasureDecided) -> None:
    before = tables.crowds.get(event.point)
    if isinstance(event, CrowdReadingRecorded):
        after = read(before, event, recorded.occurred_at, recorded.position)
        tables.put(tables.crowds, event.point, after)
    elif decides(event):
        tables.put(tables.crowds, event.point, decided(before, event.point, recorded.occurred_at))
        tables.forget_part("missed", event.point)
        tables.forget_part("waived", event.point)


RESPONSE_FOLDS: dict[type[Any], Fold] = {
    activations.ProposalDeclined: fold_not_followed,
    activations.ActivationProposed: fold_proposed,
    ReportFiled: fold_report,
    FindingRaised: fold_raised,
    FindingCleared: fold_cleared,
    FindingAcknowledged: fold_owned,
    ObligationMissed: fold_missed,
    ObligationWaived: fold_waived,
    HazardContentsDeclared: fold_declared,
    CrowdReadingRecorded: fold_crowd,
    CrowdMeasureDecided: fold_crowd,
}
for _union, _fold in (
    (activations.ActivationEvent, fold_activation),
    (tasks.TaskEvent, fold_task),
    (links.LinkEvent, fold_link),
    (controls.ControlEvent, fold_control),
    (warnings.WarningEvent, fold_warning),
):
    RESPONSE_FOLDS.update(dict.fromkeys(get_args(_union), _fold))
