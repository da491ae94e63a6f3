"""forget: some redis servers go down and come back without what they had promised to keep, as after the loss of a disk.

For a lock master that is the worst: whoever holds a lock goes on believing in it, and the next one who asks is given it too.
"""

import asyncio
from collections.abc import Callable, Mapping
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Protocol

from redis.asyncio import Redis

from chaos.faults.death import READY_S, HasMembers, Members
from chaos.faults.kill import Kill
from harness.experiment import Proof

SHOWN = 3
"""How many forgotten keys a proof names."""


class Forgetful(Members, Protocol):
    """What this fault needs of a stack."""

    def redis_url(self, name: str) -> str:
        """Where a redis server is. Raises NoSuchMember."""


class HasForgetful(HasMembers, Protocol):
    """A subject whose redis servers can forget."""

    @property
    def stack(self) -> Forgetful:
        """Its members."""


class Forget:
    """Empties redis servers, kills them and starts them again at once. What is on a disk is emptied too: FLUSHALL is logged.

    Proved by other processes that lack keys which were there. Heals by having all of them run.
    """

    def __init__(self, *targets: str) -> None:
        self.targets = targets
        self.target = ", ".join(targets)
        self._pids: dict[str, int | None] = {}
        self._forgotten: dict[str, Mapping[str, str]] = {}

    async def assume(self, subject: HasForgetful) -> None:
        """See Fault."""
        for target in self.targets:
            await Kill(target).assume(subject)

    async def inject(self, subject: HasForgetful) -> None:
        """See Fault. Returns when they are ready again."""
        self._pids = {target: subject.stack.instance(target).pid for target in self.targets}
        await asyncio.gather(*(self._empty(subject, target) for target in self.targets))
        await asyncio.gather(*(asyncio.to_thread(self._reboot, subject.stack, target) for target in self.targets))

    async def prove(self, subject: HasForgetful) -> Proof:
        """See Fault."""
        left = [await _left(subject.stack.redis_url(target), self._forgotten.get(target, {})) for target in self.targets]
        told, effective = [], True
        for target, remembered in zip(self.targets, left, strict=True):
            forgotten, pid = self._forgotten.get(target, {}), subject.stack.instance(target).pid
            keys = ", ".join(f"{key} of {value}" for key, value in sorted(forgotten.items())[:SHOWN])
            told.append(f"{target}: process {pid} in place of {self._pids[target]}, {len(forgotten)} keys forgotten ({keys})")
            effective = effective and bool(forgotten) and not remembered and pid not in (None, self._pids[target])
        return Proof(effective=effective, detail="; ".join(told))

    async def heal(self, subject: HasForgetful) -> str:
        """See Fault."""
        await asyncio.gather(*(asyncio.to_thread(_revive, subject.stack, target) for target in self.targets))
        return f"{self.target} run, and know nothing of before"

    async def _empty(self, subject: HasForgetful, target: str) -> None:
        """In one transaction, so that the keys that are read are those that go."""
        async with Redis.from_url(subject.stack.redis_url(target), decode_responses=True) as redis:
            names = sorted(await redis.keys("*"))
            async with redis.pipeline(transaction=True) as pipeline:
                for name in names:
                    pipeline.get(name)
                pipeline.flushall()
                values = (await pipeline.execute())[:-1]
        self._forgotten[target] = {str(name): str(value) for name, value in zip(names, values, strict=True) if value}

    @staticmethod
    def _reboot(stack: Forgetful, target: str) -> None:
        stack.kill(target)
        _revive(stack, target)


def _revive(stack: Forgetful, target: str) -> None:
    if not stack.instance(target).alive:
        stack.boot(target)
    stack.wait_ready(target, READY_S)


async def _left(url: str, forgotten: Mapping[str, str]) -> list[str]:
    """Those of the keys that the server still has, with the value of before."""
    async with Redis.from_url(url, decode_responses=True) as redis:
        return [key for key, value in forgotten.items() if await redis.get(key) == value]


def forget(*targets: str) -> Callable[[Random], Forget]:
    """Restart these redis servers without their data."""
    return lambda _random: Forget(*targets)
