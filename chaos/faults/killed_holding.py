"""killed_holding: a consumer dies at a sure moment, with messages in its hands whose settling never got out.

First one of its edges is silenced: towards the broker, so that acknowledgements vanish, or towards the database, so that
nothing is stored. Then one looks until it holds something that this applies to, and only then it is killed with -9.
"""

from collections.abc import Awaitable, Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.faults.kill import Kill
from chaos.subject import RunningShop
from chaos.subject.hands import Look
from harness.experiment import AssumptionError, Proof
from harness.proxy.client import ProxyApiError
from harness.proxy.direction import Direction
from harness.stack.view import StackView
from harness.waiting import wait_until_async

HELD_S = 20.0
"""How long a consumer may take to have something in its hands."""
TOXIC = "killed_holding"
NOT_FOUND = 404

Holds = Callable[[StackView, str], Awaitable[Look]]
"""Begins to look into the hands of an instance, which says nothing any more."""


class KilledHolding:
    """Silences what `target` says to `callee`, waits until it holds something, and kills it."""

    def __init__(self, target: str, callee: str, holds: Holds, what: str) -> None:
        self.target = target
        self.edge = f"{target}->{callee}"
        self._holds = holds
        self._what = what
        self._held = 0
        self._death = Kill(target)

    async def assume(self, subject: RunningShop) -> None:
        """See Fault."""
        await self._death.assume(subject)
        if self.edge not in subject.stack.edges():
            raise AssumptionError(f"no edge that runs through a proxy is called {self.edge}")

    async def inject(self, subject: RunningShop) -> None:
        """See Fault. Raises WaitTimeout when the target's hands stay empty."""
        async with subject.proxy as proxy:
            await proxy.add_toxic(self.edge, "timeout", stream=Direction.UPSTREAM, name=TOXIC, timeout=0)
        look = await self._holds(subject.stack, self.target)

        async def something() -> bool:
            self._held = await look()
            return self._held > 0

        await wait_until_async(something, what=f"{self.target} holds {self._what}", timeout_s=HELD_S)
        await self._death.inject(subject)

    async def prove(self, subject: RunningShop) -> Proof:
        """See Fault."""
        gone = await self._death.prove(subject)
        async with subject.proxy as proxy:
            lost = (await proxy.effects(self.edge)).upstream.dropped
        detail = f"{gone.detail}; {self._held} {self._what}; {lost:,} bytes lost on {self.edge}"
        return Proof(effective=gone.effective and self._held > 0 and lost > 0, detail=detail)

    async def heal(self, subject: RunningShop) -> str:
        """See Fault."""
        async with subject.proxy as proxy:
            try:
                await proxy.remove_toxic(self.edge, TOXIC)
            except ProxyApiError as error:
                if error.status != NOT_FOUND:  # it was not injected so far
                    raise
        return await self._death.heal(subject)


def killed_holding(target: str, callee: str, holds: Holds, what: str) -> Callable[[Random], KilledHolding]:
    """Silence `target` towards `callee`, and kill it once it holds something, which `what` calls by name."""
    return lambda _random: KilledHolding(target, callee, holds, what)
