"""The desk: the only writer of an operation. It decides while it holds the head, on the whole current world.

queue (what waits) → loop (lock the head, fold what others wrote, decide, append, answer) · batch (the decisions, pure) · loading
(worlds from the log, and closed incidents brought back).
"""

from handlers.desk.batch import actor_key, body_of
from handlers.desk.limits import DESK_LIMITS, DeskBusy, DeskLimits, OperationUnreadable
from handlers.desk.loading import catch_up, load_world
from handlers.desk.loop import Desk

__all__ = [
    "DESK_LIMITS",
    "Desk",
    "DeskBusy",
    "DeskLimits",
    "OperationUnreadable",
    "actor_key",
    "body_of",
    "catch_up",
    "load_world",
]
