"""The whole register → findings; and after a change only what looked at what changed is asked again.

The answers are those of a check from scratch, by construction: a check depends on nothing but what it looked at, every look is noted,
and a change names every key under which its row is or was to be found.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from msgspec import structs

from core.plan.checks import COMMUNITY_CHECKS, PLAN_CHECKS
from core.plan.finding import Limits, PlanFinding
from core.plan.register import Register, Table
from core.plan.view import Indexes, Key, View

Unit = tuple[str, str]
"""What is asked as one: (plan, id) or (community, id)."""


class Change(NamedTuple):
    """What a change of the register did: findings raised and cleared, and how much had to be asked again."""

    raised: list[PlanFinding]
    cleared: list[PlanFinding]
    checked: int


class Linter:
    """A register as of a day with all its findings, kept in step with changes. It owns the register that it was given.

    Another day is another linter: the day decides what is valid.
    """

    def __init__(self, register: Register, as_of: date, limits: Limits | None = None) -> None:
        self.register = register
        self.as_of = as_of
        self._limits = limits or Limits()
        self._indexes = Indexes(register)
        self._answers: dict[Unit, tuple[PlanFinding, ...]] = {}
        self._looked: dict[Unit, frozenset[Key]] = {}
        self._lookers: dict[Key, set[Unit]] = {}
        for plan in {version.id for version in register.plans.values()}:
            self._ask(("plan", plan))
        for community in register.communities:
            self._ask(("community", community))

    def findings(self) -> list[PlanFinding]:
        """All findings, gravest first; those that somebody waives until a later day say so."""
        waivers = {
            (waiver.rule, waiver.plan, waiver.subject): waiver.by
            for waiver in self.register.waivers
            if waiver.until >= self.as_of
        }
        listed = [
            structs.replace(finding, waived_by=by)
            if (by := waivers.get((finding.rule, finding.plan, finding.subject)))
            else finding
            for answer in self._answers.values()
            for finding in answer
        ]
        return sorted(listed, key=lambda finding: finding.order)

    def about(self, plan: str) -> tuple[PlanFinding, ...]:
        """The findings of one plan: what its adoption has to answer for."""
        return self._answers.get(("plan", plan), ())

    def change(self, table: Table, id: str, row: Any | None) -> Change:
        """Put one row into the register, or take it out with None."""
        return self.change_all([(table, id, row)])

    def change_all(self, changes: Iterable[tuple[Table, str, Any | None]]) -> Change:
        """Several changes at once; what they touch is asked once."""
        touched: set[Key] = set()
        units: set[Unit] = set()
        for table, id, row in changes:
            touched |= self._indexes.replace(table, id, row)
            if table == "plans":
                units.add(("plan", id.rpartition("@")[0]))
            elif table == "communities":
                units.add(("community", id))
        for key in touched:
            units |= self._lookers.get(key, set())
        raised: list[PlanFinding] = []
        cleared: list[PlanFinding] = []
        for unit in sorted(units):
            before = self._answers.get(unit, ())
            after = self._ask(unit)
            raised += [finding for finding in after if finding not in before]
            cleared += [finding for finding in before if finding not in after]
        return Change(raised, cleared, len(units))

    def _ask(self, unit: Unit) -> tuple[PlanFinding, ...]:
        """Ask all checks about one unit and note what they looked at."""
        seen: set[Key] = set()
        view = View(self._indexes, self.as_of, self._limits, seen)
        answer = tuple(_checked(view, unit, self.register))
        for key in self._looked.get(unit, frozenset()) - seen:
            self._lookers[key].discard(unit)
        for key in seen:
            self._lookers.setdefault(key, set()).add(unit)
        self._looked[unit] = frozenset(seen)
        self._answers[unit] = answer
        return answer


def _checked(view: View, unit: Unit, register: Register) -> Iterable[PlanFinding]:
    kind, id = unit
    if kind == "plan":
        plan = view.valid(id)
        if plan:
            for check in PLAN_CHECKS.values():
                yield from check(view, view.as_of, plan)
        return
    community = view.community(id)
    if community:
        path, line = register.sources.get(f"communities/{id}", (None, None))
        for community_check in COMMUNITY_CHECKS.values():
            for finding in community_check(view, view.as_of, community):
                yield structs.replace(finding, file=path, line=line)


def lint(register: Register, as_of: date, limits: Limits | None = None) -> list[PlanFinding]:
    """All findings of a register on a day, from scratch."""
    return Linter(register, as_of, limits).findings()
