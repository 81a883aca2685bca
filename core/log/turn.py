"""Waiting one's turn for a head, for a limited time, and the sentence for whoever waited too long."""

from __future__ import annotations

import asyncio

from core.log.protocol import LogBusy


async def acquire_in_turn(lock: asyncio.Lock, operation: str, timeout_s: float) -> None:
    """First come, first served. Raises LogBusy; cancelling leaves the line in order."""
    if not lock.locked():
        # The usual case: no timer is made, and nothing can come in between, for a free lock is taken without a pause.
        await lock.acquire()
        return
    try:
        async with asyncio.timeout(timeout_s):
            await lock.acquire()
    except TimeoutError:
        raise busy(operation, timeout_s) from None


def busy(operation: str, timeout_s: float) -> LogBusy:
    return LogBusy(
        f"作业面 {operation} 的日志在 {timeout_s:g} 秒内未能锁定；请稍后重试。",
        f"The log of {operation} could not be locked within {timeout_s:g} s; try again shortly.",
    )
