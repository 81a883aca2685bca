"""Everything the rules may look at, folded from the log: what is open, or needed to decide. Closed incidents leave it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from core.activation import Activation, Proposal
from core.adoption import Adopted
from core.agreement import Agreement
from core.catalogue import Recorded
from core.control import Control
from core.dispatch import Dispatch
from core.entry import Entry
from core.errors import Rule, Unknown
from core.folds import FOLDS
from core.incident import Incident
from core.link import Link
from core.organisation import Organisation
from core.plan.view import Indexes
from core.plan_register import PlanRegister
from core.tables import PARTS, Tables, Undo
from core.task import Task
from core.team import Team
from core.warning import Warned

Row = TypeVar("Row")

VERSION = 2
"""Of the fold: raised when stored snapshots of it can no longer be used."""


def _found(table: dict[str, Row], thing: str, zh: str, id: str) -> Row:
    row = table.get(id)
    if row is None:
        raise Unknown(thing, zh, id)
    return row


class World(Tables):
    """The state of one operation at a position."""

    _register: PlanRegister | None = None  # derived, made when a plan is first checked

    # --- what rules ask ---

    @property
    def root(self) -> Organisation | None:
        """The operator's district: the first organisation, the root of the tree."""
        return next(iter(self.organisations.values()), None)

    def organisation(self, id: str) -> Organisation:
        """An organisation by its id or by any code it ever had. Raises Unknown."""
        found = self.organisations.get(id) or self.organisations.get(self.codes.get(id, ""))
        if found is None:
            raise Unknown("organisation", "组织", id)
        return found

    def team(self, id: str) -> Team:
        found = self.teams.get(id)
        if found is None:
            raise Unknown("team", "队伍", id)
        return found

    def incident(self, id: str) -> Incident:
        found = self.incidents.get(id)
        if found is None:
            raise Unknown("incident", "事件", id)
        return found

    def open_incident(self, id: str) -> Incident:
        """An incident that takes new orders: neither closed nor merged into another."""
        found = self.incident(id)
        if found.closed_at is not None:
            raise Rule(
                "incident_not_open",
                f"事件 {id} 已结案，请先重新启动。",
                f"Incident {id} is closed: reopen it first.",
                incident=id,
                closed_at=found.closed_at,
            )
        if found.merged_into is not None:
            raise Rule(
                "incident_merged",
                f"事件 {id} 已并入 {found.merged_into}，请使用该编号。",
                f"Incident {id} was merged into {found.merged_into}: use that one.",
                incident=id,
                into=found.merged_into,
            )
        return found

    def dispatch(self, id: str) -> Dispatch:
        found = self.dispatches.get(id)
        if found is None:
            raise Unknown("dispatch", "调派", id)
        return found

    def plan(self, id: str) -> Adopted:
        return _found(self.plans, "plan", "预案", id)

    def activation(self, id: str) -> Activation:
        return _found(self.activations, "activation", "启动", id)

    def activation_of(self, plan: str, incident: str) -> Activation | None:
        """The open activation or stand-by of a plan for an incident, or for one that was merged into it: there is one at the most."""
        for one in self.members(incident):
            found = self.activations.get(self.running.get(f"{one} {plan}", ""))
            if found is not None and found.ended_at is None:
                return found
        return None

    def members(self, incident: str) -> tuple[str, ...]:
        """An incident with all that is one with it: what it was merged into first, then what was merged into that."""
        found = self.incidents.get(incident)
        if found is not None and found.merged_into is not None:
            found = self.incidents.get(found.merged_into, found)
        return (incident,) if found is None else (found.id, *found.merged)

    def open_activations(self, incident: str) -> list[Activation]:
        """What runs or stands by for an incident and those that are one with it."""
        return [row for one in self.members(incident) for row in self.part_of("activations", one) if row.open]

    def proposal(self, id: str) -> Proposal:
        return _found(self.proposals, "proposal", "启动建议", id)

    def task(self, id: str) -> Task:
        return _found(self.tasks, "task", "任务", id)

    def link(self, id: str) -> Link:
        return _found(self.links, "link", "衔接", id)

    def control(self, id: str) -> Control:
        return _found(self.controls, "control", "管制", id)

    def warning(self, id: str) -> Warned:
        return _found(self.warnings, "warning", "预警", id)

    def agreement(self, id: str) -> Agreement:
        return _found(self.agreements, "agreement", "协议", id)

    def find_entry(self, position: int) -> Entry | None:
        """The entry or casualty record of that position, if it is here. One look at each open incident."""
        for table in self.entries.values():
            if (found := table.get(position)) is not None:
                return found
        return None

    def entry(self, position: int) -> Entry:
        found = self.find_entry(position)
        if found is None:
            raise Unknown("entry", "记录", str(position))
        return found

    def has_post(self, post_id: str) -> bool:
        """Whether somebody can act at `organisation/post` now."""
        organisation, _, post = post_id.partition("/")
        found = self.organisations.get(organisation)
        return found is not None and found.active and post in found.posts

    def standing(self, id: str) -> str:
        """The organisation that answers today for an id or code: what it was merged into, as far as that goes."""
        found = self.organisations.get(id) or self.organisations.get(self.codes.get(id, ""))
        for _ in range(len(self.organisations)):  # merging makes no circle
            if found is None or found.merged_into is None:
                break
            found = self.organisations.get(found.merged_into)
        return id if found is None else found.id

    def is_within(self, organisation: str, ancestor: str) -> bool:
        """Whether an organisation is `ancestor` or stands below it in the tree."""
        current: str | None = organisation
        for _ in range(len(self.organisations) + 1):  # a tree without circles is no deeper
            if current == ancestor:
                return True
            found = self.organisations.get(current or "")
            if found is None:
                return False
            current = found.merged_into or found.parent
            if current is None:
                return False
        return False

    def plan_register(self) -> Indexes:
        """The register that the checks of plans look at, in step with this world."""
        if self._register is None:
            self._register = PlanRegister(self)
        return self._register.caught_up(self)

    # --- folding ---

    def apply(self, recorded: Recorded, undo: Undo | None = None) -> None:
        """Fold one event. It never refuses. With `undo`, note what each change replaced."""
        self._undo = undo
        self.position = recorded.position
        self.recorded_at = recorded.recorded_at
        event = recorded.event
        FOLDS[type(event)](self, recorded, event)

    def recall(self, records: Iterable[Recorded]) -> None:
        """Bring closed incidents back, from all events about them in order, until the next `sweep`."""
        scratch = World(keep_closed=True)
        for recorded in records:
            scratch.apply(recorded)
        for id, incident in scratch.incidents.items():
            if id in self.incidents:
                continue
            self.incidents[id] = incident
            self._closing.append(id)
            if (table := scratch.entries.get(id)) is not None:
                self.entries[id] = table
                self.told[id] = scratch.told.get(id, {})
            if (filed := scratch.reports.get(id)) is not None:
                self.reports[id] = filed
            for dispatch in incident.dispatches:
                if dispatch in scratch.dispatches:
                    self.dispatches[dispatch] = scratch.dispatches[dispatch]
            for name in PARTS:
                rows: dict[str, Any] = getattr(scratch, name)
                if ids := scratch.parts.get(f"{name} {id}"):
                    getattr(self, name).update({key: rows[key] for key in ids})
                    self.parts[f"{name} {id}"] = dict(ids)
