"""The rules of activations 预案启动: what an authority decides, and the cascade that follows from it in the same decision."""

from __future__ import annotations

from collections.abc import Iterator

from core.activation import (
    ActivatePlan,
    ChangeResponseLevel,
    DeclineProposal,
    PlanStoodBy,
    PlanStoodDown,
    ProposalDeclined,
    ProposeActivation,
    StandBy,
    StandDown,
)
from core.catalogue import AnyEvent
from core.errors import Rule
from core.link import Link, LinkAccepted, LinkDeclined
from core.messages import Context
from core.scales import ResponseLevel
from core.world import World
from handlers.cascade import Cascade
from handlers.opened import Branch
from handlers.pinned import active, defined_level, pinned, running_activation, valid_plan


def stand_by(world: World, command: StandBy, context: Context) -> Iterator[AnyEvent]:
    """Below the start condition: stand-by tasks only. A plan that is active already needs none."""
    incident = world.open_incident(command.incident)
    adopted = valid_plan(world, command.plan, None, None, context)
    if world.activation_of(adopted.id, incident.id) is not None:
        return
    if command.warning is not None:
        world.warning(command.warning)
    cascade = Cascade(world, context)
    stood_by = PlanStoodBy(
        activation=cascade.number("a"),
        plan=adopted.id,
        version=adopted.version,
        incident=incident.id,
        reason=command.reason,
        warning=command.warning,
    )
    yield stood_by
    part = adopted.document.stand_by
    branch = Branch(stood_by.activation, incident.id)
    yield from cascade.open_parts(branch, adopted, part.tasks, part.links_out, frozenset({"stood_by"}))


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
    link = _asking(world, command)
    if link is not None:
        yield LinkAccepted(
            link=link.id,
            activation=link.activation,
            incident=link.incident,
            late=link.late_at(context.occurred_at),
        )
    yield from Cascade(world, context).activate(
        adopted,
        command.level,
        incident.id,
        measures=command.measures,
        expected_s=command.expected_s,
        override_reason=command.override_reason,
        link=link,
    )


def _asking(world: World, command: ActivatePlan) -> Link | None:
    """The unanswered link that the sender, or the proposal that the sender names, says this answers."""
    named = command.link
    if command.proposal is not None:
        proposal = world.proposal(command.proposal)
        _about_the_same(command, proposal.plan, proposal.incident)
        named = named or proposal.link
    if named is None:
        return None
    link = world.link(named)
    _about_the_same(command, link.to_plan or "", link.incident)
    return None if link.state in ("accepted", "declined", "satisfied") else link


def _about_the_same(command: ActivatePlan, plan: str, incident: str) -> None:
    if (plan, incident) != (command.plan, command.incident):
        raise Rule(
            "asks_for_another",
            f"所列请求针对事件 {incident} 的预案 {plan or '—'}，请核对。",
            f"What is named asks for {plan or 'no plan'} in {incident}: check it.",
            plan=plan,
            incident=incident,
        )


def change_response_level(world: World, command: ChangeResponseLevel, context: Context) -> Iterator[AnyEvent]:
    """Opens what the new level has and the activation has not. Lowering leaves open tasks open."""
    activation = running_activation(world, command.activation)
    before = active(activation)
    if before == command.level:
        return
    defined_level(pinned(world, activation).document, command.level, command.override_reason)
    order = list(ResponseLevel)
    if order.index(before) - order.index(command.level) > 1 and command.reason is None:
        raise Rule(
            "reason_required",
            "一次降低超过一级须说明理由（reason）。",
            "Lowering by more than one step needs a reason.",
        )
    yield from Cascade(world, context).change_level(
        activation, command.level, command.reason, command.override_reason
    )


def propose_activation(world: World, command: ProposeActivation, context: Context) -> Iterator[AnyEvent]:
    """Asked by the system of itself; once for a level, and never where the plan is active at that level or a higher one."""
    incident = world.open_incident(command.incident)
    adopted = valid_plan(world, command.plan, None, None, context)
    running = world.activation_of(adopted.id, incident.id)
    level = None if running is None else running.level
    if level is not None and level >= command.level:
        return
    proposed = (row for id in world.members(incident.id) for row in world.part_of("proposals", id))
    if any(one.plan == adopted.id and one.level >= command.level for one in proposed):
        return
    defined_level(adopted.document, command.level, None)
    yield Cascade(world, context).propose(
        adopted,
        command.level,
        incident.id,
        facts=command.facts,
        activation=running.id if running is not None and level is not None else None,
    )


def decline_proposal(world: World, command: DeclineProposal, context: Context) -> Iterator[AnyEvent]:
    """With a reason. A link that asked for it has its answer by that, and its fallback opens."""
    proposal = world.proposal(command.proposal)
    yield ProposalDeclined(
        proposal=proposal.id, plan=proposal.plan, incident=proposal.incident, reason=command.reason
    )
    link = world.links.get(proposal.link or "")
    if link is None or link.state in ("accepted", "declined", "satisfied"):
        return
    followed = list(Cascade(world, context).fallback(link))
    yield LinkDeclined(
        link=link.id,
        activation=link.activation,
        incident=link.incident,
        reason="other",
        text=command.reason,
        fallback=getattr(followed[0], "link", None) if followed else None,
        late=link.late_at(context.occurred_at),
    )
    yield from followed
