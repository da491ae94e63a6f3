import asyncio

import httpx
import pytest

from system.gateway.app import create_app
from system.gateway.clients import remembered
from tests.unit.system.gateway.fakes import AS_ADA, FakeShop, fake_shop


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


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/products/nonsense", "/metrics", "/api-docs"])
async def test_head_is_get_without_the_body(client: httpx.AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)
    assert head.status_code == got.status_code
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.content == b""


async def test_head_is_not_post(client: httpx.AsyncClient) -> None:
    answer = await client.head("/auth/login")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_probe_asks_once_for_all_who_want_to_know() -> None:
    asked, now, may_answer = 0, 100.0, asyncio.Event()

    async def ask() -> bool:
        nonlocal asked
        asked += 1
        await may_answer.wait()
        return asked == 1

    probe = remembered(ask, 0.5, lambda: now)
    asking = [asyncio.create_task(probe()) for _ in range(5)]
    await asyncio.sleep(0)
    asking[0].cancel()
    may_answer.set()
    assert await asyncio.gather(*asking[1:]) == [True] * 4
    assert (await probe(), asked) == (True, 1)
    now = 100.6
    assert (await probe(), asked) == (False, 2)


async def test_beyond_its_limit_an_instance_is_busy_and_tells_how_it_is() -> None:
    shop = fake_shop(requests_at_once=1)
    held = asyncio.Event()

    async def late(_request: object) -> object:
        held.set()
        await asyncio.Event().wait()
        return None

    shop.users.answers["VerifyToken"] = late
    transport = httpx.ASGITransport(create_app(shop.parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", trust_env=False) as client:
        waiting = asyncio.create_task(client.get("/users/me", headers=AS_ADA))
        await held.wait()
        busy = await client.get("/users/me", headers=AS_ADA)
        assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (503, "BUSY", "1")
        assert (await client.get("/health/live")).status_code == 200
        waiting.cancel()
        await asyncio.wait((waiting,))
        assert (await client.get("/users/me")).status_code == 401
