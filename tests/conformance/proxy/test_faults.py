"""Faults on edges do what they say on every server, prove it by counters where there are complete ones, and else by a probe.

Each kind is injected twice: through a client that shows the server's own page of effects, and through one that pretends that
there is none, as on a real Toxiproxy. A server that takes what it is asked and does not do it is found out both ways.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest

from harness.direction import Direction
from harness.faults.cut import cut
from harness.faults.inventory import Declaration, Inventory
from harness.faults.partition import partition
from harness.faults.registry import make
from harness.faults.stall import stall
from harness.faults.toxic import toxic
from harness.proxy.client import EffectsState, ProxyClient
from harness.seed import Seed
from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, connect, read, says_nothing

EDGE = "order-1->redis-lock-1"
INVENTORY = Inventory({"order": ("order-1",), "redis-lock-1": ("redis-lock-1",)}, (EDGE,))
FAULTS: dict[str, Declaration] = {
    "cut": cut(EDGE),
    "partition": partition(["order-1"], ["redis-lock-1"]),
    "partition of answers": partition(["redis-lock-1"], ["order-1"], one_way=True),
    "latency": toxic("latency", EDGE, latency=300),
    "latency upstream": toxic("latency", EDGE, stream=Direction.UPSTREAM, latency=300),
    "timeout": toxic("timeout", EDGE, timeout=0),
    "reset_peer": toxic("reset_peer", EDGE, timeout=0),
    "limit_data": toxic("limit_data", EDGE, bytes=4),
    "slicer": toxic("slicer", EDGE, average_size=4, size_variation=1, delay=20_000),
}


class Incomplete(ProxyClient):
    """Tells as little of effects as a real Toxiproxy."""

    async def effects(self, name: str) -> EffectsState:
        return replace(await super().effects(name), complete=False)


class Idle(ProxyClient):
    """Takes note of faults and does nothing."""

    async def add_toxic(self, *_: Any, **__: Any) -> Any:
        pass

    async def disable(self, name: str) -> Any:
        pass

    async def remove_toxic(self, *_: Any) -> None:
        pass


class IdleIncomplete(Idle, Incomplete):
    """Both."""


@dataclass(frozen=True)
class Shop:
    """A subject with one edge, whose traffic is what `knock` says."""

    api: Api
    address: str
    client: Callable[[str], ProxyClient]

    @property
    def stack(self) -> Any:
        return self

    @property
    def proxy(self) -> ProxyClient:
        return self.client(self.api.server.url)

    def edges(self) -> tuple[str, ...]:
        return (EDGE,)

    async def effective(self, declaration: Declaration) -> bool:
        """Whether the fault proves itself while a customer tries the edge; it is healed again."""
        fault = make(declaration(INVENTORY, Seed(1).stream("fault")))
        await fault.assume(self)
        with connect(self.address) as customer:
            customer.sendall(b"before")
            read(customer, 6)
            await fault.inject(self)
            try:
                await asyncio.to_thread(_knock, customer)
                return (await fault.prove(self)).effective
            finally:
                await fault.heal(self)


def _knock(customer: socket.socket) -> None:
    with suppress(OSError):
        customer.sendall(b"meanwhile")
        says_nothing(customer, 0.05)


@pytest.fixture
def address(api: Api, echoing: Peer) -> str:
    return api.proxy(echoing.address, EDGE)


@pytest.mark.parametrize("client", [ProxyClient, Incomplete])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_proves_itself_and_heals(api: Api, address: str, fault: str, client: type[ProxyClient]) -> None:
    shop = Shop(api, address, client)
    assert await shop.effective(FAULTS[fault])
    with connect(address) as customer:
        customer.sendall(b"after")
        assert read(customer, 5) == b"after"


@pytest.mark.parametrize("client", [Idle, IdleIncomplete])
async def test_ones_that_were_taken_note_of_and_not_done_do_not(api: Api, address: str, client: type[ProxyClient]) -> None:
    """All at the same time: nothing is done, so none disturbs another."""
    shop = Shop(api, address, client)
    proved = await asyncio.gather(*(shop.effective(declaration) for declaration in FAULTS.values()))
    assert [name for name, effective in zip(FAULTS, proved, strict=True) if effective] == []


async def test_a_stall_holds_everything_and_lets_it_go_in_order_when_it_heals(ours: Api, echoing: Peer) -> None:
    shop = Shop(ours, ours.proxy(echoing.address, EDGE), ProxyClient)
    fault = make(stall(EDGE)(INVENTORY, Seed(1).stream("fault")))
    await fault.assume(shop)
    with connect(shop.address) as customer:
        await fault.inject(shop)
        customer.sendall(b"first ")
        customer.sendall(b"second")
        assert says_nothing(customer, 0.1)
        assert (await fault.prove(shop)).effective
        await fault.heal(shop)
        assert read(customer, 12) == b"first second"


async def test_a_stall_needs_a_proxy_that_can_hold(ours: Api, echoing: Peer) -> None:
    shop = Shop(ours, ours.proxy(echoing.address, EDGE), Incomplete)
    with pytest.raises(Exception, match="needs the project's own proxy"):
        await make(stall(EDGE)(INVENTORY, Seed(1).stream("fault"))).assume(shop)
