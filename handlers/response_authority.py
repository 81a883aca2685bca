"""Whether a post may act on plans, links, tasks and protective orders."""

from __future__ import annotations

from typing import Any

from core.messages import Actor
from core.world import World
from handlers.grants import DUTY, Grant


def holds_response(grant: Grant, world: World, command: Any, actor: Actor) -> bool:
    """For the grounds of `RESPONSE_GRANTS`; any other ground does not hold here."""
    match grant:
        case Grant.DESK:
            return actor.post in DUTY
        case Grant.KEEPER:
            return actor.post in (
                *DUTY,
                "plan_keeper",
            )  # whose plan it is, the rule asks, once the file is read
        case Grant.PLAN:
            return _of_plan(world, command, actor)
        case Grant.ADDRESSEE:
            return any(_is_or_stands_in(post, actor) for post in _addressees(world, command))
        case Grant.EXECUTING:
            found = world.controls.get(getattr(command, "control", None) or "")
            executing = found.executing if found is not None else getattr(command, "executing", None)
            return executing == actor.organisation and actor.post in (*DUTY, "site_commander", "group_lead")
        case _:
            return False


def _is_or_stands_in(post: str, actor: Actor) -> bool:
    """The post itself, or the duty desk of its organisation on its behalf."""
    return post == actor.post_id or (post.partition("/")[0] == actor.organisation and actor.post in DUTY)


def _addressees(world: World, command: Any) -> tuple[str, ...]:
    link = world.links.get(getattr(command, "link", None) or "")
    if link is not None:
        return (link.to_post, *link.escalated)
    task = world.tasks.get(getattr(command, "task", None) or "")
    return () if task is None else (task.post,)


def _of_plan(world: World, command: Any, actor: Actor) -> bool:
    activation = world.activations.get(getattr(command, "activation", None) or "")
    proposal = world.proposals.get(getattr(command, "proposal", None) or "")
    about = activation or proposal
    adopted = world.plans.get((about.plan if about is not None else getattr(command, "plan", None)) or "")
    if adopted is None:
        return False
    if about is not None:
        adopted = adopted.pinned(about.version) or adopted  # what runs goes by its own version
    authorities = {level.start.authority for level in adopted.document.levels.values()}
    if proposal is not None:
        authorities.add(proposal.authority)
    if actor.post_id in authorities:
        return True
    return actor.post in DUTY and world.is_within(adopted.document.owner, actor.organisation)
