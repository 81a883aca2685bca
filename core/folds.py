"""What each event does to the tables of the world. Total: nothing here refuses, and what is not there any more is passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, get_args

from msgspec import structs

from core import clock as clocks
from core import dispatch as dispatches
from core import incident as incidents
from core import leadership
from core import organisation as organisations
from core import team as teams
from core.casualty import CasualtiesRecorded
from core.catalogue import EVENTS, Recorded
from core.dispatch import Dispatch
from core.entry import Entry, EntryAdded, EntryRestored, EntryStruck, MedicalMilestone
from core.incident import Casualty
from core.messages import Stamp
from core.operation import CommandRefused, Operation, OperationOpened
from core.organisation import Organisation
from core.register_folds import REGISTER_FOLDS
from core.response_folds import RESPONSE_FOLDS, fold_parts
from core.tables import Tables

COUNTED_DIGITS_MAX = 18
"""Rules refuse senders' numbers long before (`handlers.numbers`), so that a number that a rule gives always counts."""


def fold_opened(tables: Tables, recorded: Recorded, event: OperationOpened) -> None:
    operation = Operation(recorded.operation, event.kind, event.title, recorded.recorded_at)
    tables.put(tables.single, "operation", operation)
    for organisation in event.organisations:
        tables.put(tables.organisations, organisation.id, organisation)
        tables.restated.add(("organisations", organisation.id))
        _note_codes(tables, organisation)
    for team in event.teams:
        tables.put(tables.teams, team.id, team)
        tables.restated.add(("teams", team.id))


def _note_codes(tables: Tables, organisation: Organisation) -> None:
    for code in (organisation.code, *(former.code for former in organisation.former)):
        if code is not None:
            tables.put(tables.codes, code, organisation.id)


def fold_clock(tables: Tables, recorded: Recorded, event: clocks.ClockEvent) -> None:
    tables.put(tables.clocks, "clock", clocks.evolve(tables.clock, event, recorded.recorded_at))


def fold_organisation(tables: Tables, recorded: Recorded, event: organisations.OrganisationEvent) -> None:
    before = tables.organisations.get(event.organisation)
    after = organisations.evolve(before, event, recorded.occurred_at)
    tables.put(tables.organisations, after.id, after)
    tables.restated.add(("organisations", after.id))
    _note_codes(tables, after)


def fold_team(tables: Tables, recorded: Recorded, event: teams.TeamEvent) -> None:
    if isinstance(event, teams.TeamTakenOutOfService) and event.dispatch is not None:
        bound = tables.dispatches.get(event.dispatch)
        if bound is not None:
            tables.put_dispatch(structs.replace(bound, failed=_stamp(recorded)))
    before = tables.teams.get(event.team)
    tables.put(tables.teams, event.team, teams.evolve(before, event, recorded.occurred_at))
    tables.restated.add(("teams", event.team))


def fold_reported(tables: Tables, recorded: Recorded, event: incidents.IncidentReported) -> None:
    stamp = _stamp(recorded)
    tables.put(tables.incidents, event.incident, incidents.evolve(None, event, stamp, stamp.by))
    _count_incident(tables, event.incident)


def fold_incident(tables: Tables, recorded: Recorded, event: incidents.IncidentEvent) -> None:
    before = tables.incidents.get(event.incident)
    if before is None and not isinstance(event, incidents.IncidentReopened):
        return  # of a closed incident, which is in the log and not here
    stamp = _stamp(recorded)
    after = incidents.evolve(before, event, stamp, stamp.by)
    tables.put(tables.incidents, after.id, after)
    match event:
        case incidents.IncidentClosed():
            tables.close_incident(event.incident)
        case incidents.IncidentMerged():
            _move(tables, event.dispatches, event.incident, event.into)
            if (into := tables.incidents.get(event.into)) is not None:
                tables.put(
                    tables.incidents,
                    into.id,
                    structs.replace(
                        into,
                        merged=(*into.merged, event.incident),
                        dispatches=(*into.dispatches, *event.dispatches),
                        position=recorded.position,
                    ),
                )
        case incidents.IncidentUnmerged():
            _move(tables, event.dispatches, event.out_of, event.incident)
            if (out_of := tables.incidents.get(event.out_of)) is not None:
                tables.put(
                    tables.incidents,
                    out_of.id,
                    structs.replace(
                        out_of,
                        merged=tuple(id for id in out_of.merged if id != event.incident),
                        dispatches=tuple(id for id in out_of.dispatches if id not in event.dispatches),
                        position=recorded.position,
                    ),
                )
        case incidents.IncidentReopened():
            for dispatch in event.dispatches:
                tables.put(tables.dispatches, dispatch.id, dispatch)
            if event.reports:
                tables.put(tables.reports, event.incident, event.reports)
            for merged in event.merged:
                tables.put(tables.incidents, merged.id, merged)
            for one in (event.incident, *after.merged):
                for entry in event.entries:
                    if entry.incident == one:
                        tables.put_entry(entry)
            fold_parts(tables, event)
        case _:
            pass  # folded by incident.evolve, which is exhaustive; no other table changes


