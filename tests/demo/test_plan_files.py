"""The demo district's plans: they link without a gap, agree with the demo's own register, and name nothing real."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml

from core.kinds import FIELDS
from core.messages import Name
from core.organisation import STANDARD_POSTS
from core.plan.lint import lint
from core.plan.load import load_register as load_linked
from core.plan.references import links, tasks
from core.plan.register import Register as Linked
from core.plan.rows import OrganisationRow
from scenarios.demo.files import PLANS, Register, load_day, load_register
from scenarios.plan_folder import read_folder
from tests.demo.geometry import inside, metres_to, ring_of, roads
from tests.demo.test_files import REAL

SEGMENT_METRES_MAX = 5
CLOSED_COMMUNITIES = {"com-yangu"}


@pytest.fixture(scope="module")
def linked() -> Linked:
    return load_linked(read_folder(PLANS))


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


def test_the_set_is_large_enough_to_be_a_district(linked: Linked) -> None:
    kinds = Counter(plan.document.kind for plan in linked.plans.values())
    assert kinds["government_overall"] == 1
    assert kinds["government_special"] >= 7
    assert len({p.document.owner for p in linked.plans.values() if p.document.kind == "department"}) >= 12
    assert kinds["government_street"] >= 4
    assert sum(n for kind, n in kinds.items() if kind.startswith("enterprise")) >= 4
    assert kinds["community"] >= 4
    assert {one for plan in linked.plans.values() for one in plan.document.fields} == set(FIELDS)


def days(linked: Linked) -> list[date]:
    """The demo's day, every quarter from then on, today and the last day on which all plans are valid."""
    first = load_day().start.date()
    last = min(plan.document.valid.to for plan in linked.plans.values())
    quarters = [first + timedelta(days=91 * n) for n in range((last - first).days // 91 + 1)]
    return [*quarters, max(first, min(datetime.now(UTC).date(), last)), last]


def test_nothing_is_found_by_any_of_the_fourteen_rules_on_any_day(linked: Linked) -> None:
    for day in days(linked):
        found = [f"{one.severity} {one.rule} {one.plan} {one.subject}: {one.zh}" for one in lint(linked, day)]
        assert not found, day


def test_organisations_and_posts_are_those_of_the_demo(linked: Linked, register: Register) -> None:
    day = load_day().start.date()
    posts = {row.id: set(row.posts) for row in register.organisations} | {"gov-jw": set(STANDARD_POSTS)}
    rows: dict[str, tuple[Name, str, str | None, str | None]] = {
        row.id: (row.name, row.level, row.parent, row.code) for row in register.organisations
    }
    rows["gov-jw"] = (register.name, "government", None, None)
    ended: set[str] = set()
    for change in register.changes:
        content = change.content
        match change.do:
            case "RenameOrganisation":
                id = content["organisation"]
                former = linked.organisations[id].former
                assert [one.name for one in former] == [rows[id][0]], id
                _, level, parent, code = rows[id]
                rows[id] = (Name(**content["name"]), level, parent, code)
            case "MergeOrganisation" | "DissolveOrganisation":
                ended.add(content["organisation"])
                assert linked.organisations[content["organisation"]].successor == content.get("into")
            case "ClosePost":
                posts[content["organisation"]].remove(content["post"])
            case _:
                pass
    assert rows == {
        id: (row.name, row.level, row.parent, row.code) for id, row in linked.organisations.items()
    }
    assert ended == {id for id, row in linked.organisations.items() if not row.valid.covers(day)}
    assert posts == {id: _posts(row, day) for id, row in linked.organisations.items()}


def _posts(row: OrganisationRow, day: date) -> set[str]:
    return {post.id for post in row.posts if post.valid.covers(day)}


def test_teams_are_those_of_the_demo(linked: Linked, register: Register) -> None:
    assert {row.id: ((row.organisation,), row.name, row.kind) for row in register.teams} == {
        row.id: (row.owners, row.name, row.kind) for row in linked.teams.values()
    }
    # A capability in words and its code stand for each other: whoever has the word has the code.
    codes: dict[str, set[str]] = {}
    for row in register.teams:
        for word in row.capabilities:
            has = set(linked.teams[row.id].capabilities)
            codes[word] = codes[word] & has if word in codes else has
    assert all(codes.values()), [word for word, shared in codes.items() if not shared]


def test_everybody_a_plan_names_is_there_and_every_plan_hangs_together(linked: Linked) -> None:
    owners = {plan.document.owner for plan in linked.plans.values()}
    reached: set[str] = set()
    for plan in linked.plans.values():
        document = plan.document
        assert document.title.en, document.id
        assert any(True for _ in tasks(document)), document.id
        assert len(document.sections) >= 4, document.id
        assert all(level.end and level.end.conditions for level in document.levels.values()), document.id
        assert document.links_in, f"nobody links to {document.id}"
        for _, link in links(document):
            reached.add(link.to.plan or (link.to.post or "").partition("/")[0])
        if document.kind != "government_overall":
            assert document.upper_plans, document.id
            assert document.hand_over, document.id
    assert {plan.id for plan in linked.plans.values()} | owners >= {one for one in reached if "-" in one} - {
        "ent-drain", "ent-heron", "ent-build", "ent-ferry",
    }  # fmt: skip


def test_no_two_plans_read_alike(linked: Linked) -> None:
    texts = Counter(section.text for plan in linked.plans.values() for section in plan.document.sections)
    assert [text for text, n in texts.items() if n > 1] == []
    titles = {plan.id: {task.title.zh for _, task in tasks(plan.document)} for plan in linked.plans.values()}
    for a, of_a in titles.items():
        for b, of_b in titles.items():
            assert a == b or len(of_a & of_b) <= 1, f"{a} and {b} share {of_a & of_b}"


def test_geometry_lies_on_the_map(linked: Linked) -> None:
    district = ring_of("district", "江湾区")
    waters = [ring_of("water", name) for name in ("潮江", "明湖", "运河")]
    points = {id: place.point for id, place in linked.places.items()}
    points |= {id: shelter.point for id, shelter in linked.shelters.items()}
    for id, point in points.items():
        assert inside(point, district), id
        assert not any(inside(point, water) for water in waters), id
    for id, community in linked.communities.items():
        assert all(inside(point, district) for point in community.polygon), id
    by_name = roads()
    for id, segment in linked.segments.items():
        road = next(name for name in by_name if segment.name.zh.startswith(name))
        assert all(metres_to(point, by_name[road]) <= SEGMENT_METRES_MAX for point in segment.line), id
    assert set(linked.communities) | CLOSED_COMMUNITIES == {
        row.id for row in linked.organisations.values() if row.level == "community"
    }


def test_shelters_hold_what_their_area_and_norm_give() -> None:
    rows = yaml.safe_load((PLANS / "register" / "space.yaml").read_text(encoding="utf-8"))["shelters"]
    assert len(rows) >= 5
    for row in rows:
        assert row["capacity"] == math.floor(row["x-area-m2"] / row["x-norm-m2"]), row["id"]


def test_no_real_place_firm_or_telephone_is_named_and_every_file_says_that_it_is_a_drill() -> None:
    for path, data in read_folder(PLANS).items():
        text = data.decode()
        assert "演练/示例数据" in text.splitlines()[0], path
        assert not [name for name in REAL if name in text], path
        assert not re.search(r"(?<![\d.])1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}", text), path
