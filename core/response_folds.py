"""What the events of plans, links, orders, warnings, reports and findings do to the tables of the world. Total, like all folds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from msgspec import structs

from core import activation as activations
from core import control as controls
from core import link as links
from core import task as tasks
from core import warning as warnings
from core.adoption import Adopted, PlanAdopted, PlanRetired
from core.agreement import Agreement, AgreementSigned
from core.catalogue import Recorded
from core.drill import Drilled, DrillRecorded
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
from core.report import Filed, ReportFiled
from core.tables import Tables

Fold = Callable[[Tables, Recorded, Any], None]


def fold_adopted(tables: Tables, recorded: Recorded, event: PlanAdopted) -> None:
    adopted = Adopted(
        event.plan, event.version, event.hash, event.document, recorded.occurred_at, recorded.position
    )
    before = tables.plans.get(event.plan)
    tables.put(tables.plans, event.plan, structs.replace(adopted, before=before))
    _uncouple(tables, before)
    for action in event.document.warning_actions:
        if action.action == "none":
            continue
        for kind in action.type:
            for colour in action.colour:
                tables.put_in(tables.coupled, f"{kind} {colour.value}", event.plan, action.action)


def _uncouple(tables: Tables, adopted: Adopted | None) -> None:
    """What the former version did on a warning is no longer so."""
    if adopted is None:
        return
    for action in adopted.document.warning_actions:
        for kind in action.type:
            for colour in action.colour:
                tables.drop(tables.coupled.get(f"{kind} {colour.value}", {}), adopted.id)


def fold_drilled(tables: Tables, recorded: Recorded, event: DrillRecorded) -> None:
    tables.put(tables.drills, event.plan, Drilled(event.plan, event.held_on, recorded.position))


def fold_retired(tables: Tables, recorded: Recorded, event: PlanRetired) -> None:
    if (before := tables.plans.get(event.plan)) is not None:
        tables.put(tables.plans, event.plan, structs.replace(before, retired_at=recorded.occurred_at))
        _uncouple(tables, before)


def fold_activation(tables: Tables, recorded: Recorded, event: activations.ActivationEvent) -> None:
    before = tables.activations.get(event.activation)
    opening = isinstance(event, activations.PlanActivated | activations.PlanStoodBy)
    if before is None and not opening:
        return
    tables.count_id(event.activation, "a-")
    after = activations.evolve(before, event, recorded.occurred_at, recorded.position, recorded.actor.post_id)
    tables.put(tables.activations, after.id, after)
    if isinstance(event, activations.PlanActivated | activations.PlanStoodBy):
        tables.put(tables.running, f"{event.incident} {event.plan}", after.id)
    if isinstance(event, activations.PlanActivated):
        for id, proposal in list(tables.proposals.items()):
            if (proposal.plan, proposal.incident) == (event.plan, event.incident):
                tables.drop(tables.proposals, id)


def fold_proposed(tables: Tables, recorded: Recorded, event: activations.ActivationProposed) -> None:
    tables.count_id(event.proposal, "p-")
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
    )
    tables.put(tables.proposals, event.proposal, proposal)


def fold_task(tables: Tables, recorded: Recorded, event: tasks.TaskEvent) -> None:
    tables.count_id(event.task, "t-")
    after = tasks.evolve(tables.tasks.get(event.task), event, recorded.occurred_at, recorded.position)
    if after is not None:
        tables.put(tables.tasks, after.id, after)


def fold_link(tables: Tables, recorded: Recorded, event: links.LinkEvent) -> None:
    tables.count_id(event.link, "l-")
    after = links.evolve(tables.links.get(event.link), event, recorded.occurred_at, recorded.position)
    if after is not None:
        tables.put(tables.links, after.id, after)


def fold_control(tables: Tables, recorded: Recorded, event: controls.ControlEvent) -> None:
    tables.count_id(event.control, "c-")
    before = tables.controls.get(event.control)
    after = controls.evolve(before, event, recorded.occurred_at, recorded.position, recorded.actor.post_id)
    if after is None:
        return
    tables.put(tables.controls, after.id, after)
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
    tables.put(tables.missed, event.obligation, event.due_at)


def fold_waived(tables: Tables, _recorded: Recorded, event: ObligationWaived) -> None:
    tables.put(tables.waived, event.obligation, event.reason)


def fold_declared(tables: Tables, recorded: Recorded, event: HazardContentsDeclared) -> None:
    declared = Declared(
        event.hazard, event.contents, recorded.occurred_at, recorded.position, recorded.actor.post_id
    )
    tables.put(tables.hazards, event.hazard, declared)


def fold_crowd(
    tables: Tables, recorded: Recorded, event: CrowdReadingRecorded | CrowdMeasureDecided
) -> None:
    before = tables.crowds.get(event.point)
    if isinstance(event, CrowdReadingRecorded):
        after = read(before, event, recorded.occurred_at, recorded.position)
        tables.put(tables.crowds, event.point, after)
    elif decides(event):
        tables.put(tables.crowds, event.point, decided(before, event.point, recorded.occurred_at))


def fold_agreement(tables: Tables, recorded: Recorded, event: AgreementSigned) -> None:
    signed = Agreement(
        event.agreement,
        event.client,
        event.provider,
        event.valid_from,
        event.valid_to,
        event.hazards,
        recorded.position,
    )
    tables.put(tables.agreements, signed.id, signed)


RESPONSE_FOLDS: dict[type[Any], Fold] = {
    PlanAdopted: fold_adopted,
    PlanRetired: fold_retired,
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
    AgreementSigned: fold_agreement,
    DrillRecorded: fold_drilled,
}
for _union, _fold in (
    (activations.ActivationEvent, fold_activation),
    (tasks.TaskEvent, fold_task),
    (links.LinkEvent, fold_link),
    (controls.ControlEvent, fold_control),
    (warnings.WarningEvent, fold_warning),
):
    RESPONSE_FOLDS.update(dict.fromkeys(get_args(_union), _fold))
