"""`liandong plan adopt` as a person runs it, and the order in which a folder is adopted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.plan.document import PlanDocument, UpperPlan
from scenarios.plan_order import adoption_sets
from tests.plans.support import BASE, register_of

ROOT = Path(__file__).resolve().parents[2]
LIANDONG = (sys.executable, "-c", "from web.cli import main; main()")


def documents() -> dict[str, PlanDocument]:
    return {version.id: version.document for version in register_of().plans.values()}


def liandong(*arguments: str | Path, token: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LIANDONG, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "LIANDONG_TOKEN": token, "LIANDONG_DISTRICT": "gov-xc"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "city")
    return tmp_path / "city"


@pytest.fixture
def token(tmp_path: Path) -> str:
    made = liandong(
        "token", "create", "--post", "duty", "--organisation", "gov-xc", "--data", tmp_path / "data"
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def test_a_folder_is_adopted_whole_and_again_changes_nothing(
    folder: Path, tmp_path: Path, token: str
) -> None:
    data = tmp_path / "data"
    done = liandong("plan", "adopt", folder, "--data", data, token=token)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(("Register", "Open"))] == [
        "EnterRegister", "EnterRegister", "EnterRegister", *["AdoptPlans"] * len(adoption_sets(documents().values())),
    ]  # fmt: skip
    again = liandong("plan", "adopt", folder, "--data", data, token=token)
    assert (again.returncode, again.stdout) == (0, ""), again.stderr


def test_a_finding_refuses_its_set_with_line_and_repair_and_a_waiver_lets_it_pass(
    folder: Path, tmp_path: Path, token: str
) -> None:
    plan = folder / "plans" / "ent-slc-ammonia.yaml"
    plan.write_text(
        plan.read_text("utf-8").replace("post: com-demo/duty", "post: com-demo/night", 1), "utf-8"
    )
    arguments = ("plan", "adopt", folder, "--data", tmp_path / "data")
    refused = liandong(*arguments, token=token)
    assert refused.returncode == 1
    assert "ent-slc-ammonia:" in refused.stderr
    assert " L3 " in refused.stderr
    assert "→" in refused.stderr
    wrong = liandong(*arguments, "--waive", "L3|正在登记", token=token)
    assert wrong.returncode == 2
    waived = [
        word for rule in ("L3", "L4", "L9", "L12") for word in ("--waive", f"{rule}|岗位正在设立|2199-01-01")
    ]
    passed = liandong(*arguments, *waived, token=token)
    assert passed.returncode == 0, passed.stderr


def test_a_file_that_does_not_read_stops_everything_with_its_line(
    folder: Path, tmp_path: Path, token: str
) -> None:
    (folder / "plans" / "com-demo-all.yaml").write_text("format: liandong-plan/1\nid: x\nid: y\n", "utf-8")
    done = liandong("plan", "adopt", folder, "--data", tmp_path / "data", token=token)
    assert done.returncode == 2
    assert "com-demo-all.yaml:3:1" in done.stderr


def test_plans_that_lead_to_each_other_are_one_set_and_what_is_led_to_comes_first() -> None:
    found = documents()
    sets = adoption_sets(found.values())
    assert sorted(id for together in sets for id in together) == sorted(found)
    place = {id: number for number, together in enumerate(sets) for id in together}
    assert place["gov-xc-hazmat"] == place["dept-fire-hazmat"], "each leads to the other"
    assert place["ent-slc-ammonia"] >= place["gov-xc-hazmat"]
    assert adoption_sets([]) == []


def test_a_long_chain_needs_no_deep_stack() -> None:
    base = replace(documents()["com-demo-all"], links_in=(), levels={})
    chain = [
        replace(
            base,
            id=f"p{number}",
            owner=f"o{number}",
            upper_plans=(UpperPlan(plan=f"p{number + 1}", version=1),),
        )
        for number in range(3_000)
    ]
    sets = adoption_sets(chain)
    assert len(sets) == 3_000
    assert sets[0] == ["p2999"]
