"""The cache of users' versions in Redis, which may be empty, late or gone, and must never bring an old version back.

With a user's version it holds which of its sessions were ended: a set with at least `-` in it, so that an empty one differs
from one that was lost, which is a miss. Both come and go under one lease.

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
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from system.user.settings import Settings

LOOK_UP: Final = """
local version = tonumber(redis.call('GET', KEYS[1]) or '')
if version and redis.call('SISMEMBER', KEYS[3], '-') == 1 then
    return {version, redis.call('SISMEMBER', KEYS[3], ARGV[3])}
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return {0, 1} end
return {0, 0}
"""
POPULATE: Final = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[3])
redis.call('SADD', KEYS[3], '-', unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return 1
"""
RAISE: Final = """
redis.call('DEL', KEYS[2])
local version = tonumber(redis.call('GET', KEYS[1]) or '')
if not version then return 0 end
if version < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
"""
END: Final = """
redis.call('DEL', KEYS[2])
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('SADD', KEYS[3], ARGV[1]) end
return 1
"""


class CacheDown(Exception):
    """Redis did not answer in time; whether it did what it was asked is unknown."""


@dataclass(frozen=True)
class Hit:
    """The version the cache holds; `ended`: so is the session that was asked about."""

    version: int
    ended: bool = False


@dataclass(frozen=True)
class Miss:
    """The cache holds none. `lease` entitles this reader to put it in; None when another reader has it."""

    lease: str | None


class VersionCache:
    """The versions of users, by id. Every method raises CacheDown when Redis does not answer within `timeout_s`."""

    def __init__(self, redis: Redis, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        scripts = (LOOK_UP, POPULATE, RAISE, END)
        self._look_up, self._populate, self._raise, self._end = map(redis.register_script, scripts)
        self._timeout_s = settings.cache_timeout_s
        self._skip_s = settings.cache_skip_s
        self._ttl_ms = int(settings.version_ttl_s * 1000)
        self._lease_ms = int(settings.lease_ttl_s * 1000)
        self._clock = clock
        self._skip_until = clock()

    async def look_up(self, user_id: str, family: str = "") -> Hit | Miss:
        """The cached version and whether a session ended, or the lease to put them in.

        After a failure it raises at once for `cache_skip_s`.
        """
        if self._clock() < self._skip_until:
            raise CacheDown("left alone after a failure")
        lease = secrets.token_hex(8)
        version, flag = await self._run(self._look_up, user_id, (lease, self._lease_ms, family))
        if version > 0:
            return Hit(version, ended=flag == 1)
        return Miss(lease if flag == 1 else None)

    async def populate(self, user_id: str, lease: str, version: int, ended: Collection[str] = ()) -> bool:
        """Put in a version, and the sessions that ended, read from MySQL after the lease was given.

        False when the lease is gone, and nothing happened.
        """
        return int(await self._run(self._populate, user_id, (lease, version, self._ttl_ms, *ended))) == 1

    async def raise_to(self, user_id: str, version: int) -> bool:
        """Leave no lower version and no lease behind; says whether the cache holds a version now."""
        return int(await self._run(self._raise, user_id, (version, self._ttl_ms))) == 1

    async def end(self, user_id: str, family: str) -> None:
        """Have a session be known as ended, and leave no lease behind."""
        await self._run(self._end, user_id, (family,))

    async def _run(self, script: AsyncScript, user_id: str, arguments: Sequence[str | int]) -> Any:
        keys = (f"user:version:{user_id}", f"user:lease:{user_id}", f"user:ended:{user_id}")
        try:
            async with asyncio.timeout(self._timeout_s):
                return await script(keys=keys, args=arguments)
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
