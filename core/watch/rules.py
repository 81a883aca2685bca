"""Every watch on one page: which rules are asked about which thing, and what each is called."""

from __future__ import annotations

from core.watch.command_rules import w01_unshared_declaration, w03_end_without_evidence, w04_command_gap
from core.watch.order_rules import (
    w08_inside_danger_zone,
    w14_decision_stale,
    w14_order_stale,
    w18_crowd_over_threshold,
    w18_one_way_breached,
)
from core.watch.people_rules import (
    w07_evacuation_pending,
    w09_repeated_calls,
    w10_casualty_unexplained,
    w12_contents_unknown,
)
from core.watch.plan_rules import w15_promised_twice, w17_level_not_in_plan
from core.watch.unit_rules import (
    w06_role_missing,
    w06_unit_silent_or_late,
    w13_crew_unaccounted,
    w15_double_booked,
    w16_expired_agreement_used,
)
from core.watch.view import Rule
from core.watch.warning_rules import (
    w02_warning_without_response,
    w05_control_unconfirmed,
    w05_dispatch_unacknowledged,
    w05_link_unacknowledged,
    w11_report_late,
)

NAMES: dict[str, tuple[str, str, str]] = {
    "W1": ("unshared_declaration", "宣告未通报", "declaration not shared"),
    "W2": ("warning_without_response", "有预警无响应", "warning without response"),
    "W3": ("end_without_evidence", "无依据结束", "end without evidence"),
    "W4": ("command_gap", "无人指挥或双重指挥", "nobody or two in command"),
    "W5": ("order_unacknowledged", "指令未确认", "order not acknowledged"),
    "W6": ("unit_silent_or_late", "队伍迟到或失联", "team late or silent"),
    "W7": ("evacuation_pending", "险情未疏散", "danger, and nobody evacuated"),
    "W8": ("inside_danger_zone", "避险设施位于危险区", "refuge inside the danger zone"),
    "W9": ("repeated_calls", "同地多次报警", "repeated calls from one place"),
    "W10": ("casualty_unexplained", "伤亡数据无说明变动", "casualties unexplained"),
    "W11": ("report_late", "迟报", "report late"),
    "W12": ("contents_unknown", "储存物不明", "contents unknown"),
    "W13": ("crew_unaccounted", "救援人员未清点", "crew not accounted for"),
    "W14": ("advice_stale", "避险指令未复核", "advice not reviewed"),
    "W15": ("double_booked", "重复占用", "double booked"),
    "W16": ("expired_agreement_used", "使用失效协议", "expired agreement used"),
    "W17": ("level_not_in_plan", "响应级别不在预案中", "level not in the plan"),
    "W18": ("crowd_over_threshold", "客流超限未决策", "crowd over threshold, no decision"),
}

RULES: dict[str, tuple[Rule, ...]] = {
    "incident": (
        w01_unshared_declaration,
        w03_end_without_evidence,
        w04_command_gap,
        w07_evacuation_pending,
        w10_casualty_unexplained,
        w12_contents_unknown,
        w14_decision_stale,
        w18_one_way_breached,
    ),
    "reports": (w11_report_late,),
    "dispatch": (
        w05_dispatch_unacknowledged,
        w06_unit_silent_or_late,
        w13_crew_unaccounted,
        w15_double_booked,
        w16_expired_agreement_used,
    ),
    "link": (w05_link_unacknowledged, w06_role_missing),
    "control": (w05_control_unconfirmed, w14_order_stale),
    "pair": (w08_inside_danger_zone,),
    "warning": (w02_warning_without_response,),
    "activation": (w15_promised_twice, w17_level_not_in_plan),
    "point": (w18_crowd_over_threshold,),
    "calls": (w09_repeated_calls,),
}
