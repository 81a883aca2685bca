"""Users, tokens, sessions and login codes: made, found, ended. Only digests of secrets are kept; the secret is told once.

An actor's user is an opaque id (u-…, t-…): the log never learns a login name.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from core.log.protocol import LogError
from core.messages import Actor
from web.accounts.database import Database, PostgresDatabase, SqliteDatabase, Taken
from web.accounts.passwords import Passwords
from web.settings import Settings

TOKEN_PREFIX = "ld_"  # noqa: S105  a prefix is no password
SECRET_BYTES = 32
CODE_BYTES = 20
TOUCH_EVERY_S = 60
"""How exactly `last used` and the idle time of a session are kept: not one write a request."""

_USER = "id, name, organisation, post, created_at, disabled_at"
_TOKEN = "id, name, organisation, post, created_at, used_at, revoked_at"  # noqa: S105  the columns of a table


class AccountError(Exception):
    """An account cannot be made or found. `zh` and `en` say what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class User(NamedTuple):
    """A person who logs in, at one post."""

    id: str
    name: str
    organisation: str
    post: str
    created_at: int
    disabled_at: int | None

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.organisation, self.post)


class Token(NamedTuple):
    """A machine's access, bound to one post; the secret itself is not kept."""

    id: str
    name: str
    organisation: str
    post: str
    created_at: int
    used_at: int | None
    revoked_at: int | None

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.organisation, self.post)


def digest(secret: str) -> str:
    """What is stored of a secret of full entropy; a password needs argon2 instead."""
    return sha256(secret.encode()).hexdigest()


def csrf_of(session: str) -> str:
    """The CSRF token of a session: known to whoever can read our answers, never to another site."""
    return sha256(b"csrf:" + session.encode()).hexdigest()[:40]


