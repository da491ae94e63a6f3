"""Gives every customer connections of its own to a gateway.

In a shared connection pool requests wait for a free connection, and that wait would be measured as latency of the shop.
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
    """The buyers, assigned to all gateways in turn: each uses one, and retries while that one is down."""
    gateways = [f"http://{subject.stack.address(each.name, 'http')}" for each in subject.stack.instances("gateway")]
    context = ssl.create_default_context()  # shared, because creating it takes most of the time of creating a client
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
