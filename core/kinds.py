"""Shipped code tables: kinds of incident and of team, with their names in both tongues. A deployment may extend the first."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Field = Literal[
    "construction", "traffic", "fire", "hazmat", "special_equipment", "commerce_tourism", "city_operation"
]
"""The seven key fields 七大重点领域 (下城区行动计划 四)."""

FIELDS: dict[str, tuple[str, str]] = {
    "construction": ("建设施工", "construction"),
    "traffic": ("道路交通", "road traffic"),
    "fire": ("消防安全", "fire safety"),
    "hazmat": ("危险化学品", "hazardous chemicals"),
    "special_equipment": ("特种设备", "special equipment"),
    "commerce_tourism": ("商贸旅游", "commerce and tourism"),
    "city_operation": ("城市运行", "city operation"),
}


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of incident 突发事件种类 and the key field it belongs to unless the sender says otherwise."""

    code: str
    zh: str
    en: str
    field: Field


INCIDENT_KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("structure_fire", "建筑火灾", "structure fire", "fire"),
        Kind("outside_fire", "室外火灾", "outside fire", "fire"),
        Kind("vehicle_fire", "车辆火灾", "vehicle fire", "fire"),
        Kind("gas_leak", "燃气泄漏", "gas leak", "city_operation"),
        Kind("toxic_release", "有毒物质泄漏", "toxic release", "hazmat"),
        Kind("explosion", "爆炸", "explosion", "hazmat"),
        Kind("collapse", "坍塌", "collapse", "construction"),
        Kind("flood", "内涝", "flooding", "city_operation"),
        Kind("traffic_accident", "交通事故", "traffic accident", "traffic"),
        Kind("metro", "地铁事件", "metro incident", "city_operation"),
        Kind("crowd", "人员聚集", "crowding", "commerce_tourism"),
        Kind("elevator", "电梯困人", "elevator entrapment", "special_equipment"),
        Kind("confined_space", "有限空间", "confined space", "city_operation"),
        Kind("rescue", "救助", "rescue", "city_operation"),
        Kind("medical", "医疗急救", "medical emergency", "city_operation"),
        Kind("alarm", "报警核查", "alarm to verify", "fire"),
        Kind("other", "其他", "other", "city_operation"),
    )
}

TeamKind = Literal[
    "fire_special",
    "fire_ordinary",
    "fire_small",
    "fire_micro",
    "fire_government",
    "fire_enterprise",
    "specialist",
    "medical",
    "epidemic",
    "environment",
    "social",
    "military",
    "volunteer",
    "community",
    "police",
    "traffic_police",
    "urban_management",
    "utility",
    "other",
]

TEAM_KINDS: dict[str, tuple[str, str]] = {
    "fire_special": ("特勤消防站", "special fire station"),
    "fire_ordinary": ("普通消防站", "ordinary fire station"),
    "fire_small": ("小型消防站", "small fire station"),
    "fire_micro": ("微型消防站", "micro fire station"),
    "fire_government": ("政府专职消防队", "government full-time fire team"),
    "fire_enterprise": ("企业专职消防队", "enterprise fire team"),
    "specialist": ("专业救援队", "specialist team"),
    "medical": ("医疗急救", "medical"),
    "epidemic": ("防疫", "epidemic control"),
    "environment": ("环境监测", "environmental monitoring"),
    "social": ("社会救援力量", "social rescue team"),
    "military": ("民兵与部队", "military and militia"),
    "volunteer": ("志愿者", "volunteers"),
    "community": ("社区应急队", "community team"),
    "police": ("公安", "police"),
    "traffic_police": ("交警", "traffic police"),
    "urban_management": ("城管", "urban management"),
    "utility": ("公用事业抢修", "utility repair"),
    "other": ("其他", "other"),
}
