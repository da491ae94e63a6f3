"""Every customer has connections of its own, and the gateways share the customers."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx

from chaos.workloads.gateway_connections import spread_over_gateways


@dataclass(frozen=True)
class FakeBuyer:
    name: str
    shop: Any = field(default_factory=lambda: SimpleNamespace(through=lambda http: http))


async def test_nobody_waits_for_anybody_elses_connection() -> None:
    gateways = [SimpleNamespace(name="gateway-1"), SimpleNamespace(name="gateway-2")]
    stack = SimpleNamespace(instances=lambda _service: gateways, address=lambda name, _port: f"{name}:80")
    buyers: Any = [FakeBuyer(f"buyer-{number}") for number in range(5)]
    subject: Any = SimpleNamespace(stack=stack)
    async with spread_over_gateways(buyers, subject) as placed:
        clients: list[Any] = [buyer.shop for buyer in placed]
        assert len({id(client) for client in clients}) == 5
        assert [client.base_url.host for client in clients] == [f"gateway-{number % 2 + 1}" for number in range(5)]
        assert [buyer.name for buyer in placed] == [buyer.name for buyer in buyers]
    assert all(isinstance(client, httpx.AsyncClient) and client.is_closed for client in clients)
