"""Watches over one incident: declarations, the end, command, evacuation, repeated calls, casualties, contents, crews."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.dispatch import Dispatch
from core.incident import Incident
from core.messages import Stamp
from core.watch.candidate import Candidate
from core.watch.engine import Watch
from core.watch.geometry import metres_between, point_of
from core.watch.limits import (
    LIMITS,
    REPEATED_CALLS_CRITICAL,
    REPEATED_CALLS_MIN,
    REPEATED_CALLS_WITHIN,
    REPEATED_CALLS_WITHIN_M,
)
from core.watch.local import clock_time
from core.watch.memory import Figures, Story, Told

GAS_AND_HAZMAT = {"gas_leak", "toxic_release"}
DEFAULT_END_EVIDENCE: dict[str, tuple[str, str]] = {
    "readings": ("三点读数", "readings at three points"),
    "valves": ("上下游阀门关闭", "valves closed up- and downstream"),
    "ignition": ("火源管控", "ignition control"),
}
"""What a gas or hazmat incident needs before anybody says that it is over, where no plan says more (Shiyan 2021)."""


def _incident(watch: Watch, id: str) -> Incident | None:
    found = watch.world.incidents.get(id)
    return None if found is None or found.closed_at is not None or found.merged_into is not None else found


def _dispatches(watch: Watch, incident: Incident) -> list[Dispatch]:
    return [found for id in incident.dispatches if (found := watch.world.dispatches.get(id)) is not None]


def _organisation_of(watch: Watch, dispatch: Dispatch) -> str:
    team = watch.world.teams.get(dispatch.team)
    return team.organisation if team is not None else dispatch.team


def w01_unshared_declaration(watch: Watch, id: str) -> Iterator[Candidate]:
    """W1 宣告未通报: who works on the incident has not said that it knows of a declaration."""
    incident = _incident(watch, id)
    if incident is None:
        return
    story = watch.memory.story(id)
    limit = LIMITS["W1.acknowledge"]
    for declarer, declared in story.declared.items():
        known = {
            link.to_post.partition("/")[0]
            for link in watch.world.links.values()
            if link.incident == id and link.acknowledged_at is not None
        }
        known |= {one.by.partition("/")[0] for one in story.told if one.position > declared.position and not one.struck}
        known |= set(story.declared)
        involved: dict[str, datetime] = {}
        for dispatch in _dispatches(watch, incident):
            organisation = _organisation_of(watch, dispatch)
            if dispatch.open and dispatch.ordered is not None and organisation != declarer:
                involved.setdefault(organisation, max(declared.at, dispatch.ordered.at))
        missing = {one: since for one, since in involved.items() if one not in known}
        if missing:
            names = sorted(missing)
            yield Candidate(
                "unshared_declaration",
                f"{id}@{declarer}",
                declared.position,
                min(missing.values()) + limit.delta,
                "critical",
                f"{declarer} 于 {clock_time(declared.at)} 宣告重大突发事件，{'、'.join(names)} 尚未确认收悉",
                f"{declarer} declared a major incident at {clock_time(declared.at)}; not acknowledged by {', '.join(names)}",
                (declared.position,),
                id,
                f"{declarer}/duty",
                limit.citation,
            )


def w03_end_without_evidence(watch: Watch, id: str) -> Iterator[Candidate]:
    """W3 无依据结束: somebody says that it is over, and what must be shown was not."""
    incident = _incident(watch, id)
    if incident is None:
        return
    story = watch.memory.story(id)
    for told in story.told:
        if told.tag != "stand_down" or told.struck:
            continue
        wanted = _end_conditions(watch, incident)
        shown = {
            one.condition.rpartition(":")[2]
            for one in story.told
            if one.condition is not None and not one.struck and one.by.partition("/")[0] != told.by.partition("/")[0]
        }
        missing = [name for key, name in wanted.items() if key not in shown]
        if missing:
            yield Candidate(
                "end_without_evidence",
                id,
                told.position,
                told.at,
                "critical",
                f"{told.by} 宣布结束，缺少依据：{'、'.join(zh for zh, _ in missing)}",
                f"{told.by} declared the end without evidence for {', '.join(en for _, en in missing)}",
                (told.position,),
                id,
                incident.commander,
                at_once=True,
            )


def _end_conditions(watch: Watch, incident: Incident) -> dict[str, tuple[str, str]]:
    """Of the plans that are active for it; with none, the field's own list."""
    conditions: dict[str, tuple[str, str]] = {}
    for activation in watch.world.activations.values():
        if activation.incident != incident.id or activation.ended_at is not None or activation.level is None:
            continue
        adopted = watch.world.plans.get(activation.plan)
        part = adopted.document.levels.get(activation.level) if adopted is not None else None
        if part is not None and part.end is not None:
            for one in part.end.conditions:
                if one.mandatory:
                    conditions[one.id] = (one.text.zh, one.text.en or one.text.zh)
    if conditions or incident.kind not in GAS_AND_HAZMAT and incident.field != "hazmat":
        return conditions
    return DEFAULT_END_EVIDENCE


