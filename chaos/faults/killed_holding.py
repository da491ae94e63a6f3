"""killed_holding: a consumer dies at a sure moment, with messages in its hands whose settling never got out.

First one of its edges is silenced: towards the broker, so that acknowledgements vanish, or towards the database, so that
nothing is stored. Then one looks until it holds something that this applies to, and only then it is killed with -9. Where it
got stuck with something that this does not apply to, it is let go and silenced again, once its hands are empty.
"""

from collections.abc import Awaitable, Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

import stamina

from chaos.faults.kill import Kill
from chaos.subject import RunningShop
from chaos.subject.in_flight import Count
from harness.experiment import AssumptionError, Proof
from harness.proxy.client import ProxyApiError
from harness.proxy.direction import Direction
from harness.stack.view import StackView
from harness.waiting import WaitTimeout, wait_until_async

TRY_S, TRIES = 3.0, 10
"""How long a consumer is looked at for something in its hands, and how often it is silenced for that."""
IDLE_S = 20.0
"""How long it may take to have nothing in its hands."""
TOXIC = "killed_holding"
NOT_FOUND = 404

Holds = Callable[[StackView, str], Awaitable[Count]]
"""Begins to look into the hands of an instance, which says nothing any more."""


class KilledHolding:
    """Silences what `target` says to `callee`, waits until it holds something, and kills it."""

    def __init__(self, target: str, callee: str, holds: Holds, what: str, busy: Holds | None = None) -> None:
        self.target = target
        self.edge = f"{target}->{callee}"
        self._holds = holds
        self._what = what
        self._busy = busy
        self._held = 0
        self.try_s = TRY_S
        self._death = Kill(target)

    async def assume(self, subject: RunningShop) -> None:
        """See Fault."""
        await self._death.assume(subject)
        if self.edge not in subject.stack.edges():
            raise AssumptionError(f"no edge that runs through a proxy is called {self.edge}")

    async def inject(self, subject: RunningShop) -> None:
        """See Fault. Raises WaitTimeout when the target's hands stay empty, or never get so."""
        async for attempt in stamina.retry_context(on=WaitTimeout, attempts=TRIES, timeout=None, wait_initial=0, wait_jitter=0):
            with attempt:
                await self._let_go(subject)  # of what it got stuck with the time before
                await self._silence(subject)
                await self._until_it_holds(subject)
        await self._death.inject(subject)

    async def _silence(self, subject: RunningShop) -> None:
        if self._busy is not None:
            await self._until_idle(await self._busy(subject.stack, self.target))
        async with subject.proxy as proxy:
            await proxy.add_toxic(self.edge, "timeout", stream=Direction.UPSTREAM, name=TOXIC, timeout=0)

    async def _until_idle(self, look: Count) -> None:
        async def nothing() -> bool:
            return await look() == 0

        await wait_until_async(nothing, what=f"{self.target} has empty hands", timeout_s=IDLE_S)

    async def _until_it_holds(self, subject: RunningShop) -> None:
        look = await self._holds(subject.stack, self.target)

        async def something() -> bool:
            self._held = await look()
            return self._held > 0

        await wait_until_async(something, what=f"{self.target} holds {self._what}", timeout_s=self.try_s)

    async def _let_go(self, subject: RunningShop) -> None:
        async with subject.proxy as proxy:
            try:
                await proxy.remove_toxic(self.edge, TOXIC)
            except ProxyApiError as error:
                if error.status != NOT_FOUND:  # it was not injected so far
                    raise

    async def prove(self, subject: RunningShop) -> Proof:
        """See Fault."""
        gone = await self._death.prove(subject)
        async with subject.proxy as proxy:
            lost = (await proxy.effects(self.edge)).upstream.dropped
        detail = f"{gone.detail}; {self._held} {self._what}; {lost:,} bytes lost on {self.edge}"
        return Proof(effective=gone.effective and self._held > 0 and lost > 0, detail=detail)

    async def heal(self, subject: RunningShop) -> str:
        """See Fault."""
        await self._let_go(subject)
        return await self._death.heal(subject)


def killed_holding(
    target: str, callee: str, holds: Holds, what: str, busy: Holds | None = None
) -> Callable[[Random], KilledHolding]:
    """Silence `target` towards `callee`, and kill it once it holds something, which `what` calls by name.

    With `busy`, it is silenced only when that sees nothing in its hands.
    """
    return lambda _random: KilledHolding(target, callee, holds, what, busy)
