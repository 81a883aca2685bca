"""What must hold when things break: a killed server, two nodes at once, a Redis that goes away."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from core import catalogue
from core.log import Log, Query
from core.operation import LIVE
from tests.edge.conftest import COMMANDS, bearer, client_of, command, report
from tests.edge.servers import LiandongServer, liandong, token_of
from tests.servers import PostgresServer, RedisServer
from web.node import Node, open_log
from web.settings import Secret, Settings

CLIENTS = 16


async def _load(url: str, token: str, told: dict[str, list[int]]) -> None:
    """Clients that send until the server is gone, and write down what they were told."""

    async def one(client: httpx.AsyncClient) -> None:
        while True:
            request = report()
            try:
                answer = await client.post(COMMANDS, json=request)
            except httpx.TransportError:
                return
            if answer.status_code == 201:
                told[request["id"]] = answer.json()["positions"]

    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}) as client:
        await asyncio.gather(*[one(client) for _ in range(CLIENTS)])


async def _stored(log: Log) -> dict[str, list[int]]:
    """The positions of each command, as the log has them."""
    found: dict[str, list[int]] = {}
    async for page in log.stream(LIVE, 0):
        for data in page:
            record = catalogue.decode(data)
            found.setdefault(str(record.command_id), []).append(record.position)
    return found


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_after_kill_9_under_load_each_acknowledged_command_is_there_once(
    tmp_path: Path, store: str, pg_dsn: str
) -> None:
    where = ("--data", str(tmp_path / "data")) if store == "sqlite" else ("--postgres", pg_dsn)
    settings = Settings(data=tmp_path / "data", postgres=Secret(pg_dsn) if store == "postgres" else None)
    told: dict[str, list[int]] = {}
    server = LiandongServer(tmp_path, *where)
    for _ in range(2):
        with server:
            loading = asyncio.create_task(_load(server.url, token_of(*where), told))
            await asyncio.sleep(1.0)
            assert server.end(signal.SIGKILL) == -signal.SIGKILL
            await loading
    assert len(told) > 100, "there was a load"
    log = open_log(settings)
    await log.open()
    try:
        stored = await _stored(log)
        head = await log.head(LIVE)
        assert {id: [positions[0], positions[-1]] for id, positions in stored.items() if id in told} == told
        assert sorted(position for positions in stored.values() for position in positions) == list(
            range(1, head.position + 1)
        )
    finally:
        await log.close()
    verified = liandong("verify", "--json", *where)
    assert verified.returncode == 0, verified.stdout
    assert json.loads(verified.stdout)[0]["position"] == head.position


async def test_after_kill_9_of_postgresql_under_load_two_nodes_go_on_and_nothing_is_lost_or_doubled(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    dsn = postgres_server.dsn()
    told: dict[str, list[int]] = {}
    unavailable: set[str] = set()
    over = asyncio.Event()

    async def one(client: httpx.AsyncClient, url: str) -> None:
        request = report()
        while not over.is_set():
            answer = await client.post(url + COMMANDS, json=request, timeout=30)
            if answer.status_code == 503:
                # As the answer says: the same id again, a moment later, whatever became of it.
                assert "retry-after" in answer.headers
                unavailable.add(answer.json()["code"])
                await asyncio.sleep(0.05)
                continue
            assert answer.status_code == 201, answer.text
            told[request["id"]] = answer.json()["positions"]
            request = report()

    where = ("--postgres", dsn)
    with LiandongServer(tmp_path, *where) as first, LiandongServer(tmp_path, *where) as second:
        headers = {"authorization": f"Bearer {token_of(*where)}"}
        async with httpx.AsyncClient(headers=headers) as client:
            loading = [
                asyncio.create_task(one(client, server.url))
                for server in (first, second)
                for _ in range(CLIENTS // 2)
            ]
            await asyncio.sleep(1.0)
            before = len(told)
            postgres_server.kill()
            await asyncio.sleep(0.3)
            postgres_server.start()
            await asyncio.sleep(2.0)
            over.set()
            await asyncio.gather(*loading)
            for server in (first, second):
                answer = await client.post(server.url + COMMANDS, json=report(), timeout=30)
                assert answer.status_code == 201, "each node goes on by itself"
    assert unavailable, "it was noticed"
    assert len(told) > before > 0
    log = open_log(Settings(postgres=Secret(dsn)))
    await log.open()
    try:
        stored = await _stored(log)
        head = await log.head(LIVE)
    finally:
        await log.close()
    assert {id: [positions[0], positions[-1]] for id, positions in stored.items() if id in told} == told
    assert sorted(position for positions in stored.values() for position in positions) == list(
        range(1, head.position + 1)
    )
    assert liandong("verify", *where).returncode == 0


async def test_a_stop_in_good_order_answers_what_is_under_way(tmp_path: Path) -> None:
    data = tmp_path / "data"
    told: dict[str, list[int]] = {}
    with LiandongServer(tmp_path, "--data", data) as server:
        loading = asyncio.create_task(_load(server.url, token_of("--data", data), told))
        await asyncio.sleep(0.5)
        assert await asyncio.to_thread(server.end, signal.SIGTERM) == 0
        await loading
    log = open_log(Settings(data=data), read_only=True)
    await log.open()
    stored = await _stored(log)
    await log.close()
    reported = {id for id, positions in stored.items() if positions[0] > 18}
    assert reported == set(told), "nobody was left without the answer to what was carried out"


async def test_two_nodes_dispatch_one_team_at_the_same_instant_and_one_is_refused(pg_dsn: str) -> None:
    settings = Settings(postgres=Secret(pg_dsn))
    async with Node.running(settings) as one, Node.running(settings) as two:
        headers = await bearer(one)
        async with client_of(one, headers) as first, client_of(two, headers) as second:
            clients: Sequence[httpx.AsyncClient] = (first, second)
            teams = [f"jw-{number}" for number in range(20)]
            for team in teams:
                await _accepted(
                    first,
                    command(
                        "RegisterTeam", team=team, organisation="gov", name={"zh": team}, kind="fire_ordinary"
                    ),
                )
            incidents = [(await _accepted(client, report()))["created"]["incident"] for client in clients]

            async def dispatch(client: httpx.AsyncClient, incident: str, team: str) -> httpx.Response:
                return await client.post(COMMANDS, json=command("DispatchTeam", incident=incident, team=team))

            answers = await asyncio.gather(
                *[
                    dispatch(client, incident, team)
                    for team in teams
                    for client, incident in zip(clients, incidents, strict=True)
                ]
            )
            for pair in zip(answers[::2], answers[1::2], strict=True):
                assert sorted(answer.status_code for answer in pair) == [201, 409]
                refused = next(answer.json() for answer in pair if answer.status_code == 409)
                assert refused["code"] == "team_committed"
        dispatched = await one.log.read(LIVE, 0, Query(types=("TeamDispatched",)), 100)
        assert len(dispatched) == len(teams)
        for team in teams:
            assert len([event for event in dispatched if f"team:{team}" in event.tags]) == 1


async def test_one_id_sent_to_two_nodes_at_the_same_instant_is_carried_out_once(pg_dsn: str) -> None:
    settings = Settings(postgres=Secret(pg_dsn))
    async with Node.running(settings) as one, Node.running(settings) as two:
        headers = await bearer(one)
        async with client_of(one, headers) as first, client_of(two, headers) as second:
            requests = [report() for _ in range(30)]
            answers = await asyncio.gather(
                *[client.post(COMMANDS, json=request) for request in requests for client in (first, second)]
            )
            for pair in zip(answers[::2], answers[1::2], strict=True):
                assert {answer.status_code for answer in pair} == {201}
                assert pair[0].json()["positions"] == pair[1].json()["positions"]
        assert len(await one.log.read(LIVE, 18, Query(), 100)) == 30


async def _accepted(client: httpx.AsyncClient, request: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(COMMANDS, json=request)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_two_nodes_share_a_rate_through_redis(redis_url: str, pg_dsn: str) -> None:
    settings = Settings(
        postgres=Secret(pg_dsn), redis=Secret(redis_url), rate_commands_per_s=0.5, rate_commands_burst=20
    )
    async with Node.running(settings) as one, Node.running(settings) as two:
        headers = await bearer(one)
        async with client_of(one, headers) as first, client_of(two, headers) as second:
            statuses = [
                (await client.post(COMMANDS, json=report())).status_code for client in (first, second) * 15
            ]
    assert 20 <= statuses.count(201) <= 23
    assert statuses[-1] == 429


async def test_redis_that_goes_away_is_no_outage(redis_server: RedisServer, tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path, redis=Secret(redis_server.url), rate_commands_burst=20, rate_commands_per_s=20
    )
    async with Node.running(settings) as node, client_of(node, await bearer(node)) as client:
        assert (await client.post(COMMANDS, json=report())).status_code == 201
        redis_server.kill()
        async with asyncio.timeout(10):
            for _ in range(10):
                assert (await client.post(COMMANDS, json=report())).status_code == 201
        assert (await client.get("/api/health/ready")).status_code == 200
