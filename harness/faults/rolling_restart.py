"""rolling_restart: every instance of some services is stopped with SIGTERM and started again, one after the other.

An instance is stopped when its predecessor of the same service is ready; `at_once` services are restarted concurrently. The
restarts go on beside the workload; proved when every member runs as a new process.
"""

import asyncio
from collections.abc import Mapping, Sequence
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from harness.faults.control import HasStack, StackControl
from harness.faults.deaths import revive
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration, Inventory
from harness.faults.protocol import AssumptionError, Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec, SpecError
from harness.stack.capabilities import Restartable

ROLLING_RESTART = "rolling_restart"
GRACE_S = 20.0
"""Seconds from SIGTERM to SIGKILL."""


@fault_kind(ROLLING_RESTART)
class RollingRestart(StackFault):
    """Restarts its members; of its `walks`, one sequence per service, `at_once` go on at a time."""

    needs = (Restartable,)

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._walks = _walks(spec)
        self._free = asyncio.Semaphore(spec.integer("at_once"))
        self._before: Mapping[str, int | None] = {}
        self._killed: set[str] = set()
        self._walk: asyncio.Task[None] | None = None
        self._enough = asyncio.Event()

    async def inject(self, subject: HasStack) -> None:
        """See Fault. Returns when the restarts have begun."""
        self._before = {name: subject.stack.instance(name).pid for name in self.spec.members}
        self._walk = asyncio.create_task(self._replace_all(subject))

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        same = [name for name, pid in self._before.items() if subject.stack.instance(name).pid == pid]
        detail = f"{len(self._before) - len(same)} of {len(self._before)} instances are other processes than before"
        if self._killed:
            detail += f"; {', '.join(sorted(self._killed))} had to be killed: no stop within {GRACE_S:g} s"
        return Proof(effective=bool(self._before) and not same and not self._killed, detail=detail)

    async def heal(self, subject: HasStack) -> str:
        """See Fault. Restarts under way are completed; no others begin. Raises what a restart raised."""
        self._enough.set()
        try:
            if self._walk is not None:
                await self._walk
        finally:
            for name in self._before:
                await asyncio.to_thread(revive, subject.stack, name)
        return f"{len(self._before)} instances are ready"

    async def _replace_all(self, subject: HasStack) -> None:
        """Raises the first failure once every sequence has ended, so that no restart is cancelled half-way."""
        walks = [self._replace(subject, names) for names in self._walks]
        for failure in await asyncio.gather(*walks, return_exceptions=True):
            if failure is not None:
                raise failure

    async def _replace(self, subject: HasStack, names: Sequence[str]) -> None:
        async with self._free:
            for name in names:
                if self._enough.is_set():
                    return
                if not await asyncio.to_thread(subject.stack.terminate, name, GRACE_S):
                    self._killed.add(name)
                await asyncio.to_thread(self._while_stopped, subject.stack, name)
                await asyncio.to_thread(revive, subject.stack, name)

    def _while_stopped(self, stack: StackControl, name: str) -> None:
        """Between the stop of an instance and its start."""


def _walks(spec: FaultSpec) -> list[list[str]]:
    """The members of each service in the order of their replacement. Raises SpecError."""
    walks = spec.parameters.get("walks")
    if not isinstance(walks, list):
        raise SpecError(f"{spec.kind} needs walks, a list of lists of members")
    found = [[str(name) for name in walk] for walk in walks if isinstance(walk, list)]
    if tuple(name for walk in found for name in walk) != spec.members:
        raise SpecError(f"the walks of {spec.kind} are not those of its members")
    return found


def rolling_restart(*services: str, at_once: int = 2) -> Declaration:
    """Every instance of these services, in this order as far as `at_once` services at a time have one.

    The seed decides which instance of a service goes first. A service with one instance is unavailable meanwhile.
    """
    return rolling(ROLLING_RESTART, *services, at_once=at_once)


def rolling(kind: str, *services: str, at_once: int) -> Declaration:
    """The declaration of a fault of such a kind; see `rolling_restart`."""

    def declared(inventory: Inventory, random: Random) -> FaultSpec:
        walks = [list(inventory.instances(service)) for service in services]
        for service, names in zip(services, walks, strict=True):
            if len(names) < 2:
                raise AssumptionError(f"there is only one instance of {service}")
            random.shuffle(names)
        members = tuple(name for names in walks for name in names)
        return FaultSpec(kind=kind, members=members, parameters={"at_once": at_once, "walks": [[*names] for names in walks]})

    return declared
