"""The bounds of the live board, each with its unit: those an installation may choose, and those that follow from the protocol."""

from __future__ import annotations

from typing import NamedTuple, Self

from web.settings import Settings


class LiveLimits(NamedTuple):
    """What the keeper, its hub and its clients keep to."""

    frame_interval_s: float = 0.1
    """A frame leaves at once after quiet, and at most this often when it is busy."""
    heartbeat_s: float = 2.0
    head_timeout_s: float = 1.0
    """For asking the log where it stands; shorter than a heartbeat, which does not wait for it."""
    lag_s_max: float = 5.0
    """Behind the log for longer than this, the clients are told."""
    patches_kept_max: int = 5_000
    patches_kept_bytes_max: int = 32 << 20
    resume_frames_max: int = 1_000
    resume_bytes_max: int = 2 << 20
    """More than this that was missed, and a snapshot is the shorter way."""
    resume_wait_s: float = 5.0
    """A client that comes from another node may have seen more than this node has folded yet."""
    snapshot_every_events: int = 20_000
    restart_first_s: float = 0.1
    restart_max_s: float = 5.0

    clients_max: int = 10_000
    accepts_per_s: int = 500
    """After a network failure all pages come back at once: they are let in at this pace."""
    accept_wait_s_max: float = 10.0
    client_queue_frames_max: int = 2_000
    client_queue_bytes_max: int = 8 << 20
    client_message_bytes_max: int = 64 << 10
    client_faults_max: int = 5
    """Malformed messages, after which the connection is not worth keeping."""
    client_commands_in_flight_max: int = 16
    client_silent_s: float = 15.0
    client_drain_s: float = 10.0
    """A socket that takes nothing for this long is closed."""
    acknowledge_s: float = 30.0
    """A client that says it stands where it stood this long ago, though it was sent more, is not keeping up."""
    authenticate_again_s: float = 30.0
    """A session that was ended, or a token that was revoked, ends its connection within this time."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            frame_interval_s=settings.frame_interval_s,
            heartbeat_s=settings.heartbeat_s,
            head_timeout_s=settings.heartbeat_s / 2,
            patches_kept_max=settings.patches_kept_max,
            clients_max=settings.clients_max,
            client_queue_frames_max=settings.client_queue_frames_max,
            client_message_bytes_max=settings.client_message_bytes_max,
        )
