"""The rules of ending a response 解除响应 (domain §7): by its authority, on evidence, not before the upper plan unless released."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from core.activation import Activation, ActivationReleased, EndResponse, ReleaseActivation, ResponseEnded
from core.catalogue import AnyEvent
from core.errors import NotAuthorised, Rule
from core.messages import Context
from core.plan.document import EndCondition, PlanLink, Target
from core.world import World
from handlers.cascade import Cascade
from handlers.guards import (
    controls_standing,
    crews_unaccounted,
    dispatches_open,
    final_report_missing,
    links_unanswered,
    named,
    persons_missing,
)
from handlers.opened import Branch
from handlers.pinned import (
    active,
    ending_authority,
    level_part,
    pinned,
    running_activation,
    upper_activations,
    upper_plans,
)

TOLD_WITHIN = timedelta(minutes=10)
"""How long a lower activation has to acknowledge that the upper one has ended [design]."""
ENDED_NOTICE = "ended"


def release_activation(world: World, command: ReleaseActivation, context: Context) -> Iterator[AnyEvent]:
    """By the ending authority of an upper plan that is active for the same incident, or the post that the lower plan names."""
    activation = running_activation(world, command.activation)
    active(activation)
    uppers = upper_activations(world, activation)
    if not uppers:
        raise Rule(
            "no_upper_active",
            f"没有正在响应的上级预案，{activation.plan} 无须放行。",
            f"No upper plan is active: {activation.plan} needs no release.",
            activation=activation.id,
        )
    me = context.actor.post_id
    part = level_part(world, activation)
    releases_all = part is not None and part.end is not None and part.end.released_by == me
    mine = [one for one in uppers if releases_all or ending_authority(world, one) == me]
    if not mine:
        raise NotAuthorised(
            f"只有上级预案的结束批准岗位可以放行 {activation.plan}。",
            f"Only the ending authority of an upper plan can release {activation.plan}.",
            uppers=[one.plan for one in uppers],
            post=me,
        )
    released = tuple(one.id for one in mine if one.id not in activation.released_from)
    if released:
        yield ActivationReleased(
            activation=activation.id,
            incident=activation.incident,
            conditions=command.conditions,
            uppers=released,
        )


def end_response(world: World, command: EndResponse, context: Context) -> Iterator[AnyEvent]:
    """What is missing is told all at once. The lower plans are told that it ended; none of them ends by that."""
    activation = world.activation(command.activation)
    if activation.ended_at is not None:
        return
    active(activation)
    authority = ending_authority(world, activation)
    if context.actor.post_id != authority:
        raise NotAuthorised(
            f"{activation.plan} 的响应只能由 {authority} 解除。",
            f"Only {authority} can end the response of {activation.plan}.",
            authority=authority,
            post=context.actor.post_id,
        )
    evidence = list(_evidence_missing(world, activation))
    guards = [] if command.override_reason is not None else evidence
    guards = [*guards, *_standing_against(world, activation)]
    if guards:
        upper = any(one["guard"] == "upper_still_active" for one in guards)
        raise Rule(
            "upper_still_active" if upper else "response_has_open_matters",
            f"{activation.plan} 还有 {len(guards)} 项未满足，不能解除响应。",
            f"{activation.plan} cannot end its response: {len(guards)} matters stand against it.",
            activation=activation.id,
            guards=guards,
        )
    incident = activation.incident
    notices = [
        *dispatches_open(world, incident),
        *links_unanswered(world, incident),
        *final_report_missing(world, incident),
    ]
    yield ResponseEnded(
        activation=activation.id,
        plan=activation.plan,
        incident=incident,
        reason=command.reason,
        override_reason=command.override_reason if evidence else None,
        missing=tuple(str(one["condition"]) for one in evidence),
        notices=tuple(named(one) for one in notices),
    )
    yield from _tell(world, activation, context)


def _tell(world: World, activation: Activation, context: Context) -> Iterator[AnyEvent]:
    """The plan's own links at its end, and a notice to each lower plan that still runs and is not told by one of these."""
    adopted = pinned(world, activation)
    part = level_part(world, activation)
    cascade = Cascade(world, context)
    own = [link for link in (part.links_out if part is not None else ()) if link.trigger == "ended"]
    told = {link.to.post.partition("/")[0] for link in own if link.to.post is not None}
    told_plans = {link.to.plan for link in own}
    lower = [
        one
        for one in world.open_activations(activation.incident)
        if one.id != activation.id
        and activation.plan in upper_plans(world, one)
        and one.plan not in told_plans
        and pinned(world, one).document.owner not in told
    ]
    notices = [
        PlanLink(
            id=f"{ENDED_NOTICE}-{one.id}",
            kind="notify",
            to=Target(post=_post_of(world, one)),
            trigger="ended",
            channel="app",
            ack_within=TOLD_WITHIN,
            escalate_to=ending_authority(world, activation),
        )
        for one in lower
    ]
    yield from cascade.open_parts(Branch.of(activation), adopted, (), (*own, *notices), frozenset({"ended"}))


def _post_of(world: World, activation: Activation) -> str:
    authority = ending_authority(world, activation)
    return authority if world.has_post(authority) else f"{pinned(world, activation).document.owner}/duty"


def _standing_against(world: World, activation: Activation) -> Iterator[dict[str, Any]]:
    """What no reason of the ending authority gets past."""
    for upper in upper_activations(world, activation):
        if upper.id not in activation.released_from:
            yield {"guard": "upper_still_active", "plan": upper.plan, "activation": upper.id}
    incident = world.members(activation.incident)[0]
    yield from persons_missing(world, incident)
    yield from crews_unaccounted(world, incident)
    yield from controls_standing(world, incident)


def _evidence_missing(world: World, activation: Activation) -> Iterator[dict[str, Any]]:
    part = level_part(world, activation)
    for condition in part.end.conditions if part is not None and part.end is not None else ():
        if condition.mandatory and not has_evidence(world, activation, condition):
            yield {
                "guard": "evidence_missing",
                "condition": condition.id,
                "zh": condition.text.zh,
                "confirmed_by": condition.confirmed_by,
            }


def has_evidence(world: World, activation: Activation, condition: EndCondition) -> bool:
    """An unstruck evidence entry of this response for the condition, and not only by those whose own work it proves.

    A condition that names its confirming post needs an entry of that post's organisation; any other needs one by somebody
    other than the plan's owner. What was written before the activation proves nothing about it: that was another response.
    """
    names = _names(world, activation, condition)
    by = {
        entry.by.partition("/")[0]
        for id in world.members(activation.incident)
        for entry in world.told.get(id, {}).values()
        if entry.condition in names and not entry.struck and entry.position > activation.position
    }
    if condition.confirmed_by is not None:
        return condition.confirmed_by.partition("/")[0] in by
    return bool(by - {pinned(world, activation).document.owner})


def _names(world: World, activation: Activation, condition: EndCondition) -> set[str]:
    """How an entry names a condition: plan:condition, or the condition alone while no other running plan has one of that id."""
    alone = all(
        condition.id not in {one.id for one in part.end.conditions}
        for other in world.open_activations(activation.incident)
        if other.id != activation.id
        and (part := level_part(world, other)) is not None
        and part.end is not None
    )
    qualified = f"{activation.plan}:{condition.id}"
    return {qualified, condition.id} if alone else {qualified}
