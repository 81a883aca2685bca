"""What one activation brings about: tasks, links, and further activations where the receiving plan takes them by its own rule.

Bounded: each plan once for an incident, `DEPTH_MAX` deep; what is active already is satisfied, so cycles end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from core.activation import ActivationProposed, PlanActivated
from core.adoption import Adopted
from core.catalogue import AnyEvent
from core.link import LinkAccepted, LinkOpened, LinkSatisfied
from core.messages import Context
from core.plan.document import LinkIn, PlanLink, PlanTask, Trigger
from core.scales import ResponseLevel
from core.task import TaskOpened
from core.world import World
from handlers.numbers import LOCAL

DEPTH_MAX = 8
DECIDE_DEFAULT = timedelta(minutes=10)


class Cascade:
    """One decision's worth of consequences on a world that does not change meanwhile."""

    def __init__(self, world: World, context: Context) -> None:
        self._world = world
        self._context = context
        self._numbers: dict[str, int] = {}
        self._levels: dict[tuple[str, str], tuple[str, ResponseLevel | None]] = {}
        self._day = context.now.astimezone(LOCAL).date()

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
        link: str | None = None,
        cause: str | None = None,
        depth: int = 0,
    ) -> Iterator[AnyEvent]:
        """The activation and all that follows from it, in the order in which it is told."""
        part = adopted.document.levels.get(level)
        id = self.number("a")
        self._levels[adopted.id, incident] = (id, level)
        expected = part.start.expected_duration if part is not None else None
        if expected_s is None and expected is not None:
            expected_s = int(expected.total_seconds())
        yield PlanActivated(
            activation=id,
            plan=adopted.id,
            version=adopted.version,
            level=level,
            incident=incident,
            owner=adopted.document.owner,
            authority=part.start.authority if part is not None else self._context.actor.post_id,
            measures=measures,
            expected_s=expected_s,
            override_reason=override_reason,
            link=link,
            cause=cause,
            depth=depth,
        )
        if part is not None:
            yield from self.open_parts(id, adopted, incident, part.tasks, part.links_out, "activated", depth)

    def open_parts(
        self,
        activation: str,
        adopted: Adopted,
        incident: str,
        tasks: Sequence[PlanTask],
        links: Sequence[PlanLink],
        trigger: Trigger,
        depth: int,
        *,
        also: Trigger | None = None,
    ) -> Iterator[AnyEvent]:
        """Tasks, then those links whose trigger has come; each time is counted from when it happened."""
        at = self._context.occurred_at
        for task in tasks:
            yield TaskOpened(
                task=self.number("t"),
                activation=activation,
                plan=adopted.id,
                incident=incident,
                plan_task=task.id,
                title=task.title.zh,
                post=task.post,
                duty=task.duty,
                due_at=at + task.within,
                evidence=task.evidence,
                critical=task.critical,
                citation=_citation(adopted, task.clause),
            )
        for link in links:
            if link.trigger in (trigger, also):
                yield from self.open_link(activation, adopted, incident, link, depth)

    def open_link(
        self, activation: str, adopted: Adopted, incident: str, link: PlanLink, depth: int
    ) -> Iterator[AnyEvent]:
        """One link: sent, and where it asks for an activation, answered by the receiving plan's own rule."""
        target = self._world.plans.get(link.to.plan or "")
        taken = _taken(target, adopted.id, link)
        to_post = link.to.post or (taken.accept if taken is not None else self._authority(target, link))
        id = self.number("l")
        yield LinkOpened(
            link=id,
            activation=activation,
            plan=adopted.id,
            incident=incident,
            plan_link=link.id,
            kind=link.kind,
            to_post=to_post,
            text=self._text(adopted, incident, link),
            to_plan=link.to.plan,
            to_level=link.to.level,
            asks=link.asks,
            channel=link.channel,
            due_at=self._context.occurred_at + link.ack_within,
            ack_s=int(link.ack_within.total_seconds()),
            escalate_to=link.escalate_to,
            fallback=link.fallback,
            citation=_citation(adopted, link.clause),
        )
        if link.kind == "activate" and target is not None and link.to.level is not None:
            yield from self._ask(id, activation, target, link.to.level, incident, taken, depth)

    def _ask(
        self,
        link: str,
        activation: str,
        target: Adopted,
        level: ResponseLevel,
        incident: str,
        taken: LinkIn | None,
        depth: int,
    ) -> Iterator[AnyEvent]:
        running = self._running(target.id, incident)
        if running is not None and running[1] is not None:
            if running[1] >= level:
                yield LinkSatisfied(link=link, activation=activation, incident=incident, by=running[0])
            else:
                yield self.propose(target, level, incident, link=link, activation=running[0], taken=taken)
            return
        usable = target.retired_at is None and target.document.valid.covers(self._day)
        automatic = taken is not None and taken.mode == "automatic" and level in target.document.levels
        if usable and automatic and depth + 1 < DEPTH_MAX:
            yield LinkAccepted(link=link, activation=activation, incident=incident, automatic=True)
            yield from self.activate(target, level, incident, link=link, cause=activation, depth=depth + 1)
        else:
            yield self.propose(target, level, incident, link=link, taken=taken)

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
        authority = taken.accept if taken is not None else self._level_authority(target, level)
        return ActivationProposed(
            proposal=self.number("p"),
            plan=target.id,
            version=target.version,
            level=level,
            incident=incident,
            authority=authority,
            due_at=self._context.occurred_at + (within or DECIDE_DEFAULT),
            facts=facts,
            link=link,
            activation=activation,
        )

    def _running(self, plan: str, incident: str) -> tuple[str, ResponseLevel | None] | None:
        here = self._levels.get((plan, incident))
        if here is not None:
            return here
        found = self._world.activation_of(plan, incident)
        return None if found is None else (found.id, found.level)

    def _authority(self, target: Adopted | None, link: PlanLink) -> str:
        if target is not None and link.to.level is not None:
            return self._level_authority(target, link.to.level)
        return link.escalate_to

    @staticmethod
    def _level_authority(target: Adopted, level: ResponseLevel) -> str:
        part = target.document.levels.get(level) or next(iter(target.document.levels.values()))
        return part.start.authority

    def _text(self, adopted: Adopted, incident: str, link: PlanLink) -> str:
        """What is sent: from which plan, about what, and what is asked."""
        found = self._world.incidents.get(incident)
        place = found.place.text if found is not None else incident
        title = adopted.document.title.zh
        level = link.to.level.value if link.to.level is not None else ""
        asked = {
            "activate": f"请启动 {link.to.plan} {level} 级响应",
            "request": f"请求支援：{link.asks or '力量'}",
            "hand_over": "请接收指挥权移交",
            "warn": "请转告并采取防护措施",
            "notify": "特此通报",
        }[link.kind]
        return f"【{title}】{incident} {place}：{asked}"


def _taken(target: Adopted | None, sender: str, link: PlanLink) -> LinkIn | None:
    """How the receiving plan takes this link, if it says so."""
    if target is None:
        return None
    return next(
        (one for one in target.document.links_in if (one.from_, one.kind) == (sender, link.kind)), None
    )


def _citation(adopted: Adopted, clause: str | None) -> str | None:
    return f"{adopted.document.title.zh} {clause}" if clause else None
