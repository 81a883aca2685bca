"""The demo's data: well-formed, consistent, on the map, invented."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from core.kinds import INCIDENT_KINDS
from core.messages import Place
from scenarios.demo.files import (
    DAY,
    FILE_BYTES_MAX,
    REGISTER,
    Day,
    DemoFileError,
    Register,
    load_day,
    load_register,
)
from tests.demo.geometry import inside, metres_to, ring_of, roads

ROAD_METRES_MAX = 250
# Real places and firms around the real city that the coordinates lie in. Written short: none may occur anywhere in the data.
_REAL = """
杭州 浙江 西湖 武林 朝晖 拱墅 下城 上城 滨江 萧山 余杭 西溪 钱塘 文晖 长庆 潮鸣 天水 石桥 东新 艮山 吴山 断桥 灵隐 龙井 良渚
打铁关 邵逸夫 协和 同济 阿里 网易 海康 万科 绿城 华润 中石化 中石油 国家电网 港华 万达 银泰 蓝天救援
"""
REAL = _REAL.split()


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.fixture(scope="module")
def day() -> Day:
    return load_day()


def all_places(day: Day, register: Register) -> list[tuple[str, Place]]:
    bases = [(team.id, team.base) for team in register.teams]
    return bases + [(row.id, row.place) for row in day.incidents]


def test_the_district_is_large_enough_to_look_real(day: Day, register: Register) -> None:
    levels = Counter(row.level for row in register.organisations)
    assert levels["government"] >= 5
    assert levels["department"] >= 12
    assert levels["enterprise"] >= 12
    assert levels["community"] >= 10
    assert 120 <= len(register.teams) <= 200
    assert len(day.incidents) >= 40
    assert len({team.kind for team in register.teams}) >= 12
    assert {row.kind for row in day.incidents} >= set(INCIDENT_KINDS) - {"explosion"}


def test_every_name_is_there_once_and_in_both_tongues(register: Register) -> None:
    names = [row.name for row in register.organisations] + [row.name for row in register.teams]
    for tongue in ("zh", "en"):
        twice = [
            name for name, n in Counter(getattr(name, tongue) for name in names).items() if n > 1 or not name
        ]
        assert not twice
    ids = Counter([row.id for row in register.organisations] + [row.id for row in register.teams])
    assert max(ids.values()) == 1


def test_parents_and_owners_are_registered_before_they_are_named(register: Register) -> None:
    known = {register.district}
    for row in register.organisations:
        assert row.parent in known, row.id
        known.add(row.id)
    leads = {row.id for row in register.organisations if "team_lead" in row.posts}
    without = [team.id for team in register.teams if team.organisation not in leads]
    assert not without, "the owner of a team needs the post team_lead"


def test_every_place_lies_in_the_district_and_on_dry_land(day: Day, register: Register) -> None:
    district = ring_of("district", "江湾区")
    waters = [ring_of("water", name) for name in ("潮江", "明湖", "运河")]
    for id, place in all_places(day, register):
        assert place.lon is not None, id
        assert place.lat is not None, id
        point = (place.lon, place.lat)
        assert inside(point, district), f"{id} lies outside the district"
        assert not any(inside(point, water) for water in waters), f"{id} lies in the water"


def test_every_place_is_near_the_road_that_its_text_names(day: Day, register: Register) -> None:
    by_name = roads()
    named = 0
    for id, place in all_places(day, register):
        road = next((name for name in by_name if place.text.startswith(name)), None)
        if road is None:
            continue
        named += 1
        assert place.lon is not None
        assert place.lat is not None
        away = metres_to((place.lon, place.lat), by_name[road])
        assert away <= ROAD_METRES_MAX, f"{id}: {place.text} lies {away:.0f} m from it"
    assert named / len(all_places(day, register)) > 0.9


def test_no_real_place_firm_or_telephone_is_named() -> None:
    for path in (REGISTER, DAY):
        text = path.read_text(encoding="utf-8")
        found = [name for name in REAL if name in text]
        assert not found, path.name
        assert not re.search(r"(?<![\d.])1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}", text)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('format = "demo-day/1"', 'format = "demo-day/2"', "$.format"),
        ("rate = 10", "rate = 601", "$.rate"),
        ('kind = "structure_fire"', 'kind = "structure_fire"\ncolour = "red"', "unknown field `colour`"),
        ('at = "T+00:04:20"', 'at = "T+00:64:20"', "$.incidents[0].at"),
        ("start = 2026-06-16T07:00:00+08:00", "start = 2026-06-16T07:00:00", "$.start"),
        ('format = "demo-day/1"', "format = ", "no TOML"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_its_place(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    text = DAY.read_text(encoding="utf-8")
    assert before in text
    broken = tmp_path / "day.toml"
    broken.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DemoFileError) as refused:
        load_day(broken)
    assert said in refused.value.en
    assert refused.value.en.startswith("day.toml: ")
    assert refused.value.zh.startswith("day.toml：")


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoFileError, match="cannot be read"):
        load_day(tmp_path / "none.toml")
    large = tmp_path / "large.toml"
    large.write_text("# " + "x" * FILE_BYTES_MAX, encoding="utf-8")
    with pytest.raises(DemoFileError, match=str(FILE_BYTES_MAX)):
        load_day(large)
