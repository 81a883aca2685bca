"""The rules of activations 预案启动: what an authority decides, and the cascade that follows from it in the same decision."""

from __future__ import annotations

from collections.abc import Iterator

from core.activation import (
    ActivatePlan,
    Activation,
    ActivationReleased,
    ChangeResponseLevel,
    EndResponse,
    PlanStoodBy,
    PlanStoodDown,
    ProposeActivation,
    ReleaseActivation,
    ResponseEnded,
    ResponseLevelChanged,
    StandBy,
    StandDown,
)
from core.adoption import Adopted
from core.catalogue import AnyEvent
from core.errors import NotAuthorised, Rule
from core.messages import Context
from core.plan.document import PlanDocument, PlanLevel
from core.scales import ResponseLevel
from core.world import World
from handlers.cascade import Cascade
from handlers.ending import ending_guards
from handlers.numbers import LOCAL


def stand_by(world: World, command: StandBy, context: Context) -> Iterator[AnyEvent]:
    """Below the start condition: stand-by tasks only. A plan that is active already needs none."""
    incident = world.open_incident(command.incident)
    adopted = valid_plan(world, command.plan, None, None, context)
    if world.activation_of(adopted.id, incident.id) is not None:
        return
    cascade = Cascade(world, context)
    id = cascade.number("a")
    yield PlanStoodBy(
        activation=id,
        plan=adopted.id,
        version=adopted.version,
        incident=incident.id,
        reason=command.reason,
        warning=command.warning,
    )
    part = adopted.document.stand_by
    yield from cascade.open_parts(id, adopted, incident.id, part.tasks, part.links_out, "stood_by", 0)


def stand_down(world: World, command: StandDown, context: Context) -> Iterator[AnyEvent]:
    """Of a stand-by that led to no activation."""
    activation = world.activation(command.activation)
    if activation.ended_at is not None:
        return
    if activation.level is not None:
        raise Rule(
            "not_on_stand_by",
            f"{activation.plan} 已启动响应，请用解除响应。",
            f"{activation.plan} is active: end its response instead.",
            activation=activation.id,
        )
    yield PlanStoodDown(
        activation=activation.id, plan=activation.plan, incident=activation.incident, reason=command.reason
    )


def activate_plan(world: World, command: ActivatePlan, context: Context) -> Iterator[AnyEvent]:
    """Once for each plan and incident. Activation, tasks, links and what they bring about are one decision."""
    incident = world.open_incident(command.incident)
    adopted = valid_plan(world, command.plan, command.version, command.override_reason, context)
    running = world.activation_of(adopted.id, incident.id)
    if running is not None and running.level is not None:
        if running.level == command.level:
            return
        raise Rule(
            "already_active",
            f"{adopted.id} 已按 {running.level.value} 级启动（{running.id}），请调整响应级别。",
            f"{adopted.id} is active at level {running.level.value} ({running.id}): change its level.",
            activation=running.id,
            level=running.level.value,
        )
    defined_level(adopted.document, command.level, command.override_reason)
    cascade = Cascade(world, context)
    if running is not None:
        yield PlanStoodDown(
            activation=running.id, plan=adopted.id, incident=incident.id, reason="转为启动响应 activated"
        )
    yield from cascade.activate(
        adopted,
        command.level,
        incident.id,
        measures=command.measures,
        expected_s=command.expected_s,
        override_reason=command.override_reason,
    )


def change_response_level(world: World, command: ChangeResponseLevel, context: Context) -> Iterator[AnyEvent]:
    """Opens what the new level has and the activation has not. Lowering leaves open tasks open."""
    activation = running_activation(world, command.activation)
    if activation.level is None:
        raise Rule(
            "on_stand_by",
            f"{activation.plan} 仍为预警启动，请先启动响应。",
            f"{activation.plan} is on stand-by: activate it.",
            activation=activation.id,
        )
    if activation.level == command.level:
        return
    adopted = pinned(world, activation)
    part = defined_level(adopted.document, command.level, command.override_reason)
    order = list(ResponseLevel)
    steps = order.index(activation.level) - order.index(command.level)
    if steps > 1 and command.reason is None:
        raise Rule(
            "reason_required",
            "一次降低超过一级须说明理由（reason）。",
            "Lowering by more than one step needs a reason.",
        )
    yield ResponseLevelChanged(
        activation=activation.id,
        plan=activation.plan,
        incident=activation.incident,
        before=activation.level,
        level=command.level,
        reason=command.reason,
        override_reason=command.override_reason,
    )
    if part is None:
        return
    had_tasks = {task.plan_task for task in world.tasks.values() if task.activation == activation.id}
    had_links = {link.plan_link for link in world.links.values() if link.activation == activation.id}
    cascade = Cascade(world, context)
    yield from cascade.open_parts(
        activation.id,
        adopted,
        activation.incident,
        tuple(task for task in part.tasks if task.id not in had_tasks),
        tuple(link for link in part.links_out if link.id not in had_links),
        "activated",
        0,
        also="raised" if steps < 0 else "lowered",
    )


