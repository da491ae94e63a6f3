"""Gives every customer connections of its own to a gateway.

In a shared connection pool requests wait for a free connection, and that wait would be measured as latency of the shop.
"""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import cache
from itertools import cycle

import httpx

from chaos.client.shop import TIMEOUT
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer
from harness.recording.http import recorded_client


@asynccontextmanager
async def spread_over_gateways(buyers: Sequence[Buyer], subject: RunningShop) -> AsyncIterator[Sequence[Buyer]]:
    """The buyers, assigned to all gateways in turn: each uses one, and retries while that one is down."""
    gateways = [address for _, address in _gateways(subject)]
    async with AsyncExitStack() as leaving:
        yield [
            replace(buyer, shop=buyer.shop.through(await leaving.enter_async_context(_client(gateway))))
            for buyer, gateway in zip(buyers, cycle(gateways), strict=False)
        ]


@asynccontextmanager
async def gateway_clients(subject: RunningShop) -> AsyncIterator[Sequence[tuple[str, httpx.AsyncClient]]]:
    """A client of one's own for every gateway, with the gateway's name."""
    async with AsyncExitStack() as leaving:
        yield [(name, await leaving.enter_async_context(_client(address))) for name, address in _gateways(subject)]


def _gateways(subject: RunningShop) -> list[tuple[str, str]]:
    return [(each.name, f"http://{subject.stack.address(each.name, 'http')}") for each in subject.stack.instances("gateway")]


def _client(address: str) -> httpx.AsyncClient:
    return recorded_client(address, timeout=TIMEOUT, verify=_tls())


@cache
def _tls() -> ssl.SSLContext:
    """Shared, because creating it takes most of the time of creating a client."""
    return ssl.create_default_context()
