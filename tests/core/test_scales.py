"""The accident grade with the vectors of the law, the hazard classes, and six scales that do not mix."""

from __future__ import annotations

import operator
from typing import Any

import pytest

from core.scales import (
    YUAN_PER_WAN,
    FireAlarmClass,
    HazardClass,
    IncidentGrade,
    ResponseLevel,
    RiskColour,
    WarningColour,
    grade,
    hazard_class,
)

ORDINARY, LARGE, MAJOR, PARTICULARLY_MAJOR = IncidentGrade
SCALES = (IncidentGrade, ResponseLevel, WarningColour, RiskColour, FireAlarmClass, HazardClass)


@pytest.mark.parametrize(
    ("dead", "serious", "wan", "wanted"),
    [
        (26, 37, 5395.41, MAJOR),
        (20, 24, 9477.815, MAJOR),
        (29, 0, 0, MAJOR),
        (30, 0, 0, PARTICULARLY_MAJOR),
        (31, 0, 0, PARTICULARLY_MAJOR),
        (9, 0, 0, LARGE),
        (10, 0, 0, MAJOR),
        (2, 9, 999.99, ORDINARY),
        (0, 0, 1000, LARGE),
        (2, 50, 0, MAJOR),
        (2, 0, 0, ORDINARY),
        (3, 0, 0, LARGE),
        (0, 10, 0, LARGE),
        (0, 49, 0, LARGE),
        (0, 99, 0, MAJOR),
        (0, 100, 0, PARTICULARLY_MAJOR),
        (0, 0, 4999.9999, LARGE),
        (0, 0, 5000, MAJOR),
        (0, 0, 9999.9999, MAJOR),
        (0, 0, 10000, PARTICULARLY_MAJOR),
        (0, 0, 0, ORDINARY),
    ],
)
def test_the_grade_is_the_highest_that_any_figure_reaches(
    dead: int, serious: int, wan: float, wanted: IncidentGrade
) -> None:
    assert grade(dead, serious, round(wan * YUAN_PER_WAN)) is wanted


def test_nothing_recorded_has_no_grade() -> None:
    assert grade(None, None, None) is None


@pytest.mark.parametrize("figures", [(0, None, None), (None, 0, None), (None, None, 0)])
def test_a_recorded_zero_counts(figures: tuple[int | None, int | None, int | None]) -> None:
    assert grade(*figures) is ORDINARY


def test_a_figure_that_nobody_recorded_does_not_lower_the_others() -> None:
    assert grade(None, 100, None) is PARTICULARLY_MAJOR


@pytest.mark.parametrize(
    ("r", "wanted"),
    [(100, "1"), (99.9, "2"), (50, "2"), (49.9, "3"), (10, "3"), (9.9, "4"), (0, "4"), (1000, "1")],
)
def test_the_class_of_a_major_hazard(r: float, wanted: str) -> None:
    assert hazard_class(r) is HazardClass(wanted)


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
@pytest.mark.parametrize("one", SCALES)
@pytest.mark.parametrize("other", [*SCALES, int, str])
def test_no_two_scales_compare(compare: Any, one: Any, other: Any) -> None:
    left = next(iter(one))
    right = next(iter(other)) if other in SCALES else other()
    if one is other:
        compare(left, right)
        return
    with pytest.raises(TypeError):
        compare(left, right)


def test_values_of_two_scales_are_never_equal() -> None:
    assert len({member for scale in SCALES for member in scale}) == sum(len(scale) for scale in SCALES)


def test_each_scale_runs_in_its_own_direction() -> None:
    assert ResponseLevel.I > ResponseLevel.II > ResponseLevel.III > ResponseLevel.IV
    assert FireAlarmClass.CLASS_5 > FireAlarmClass.CLASS_1
    assert HazardClass.ONE > HazardClass.FOUR
    assert max(IncidentGrade) is PARTICULARLY_MAJOR
    assert WarningColour.RED >= WarningColour.RED
    assert RiskColour.BLUE <= RiskColour.YELLOW