def _move(tables: Tables, moved: Iterable[str], out_of: str, into: str) -> None:
    for id in moved:
        if (dispatch := tables.dispatches.get(id)) is not None:
            origin = dispatch.origin or out_of
            after = structs.replace(dispatch, incident=into, origin=None if origin == into else origin)
            tables.put(tables.dispatches, id, after)


def _count_incident(tables: Tables, id: str) -> None:
    """Ids of the form that rules give count on, whoever chose them: so a number that a rule gives is always free."""
    year, _, number = id.partition("-")
    if len(year) == 4 and len(number) <= COUNTED_DIGITS_MAX and (year + number).isdecimal() and number:
        _count(tables, f"incident:{year}", int(number))


def _count(tables: Tables, counter: str, number: int) -> None:
    if number > tables.counters.get(counter, 0):
        tables.put(tables.counters, counter, number)


def fold_leadership(tables: Tables, recorded: Recorded, event: leadership.LeadershipEvent) -> None:
    if (before := tables.incidents.get(event.incident)) is not None:
        after = leadership.evolve(before, event, recorded.position, recorded.actor.post_id)
        tables.put(tables.incidents, before.id, after)


def fold_casualties(tables: Tables, recorded: Recorded, event: CasualtiesRecorded) -> None:
    if (before := tables.incidents.get(event.incident)) is None:
        return
    by = recorded.actor.post_id
    record = Casualty(
        recorded.position,
        by,
        event.dead,
        event.serious,
        event.injured,
        event.missing,
        event.loss_yuan,
        at=recorded.occurred_at,
    )
    after = structs.replace(before, casualties=(*before.casualties, record), position=recorded.position)
    tables.put(tables.incidents, before.id, after)
    _note_entry(tables, Entry(recorded.position, by, event.incident, casualties=True))


def _note_entry(tables: Tables, entry: Entry) -> None:
    tables.put_entry(entry)


def fold_entry_added(tables: Tables, recorded: Recorded, event: EntryAdded) -> None:
    if event.incident not in tables.incidents:
        return
    entry = Entry(
        recorded.position,
        recorded.actor.post_id,
        event.incident,
        milestone=event.milestone,
        dispatch=event.dispatch,
        stamp=_stamp(recorded) if event.milestone is not None else None,
        condition=event.condition,
        fact=event.fact,
        value=event.value,
        tag=event.tag,
        at=recorded.occurred_at,
    )
    _note_entry(tables, entry)
    if event.milestone is not None and (dispatch := tables.dispatches.get(event.dispatch or "")) is not None:
        tables.put(
            tables.dispatches, dispatch.id, structs.replace(dispatch, **{event.milestone: _stamp(recorded)})
        )


def fold_entry_marked(tables: Tables, recorded: Recorded, event: EntryStruck | EntryRestored) -> None:
    struck = isinstance(event, EntryStruck)
    table = tables.entries.get(event.incident, {})
    entry = table.get(event.corrects)
    if entry is None:
        return
    after_entry = structs.replace(entry, struck=struck)
    if entry.milestone is not None and (dispatch := tables.dispatches.get(entry.dispatch or "")) is not None:
        after_entry = _mark_milestone(tables, dispatch, after_entry, entry.milestone)
    tables.put_entry(after_entry)
    incident = tables.incidents.get(event.incident)
    if entry.casualties and incident is not None:
        casualties = tuple(
            structs.replace(one, struck=struck) if one.position == entry.position else one
            for one in incident.casualties
        )
        after = structs.replace(incident, casualties=casualties, position=recorded.position)
        tables.put(tables.incidents, incident.id, after)


