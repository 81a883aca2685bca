"""Watches over who commands, who was told, and who says that it is over: W1, W3, W4."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.entry import Entry
from core.incident import Incident
from core.scales import ResponseLevel
from core.watch.candidate import Candidate
from core.watch.limits import END_EVIDENCE, GAS_AND_HAZMAT, LIMITS
from core.watch.memory import Said, Taken
from core.watch.view import View, clock_time, first_arrival, organisation_of


def w01_unshared_declaration(view: View, id: str) -> Iterator[Candidate]:
    """W1 宣告未通报: who works on the incident has not said that it knows of a declaration, or of a level I or II response."""
    incident = view.incident(id)
    if incident is None:
        return
    story = view.memory.story(id)
    declared = [
        (organisation, said, "重大突发事件", "a major incident")
        for organisation, said in story.declared.items()
    ]
    for activation_id in story.activations:
        one = view.world.activations.get(activation_id)
        # What a cascade started is the doing of its first plan, whose links tell of it.
        own = one is not None and one.cause is None and one.ended_at is None
        if one is not None and own and one.level is not None and one.level >= ResponseLevel.II:
            said = Said(one.level_position, one.level_at or one.at, one.by)
            what = f"{one.level.value} 级响应", f"a level {one.level.value} response"
            declared.append((one.owner, said, *what))
    if not declared:
        return
    involved = _involved(view, incident)
    limit = LIMITS["W1.acknowledge"]
    for organisation, said, zh, en in declared:
        deadlines: dict[str, tuple[datetime, int]] = {}
        for other, since in involved.items():
            if other != organisation and not _acknowledged(view, id, other, said.at):
                later = max((said.at, said.position), (since.at, since.position))
                deadlines[other] = later
        if not deadlines:
            continue
        at, start = min(deadlines.values())
        missing = sorted(deadlines)
        yield Candidate(
            "W1",
            f"{id}@{organisation}:{said.position}",
            start,
            at + limit.delta,
            "critical",
            f"{organisation} 于 {clock_time(said.at)} 宣告{zh}，{'、'.join(missing)} 尚未确认收悉",
            f"{organisation} declared {en} at {clock_time(said.at)}; not acknowledged by {', '.join(missing)}",
            tuple(sorted({said.position, *(involved[one].position for one in missing)})),
            id,
            f"{organisation}/duty",
            limit.citation,
        )


def _involved(view: View, incident: Incident) -> dict[str, Said]:
    """Organisations with an open dispatch, order, task or activation on the incident, and since when."""
    found: dict[str, Said] = {}

    def note(organisation: str, at: datetime, position: int) -> None:
        if organisation not in found or (at, position) < (
            found[organisation].at,
            found[organisation].position,
        ):
            found[organisation] = Said(position, at, organisation)

    for dispatch in view.dispatches(incident):
        if dispatch.open and dispatch.ordered is not None:
            note(view.owner_of(dispatch), dispatch.ordered.at, dispatch.ordered.position)
    for control in view.controls(incident.id):
        if control.lifted_at is None:
            note(control.executing, control.ordered_at, control.position)
    story = view.memory.story(incident.id)
    for activation_id in story.activations:
        activation = view.world.activations.get(activation_id)
        if activation is not None and activation.ended_at is None and activation.owner:
            note(activation.owner, activation.at, activation.position)
    return found


def _acknowledged(view: View, incident: str, organisation: str, since: datetime) -> bool:
    """It said so in an entry, or answered a link that was sent since."""
    for entry in view.told(incident):
        said = entry.tag == "acknowledged" and organisation_of(entry.by) == organisation
        if said and entry.at is not None and entry.at >= since:
            return True
    for id in view.memory.story(incident).links:
        link = view.world.links.get(id)
        if link is None or organisation_of(link.to_post) != organisation or link.opened_at < since:
            continue
        if link.acknowledged_at is not None or link.answered_at is not None:
            return True
    return False


def w03_end_without_evidence(view: View, id: str) -> Iterator[Candidate]:
    """W3 无依据结束: somebody says that it is over, or ends it by override, and what must be shown was not. Never cleared by time."""
    incident = view.incident(id)
    if incident is None:
        return
    for entry in view.told(id):
        if entry.tag != "stand_down" or _resumed(view, id, entry):
            continue
        missing = missing_evidence(view, incident, entry)
        if missing and entry.at is not None:
            yield _ended(view, incident, entry.by, entry.at, entry.position, missing)
    shown = {entry.condition for entry in view.told(id) if entry.condition is not None}
    for ended in view.memory.story(id).ended:
        missing = [
            (one, one) for one in ended.missing if one not in shown and f"{ended.plan}:{one}" not in shown
        ]
        if missing:
            yield _ended(view, incident, ended.said.by, ended.said.at, ended.said.position, missing)


def _ended(
    view: View, incident: Incident, by: str, at: datetime, position: int, missing: list[tuple[str, str]]
) -> Candidate:
    return Candidate(
        "W3",
        incident.id,
        position,
        at,
        "critical",
        f"{by} 宣布结束，缺少依据：{'、'.join(zh for zh, _ in missing)}",
        f"{by} declared the end without evidence for {', '.join(en for _, en in missing)}",
        (position,),
        incident.id,
        view.in_charge(incident),
        LIMITS["W3.end"].citation,
        at_once=True,
    )


def _resumed(view: View, id: str, entry: Entry) -> bool:
    """Whether the danger was declared open again, or a plan activated, after somebody said that it was over."""
    if any(one.tag == "hazard_open" and one.position > entry.position for one in view.told(id)):
        return True
    activations = (view.world.activations.get(one) for one in view.memory.story(id).activations)
    return any(one is not None and one.position > entry.position for one in activations)


def missing_evidence(view: View, incident: Incident, entry: Entry) -> list[tuple[str, str]]:
    """What has no evidence, or only evidence of the organisation that did the work."""
    workers = {organisation_of(entry.by)}
    at_work = {view.owner_of(one) for one in view.dispatches(incident) if one.working is not None}
    if len(at_work) == 1:
        workers |= at_work
    shown: dict[str, list[str]] = {}
    for one in view.told(incident.id):
        if one.condition is not None:
            shown.setdefault(one.condition.rpartition(":")[2], []).append(organisation_of(one.by))
    return [
        (zh, en)
        for key, (count, zh, en) in _wanted(view, incident).items()
        if len(shown.get(key, ())) < count or workers.issuperset(shown.get(key, ()))
    ]


def _wanted(view: View, incident: Incident) -> dict[str, tuple[int, str, str]]:
    """The mandatory end conditions of the plans that are active for it; with none, the field's own list."""
    wanted: dict[str, tuple[int, str, str]] = {}
    for id in view.memory.story(incident.id).activations:
        activation = view.world.activations.get(id)
        if activation is None or activation.ended_at is not None or activation.level is None:
            continue
        adopted = view.world.plans.get(activation.plan)
        version = adopted.pinned(activation.version) if adopted is not None else None
        part = version.document.levels.get(activation.level) if version is not None else None
        if part is not None and part.end is not None:
            for one in part.end.conditions:
                if one.mandatory:
                    wanted[one.id] = (1, one.text.zh, one.text.en or one.text.zh)
    hazardous = incident.kind in GAS_AND_HAZMAT or incident.field == "hazmat"
    return wanted or (END_EVIDENCE if hazardous else {})


