"""flush: FLUSHALL of a redis, repeatedly, while it stays up.

A cache must be filled again from its source of truth, without outdated values.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from harness.faults.control import HasStack
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import AssumptionError, Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member
from harness.stack.errors import NoSuchMember

FLUSH = "flush"
TIMEOUT_S = 2.0
EVERY_S = 0.2
"""Seconds between two flushes."""


@fault_kind(FLUSH)
class Flush(StackFault):
    """Empties a redis every `EVERY_S` seconds; heals by stopping. Proved by the number of keys that were deleted."""

    def __init__(self, spec: FaultSpec, connect: Callable[[str], Redis] | None = None) -> None:
        super().__init__(spec)
        self._connect = connect or _connect
        self._over = asyncio.Event()
        self._times = 0
        self._lost = 0
        self._flushing: asyncio.Task[None] | None = None

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        await super().assume(subject)
        try:
            subject.stack.redis_url(self.member)
        except NoSuchMember as error:
            raise AssumptionError(str(error)) from error

    async def inject(self, subject: HasStack) -> None:
        """See Fault. Raises RedisError when the first flush fails."""
        url = subject.stack.redis_url(self.member)
        await self._empty(url)
        self._flushing = asyncio.create_task(self._again(url))

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        return Proof(effective=self._lost > 0, detail=self._seen())

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        # An event, not a cancellation: redis-py may swallow one that comes while it connects.
        self._over.set()
        if self._flushing is not None:
            await self._flushing
        return self._seen()

    async def _again(self, url: str) -> None:
        while not await self._told():
            with suppress(RedisError, OSError):  # another fault may have stopped it
                await self._empty(url)

    async def _told(self) -> bool:
        """Wait until the next flush is due; returns whether the fault is healed instead."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY_S):
                await self._over.wait()
        return self._over.is_set()

    async def _empty(self, url: str) -> None:
        """In one transaction, so that exactly the counted keys are deleted."""
        async with self._connect(url) as redis, redis.pipeline(transaction=True) as pipeline:
            for command in ("DBSIZE", "FLUSHALL", "DBSIZE"):
                pipeline.execute_command(command)
            before, _, left = await pipeline.execute()
        self._times += 1
        self._lost += before - left

    def _seen(self) -> str:
        return f"{self._lost} keys lost in {self._times} flushes"


def _connect(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)


def flush(target: str) -> Declaration:
    """Empty this redis repeatedly."""
    return member(FLUSH, target)
