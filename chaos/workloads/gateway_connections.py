"""Gives every customer connections of its own to a gateway, so that a customer waits for the shop alone.

In a connection pool that many share, customers wait for each other inside the client, and that wait would be measured as
latency of the shop.
"""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import cycle

from chaos.client.shop import TIMEOUT
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer
from harness.recording.http import recorded_client


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
                    await leaving.enter_async_context(recorded_client(gateway, timeout=TIMEOUT, verify=context))
                ),
            )
            for buyer, gateway in zip(buyers, cycle(gateways), strict=False)
        ]
