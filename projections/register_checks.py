"""The register of a world as the checks look at it, and the checks kept in step with it. It can be asked in a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct, structs

from core.adoption import Adopted
from core.agreement import Agreement
from core.organisation import Organisation
from core.plan.finding import PlanFinding
from core.plan.lint import Linter
from core.plan.register import TABLES, Register, RegisterFile, Table, plan_key
from core.plan.rows import AgreementRow
from core.plan.values import Validity
from core.plan_register import organisation_row, team_row, version_of
from core.tables import Tables
from core.team import Team


class RegisterTables(Struct, frozen=True):
    """What of a world the register is made of: copies, so that they can be looked at while the world goes on."""

    plans: dict[str, Adopted]
    organisations: dict[str, Organisation]
    teams: dict[str, Team]
    agreements: dict[str, Agreement]
    entered: RegisterFile

    @classmethod
    def of(cls, world: Tables) -> RegisterTables:
        """Shallow copies: the rows themselves never change."""
        return cls(
            dict(world.plans),
            dict(world.organisations),
            dict(world.teams),
            dict(world.agreements),
            world.registers["entered"],
        )

    def rows(self) -> dict[Table, dict[str, Any]]:
        """The register's tables: what the log says of organisations, teams and plans, and beside it what was entered from files."""
        said: dict[Table, dict[str, Any]] = {
            name: {row.id: row for row in getattr(self.entered, name)} for name in TABLES if name != "plans"
        }
        signed = {one.id: _agreement(one) for one in self.agreements.values()}
        return {
            **said,
            "plans": {plan_key(one.id, one.version): version_of(one) for one in self.plans.values()},
            "organisations": {
                id: organisation_row(one, said["organisations"].get(id))
                for id, one in self.organisations.items()
            },
            "teams": {id: team_row(one, said["teams"].get(id)) for id, one in self.teams.items()},
            "agreements": {**signed, **said["agreements"]},
        }


class RegisterChecks:
    """The checks over the register of a world, kept in step with it: only what touches a changed row is checked again."""

    def __init__(self) -> None:
        self._linter: Linter | None = None
        self._day: date | None = None
        self._known: dict[Table, dict[str, Any]] = {}

    def findings(self, tables: RegisterTables, day: date) -> list[PlanFinding]:
        """What the checks find, gravest first; a finding that was waived at the adoption says by whom."""
        rows = tables.rows()
        if self._linter is None or self._day != day:
            whole: dict[str, Any] = {name: dict(table) for name, table in rows.items()}
            self._linter = Linter(Register(**whole), day)
            self._day = day
        else:
            self._linter.change_all(list(_changes(self._known, rows)))
        self._known = rows
        return [_waived(tables, finding, day) for finding in self._linter.findings()]


def _waived(tables: RegisterTables, finding: PlanFinding, day: date) -> PlanFinding:
    adopted = tables.plans.get(finding.plan or "")
    for waived in adopted.waivers if adopted is not None else ():
        if waived.rule == finding.rule and waived.subject in (None, finding.subject) and waived.until >= day:
            return structs.replace(finding, waived_by=waived.by)
    return finding


def _agreement(one: Agreement) -> AgreementRow:
    return AgreementRow(
        id=one.id,
        client=one.client,
        provider=one.provider,
        hazards=one.hazards,
        valid=Validity(from_=one.valid_from, to=one.valid_to),
    )


def _changes(
    before: Mapping[Table, Mapping[str, Any]], after: Mapping[Table, Mapping[str, Any]]
) -> Iterator[tuple[Table, str, Any | None]]:
    for name, rows in after.items():
        known = before.get(name, {})
        for id in known:
            if id not in rows:
                yield name, id, None
        for id, row in rows.items():
            if known.get(id) != row:
                yield name, id, row
