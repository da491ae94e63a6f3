"""A fault can prove that it dropped bytes on every server: with our page of effects, or with a real Toxiproxy's counters.

Those outlive a deleted proxy of the same name, and the server outlives a test session: every proxy here has a name of its own.
"""

import uuid

import pytest

from harness.direction import Direction
from harness.proxy.client import EffectsState, ProxyApiError, ProxyClient
from harness.waiting import wait_until_async
from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, connect, read


async def test_what_a_toxic_swallowed_is_dropped_by_the_end_of_the_connection_and_nothing_before(
    api: Api, echoing: Peer
) -> None:
    edge = f"edge-{uuid.uuid4()}"
    address = api.proxy(echoing.address, edge)
    async with ProxyClient(api.server.url) as client:
        assert (await client.effects(edge)).upstream.dropped == 0
        with connect(address) as connection:
            connection.sendall(b"whole")
            read(connection, 5)
        await client.add_toxic(edge, "timeout", stream=Direction.UPSTREAM, timeout=0)
        with connect(address) as connection:
            connection.sendall(b"lost")

        async def counted() -> EffectsState | None:
            now = await client.effects(edge)
            return now if now.upstream.dropped else None

        effects = await wait_until_async(counted, what="dropped bytes", timeout_s=20)
    assert effects.upstream.dropped == 4
    assert effects.downstream.dropped == 0
    assert effects.complete is api.server.is_ours


async def test_an_unknown_proxy_is_refused_on_every_server(api: Api) -> None:
    async with ProxyClient(api.server.url) as client:
        with pytest.raises(ProxyApiError, match="proxy not found"):
            await client.effects("nothing")
