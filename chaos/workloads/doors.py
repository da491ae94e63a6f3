"""Leads customers to the gateways, each with connections of its own: nobody waits for anybody's but the shop.

A pool that many share makes them wait for each other inside the client, and that would be taken for the shop's slowness.
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
async def at_the_doors(buyers: Sequence[Buyer], subject: RunningShop) -> AsyncIterator[Sequence[Buyer]]:
    """The buyers, spread over all gateways there are: each keeps to one, and asks again while that is away."""
    doors = [f"http://{subject.stack.address(gateway.name, 'http')}" for gateway in subject.stack.instances("gateway")]
    context = ssl.create_default_context()  # one for all: making it is what is slow about a client
    async with AsyncExitStack() as leaving:
        yield [
            replace(
                buyer,
                shop=buyer.shop.through(
                    await leaving.enter_async_context(
                        httpx.AsyncClient(base_url=door, timeout=TIMEOUT, verify=context, trust_env=False)
                    )
                ),
            )
            for buyer, door in zip(buyers, cycle(doors), strict=False)
        ]
