"""The rules of warnings 预警: issued here or relayed, answered by each addressee, raised, lowered and cancelled."""

from __future__ import annotations

from collections.abc import Iterator

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
    WarningAcknowledged,
    WarningCancelled,
    WarningIssued,
    WarningUpdated,
)
from core.world import World
from handlers.leadership import known_post
from handlers.numbers import next_number


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
    """As its issuer published it: it is recorded, never originated."""
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
    """Another colour or text."""
    warning = world.warning(command.warning)
    if (command.colour, command.text) != (warning.colour, warning.text) or command.ends not in (
        None,
        warning.ends,
    ):
        yield WarningUpdated(warning=warning.id, colour=command.colour, text=command.text, ends=command.ends)


def cancel_warning(world: World, command: CancelWarning, context: Context) -> Iterator[AnyEvent]:
    """Of a warning in force."""
    warning = world.warning(command.warning)
    yield WarningCancelled(warning=warning.id, reason=command.reason)


def _new(world: World, command: IssueWarning | RelaySignal) -> str:
    if command.warning is not None and command.warning in world.warnings:
        raise AlreadyExists("warning", "预警", command.warning)
    if command.ends is not None and command.ends <= command.begins:
        raise Rule(
            "ends_before_it_begins",
            "预警的结束时间须晚于起始时间。",
            "A warning ends after it begins.",
            begins=command.begins,
            ends=command.ends,
        )
    for post in command.addressees:
        known_post(world, post)
    return command.warning or next_number(world, "w")
