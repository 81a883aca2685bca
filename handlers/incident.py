"""The rules of incidents 突发事件, from report to close."""

from __future__ import annotations

from collections.abc import Iterator

from core.casualty import CasualtiesRecorded, RecordCasualties
from core.catalogue import AnyEvent
from core.errors import AlreadyExists, Rule, Stale
from core.incident import (
    AmendIncident,
    CloseIncident,
    DeclareMajorIncident,
    Incident,
    IncidentAmended,
    IncidentClosed,
    IncidentMerged,
    IncidentReopened,
    IncidentReported,
    IncidentsLinked,
    IncidentUnmerged,
    IncidentVerified,
    LinkIncidents,
    MajorIncidentDeclared,
    MergeIncident,
    ReopenIncident,
    ReportIncident,
    UnmergeIncident,
    VerifyIncident,
)
from core.kinds import INCIDENT_KINDS, Kind
from core.messages import Context
from core.world import World
from handlers.guards import (
    controls_standing,
    crews_unaccounted,
    dispatches_open,
    final_report_missing,
    links_unanswered,
    named,
    persons_missing,
    responses_open,
)
from handlers.numbers import chosen, next_incident
from handlers.places import settled


def incident_kind(code: str) -> Kind:
    """The kind of that code. Raises Rule naming the legal ones."""
    kind = INCIDENT_KINDS.get(code)
    if kind is None:
        legal = list(INCIDENT_KINDS)
        raise Rule(
            "unknown_kind",
            f"没有事件种类“{code}”，可用：{'、'.join(legal)}；其他情形用 other 并在 said 中写明原词。",
            f"There is no incident kind {code!r}: use one of {', '.join(legal)}; or other, with the word itself in said.",
            kind=code,
            legal=legal,
        )
    return kind


def report_incident(world: World, command: ReportIncident, context: Context) -> Iterator[AnyEvent]:
    """The same id with the same kind again changes nothing."""
    kind = incident_kind(command.kind)
    if command.incident is not None and (known := world.incidents.get(command.incident)) is not None:
        if known.kind == command.kind and known.place.text == command.place.text:
            return
        raise AlreadyExists("incident", "事件", command.incident)
    yield IncidentReported(
        incident=chosen(command.incident) or next_incident(world, context),
        kind=kind.code,
        field=command.field or kind.field,
        place=settled(command.place),
        text=command.text,
        said=command.said,
    )


def verify_incident(world: World, command: VerifyIncident, context: Context) -> Iterator[AnyEvent]:
    """Real or false; a later judgement replaces an earlier one."""
    incident = world.open_incident(command.incident)
    if incident.real != command.real:
        _not_stale(incident, "real", context)
        yield IncidentVerified(incident=incident.id, real=command.real, reason=command.reason)


def amend_incident(world: World, command: AmendIncident, context: Context) -> Iterator[AnyEvent]:
    """Asks a person only when the same field was changed after what the sender was looking at."""
    incident = world.open_incident(command.incident)
    kind = incident_kind(command.kind).code if command.kind is not None else None
    place = settled(command.place)
    wanted = {"kind": kind, "field": command.field, "place": place}
    changes = {
        name: value
        for name, value in wanted.items()
        if value is not None and value != getattr(incident, name)
    }
    said = command.said if "kind" in changes or command.said != incident.said else None
    if not changes and said is None:
        return
    for name in changes:
        _not_stale(incident, name, context)
    yield IncidentAmended(
        incident=incident.id,
        kind=kind if "kind" in changes else None,
        field=command.field if "field" in changes else None,
        place=place if "place" in changes else None,
        said=said,
    )


def _not_stale(incident: Incident, name: str, context: Context) -> None:
    """Raises Stale when somebody changed the field after what the sender was looking at."""
    last = incident.changed.get(name)
    if last is not None and context.seen is not None and context.seen < last.position:
        raise Stale(name, last.position, last.by)


def declare_major_incident(
    world: World, command: DeclareMajorIncident, context: Context
) -> Iterator[AnyEvent]:
    """Each organisation declares once, for itself."""
    incident = world.open_incident(command.incident)
    if context.actor.organisation not in incident.declared_major:
        yield MajorIncidentDeclared(
            incident=incident.id, organisation=context.actor.organisation, reason=command.reason
        )


def link_incidents(world: World, command: LinkIncidents, context: Context) -> Iterator[AnyEvent]:
    """Two different incidents."""
    incident, other = world.incident(command.incident), world.incident(command.other)
    if incident.id == other.id:
        raise _itself(incident)
    if other.id not in incident.linked and incident.id not in other.linked:
        yield IncidentsLinked(incident=incident.id, other=other.id, reason=command.reason)


