"""Who is asking: a token or a session → an actor at a post. Remembers what it found for seconds, so that a command costs no look-up."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from core.messages import Actor
from web.accounts.accounts import TOKEN_PREFIX, Accounts, csrf_of, digest
from web.settings import Settings

COOKIE = "liandong_session"
SECRET_CHARS_MAX = 200
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Guard = Callable[[], None]
"""Asked before the store is: so that a flood of invented tokens is turned away, and known callers are not."""


class Principal(NamedTuple):
    """An authenticated caller. `key` names it for rate limits; `csrf` is there for cookie sessions only."""

    actor: Actor
    name: str
    key: str
    csrf: str | None
    secret_digest: str


class Access:
    """Finds principals. Only finds are remembered: a token works from the moment it is made, and a revoked one stops within
    `credential_cache_s`."""

    def __init__(
        self, accounts: Accounts, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._accounts = accounts
        self._ttl_s = settings.credential_cache_s
        self._entries_max = settings.credential_cache_entries_max
        self._clock = clock
        self._found: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def of_bearer(self, authorization: str, guard: Guard) -> Principal | None:
        """The holder of `Bearer ld_…`, or None. `guard` is asked before each look-up and may raise."""
        scheme, _, secret = authorization.partition(" ")
        if (
            scheme.lower() != "bearer"
            or not secret.startswith(TOKEN_PREFIX)
            or len(secret) > SECRET_CHARS_MAX
        ):
            return None
        return await self._find("t:" + digest(secret), self._token, guard)

    async def of_session(self, session: str, guard: Guard) -> Principal | None:
        """The user whose cookie it is, or None. `guard` as above."""
        if not session or len(session) > SECRET_CHARS_MAX:
            return None
        found = await self._find("s:" + digest(session), self._session, guard)
        return None if found is None else found._replace(csrf=csrf_of(session))

    def forget(self, principal: Principal) -> None:
        """A session that was ended here ends here at once."""
        self._found.pop("s:" + principal.secret_digest, None)

    async def _find(
        self, key: str, look_up: Callable[[str], Awaitable[Principal | None]], guard: Guard
    ) -> Principal | None:
        entry = self._found.get(key)
        now = self._clock()
        if entry is not None and entry[0] > now:
            return entry[1]
        self._found.pop(key, None)
        guard()
        found = await look_up(key[2:])
        if found is not None:
            self._found[key] = (now + self._ttl_s, found)
            if len(self._found) > self._entries_max:
                self._found.popitem(last=False)
        return found

    async def _token(self, secret_digest: str) -> Principal | None:
        token = await self._accounts.token(secret_digest)
        if token is None:
            return None
        return Principal(token.actor, token.name, token.id, None, secret_digest)

    async def _session(self, secret_digest: str) -> Principal | None:
        user = await self._accounts.session(secret_digest)
        if user is None:
            return None
        return Principal(user.actor, user.name, user.id, None, secret_digest)


def same_origin(origin: str | None, host: str, scheme: str, public_origin: str | None) -> bool:
    """Whether a browser's Origin header names this site. Programs send none, and a cookie alone is not enough anyway (CSRF)."""
    if origin is None:
        return True
    if public_origin is not None and origin == public_origin.rstrip("/"):
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    # A proxy that ends TLS makes our own scheme http: the host is what tells one site from another then.
    return parts.scheme in {scheme, "https"} and parts.netloc == host