def _mark_milestone(tables: Tables, dispatch: Dispatch, entry: Entry, milestone: MedicalMilestone) -> Entry:
    """Clear or restore the time that an entry set. A struck entry keeps that time as corrected meanwhile; where the time was
    withdrawn and another entry set it anew, the first has nothing left to clear."""
    if not entry.struck:
        if entry.stamp is not None:
            tables.put(tables.dispatches, dispatch.id, structs.replace(dispatch, **{milestone: entry.stamp}))
        return entry
    set_anew = any(
        other.position > entry.position
        and (other.milestone, other.dispatch) == (milestone, dispatch.id)
        and not other.struck
        for incident in {dispatch.incident, dispatch.origin or "", entry.incident}
        for other in tables.entries.get(incident, {}).values()
    )
    if set_anew:
        return structs.replace(entry, stamp=None)
    stamp = getattr(dispatch, milestone)
    tables.put(tables.dispatches, dispatch.id, structs.replace(dispatch, **{milestone: None}))
    return structs.replace(entry, stamp=stamp)


def fold_dispatched(tables: Tables, recorded: Recorded, event: dispatches.TeamDispatched) -> None:
    stamp = _stamp(recorded)
    tables.put_dispatch(dispatches.evolve(None, event, stamp, stamp.by))
    number = event.dispatch[2:]
    if event.dispatch.startswith("d-") and len(number) <= COUNTED_DIGITS_MAX and number.isdecimal():
        _count(tables, "dispatch", int(number))
    if (incident := tables.incidents.get(event.incident)) is not None:
        known = (*incident.dispatches, event.dispatch)
        tables.put(tables.incidents, incident.id, structs.replace(incident, dispatches=known))


def fold_dispatch(tables: Tables, recorded: Recorded, event: dispatches.DispatchEvent) -> None:
    before = tables.dispatches.get(event.dispatch)
    if before is None:
        return  # of a closed incident, which is in the log and not here
    stamp = _stamp(recorded)
    tables.put_dispatch(dispatches.evolve(before, event, stamp, stamp.by))


def fold_refused(tables: Tables, recorded: Recorded, event: CommandRefused) -> None:
    """A refusal changes nothing."""


def _stamp(recorded: Recorded) -> Stamp:
    return Stamp(
        recorded.occurred_at, recorded.precision, recorded.source, recorded.position, recorded.actor.post_id
    )


Fold = Callable[[Tables, Recorded, Any], None]
_FOLD_OF_UNION: tuple[tuple[Any, Fold], ...] = (
    (clocks.ClockEvent, fold_clock),
    (organisations.OrganisationEvent, fold_organisation),
    (teams.TeamEvent, fold_team),
    (incidents.IncidentEvent, fold_incident),
    (leadership.LeadershipEvent, fold_leadership),
    (dispatches.DispatchEvent, fold_dispatch),
)


def _folds() -> dict[type[Any], Fold]:
    """One method for each event type: a table, since a chain of forty isinstance checks is most of a fold's cost."""
    folds: dict[type[Any], Fold] = {
        OperationOpened: fold_opened,
        CommandRefused: fold_refused,
        CasualtiesRecorded: fold_casualties,
        EntryAdded: fold_entry_added,
        EntryStruck: fold_entry_marked,
        EntryRestored: fold_entry_marked,
    }
    for union, fold in _FOLD_OF_UNION:
        folds.update(dict.fromkeys(get_args(union), fold))
    folds[incidents.IncidentReported] = fold_reported
    folds[dispatches.TeamDispatched] = fold_dispatched
    folds.update(RESPONSE_FOLDS)
    folds.update(REGISTER_FOLDS)
    missing = [name for name, event in EVENTS.items() if event not in folds]
    if missing:
        raise TypeError(f"the world does not fold {', '.join(missing)}")
    return folds


FOLDS = _folds()
