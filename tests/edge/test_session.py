"""Tokens, sessions, login codes: who comes in, who does not, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.edge.conftest import COMMANDS, PASSWORD, bearer, client_of, report
from web.accounts.access import COOKIE
from web.accounts.accounts import AccountError, Accounts
from web.accounts.database import Database, PostgresDatabase, SqliteDatabase
from web.node import Node
from web.settings import Secret, Settings

ORIGIN = {"origin": "http://liandong.test"}


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Either store, not yet open. Not asynchronous: what makes the PostgreSQL database has a loop of its own."""
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path / "accounts.db")
    return PostgresDatabase(request.getfixturevalue("pg_dsn"), "liandong")


@pytest.fixture
async def store(database: Database) -> AsyncIterator[tuple[Accounts, Time]]:
    """The accounts, with a clock to move."""
    settings, clock = Settings(), Time()
    accounts = Accounts(database, settings, clock)
    await accounts.open()
    yield accounts, clock
    await accounts.close()


async def test_a_password_lets_its_user_in_and_no_other_does(store: tuple[Accounts, Time]) -> None:
    accounts, _ = store
    made = await accounts.add_user("李雷", "gov", "duty", PASSWORD)
    assert made.id.startswith("u-")
    assert await accounts.log_in("李雷", PASSWORD) == made
    for name, password in (
        ("李雷", PASSWORD + "x"),
        ("韩梅", PASSWORD),
        ("李雷", ""),
        ("李雷", PASSWORD * 50),
    ):
        assert await accounts.log_in(name, password) is None
    await accounts.set_password("李雷", "another long one")
    assert await accounts.log_in("李雷", PASSWORD) is None
    await accounts.disable_user("李雷")
    assert await accounts.log_in("李雷", "another long one") is None
    with pytest.raises(AccountError, match="exists already"):
        await accounts.add_user("李雷", "gov", "duty", None)
    with pytest.raises(AccountError, match="10 to 200"):
        await accounts.add_user("短", "gov", "duty", "short")


async def test_nothing_secret_is_stored(store: tuple[Accounts, Time]) -> None:
    accounts, _ = store
    user = await accounts.add_user("李雷", "gov", "duty", PASSWORD)
    _, token = await accounts.make_token("x", "gov", "duty")
    secrets = [PASSWORD, token, await accounts.open_session(user), await accounts.make_code("李雷")]
    tables = ("account_user", "account_token", "account_session", "account_code")
    stored = str([await accounts.database.run(f"SELECT * FROM {table}") for table in tables])
    assert "argon2id" in stored
    assert not [secret for secret in secrets if secret in stored]


async def test_a_session_ends_when_it_is_idle_and_at_last_in_any_case(store: tuple[Accounts, Time]) -> None:
    from web.accounts.accounts import digest

    accounts, clock = store
    user = await accounts.add_user("李雷", "gov", "duty", None)
    idle, used = digest(await accounts.open_session(user)), digest(await accounts.open_session(user))
    clock.now += 11 * 3600
    assert await accounts.session(used)
    clock.now += 2 * 3600
    assert await accounts.session(idle) is None
    for _ in range(14):
        assert await accounts.session(used)
        clock.now += 11 * 3600
    clock.now += 3 * 3600
    assert await accounts.session(used) is None


async def test_a_login_code_works_once_and_not_for_long(store: tuple[Accounts, Time]) -> None:
    accounts, clock = store
    user = await accounts.add_user("李雷", "gov", "duty", None)
    code = await accounts.make_code("李雷")
    found = await asyncio.gather(*[accounts.use_code(code) for _ in range(5)])
    assert [one for one in found if one is not None] == [user]
    late = await accounts.make_code("李雷")
    clock.now += 601
    assert await accounts.use_code(late) is None
    assert await accounts.use_code("invented") is None


async def test_a_user_has_a_bounded_number_of_sessions(store: tuple[Accounts, Time]) -> None:
    accounts, clock = store
    user = await accounts.add_user("李雷", "gov", "duty", None)
    for _ in range(25):
        clock.now += 1
        await accounts.open_session(user)
    assert (await accounts.database.run("SELECT count(*) FROM account_session"))[0][0] == 20


# --- over HTTP ---


