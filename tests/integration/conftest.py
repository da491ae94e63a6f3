"""What tests on the running shop start from: clients of its doors, customers, products, and its databases to look into.

`stack`, `gateway`, `namespace` and `history` come from the harness's pytest plugin, `shop` from chaos.pytest_plugin.
"""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import grpc
import httpx
import pymysql
import pymysql.cursors
import pytest

from harness.stack.attach import AttachedStack
from tests.integration.shop import ADMIN_EMAIL, PASSWORD, Customer, Rows, log_in, service_channel


@pytest.fixture(scope="session")
async def provider(stack: AttachedStack) -> AsyncIterator[httpx.AsyncClient]:
    """The payment provider's sandbox."""
    async with httpx.AsyncClient(base_url=f"http://{stack.address('provider', 'http')}", timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
async def mailbox(stack: AttachedStack) -> AsyncIterator[httpx.AsyncClient]:
    """The mail server's sandbox."""
    async with httpx.AsyncClient(base_url=f"http://{stack.address('mailbox', 'http')}", timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
async def rpc(stack: AttachedStack) -> AsyncIterator[Callable[..., grpc.aio.Channel]]:
    """A channel to one instance of a service: rpc("order"), rpc("order", 2)."""
    async with AsyncExitStack() as opened:
        channels: dict[str, grpc.aio.Channel] = {}

        def channel(service: str, index: int = 1) -> grpc.aio.Channel:
            name = f"{service}-{index}"
            return channels.setdefault(name, service_channel(stack, stack.address(name, "grpc")))

        yield channel
        for one in channels.values():
            await opened.enter_async_context(one)


@pytest.fixture
def mysql(stack: AttachedStack) -> Iterator[Callable[[str], Rows]]:
    """SQL on a service's schema: mysql("order")("SELECT …", argument, …); changes are committed at once."""
    opened: list[pymysql.Connection[pymysql.cursors.DictCursor]] = []

    def connect(schema: str) -> Rows:
        access = stack.mysql(schema)
        connection = pymysql.connect(
            host=access.host,
            port=access.port,
            user=access.user,
            password=access.password,
            database=access.schema,
            autocommit=True,
            cursorclass=pymysql.cursors.DictCursor,
        )
        opened.append(connection)

        def rows(sql: str, *arguments: Any) -> list[dict[str, Any]]:
            with connection.cursor() as cursor:
                cursor.execute(sql, arguments)
                return list(cursor.fetchall())

        return rows

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture(scope="session")
async def admin(gateway: httpx.AsyncClient, stack: AttachedStack) -> dict[str, str]:
    """The first admin's Authorization header."""
    return (await log_in(gateway, ADMIN_EMAIL, stack.secret("admin"))).headers


@pytest.fixture
def new_user(gateway: httpx.AsyncClient) -> Callable[[], Awaitable[Customer]]:
    """A factory of customers who are logged in."""

    async def make() -> Customer:
        email = f"{uuid.uuid4().hex}@shop.example"
        body = {"email": email, "password": PASSWORD, "name": "Ada"}
        answer = await gateway.post("/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        return await log_in(gateway, email, PASSWORD)

    return make


@pytest.fixture
def new_product(gateway: httpx.AsyncClient, admin: dict[str, str]) -> Callable[..., Awaitable[str]]:
    """A factory of products in stock: await new_product(stock=10, price=1999)."""

    async def make(stock: int = 10, price: int = 1999, currency: str = "EUR") -> str:
        body = {
            "name": f"Thing {uuid.uuid4().hex[:8]}",
            "description": "",
            "price": {"minor_units": price, "currency": currency},
        }
        made = await gateway.post("/products", json=body, headers=admin)
        assert made.status_code == 201, made.text
        product = str(made.json()["id"])
        put = await gateway.put(f"/products/{product}/stock", json={"available": stock}, headers=admin)
        assert put.status_code == 200, put.text
        return product

    return make
