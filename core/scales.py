"""Six ordinal scales that look alike and are not (domain: six types). No two compare with each other, none converts into another.

Values are stored by name. Within one scale `<` means "lower than": ResponseLevel.IV < ResponseLevel.I.
"""

from __future__ import annotations

from enum import Enum
from typing import Self

YUAN_PER_WAN = 10_000


class _Scale(Enum):
    """An ordered enumeration, lowest first, that compares only with itself."""

    def _rank(self) -> int:
        return list(type(self)).index(self)

    def _same(self, other: object) -> bool:
        return type(other) is type(self)

    def __lt__(self, other: Self) -> bool:
        return self._rank() < other._rank() if self._same(other) else NotImplemented

    def __le__(self, other: Self) -> bool:
        return self._rank() <= other._rank() if self._same(other) else NotImplemented

    def __gt__(self, other: Self) -> bool:
        return self._rank() > other._rank() if self._same(other) else NotImplemented

    def __ge__(self, other: Self) -> bool:
        return self._rank() >= other._rank() if self._same(other) else NotImplemented


class IncidentGrade(_Scale):
    """事件（事故）分级, by consequence: 应对法 Art. 3; 493号令 Art. 3. Always derived by `grade`, never typed in."""

    ORDINARY = "ordinary"  # 一般
    LARGE = "large"  # 较大
    MAJOR = "major"  # 重大
    PARTICULARLY_MAJOR = "particularly_major"  # 特别重大


class ResponseLevel(_Scale):
    """响应级别, 一级 highest, fixed in the plan: 应对法 Art. 71. Declared, never derived from grade or colour."""

    IV = "IV"
    III = "III"
    II = "II"
    I = "I"  # noqa: E741  the Roman numeral is the level's own name


class WarningColour(_Scale):
    """预警级别: 应对法 Art. 63."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class RiskColour(_Scale):
    """风险等级, four colours: 《关于推进城市安全发展的意见》三(八)."""

    BLUE = "blue"  # 低
    YELLOW = "yellow"  # 一般
    ORANGE = "orange"  # 较大
    RED = "red"  # 重大


class FireAlarmClass(_Scale):
    """火警等级: 五级 is the highest here, the opposite direction of response levels (XF/T 1340)."""

    CLASS_1 = "1"
    CLASS_2 = "2"
    CLASS_3 = "3"
    CLASS_4 = "4"
    CLASS_5 = "5"


class HazardClass(_Scale):
    """重大危险源分级: 一级 highest (GB 18218-2018)."""

    FOUR = "4"
    THREE = "3"
    TWO = "2"
    ONE = "1"


def hazard_class(r: float) -> HazardClass:
    """The class of a major hazard source from its R value (GB 18218-2018): 一级 R≥100, 二级 ≥50, 三级 ≥10, else 四级."""
    if r >= 100:
        return HazardClass.ONE
    if r >= 50:
        return HazardClass.TWO
    if r >= 10:
        return HazardClass.THREE
    return HazardClass.FOUR


GRADE_CITATION = "《生产安全事故报告和调查处理条例》（国务院令第493号）第三条"

_GRADE_FROM: tuple[tuple[IncidentGrade, int, int, int], ...] = (
    # grade, dead, serious injuries, direct loss in yuan: any one suffices, the bound itself counts
    (IncidentGrade.PARTICULARLY_MAJOR, 30, 100, 10_000 * YUAN_PER_WAN),
    (IncidentGrade.MAJOR, 10, 50, 5_000 * YUAN_PER_WAN),
    (IncidentGrade.LARGE, 3, 10, 1_000 * YUAN_PER_WAN),
)


def grade(dead: int | None, serious: int | None, loss_yuan: int | None) -> IncidentGrade | None:
    """事故等级 from consequences (493号令 Art. 3): the highest that any one figure reaches; the bound itself counts.

    `dead` and `serious` are persons, `loss_yuan` whole yuan. A figure that nobody recorded is None; where all are None there is
    no grade (未定级). A recorded zero counts. Missing persons never count as dead.
    """
    if dead is None and serious is None and loss_yuan is None:
        return None
    for found, dead_from, serious_from, loss_from in _GRADE_FROM:
        if (dead or 0) >= dead_from or (serious or 0) >= serious_from or (loss_yuan or 0) >= loss_from:
            return found
    return IncidentGrade.ORDINARY
