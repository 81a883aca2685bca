"""The broken examples are broken in the one way that their README says."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.plan.lint import lint
from core.plan.load import load_register
from scenarios.plan_folder import FolderUnreadable, read_folder
from tests.plans.support import DAY, brief

BROKEN = Path(__file__).parent.parent.parent / "examples" / "broken"
EXAMPLES = sorted(path.name for path in BROKEN.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_found_by_the_rule_that_its_readme_names(name: str) -> None:
    rule = (BROKEN / name / "README.md").read_text(encoding="utf-8").split()[1]
    found = lint(load_register(read_folder(BROKEN / name)), DAY)
    assert {one.rule for one in found if one.severity == "critical"} == {rule}, brief(found)


def test_the_table_of_examples_names_all_of_them() -> None:
    table = (BROKEN / "README.md").read_text(encoding="utf-8")
    assert [name for name in EXAMPLES if f"]({name}/README.md)" not in table] == []
    assert len(EXAMPLES) >= 7


def test_a_folder_without_plans_says_so(tmp_path: Path) -> None:
    with pytest.raises(FolderUnreadable) as caught:
        read_folder(tmp_path)
    assert "plans/" in caught.value.zh
