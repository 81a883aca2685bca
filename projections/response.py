"""The board's half for the response: which rows are made of which things, and what one event asks to be made again.

Most things make one row. Deadlines and reports come several to a thing: they are made again together, and what came out of it before
says which of them are gone. Deadlines of plans (review, drill) run for years: they are in the register's views, not on the board.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from core.catalogue import Recorded
from core.incident import IncidentClosed
from core.obligation_touch import touched
from core.obligations import of_thing
from core.tables import Tables
from projections.rows import ResponseKind, RowChange, RowKind
from projections.rows_plans import activation_row, link_row, plan_row, proposal_row, task_row
from projections.rows_response import (
    ObligationRow,
    ReportRow,
    ResponseRow,
    control_row,
    finding_row,
    obligation_row,
    report_row,
    warning_row,
)

Thing = tuple[str, str]
OWING = ("task", "link", "proposal", "dispatch", "control", "warning", "incident", "point")
"""Things of which a deadline on the board may follow."""


def tables_of(world: Tables) -> dict[RowKind, dict[str, Any]]:
    """The things that make one row each."""
    return {
        "plan": world.plans,
        "activation": world.activations,
        "proposal": world.proposals,
        "task": world.tasks,
        "link": world.links,
        "control": world.controls,
        "warning": world.warnings,
        "finding": world.findings,
    }


_OF_ONE: dict[RowKind, Callable[[Any], ResponseRow]] = {
    "proposal": proposal_row,
    "task": task_row,
    "link": link_row,
    "control": control_row,
    "warning": warning_row,
    "finding": finding_row,
}


def single_row(world: Tables, kind: RowKind, id: str) -> ResponseRow | None:
    """The row of a thing that makes one, from the world as it stands."""
    if kind == "plan":
        adopted = world.plans.get(id)
        return None if adopted is None else plan_row(adopted, world.organisations.get(adopted.document.owner))
    if kind == "activation":
        found = world.activations.get(id)
        if found is None:
            return None
        plan = world.plans.get(found.plan)
        return activation_row(found, None if plan is None else plan.pinned(found.version))
    thing = tables_of(world)[kind].get(id)
    return None if thing is None else _OF_ONE[kind](thing)


def owed_by(world: Tables, thing: Thing) -> dict[str, ObligationRow]:
    """The deadlines of one thing as rows."""
    found = of_thing(world, *thing)
    return {one.id: obligation_row(one, one.id in world.missed) for one in found}


def filed_for(world: Tables, thing: Thing) -> dict[str, ReportRow]:
    """The reports of one incident as rows."""
    incident = thing[1]
    rows = (report_row(incident, one) for one in world.reports.get(incident, ()))
    return {row.id: row for row in rows}


def owing_things(world: Tables) -> Iterator[Thing]:
    """All of them, to make every deadline anew."""
    tables: tuple[Iterable[str], ...] = (
        world.tasks,
        world.links,
        world.proposals,
        world.dispatches,
        world.controls,
        world.warnings,
        world.incidents,
        world.crowds,
    )
    for kind, table in zip(OWING, tables, strict=True):
        yield from ((kind, id) for id in table)


def asked_again(world: Tables, recorded: Recorded) -> Iterator[Thing]:
    """The things of which other deadlines may follow after an event. Asked before it is folded and again after it."""
    for kind, id in touched(world, recorded):
        if kind in OWING:
            yield kind, id
    if isinstance(recorded.event, IncidentClosed):
        # Its entries go with it, and a decision not to respond to a warning may have been among them.
        for id in world.warnings:
            yield "warning", id


def of_incident(world: Tables, incident: str) -> Iterator[tuple[RowKind, str]]:
    """The rows that leave with a closed incident. By the world's own index."""
    kinds: tuple[RowKind, ...] = ("activation", "proposal", "task", "link", "control")
    for kind in kinds:
        for id in world.keyed(f"{kind}s", incident):
            yield kind, id


class Grouped:
    """Rows that come several to a thing, and which came out of which thing when they were last made."""

    def __init__(
        self, kind: ResponseKind, make: Callable[[Tables, Thing], Mapping[str, ResponseRow]]
    ) -> None:
        self._kind: ResponseKind = kind
        self.make = make
        self._ids: dict[Thing, tuple[str, ...]] = {}
        self._thing: dict[str, Thing] = {}

    def thing_of(self, id: str) -> Thing | None:
        """The thing that a row came out of."""
        return self._thing.get(id)

    def make_all(self, world: Tables, things: Iterable[Thing]) -> dict[str, ResponseRow]:
        """Every row of its kind."""
        self._ids, self._thing = {}, {}
        rows: dict[str, ResponseRow] = {}
        for thing in things:
            made = self.make(world, thing)
            self._note(thing, made)
            rows.update(made)
        return rows

    def make_again(
        self, world: Tables, thing: Thing, rows: MutableMapping[str, Any], position: int
    ) -> Iterator[RowChange]:
        """The rows of one thing, put into `rows`: those that came out different, and those that are gone."""
        made = self.make(world, thing)
        for id in self._ids.get(thing, ()):
            if id not in made and rows.pop(id, None) is not None:
                self._thing.pop(id, None)
                yield RowChange(self._kind, id, position, None)
        self._note(thing, made)
        for id, row in made.items():
            if rows.get(id) != row:
                rows[id] = row
                yield RowChange(self._kind, id, position, row)

    def _note(self, thing: Thing, made: Mapping[str, ResponseRow]) -> None:
        if made:
            self._ids[thing] = tuple(made)
            self._thing.update(dict.fromkeys(made, thing))
        else:
            self._ids.pop(thing, None)
