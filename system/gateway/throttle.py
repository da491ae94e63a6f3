"""How often one may try to log in: a moving window per client address and e-mail, shared by all gateways through Redis.

When Redis is away the gateway counts by itself: a cache that is gone locks nobody out, and lets nobody guess without limit.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter, RateLimiter
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from system.common.errors import TooManyRequests
from system.common.idempotency import fingerprint
from system.common.telemetry import log
from system.gateway.clients import Probe
from system.gateway.settings import GatewaySettings

REDIS_TIMEOUT_S = 0.25


class LoginThrottle:
    """Counts attempts in `shared`, or in `own` while that cannot be reached."""

    def __init__(self, rate: RateLimitItem, shared: RateLimiter, own: RateLimiter) -> None:
        self._rate = rate
        self._shared = shared
        self._own = own

    async def admit(self, address: str, email: str) -> None:
        """Count an attempt. Raises TooManyRequests."""
        key = fingerprint((address, email.lower()))
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_S):
                await self._admit(self._shared, key)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("logins are counted by this instance alone", error=repr(error))
            await self._admit(self._own, key)

    async def _admit(self, limiter: RateLimiter, key: str) -> None:
        if await limiter.hit(self._rate, "login", key):
            return
        window = await limiter.get_window_stats(self._rate, "login", key)
        raise TooManyRequests(f"at most {self._rate}: wait a little", retry_after_s=max(1.0, window.reset_time - time.time()))


@asynccontextmanager
async def open_throttle(settings: GatewaySettings) -> AsyncIterator[tuple[LoginThrottle, Probe]]:
    """The throttle on the cache, and a probe of that cache."""
    pool = ConnectionPool.from_url(
        settings.cache_url,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
    redis = Redis(connection_pool=pool)

    async def alive() -> bool:
        try:
            async with asyncio.timeout(settings.probe_timeout_s):
                return bool(await redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False

    storage = RedisStorage(
        f"async+{settings.cache_url}",
        implementation="redispy",
        connection_pool=pool,  # type: ignore[arg-type]  # documented, and missing in the library's annotation
    )
    try:
        yield (
            LoginThrottle(
                parse(settings.login_rate), MovingWindowRateLimiter(storage), MovingWindowRateLimiter(MemoryStorage())
            ),
            alive,
        )
    finally:
        await pool.aclose()
