"""Redlock over independent Redis masters, several resources in one go, every grant with a fencing token.

The algorithm is Redis' "Distributed Locks" page (Sanfilippo): SET NX PX on all masters at once with a per-node timeout far
below the TTL; held when a quorum agreed and validity = TTL - elapsed - drift is still positive; released by a script that
deletes only one's own value; tried again after a jittered delay. Kleppmann ("How to do distributed locking", 2016) shows
why it cannot be trusted for safety: hence the token, drawn *after* the lock was won from durable storage that only counts
up, so that whoever is written to can refuse a holder that has been overtaken.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from system.common.errors import Unavailable
from system.common.randomness import jittered
from system.common.telemetry import LOCKS, log

# All or none: a resource held by somebody else leaves the others untouched.
ACQUIRE: Final = """
for _, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if holder and holder ~= ARGV[1] then return 0 end
end
for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end
return 1
"""
EXTEND: Final = """
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) ~= ARGV[1] then return 0 end
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[2]) end
return 1
"""
RELEASE: Final = """
local gone = 0
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then gone = gone + redis.call('DEL', key) end
end
return gone
"""

TokenSource = Callable[[Sequence[str], str], Awaitable[int]]
"""Draws a fencing token for resources just locked under a value: strictly increasing per resource, from durable storage."""


@dataclass(frozen=True)
class RedlockSettings:
    """Times in seconds."""

    ttl_s: float = 8.0
    node_timeout_s: float = 0.1
    retry_delay_s: float = 0.05
    wait_s: float = 5.0
    drift_factor: float = 0.01

    @property
    def drift_s(self) -> float:
        """Allowance for clocks that run at different speeds, plus 2 ms for Redis' expiry resolution."""
        return self.ttl_s * self.drift_factor + 0.002


@dataclass
class Grant:
    """A lock held. `valid_until` is on this process's monotonic clock, in s; extension moves it.

    `value` is what the masters hold, `<holder>:<random>`; `token` is 0 until it is drawn.
    """

    resources: tuple[str, ...]
    value: str
    valid_until: float
    token: int = 0
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def valid(self) -> bool:
        """Whether this process may still believe that it holds the lock. Belief only: the token decides."""
        return not self.lost.is_set() and time.monotonic() < self.valid_until


class Redlock:
    """The lock service of one process; `holder` is what it is called in the values that the masters hold."""

    def __init__(
        self, masters: Sequence[Redis], tokens: TokenSource, settings: RedlockSettings, *, holder: str = "nobody"
    ) -> None:
        self._holder = holder
        self._masters = tuple(masters)
        self._tokens = tokens
        self._settings = settings
        self._scripts = {s: [m.register_script(s) for m in self._masters] for s in (ACQUIRE, EXTEND, RELEASE)}

    @property
    def quorum(self) -> int:
        """The majority of the masters."""
        return len(self._masters) // 2 + 1

    @asynccontextmanager
    async def hold(self, resources: Sequence[str]) -> AsyncIterator[Grant]:
        """Hold the lock on all `resources` while the block runs, extended in the background.

        Raises Unavailable when it could not be had within `wait_s`, and what drawing the token raises.
        """
        names = tuple(sorted(set(resources)))
        grant = await self._acquire(names)
        keeper = asyncio.create_task(self._keep(grant))
        try:
            grant.token = await self._tokens(names, grant.value)  # may take longer than the TTL: the keeper is at work
            yield grant
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await self._on_all(RELEASE, grant.resources, grant.value)

    async def _acquire(self, resources: tuple[str, ...]) -> Grant:
        give_up = time.monotonic() + self._settings.wait_s
        while True:
            # Another value for each attempt: a release that the network held back frees nothing that was won since.
            value = f"{self._holder}:{secrets.token_hex(16)}"
            valid_until = await self._try(ACQUIRE, resources, value)
            if valid_until is not None:
                LOCKS.labels("granted").inc()
                return Grant(resources, value, valid_until)
            await self._on_all(RELEASE, resources, value)
            if time.monotonic() >= give_up:
                LOCKS.labels("gave_up").inc()
                raise Unavailable("the lock could not be had in time", reason="LOCK_UNAVAILABLE", retry_after_s=1)
            LOCKS.labels("retried").inc()
            await asyncio.sleep(jittered(self._settings.retry_delay_s))

    async def _keep(self, grant: Grant) -> None:
        while not grant.lost.is_set():
            await asyncio.sleep(self._settings.ttl_s / 3)
            valid_until = await self._try(EXTEND, grant.resources, grant.value)
            if valid_until is not None:
                grant.valid_until = valid_until
            elif time.monotonic() >= grant.valid_until:
                grant.lost.set()
                log.warning("lock lost", resources=grant.resources, token=grant.token)

    async def _try(self, script: str, resources: tuple[str, ...], value: str) -> float | None:
        """Run a script that sets the TTL; the monotonic time until which the lock is valid, or None without a quorum."""
        started = time.monotonic()
        votes = await self._on_all(script, resources, value, int(self._settings.ttl_s * 1000))
        valid_until = started + self._settings.ttl_s - self._settings.drift_s
        return valid_until if votes >= self.quorum and time.monotonic() < valid_until else None

    async def _on_all(self, script: str, resources: tuple[str, ...], *arguments: str | int) -> int:
        """How many masters said yes; one that errs or is slower than `node_timeout_s` said no."""
        keys = [f"lock:{name}" for name in resources]

        async def ask(run: Any) -> int:
            try:
                return int(await asyncio.wait_for(run(keys=keys, args=list(arguments)), self._settings.node_timeout_s) > 0)
            except (RedisError, OSError, TimeoutError):
                return 0

        return sum(await asyncio.gather(*(ask(run) for run in self._scripts[script])))


@asynccontextmanager
async def masters(urls: Sequence[str], settings: RedlockSettings) -> AsyncIterator[list[Redis]]:
    """Clients of the lock masters, without retries of their own; closed when the block ends."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                Redis.from_url(
                    url,
                    socket_timeout=settings.node_timeout_s,
                    socket_connect_timeout=settings.node_timeout_s,
                    retry=None,
                    decode_responses=True,
                    protocol=2,  # over RESP3 redis-py's pool does not notice that a restarted master closed a connection
                    driver_info=None,
                )
            )
            for url in urls
        ]
