"""The register 登记册: everything that the checks look at, as plain data. A folder of files and a running server build the same one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from core.plan.document import PlanDocument
from core.plan.rows import (
    Adoption,
    AgreementRow,
    CommunityRow,
    Drill,
    DutyChannel,
    EventKind,
    Ground,
    HazardRow,
    Lifeline,
    OrganisationRow,
    PartTime,
    PlaceRow,
    RiskUnitRow,
    RouteRow,
    SegmentRow,
    ShelterRow,
    Stock,
    TeamRow,
    Waiver,
)
from core.plan.values import TABLE_ROWS_MAX

FORMAT = "liandong-register/1"


class PlanVersion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plan version as the register holds it. Of all versions adopted by a day and not retired, the highest is the current one."""

    document: PlanDocument
    sha256: str
    adopted: date
    retired: date | None = None
    path: str = ""
    lines: dict[str, tuple[int, int]] = {}

    @property
    def id(self) -> str:
        return self.document.id

    @property
    def version(self) -> int:
        return self.document.version


Table = Literal[
    "plans",
    "organisations",
    "channels",
    "teams",
    "part_time",
    "stock",
    "agreements",
    "hazards",
    "risk_units",
    "places",
    "shelters",
    "communities",
    "routes",
    "segments",
    "lifelines",
    "grounds",
    "event_kinds",
]

TABLES: dict[Table, type[Struct]] = {
    "plans": PlanVersion,
    "organisations": OrganisationRow,
    "channels": DutyChannel,
    "teams": TeamRow,
    "part_time": PartTime,
    "stock": Stock,
    "agreements": AgreementRow,
    "hazards": HazardRow,
    "risk_units": RiskUnitRow,
    "places": PlaceRow,
    "shelters": ShelterRow,
    "communities": CommunityRow,
    "routes": RouteRow,
    "segments": SegmentRow,
    "lifelines": Lifeline,
    "grounds": Ground,
    "event_kinds": EventKind,
}


class Register(Struct):
    """All tables, each id → row; plans by `plan@version`. Drills and waivers are read by people and clocks, not by the checks."""

    plans: dict[str, PlanVersion] = {}
    organisations: dict[str, OrganisationRow] = {}
    channels: dict[str, DutyChannel] = {}
    teams: dict[str, TeamRow] = {}
    part_time: dict[str, PartTime] = {}
    stock: dict[str, Stock] = {}
    agreements: dict[str, AgreementRow] = {}
    hazards: dict[str, HazardRow] = {}
    risk_units: dict[str, RiskUnitRow] = {}
    places: dict[str, PlaceRow] = {}
    shelters: dict[str, ShelterRow] = {}
    communities: dict[str, CommunityRow] = {}
    routes: dict[str, RouteRow] = {}
    segments: dict[str, SegmentRow] = {}
    lifelines: dict[str, Lifeline] = {}
    grounds: dict[str, Ground] = {}
    event_kinds: dict[str, EventKind] = {}
    drills: dict[str, Drill] = {}
    waivers: tuple[Waiver, ...] = ()
    sources: dict[str, tuple[str, int]] = {}
    """Where a row was written: `table/id` → path and line."""

    def table(self, name: Table) -> dict[str, Any]:
        """One table by its name."""
        found: dict[str, Any] = getattr(self, name)
        return found


def plan_key(plan: str, version: int) -> str:
    """The key of a plan version in the register."""
    return f"{plan}@{version}"


class RegisterFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file `liandong-register/1`: any of the tables; several files of a folder make one register."""

    format: Literal["liandong-register/1"]
    organisations: Annotated[tuple[OrganisationRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    channels: Annotated[tuple[DutyChannel, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    teams: Annotated[tuple[TeamRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    part_time: Annotated[tuple[PartTime, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    stock: Annotated[tuple[Stock, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    agreements: Annotated[tuple[AgreementRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    hazards: Annotated[tuple[HazardRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    risk_units: Annotated[tuple[RiskUnitRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    places: Annotated[tuple[PlaceRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    shelters: Annotated[tuple[ShelterRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    communities: Annotated[tuple[CommunityRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    routes: Annotated[tuple[RouteRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    segments: Annotated[tuple[SegmentRow, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    lifelines: Annotated[tuple[Lifeline, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    grounds: Annotated[tuple[Ground, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    event_kinds: Annotated[tuple[EventKind, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    drills: Annotated[tuple[Drill, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    adoptions: Annotated[tuple[Adoption, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
    waivers: Annotated[tuple[Waiver, ...], Meta(max_length=TABLE_ROWS_MAX)] = ()
