"""How often somebody may ask: token buckets per caller, in memory or shared between nodes through Redis.

Redis is a convenience here: when it is gone every node counts for itself, says so in its log, and goes on serving.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from web.settings import Settings

_log = structlog.get_logger("limits")

REDIS_TIMEOUT_S = 0.25
REDIS_RETRY_S = 5.0
LEASE_SHARE = 20
"""A node takes 1/20 of a bucket from Redis at a time and spends it alone, so that a command costs no round trip."""

_TAKE = """
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = math.min(burst, (tonumber(kept[1]) or burst) + (now - (tonumber(kept[2]) or now)) * rate)
local given = math.min(wanted, math.floor(level))
redis.call('HSET', KEYS[1], 'level', tostring(level - given), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return {given, tostring(level - given)}
"""


class Rate(NamedTuple):
    """So many in a second on average, so many at once."""

    per_s: float
    burst: int


class Limits:
    """Buckets by (kind, key). `take` costs one, `wait_s` only looks."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.rates = {
            "commands": Rate(settings.rate_commands_per_s, settings.rate_commands_burst),
            "refusals": Rate(settings.rate_refusals_per_s, settings.rate_refusals_burst),
            "failures": Rate(settings.rate_failed_logins_per_s, settings.rate_failed_logins_burst),
            "strangers": Rate(settings.rate_refusals_per_s, settings.rate_refusals_burst),
            "reads": Rate(settings.rate_reads_per_s, settings.rate_reads_burst),
        }
        self._keys_max = settings.rate_keys_max
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._blocked: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._redis: Any = None
        self._redis_again_at = 0.0
        if settings.redis is not None:
            self._redis = redis.Redis.from_url(
                settings.redis.reveal(),
                socket_timeout=REDIS_TIMEOUT_S,
                socket_connect_timeout=REDIS_TIMEOUT_S,
            )

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()

    def wait_s(self, kind: str, key: str) -> float:
        """How long until this caller may ask again; 0: now. Takes nothing."""
        name = (kind, key)
        if (until := self._blocked.get(name)) is not None:
            if (left := until - self._clock()) > 0:
                return left
            del self._blocked[name]
        if self._redis is not None or name not in self._buckets:
            return 0.0  # counted elsewhere, or full: most callers were never refused anything
        return self._missing_s(name, self.rates[kind])

    async def take(self, kind: str, key: str) -> float:
        """Take one; 0 when it was there, else the seconds until there is one."""
        name = (kind, key)
        rate = self.rates[kind]
        if self._redis is None:
            return self._take_here(name, rate)
        if (wait := self.wait_s(kind, key)) > 0:
            return wait
        lease = max(1, rate.burst // LEASE_SHARE)
        # In memory lies what Redis lent to this node: a bucket that never fills by itself.
        level, _ = self._buckets.get(name, (0.0, 0.0))
        if level < 1:
            level = await self._lend(name, rate, lease)
            if level < 0:
                return self._take_here(("local " + kind, key), rate)
            if level < 1:
                wait = 1 / rate.per_s
                self._note(self._blocked, name, self._clock() + wait)
                return wait
        self._note(self._buckets, name, (level - 1, 0.0))
        return 0.0

    def _take_here(self, name: tuple[str, str], rate: Rate) -> float:
        level = self._level(name, rate)
        if level < 1:
            return (1 - level) / rate.per_s
        self._note(self._buckets, name, (level - 1, self._clock()))
        return 0.0

    def _level(self, name: tuple[str, str], rate: Rate) -> float:
        level, at = self._buckets.get(name, (float(rate.burst), self._clock()))
        return min(float(rate.burst), level + (self._clock() - at) * rate.per_s)

    def _missing_s(self, name: tuple[str, str], rate: Rate) -> float:
        return max(0.0, (1 - self._level(name, rate)) / rate.per_s)

    def _note(self, table: OrderedDict[tuple[str, str], Any], name: tuple[str, str], value: Any) -> None:
        table[name] = value
        table.move_to_end(name)
        if len(table) > self._keys_max:
            # The one that asked longest ago. A caller whose bucket is forgotten begins with a full one: generous, and bounded.
            table.popitem(last=False)

    async def _lend(self, name: tuple[str, str], rate: Rate, wanted: int) -> float:
        """What Redis gives of a bucket; below 0 when Redis cannot be asked."""
        if self._clock() < self._redis_again_at:
            return -1.0
        try:
            async with asyncio.timeout(2 * REDIS_TIMEOUT_S):
                given = await self._redis.eval(
                    _TAKE, 1, f"liandong:rate:{name[0]}:{name[1]}", rate.per_s, rate.burst, wanted
                )
        except (RedisError, OSError, TimeoutError) as error:
            self._redis_again_at = self._clock() + REDIS_RETRY_S
            _log.warning("redis_gone", reason=type(error).__name__, rate_limits="counted in this process")
            return -1.0
        return float(given[0])