def w04_command_gap(watch: Watch, id: str) -> Iterator[Candidate]:
    """W4 无人指挥或双重指挥."""
    incident = _incident(watch, id)
    if incident is None:
        return
    story = watch.memory.story(id)
    arrived = [one.on_scene for one in _dispatches(watch, incident) if one.on_scene is not None]
    if story.verified_at is not None and incident.real and arrived and incident.commander is None:
        first = min(arrived, key=lambda stamp: stamp.at)
        since = max(first.at, story.verified_at)
        limit = LIMITS["W4.empty"]
        yield Candidate(
            "command_gap",
            f"{id}:empty",
            first.position,
            since + limit.delta,
            "critical",
            f"{id} 自 {clock_time(since)} 起无总指挥",
            f"{id} has had no commander since {clock_time(since)}",
            (first.position, story.verified_position),
            id,
            _district(watch),
            limit.citation,
        )
    for told in story.told:
        if told.tag == "command_claimed" and not told.struck and incident.commander not in (None, told.by):
            taken = any(one.position > told.position and one.tag == "review" for one in story.told)
            if not taken:
                yield Candidate(
                    "command_gap",
                    f"{id}:two",
                    told.position,
                    told.at,
                    "critical",
                    f"{incident.commander} 与 {told.by} 同时指挥",
                    f"{incident.commander} and {told.by} both command",
                    (told.position,),
                    id,
                    _district(watch),
                    at_once=True,
                )


def w07_evacuation_pending(watch: Watch, id: str) -> Iterator[Candidate]:
    """W7 险情未疏散: a danger to the public is open and nobody was told to leave or to stay in."""
    incident = _incident(watch, id)
    if incident is None or incident.real is False:
        return
    story = watch.memory.story(id)
    basis = _danger(incident, story)
    if basis is None:
        return
    orders = [one for one in watch.world.controls.values() if one.incident == id]
    if any(one.kind in ("evacuation", "shelter_in_place") for one in orders):
        return
    if any(one.tag == "no_evacuation" and not one.struck for one in story.told):
        return
    limit = LIMITS["W7.evacuate"]
    yield Candidate(
        "evacuation_pending",
        id,
        basis.position,
        basis.at + limit.delta,
        "critical",
        f"{incident.place.text} 险情已逾 10 分钟，未下达疏散或就地避险指令",
        f"{id} open for more than 10 min: no evacuation or shelter order",
        (basis.position,),
        id,
        incident.commander or _district(watch),
        limit.citation,
    )


def _danger(incident: Incident, story: Story) -> Stamp | Told | None:
    if incident.kind in GAS_AND_HAZMAT or incident.field == "hazmat":
        return incident.reported
    for told in story.told:
        open_hazard = told.tag == "hazard_open" or (told.fact == "offsite_effect" and told.value == "true")
        if open_hazard and not told.struck:
            return told
    return None


def w09_repeated_calls(watch: Watch, id: str) -> Iterator[Candidate]:
    """W9 同地多次报警: the third call from one place, and nobody has acted on any."""
    incident = _incident(watch, id)
    here = point_of(incident.place) if incident is not None else None
    if incident is None or here is None or not _unattended(watch, incident):
        return
    near: list[Incident] = []
    for other in watch.world.incidents.values():
        there = point_of(other.place)
        if there is None or not _unattended(watch, other):
            continue
        before = incident.reported.at - other.reported.at
        if (before, incident.reported.position) < (before * 0, other.reported.position) or before > REPEATED_CALLS_WITHIN:
            continue
        if metres_between(here, there) <= REPEATED_CALLS_WITHIN_M:
            near.append(other)
    if len(near) >= REPEATED_CALLS_MIN:
        calls = sorted(near, key=lambda one: one.reported.position)
        yield Candidate(
            "repeated_calls",
            calls[0].id,
            calls[0].reported.position,
            incident.reported.at,
            "critical" if len(calls) >= REPEATED_CALLS_CRITICAL else "warning",
            f"{incident.place.text} 附近 2 小时内 {len(calls)} 次报警未处置",
            f"{len(calls)} calls near {incident.place.text} within 2 h, none acted on",
            tuple(one.reported.position for one in calls),
            id,
            _district(watch),
            at_once=True,
        )


def _unattended(watch: Watch, incident: Incident) -> bool:
    return (
        incident.closed_at is None
        and incident.real is None
        and not incident.dispatches
        and not incident.linked
        and incident.merged_into is None
    )