def release_activation(world: World, command: ReleaseActivation, context: Context) -> Iterator[AnyEvent]:
    """By the ending authority of an upper plan that is active for the same incident."""
    activation = running_activation(world, command.activation)
    if activation.released:
        return
    uppers = upper_activations(world, activation)
    mine = [upper for upper in uppers if ending_authority(world, upper) == context.actor.post_id]
    if uppers and not mine:
        raise NotAuthorised(
            f"只有上级预案的结束批准岗位可以放行 {activation.plan}。",
            f"Only the ending authority of an upper plan can release {activation.plan}.",
            uppers=[upper.plan for upper in uppers],
        )
    yield ActivationReleased(
        activation=activation.id, incident=activation.incident, conditions=command.conditions
    )


def end_response(world: World, command: EndResponse, context: Context) -> Iterator[AnyEvent]:
    """By its ending authority, on evidence, not before the upper plans. What is missing is told all at once."""
    activation = world.activation(command.activation)
    if activation.ended_at is not None:
        return
    authority = ending_authority(world, activation)
    if context.actor.post_id != authority:
        raise NotAuthorised(
            f"{activation.plan} 的响应只能由 {authority} 解除。",
            f"Only {authority} can end the response of {activation.plan}.",
            authority=authority,
        )
    guards = ending_guards(world, activation, pinned(world, activation))
    missing = tuple(str(one["condition"]) for one in guards if one["guard"] == "evidence_missing")
    refusing = [
        one
        for one in guards
        if not (one["guard"] == "evidence_missing" and command.override_reason is not None)
    ]
    upper = [one for one in refusing if one["guard"] == "upper_still_active"]
    if refusing:
        raise Rule(
            "upper_still_active" if upper else "response_has_open_matters",
            f"{activation.plan} 还有 {len(refusing)} 项未满足，不能解除响应。",
            f"{activation.plan} cannot end its response: {len(refusing)} matters stand against it.",
            activation=activation.id,
            guards=refusing,
        )
    yield ResponseEnded(
        activation=activation.id,
        plan=activation.plan,
        incident=activation.incident,
        reason=command.reason,
        override_reason=command.override_reason if missing else None,
        missing=missing,
    )
    adopted = pinned(world, activation)
    part = adopted.document.levels.get(activation.level) if activation.level is not None else None
    if part is not None:
        cascade = Cascade(world, context)
        yield from cascade.open_parts(
            activation.id, adopted, activation.incident, (), part.links_out, "ended", 0
        )


def propose_activation(world: World, command: ProposeActivation, context: Context) -> Iterator[AnyEvent]:
    """Asked by the system of itself; once, and never where the plan is active."""
    incident = world.open_incident(command.incident)
    adopted = world.plan(command.plan)
    if world.activation_of(adopted.id, incident.id) is not None:
        return
    if any((one.plan, one.incident) == (adopted.id, incident.id) for one in world.proposals.values()):
        return
    part = defined_level(adopted.document, command.level, None)
    if part is not None:
        yield Cascade(world, context).propose(adopted, command.level, incident.id, facts=command.facts)


# --- what these rules share ---


def valid_plan(
    world: World, id: str, version: int | None, override_reason: str | None, context: Context
) -> Adopted:
    """The adopted version that is valid today; outside its validity only with a reason."""
    adopted = world.plan(id)
    if version is not None:
        found = adopted.pinned(version)
        if found is None:
            raise Rule(
                "plan_version_not_adopted",
                f"{id} 第 {version} 版未发布；现行第 {adopted.version} 版。",
                f"Version {version} of {id} was never adopted: the current one is {adopted.version}.",
                plan=id,
                version=adopted.version,
            )
        adopted = found
    day = context.now.astimezone(LOCAL).date()
    outside = adopted.retired_at is not None or not adopted.document.valid.covers(day)
    if outside and override_reason is None:
        raise Rule(
            "plan_not_valid",
            f"{id} 第 {adopted.version} 版已废止或不在有效期内；确需启动请写明理由（override_reason）。",
            f"Version {adopted.version} of {id} was retired or is out of validity: give override_reason to use it.",
            plan=id,
            version=adopted.version,
        )
    return adopted


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


def pinned(world: World, activation: Activation) -> Adopted:
    """The version that an activation runs on."""
    adopted = world.plan(activation.plan)
    return adopted.pinned(activation.version) or adopted


def ending_authority(world: World, activation: Activation) -> str:
    """The post that the pinned plan names for ending; where it names none, the one that starts it."""
    adopted = pinned(world, activation)
    part = adopted.document.levels.get(activation.level) if activation.level is not None else None
    if part is None:
        return activation.by
    return part.end.authority if part.end is not None else part.start.authority


def upper_activations(world: World, activation: Activation) -> list[Activation]:
    """Running activations of the plans above this one, for the same incident."""
    document = pinned(world, activation).document
    part = document.levels.get(activation.level) if activation.level is not None else None
    named = {upper.plan for upper in document.upper_plans}
    if part is not None and part.end is not None:
        named |= set(part.end.after)
    found = (world.activation_of(plan, activation.incident) for plan in sorted(named))
    return [one for one in found if one is not None and one.level is not None]
