"""Checking ten thousand plans: from scratch, and after one change, where only what looked at the change is asked again."""

from __future__ import annotations

import gc
import statistics
import time

from msgspec import structs

from bench.common import Figure, lower_is_better
from core.plan.lint import Linter
from core.plan.parse import parse_plan
from core.plan.register import PlanVersion, plan_key
from tests.plans.district import District, Site, districts
from tests.plans.support import DAY, PLAN, base_files

SITES = 4
PLANS_OF_DISTRICT = 2 + 2 * SITES
CHANGES = 40
PARSES = 200


def run(scale: int) -> list[Figure]:
    """`scale` plans; the peer of a change is the check from scratch on the same register in the same run."""
    register = districts([District(sites=(Site(),) * SITES)] * max(1, scale // PLANS_OF_DISTRICT))
    gc.collect()
    start = time.perf_counter()
    linter = Linter(register, DAY)
    full_ms = (time.perf_counter() - start) * 1000
    assert not linter.findings(), "the districts of the measurement must be clean"
    plans, scale_words = len(register.plans), f"{len(register.plans):,} plans"
    of_enterprise = sorted(key for key in register.plans if key.startswith("ent-"))[
        :: max(1, plans // CHANGES)
    ]
    of_district = sorted(key for key in register.plans if key.startswith("gov-"))[
        :: max(1, plans // CHANGES // PLANS_OF_DISTRICT)
    ]
    figures = [
        _changes(
            linter, of_enterprise, "one enterprise's plan changed and changed back", full_ms, scale_words
        ),
        _changes(linter, of_district, "one district's plan changed and changed back", full_ms, scale_words),
    ]
    data = base_files()[PLAN]
    start = time.perf_counter()
    for _ in range(PARSES):
        parse_plan(data, PLAN)
    parse_ms = (time.perf_counter() - start) * 1000 / PARSES
    figures.append(
        lower_is_better(
            "plans checked from scratch, one plan",
            "reading its file",
            full_ms / plans,
            parse_ms,
            "ms",
            must=1,
            scale=scale_words,
            note=f"all: {full_ms / 1000:.1f} s, and {parse_ms * plans / 1000:.0f} s to read the files",
        )
    )
    return figures


def _changes(linter: Linter, keys: list[str], work: str, full_ms: float, scale: str) -> Figure:
    """Retire and adopt again: each is a change that everything linked to the plan has to answer for."""
    taken_ms: list[float] = []
    checked: list[int] = []
    for key in keys:
        version: PlanVersion = linter.register.plans[key]
        again = structs.replace(version, document=structs.replace(version.document, contacts=()))
        for row in (again, version):
            start = time.perf_counter()
            change = linter.change("plans", plan_key(version.id, version.version), row)
            taken_ms.append((time.perf_counter() - start) * 1000)
            checked.append(change.checked)
    assert not linter.findings(), "every change was taken back"
    return lower_is_better(
        work, "all from scratch", statistics.median(taken_ms), full_ms, "ms", must=0.01, scale=scale,
        note=f"asked again: {statistics.median(checked):.0f} of it; worst {max(taken_ms):.1f} ms",
    )  # fmt: skip
