"""In what order a folder of plans is adopted: those that lead to each other together, and no plan before the ones that it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.plan.document import PlanDocument


def adoption_sets(plans: Iterable[PlanDocument]) -> list[list[str]]:
    """The ids of the plans, in sets: a set holds what leads to each other, and comes after everything that it leads to."""
    documents = {plan.id: plan for plan in plans}
    owned: dict[str, list[str]] = {}
    for plan in documents.values():
        owned.setdefault(plan.owner, []).append(plan.id)
    leads = {id: sorted(set(_leads_to(plan, documents, owned)) - {id}) for id, plan in documents.items()}
    return _components(leads)


def _leads_to(
    plan: PlanDocument, documents: Mapping[str, PlanDocument], owned: Mapping[str, list[str]]
) -> Iterator[str]:
    """The plans of the folder that the checks of this one look at: above it, asked by it, or of an organisation that it relies on."""
    named = [upper.plan for upper in plan.upper_plans]
    named += [row.upper for row in plan.level_map]
    posts: list[str] = []
    parts = [(plan.stand_by.tasks, plan.stand_by.links_out)]
    parts += [(level.tasks, level.links_out) for level in plan.levels.values()]
    for tasks, links in parts:
        posts += [task.post for task in tasks]
        for link in links:
            named.append(link.to.plan or "")
            posts.append(link.to.post or "")
    yield from (id for id in named if id in documents)
    for organisation in {post.partition("/")[0] for post in posts} - {plan.owner}:
        yield from owned.get(organisation, ())


def _components(leads: Mapping[str, list[str]]) -> list[list[str]]:
    """Strongly connected sets, what is led to first (Tarjan 1972), without recursion: a chain of plans may be long."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    found: list[list[str]] = []
    for start in sorted(leads):
        if start in index:
            continue
        way: list[tuple[str, Iterator[str]]] = [(start, iter(leads[start]))]
        index[start] = low[start] = len(index)
        open_.append(start)
        while way:
            here, following = way[-1]
            then = next(following, None)
            if then is None:
                way.pop()
                if way:
                    low[way[-1][0]] = min(low[way[-1][0]], low[here])
                if low[here] == index[here]:
                    at = open_.index(here)
                    found.append(sorted(open_[at:]))
                    for done in open_[at:]:
                        low[done] = len(leads)  # in no open set any more
                    del open_[at:]
            elif then not in index:
                index[then] = low[then] = len(index)
                open_.append(then)
                way.append((then, iter(leads[then])))
            elif then in open_:
                low[here] = min(low[here], index[then])
    return found
