"""What the rules of activations share: the version that a plan runs on, the level as that version has it, and who may end it."""

from __future__ import annotations

from core.activation import Activation
from core.adoption import Adopted
from core.errors import Rule
from core.incident import Incident
from core.messages import Context
from core.plan.document import PlanDocument, PlanLevel
from core.scales import ResponseLevel
from core.world import World
from handlers.numbers import LOCAL


def valid_plan(
    world: World, id: str, version: int | None, override_reason: str | None, context: Context
) -> Adopted:
    """The adopted version, if it is in use and valid today; otherwise only with a reason."""
    adopted = world.plan(id)
    if version is not None:
        found = adopted.pinned(version)
        if found is None:
            raise Rule(
                "plan_version_not_adopted",
                f"{id} 现行第 {adopted.version} 版，不能按第 {version} 版启动。",
                f"Version {version} of {id} cannot be used: the current one is {adopted.version}.",
                plan=id,
                version=adopted.version,
            )
        adopted = found
    if not in_use(adopted, context) and override_reason is None:
        raise Rule(
            "plan_not_valid",
            f"{id} 第 {adopted.version} 版已废止或不在有效期内；确需启动请用“启动响应”并写明理由（override_reason）。",
            f"Version {adopted.version} of {id} was retired or is out of validity: activate it with override_reason.",
            plan=id,
            version=adopted.version,
        )
    return adopted


def in_use(adopted: Adopted, context: Context) -> bool:
    """Neither retired nor outside its validity; days count whole, in Beijing time."""
    day = context.now.astimezone(LOCAL).date()
    return adopted.retired_at is None and adopted.document.valid.covers(day)


def defined_level(
    document: PlanDocument, level: ResponseLevel, override_reason: str | None
) -> PlanLevel | None:
    """The level as the plan has it; one that it has not, only with a reason (and then nothing opens)."""
    part = document.levels.get(level)
    if part is None and override_reason is None:
        legal = [one.value for one in document.levels]
        raise Rule(
            "level_not_in_plan",
            f"{document.id} 第 {document.version} 版没有 {level.value} 级，只有 {'、'.join(legal)}。",
            f"Version {document.version} of {document.id} has no level {level.value}: only {', '.join(legal)}.",
            plan=document.id,
            level=level.value,
            legal=legal,
        )
    return part


def running_activation(world: World, id: str) -> Activation:
    """An activation that has not ended."""
    activation = world.activation(id)
    if activation.ended_at is not None:
        raise Rule(
            "response_ended",
            f"{activation.plan} 的响应（{id}）已解除。",
            f"The response {id} of {activation.plan} has ended.",
            activation=id,
            ended_at=activation.ended_at,
        )
    return activation


def active(activation: Activation) -> ResponseLevel:
    """The level that it runs at. Raises Rule for one that is on stand-by."""
    if activation.level is None:
        raise Rule(
            "on_stand_by",
            f"{activation.plan} 仍为预警启动：请先启动响应，或解除预警启动。",
            f"{activation.plan} is on stand-by: activate it, or stand it down.",
            activation=activation.id,
        )
    return activation.level


def standing_incident(world: World, id: str) -> Incident:
    """The open incident that answers for an id today: after a merger, the one that it went into."""
    return world.open_incident(world.incident(id).merged_into or id)


def pinned(world: World, activation: Activation) -> Adopted:
    """The version that an activation runs on."""
    adopted = world.plan(activation.plan)
    return adopted.pinned(activation.version) or adopted


def level_part(world: World, activation: Activation) -> PlanLevel | None:
    """What the pinned version says of the level that runs."""
    if activation.level is None:
        return None
    return pinned(world, activation).document.levels.get(activation.level)


def ending_authority(world: World, activation: Activation) -> str:
    """The post that the pinned plan names for ending; where it names none, the one that starts it."""
    part = level_part(world, activation)
    if part is None:
        return activation.authority or activation.by
    return part.end.authority if part.end is not None else part.start.authority


def upper_plans(world: World, activation: Activation) -> set[str]:
    """The plans before which this one does not end."""
    part = level_part(world, activation)
    named = {upper.plan for upper in pinned(world, activation).document.upper_plans}
    return named | set(part.end.after) if part is not None and part.end is not None else named


def upper_activations(world: World, activation: Activation) -> list[Activation]:
    """Running activations of the plans above this one, for the same incident."""
    found = (
        world.activation_of(plan, activation.incident) for plan in sorted(upper_plans(world, activation))
    )
    return [one for one in found if one is not None and one.level is not None]
