"""How a demo file names what a response opened: `@task/plan/task`, `@link/plan/link`, `@activation/plan`, `@proposal/plan`, and
`@ended/upper/lower` for the notice that a lower plan gets when the upper one ends; each of the step's incident.

Ids of activations, tasks and links are given when they are opened, so a file cannot know them; what it names is looked up in the
drill's world when the command is sent. Pure.
"""

from __future__ import annotations

import re

from core.world import World

_REFERENCE = re.compile(
    r"@(activation|task|link|proposal|ended)/([A-Za-z0-9._-]{1,64})(?:/([A-Za-z0-9._-]{1,64}))?"
)
WITH_PART = frozenset({"task", "link", "ended"})


def is_reference(value: object) -> bool:
    """Is it one, and complete?"""
    if not isinstance(value, str) or (found := _REFERENCE.fullmatch(value)) is None:
        return False
    return (found[1] in WITH_PART) == (found[3] is not None)


def named(world: World, incident: str, reference: str) -> str:
    """The id of what a reference names; the newest where there were several. Raises KeyError where there is none."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise KeyError(reference)
    kind, plan, part = found[1], found[2], found[3]
    if kind == "ended":
        lower = named(world, incident, f"@activation/{part}")
        return named(world, incident, f"@link/{plan}/ended-{lower}")
    ids = {
        "activation": [
            one.id for one in world.activations.values() if (one.plan, one.incident) == (plan, incident)
        ],
        "proposal": [
            one.id for one in world.proposals.values() if (one.plan, one.incident) == (plan, incident)
        ],
        "task": [
            task.id
            for task in world.tasks.values()
            if (task.plan_task, task.incident) == (part, incident)
            and world.activations[task.activation].plan == plan
        ],
        "link": [
            link.id
            for link in world.links.values()
            if (link.plan_link, link.plan, link.incident) == (part, plan, incident)
        ],
    }[kind]
    if not ids:
        raise KeyError(reference)
    return ids[-1]