def w10_casualty_unexplained(watch: Watch, id: str) -> Iterator[Candidate]:
    """W10 伤亡数据无说明变动: people who were counted are not counted any more, and nobody says why."""
    incident = _incident(watch, id)
    if incident is None:
        return
    story = watch.memory.story(id)
    records = [one for one in story.figures if not one.struck]
    known = Figures(0, incident.reported.at, None, None, None, None)
    for record in records:
        after = _carried(known, record)
        fewer_dead = (known.dead or 0) > (after.dead or 0)
        gone = _total(known) - _total(after)
        safe = sum(
            int(one.value or 0)
            for one in story.told
            if one.fact == "found_safe" and not one.struck and (one.value or "").isdecimal() and one.position > known.position
        )
        if fewer_dead or gone > safe:
            yield Candidate(
                "casualty_unexplained",
                id,
                record.position,
                record.at,
                "critical",
                f"伤亡合计由 {_total(known)} 降至 {_total(after)}，{max(gone - safe, 0)} 人去向未说明",
                f"casualty total fell from {_total(known)} to {_total(after)}; {max(gone - safe, 0)} people unexplained",
                (known.position, record.position) if known.position else (record.position,),
                id,
                incident.commander or _district(watch),
                at_once=True,
            )
        known = after


def _carried(known: Figures, record: Figures) -> Figures:
    values = [
        new if new is not None else old
        for old, new in zip(
            (known.dead, known.serious, known.injured, known.missing),
            (record.dead, record.serious, record.injured, record.missing),
            strict=True,
        )
    ]
    return Figures(record.position, record.at, *values)


def _total(figures: Figures) -> int:
    return sum(one or 0 for one in (figures.dead, figures.serious, figures.injured, figures.missing))


def w12_contents_unknown(watch: Watch, id: str) -> Iterator[Candidate]:
    """W12 储存物不明: a team is there, and nobody says what is stored."""
    incident = _incident(watch, id)
    if incident is None or incident.field != "hazmat":
        return
    arrived = [one.on_scene for one in _dispatches(watch, incident) if one.on_scene is not None]
    story = watch.memory.story(id)
    if not arrived or any(one.tag == "substance" and not one.struck for one in story.told):
        return
    first = min(arrived, key=lambda stamp: stamp.at)
    fresh = LIMITS["W12.declared"].delta
    if any(one.at + fresh >= first.at for one in watch.world.hazards.values()):
        return
    limit = LIMITS["W12.contents"]
    yield Candidate(
        "contents_unknown",
        id,
        first.position,
        first.at + limit.delta,
        "critical",
        f"力量到场已逾 5 分钟，{incident.place.text} 储存物质仍不明",
        f"teams on scene for more than 5 min: contents of {incident.place.text} still unknown",
        (first.position,),
        id,
        incident.commander or _district(watch),
        limit.citation,
    )


def w13_crew_unaccounted(watch: Watch, id: str) -> Iterator[Candidate]:
    """W13 救援人员未清点: after a withdrawal for danger, a mayday, an explosion or a collapse."""
    incident = _incident(watch, id)
    if incident is None:
        return
    story = watch.memory.story(id)
    alarms = [one for one in story.told if one.tag in ("mayday", "explosion", "collapse") and not one.struck]
    limit = LIMITS["W13.count"]
    for dispatch in _dispatches(watch, incident):
        was_there = dispatch.on_scene is not None or dispatch.working is not None
        calls = [one for one in alarms if was_there and _there_at(dispatch, one.at)]
        withdrawn = story.withdrawn.get(dispatch.id)
        if withdrawn is not None and withdrawn.text == "danger":
            calls.append(withdrawn)
        counted = story.counted.get(dispatch.id)
        open_calls = [one for one in calls if counted is None or counted.position < one.position]
        if open_calls:
            last = max(open_calls, key=lambda one: one.position)
            yield Candidate(
                "crew_unaccounted",
                dispatch.id,
                last.position,
                last.at + limit.delta,
                "critical",
                f"{dispatch.team} 派出 {dispatch.strength} 人，尚未清点",
                f"{dispatch.team}: {dispatch.strength} sent, not accounted for",
                (last.position,),
                id,
                incident.commander or _district(watch),
                limit.citation,
            )


def _there_at(dispatch: Dispatch, at: datetime) -> bool:
    arrived = dispatch.on_scene or dispatch.working
    left = dispatch.released or dispatch.returned or dispatch.cancelled or dispatch.diverted
    return arrived is not None and arrived.at <= at and (left is None or left.at > at)


def _district(watch: Watch) -> str | None:
    root = watch.world.root
    return f"{root.id}/duty" if root is not None else None
