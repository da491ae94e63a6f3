"""How often passwords may be tried, and hashes be asked for: moving windows that all gateways share through Redis.

Three limits, each against another attack. One client address may try one account so often: guessing. All addresses together
may try one account a few times as often; beyond that each of them is slowed down, and none is locked out: its owner still
gets in from an address of his own. One address may ask for so many hashes, whosever: spraying, and making accounts without
end. When Redis is away the gateway counts by itself: a cache that is gone locks nobody out, and lets nobody guess unlimited.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address, ip_network

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
CROWD = 3
"""An account that was tried this many times as often as one address may try it is tried by a crowd."""
SLOWED = 10
"""Each address of a crowd may try this many times less often."""
SUBNET = 64
"""Bits of an IPv6 address that say who it is: its owner has all the others to choose from."""


class Throttle:
    """Counts attempts in `shared`, or in `own` while that cannot be reached. Addresses are those of clients, as text."""

    def __init__(self, login: RateLimitItem, hashes: RateLimitItem, shared: RateLimiter, own: RateLimiter) -> None:
        """`login`: attempts per address and account; `hashes`: what costs a hash, per address."""
        self._login = login
        self._crowd = _scaled(login, login.amount * CROWD)
        self._slowed = _scaled(login, max(1, login.amount // SLOWED))
        self._hashes = hashes
        self._shared = shared
        self._own = own

    async def admit_login(self, address: str, email: str) -> None:
        """Count an attempt to log in. Raises TooManyRequests."""
        # As the user service reads it: one account, however it is spelled.
        account = email.strip().lower()
        client = subject_of(address)

        async def count(limiter: RateLimiter) -> None:
            await _hit(limiter, self._hashes, "hashes", client)
            await _hit(limiter, self._login, "login", fingerprint((client, account)))
            if not await limiter.hit(self._crowd, "account", fingerprint((account,))):
                await _hit(limiter, self._slowed, "slowed", fingerprint((client, account)))

        await self._counting(count)

    async def admit_registration(self, address: str) -> None:
        """Count an attempt to register. Raises TooManyRequests."""
        client = subject_of(address)
        await self._counting(lambda limiter: _hit(limiter, self._hashes, "hashes", client))

    async def admit_change(self, address: str, user_id: str) -> None:
        """Count a change of an account that shows its password. Raises TooManyRequests."""
        client = subject_of(address)

        async def count(limiter: RateLimiter) -> None:
            await _hit(limiter, self._hashes, "hashes", client)
            await _hit(limiter, self._login, "change", user_id)

        await self._counting(count)

    async def _counting(self, count: Callable[[RateLimiter], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_S):
                await count(self._shared)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("attempts are counted by this instance alone", error=repr(error))
            await count(self._own)


async def _hit(limiter: RateLimiter, rate: RateLimitItem, *key: str) -> None:
    if await limiter.hit(rate, *key):
        return
    window = await limiter.get_window_stats(rate, *key)
    raise TooManyRequests(f"at most {rate}: wait a little", retry_after_s=max(1.0, window.reset_time - time.time()))


def _scaled(rate: RateLimitItem, amount: int) -> RateLimitItem:
    return type(rate)(amount, rate.multiples)


def subject_of(address: str) -> str:
    """Who is counted for a client address: an IPv4 address, the /64 of an IPv6 address, or the text as it is."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped is not None else str(ip_network((parsed, SUBNET), strict=False))


@asynccontextmanager
async def open_throttle(settings: GatewaySettings) -> AsyncIterator[tuple[Throttle, Probe]]:
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
            Throttle(
                parse(settings.login_rate),
                parse(settings.hash_rate),
                MovingWindowRateLimiter(storage),
                MovingWindowRateLimiter(MemoryStorage()),
            ),
            alive,
        )
    finally:
        await pool.aclose()
