"""The rules of entries 记录: written once, struck and restored, never edited."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue import AnyEvent
from core.entry import AddEntry, EntryAdded, EntryRestored, EntryStruck, RestoreEntry, StrikeEntry
from core.errors import NotAuthorised, Rule
from core.messages import Context
from core.world import World


def add_entry(world: World, command: AddEntry, context: Context) -> Iterator[AnyEvent]:
    """Says something, about an incident; a milestone names its dispatch and is set once."""
    incident = world.incident(command.incident)
    parts = (command.text, command.fact, command.milestone, command.evidence, command.tag)
    if all(part is None for part in parts):
        raise Rule(
            "nothing_stated",
            "请填写内容（text、fact、milestone、evidence 或 tag）。",
            "Say something: text, fact, milestone, evidence or tag.",
        )
    _together("fact", command.fact, "value", command.value)
    _together("evidence", command.evidence, "condition", command.condition)
    _together("milestone", command.milestone, "dispatch", command.dispatch)
    if command.tag == "search_end":
        _by_the_commander(world, command, context)
    team = None
    late = incident.closed_at is not None
    if command.milestone is not None and command.dispatch is not None:
        dispatch = world.dispatch(command.dispatch)
        team, late = dispatch.team, late or not dispatch.open
        if dispatch.incident != incident.id:
            raise Rule(
                "dispatch_of_another_incident",
                f"{dispatch.id} 属于事件 {dispatch.incident}，不是 {incident.id}。",
                f"{dispatch.id} belongs to {dispatch.incident}, not to {incident.id}.",
                dispatch=dispatch.id,
                incident=dispatch.incident,
            )
        stamp = getattr(dispatch, command.milestone)
        if stamp is not None:
            raise Rule(
                "already_recorded",
                f"{dispatch.id} 的该时间已于序号 {stamp.position} 记录；如有误请更正。",
                f"{command.milestone} of {dispatch.id} is recorded already (position {stamp.position}).",
                dispatch=dispatch.id,
                milestone=command.milestone,
                recorded=stamp.at,
                said=context.occurred_at,
                position=stamp.position,
            )
    yield EntryAdded(
        incident=incident.id,
        text=command.text,
        fact=command.fact,
        value=command.value,
        milestone=command.milestone,
        dispatch=command.dispatch,
        team=team,
        evidence=command.evidence,
        condition=command.condition,
        tag=command.tag,
        late=late,
    )


def _by_the_commander(world: World, command: AddEntry, context: Context) -> None:
    """To end a search is the commander's decision, with the expert note as its text (domain §7)."""
    if command.text is None:
        raise Rule(
            "incomplete",
            "结束搜救须附专家意见（text）。",
            "Ending a search needs the expert note (text).",
            fields=["tag", "text"],
        )
    commander = world.incident(world.members(command.incident)[0]).commander
    if commander != context.actor.post_id:
        raise NotAuthorised(
            f"结束搜救由总指挥（{commander or '空缺'}）决定。",
            f"Ending a search is for the commander ({commander or 'nobody'}).",
            commander=commander,
            post=context.actor.post_id,
        )


def strike_entry(world: World, command: StrikeEntry, context: Context) -> Iterator[AnyEvent]:
    """It stays readable, struck through."""
    entry = world.entry(command.position)
    if not entry.struck:
        yield EntryStruck(
            incident=entry.incident,
            corrects=entry.position,
            reason=command.reason,
            milestone=entry.milestone,
            dispatch=entry.dispatch,
        )


def restore_entry(world: World, command: RestoreEntry, context: Context) -> Iterator[AnyEvent]:
    """A milestone comes back only where no other was recorded meanwhile."""
    entry = world.entry(command.position)
    if not entry.struck:
        return
    if entry.milestone is not None and entry.dispatch is not None:
        stamp = getattr(world.dispatch(entry.dispatch), entry.milestone)
        if stamp is not None:
            raise Rule(
                "already_recorded",
                f"{entry.dispatch} 的该时间已另行记录（序号 {stamp.position}），请先划销那一条。",
                f"{entry.milestone} of {entry.dispatch} was recorded anew (position {stamp.position}): strike that first.",
                position=stamp.position,
            )
    yield EntryRestored(
        incident=entry.incident,
        corrects=entry.position,
        reason=command.reason,
        milestone=entry.milestone,
        dispatch=entry.dispatch,
    )


def _together(first: str, one: object, second: str, other: object) -> None:
    if (one is None) != (other is None):
        raise Rule(
            "incomplete",
            f"{first} 与 {second} 须同时填写。",
            f"{first} and {second} go together.",
            fields=[first, second],
        )
