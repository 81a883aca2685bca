"""What the desk answers. The body of the first answer is stored with the command and given again, byte for byte, when it is repeated."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from core.errors import Refused


class Message(Struct, frozen=True):
    """One sentence in both tongues."""

    zh: str
    en: str


class Accepted(Struct, frozen=True, tag_field="outcome", tag="accepted"):
    """Done: `positions` is [first, last] of the events, or empty where nothing had to change; `created` the ids given by rules."""

    positions: tuple[int, int] | tuple[()]
    created: dict[str, str] = {}


class Refusal(Struct, frozen=True, tag_field="outcome", tag="refused"):
    """Not done, and why. `position` is where the refusal stands in the log."""

    code: str
    message: Message
    details: dict[str, Any] = {}
    position: int | None = None


class Answer(NamedTuple):
    """The JSON body, its refusal code (None: accepted), and whether the same command was answered before."""

    body: bytes
    code: str | None
    repeated: bool = False

    def again(self) -> Answer:
        """The same answer, marked as given before."""
        if self.repeated:
            return self
        return Answer(self.body[:-1] + b',"repeated":true}', self.code, repeated=True)


_encoder = msgspec.json.Encoder()


class _Outcome(Struct):
    outcome: str
    code: str | None = None


_outcome_decoder = msgspec.json.Decoder(_Outcome)


def accepted(positions: tuple[int, int] | tuple[()], created: dict[str, str]) -> Answer:
    return Answer(_encoder.encode(Accepted(positions, created)), None)


def refused(refusal: Refused, position: int | None) -> Answer:
    body = Refusal(refusal.code, Message(refusal.zh, refusal.en), refusal.details, position)
    return Answer(_encoder.encode(body), refusal.code)


def stored(outcome: bytes) -> Answer:
    """An answer from its stored body."""
    return Answer(outcome, _outcome_decoder.decode(outcome).code)