def w04_command_gap(view: View, id: str) -> Iterator[Candidate]:
    """W4 无人指挥或双重指挥: nobody commands, two claim to, or a hand-over that nobody takes."""
    incident = view.incident(id)
    if incident is None:
        return
    yield from _empty(view, incident)
    yield from _two(view, incident)
    limit = LIMITS["W4.offer"]
    for slot, offer in incident.offers.items():
        said = view.memory.story(id).offered.get(slot)
        if said is not None:
            yield Candidate(
                "W4",
                f"{id}:{slot}:offer",
                said.position,
                said.at + limit.delta,
                "critical",
                f"{id} 指挥权移交给 {offer.to_post} 尚未接受",
                f"{id}: {offer.to_post} has not taken the command that was offered",
                (said.position,),
                id,
                offer.by,
                limit.citation,
            )


def _empty(view: View, incident: Incident) -> Iterator[Candidate]:
    verified = view.memory.story(incident.id).verified
    if incident.real is not True or verified is None or incident.commander is not None:
        return
    arrived = first_arrival(view, incident)
    if arrived is None:
        return
    at, start = max((arrived.at, arrived.position), (verified.at, verified.position))
    limit = LIMITS["W4.empty"]
    yield Candidate(
        "W4",
        f"{incident.id}:empty",
        start,
        at + limit.delta,
        "critical",
        f"{incident.id} 自 {clock_time(at)} 起逾 {limit.seconds // 60} 分钟无总指挥",
        f"{incident.id} has had no commander for {limit.seconds // 60} min since {clock_time(at)}",
        tuple(sorted((arrived.position, verified.position))),
        incident.id,
        view.district,
        limit.citation,
    )


def _two(view: View, incident: Incident) -> Iterator[Candidate]:
    """Two posts in one slot: by a claim, a merge, a hand-over told late, or an assumption that nobody has confirmed."""
    story = view.memory.story(incident.id)
    holder = incident.commander
    last = {taken.slot: taken for taken in story.taken}

    def settled_after(position: int) -> bool:
        return any(taken.said.position > position for taken in story.taken)

    for entry in view.told(incident.id):
        claimed = entry.tag == "command_claimed" and holder not in (None, entry.by)
        if claimed and entry.at is not None and not settled_after(entry.position):
            yield _both(view, incident, entry.position, entry.at, str(holder), entry.by)
    for said, other in story.merged:
        merged = view.world.incidents.get(other)
        theirs = merged.commander if merged is not None and merged.merged_into == incident.id else None
        if theirs is not None and holder not in (None, theirs) and not settled_after(said.position):
            yield _both(view, incident, said.position, said.at, str(holder), theirs)
    for slot, taken in last.items():
        before = [one for one in story.taken if one.slot == slot and one is not taken]
        if any(one.said.at > taken.said.at and one.to_post != taken.to_post for one in before):
            other_post = max(before, key=lambda one: one.said.at).to_post
            yield _both(view, incident, taken.said.position, taken.said.at, taken.to_post, other_post)
        elif taken.assumed and taken.from_post is not None and not _confirmed(view, incident, taken):
            yield _both(view, incident, taken.said.position, taken.said.at, taken.from_post, taken.to_post)


def _confirmed(view: View, incident: Incident, taken: Taken) -> bool:
    """The former holder, or a post of an organisation above the new one, looked at it and let it be (tag `review`)."""
    organisation = organisation_of(taken.to_post)
    for entry in view.told(incident.id):
        if entry.tag != "review" or entry.position < taken.said.position or entry.by == taken.to_post:
            continue
        if entry.by == taken.from_post or view.world.is_within(organisation, organisation_of(entry.by)):
            return True
    return False


def _both(view: View, incident: Incident, position: int, at: datetime, one: str, other: str) -> Candidate:
    return Candidate(
        "W4",
        f"{incident.id}:two",
        position,
        at,
        "critical",
        f"{one} 与 {other} 同时指挥 {incident.id}",
        f"{one} and {other} both command {incident.id}",
        (position,),
        incident.id,
        view.district,
        LIMITS["W4.empty"].citation,
        at_once=True,
    )
