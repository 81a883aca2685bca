"""The node: the district stands after the first start, and everything is made once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import structlog

from core.catalogue import decode
from core.log import Query
from core.operation import LIVE
from core.organisation import STANDARD_POSTS
from web.live.keeper import Keeper as LiveKeeper
from web.node import Node, UnknownOperation
from web.settings import Secret, Settings, SettingsError, load


async def test_the_first_start_writes_the_district_and_its_posts_into_live(tmp_path: Path) -> None:
    async with Node.running(Settings(data=tmp_path)) as node:
        world = (await node.desk(LIVE)).world
        assert world.root is not None
        assert world.root.id == "gov"
        assert set(world.root.posts) == set(STANDARD_POSTS)
        assert [info.id for info in await node.operations()] == [LIVE]
        first = decode((await node.log.read(LIVE, 0, Query(), 1))[0].data)
        assert (first.actor.organisation, first.actor.post) == ("system", "setup")


async def test_a_second_start_adds_nothing(tmp_path: Path) -> None:
    async with Node.running(Settings(data=tmp_path)) as node:
        before = await node.log.head(LIVE)
    async with Node.running(Settings(data=tmp_path, district_name="另一个名字")) as node:
        assert await node.log.head(LIVE) == before


async def test_two_nodes_that_start_together_set_up_one_district(pg_dsn: str) -> None:
    settings = Settings(postgres=Secret(pg_dsn))
    one, two = await asyncio.gather(Node.open(settings), Node.open(settings))
    try:
        assert (await one.log.head(LIVE)).position == len(STANDARD_POSTS) + 2
    finally:
        await one.close()
        await two.close()


async def test_a_log_of_another_district_says_so(tmp_path: Path) -> None:
    async with Node.running(Settings(data=tmp_path, district="xc")):
        pass
    async with Node.running(Settings(data=tmp_path)) as node:
        assert (await node.desk(LIVE)).world.root is not None
    with pytest.raises(SettingsError, match="belongs to xc"):
        await Node.open(Settings(data=tmp_path, district="jw"))


async def test_a_desk_is_made_once_and_only_for_what_exists(tmp_path: Path) -> None:
    async with Node.running(Settings(data=tmp_path)) as node:
        one, two = await asyncio.gather(node.desk(LIVE), node.desk(LIVE))
        assert one is two
        for unknown in ("drill-none", "other", "live/../x", "drill-", "x" * 70):
            with pytest.raises(UnknownOperation):
                await node.desk(unknown)
        await node.desk("drill-new", opening=True)
        await node.forget_unopened("drill-new")
        assert list(node.desks) == [LIVE]
        with pytest.raises(UnknownOperation):
            await node.desk("whatif-new", opening=True)


def test_an_unknown_variable_stops_the_start_and_no_secret_is_shown() -> None:
    settings = load(
        {
            "LIANDONG_POSTGRES": "postgresql://u:hidden@h/d",
            "LIANDONG_TEST_POSTGRES": "x",
            "LIANDONG_PORT": "9",
        }
    )
    assert settings.port == 9
    assert "hidden" not in f"{settings} {settings!r}"
    with pytest.raises(SettingsError, match="LIANDONG_PROT"):
        load({"LIANDONG_PROT": "1"})
    with pytest.raises(SettingsError, match="port"):
        load({"LIANDONG_PORT": "many"})
    with pytest.raises(SettingsError) as raised:
        load({"LIANDONG_POSTGRES": "hunter2-is-my-password"})
    assert "hunter2" not in raised.value.en + raised.value.zh


async def test_what_outlives_a_request_does_not_log_under_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    opened = LiveKeeper.open

    async def open_and_look(*arguments: Any) -> LiveKeeper:
        seen.append(structlog.contextvars.get_contextvars())
        return await opened(*arguments)

    monkeypatch.setattr(LiveKeeper, "open", open_and_look)
    async with Node.running(Settings(data=tmp_path)) as node:
        with structlog.contextvars.bound_contextvars(request="r-1"):
            await node.keeper(LIVE)
    assert seen == [{}]
