"""kill_waiting: SIGKILL of the instance that waits for the answer to a capture or refund that is done already.

The target is found by polling the sagas during the run; it is not drawn from the seed.
"""

from collections import Counter
from collections.abc import Mapping
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Protocol

from harness.experiment import Proof
from harness.faults.control import HasStack
from harness.faults.inventory import Declaration, Inventory
from harness.faults.kill import KILL, Kill
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.waiting import wait_until_async

KILL_WAITING = "kill_waiting"
FOUND_S = 5.0
"""How long it polls for such an instance."""


class HasSagas(HasStack, Protocol):
    """A subject whose sagas capture and refund."""

    async def waiting(self, moved: str) -> Mapping[str, str]:
        """Orders whose saga has not recorded a done `moved` (capture, refund), with the instance that executes it."""


@fault_kind(KILL_WAITING)
class KillWaiting:
    """Kills its member with the most sagas that wait for a done capture or refund (`moved`); heals by starting it again."""

    def __init__(self, spec: FaultSpec, within_s: float = FOUND_S) -> None:
        self.spec = spec
        self.moved = spec.text("moved")
        self.within_s = within_s
        self._victim: Kill | None = None
        self._left = 0

    @property
    def hit(self) -> tuple[str, ...]:
        """See Fault: the member that was killed; empty before."""
        return self._victim.spec.members if self._victim else ()

    async def assume(self, subject: HasSagas) -> None:
        """See Fault."""
        for candidate in self.spec.members:
            await _kill(candidate).assume(subject)

    async def inject(self, subject: HasSagas) -> None:
        """See Fault. Raises WaitTimeout when no member has such a saga."""

        async def look() -> Mapping[str, str]:
            found = await subject.waiting(self.moved)
            return {order: name for order, name in found.items() if name in self.spec.members}

        found = await wait_until_async(look, what=f"an instance waits for a {self.moved}", timeout_s=self.within_s)
        having = Counter(found.values())
        victim = max(self.spec.members, key=having.__getitem__)
        self._victim = _kill(victim)
        await self._victim.inject(subject)
        # Read again after the kill: a saga that got its answer before it is no longer among them.
        still = await subject.waiting(self.moved)
        self._left = sum(name == victim and order in still for order, name in found.items())

    async def prove(self, subject: HasSagas) -> Proof:
        """See Fault: the process is gone, and sagas whose capture or refund is done are unfinished."""
        if self._victim is None:
            return Proof(effective=False, detail="nobody was killed")
        gone = await self._victim.prove(subject)
        return Proof(
            effective=gone.effective and self._left > 0,
            detail=f"{gone.detail}; it left {self._left} sagas behind that waited for a {self.moved} that had happened",
        )

    async def heal(self, subject: HasSagas) -> str:
        """See Fault."""
        return await self._victim.heal(subject) if self._victim else "nobody was killed"


def _kill(member: str) -> Kill:
    return Kill(FaultSpec(kind=KILL, members=(member,)))


def kill_waiting(moved: str, *candidates: str) -> Declaration:
    """Kill the one of these that waits for the answer to a `capture` or a `refund` that has happened."""

    def declared(inventory: Inventory, _random: Random) -> FaultSpec:
        members = inventory.require(*candidates)
        return FaultSpec(kind=KILL_WAITING, members=members, one_of_them=True, parameters={"moved": moved})

    return declared
