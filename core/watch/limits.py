"""The limits of the watches: one table, each figure with its citation. A deployment may replace them; code holds none."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct


class WatchLimit(Struct, frozen=True):
    """A time, and who says so."""

    seconds: int
    citation: str

    @property
    def delta(self) -> timedelta:
        return timedelta(seconds=self.seconds)


DESIGN = "本系统默认 [design]"

LIMITS: dict[str, WatchLimit] = {
    "W1.acknowledge": WatchLimit(300, f"宣告后 5 分钟，{DESIGN}；曼彻斯特竞技场调查报告"),
    "W2.red": WatchLimit(900, f"红色 15 分钟，{DESIGN}；应对法第六十六、六十七条"),
    "W2.orange": WatchLimit(1800, f"橙色 30 分钟，{DESIGN}；应对法第六十六、六十七条"),
    "W2.yellow": WatchLimit(3600, f"黄色 60 分钟，{DESIGN}；应对法第六十六条"),
    "W2.blue": WatchLimit(7200, f"蓝色 120 分钟，{DESIGN}；应对法第六十六条"),
    "W4.empty": WatchLimit(600, f"10 分钟，{DESIGN}"),
    "W6.turnout": WatchLimit(180, f"3 分钟出动，{DESIGN}"),
    "W6.fire": WatchLimit(480, "“5–8分钟”，杭州网 2020-01-21"),
    "W6.other": WatchLimit(900, f"15 分钟到场，{DESIGN}"),
    "W6.silent": WatchLimit(1800, f"30 分钟无消息，{DESIGN}"),
    "W7.evacuate": WatchLimit(600, f"10 分钟，{DESIGN}；十堰燃气爆炸事故调查报告"),
    "W12.contents": WatchLimit(300, f"到场后 5 分钟，{DESIGN}；天津港事故调查报告"),
    "W12.declared": WatchLimit(86_400, f"24 小时内的申报有效，{DESIGN}"),
    "W13.count": WatchLimit(300, f"5 分钟，{DESIGN}；708号令第二十二条"),
    "W14.review": WatchLimit(1800, f"30 分钟，{DESIGN}；格伦费尔大厦调查报告"),
    "W14.burning": WatchLimit(600, f"着火建筑内就地避险 10 分钟，{DESIGN}；格伦费尔大厦调查报告"),
    "W18.decide": WatchLimit(300, f"5 分钟，{DESIGN}；外滩拥挤踩踏事件调查报告"),
}
REPEATED_CALLS_MIN = 3
REPEATED_CALLS_CRITICAL = 5
REPEATED_CALLS_WITHIN_M = 300
REPEATED_CALLS_WITHIN = timedelta(hours=2)
