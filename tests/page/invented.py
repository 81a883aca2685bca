"""An invented district for the tests of the page: 江湾区, its organisations, teams and incidents. All names are made up."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]

INCIDENT_KINDS = [
    {"code": "waterlogging", "zh": "城市内涝", "en": "Waterlogging", "field": "city_operation"},
    {"code": "building_fire", "zh": "建筑火灾", "en": "Building fire", "field": "fire"},
    {"code": "gas_leak", "zh": "燃气泄漏", "en": "Gas leak", "field": "city_operation"},
    {"code": "road_traffic", "zh": "道路交通事故", "en": "Road traffic accident", "field": "traffic"},
    {"code": "metro", "zh": "地铁运营突发事件", "en": "Metro incident", "field": "traffic"},
    {"code": "hazmat_leak", "zh": "危化品泄漏", "en": "Hazardous material leak", "field": "hazmat"},
    {"code": "power_outage", "zh": "大面积停电", "en": "Power outage", "field": "city_operation"},
    {"code": "road_collapse", "zh": "道路塌陷", "en": "Road collapse", "field": "construction"},
    {"code": "building_collapse", "zh": "房屋倒塌", "en": "Building collapse", "field": "construction"},
    {"code": "landslide", "zh": "山体滑坡", "en": "Landslide", "field": "construction"},
    {"code": "lift_entrapment", "zh": "电梯困人", "en": "Lift entrapment", "field": "special_equipment"},
    {"code": "crowd", "zh": "人员密集场所险情", "en": "Crowd hazard", "field": "commerce_tourism"},
]

TEAM_KINDS = [
    {"code": "fire_special", "zh": "特勤站", "en": "Special fire station"},
    {"code": "fire_ordinary", "zh": "普通消防站", "en": "Fire station"},
    {"code": "fire_micro", "zh": "微型消防站", "en": "Micro fire station"},
    {"code": "fire_enterprise", "zh": "企业专职队", "en": "Enterprise fire brigade"},
    {"code": "specialist", "zh": "专业队", "en": "Specialist team"},
    {"code": "medical", "zh": "医疗急救", "en": "Ambulance crew"},
    {"code": "police", "zh": "公安", "en": "Police"},
    {"code": "social", "zh": "社会救援力量", "en": "Volunteer rescue"},
    {"code": "community", "zh": "社区应急队", "en": "Community team"},
]

# id, zh, en, level, callsign prefix, team kind, share of the teams
ORGANISATIONS = [
    ("gov-jw", "江湾区政府", "Jiangwan District Government", "government", None, None, 0),
    ("gov-jw-yjzx", "区应急指挥中心", "District Command Centre", "government", "ZH", "specialist", 6),
    ("gov-hb", "湖滨街道", "Hubin Sub-district", "government", "HB", "community", 30),
    ("gov-wa", "文安街道", "Wen'an Sub-district", "government", "WA", "community", 30),
    ("gov-cm", "潮鸣街道", "Chaoming Sub-district", "government", "CM", "community", 30),
    ("gov-qx", "桥西街道", "Qiaoxi Sub-district", "government", "QX", "community", 30),
    ("gov-bk", "滨康街道", "Binkang Sub-district", "government", "BK", "community", 30),
    ("gov-xc", "新城街道", "Xincheng Sub-district", "government", "XC", "community", 30),
    ("dep-xf", "消防救援大队", "Fire and Rescue", "department", "FS", "fire_ordinary", 150),
    ("dep-ga", "公安分局", "Public Security", "department", "PS", "police", 220),
    ("dep-jj", "交警大队", "Traffic Police", "department", "TP", "police", 150),
    ("dep-wj", "卫健局急救站", "Health: Ambulance", "department", "HM", "medical", 110),
    ("dep-yj", "应急管理局", "Emergency Management", "department", "YJ", "specialist", 60),
    ("dep-cg", "城市管理局", "City Management", "department", "CG", "specialist", 130),
    ("dep-sw", "水务局排涝队", "Water Affairs", "department", "WR", "specialist", 120),
    ("dep-zj", "住建局", "Housing", "department", "ZJ", "specialist", 80),
    ("dep-mz", "民政局", "Civil Affairs", "department", "CA", "community", 55),
    ("dep-jt", "交通运输局", "Transport", "department", "JT", "specialist", 60),
    ("dep-hb", "生态环境分局", "Environment", "department", "EN", "specialist", 24),
    ("dep-zr", "规划资源分局", "Planning and Resources", "department", "ZR", "specialist", 16),
    ("dep-sj", "市场监管局", "Market Regulation", "department", "SJ", "specialist", 18),
    ("ent-gd", "江湾供电公司", "Jiangwan Power", "enterprise", "GD", "specialist", 95),
    ("ent-rq", "潮江燃气公司", "Chaojiang Gas", "enterprise", "RQ", "specialist", 66),
    ("ent-gs", "明湖供水公司", "Minghu Water Supply", "enterprise", "GS", "specialist", 60),
    ("ent-dt", "江湾地铁运营公司", "Jiangwan Metro", "enterprise", "DT", "fire_enterprise", 50),
    ("ent-tx", "通信保障中心", "Telecom Support", "enterprise", "TX", "specialist", 58),
    ("ent-kc", "科创园管理公司", "Science Park", "enterprise", "KC", "fire_enterprise", 20),
    ("ent-hg", "临江化工公司", "Linjiang Chemical", "enterprise", "HG", "fire_enterprise", 24),
    ("ent-sc", "江湾广场商场", "Jiangwan Plaza", "enterprise", "SC", "fire_micro", 10),
    ("ent-gj", "公交集团", "Bus Group", "enterprise", "GJ", "specialist", 36),
    ("ent-jz", "恒筑建设公司", "Hengzhu Construction", "enterprise", "JZ", "specialist", 28),
    ("ent-wl", "潮江物流公司", "Chaojiang Logistics", "enterprise", "WL", "specialist", 18),
    ("com-hb", "湖滨社区", "Hubin Community", "community", "HC", "fire_micro", 16),
    ("com-qx", "桥西社区", "Qiaoxi Community", "community", "QC", "fire_micro", 16),
    ("com-wa", "文安社区", "Wen'an Community", "community", "WC", "fire_micro", 16),
    ("com-wl", "望潮社区", "Wangchao Community", "community", "CC", "fire_micro", 16),
    ("com-bk", "滨康社区", "Binkang Community", "community", "BC", "fire_micro", 16),
    ("com-nx", "南星社区", "Nanxing Community", "community", "NC", "fire_micro", 16),
    ("com-ds", "德胜社区", "Desheng Community", "community", "DC", "fire_micro", 16),
    ("com-xt", "新塘社区", "Xintang Community", "community", "XT", "fire_micro", 16),
    ("com-fy", "飞鹰救援队", "Feiying Rescue", "community", "FY", "social", 12),
    ("com-zy", "江湾志愿服务队", "Jiangwan Volunteers", "community", "ZY", "social", 32),
]

# kind, place, lon, lat, grade, state, minutes ago, text, dead, serious, injured, missing, teams
INCIDENTS: list[tuple[Any, ...]] = [
    ("waterlogging", "明湖路下穿隧道", 120.1200, 30.2660, "particularly_major", "verified", 80, "积水倒灌，多车被困", 3, 4, 11, 27, 34),
    ("road_traffic", "体育场路高架", 120.1720, 30.2560, "major", "verified", 41, "车辆连环相撞", 2, 3, 9, 0, 16),
    ("gas_leak", "临江路燃气管线", 120.1520, 30.2170, "major", "verified", 34, "泄漏，周边已断火", 0, 0, 2, 0, 22),
    ("waterlogging", "江湾广场地下商场", 120.1420, 30.2460, "major", "verified", 27, "地下一层进水，人员疏散", 0, 1, 3, None, 28),
    ("building_collapse", "学院路 18 号", 120.1620, 30.2710, "large", "verified", 69, "树木倒伏压塌棚屋", 0, 0, 1, 0, 3),
    ("road_collapse", "德胜路", 120.1360, 30.2780, "large", "verified", 62, "路面塌陷约 20 平方米", 0, 0, 0, 0, 9),
    ("power_outage", "滨康路变电站", 120.1870, 30.2400, "large", "verified", 55, "进水停电", 0, 0, 0, 0, 10),
    ("building_collapse", "桥西老旧小区 7 幢", 120.1000, 30.2210, "large", "verified", 48, "房屋倾斜", 0, 0, 0, 0, 14),
    ("metro", "地铁明湖站 B 口", 120.0880, 30.2500, "ordinary", "verified", 97, "出入口进水", 0, 0, 0, 0, 12),
    ("waterlogging", "文安路", 120.1480, 30.2105, "ordinary", "verified", 90, "居民被困", None, None, None, None, 0),
    ("landslide", "北苑山体", 120.1070, 30.2830, "ordinary", "verified", 83, "小型滑坡，道路半幅封闭", 0, 0, 0, 0, 3),
    ("hazmat_leak", "科创园 3 号库", 120.1960, 30.2650, None, "reported", 4, "库房漏雨，疑似遇湿反应", None, None, None, None, 0),
]

STATES = ["ordered", "acknowledged", "en_route", "on_scene", "working", "released"]
MILESTONES = ["ordered", "acknowledged", "en_route", "on_scene", "working", "released", "returned"]
SAID = {
    "ordered": ("TeamDispatched", "派往", "ordered to"),
    "acknowledged": ("DispatchAcknowledged", "接令", "acknowledged"),
    "en_route": ("TeamDeparted", "出动", "departed"),
    "on_scene": ("TeamArrived", "到场", "arrived"),
    "working": ("WorkStarted", "开始处置", "started work"),
    "released": ("TeamReleased", "解除任务", "released"),
    "returned": ("TeamReturned", "归队", "returned"),
    "cancelled": ("DispatchCancelled", "取消调派", "cancelled"),
}


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class District:
    """The rows of the board topic, made once from a seed."""

    def __init__(self, now: datetime, kind: str = "drill", teams: int = 2000, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.now = now
        self.rows: dict[str, dict[str, Row]] = {k: {} for k in ("operation", "organisation", "team", "incident", "dispatch")}
        self.timeline: list[Row] = []
        self.position = 21_900
        title = {"zh": "“5·12”城区内涝综合演练", "en": "Urban flood exercise 5·12"} if kind == "drill" else {"zh": "江湾区应急值守", "en": "Jiangwan duty watch"}
        self.rows["operation"]["demo"] = {"id": "demo", "kind": kind, "title": title, "clock": None}
        self._organisations()
        self._incidents()
        self._teams(teams)
        self._entries()

    def _organisations(self) -> None:
        for id_, zh, en, level, *_ in ORGANISATIONS:
            self.rows["organisation"][id_] = {
                "id": id_, "name": {"zh": zh, "en": en}, "level": level,
                "parent": None if id_ == "gov-jw" else "gov-jw", "state": "active",
            }

    def _incidents(self) -> None:
        fields = {k["code"]: k["field"] for k in INCIDENT_KINDS}
        for n, (kind, place, lon, lat, grade, state, ago, text, dead, serious, injured, missing, _) in enumerate(INCIDENTS, 1):
            id_ = f"HZ{n:03d}"
            self.rows["incident"][id_] = {
                "id": id_, "kind": kind, "field": fields[kind], "text": text,
                "place": {"text": place, "lon": lon, "lat": lat}, "state": state, "grade": grade,
                "declared_major": grade == "particularly_major",
                "reported_at": iso(self.now - timedelta(minutes=ago)), "reported_precision": "minute" if n % 3 else "second",
                "dead": dead, "serious": serious, "injured": injured, "missing": missing, "loss_yuan": None,
                "commander": "gov-jw-yjzx/duty" if n < 5 else None, "teams": 0, "dispatches": [], "merged_into": None,
                "position": 21_000 + n * 10,
            }

    def _teams(self, total: int) -> None:
        weight = sum(o[6] for o in ORGANISATIONS)
        wanted = [f"HZ{n:03d}" for n, i in enumerate(INCIDENTS, 1) for _ in range(i[12])]
        made: list[Row] = []
        for id_, zh, en, _, prefix, kind, share in ORGANISATIONS:
            for n in range(1, round(share * total / weight) + 1):
                lon = 120.145 + self.random.gauss(0, 0.045)
                lat = 30.250 + self.random.gauss(0, 0.035)
                made.append({
                    "id": f"{prefix}{n:03d}", "name": {"zh": f"{zh}{n}队", "en": f"{en} {n}"}, "organisation": id_, "kind": kind,
                    "strength": self.random.choice([3, 4, 5, 6, 8]), "base": {"text": f"{zh}{n}号驻点", "lon": lon, "lat": lat},
                    "state": "out_of_service" if self.random.random() < 0.006 else "available",
                    "incident": None, "dispatch": None, "since": iso(self.now - timedelta(minutes=self.random.randint(5, 400))),
                    "due_at": None, "due_rule": None, "lon": lon, "lat": lat, "precision": "gps",
                })
        self.random.shuffle(made)
        order = {o[0]: n for n, o in enumerate(ORGANISATIONS)}
        free = [t for t in made if t["state"] == "available"]
        # The first team is known by name to the tests.
        free.sort(key=lambda t: t["id"] not in ("FS012", "FS014"))
        for n, incident in enumerate(i for i in wanted):
            if n < len(free) - 200:
                self.dispatch(free[n + 2], incident, self.random.choices(STATES[:5], [2, 2, 4, 6, 8])[0])
        for team in sorted(made, key=lambda t: (order[t["organisation"]], t["id"])):
            self.rows["team"][team["id"]] = team

    def dispatch(self, team: Row, incident: str, state: str) -> Row:
        number = len(self.rows["dispatch"]) + 1
        ordered = self.now - timedelta(minutes=self.random.randint(21, 58), seconds=self.random.randint(0, 59))
        milestones: Row = {}
        at = ordered
        for name in MILESTONES[: STATES.index(state) + 1]:
            if name == "ordered" or name == state or self.random.random() < 0.85:
                milestones[name] = {"at": iso(at), "precision": self.random.choice(["second", "second", "minute"]), "source": "radio", "position": 21_300 + number, "late": self.random.random() < 0.05}
            at += timedelta(seconds=self.random.randint(40, 300))
        row = {"id": f"d-{number}", "team": team["id"], "incident": incident, "state": state, "milestones": milestones}
        self.rows["dispatch"][row["id"]] = row
        place = self.rows["incident"][incident]
        place["dispatches"].append(row["id"])
        place["teams"] += 1
        spread = 0.0025 if state in ("on_scene", "working") else 0.014
        team.update({
            "state": state, "incident": incident, "dispatch": row["id"], "since": milestones[state]["at"],
            "lon": place["place"]["lon"] + self.random.gauss(0, spread), "lat": place["place"]["lat"] + self.random.gauss(0, spread * 0.8),
        })
        if state in ("ordered", "acknowledged", "en_route"):
            due = self.now + timedelta(seconds=self.random.randint(-900, 1500))
            team.update({"due_at": iso(due), "due_rule": {"ordered": "turnout", "acknowledged": "turnout", "en_route": "on_scene"}[state]})
        return row

    def _entries(self) -> None:
        said = sorted(((m["at"], name, d) for d in self.rows["dispatch"].values() for name, m in d["milestones"].items()), key=lambda x: x[0])
        entries: list[Row] = []
        for at, name, dispatch in said[-150:]:
            team = self.rows["team"][dispatch["team"]]
            type_, zh, en = SAID[name]
            entries.append(self.entry("dispatch", type_, dispatch["incident"], team["id"], f"{team['id']} {team['name']['zh']} {zh}", f"{team['id']} {en}", at, late=self.random.random() < 0.04))
        for id_, incident in self.rows["incident"].items():
            entries.append(self.entry("incident", "IncidentReported", id_, None, f"接报：{incident['place']['text']} {incident['text']}", f"Reported: {incident['place']['text']}", incident["reported_at"], significant=True))
        entries.append(self.entry("entry", "EntryAdded", "HZ001", None, "现场水深 1.6 米，抽排能力 3200 立方米/时", "Depth 1.6 m, pumping 3,200 m³/h", iso(self.now - timedelta(minutes=9)), significant=True))
        entries.append(self.entry("entry", "EntryAdded", "HZ003", None, "燃气阀井关闭，浓度下降", "Valve closed, concentration falling", iso(self.now - timedelta(minutes=5)), struck=True))
        entries.append(self.entry("refusal", "Refused", "HZ002", "FS014", "拒绝：FS014 已有任务，不能再派", "Refused: FS014 is committed", iso(self.now - timedelta(minutes=3))))
        entries.sort(key=lambda e: e["occurred_at"])
        for entry in entries:
            self.position += 1
            entry["position"] = self.position
        self.timeline = entries

    def entry(self, kind: str, type_: str, incident: str | None, team: str | None, zh: str, en: str, at: str, **more: bool) -> Row:
        row: Row = {
            "position": 0, "kind": kind, "type": type_, "incident": incident, "team": team, "args": {}, "text": {"zh": zh, "en": en},
            "post": self.random.choice(["gov-jw-yjzx/duty", "dep-xf/duty", "dep-ga/duty", "dep-jj/duty"]), "occurred_at": at, "precision": "second", "recorded_at": at, "significant": False, "late": False, "struck": False,
        }
        return row | more
