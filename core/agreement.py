"""Rescue agreements 救援协议: who helps whom, against what, from when to when. Calling one that ended is a finding (W16), not refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from core.messages import Command, Event, Id, Line

# --- asked ---


class SignAgreement(Command, frozen=True):
    """Enter an agreement into the register 登记协议. The same id again corrects the record."""

    agreement: Id
    client: Id
    provider: Id
    valid_from: date
    valid_to: date
    hazards: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()


# --- happened ---


class AgreementSigned(Event, frozen=True):
    """协议已登记: `hazards` are the kinds of incident that it covers (none: all); both days count, in Beijing time."""

    agreement: str
    client: str
    provider: str
    valid_from: date
    valid_to: date
    hazards: tuple[str, ...] = ()


# --- remembered ---


class Agreement(Struct, frozen=True, omit_defaults=True):
    """An agreement as the register has it."""

    id: str
    client: str
    provider: str
    valid_from: date
    valid_to: date
    hazards: tuple[str, ...] = ()
    position: int = 0

    def covers(self, day: date, kind: str) -> bool:
        """Whether it holds on a day, the last one included, and for a kind of incident."""
        return self.valid_from <= day <= self.valid_to and (not self.hazards or kind in self.hazards)
