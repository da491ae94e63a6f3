"""Gives every customer connections of its own to a gateway, so that a customer waits for the shop alone.

In a connection pool that many share, customers wait for each other inside the client, and that wait would be measured as
latency of the shop.
"""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import cycle

import httpx

from chaos.client.shop import TIMEOUT
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer


@asynccontextmanager
async def spread_over_gateways(buyers: Sequence[Buyer], subject: RunningShop) -> AsyncIterator[Sequence[Buyer]]:
    """The buyers, assigned to all gateways in turn: each keeps to one, and asks again while that one is down."""
    gateways = [f"http://{subject.stack.address(each.name, 'http')}" for each in subject.stack.instances("gateway")]
    context = ssl.create_default_context()  # one for all: making it is what is slow about a client
    async with AsyncExitStack() as leaving:
        yield [
            replace(
                buyer,
                shop=buyer.shop.through(
                    await leaving.enter_async_context(
                        httpx.AsyncClient(base_url=gateway, timeout=TIMEOUT, verify=context, trust_env=False)
                    )
                ),
            )
            for buyer, gateway in zip(buyers, cycle(gateways), strict=False)
        ]
