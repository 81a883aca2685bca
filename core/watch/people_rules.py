"""Watches over the public: nobody told to leave (W7), calls nobody acted on (W9), figures that fall (W10), unknown contents (W12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.incident import Casualty, Incident
from core.watch.candidate import Candidate
from core.watch.command_rules import missing_evidence
from core.watch.limits import CALLS_CRITICAL, CROWDED_PREMISES, GAS_AND_HAZMAT, LIMITS
from core.watch.memory import HAZARD_FACT
from core.watch.view import View, first_arrival, organisation_of

Figures = tuple[int, int, int, int]
"""dead, serious, injured, missing."""
FIRES = frozenset({"structure_fire", "outside_fire", "vehicle_fire"})


def w07_evacuation_pending(view: View, id: str) -> Iterator[Candidate]:
    """W7 险情未疏散: a danger to the public is open and nobody was told to leave or to stay in. A cordon alone is not enough."""
    incident = view.incident(id)
    if incident is None or incident.real is False:
        return
    basis = min(_dangers(view, incident), default=None)
    if basis is None:
        return
    if any(one.kind in ("evacuation", "shelter_in_place") for one in view.controls(id)):
        return
    for entry in view.told(id):
        if entry.tag == "no_evacuation" and decides(view, incident, entry.by):
            return
        if entry.tag == "stand_down" and not missing_evidence(view, incident, entry):
            return
    at, position = basis
    limit = LIMITS["W7.evacuate"]
    yield Candidate(
        "W7",
        id,
        position,
        at + limit.delta,
        "critical",
        f"{incident.place.text} 险情已逾 10 分钟，未下达疏散或就地避险指令",
        f"danger open at {incident.place.text} for more than 10 min: no evacuation or shelter order",
        (position,),
        id,
        view.in_charge(incident),
        limit.citation,
    )


def decides(view: View, incident: Incident, post: str) -> bool:
    """Whether a post may decide that nobody needs to leave: the commander; the district's posts while there is none."""
    if incident.commander is not None:
        return post == incident.commander
    root = view.world.root
    return root is not None and organisation_of(post) == root.id


def _dangers(view: View, incident: Incident) -> Iterator[tuple[datetime, int]]:
    if incident.kind in GAS_AND_HAZMAT or incident.field == "hazmat":
        yield incident.reported.at, incident.reported.position
    verified = view.memory.story(incident.id).verified
    for entry in view.told(incident.id):
        if entry.at is None:
            continue
        if entry.tag == "hazard_open" or (entry.fact == "offsite_effect" and entry.value == "true"):
            yield entry.at, entry.position
        crowded = entry.fact == "premises" and entry.value in CROWDED_PREMISES
        if crowded and incident.kind in FIRES and incident.real and verified is not None:
            yield max((entry.at, entry.position), (verified.at, verified.position))


def w09_repeated_calls(view: View, id: str) -> Iterator[Candidate]:
    """W9 同地多次报警: the third call from one place, and nobody has acted on any; critical from the fifth."""
    group = view.memory.calls.groups.get(id)
    if group is None:
        return
    count = len(group.calls)
    founder = view.world.incidents.get(id)
    place = founder.place.text if founder is not None else id
    yield Candidate(
        "W9",
        group.calls[0].id,
        group.founder.position,
        group.opened_at,
        "critical" if count >= CALLS_CRITICAL else "warning",
        f"{place} 附近 2 小时内 {count} 次报警未处置",
        f"{count} calls near {place} within 2 h, none acted on",
        tuple(sorted(call.position for call in group.calls))[:200],
        id,
        view.district,
        LIMITS["W9.calls"].citation,
        at_once=True,
    )


def w10_casualty_unexplained(view: View, id: str) -> Iterator[Candidate]:
    """W10 伤亡数据无说明变动: people who were counted are not counted any more, and nobody says why. A rise is never one."""
    incident = view.incident(id)
    records = [one for one in incident.casualties if not one.struck] if incident is not None else []
    if incident is None or len(records) < 2:
        return
    safe = [
        [entry.position, int(entry.value)]
        for entry in view.told(id)
        if entry.fact == "found_safe" and entry.value is not None and entry.value.isdecimal()
    ]
    known, before = _carried((0, 0, 0, 0), records[0]), records[0]
    for record in records[1:]:
        after = _carried(known, record)
        gone = sum(known) - sum(after)
        unexplained = _explain(safe, before.position, gone)
        if (after[0] < known[0] or unexplained) and record.at is not None:
            yield Candidate(
                "W10",
                id,
                record.position,
                record.at,
                "critical",
                f"伤亡合计由 {sum(known)} 降至 {sum(after)}（死亡 {known[0]}→{after[0]}），{unexplained} 人去向未说明",
                f"casualty total fell from {sum(known)} to {sum(after)} (dead {known[0]}→{after[0]}); {unexplained} people unexplained",
                (before.position, record.position),
                id,
                view.in_charge(incident),
                LIMITS["W10.balance"].citation,
                at_once=True,
            )
        known, before = after, record


def _explain(safe: list[list[int]], since: int, gone: int) -> int:
    """Of the people gone, how many no statement of `found_safe` after a position accounts for. Each statement counts once."""
    for one in safe:
        if gone > 0 and one[0] > since:
            used = min(gone, one[1])
            one[1] -= used
            gone -= used
    return max(gone, 0)


def _carried(known: Figures, record: Casualty) -> Figures:
    """What a record leaves out keeps its former value."""
    stated = (record.dead, record.serious, record.injured, record.missing)
    values = [old if new is None else new for old, new in zip(known, stated, strict=True)]
    return values[0], values[1], values[2], values[3]


def w12_contents_unknown(view: View, id: str) -> Iterator[Candidate]:
    """W12 储存物不明: a team is there, and nobody says what is stored."""
    incident = view.incident(id)
    if incident is None:
        return
    hazards = {entry.value for entry in view.told(id) if entry.fact == HAZARD_FACT}
    if incident.field != "hazmat" and not hazards:
        return
    if any("substance" in (entry.tag, entry.fact) for entry in view.told(id)):
        return
    arrived = first_arrival(view, incident)
    if arrived is None:
        return
    limit, fresh = LIMITS["W12.contents"], LIMITS["W12.declared"]
    opens_at = arrived.at + limit.delta
    declared = (view.world.hazards.get(one or "") for one in hazards)
    if any(one is not None and one.at + fresh.delta >= opens_at for one in declared):
        return
    yield Candidate(
        "W12",
        id,
        arrived.position,
        opens_at,
        "critical",
        f"力量到场逾 5 分钟，{incident.place.text} 储存物质仍不明",
        f"teams on scene for more than 5 min: contents of {incident.place.text} still unknown",
        (arrived.position,),
        id,
        view.in_charge(incident),
        limit.citation,
    )
