"""kill_waiting: SIGKILL of the instance that waits for the answer to money that has moved: it must not move a second time.

Which instance that is shows only when it happens, so the target is found by looking, not drawn.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Protocol

from chaos.faults.death import HasMembers
from chaos.faults.kill import Kill
from harness.experiment import Proof
from harness.waiting import wait_until_async

FOUND_S = 5.0
"""How long it looks for one that waits."""


class HasSagas(HasMembers, Protocol):
    """A subject whose sagas move money."""

    async def waiting(self, moved: str) -> Mapping[str, str]:
        """Orders whose saga waits to hear of money that has moved already, and which instance has it."""


class KillWaiting:
    """Kills the one of some instances with the most of such sagas; heals by starting it again."""

    def __init__(self, moved: str, *candidates: str, within_s: float = FOUND_S) -> None:
        self.moved = moved
        self.candidates = candidates
        self.within_s = within_s
        self._victim: Kill | None = None
        self._left = 0

    @property
    def target(self) -> str:
        """See Fault: known once it has been found."""
        return self._victim.target if self._victim else f"whichever of {', '.join(self.candidates)} waits for a {self.moved}"

    async def assume(self, subject: HasSagas) -> None:
        """See Fault."""
        for candidate in self.candidates:
            await Kill(candidate).assume(subject)

    async def inject(self, subject: HasSagas) -> None:
        """See Fault. Raises WaitTimeout when nobody waits."""

        async def look() -> Mapping[str, str]:
            found = await subject.waiting(self.moved)
            return {order: name for order, name in found.items() if name in self.candidates}

        found = await wait_until_async(look, what=f"an instance waits for a {self.moved}", timeout_s=self.within_s)
        having = Counter(found.values())
        victim = max(self.candidates, key=having.__getitem__)
        self._victim = Kill(victim)
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


def kill_waiting(moved: str, *candidates: str) -> Callable[[Random], KillWaiting]:
    """Kill the one of these that waits for the answer to a `capture` or a `refund` that has happened."""
    return lambda _random: KillWaiting(moved, *candidates)
