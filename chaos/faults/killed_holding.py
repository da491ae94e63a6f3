"""killed_holding: a consumer is killed while it has unacknowledged messages whose acknowledgement or commit was lost.

First one of its edges is partitioned one way: towards the broker, so that acknowledgements are lost, or towards the database,
so that nothing is stored. Then it is polled until it holds messages to which this applies, and killed with -9. When it is
blocked by others, the partition is healed and injected again once it holds nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

import stamina

from chaos.subject import RunningShop
from chaos.subject.in_flight import Count, busy, decided_since, stuck
from harness.direction import Direction
from harness.experiment import AssumptionError, Proof
from harness.faults.edge_fault import dropped_since, take_away
from harness.faults.edge_probe import ProbeResult, probe, silenced
from harness.faults.inventory import Declaration, Inventory
from harness.faults.kill import KILL, Kill
from harness.faults.registry import fault_kind
from harness.faults.spec import Edge, FaultSpec, SpecError
from harness.proxy.client import EffectsState
from harness.stack.view import StackView
from harness.waiting import WaitTimeout, wait_until_async

KILLED_HOLDING = "killed_holding"
TRY_S, TRIES = 3.0, 10
"""How long a consumer is polled for held messages, and how often its edge is partitioned for that."""
IDLE_S = 20.0
"""Within how many seconds it has to hold nothing."""
TOXIC = "killed_holding"

Holds = Callable[[StackView, str], Awaitable[Count]]
"""Starts a counter of what an instance holds while its edge is partitioned."""


@dataclass(frozen=True)
class Holding:
    """What a consumer can hold. With `busy`, its edge is partitioned only while that counts 0."""

    what: str
    holds: Holds
    busy: Holds | None = None


HOLDINGS: Mapping[str, Holding] = {
    "unacknowledged": Holding("orders stored and not acknowledged", decided_since),
    "uncommitted": Holding("commands taken and not stored", stuck, busy),
}
"""By the value of a spec's parameter `holding`."""


@fault_kind(KILLED_HOLDING)
class KilledHolding:
    """Drops what its member sends on its edge, waits until that holds something, and kills it."""

    hit: tuple[str, ...] = ()

    def __init__(self, spec: FaultSpec, holdings: Mapping[str, Holding] = HOLDINGS) -> None:
        self.spec = spec
        if len(spec.members) != 1 or len(spec.edges) != 1:
            raise SpecError(f"{KILLED_HOLDING} is done to one member and one edge of it")
        (self.member,), (self.edge,) = spec.members, spec.edges
        name = spec.text("holding")
        if name not in holdings:
            raise SpecError(f"{KILLED_HOLDING} knows no holding {name!r}; it knows {', '.join(holdings)}")
        self._holding = holdings[name]
        self._held = 0
        self._before: EffectsState | None = None
        self._seen = ProbeResult()
        self.try_s = TRY_S
        self._death = Kill(FaultSpec(kind=KILL, members=spec.members, edges=spec.edges))

    async def assume(self, subject: RunningShop) -> None:
        """See Fault."""
        await self._death.assume(subject)
        async with subject.proxy as proxy:
            if not (await proxy.effects(self.edge.name)).complete:
                self._seen = await probe((await proxy.proxy(self.edge.name)).listen)

    async def inject(self, subject: RunningShop) -> None:
        """See Fault. Raises WaitTimeout when the member never holds something, or never holds nothing."""
        async with subject.proxy as proxy:
            self._before = await proxy.effects(self.edge.name)
        async for attempt in stamina.retry_context(on=WaitTimeout, attempts=TRIES, timeout=None, wait_initial=0, wait_jitter=0):
            with attempt:
                await self._let_go(subject)  # of the messages that blocked it before
                await self._silence(subject)
                await self._until_it_holds(subject)
        await self._death.inject(subject)

    async def _silence(self, subject: RunningShop) -> None:
        if self._holding.busy is not None:
            await self._until_idle(await self._holding.busy(subject.stack, self.member))
        async with subject.proxy as proxy:
            await proxy.add_toxic(self.edge.name, "timeout", stream=Direction.UPSTREAM, name=TOXIC, timeout=0)

    async def _until_idle(self, look: Count) -> None:
        async def nothing() -> bool:
            return await look() == 0

        await wait_until_async(nothing, what=f"{self.member} holds nothing", timeout_s=IDLE_S)

    async def _until_it_holds(self, subject: RunningShop) -> None:
        look = await self._holding.holds(subject.stack, self.member)

        async def something() -> bool:
            self._held = await look()
            return self._held > 0

        await wait_until_async(something, what=f"{self.member} holds {self._holding.what}", timeout_s=self.try_s)

    async def _let_go(self, subject: RunningShop) -> None:
        async with subject.proxy as proxy:
            await take_away(proxy, self.edge.name, TOXIC)

    async def prove(self, subject: RunningShop) -> Proof:
        """See Fault. Bytes of before the injection prove nothing."""
        gone = await self._death.prove(subject)
        lost = await self._lost(subject)
        detail = f"{gone.detail}; {self._held} {self._holding.what}; {lost or 'nothing lost'} on {self.edge.name}"
        return Proof(effective=gone.effective and self._held > 0 and bool(lost), detail=detail)

    async def _lost(self, subject: RunningShop) -> str:
        """What was lost on the edge since the injection, in words; "" for nothing."""
        if self._before is None:
            return ""
        async with subject.proxy as proxy:
            if self._before.complete:
                lost = dropped_since(self.edge, self._before, await proxy.effects(self.edge.name))
                return f"{lost:,} bytes lost" if lost > 0 else ""
            now = await probe((await proxy.proxy(self.edge.name)).listen)
        return f"{self._seen} before, {now} now" if silenced(self._seen, now) else ""

    async def heal(self, subject: RunningShop) -> str:
        """See Fault."""
        await self._let_go(subject)
        return await self._death.heal(subject)


def killed_holding(target: str, callee: str, holding: str) -> Declaration:
    """Drop what `target` sends to `callee`, and kill it once it holds something (see HOLDINGS)."""

    def declared(inventory: Inventory, _random: Random) -> FaultSpec:
        inventory.require(target)
        edge = Edge(target, callee, (Direction.UPSTREAM,))
        if edge.name not in inventory.edges:
            raise AssumptionError(f"no edge that runs through a proxy is called {edge.name}")
        return FaultSpec(kind=KILLED_HOLDING, members=(target,), edges=(edge,), parameters={"holding": holding})

    return declared
