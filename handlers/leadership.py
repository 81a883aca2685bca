"""The rules of command 指挥与移交: one post a slot, at every instant; it passes when it is taken."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue import AnyEvent
from core.errors import NotAuthorised, Rule
from core.leadership import AssumeCommand, CommandOffered, CommandTransferred, OfferCommand, TransferCommand
from core.link import LinkAccepted
from core.messages import Context
from core.world import World


def offer_command(world: World, command: OfferCommand, context: Context) -> Iterator[AnyEvent]:
    """Only by the holder, to a post that exists; one open offer a slot."""
    incident = world.open_incident(command.incident)
    holder = incident.holders.get(command.slot)
    if holder != context.actor.post_id:
        raise NotAuthorised(
            f"只有现任指挥（{holder or '空缺'}）可以提出移交。",
            f"Only the holder ({holder or 'nobody'}) can offer command.",
            holder=holder,
            slot=command.slot,
        )
    known_post(world, command.to_post)
    if command.to_post == holder:
        raise Rule(
            "same_post",
            f"{holder} 已是现任指挥，请移交给另一岗位。",
            f"{holder} is in command already: offer it to another post.",
            holder=holder,
            slot=command.slot,
        )
    offer = incident.offers.get(command.slot)
    # An offer to a post that was closed since can never be taken: another may replace it.
    if offer is not None and world.has_post(offer.to_post):
        if offer.to_post == command.to_post:
            return
        raise Rule(
            "offer_open",
            f"已向 {offer.to_post} 提出移交（序号 {offer.id}），尚未接受。",
            f"Command was offered to {offer.to_post} (position {offer.id}) and that is still open.",
            offer=offer.id,
            to_post=offer.to_post,
        )
    yield CommandOffered(
        incident=incident.id,
        slot=command.slot,
        to_post=command.to_post,
        reason=command.reason,
        briefing=command.briefing,
    )


def transfer_command(world: World, command: TransferCommand, context: Context) -> Iterator[AnyEvent]:
    """Of an empty slot; or by the open offer made to the sender's own post. Links that asked this post to take it are answered so."""
    taken = list(take_command(world, command, context))
    yield from taken
    if not taken or command.slot != "overall":
        return
    me = context.actor.post_id
    for incident in world.members(command.incident):
        for link in world.part_of("links", incident):
            asked = link.kind == "hand_over" and me in (link.to_post, *link.escalated)
            if asked and link.state in ("open", "acknowledged"):
                yield LinkAccepted(
                    link=link.id,
                    activation=link.activation,
                    incident=link.incident,
                    late=link.late_at(context.occurred_at),
                )


def take_command(world: World, command: TransferCommand, context: Context) -> Iterator[AnyEvent]:
    """Command passes, at this instant."""
    incident = world.open_incident(command.incident)
    holder = incident.holders.get(command.slot)
    me = context.actor.post_id
    if holder == me:
        return
    offer = incident.offers.get(command.slot)
    if holder is not None and (offer is None or offer.to_post != me or command.offer not in (None, offer.id)):
        raise Rule(
            "no_offer",
            f"现任指挥为 {holder}，且没有向 {me} 提出的移交。",
            f"{holder} is in command and has not offered it to {me}.",
            holder=holder,
            slot=command.slot,
            offer=offer.id if offer else None,
        )
    yield CommandTransferred(
        incident=incident.id,
        slot=command.slot,
        to_post=me,
        from_post=holder,
        offer=offer.id if holder is not None and offer is not None else None,
    )


def assume_command(world: World, command: AssumeCommand, context: Context) -> Iterator[AnyEvent]:
    """From a holder who cannot act; watched until it is confirmed."""
    incident = world.open_incident(command.incident)
    holder = incident.holders.get(command.slot)
    if holder == context.actor.post_id:
        return
    yield CommandTransferred(
        incident=incident.id,
        slot=command.slot,
        to_post=context.actor.post_id,
        from_post=holder,
        assumed=True,
        reason=command.reason,
    )


def known_post(world: World, post_id: str) -> None:
    """Raises Rule for a post that nobody opened."""
    if not world.has_post(post_id):
        raise Rule(
            "unknown_post",
            f"没有岗位 {post_id}，请核对。",
            f"There is no post {post_id}: check it.",
            post=post_id,
        )
