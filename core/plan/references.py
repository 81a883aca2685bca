"""What one plan file must agree on with itself: ids once, targets of one kind, fallbacks and levels that exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from core.plan.document import PlanDocument, PlanLink, PlanTask
from core.plan.faults import hint
from core.plan.parts import Resource, Zone
from core.scales import ResponseLevel


class Trouble(NamedTuple):
    """A fault of reference, at a part's path."""

    path: str
    code: str
    zh: str
    en: str


def troubles(plan: PlanDocument) -> Iterator[Trouble]:
    """Everything in the file that does not fit together."""
    yield from _ids(plan)
    for path, link in links(plan):
        yield from _link(plan, path, link)
    yield from _levels(plan)
    yield from _repeats(plan)
    for index, resource in enumerate(plan.resources):
        yield from _resource(f"resources.{index}", resource)
    for zone in plan.zones:
        yield from _zone(plan, f"zones.{zone.id}", zone)
    if plan.valid.to < plan.valid.from_:
        yield Trouble("valid.to", "bad_validity", "有效期止早于起。", "Valid to lies before valid from.")


def tasks(plan: PlanDocument) -> Iterator[tuple[str, PlanTask]]:
    """Every task with its path."""
    for level, part in plan.levels.items():
        yield from ((f"levels.{level.value}.tasks.{task.id}", task) for task in part.tasks)
    yield from ((f"stand_by.tasks.{task.id}", task) for task in plan.stand_by.tasks)


def links(plan: PlanDocument) -> Iterator[tuple[str, PlanLink]]:
    """Every link out with its path."""
    for level, part in plan.levels.items():
        yield from ((f"levels.{level.value}.links_out.{link.id}", link) for link in part.links_out)
    yield from ((f"stand_by.links_out.{link.id}", link) for link in plan.stand_by.links_out)


def _ids(plan: PlanDocument) -> Iterator[Trouble]:
    """Tasks, links, end conditions, sections and zones share one set of ids: a finding names a subject by it."""
    named = [(path, task.id) for path, task in tasks(plan)]
    named += [(path, link.id) for path, link in links(plan)]
    for level, part in plan.levels.items():
        if part.end:
            named += [
                (f"levels.{level.value}.end.conditions.{item.id}", item.id) for item in part.end.conditions
            ]
    named += [(f"sections.{section.id}", section.id) for section in plan.sections]
    named += [(f"zones.{zone.id}", zone.id) for zone in plan.zones]
    seen: dict[str, str] = {}
    for path, id in named:
        if id in seen:
            yield Trouble(
                path, "duplicate_id",
                f"编号“{id}”重复（另见 {seen[id]}）。编号在一份预案内只能用一次。",
                f"The id {id} is used twice (also {seen[id]}): an id is used once in a plan.",
            )  # fmt: skip
        seen.setdefault(id, path)


def _link(plan: PlanDocument, path: str, link: PlanLink) -> Iterator[Trouble]:
    to = link.to
    if (to.plan is None) == (to.post is None):
        yield Trouble(
            f"{path}.to", "bad_target", "to 必须是 plan 或 post 之一。", "`to` names either a plan or a post."
        )
    elif to.post is not None and to.level is not None:
        yield Trouble(
            f"{path}.to", "bad_target", "指向岗位的衔接没有级别。", "A link to a post has no level."
        )
    if link.kind == "activate" and (to.plan is None or to.level is None):
        yield Trouble(
            f"{path}.to", "bad_target",
            "activate 必须指向预案及其级别：{plan: …, level: …}。",
            "activate leads to a plan and its level: {plan: …, level: …}.",
        )  # fmt: skip
    if to.plan == plan.id:
        yield Trouble(f"{path}.to", "bad_target", "衔接指向了本预案自身。", "The link leads to its own plan.")
    if link.kind == "request" and link.asks is None:
        yield Trouble(
            path,
            "missing_key",
            "request 必须写明 asks（请求什么）。",
            "A request says what it asks for: `asks`.",
        )
    if link.fallback is not None:
        known = {other.id for _, other in links(plan)}
        if link.fallback == link.id or link.fallback not in known:
            zh, en = hint(link.fallback, known - {link.id})
            yield Trouble(
                f"{path}.fallback", "unknown_reference",
                f"后备衔接“{link.fallback}”不在本预案中。{zh}",
                f"The fallback {link.fallback} is no other link of this plan.{en}",
            )  # fmt: skip


