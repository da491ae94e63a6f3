"""A gateway without a network: the application is called directly, the shop behind it is fake."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI

from system.gateway.app import create_app
from tests.unit.system.gateway.fakes import FakeShop, fake_shop, linked


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """Built once; each test puts its own shop behind it."""
    return create_app(fake_shop().parts)


@pytest.fixture
def shop() -> Iterator[FakeShop]:
    made = fake_shop()
    with linked(made):
        yield made


@pytest.fixture
async def client(app: FastAPI, shop: FakeShop) -> AsyncIterator[httpx.AsyncClient]:
    app.state.parts = shop.parts
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop", trust_env=False) as made:
        yield made
