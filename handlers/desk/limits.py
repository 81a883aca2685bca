"""The bounds of the desk, and what it says when one is reached."""

from __future__ import annotations

from typing import NamedTuple


class DeskLimits(NamedTuple):
    """The desk's bounds, each with its unit."""

    queue_commands_max: int = 10_000
    batch_commands_max: int = 512
    remembered_answers_max: int = 20_000
    unknown_outcome_attempts_max: int = 6
    unknown_outcome_wait_s: float = 0.05
    snapshot_every_events: int = 20_000
    recall_page_events_max: int = 5_000
    recall_tags_max: int = 256
    close_timeout_s: float = 10


DESK_LIMITS = DeskLimits()


class DeskBusy(Exception):
    """The queue is full, or the log cannot be written now: nothing was recorded; the same command may be sent again."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class OperationUnreadable(Exception):
    """The log holds an event that this version does not know: the node does not serve the operation."""


def stopping() -> DeskBusy:
    return DeskBusy("系统正在停止，请用同一编号重发。", "The system is stopping: send the same id again.")


def unwritable() -> DeskBusy:
    return DeskBusy(
        "日志暂不可写，请用同一编号重发。", "The log cannot be written now: send the same id again."
    )
