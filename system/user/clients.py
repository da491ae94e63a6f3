"""The cache of users' versions in Redis, which may be empty, late or gone, and must never bring an old version back.

Every write is a script. A writer raises a version that is there and never lowers one (compare-and-set). A reader that found
nothing may put in what it then read from MySQL only while its *lease* stands (Nishtala et al., "Scaling Memcache at
Facebook", NSDI 2013): a change announced meanwhile takes the lease away, and so does FLUSHALL, so a slow reader cannot
bring back what it read before. For the same reason a writer leaves an absent version absent: its own message may be
the late one.

This holds as long as Redis comes back empty after a restart; one that reloads an old snapshot would break it.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from system.user.settings import Settings

LOOK_UP: Final = """
local version = tonumber(redis.call('GET', KEYS[1]) or '')
if version then return version end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
return -1
"""
POPULATE: Final = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""
RAISE: Final = """
redis.call('DEL', KEYS[2])
local version = tonumber(redis.call('GET', KEYS[1]) or '')
if not version then return 0 end
if version < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
"""
LEASED: Final = 0


class CacheDown(Exception):
    """Redis did not answer in time; whether it did what it was asked is unknown."""


@dataclass(frozen=True)
class Hit:
    """The version the cache holds."""

    version: int


@dataclass(frozen=True)
class Miss:
    """The cache holds none. `lease` entitles this reader to put it in; None when another reader has it."""

    lease: str | None


class VersionCache:
    """The versions of users, by id. Every method raises CacheDown when Redis does not answer within `timeout_s`."""

    def __init__(self, redis: Redis, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._look_up, self._populate, self._raise = (redis.register_script(s) for s in (LOOK_UP, POPULATE, RAISE))
        self._timeout_s = settings.cache_timeout_s
        self._skip_s = settings.cache_skip_s
        self._ttl_ms = int(settings.version_ttl_s * 1000)
        self._lease_ms = int(settings.lease_ttl_s * 1000)
        self._clock = clock
        self._skip_until = clock()

    async def look_up(self, user_id: str) -> Hit | Miss:
        """The cached version, or the lease to put it in. After a failure it raises at once for `cache_skip_s`."""
        if self._clock() < self._skip_until:
            raise CacheDown("left alone after a failure")
        lease = secrets.token_hex(8)
        answer = await self._run(self._look_up, user_id, (lease, self._lease_ms))
        if answer > 0:
            return Hit(answer)
        return Miss(lease if answer == LEASED else None)

    async def populate(self, user_id: str, lease: str, version: int) -> bool:
        """Put in a version read from MySQL after the lease was given; False when the lease is gone, and nothing happened."""
        return await self._run(self._populate, user_id, (lease, version, self._ttl_ms)) == 1

    async def raise_to(self, user_id: str, version: int) -> bool:
        """Leave no lower version and no lease behind; says whether the cache holds a version now."""
        return await self._run(self._raise, user_id, (version, self._ttl_ms)) == 1

    async def _run(self, script: AsyncScript, user_id: str, arguments: Sequence[str | int]) -> int:
        try:
            async with asyncio.timeout(self._timeout_s):
                return int(await script(keys=(f"user:version:{user_id}", f"user:lease:{user_id}"), args=arguments))
        except (RedisError, OSError, TimeoutError) as error:
            self._skip_until = self._clock() + self._skip_s
            raise CacheDown(repr(error)) from error


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[VersionCache]:
    """The cache behind a bounded pool of connections that try once; closed when the block ends.

    RESP2 and no driver info: a new connection says nothing before its first command, which fits the short timeout.
    """
    pool = BlockingConnectionPool.from_url(
        settings.cache_url,
        max_connections=32,
        timeout=settings.cache_timeout_s,
        socket_timeout=settings.cache_timeout_s,
        socket_connect_timeout=settings.cache_timeout_s,
        retry=None,
        protocol=2,
        driver_info=None,
    )
    async with Redis.from_pool(pool) as redis:
        yield VersionCache(redis, settings)