def merge_incident(world: World, command: MergeIncident, context: Context) -> Iterator[AnyEvent]:
    """Its dispatches go over. What is merged in takes nothing in, so that taking apart is exact."""
    incident = world.incident(command.incident)
    if incident.merged_into == command.into:
        return
    world.open_incident(incident.id)
    into = world.open_incident(command.into)
    if incident.id == into.id:
        raise _itself(incident)
    if incident.merged:
        raise Rule(
            "has_merged_incidents",
            f"{incident.id} 已并入其他事件（{'、'.join(incident.merged)}），请反向并案或先撤销并案。",
            f"{incident.id} has incidents merged into it ({', '.join(incident.merged)}): merge the other way round.",
            incident=incident.id,
            merged=list(incident.merged),
        )
    yield IncidentMerged(incident=incident.id, into=into.id, dispatches=incident.dispatches)


def unmerge_incident(world: World, command: UnmergeIncident, context: Context) -> Iterator[AnyEvent]:
    """Its own dispatches go back."""
    incident = world.incident(command.incident)
    if incident.merged_into is None:
        return
    into = world.open_incident(incident.merged_into)
    back = tuple(id for id in into.dispatches if world.dispatch(id).origin == incident.id)
    yield IncidentUnmerged(incident=incident.id, out_of=into.id, dispatches=back)


def close_incident(world: World, command: CloseIncident, context: Context) -> Iterator[AnyEvent]:
    """Refused with the whole list of what is still open (domain §7). A reason gets past unanswered links and a missing final report."""
    incident = world.incident(command.incident)
    if incident.closed_at is not None:
        return
    world.open_incident(incident.id)
    guards = [
        *dispatches_open(world, incident.id),
        *crews_unaccounted(world, incident.id),
        *persons_missing(world, incident.id),
        *responses_open(world, incident.id),
        *controls_standing(world, incident.id),
    ]
    passable = [*links_unanswered(world, incident.id), *final_report_missing(world, incident.id)]
    if guards or (passable and command.override_reason is None):
        guards += passable
        teams = "、".join(str(one["team"]) for one in guards if one["guard"] == "dispatch_open")
        raise Rule(
            "incident_has_open_matters",
            f"{incident.id} 还有 {len(guards)} 项未了结，不能结案"
            + (f"：未解除队伍 {teams}。" if teams else "。"),
            f"{incident.id} has {len(guards)} open matters and cannot be closed"
            + (f": teams not released {teams}." if teams else "."),
            incident=incident.id,
            guards=guards,
        )
    yield IncidentClosed(
        incident=incident.id,
        reason=command.reason,
        override_reason=command.override_reason if passable else None,
        passed=tuple(named(one) for one in passable),
    )


def reopen_incident(world: World, command: ReopenIncident, context: Context) -> Iterator[AnyEvent]:
    """No dispatch is reopened. What was merged into it comes back with it, and nothing merged comes back without the other."""
    incident = world.incident(command.incident)
    if incident.merged_into is not None:
        world.open_incident(incident.id)
    if incident.closed_at is None:
        return
    members = (incident.id, *incident.merged)
    yield IncidentReopened(
        incident=incident.id,
        reason=command.reason,
        as_was=incident,
        dispatches=tuple(world.dispatch(id) for id in incident.dispatches),
        entries=tuple(entry for one in members for entry in world.entries.get(one, {}).values()),
        merged=tuple(world.incident(one) for one in incident.merged),
        reports=world.reports.get(incident.id, ()),
        **{
            name: tuple(row for one in members for row in world.part_of(name, one))
            for name in ("activations", "tasks", "links", "proposals", "controls")
        },
        missed={one: owed for one in members if (owed := world.keyed("missed", one))},
        waived={one: owed for one in members if (owed := world.keyed("waived", one))},
    )


def record_casualties(world: World, command: RecordCasualties, context: Context) -> Iterator[AnyEvent]:
    """At least one figure. On a closed incident too: the dead of the days after count (493号令 Art. 13)."""
    incident = world.incident(command.incident)
    incident = world.incident(incident.merged_into or incident.id)
    recorded = CasualtiesRecorded(
        incident=incident.id,
        dead=command.dead,
        serious=command.serious,
        injured=command.injured,
        missing=command.missing,
        loss_yuan=command.loss_yuan,
    )
    names = ("dead", "serious", "injured", "missing", "loss_yuan")
    if all(getattr(command, name) is None for name in names):
        raise Rule(
            "nothing_stated",
            "请至少填写一项数字：死亡、重伤、轻伤、失联或损失。",
            "State at least one figure: dead, serious, injured, missing or loss_yuan.",
        )
    if all(getattr(command, name) in (None, incident.figure(name)) for name in names):
        return
    yield recorded


def _itself(incident: Incident) -> Rule:
    return Rule(
        "same_incident",
        f"两个编号都是 {incident.id}，请核对。",
        f"Both are {incident.id}: check the ids.",
        incident=incident.id,
    )
