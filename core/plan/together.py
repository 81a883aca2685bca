"""Which plans can run at the same time: in one situation their starts hold, one warning sets both off, or one draws in the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from core.plan.cells import Undecided, situations
from core.plan.conditions import Condition, holds
from core.plan.document import PlanDocument
from core.plan.references import links
from core.plan.register import PlanVersion
from core.plan.view import View
from core.scales import WarningColour

DRAW_DEPTH_MAX = 8
"""How far a cascade goes, as at run time."""


class Together:
    """The largest sets of plans that can run at once, all with the plan that was asked about in them.

    `decided` is False where the situations were too many to look at: then every plan that can run with this one counts as running.
    """

    def __init__(self, view: View, plan: PlanVersion, others: Sequence[PlanVersion]) -> None:
        self.decided = True
        pool = {plan.id: plan} | {other.id: other for other in others}
        drawn = {id: drawn_in(view, member) & pool.keys() for id, member in pool.items()}
        found: set[frozenset[str]] = {frozenset({plan.id} | drawn[plan.id])}
        found |= {members for members in _closed(self._by_start(plan.id, pool), drawn) if plan.id in members}
        found |= {members for members in _closed(_by_warning(pool), drawn) if plan.id in members}
        self.sets = sorted((s for s in found if not any(s < other for other in found)), key=sorted)

    def _by_start(self, plan: str, pool: dict[str, PlanVersion]) -> Iterator[frozenset[str]]:
        starts = {id: _starts(member.document) for id, member in sorted(pool.items())}
        try:
            yield from _holding(tuple(starts.items()))
        except Undecided:
            self.decided = False
            yield frozenset({plan, *(id for id in pool if id != plan and _pair(starts[plan], starts[id]))})


def drawn_in(view: View, plan: PlanVersion) -> set[str]:
    """The plans that a running plan starts or warns, and those that these do."""
    reached: set[str] = set()
    edge = [plan]
    for _ in range(DRAW_DEPTH_MAX):
        following: list[PlanVersion] = []
        for member in edge:
            for target in _targets(view, member):
                if target.id not in reached and target.id != plan.id:
                    reached.add(target.id)
                    following.append(target)
        edge = following
    return reached


def _targets(view: View, plan: PlanVersion) -> Iterator[PlanVersion]:
    for _, link in links(plan.document):
        if link.kind not in {"activate", "warn"}:
            continue
        if link.to.plan:
            target = view.valid(link.to.plan)
            if target:
                yield target
        elif link.to.post:
            yield from view.taking(link.to.post.partition("/")[0], plan.id, link.kind)


def _starts(document: PlanDocument) -> tuple[Condition, ...]:
    return tuple(document.levels[level].start.when for level in sorted(document.levels))


@lru_cache(maxsize=4096)
def _holding(starts: tuple[tuple[str, tuple[Condition, ...]], ...]) -> tuple[frozenset[str], ...]:
    """For each situation at its worst, the plans of which a start holds."""
    conditions = [condition for _, of_plan in starts for condition in of_plan]
    return tuple(
        {
            frozenset(
                id
                for id, of_plan in starts
                if any(holds(condition, situation.facts) for condition in of_plan)
            )
            for situation in situations(conditions, highest=True)
        }
    )


def _pair(a: tuple[Condition, ...], b: tuple[Condition, ...]) -> bool:
    """Can two plans run at once? Where even that is too much to look at, yes."""
    try:
        return any(len(members) == 2 for members in _holding((("a", a), ("b", b))))
    except Undecided:
        return True


def _by_warning(pool: dict[str, PlanVersion]) -> Iterator[frozenset[str]]:
    acting: dict[tuple[str, WarningColour], set[str]] = {}
    for id, plan in pool.items():
        for action in plan.document.warning_actions:
            if action.action != "none":
                for kind in action.type:
                    for colour in action.colour:
                        acting.setdefault((kind, colour), set()).add(id)
    yield from map(frozenset, acting.values())


def _closed(sets: Iterator[frozenset[str]], drawn: dict[str, set[str]]) -> Iterator[frozenset[str]]:
    for members in sets:
        yield members.union(*(drawn[id] for id in members))
