"""What is made of plan files: schemas that are current, differences, due dates, and the command line that a city's build runs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec import structs

from core.messages import Name
from core.plan.cycles import cycles, months_after
from core.plan.diff import differences
from core.plan.document import PlanDocument
from core.plan.parse import parse_plan
from core.plan.rows import Drill, Ground
from core.plan.schema import plan_schema, register_schema, schema_bytes
from tests.plans.support import BASE, COMMUNITY, DISTRICT, PLAN, Edit, base_files, edited
from web.cli.main import main

DOCS = Path(__file__).parent.parent.parent / "docs"


def liandong(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["plan", *map(str, arguments)])


def document(text: str | None = None) -> PlanDocument:
    return parse_plan((text or base_files()[PLAN].decode()).encode(), PLAN).document


def written(folder: Path, *edits: Edit) -> Path:
    """The base set with some changes, as a folder."""
    for path, data in edited(*edits).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


# --- schemas ---


def test_the_shipped_schemas_are_those_of_the_types() -> None:
    """If this fails: `liandong plan schema > docs/plan.schema.json`, and with --register for the other."""
    assert (DOCS / "plan.schema.json").read_bytes() == schema_bytes(plan_schema())
    assert (DOCS / "register.schema.json").read_bytes() == schema_bytes(register_schema())


def test_the_schema_knows_every_key_of_the_base_set_and_refuses_others() -> None:
    schema = plan_schema()
    plan = schema["$defs"]["PlanDocument"]
    assert {"id", "levels", "links_in", "zones", "stand_by", "aware_of"} <= plan["properties"].keys()
    assert all(
        part["additionalProperties"] is False and "^x-" in part["patternProperties"]
        for part in schema["$defs"].values()
        if part.get("type") == "object"
    )
    action = schema["$defs"]["WarningAction"]["properties"]
    assert action["colour"]["anyOf"][0] == {"$ref": "#/$defs/WarningColour"}
    assert "x-one-or-many" not in json.dumps(schema)


# --- differences ---


def test_a_file_does_not_differ_from_itself_and_its_layout_does_not_count() -> None:
    text = base_files()[PLAN].decode()
    assert differences(document(), document(text.replace("fields: [hazmat]", "fields:\n  - hazmat"))) == []


def test_differences_name_the_part_by_its_id() -> None:
    text = base_files()[PLAN].decode()
    after = text.replace("version: 3", "version: 4").replace("within: PT3M", "within: PT2M")
    after = after.replace("value: 0.1}", "value: 0.2}").replace(", {id: e3, text", ", {id: e9, text")
    after = after.replace("accepts: [isolate.source, inform.contents]", "accepts: [isolate.source]")
    after = after.replace("      - {id: w1, kind: warn", "      - {id: w2, kind: warn")
    found = {one.path: (one.sort, one.before, one.after) for one in differences(document(), document(after))}
    assert found["version"] == ("changed", "3", "4")
    assert found["levels.II.tasks.t1.within"] == ("changed", "PT3M", "PT2M")
    assert found["levels.II.start.when"] == ("changed", "泄漏量 >= 0.1吨", "泄漏量 >= 0.2吨")
    assert found["accepts.inform.contents"] == ("removed", "inform.contents", None)
    assert found["levels.I.links_out.w1"][0] == "removed"
    assert found["levels.I.links_out.w2"][0] == "added"
    assert len(found) == 6


def test_the_order_of_a_list_is_no_difference() -> None:
    before = document()
    assert (
        differences(
            before, structs.replace(before, accepts=before.accepts[::-1], level_map=before.level_map[::-1])
        )
        == []
    )


# --- due dates ---


def test_the_nearest_of_all_cycles_comes_first_with_its_basis() -> None:
    drills = [
        Drill(id="d1", plan="ent-slc-ammonia", on=date(2026, 3, 31)),
        Drill(id="d2", plan="another", on=date(2026, 5, 1)),
    ]
    found = cycles(document(), "enterprise", ["hazmat"], drills)
    assert [(one.kind, one.basis_at, one.due) for one in found] == [
        ("plan.drill", date(2026, 3, 31), date(2026, 9, 30)),
        ("plan.drill", date(2026, 3, 31), date(2027, 3, 31)),
        ("plan.review", date(2025, 12, 10), date(2028, 12, 10)),
        ("plan.validity", date(2026, 1, 1), date(2028, 12, 31)),
    ]
    assert "Art. 8" in found[0].citation


def test_a_ground_for_revision_asks_for_a_review_within_ninety_days() -> None:
    grounds = [
        Ground(id="g1", on=date(2026, 2, 1), kind="risk", text=Name("新风险")),
        Ground(id="g0", on=date(2025, 2, 1), kind="risk", text=Name("已复核")),
    ]
    found = [one for one in cycles(document(), "enterprise", grounds=grounds) if one.kind == "plan.review"]
    assert [(one.basis_at, one.due) for one in found] == [(date(2026, 2, 1), date(2026, 5, 2))]


def test_government_drills_every_two_years_and_departments_every_three() -> None:
    assert cycles(document(), "government")[0].due == date(2027, 1, 1)  # an enterprise's plan, once a year
    special = structs.replace(document(), kind="government_special")
    assert [one.due for one in cycles(special, "government") if one.kind == "plan.drill"] == [
        date(2028, 1, 1)
    ]
    assert [one.due for one in cycles(special, "department") if one.kind == "plan.drill"] == [
        date(2029, 1, 1)
    ]


@pytest.mark.parametrize(("day", "months", "wanted"), [
    (date(2026, 8, 31), 6, date(2027, 2, 28)), (date(2027, 8, 31), 6, date(2028, 2, 29)), (date(2026, 12, 1), 12, date(2027, 12, 1)),
])  # fmt: skip
def test_a_month_that_lacks_the_day_ends_on_its_last(day: date, months: int, wanted: date) -> None:
    assert months_after(day, months) == wanted


# --- the command line ---


def test_check_says_ok_with_the_hash_and_lists_every_fault_of_bad_files(tmp_path: Path) -> None:
    good = liandong("check", BASE / PLAN)
    assert good.exit_code == 0
    assert "ent-slc-ammonia 3  sha256:" in good.output
    folder = written(tmp_path, Edit(PLAN, "kind: enterprise_special", "kind: enterprise"))
    bad = liandong("check", folder / PLAN, folder / COMMUNITY)
    assert bad.exit_code == 2
    assert f"{folder / PLAN}:7:7: not_one_of" in bad.output
    assert "com-demo-all 1" in bad.output
    as_json = json.loads(liandong("check", "--json", folder / PLAN, folder / COMMUNITY).stdout)
    assert [one["ok"] for one in as_json] == [False, True]
    assert as_json[0]["faults"][0]["code"] == "not_one_of"


def test_lint_of_the_base_set_is_clean() -> None:
    found = liandong("lint", BASE, "--as-of", "2026-05-12", "--severity", "notice")
    assert found.exit_code == 0, found.output
    assert "0 critical, 0 warning, 0 notice" in found.output


def test_lint_ends_in_one_for_findings_as_grave_as_asked(tmp_path: Path) -> None:
    folder = written(
        tmp_path, Edit(PLAN, "quantity: 40, exclusive: true", "quantity: 40, unit: 箱, exclusive: true")
    )
    assert liandong("lint", folder, "--as-of", "2026-05-12").exit_code == 0
    found = liandong("lint", folder, "--as-of", "2026-05-12", "--severity", "warning")
    assert found.exit_code == 1
    line = (folder / PLAN).read_text(encoding="utf-8").splitlines().index(
        next(text for text in (folder / PLAN).read_text(encoding="utf-8").splitlines() if text.startswith("resources:"))
    ) + 1  # fmt: skip
    assert f"{folder / PLAN}:{line}: 警告 warning L12" in found.output


def test_lint_as_json_is_for_programs(tmp_path: Path) -> None:
    folder = written(tmp_path, Edit(DISTRICT, "value: 5}, {fact: offsite", "value: 10}, {fact: offsite"))
    found = liandong("lint", folder, "--json", "--as-of", "2026-05-12")
    assert found.exit_code == 1
    body = json.loads(found.stdout)
    assert body["counts"] == {"critical": 1}
    (finding,) = body["findings"]
    assert (finding["rule"], finding["plan"], finding["version"], finding["severity"]) == (
        "L1",
        "ent-slc-ammonia",
        3,
        "critical",
    )
    assert finding["witness"]["zh"].startswith("5 ≤ 泄漏量 < 10吨")
    assert finding["file"] == PLAN
    assert finding["line"] > 1


def test_a_waived_finding_is_shown_and_does_not_count_until_the_waiver_ends(tmp_path: Path) -> None:
    waiver = (
        'format: liandong-register/1\nwaivers: [{rule: L1, plan: ent-slc-ammonia, subject: expand, by: gov-xc/commander, '
        'reason: 预案修订中, until: "2026-06-30"}]\n'
    )  # fmt: skip
    folder = written(
        tmp_path,
        Edit(DISTRICT, "value: 5}, {fact: offsite", "value: 10}, {fact: offsite"),
        Edit("register/waivers.yaml", "", waiver),
    )
    found = liandong("lint", folder, "--as-of", "2026-06-30")
    assert found.exit_code == 0
    assert "[豁免 waived: gov-xc/commander]" in found.output
    assert liandong("lint", folder, "--as-of", "2026-07-01").exit_code == 1


def test_lint_of_what_cannot_be_read_ends_in_two(tmp_path: Path) -> None:
    assert liandong("lint", tmp_path).exit_code == 2
    folder = written(tmp_path, Edit(PLAN, "kind: enterprise_special", "kind: enterprise"))
    found = liandong("lint", folder)
    assert found.exit_code == 2
    assert f"{PLAN}:7:7: not_one_of" in found.output
    assert liandong("lint", folder, "--json").exit_code == 2


def test_show_prints_the_plan_and_its_card() -> None:
    found = liandong("show", BASE / PLAN)
    assert found.exit_code == 0
    card = found.output[found.output.index("应急处置卡") :]
    assert "关闭储罐进出口阀门" in card
    assert "ent-slc/operator" in card
    assert "启动 gov-xc-hazmat" in card
    assert card.index("3min") < card.index("10min  ent-slc/safety")
    assert found.output.count("泄漏量 >= 5吨") >= 2


@pytest.mark.parametrize("path", [path for path in base_files() if path.startswith("plans/")])
def test_every_plan_can_be_shown(path: str) -> None:
    assert liandong("show", BASE / path).exit_code == 0


def test_diff_marks_what_came_went_and_changed(tmp_path: Path) -> None:
    folder = written(tmp_path, Edit(PLAN, "within: PT3M", "within: PT2M"))
    found = liandong("diff", BASE / PLAN, folder / PLAN)
    assert found.exit_code == 0
    assert found.output == "~ levels.II.tasks.t1.within: PT3M → PT2M\n"


def test_the_schema_is_printed_for_editors() -> None:
    assert json.loads(liandong("schema").stdout)["title"] == "liandong-plan/1"
    assert json.loads(liandong("schema", "--register").stdout)["title"] == "liandong-register/1"
