"""Invented districts of any size, all of whose plans link: the base set with other names, places, figures and numbers of enterprises."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import msgspec

from core.plan.document import PlanDocument
from core.plan.register import TABLES, PlanVersion, Register, Table, plan_key
from tests.plans.support import register_of

ENTERPRISES_MAX = 5
SHARED_PLANS = ("gov-xc-hazmat", "dept-fire-hazmat")
OWN_PLANS = ("ent-slc-ammonia", "com-demo-all")
OWN = frozenset(
    {
        "ent-slc", "ent-park-team", "com-demo", "ent-slc-ammonia", "com-demo-all", "haz-slc-nh3", "ru-shiqiao-07", "plc-slc-yard",
        "plc-demo-square", "sh-beijingyuan", "sh-demo-school", "rt-slc-east", "rt-demo-north", "rt-rescue-north", "rt-rescue-south",
        "seg-shixiang-12", "seg-xintiandi-3", "ll-slc", "agr-slc-park", "tm-park-hazmat", "dep-slc", "ct-slc-duty", "ct-slc-app",
        "ct-park-duty", "ct-demo-duty",
    }
)  # fmt: skip
"""What every enterprise of a district has for itself; everything else is the district's."""
LON_STEP_DEG, LAT_STEP_DEG, ACROSS = 0.03, 0.03, 40


class Site(NamedTuple):
    """One enterprise and its community."""

    expand_t: float = 5.0
    radius_m: float = 300.0
    expected: int = 420
    residents: int = 1850
    spare: int = 130
    own_team: bool = False


class District(NamedTuple):
    """A district: the leak at which it starts, the version of its plan, its enterprises."""

    start_t: float = 5.0
    version: int = 5
    sites: tuple[Site, ...] = (Site(),)


@cache
def _names() -> frozenset[str]:
    """Every id of the base set that is not a code of a shipped list."""
    base = register_of()
    found = {version.id for version in base.plans.values()}
    for table in TABLES:
        if table != "plans":
            found |= {id.partition("/")[0] for id in base.table(table)}
    return frozenset(found)


def _renamed(value: Any, own: str, shared: str, shift: tuple[float, float]) -> Any:
    """A value with every id of the base set renamed and every point moved."""
    match value:
        case str():
            head, slash, rest = value.partition("/")
            suffix = own if head in OWN else shared
            return f"{head}{suffix}{slash}{rest}" if head in _names() else value
        case {**mapping}:
            return {key: _renamed(inner, own, shared, shift) for key, inner in mapping.items()}
        case [float(lon), float(lat)]:
            return [round(lon + shift[0], 6), round(lat + shift[1], 6)]
        case [*items]:
            return [_renamed(inner, own, shared, shift) for inner in items]
        case _:
            return value


@cache
def _base() -> tuple[dict[str, Any], dict[Table, dict[str, Any]]]:
    base = register_of()
    plans = {version.id: msgspec.to_builtins(version.document) for version in base.plans.values()}
    rows: dict[Table, dict[str, Any]] = {
        table: {id: msgspec.to_builtins(row) for id, row in base.table(table).items()}
        for table in TABLES
        if table != "plans"
    }
    return plans, rows


def districts(wanted: Iterable[District]) -> Register:
    """A register of districts that are clean by every rule on the test's day."""
    register = Register()
    for number, district in enumerate(wanted):
        _add(register, number, district)
    return register


def _add(register: Register, number: int, district: District) -> None:
    plans, rows = _base()
    shared = f"-{number}"
    gov = _renamed(plans["gov-xc-hazmat"], shared, shared, (0, 0))
    fire = _renamed(plans["dept-fire-hazmat"], shared, shared, (0, 0))
    for plan in (gov, fire):
        plan["links_in"] = [link for link in plan["links_in"] if not link["from"].startswith("ent-")]
        plan["covers"] = {"events": plan["covers"]["events"], "hazards": [], "risk_units": [], "places": []}
    gov["version"] = district.version
    fire["upper_plans"][0]["version"] = district.version
    level = gov["levels"]["IV"]
    level["start"]["when"]["any"][0]["value"] = district.start_t
    level["links_out"] = [link for link in level["links_out"] if link["id"] != "gn"]
    for index, site in enumerate(district.sites):
        own = f"-{number}-{index}"
        shift = (
            LON_STEP_DEG * (index + (ENTERPRISES_MAX + 1) * (number % ACROSS)),
            LAT_STEP_DEG * (number // ACROSS),
        )
        _add_site(register, _renamed(rows, own, shared, shift), site)
        _add_site_plans(
            register, _renamed({id: plans[id] for id in OWN_PLANS}, own, shared, shift), site, district
        )
        ent = f"ent-slc-ammonia{own}"
        gov["links_in"].append(
            {"from": ent, "kind": "activate", "accept": f"dept-yj{shared}/director", "mode": "proposed"}
        )
        fire["links_in"] += [
            {"from": ent, "kind": "request", "accept": f"dept-fire{shared}/duty", "mode": "automatic"},
            {"from": ent, "kind": "hand_over", "accept": f"dept-fire{shared}/site_lead", "mode": "proposed"},
        ]
        level["links_out"].append(
            {
                "id": f"gn{index}", "kind": "notify", "to": {"post": f"ent-slc{own}/duty"}, "trigger": "ended",
                "channel": "phone", "ack_within": "PT10M", "escalate_to": f"st-shiqiao{shared}/duty",
            }
        )  # fmt: skip
        gov["covers"]["hazards"].append(f"haz-slc-nh3{own}")
        gov["covers"]["places"].append(f"plc-slc-yard{own}")
    for plan in (gov, fire):
        _put(register, plan)


def _add_site(register: Register, rows: dict[Table, dict[str, Any]], site: Site) -> None:
    """Put the rows of a site into the register; the district's own rows come with each and are the same."""
    for table, found in rows.items():
        for row in found.values():
            changed = dict(row)
            if table == "shelters":
                half = (site.residents + site.expected + site.spare) // 2 + 1
                changed["capacity"] = max(half, site.expected)
            if table == "agreements" and site.own_team:
                continue
            if table == "teams" and site.own_team and row["id"].startswith("tm-park"):
                changed["owners"] = [row["owners"][0].replace("ent-park-team", "ent-slc")]
            register.table(table)[row["id"]] = msgspec.convert(changed, TABLES[table])


def _add_site_plans(register: Register, plans: dict[str, Any], site: Site, district: District) -> None:
    ent, com = plans["ent-slc-ammonia"], plans["com-demo-all"]
    ent["upper_plans"][0]["version"] = district.version
    ent["expand"]["when"]["any"][0]["value"] = max(site.expand_t, district.start_t)
    ent["zones"][0]["shape"]["radius_m"] = site.radius_m
    ent["evacuation"]["expected"] = site.expected
    com["evacuation"]["expected"] = site.residents
    if site.own_team:
        links = ent["levels"]["II"]["links_out"]
        ent["levels"]["II"]["links_out"] = [link for link in links if link["id"] != "r1"]
        ent["resources"] = [resource for resource in ent["resources"] if "agreement" not in resource]
    _put(register, ent)
    _put(register, com)


def _put(register: Register, plan: dict[str, Any]) -> None:
    document = msgspec.convert(plan, PlanDocument)
    key = plan_key(document.id, document.version)
    register.plans[key] = PlanVersion(document=document, sha256="0" * 64, adopted=document.valid.from_)
