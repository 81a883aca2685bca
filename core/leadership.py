"""Command of an incident 指挥: two slots, each held by at most one post at any instant; it passes when it is taken, not when offered."""

from __future__ import annotations

from typing import Literal, assert_never

from msgspec import Struct, structs

from core.incident import Incident, Offer
from core.messages import Command, Event, Id, Line, PostId, Text

Slot = Literal["overall", "fireground"]
"""总指挥 (708号令 Art. 20–21) and, below it, 火场总指挥 (消防法 Art. 45)."""


class Briefing(Struct, frozen=True, forbid_unknown_fields=True):
    """What is handed over with command 移交简报. Every item is required; "不明" (unknown) is a legal answer, silence is not."""

    situation: Text
    casualties: Text
    teams: Text
    orders: Text
    tasks: Text
    residual_risk: Text


# --- asked ---


class OfferCommand(Command, frozen=True):
    """The holder offers command to another post 提出移交."""

    incident: Id
    slot: Slot
    to_post: PostId
    reason: Line
    briefing: Briefing


class TransferCommand(Command, frozen=True):
    """Take command 接受指挥权: of an empty slot, or by the offer made to one's post (`offer` is the position of the offer)."""

    incident: Id
    slot: Slot
    offer: int | None = None


class AssumeCommand(Command, frozen=True):
    """Take command from a holder who cannot act 接管指挥."""

    incident: Id
    slot: Slot
    reason: Line


LeadershipCommand = OfferCommand | TransferCommand | AssumeCommand


# --- happened ---


class CommandOffered(Event, frozen=True):
    """指挥权移交已提出."""

    incident: str
    slot: Slot
    to_post: str
    reason: str
    briefing: Briefing


class CommandTransferred(Event, frozen=True):
    """指挥权已转移; `from_post` is none for an empty slot."""

    incident: str
    slot: Slot
    to_post: str
    from_post: str | None = None
    offer: int | None = None
    assumed: bool = False
    reason: str | None = None


LeadershipEvent = CommandOffered | CommandTransferred


# --- remembered: on the incident ---


def evolve(incident: Incident, event: LeadershipEvent, position: int, by: str) -> Incident:
    """The incident after an event of command."""
    match event:
        case CommandOffered():
            offers = {**incident.offers, event.slot: Offer(position, event.to_post, by)}
            return structs.replace(incident, offers=offers, position=position)
        case CommandTransferred():
            offers = {slot: offer for slot, offer in incident.offers.items() if slot != event.slot}
            holders = {**incident.holders, event.slot: event.to_post}
            return structs.replace(incident, holders=holders, offers=offers, position=position)
        case _:
            assert_never(event)
