"""What stands against the end of a response (domain §7): evidence, order of command, missing persons, crews, orders in force."""

from __future__ import annotations

from typing import Any

from core.activation import Activation
from core.adoption import Adopted
from core.plan.document import EndCondition
from core.world import World


def ending_guards(world: World, activation: Activation, adopted: Adopted) -> list[dict[str, Any]]:
    """Each failure is one item, so that the screen shows the whole list at once."""
    incident = world.incident(activation.incident)
    part = adopted.document.levels.get(activation.level) if activation.level is not None else None
    guards: list[dict[str, Any]] = []
    if part is not None and part.end is not None:
        guards += [
            {
                "guard": "evidence_missing",
                "condition": condition.id,
                "zh": condition.text.zh,
                "confirmed_by": condition.confirmed_by,
            }
            for condition in part.end.conditions
            if condition.mandatory and not has_evidence(world, activation, adopted, condition)
        ]
    if not activation.released:
        uppers = {upper.plan for upper in adopted.document.upper_plans}
        if part is not None and part.end is not None:
            uppers |= set(part.end.after)
        for plan in sorted(uppers):
            upper = world.activation_of(plan, activation.incident)
            if upper is not None and upper.level is not None:
                guards.append({"guard": "upper_still_active", "plan": plan, "activation": upper.id})
    if missing := incident.figure("missing"):
        guards.append({"guard": "missing_persons", "missing": missing})
    for id in incident.dispatches:
        crew = world.dispatch(id).crew
        if crew is not None and crew.missing:
            guards.append({"guard": "crew_unaccounted", "dispatch": id, "missing": crew.missing})
    guards += [
        {"guard": "control_not_lifted", "control": control.id, "area": control.area}
        for control in world.controls.values()
        if control.incident == incident.id and control.lifted_at is None
    ]
    return guards


def has_evidence(world: World, activation: Activation, adopted: Adopted, condition: EndCondition) -> bool:
    """An unstruck evidence entry for the condition, and not only by those whose own work it proves.

    A condition that names its confirming post needs an entry of that post's organisation; any other needs one by somebody
    other than the plan's owner, unless the plan itself lets its owner confirm.
    """
    names = {condition.id, f"{adopted.id}:{condition.id}"}
    entries = world.entries.get(activation.incident, {}).values()
    by = [entry.by.partition("/")[0] for entry in entries if entry.condition in names and not entry.struck]
    if condition.confirmed_by is not None:
        return condition.confirmed_by.partition("/")[0] in by
    return any(organisation != adopted.document.owner for organisation in by)
