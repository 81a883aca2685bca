"""Which plans may start for an incident, and on what facts 启动条件: everything is read from the world, and each fact has its position."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from core.adoption import Adopted
from core.entry import Entry
from core.incident import Incident
from core.plan.conditions import FACTS, WARNING, FactValue, cited, holds
from core.plan.document import PlanDocument
from core.scales import ResponseLevel, WarningColour
from core.world import World

NUMBERS = ("dead", "serious", "missing", "loss_yuan")
SITE_KINDS = ("enterprise", "community")
AT = ("hazard", "place")
"""The facts that say where an incident is, by ids of the register."""


class Facts(NamedTuple):
    """What is established for an incident, and where the log says so (0: nowhere in particular)."""

    values: dict[str, FactValue]
    positions: dict[str, int]


class Start(NamedTuple):
    """A plan whose start condition holds at a level, and the positions that it rests on."""

    plan: str
    level: ResponseLevel
    automatic: bool
    facts: tuple[int, ...]


class Coverage:
    """Which plans cover what, so that an incident asks the plans that it concerns and no others."""

    def __init__(self) -> None:
        self._plans: dict[str, dict[str, None]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def put(self, document: PlanDocument) -> None:
        self.drop(document.id)
        keys = tuple(_keys(document))
        self._keys[document.id] = keys
        for key in keys:
            self._plans.setdefault(key, {})[document.id] = None

    def drop(self, plan: str) -> None:
        for key in self._keys.pop(plan, ()):
            self._plans[key].pop(plan, None)

    def of(self, world: World, incident: Incident) -> Iterator[str]:
        """The plans that cover an incident. A plan of one site covers what is known to be there, or what its owner reports."""
        yield from self._plans.get(f"kind:{incident.kind}", ())
        yield from self._plans.get(f"field:{incident.field}", ())
        here = {f"owner:{incident.reported.by.partition('/')[0]}"}
        for entry in world.told.get(incident.id, {}).values():
            if entry.fact in AT and not entry.struck:
                here.add(f"{entry.fact}:{entry.value}")
        found = dict.fromkeys(plan for key in sorted(here) for plan in self._plans.get(key, ()))
        for plan in found:
            events = world.plans[plan].document.covers.events
            if not events or incident.kind in events:
                yield plan


def _keys(document: PlanDocument) -> Iterator[str]:
    covers = document.covers
    if document.kind.startswith(SITE_KINDS):
        yield f"owner:{document.owner}"
        yield from (f"hazard:{one}" for one in covers.hazards)
        yield from (f"place:{one}" for one in covers.places)
    elif covers.events:
        yield from (f"kind:{one}" for one in covers.events)
    else:
        yield from (f"field:{one}" for one in document.fields)


def starts(world: World, coverage: Coverage, incident: Incident, now: datetime) -> Iterator[Start]:
    """The plans that should be active for an incident at a level, and are not: neither active, nor ended since on the same facts."""
    facts: Facts | None = None
    for plan in dict.fromkeys(coverage.of(world, incident)):
        adopted = world.plans[plan]
        running = world.activation_of(plan, incident.id)
        if adopted.retired_at is not None or (running is not None and running.level is not None):
            continue
        facts = facts or facts_of(world, incident, now)
        found = _highest(adopted, facts)
        if found is not None and max(found.facts, default=0) > _ended(world, plan, incident.id):
            yield found


def _ended(world: World, plan: str, incident: str) -> int:
    """Where a former activation of the plan for the incident began that has ended: what was known by its end starts nothing anew."""
    former = world.activations.get(world.running.get(f"{incident} {plan}", ""))
    return former.ended_position if former is not None and former.ended_at is not None else 0


def _highest(adopted: Adopted, facts: Facts) -> Start | None:
    for level in sorted(adopted.document.levels, reverse=True):
        start = adopted.document.levels[level].start
        if holds(start.when, facts.values):
            names = cited(start.when, facts.values)
            positions = tuple(sorted({facts.positions[name] for name in names if facts.positions.get(name)}))
            return Start(adopted.id, level, start.mode == "automatic", positions)
    return None


def facts_of(world: World, incident: Incident, now: datetime) -> Facts:
    """Unstruck entries with fact and value (the latest of each), casualty figures, the grade, the field, the warnings in force."""
    values: dict[str, FactValue] = {"field": incident.field}
    positions: dict[str, int] = {"field": incident.reported.position}
    latest: dict[str, Entry] = {}
    for entry in world.told.get(incident.id, {}).values():
        if entry.struck or entry.fact not in FACTS or entry.at is None:
            continue
        before = latest.get(entry.fact)
        if before is None or before.at is None or (before.at, before.position) < (entry.at, entry.position):
            latest[entry.fact] = entry
    for name, entry in latest.items():
        if (value := _read(name, entry.value)) is not None:
            values[name], positions[name] = value, entry.position
    for name in NUMBERS:
        if (figure := incident.figure(name)) is not None:
            values[name] = float(figure)
            positions[name] = _position(incident, name)
    if (grade := incident.grade) is not None:
        values["grade_at_least"] = grade.value
        positions["grade_at_least"] = max(_position(incident, name) for name in NUMBERS)
    for warning in world.warnings.values():
        key = f"{WARNING}/{warning.hazard_type}"
        in_force = warning.since <= now and (warning.ends is None or now < warning.ends)
        known = WarningColour(str(values[key])) if key in values else None
        if in_force and (known is None or known < warning.colour):
            values[key], positions[key] = warning.colour.value, warning.since_position
    return Facts(values, positions)


def _position(incident: Incident, name: str) -> int:
    stated = (
        one.position for one in incident.casualties if not one.struck and getattr(one, name) is not None
    )
    return max(stated, default=0)


def _read(name: str, value: str | None) -> FactValue | None:
    """The value as the fact's kind wants it; one that cannot be read establishes nothing."""
    if value is None:
        return None
    kind = FACTS[name].kind
    if kind == "number":
        try:
            number = float(value)
        except ValueError:
            return None
        return number if 0 <= number < float("inf") else None
    if kind == "flag":
        return {"true": True, "false": False}.get(value)
    return value if kind == "code" else None
