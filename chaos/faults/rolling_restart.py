"""rolling_restart: every instance of some services is stopped with SIGTERM and started again, one after the other.

As a deployment does it: an instance goes when its predecessor of the same service is ready; a few services are under way at
once. The walk goes on beside the workload; it is proved when every one of them is another process than before.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Protocol

from chaos.faults.death import READY_S, InstanceLike
from harness.experiment import AssumptionError, Proof
from harness.stack.capabilities import Kill, Restart
from harness.stack.errors import NoSuchMember
from harness.stack.view import Instance

GRACE_S = 20.0
"""How long an instance may take to finish what it has begun."""


class Walkable(Protocol):
    """What this fault needs of a stack."""

    def can(self, name: str, capability: type[Kill] | type[Restart]) -> bool:
        """Whether a member has a capability."""

    def instances(self, service: str | None = None) -> Sequence[Instance]:
        """The instances of a service. Raises NoSuchMember."""

    def instance(self, name: str) -> InstanceLike:
        """A member as it is now."""

    def terminate(self, name: str, grace_s: float = ...) -> None:
        """SIGTERM; returns when it is gone."""

    def boot(self, name: str) -> None:
        """Start it again."""

    def wait_ready(self, name: str, timeout_s: float = ...) -> None:
        """Return when it is ready."""


class HasWalkable(Protocol):
    """A subject that can be deployed anew."""

    @property
    def stack(self) -> Walkable:
        """Its members."""


class RollingRestart:
    """Walks through the instances of `services`, `at_once` of these at a time; the seed decides which instance goes first."""

    def __init__(self, services: Sequence[str], at_once: int, random: Random) -> None:
        self.target = ", ".join(services)
        self._services = tuple(services)
        self._door = asyncio.Semaphore(at_once)
        self._random = random
        self._before: Mapping[str, int | None] = {}
        self._walk: asyncio.Task[None] | None = None
        self._enough = asyncio.Event()

    async def assume(self, subject: HasWalkable) -> None:
        """See Fault. One instance alone cannot be replaced without anybody's notice."""
        for service in self._services:
            try:
                instances = subject.stack.instances(service)
            except NoSuchMember as error:
                raise AssumptionError(str(error)) from error
            if len(instances) < 2:
                raise AssumptionError(f"there is only one instance of {service}")
            if lacking := [each.name for each in instances if not subject.stack.can(each.name, Restart)]:
                raise AssumptionError(f"{', '.join(lacking)} lack Restart with this provider")

    async def inject(self, subject: HasWalkable) -> None:
        """See Fault. Returns when the walk has begun."""
        self._before = {each.name: each.pid for service in self._services for each in subject.stack.instances(service)}
        self._walk = asyncio.create_task(self._replace_all(subject))

    async def prove(self, subject: HasWalkable) -> Proof:
        """See Fault."""
        same = [name for name, pid in self._before.items() if subject.stack.instance(name).pid == pid]
        detail = f"{len(self._before) - len(same)} of {len(self._before)} instances are other processes than before"
        return Proof(effective=bool(self._before) and not same, detail=detail)

    async def heal(self, subject: HasWalkable) -> str:
        """See Fault. Whoever is being replaced gets ready; nobody else is touched. Raises what the walk raised."""
        self._enough.set()
        try:
            if self._walk is not None:
                await self._walk
        finally:
            for name in self._before:
                await asyncio.to_thread(_revive, subject.stack, name)
        return f"{len(self._before)} instances are ready"

    async def _replace_all(self, subject: HasWalkable) -> None:
        """Raises the first failure once every walk has ended: none is cut off while it stops somebody."""
        walks = []
        for service in self._services:
            names = [each.name for each in subject.stack.instances(service)]
            self._random.shuffle(names)
            walks.append(self._replace(subject, names))
        for failure in await asyncio.gather(*walks, return_exceptions=True):
            if failure is not None:
                raise failure

    async def _replace(self, subject: HasWalkable, names: Sequence[str]) -> None:
        async with self._door:
            for name in names:
                if self._enough.is_set():
                    return
                await asyncio.to_thread(subject.stack.terminate, name, GRACE_S)
                await asyncio.to_thread(_revive, subject.stack, name)


def _revive(stack: Walkable, name: str) -> None:
    if not stack.instance(name).alive:
        stack.boot(name)
    stack.wait_ready(name, READY_S)


def rolling_restart(*services: str, at_once: int = 2) -> Callable[[Random], RollingRestart]:
    """Every instance of these services, in this order as far as `at_once` services at a time have one."""
    return lambda random: RollingRestart(services, at_once, random)
