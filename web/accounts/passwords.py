"""Passwords as argon2id hashes, checked off the event loop. It must never tell an unknown user from a wrong password by time."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")
"""Checked when there is no such user, so that the answer takes as long."""


class Passwords:
    """Hashes and checks passwords, a few at a time: each takes 64 MiB and tens of milliseconds by design."""

    def __init__(self, checks_at_once_max: int) -> None:
        self._turns = asyncio.Semaphore(checks_at_once_max)

    async def hash(self, password: str) -> str:
        # In a thread: argon2 lets go of the interpreter's lock, so the loop goes on answering.
        async with self._turns:
            return await asyncio.to_thread(_hasher.hash, password)

    async def check(self, stored: str | None, password: str) -> bool:
        """Whether a password is the one whose hash is stored. None (no such user, no password set): always no, as slowly."""
        async with self._turns:
            return await asyncio.to_thread(_check, stored, password)


def _check(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
