"""The limits of the watches that no obligation brings: one table, each figure with its citation. Code holds none."""

from __future__ import annotations

from datetime import timedelta

from core.obligation import DESIGN, Limit

LIMITS: dict[str, Limit] = {
    "W1.acknowledge": Limit(300, f"宣告后 5 分钟，{DESIGN}；曼彻斯特竞技场、格伦费尔大厦调查报告"),
    "W3.end": Limit(0, "应对法第八十六条；十堰燃气爆炸事故调查报告"),
    "W4.empty": Limit(600, f"10 分钟，{DESIGN}；708号令第二十条"),
    "W4.offer": Limit(300, f"移交 5 分钟内接受，{DESIGN}；预案 hand_over.within"),
    "W6.turnout": Limit(180, f"3 分钟出动，{DESIGN}"),
    "W6.fire": Limit(480, "“5–8分钟”，杭州网 2020-01-21"),
    "W6.other": Limit(900, f"15 分钟到场，{DESIGN}"),
    "W6.silent": Limit(1800, f"30 分钟无消息，{DESIGN}"),
    "W6.role": Limit(1200, f"启动后 20 分钟，{DESIGN}"),
    "W7.evacuate": Limit(600, f"10 分钟，{DESIGN}；十堰燃气爆炸事故调查报告"),
    "W8.zone": Limit(0, "曼彻斯特竞技场、响水事故调查报告"),
    "W9.calls": Limit(7200, f"2 小时内 300 米内 3 次，{DESIGN}；梨泰院调查报告"),
    "W10.balance": Limit(0, "郑州“7·20”调查报告：迟报瞒报"),
    "W12.contents": Limit(300, f"到场后 5 分钟，{DESIGN}；天津港事故调查报告"),
    "W12.declared": Limit(86_400, f"24 小时内的申报有效，{DESIGN}"),
    "W14.review": Limit(1800, f"30 分钟，{DESIGN}；格伦费尔大厦调查报告"),
    "W14.burning": Limit(600, f"着火建筑内就地避险 10 分钟，{DESIGN}；格伦费尔大厦调查报告"),
    "W15.once": Limit(0, "《行动计划》三(二)5“联动配合”"),
    "W16.valid": Limit(0, "《意见》三(十)；708号令第十条"),
    "W17.level": Limit(0, "应对法第七十一条"),
    "W18.breached": Limit(300, f"5 分钟，{DESIGN}；外滩拥挤踩踏事件调查报告"),
}
CALLS_MIN = 3
CALLS_CRITICAL = 5
CALLS_WITHIN_M = 300
CALLS_WITHIN = timedelta(hours=2)
DOWNWIND_HALF_ANGLE_DEG = 30
DOWNWIND_REACH = 3
"""The sector downwind of a cordon reaches so many of its radii [design]."""
END_EVIDENCE: dict[str, tuple[int, str, str]] = {
    "readings": (3, "三点读数", "readings at three points"),
    "valves": (2, "上下游阀门关闭", "valves closed up- and downstream"),
    "ignition": (1, "火源管控", "ignition control"),
}
"""What a gas or hazmat incident needs before anybody says that it is over, where no plan says more (Shiyan 2021): how many entries."""
GAS_AND_HAZMAT = frozenset({"gas_leak", "toxic_release"})
CROWDED_PREMISES = frozenset({"high_rise", "hospital", "care_home", "crowded"})
LIFE_KINDS = frozenset({"rescue", "medical", "collapse", "elevator", "confined_space", "crowd"})
