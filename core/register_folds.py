"""What the events of adopted plans and of the register beside them do to the tables of the world. Total, like all folds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import structs

from core.adoption import Adopted, PlanAdopted, PlanRetired
from core.agreement import Agreement, AgreementSigned
from core.catalogue import Recorded
from core.drill import Drilled, DrillRecorded
from core.register import RegisterEntered, entered
from core.tables import Tables

Fold = Callable[[Tables, Recorded, Any], None]


def fold_adopted(tables: Tables, recorded: Recorded, event: PlanAdopted) -> None:
    before = tables.plans.get(event.plan)
    adopted = Adopted(
        event.plan,
        event.version,
        event.hash,
        event.document,
        recorded.occurred_at,
        recorded.position,
        before=_still_run(tables, before),
        waivers=event.waivers,
    )
    tables.put(tables.plans, event.plan, adopted)
    tables.restated.add(("plans", event.plan))
    _settled(tables, event.plan, "plan.review|")
    if event.plan not in tables.drills:
        _settled(tables, event.plan, "plan.drill|")
    _uncouple(tables, before)
    for action in event.document.warning_actions:
        if action.action == "none":
            continue
        for kind in action.type:
            for colour in action.colour:
                tables.put_in(tables.coupled, f"{kind} {colour.value}", event.plan, action.action)


def _settled(tables: Tables, plan: str, deadlines: str) -> None:
    """Deadlines of a plan that are counted anew from here: that the former ones were missed or waived is in the log."""
    for name in ("missed", "waived"):
        for id in [id for id in tables.parts.get(f"{name} {plan}", ()) if id.startswith(deadlines)]:
            tables.drop_part(name, plan, id)


def _still_run(tables: Tables, adopted: Adopted | None) -> Adopted | None:
    """Of the former versions those that a running activation is pinned to: the others are in the log and nowhere else."""
    if adopted is None:
        return None
    pinned = {one.version for one in tables.activations.values() if one.plan == adopted.id and one.open}
    kept: Adopted | None = None
    chain: list[Adopted] = []
    found: Adopted | None = adopted
    while found is not None:
        chain.append(found)
        found = found.before
    for one in reversed(chain):
        if one.version in pinned:
            kept = structs.replace(one, before=kept)
    return kept


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
    _settled(tables, event.plan, "plan.drill|")


def fold_retired(tables: Tables, recorded: Recorded, event: PlanRetired) -> None:
    if (before := tables.plans.get(event.plan)) is not None:
        tables.put(tables.plans, event.plan, structs.replace(before, retired_at=recorded.occurred_at))
        tables.restated.add(("plans", event.plan))
        _settled(tables, event.plan, "plan.")
        _uncouple(tables, before)


def fold_register(tables: Tables, recorded: Recorded, event: RegisterEntered) -> None:
    tables.put(tables.registers, "entered", entered(tables.registers["entered"], event))
    tables.restated.add(("registers", "entered"))
    for row in event.file.drills:
        last = tables.drills.get(row.plan)
        if last is None or last.held_on < row.on:
            tables.put(tables.drills, row.plan, Drilled(row.plan, row.on, recorded.position))
            _settled(tables, row.plan, "plan.drill|")


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
    tables.restated.add(("agreements", signed.id))


REGISTER_FOLDS: dict[type[Any], Fold] = {
    PlanAdopted: fold_adopted,
    PlanRetired: fold_retired,
    RegisterEntered: fold_register,
    AgreementSigned: fold_agreement,
    DrillRecorded: fold_drilled,
}
