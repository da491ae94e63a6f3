"""A gateway without a network: the application is called directly, the shop behind it is fake."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from system.gateway.app import create_app
from tests.unit.system.gateway.fakes import FakeShop, fake_shop, linked


@pytest.fixture
def shop() -> Iterator[FakeShop]:
    made = fake_shop()
    with linked(made):
        yield made


@pytest.fixture
async def client(shop: FakeShop) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(shop.parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as made:
        yield made