def _levels(plan: PlanDocument) -> Iterator[Trouble]:
    named = [(f"level_map.{index}.own", row.own) for index, row in enumerate(plan.level_map)]
    if plan.expand:
        named.append(("expand.from_level", plan.expand.from_level))
    for index, action in enumerate(plan.warning_actions):
        path = f"warning_actions.{index}"
        if action.action == "activate" and action.level is None:
            yield Trouble(path, "missing_key", "activate 必须写明 level。", "activate names a level.")
        if action.action == "none" and action.reason is None:
            yield Trouble(path, "missing_key", "none 必须写明 reason。", "none states a reason.")
        if action.level is not None:
            named.append((f"{path}.level", action.level))
    for path, level in named:
        if level not in plan.levels:
            have = "、".join(known.value for known in ResponseLevel if known in plan.levels)
            yield Trouble(
                path, "unknown_reference",
                f"本预案没有 {level.value} 级（有：{have}）。",
                f"The plan has no level {level.value}; it has {have}.",
            )  # fmt: skip
    for level, part in plan.levels.items():
        if part.start.mode == "decision" and part.start.decide_within is None:
            yield Trouble(
                f"levels.{level.value}.start", "missing_key",
                "由人决定的启动必须写明 decide_within。",
                "A start by decision states decide_within.",
            )  # fmt: skip


def _repeats(plan: PlanDocument) -> Iterator[Trouble]:
    """Entries of which a second one would contradict the first."""
    groups: list[tuple[str, list[str]]] = [
        ("upper_plans", [upper.plan for upper in plan.upper_plans]),
        ("contacts", [contact.post for contact in plan.contacts]),
        ("links_in", [f"{link.from_} {link.kind}" for link in plan.links_in]),
        ("accepts", list(plan.accepts)),
        ("closures", [f"{closure.segment} {closure.direction}" for closure in plan.closures]),
    ]
    for part, keys in groups:
        yield from _twice(part, list(enumerate(keys)))
    pairs = [
        (index, f"{kind} {colour.value}")
        for index, action in enumerate(plan.warning_actions)
        for kind in action.type
        for colour in action.colour
    ]
    yield from _twice("warning_actions", pairs)


def _twice(part: str, keys: list[tuple[int, str]]) -> Iterator[Trouble]:
    seen: set[str] = set()
    for index, key in keys:
        if key in seen:
            yield Trouble(
                f"{part}.{index}", "duplicate_entry", f"{part} 中“{key}”重复。", f"{key} is twice in {part}."
            )
        seen.add(key)


def _resource(path: str, resource: Resource) -> Iterator[Trouble]:
    named = [part for part in (resource.team, resource.stock, resource.shelter, resource.agreement) if part]
    if len(named) != 1:
        yield Trouble(
            path, "bad_resource",
            "资源必须且只能是 team、stock、shelter、agreement 之一。",
            "A resource is exactly one of team, stock, shelter, agreement.",
        )  # fmt: skip


def _zone(plan: PlanDocument, path: str, zone: Zone) -> Iterator[Trouble]:
    shape = zone.shape
    if not ((shape.circle is not None and shape.radius_m is not None) ^ (shape.polygon is not None)) or (
        (shape.circle is None) != (shape.radius_m is None)
    ):
        yield Trouble(
            f"{path}.shape", "bad_shape",
            "形状必须是 {circle, radius_m} 或 {polygon} 之一。",
            "A shape is either {circle, radius_m} or {polygon}.",
        )  # fmt: skip
    if zone.hazard is not None and zone.hazard not in plan.covers.hazards:
        zh, en = hint(zone.hazard, plan.covers.hazards)
        yield Trouble(
            f"{path}.hazard", "unknown_reference",
            f"“{zone.hazard}”不在 covers.hazards 中。{zh}",
            f"{zone.hazard} is not among covers.hazards.{en}",
        )  # fmt: skip
