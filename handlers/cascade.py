"""What one activation brings about: tasks, links, and further activations where the receiving plan takes them by its own rule.

Bounded: each plan once for an incident, `DEPTH_MAX` deep; what is active already is satisfied, so cycles end. A cascade answers the
world as it was before its decision; what the decision itself has begun it remembers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from core.activation import (
    Activation,
    ActivationProposed,
    PlanActivated,
    PlanStoodDown,
    ResponseLevelChanged,
)
from core.adoption import Adopted
from core.catalogue import AnyEvent
from core.link import Link, LinkAccepted, LinkSatisfied
from core.messages import Context
from core.plan.document import LinkIn, PlanLink, PlanTask, Trigger
from core.scales import ResponseLevel
from core.world import World
from handlers.opened import Branch, level_authority, link_opened, taken_by, task_opened
from handlers.pinned import in_use, pinned

DEPTH_MAX = 8
DECIDE_DEFAULT = timedelta(minutes=10)
"""For a proposal whose plan names no `decide_within` [design]."""
ANSWERED = frozenset({"accepted", "declined", "satisfied"})
Triggers = frozenset[Trigger]
BEGUN: Triggers = frozenset({"activated"})
RAISED: Triggers = frozenset({"raised"})
LOWERED: Triggers = frozenset({"lowered"})


class Cascade:
    """One decision's worth of consequences on a world that does not change meanwhile. One decision has one cascade."""

    def __init__(self, world: World, context: Context) -> None:
        self._world = world
        self._context = context
        self._numbers: dict[str, int] = {}
        self._levels: dict[str, tuple[str, ResponseLevel]] = {}

    def number(self, prefix: str) -> str:
        """The next id of a kind, also within this decision."""
        before = self._numbers.get(prefix, self._world.counters.get(prefix, 0))
        self._numbers[prefix] = before + 1
        return f"{prefix}-{before + 1}"

    def activate(
        self,
        adopted: Adopted,
        level: ResponseLevel,
        incident: str,
        *,
        measures: str | None = None,
        expected_s: int | None = None,
        override_reason: str | None = None,
        link: Link | None = None,
        by_link: str | None = None,
        cause: str | None = None,
        depth: int = 0,
    ) -> Iterator[AnyEvent]:
        """The activation and all that follows from it, in the order in which it is told. A stand-by of the plan ends by it.

        It came by a link of the world (`link`), or by one that this cascade has opened (`by_link`, `cause`, `depth`).
        """
        waiting = self._world.activation_of(adopted.id, incident)
        if waiting is not None and waiting.level is None:
            yield PlanStoodDown(
                activation=waiting.id,
                plan=adopted.id,
                incident=waiting.incident,
                reason="转为启动响应 activated",
            )
        if link is not None:
            parent = self._world.activations.get(link.activation)
            by_link, cause, depth = link.id, link.activation, 1 if parent is None else parent.depth + 1
        part = adopted.document.levels.get(level)
        expected = part.start.expected_duration if part is not None else None
        if expected_s is None and expected is not None:
            expected_s = int(expected.total_seconds())
        branch = Branch(self.number("a"), incident, depth)
        self._levels[adopted.id] = (branch.activation, level)
        yield PlanActivated(
            activation=branch.activation,
            plan=adopted.id,
            version=adopted.version,
            level=level,
            incident=incident,
            owner=adopted.document.owner,
            authority=part.start.authority if part is not None else self._context.actor.post_id,
            measures=measures,
            expected_s=expected_s,
            override_reason=override_reason,
            link=by_link,
            cause=cause,
            depth=depth,
        )
        if part is not None:
            yield from self.open_parts(branch, adopted, part.tasks, part.links_out, BEGUN)
        yield from self._satisfy(adopted.id, level, branch, by_link)

    def change_level(
        self,
        activation: Activation,
        level: ResponseLevel,
        reason: str | None,
        override_reason: str | None = None,
        link: Link | None = None,
    ) -> Iterator[AnyEvent]:
        """Of a running activation; what the new level has and the activation has not opened yet opens now."""
        adopted = pinned(self._world, activation)
        before = activation.level or level
        yield ResponseLevelChanged(
            activation=activation.id,
            plan=activation.plan,
            incident=activation.incident,
            before=before,
            level=level,
            reason=reason,
            override_reason=override_reason,
        )
        self._levels[adopted.id] = (activation.id, level)
        branch = Branch.of(activation)
        part = adopted.document.levels.get(level)
        if part is not None:
            triggers = BEGUN | (RAISED if level > before else LOWERED)
            tasks = self._world.part_of("tasks", activation.incident)
            had = {task.plan_task for task in tasks if task.activation == activation.id}
            new = tuple(task for task in part.tasks if task.id not in had)
            yield from self.open_parts(branch, adopted, new, self._unopened(branch, part.links_out), triggers)
        if level > before:
            yield from self._satisfy(adopted.id, level, branch, None if link is None else link.id)

    def open_parts(
        self,
        branch: Branch,
        adopted: Adopted,
        tasks: Sequence[PlanTask],
        links: Sequence[PlanLink],
        triggers: Triggers,
    ) -> Iterator[AnyEvent]:
        """Tasks, then those links whose trigger has come; each time is counted from when it happened."""
        at = self._context.occurred_at
        for task in tasks:
            yield task_opened(self.number("t"), branch, adopted, task, at)
        for link in links:
            if link.trigger in triggers:
                yield from self._open_link(branch, adopted, link)

    def triggered(self, activation: Activation, triggers: Triggers) -> Iterator[AnyEvent]:
        """The links of a running activation whose trigger has come now, each once."""
        adopted = pinned(self._world, activation)
        part = adopted.document.levels.get(activation.level) if activation.level is not None else None
        if part is not None:
            branch = Branch.of(activation)
            yield from self.open_parts(branch, adopted, (), self._unopened(branch, part.links_out), triggers)

    def fallback(self, link: Link) -> Iterator[AnyEvent]:
        """What the plan has instead of a link that was declined: opened once, while the response runs."""
        activation = self._world.activations.get(link.activation)
        incident = self._world.incidents.get(link.incident)
        if link.fallback is None or activation is None or not activation.open:
            return
        if incident is None or incident.closed_at is not None:
            return
        adopted = pinned(self._world, activation)
        everywhere = [adopted.document.stand_by.links_out]
        everywhere += [part.links_out for part in adopted.document.levels.values()]
        found = [one for links in everywhere for one in links if one.id == link.fallback]
        for one in self._unopened(Branch.of(activation), found)[:1]:
            yield from self._open_link(Branch.of(activation), adopted, one)

    def propose(
        self,
        target: Adopted,
        level: ResponseLevel,
        incident: str,
        *,
        facts: tuple[int, ...] = (),
        link: str | None = None,
        activation: str | None = None,
        taken: LinkIn | None = None,
    ) -> ActivationProposed:
        """A proposal never activates: it puts a time on the authority that decides."""
        part = target.document.levels.get(level)
        within = part.start.decide_within if part is not None else None
        return ActivationProposed(
            proposal=self.number("p"),
            plan=target.id,
            version=target.version,
            level=level,
            incident=incident,
            authority=taken.accept if taken is not None else level_authority(target, level),
            due_at=self._context.occurred_at + (within or DECIDE_DEFAULT),
            facts=facts,
            link=link,
            activation=activation,
        )

    # --- one link ---

    def _open_link(self, branch: Branch, adopted: Adopted, link: PlanLink) -> Iterator[AnyEvent]:
        """Sent; and where it asks for an activation, answered by the receiving plan's own rule."""
        target = self._world.plans.get(link.to.plan or "")
        taken = taken_by(target, adopted.id, link)
        id = self.number("l")
        yield link_opened(self._world, id, branch, adopted, link, taken, self._context.occurred_at)
        if link.kind == "activate" and target is not None and link.to.level is not None:
            yield from self._ask(id, branch, target, link.to.level, taken)

    def _ask(
        self, link: str, branch: Branch, target: Adopted, level: ResponseLevel, taken: LinkIn | None
    ) -> Iterator[AnyEvent]:
        running = self._running(target.id, branch.incident)
        if running is not None:
            if running[1] >= level:
                yield LinkSatisfied(
                    link=link, activation=branch.activation, incident=branch.incident, by=running[0]
                )
            else:
                yield self.propose(
                    target, level, branch.incident, link=link, activation=running[0], taken=taken
                )
            return
        automatic = taken is not None and taken.mode == "automatic" and level in target.document.levels
        if automatic and in_use(target, self._context) and branch.depth + 1 < DEPTH_MAX:
            yield LinkAccepted(
                link=link, activation=branch.activation, incident=branch.incident, automatic=True
            )
            yield from self.activate(
                target,
                level,
                branch.incident,
                by_link=link,
                cause=branch.activation,
                depth=branch.depth + 1,
            )
        else:
            yield self.propose(target, level, branch.incident, link=link, taken=taken)

    def _satisfy(
        self, plan: str, level: ResponseLevel, branch: Branch, but: str | None
    ) -> Iterator[AnyEvent]:
        """Links that ask for what is so now need no further answer."""
        for incident in self._world.members(branch.incident):
            for link in self._world.part_of("links", incident):
                if link.kind != "activate" or link.to_plan != plan or link.to_level is None:
                    continue
                if link.id != but and link.state not in ANSWERED and link.to_level <= level:
                    yield LinkSatisfied(
                        link=link.id,
                        activation=link.activation,
                        incident=link.incident,
                        by=branch.activation,
                    )

    # --- what stands already ---

    def _running(self, plan: str, incident: str) -> tuple[str, ResponseLevel] | None:
        """The activation of a plan and its level; a stand-by does not count."""
        here = self._levels.get(plan)
        if here is not None:
            return here
        found = self._world.activation_of(plan, incident)
        return None if found is None or found.level is None else (found.id, found.level)

    def _unopened(self, branch: Branch, links: Sequence[PlanLink]) -> tuple[PlanLink, ...]:
        opened = {
            link.plan_link
            for link in self._world.part_of("links", branch.incident)
            if link.activation == branch.activation
        }
        return tuple(link for link in links if link.id not in opened)
