"""The register that the checks of plans look at, made of a world's tables and kept in step with them: only what was changed is redone.

Organisations, posts, teams and plans are what the log says of them; a register file adds to that and never puts anything beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta, timezone
from typing import Any

from msgspec import structs

from core.adoption import Adopted
from core.organisation import Organisation
from core.plan.register import TABLES, PlanVersion, Register, RegisterFile, Table, plan_key
from core.plan.rows import AgreementRow, FormerName, OrganisationRow, Post, TeamRow
from core.plan.values import ALWAYS, Validity
from core.plan.view import INDEXES, INDEXES_OF, Indexes, Key
from core.tables import Tables
from core.team import Team

LOCAL = timezone(timedelta(hours=8))
NEVER = Validity(to=date.min)
"""Of what is over: since when, the world does not keep."""


class PlanRegister:
    """The indexes over a world's register."""

    def __init__(self, tables: Tables) -> None:
        self._entered: dict[str, dict[str, Any]] = {}
        self._versions: dict[str, str] = {}
        self._indexes = Indexes(Register())
        self._reread(tables)
        everything = [("organisations", id) for id in tables.organisations]
        everything += [("teams", id) for id in tables.teams]
        everything += [("plans", id) for id in tables.plans]
        everything += [(name, id) for name, rows in self._entered.items() for id in rows]
        everything += [("agreements", id) for id in tables.agreements]
        self._restate(tables, everything)
        tables.restated.clear()

    def caught_up(self, tables: Tables) -> Indexes:
        """The register as the tables have it now."""
        if tables.restated:
            if ("registers", "entered") in tables.restated:
                before = self._entered
                self._reread(tables)
                for name, rows in self._entered.items():
                    former = before[name]
                    tables.restated.update(
                        (name, id) for id in rows.keys() | former.keys() if rows.get(id) is not former.get(id)
                    )
            changed = sorted(tables.restated)
            tables.restated.clear()
            self._restate(tables, changed)
        return self._indexes

    def _reread(self, tables: Tables) -> None:
        file: RegisterFile = tables.registers["entered"]
        names = [name for name in TABLES if name != "plans"]
        self._entered = {name: {row.id: row for row in getattr(file, name)} for name in names}

    def _restate(self, tables: Tables, changed: Iterable[tuple[str, str]]) -> None:
        for name, id in changed:
            match name:
                case "plans":
                    self._restate_plan(tables.plans.get(id), id)
                case "registers":
                    pass  # its rows are named one by one
                case _ if name in TABLES:
                    table = name
                    self._indexes.replace(table, id, self._row(tables, table, id))
                case _:
                    pass  # drills and waivers: for people and clocks, not for the checks

    def _restate_plan(self, adopted: Adopted | None, id: str) -> None:
        """Only the version that stands: no check looks at a former one."""
        if (former := self._versions.pop(id, None)) is not None:
            self._indexes.replace("plans", former, None)
        if adopted is not None:
            version = version_of(adopted)
            key = self._versions[id] = plan_key(id, adopted.version)
            self._indexes.replace("plans", key, version)

    def _row(self, tables: Tables, table: Table, id: str) -> Any:
        said = self._entered[table].get(id)
        match table:
            case "organisations":
                organisation = tables.organisations.get(id)
                return None if organisation is None else organisation_row(organisation, said)
            case "teams":
                team = tables.teams.get(id)
                return None if team is None else team_row(team, said)
            case "agreements":
                signed = tables.agreements.get(id)
                if said is not None or signed is None:
                    return said
                valid = Validity(signed.valid_from, signed.valid_to)
                return AgreementRow(id=id, client=signed.client, provider=signed.provider, valid=valid)
            case _:
                return said


class WithProposed(Indexes):
    """A register as it would be with some plans adopted; it changes nothing."""

    def __init__(self, standing: Indexes, plans: Iterable[PlanVersion]) -> None:
        self.register = standing.register
        self._standing = standing
        self._proposed: dict[Key, dict[str, PlanVersion]] = {}
        for plan in plans:
            for index in INDEXES_OF["plans"]:
                for key in INDEXES[index][1](plan):
                    self._proposed.setdefault((index, key), {})[plan_key(plan.id, plan.version)] = plan

    def rows(self, index: str, key: Any) -> list[Any]:
        """The rows under a key, by id."""
        standing = self._standing.rows(index, key)
        proposed = self._proposed.get((index, key))
        if not proposed:
            return standing
        rows = {plan_key(row.id, row.version): row for row in standing} | proposed
        return [rows[id] for id in sorted(rows)]


def version_of(adopted: Adopted) -> PlanVersion:
    """An adopted plan as the register has it; a day counts whole, in Beijing time."""
    retired = adopted.retired_at
    return PlanVersion(
        document=adopted.document,
        sha256=adopted.hash,
        adopted=adopted.adopted_at.astimezone(LOCAL).date(),
        retired=None if retired is None else retired.astimezone(LOCAL).date(),
    )


def organisation_row(organisation: Organisation, said: OrganisationRow | None) -> OrganisationRow:
    """An organisation as the log has it; its sectors are what a file says."""
    return OrganisationRow(
        id=organisation.id,
        name=organisation.name,
        level=organisation.level,
        parent=organisation.parent,
        code=organisation.code,
        valid=ALWAYS if organisation.active else NEVER,
        former=tuple(
            FormerName(name=one.name, code=one.code, until=one.until.astimezone(LOCAL).date())
            for one in organisation.former
        ),
        successor=organisation.merged_into,
        posts=tuple(Post(id=post, name=name) for post, name in organisation.posts.items()),
        sectors=() if said is None else said.sectors,
    )


def team_row(team: Team, said: TeamRow | None) -> TeamRow:
    """A team as the log has it; joint owners, quantity and capabilities where a file says more."""
    row = TeamRow(
        id=team.id,
        owners=(team.organisation,),
        name=team.name,
        kind=team.kind,
        capabilities=team.capabilities,
        in_service=team.in_service,
    )
    if said is None:
        return row
    return structs.replace(
        row,
        owners=tuple(dict.fromkeys((team.organisation, *said.owners))),
        capabilities=tuple(dict.fromkeys((*team.capabilities, *said.capabilities))),
        quantity=said.quantity,
    )
