"""kill_waiting: SIGKILL of the instance that waits for the answer to money that has moved: it must not move a second time.

Which instance that is shows only when it happens, so the target is found by looking, not drawn.
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
"""How long it looks for one that waits."""


class HasSagas(HasStack, Protocol):
    """A subject whose sagas move money."""

    async def waiting(self, moved: str) -> Mapping[str, str]:
        """Orders whose saga waits to hear of money that has moved already, and which instance has it."""


@fault_kind(KILL_WAITING)
class KillWaiting:
    """Kills the one of its members with the most sagas that wait for what has `moved`; heals by starting it again."""

    def __init__(self, spec: FaultSpec, within_s: float = FOUND_S) -> None:
        self.spec = spec
        self.moved = spec.text("moved")
        self.within_s = within_s
        self._victim: Kill | None = None
        self._left = 0

    @property
    def hit(self) -> tuple[str, ...]:
        """See Fault: known once it has been found."""
        return self._victim.spec.members if self._victim else ()

    async def assume(self, subject: HasSagas) -> None:
        """See Fault."""
        for candidate in self.spec.members:
            await _kill(candidate).assume(subject)

    async def inject(self, subject: HasSagas) -> None:
        """See Fault. Raises WaitTimeout when nobody waits."""

        async def look() -> Mapping[str, str]:
            found = await subject.waiting(self.moved)
            return {order: name for order, name in found.items() if name in self.spec.members}

        found = await wait_until_async(look, what=f"an instance waits for a {self.moved}", timeout_s=self.within_s)
        having = Counter(found.values())
        victim = max(self.spec.members, key=having.__getitem__)
        self._victim = _kill(victim)
        await self._victim.inject(subject)
        # Whoever has them by now: what the victim had heard it would have written down before it died.
        still = await subject.waiting(self.moved)
        self._left = sum(name == victim and order in still for order, name in found.items())

    async def prove(self, subject: HasSagas) -> Proof:
        """See Fault: it is gone, and has left sagas behind whose money had moved."""
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
