"""The rules of warnings 预警: issued here or relayed, answered by each addressee, raised, lowered and cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.activation import PlanStoodDown
from core.catalogue import AnyEvent
from core.errors import AlreadyExists, NotAuthorised, Rule
from core.messages import Context
from core.warning import (
    AcknowledgeWarning,
    CancelWarning,
    IssueWarning,
    RelaySignal,
    SignalRelayed,
    UpdateWarning,
    Warned,
    WarningAcknowledged,
    WarningCancelled,
    WarningIssued,
    WarningUpdated,
)
from core.world import World
from handlers.leadership import known_post
from handlers.numbers import chosen, next_number


def issue_warning(world: World, command: IssueWarning, context: Context) -> Iterator[AnyEvent]:
    """To posts that exist; it ends after it begins."""
    id = _new(world, command)
    yield WarningIssued(
        warning=id,
        hazard_type=command.hazard_type,
        colour=command.colour,
        area=command.area,
        text=command.text,
        measures=command.measures,
        begins=command.begins,
        ends=command.ends,
        addressees=command.addressees,
    )


def relay_signal(world: World, command: RelaySignal, context: Context) -> Iterator[AnyEvent]:
    """As its issuer published it: it is recorded, never originated. Under an id that is in force it is the issuer's next word."""
    before = world.warnings.get(command.warning or "")
    if before is not None:
        _same_signal(before, command)
        if _says_the_same(before, command):
            return
    id = _new(world, command)
    yield SignalRelayed(
        warning=id,
        hazard_type=command.hazard_type,
        colour=command.colour,
        area=command.area,
        text=command.text,
        issuer=command.issuer,
        begins=command.begins,
        ends=command.ends,
        addressees=command.addressees,
    )


def acknowledge_warning(world: World, command: AcknowledgeWarning, context: Context) -> Iterator[AnyEvent]:
    """By an addressee, once."""
    warning = world.warning(command.warning)
    me = context.actor.post_id
    if warning.addressees and me not in warning.addressees:
        raise NotAuthorised(
            f"{me} 不在预警 {warning.id} 的接收名单内。",
            f"{me} is not an addressee of the warning {warning.id}.",
            addressees=list(warning.addressees),
        )
    if me not in warning.acknowledged:
        yield WarningAcknowledged(warning=warning.id, post=me)


def update_warning(world: World, command: UpdateWarning, context: Context) -> Iterator[AnyEvent]:
    """Another colour or text of a warning issued here; a signal only its issuer changes, and that is relayed."""
    warning = world.warning(command.warning)
    if warning.kind == "signal":
        raise Rule(
            "signal_not_altered",
            f"{warning.id} 是转发的气象信号，不得更改；发布单位变更后请用同一编号再次转发。",
            f"{warning.id} is a relayed signal and is not altered here: relay what its issuer says now under the same id.",
            warning=warning.id,
        )
    if command.ends is not None and command.ends <= warning.begins:
        raise _ends_early(warning.begins, command.ends)
    if (command.colour, command.text) != (warning.colour, warning.text) or command.ends not in (
        None,
        warning.ends,
    ):
        yield WarningUpdated(warning=warning.id, colour=command.colour, text=command.text, ends=command.ends)


def cancel_warning(world: World, command: CancelWarning, context: Context) -> Iterator[AnyEvent]:
    """Of a warning in force. What stands by because of it stands down with it (应对法 Art. 70)."""
    warning = world.warning(command.warning)
    yield WarningCancelled(warning=warning.id, reason=command.reason)
    for one in world.activations.values():
        if one.open and one.level is None and one.warning == warning.id:
            yield PlanStoodDown(
                activation=one.id, plan=one.plan, incident=one.incident, reason="预警解除 warning cancelled"
            )


def _new(world: World, command: IssueWarning | RelaySignal) -> str:
    issued_anew = isinstance(command, IssueWarning) and command.warning in world.warnings
    if command.warning is not None and issued_anew:
        raise AlreadyExists("warning", "预警", command.warning)
    if command.ends is not None and command.ends <= command.begins:
        raise _ends_early(command.begins, command.ends)
    for post in command.addressees:
        known_post(world, post)
    return chosen(command.warning) or next_number(world, "w")


def _ends_early(begins: datetime, ends: datetime) -> Rule:
    return Rule(
        "ends_before_it_begins",
        "预警的结束时间须晚于起始时间。",
        "A warning ends after it begins.",
        begins=begins,
        ends=ends,
    )


def _same_signal(before: Warned, command: RelaySignal) -> None:
    if (before.kind, before.issuer, before.hazard_type) != ("signal", command.issuer, command.hazard_type):
        raise AlreadyExists("warning", "预警", before.id)


def _says_the_same(before: Warned, command: RelaySignal) -> bool:
    names = ("colour", "area", "text", "begins", "ends", "addressees")
    return all(getattr(before, name) == getattr(command, name) for name in names)
