import httpx
import pytest

from tests.unit.system.gateway.fakes import FakeShop


async def test_ready_when_all_is_there(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"broker": "ok", "user": "ok", "cache": "ok"}}


@pytest.mark.parametrize("name", ["broker", "user"])
async def test_not_ready_without_what_it_needs(shop: FakeShop, client: httpx.AsyncClient, name: str) -> None:
    shop.away.add(name)
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "NOT_READY")
    assert answer.json()[name] == "away"
    assert answer.headers["retry-after"] == "1"
    shop.away.clear()
    assert (await client.get("/health/ready")).status_code == 200


async def test_degraded_without_what_it_can_do_without(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.away.add("cache")
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


async def test_alive_whatever_is_away(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.away.update(("broker", "user", "cache"))
    assert (await client.get("/health/live")).json() == {"status": "live"}