@pytest.fixture
async def browser_of(node: Node, stranger: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client that logged in with a password and keeps its cookie."""
    await node.accounts.add_user("李雷", "gov", "duty", PASSWORD)
    answer = await stranger.post("/api/session", json={"user": "李雷", "password": PASSWORD}, headers=ORIGIN)
    assert answer.status_code == 201
    return stranger


async def test_logging_in_gives_a_cookie_that_no_script_reads(browser_of: httpx.AsyncClient) -> None:
    answer = await browser_of.get("/api/session")
    body = answer.json()
    assert (body["user"], body["organisation"], body["post"]) == ("李雷", "gov", "duty")
    assert body["post_name"] == {"zh": "值班员", "en": "duty officer"}
    assert body["operations"] == [{"id": "live", "kind": "live", "title": "实战"}]
    assert body["csrf"]
    cookie = next(one for one in browser_of.cookies.jar if one.name == COOKIE)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"


async def test_a_session_over_https_is_sent_over_https_only(node: Node) -> None:
    await node.accounts.add_user("李雷", "gov", "duty", PASSWORD)
    async with client_of(node) as client:
        client.base_url = httpx.URL("https://liandong.test")
        answer = await client.post("/api/session", json={"user": "李雷", "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()


async def test_a_cookie_alone_changes_nothing(browser_of: httpx.AsyncClient) -> None:
    csrf = (await browser_of.get("/api/session")).json()["csrf"]
    for headers, status in (
        ({}, 403),
        ({"x-csrf-token": "wrong"}, 403),
        ({"x-csrf-token": csrf, "origin": "http://evil.test"}, 403),
        ({"x-csrf-token": csrf, "origin": "null"}, 403),
        ({"x-csrf-token": csrf, **ORIGIN}, 201),
        ({"x-csrf-token": csrf}, 201),
    ):
        answer = await browser_of.post(COMMANDS, json=report(), headers=headers)
        assert answer.status_code == status, headers
        if status == 403:
            assert answer.json()["code"] in ("csrf", "origin")
    assert (await browser_of.post(f"{COMMANDS}:batch", content=b"")).status_code == 403
    assert (await browser_of.delete("/api/session")).status_code == 403


async def test_logging_out_ends_the_session(browser_of: httpx.AsyncClient, node: Node) -> None:
    csrf = (await browser_of.get("/api/session")).json()["csrf"]
    cookie = browser_of.cookies[COOKIE]
    assert (await browser_of.delete("/api/session", headers={"x-csrf-token": csrf})).status_code == 204
    async with client_of(node) as again:
        assert (await again.get("/api/session", headers={"cookie": f"{COOKIE}={cookie}"})).status_code == 401


async def test_a_login_link_works_once(node: Node, stranger: httpx.AsyncClient) -> None:
    await node.accounts.add_user("李雷", "gov", "duty", None)
    code = await node.accounts.make_code("李雷")
    assert (await stranger.post("/api/session", json={"code": code})).status_code == 201
    again = await stranger.post("/api/session", json={"code": code})
    assert (again.status_code, again.json()["code"]) == (401, "code_invalid")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"user": "x"},
        {"password": "x"},
        {"user": "x", "password": "y", "code": "z"},
        {"code": ""},
        {"user": "\u0000", "password": "x"},
    ],
)
async def test_a_login_needs_a_password_or_a_code(stranger: httpx.AsyncClient, body: dict[str, str]) -> None:
    assert (await stranger.post("/api/session", json=body)).status_code == 400


async def test_guessing_a_password_is_throttled(node: Node, stranger: httpx.AsyncClient) -> None:
    node.limits.rates["failures"] = node.limits.rates["failures"]._replace(burst=2)
    await node.accounts.add_user("李雷", "gov", "duty", PASSWORD)
    wrong = {"user": "李雷", "password": "guess"}
    statuses = [(await stranger.post("/api/session", json=wrong)).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    right = await stranger.post("/api/session", json={"user": "李雷", "password": PASSWORD})
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) > 5


async def test_inventing_tokens_is_throttled_and_known_callers_are_not(
    node: Node, http: httpx.AsyncClient
) -> None:
    node.limits.rates["strangers"] = node.limits.rates["strangers"]._replace(per_s=0.1, burst=3)
    assert (await http.get("/api/session")).status_code == 200
    async with client_of(node) as other:
        statuses = [
            (await other.get("/api/session", headers={"authorization": f"Bearer ld_{n}"})).status_code
            for n in range(5)
        ]
    assert statuses == [401, 401, 401, 429, 429]
    assert (await http.get("/api/session")).status_code == 200


async def test_a_token_works_at_once_and_a_revoked_one_stops_within_seconds(node: Node) -> None:
    headers = await bearer(node)
    async with client_of(node, headers) as client:
        assert (await client.post(COMMANDS, json=report())).status_code == 201
        [token] = await node.accounts.tokens()
        assert token.used_at is not None
        await node.accounts.revoke_token(token.id)
        await asyncio.sleep(node.settings.credential_cache_s + 0.1)
        assert (await client.post(COMMANDS, json=report())).status_code == 401
        assert (await client.get("/api/session")).status_code == 401


async def test_the_log_holds_no_login_name(browser_of: httpx.AsyncClient, node: Node) -> None:
    csrf = (await browser_of.get("/api/session")).json()["csrf"]
    await browser_of.post(COMMANDS, json=report(), headers={"x-csrf-token": csrf})
    last = (await browser_of.get("/api/operations/live/events?after=18")).json()["events"][-1]
    assert last["actor"]["user"].startswith("u-")
    assert "李雷" not in str(last)


async def test_accounts_in_postgres_are_seen_by_every_node(pg_dsn: str) -> None:
    settings = Settings(postgres=Secret(pg_dsn))
    async with Node.running(settings) as one, Node.running(settings) as two:
        headers = await bearer(one)
        async with client_of(two, headers) as client:
            assert (await client.get("/api/session")).status_code == 200
