"""The rules of agreements 协议."""

from __future__ import annotations

from collections.abc import Iterator

from core.agreement import Agreement, AgreementSigned, SignAgreement
from core.catalogue import AnyEvent
from core.errors import Rule
from core.messages import Context
from core.world import World
from handlers.adoption import owned_by


def sign_agreement(world: World, command: SignAgreement, context: Context) -> Iterator[AnyEvent]:
    """Between two organisations that exist; the same again changes nothing."""
    client, provider = world.organisation(command.client), world.organisation(command.provider)
    owned_by(world, client.id, context)
    if client.id == provider.id or command.valid_to < command.valid_from:
        raise Rule(
            "agreement",
            "协议须由两个不同的组织签订，截止日期不早于起始日期。",
            "An agreement is between two organisations, and ends no earlier than it begins.",
            client=client.id,
            provider=provider.id,
        )
    wanted = Agreement(
        command.agreement, client.id, provider.id, command.valid_from, command.valid_to, command.hazards
    )
    before = world.agreements.get(command.agreement)
    names = ("client", "provider", "valid_from", "valid_to", "hazards")
    if before is None or any(getattr(before, name) != getattr(wanted, name) for name in names):
        yield AgreementSigned(
            agreement=wanted.id,
            client=wanted.client,
            provider=wanted.provider,
            valid_from=wanted.valid_from,
            valid_to=wanted.valid_to,
            hazards=wanted.hazards,
        )
