"""forget: some redis servers are restarted without their data, as after the loss of a disk.

At a majority of lock masters this breaks an assumption of Redlock: a lock that is held can be granted again.
"""

import asyncio
from collections.abc import Mapping

from redis.asyncio import Redis

from harness.faults.control import HasStack, StackControl
from harness.faults.deaths import revive
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member
from harness.stack import capabilities

FORGET = "forget"
SHOWN = 3
"""Number of lost keys that a proof names."""


@fault_kind(FORGET)
class Forget(StackFault):
    """Empties redis servers, kills them and starts them again at once. Persisted data is emptied, too: FLUSHALL is logged.

    Proved by new processes without the keys of before. Heals by starting those that do not run.
    """

    needs = (capabilities.Killable, capabilities.Restartable)
    alive = True

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._pids: dict[str, int | None] = {}
        self._forgotten: dict[str, Mapping[str, str]] = {}

    async def inject(self, subject: HasStack) -> None:
        """See Fault. Returns when they are ready again."""
        self._pids = {target: subject.stack.instance(target).pid for target in self.spec.members}
        await asyncio.gather(*(self._empty(subject, target) for target in self.spec.members))
        await asyncio.gather(*(asyncio.to_thread(self._reboot, subject.stack, target) for target in self.spec.members))

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        left = [await _left(subject.stack.redis_url(target), self._forgotten.get(target, {})) for target in self.spec.members]
        told, effective = [], True
        for target, remembered in zip(self.spec.members, left, strict=True):
            forgotten, pid = self._forgotten.get(target, {}), subject.stack.instance(target).pid
            keys = ", ".join(f"{key} of {value}" for key, value in sorted(forgotten.items())[:SHOWN])
            told.append(f"{target}: process {pid} in place of {self._pids[target]}, {len(forgotten)} keys forgotten ({keys})")
            effective = effective and bool(forgotten) and not remembered and pid not in (None, self._pids[target])
        return Proof(effective=effective, detail="; ".join(told))

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        await asyncio.gather(*(asyncio.to_thread(revive, subject.stack, target) for target in self.spec.members))
        return f"{self.spec.target} run, and know nothing of before"

    async def _empty(self, subject: HasStack, target: str) -> None:
        """In one transaction, so that exactly the keys that were read are deleted."""
        async with Redis.from_url(subject.stack.redis_url(target), decode_responses=True) as redis:
            names = sorted(await redis.keys("*"))
            async with redis.pipeline(transaction=True) as pipeline:
                for name in names:
                    pipeline.get(name)
                pipeline.flushall()
                values = (await pipeline.execute())[:-1]
        self._forgotten[target] = {str(name): str(value) for name, value in zip(names, values, strict=True) if value}

    @staticmethod
    def _reboot(stack: StackControl, target: str) -> None:
        stack.kill(target)
        revive(stack, target)


async def _left(url: str, forgotten: Mapping[str, str]) -> list[str]:
    """Those of the keys that the server still has with their former value."""
    async with Redis.from_url(url, decode_responses=True) as redis:
        return [key for key, value in forgotten.items() if await redis.get(key) == value]


def forget(*targets: str) -> Declaration:
    """Restart these redis servers without their data."""
    return member(FORGET, *targets)
