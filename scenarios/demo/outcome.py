"""What became of the demo's commands: counted, and the one refusal that stops it. Knows no desk and no log."""

from __future__ import annotations

from collections import Counter


class DemoRefused(Exception):
    """The folder's log does not take the demo's register: it belongs to somebody else."""

    def __init__(self, key: str, code: str) -> None:
        self.zh = f"示例登记“{key}”被拒绝（{code}）：此数据目录已有其他内容，请用 --data 另选一个目录。"
        self.en = f"The sample register's {key!r} was refused ({code}): this data folder holds something else; choose another with --data."
        super().__init__(self.en)


class Tally:
    """What became of the commands that were sent."""

    def __init__(self) -> None:
        self.accepted = 0
        self.shown = 0
        self.before = 0
        self.left_out = 0
        self.refused: Counter[str] = Counter()

    def __str__(self) -> str:
        refused = sum(self.refused.values())
        return (
            f"accepted {self.accepted}, refused {refused}, refused on purpose {self.shown}, "
            f"left out {self.left_out}, sent before {self.before}"
        )
