"""What a plan opens: tasks and links, as events. Words and addressees are settled here, once, and kept to the letter in the log."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Self

from core.activation import Activation
from core.adoption import Adopted
from core.link import LinkOpened
from core.plan.document import LinkIn, PlanLink, PlanTask
from core.scales import ResponseLevel
from core.task import TaskOpened
from core.world import World


class Branch(NamedTuple):
    """Where in the tree something opens: the activation, its incident, how deep it stands."""

    activation: str
    incident: str
    depth: int = 0

    @classmethod
    def of(cls, activation: Activation) -> Self:
        return cls(activation.id, activation.incident, activation.depth)


def task_opened(id: str, branch: Branch, adopted: Adopted, task: PlanTask, at: datetime) -> TaskOpened:
    """A task of a plan; its time runs from `at`."""
    return TaskOpened(
        task=id,
        activation=branch.activation,
        plan=adopted.id,
        incident=branch.incident,
        plan_task=task.id,
        title=task.title.zh,
        post=task.post,
        duty=task.duty,
        due_at=at + task.within,
        evidence=task.evidence,
        critical=task.critical,
        citation=_citation(adopted, task.clause),
    )


def link_opened(
    world: World,
    id: str,
    branch: Branch,
    adopted: Adopted,
    link: PlanLink,
    taken: LinkIn | None,
    at: datetime,
) -> LinkOpened:
    """A link of a plan, to the post that takes it; its time runs from `at`."""
    return LinkOpened(
        link=id,
        activation=branch.activation,
        plan=adopted.id,
        incident=branch.incident,
        plan_link=link.id,
        kind=link.kind,
        to_post=_addressee(world, link, taken),
        text=_text(world, adopted, branch.incident, link),
        to_plan=link.to.plan,
        to_level=link.to.level,
        asks=link.asks,
        channel=link.channel,
        due_at=at + link.ack_within,
        ack_s=int(link.ack_within.total_seconds()),
        escalate_to=link.escalate_to,
        fallback=link.fallback,
        citation=_citation(adopted, link.clause),
    )


def taken_by(target: Adopted | None, sender: str, link: PlanLink) -> LinkIn | None:
    """How the receiving plan takes this link, if it says so."""
    taken = () if target is None else target.document.links_in
    return next((one for one in taken if (one.from_, one.kind) == (sender, link.kind)), None)


def level_authority(target: Adopted, level: ResponseLevel) -> str:
    """Who decides on a level of a plan; of one that it has not, who decides on its first."""
    part = target.document.levels.get(level) or next(iter(target.document.levels.values()))
    return part.start.authority


def _addressee(world: World, link: PlanLink, taken: LinkIn | None) -> str:
    """The post named; the one at which the receiving plan takes it; the one that decides there; in the end who is asked next."""
    if link.to.post is not None:
        return link.to.post
    if taken is not None:
        return taken.accept
    target = world.plans.get(link.to.plan or "")
    if target is not None and link.to.level is not None:
        return level_authority(target, link.to.level)
    return link.escalate_to


def _text(world: World, adopted: Adopted, incident: str, link: PlanLink) -> str:
    """What is sent: from which plan, about what, and what is asked."""
    found = world.incidents.get(incident)
    place = found.place.text if found is not None else incident
    level = link.to.level.value if link.to.level is not None else ""
    asked = {
        "activate": f"请启动 {link.to.plan} {level} 级响应",
        "request": f"请求支援：{link.asks or '力量'}",
        "hand_over": "请接收指挥权移交",
        "warn": "请转告并采取防护措施",
        "notify": "响应已解除，特此通报" if link.trigger == "ended" else "特此通报",
    }[link.kind]
    return f"【{adopted.document.title.zh}】{incident} {place}：{asked}"


def _citation(adopted: Adopted, clause: str | None) -> str | None:
    return f"{adopted.document.title.zh} {clause}" if clause else None