class Accounts:
    """All accounts of an installation. Make it with `Accounts.of(settings)`, then `open`."""

    def __init__(
        self, database: Database, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self.database = database
        self._settings = settings
        self._clock = clock
        self._passwords = Passwords(settings.password_checks_at_once_max)

    @classmethod
    def of(cls, settings: Settings) -> Accounts:
        if settings.postgres is not None:
            return cls(PostgresDatabase(settings.postgres.reveal(), settings.postgres_schema), settings)
        return cls(SqliteDatabase(settings.accounts_file), settings)

    async def open(self) -> None:
        await self.database.open()

    async def close(self) -> None:
        await self.database.close()

    def _now(self) -> int:
        return int(self._clock())

    # --- users ---

    async def add_user(self, name: str, organisation: str, post: str, password: str | None) -> User:
        """Without a password the user comes in by login links only. Raises AccountError when the name is taken."""
        hashed = None if password is None else await self._hash(password)
        user = User(f"u-{secrets.token_hex(8)}", name, organisation, post, self._now(), None)
        try:
            await self.database.run(
                "INSERT INTO account_user (id, name, hash, organisation, post, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
                *(user.id, name, hashed, organisation, post, user.created_at),
            )
        except Taken:
            raise AccountError(
                f"用户名 {name} 已存在：请换一个，或用 liandong user passwd 修改口令。",
                f"The user {name} exists already: choose another name, or change the password with liandong user passwd.",
            ) from None
        return user

    async def users(self) -> list[User]:
        return [
            User(*row) for row in await self.database.run(f"SELECT {_USER} FROM account_user ORDER BY name")
        ]

    async def user(self, name: str) -> User:
        """Raises AccountError for an unknown name."""
        rows = await self.database.run(f"SELECT {_USER} FROM account_user WHERE name = $1", name)
        if not rows:
            raise AccountError(
                f"没有用户 {name}：liandong user list 列出全部用户。",
                f"There is no user {name}: liandong user list shows all of them.",
            )
        return User(*rows[0])

    async def set_password(self, name: str, password: str) -> None:
        """Ends all sessions of the user too."""
        user = await self.user(name)
        await self.database.run(
            "UPDATE account_user SET hash = $2 WHERE id = $1", user.id, await self._hash(password)
        )
        await self._end_sessions(user)

    async def disable_user(self, name: str) -> None:
        user = await self.user(name)
        await self.database.run(
            "UPDATE account_user SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL",
            user.id,
            self._now(),
        )
        await self._end_sessions(user)

    async def _end_sessions(self, user: User) -> None:
        await self.database.run("DELETE FROM account_session WHERE user_id = $1", user.id)
        await self.database.run("DELETE FROM account_code WHERE user_id = $1", user.id)

    async def _hash(self, password: str) -> str:
        low, high = self._settings.password_chars_min, self._settings.password_chars_max
        if not low <= len(password) <= high:
            raise AccountError(
                f"口令须为 {low}–{high} 个字符。",
                f"A password has {low} to {high} characters: choose another.",
            )
        return await self._passwords.hash(password)

    # --- logging in ---

    async def log_in(self, name: str, password: str) -> User | None:
        """The user, or None: unknown, disabled or a wrong password, without telling which."""
        rows = await self.database.run(f"SELECT {_USER}, hash FROM account_user WHERE name = $1", name)
        user = User(*rows[0][:-1]) if rows else None
        enabled = (
            user is not None
            and user.disabled_at is None
            and len(password) <= self._settings.password_chars_max
        )
        matches = await self._passwords.check(rows[0][-1] if enabled else None, password if enabled else "")
        return user if matches else None

    async def make_code(self, name: str) -> str:
        """A code that logs this user in once, for a few minutes."""
        user = await self.user(name)
        if user.disabled_at is not None:
            raise AccountError(f"用户 {name} 已停用。", f"The user {name} is disabled: add another user.")
        now, code = self._now(), secrets.token_urlsafe(CODE_BYTES)
        await self.database.run("DELETE FROM account_code WHERE expires_at <= $1", now)
        await self.database.run(
            "INSERT INTO account_code (digest, user_id, expires_at) VALUES ($1, $2, $3)",
            *(digest(code), user.id, now + self._settings.login_code_s),
        )
        return code

    async def use_code(self, code: str) -> User | None:
        """Whom a login code logs in. Deleting it is what makes it work once, also with two nodes asked at the same instant."""
        rows = await self.database.run(
            "DELETE FROM account_code WHERE digest = $1 AND expires_at > $2 RETURNING user_id",
            digest(code),
            self._now(),
        )
        if not rows:
            return None
        found = await self.database.run(
            f"SELECT {_USER} FROM account_user WHERE id = $1 AND disabled_at IS NULL", rows[0][0]
        )
        return User(*found[0]) if found else None

    # --- sessions ---

    async def open_session(self, user: User) -> str:
        """The secret of a new session, for the cookie. The oldest one gives way when a user has too many."""
        session, now = secrets.token_urlsafe(SECRET_BYTES), self._now()
        await self.database.run(
            "INSERT INTO account_session (digest, user_id, created_at, seen_at) VALUES ($1, $2, $3, $3)",
            *(digest(session), user.id, now),
        )
        await self.database.run(
            "DELETE FROM account_session WHERE user_id = $1 AND digest NOT IN (SELECT digest FROM account_session "
            "WHERE user_id = $1 ORDER BY seen_at DESC, created_at DESC LIMIT $2)",
            *(user.id, self._settings.sessions_per_user_max),
        )
        await self.database.run(
            "DELETE FROM account_session WHERE seen_at < $1 OR created_at < $2",
            *(now - self._settings.session_idle_s, now - self._settings.session_absolute_s),
        )
        return session

    async def session(self, secret_digest: str) -> User | None:
        """Whose session it is, unless it has run out or the user is disabled."""
        now = self._now()
        rows = await self.database.run(
            "SELECT u.id, u.name, u.organisation, u.post, u.created_at, u.disabled_at, s.seen_at FROM account_session s "
            "JOIN account_user u ON u.id = s.user_id WHERE s.digest = $1 AND s.seen_at >= $2 AND s.created_at >= $3 "
            "AND u.disabled_at IS NULL",
            *(secret_digest, now - self._settings.session_idle_s, now - self._settings.session_absolute_s),
        )
        if not rows:
            return None
        if now - rows[0][-1] >= TOUCH_EVERY_S:
            await self.database.run(
                "UPDATE account_session SET seen_at = $2 WHERE digest = $1", secret_digest, now
            )
        return User(*rows[0][:-1])

    async def end_session(self, secret_digest: str) -> None:
        await self.database.run("DELETE FROM account_session WHERE digest = $1", secret_digest)

    # --- tokens ---

    async def make_token(self, name: str, organisation: str, post: str) -> tuple[Token, str]:
        """The token and its secret, which is told this once."""
        secret = TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        token = Token(f"t-{secrets.token_hex(8)}", name, organisation, post, self._now(), None, None)
        await self.database.run(
            "INSERT INTO account_token (id, name, digest, organisation, post, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
            *(token.id, name, digest(secret), organisation, post, token.created_at),
        )
        return token, secret

    async def tokens(self) -> list[Token]:
        rows = await self.database.run(f"SELECT {_TOKEN} FROM account_token ORDER BY created_at, id")
        return [Token(*row) for row in rows]

    async def revoke_token(self, id: str) -> None:
        """Raises AccountError for an unknown id. Running servers follow within seconds."""
        rows = await self.database.run(
            "UPDATE account_token SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING id",
            id,
            self._now(),
        )
        if not rows:
            raise AccountError(
                f"没有令牌 {id}：liandong token list 列出全部令牌。",
                f"There is no token {id}: liandong token list shows all of them.",
            )

    async def token(self, secret_digest: str) -> Token | None:
        """Whose token it is, unless it was revoked."""
        rows = await self.database.run(
            f"SELECT {_TOKEN} FROM account_token WHERE digest = $1 AND revoked_at IS NULL", secret_digest
        )
        if not rows:
            return None
        token, now = Token(*rows[0]), self._now()
        if now - (token.used_at or 0) >= TOUCH_EVERY_S:
            await self.database.run("UPDATE account_token SET used_at = $2 WHERE id = $1", token.id, now)
        return token

    async def healthy(self) -> LogError | None:
        """What is wrong with the store, or None."""
        try:
            await self.database.run("SELECT 1")
        except LogError as error:
            return error
        return None
