"""Who sends bad requests, what they speak of, and what the databases hold about both."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pymysql
import pytest
from pymysql.cursors import DictCursor

from harness.stack.attach import AttachedStack
from tests.integration.shop import PASSWORD, Customer, Rows, log_in

Rowset = list[dict[str, Any]]


@dataclass(frozen=True)
class Stage:
    """A customer and a product that all bad requests share: they must look the same before and after each of them."""

    customer: Customer
    product: str
    order: str


@pytest.fixture(scope="session")
async def stage(gateway: httpx.AsyncClient, admin: dict[str, str]) -> Stage:
    """Made once: no bad request changes it."""
    email = f"{uuid.uuid4().hex}@shop.example"
    made = await gateway.post("/auth/register", json={"email": email, "password": PASSWORD, "name": "Eve"})
    assert made.status_code == 201, made.text
    body = {"name": "Prop", "price": {"minor_units": 1, "currency": "EUR"}}
    product = await gateway.post("/products", json=body, headers=admin)
    assert product.status_code == 201, product.text
    path = f"/products/{product.json()['id']}/stock"
    stock = await gateway.put(path, json={"available": 10}, headers=admin)
    assert stock.status_code == 200, stock.text
    return Stage(await log_in(gateway, email, PASSWORD), product.json()["id"], str(uuid.uuid4()))


@pytest.fixture(scope="session")
def rows_of(stack: AttachedStack, stage: Stage) -> Iterator[Callable[[], dict[str, Rowset]]]:
    """The rows a bad request could have touched, and those it could have added.

    Not whole tables: other tests run beside these. One connection per schema for all of them: there are many.
    """
    with ExitStack() as opened:
        user, product, order = (opened.enter_context(_connected(stack, schema)) for schema in ("user", "product", "order"))

        def look() -> dict[str, Rowset]:
            return {
                "account": user("SELECT * FROM users WHERE id = %s", stage.customer.id),
                "accounts added": user("SELECT id FROM users WHERE email LIKE '%%bad-input%%'"),
                "orders": order("SELECT id FROM orders WHERE user_id = %s", stage.customer.id),
                "product": product("SELECT * FROM products WHERE id = %s", stage.product),
                "products added": product("SELECT id FROM products WHERE name LIKE 'Bad input%%' OR TRIM(name) = ''"),
                "categories added": product("SELECT id FROM categories WHERE name LIKE 'Bad input%%' OR TRIM(name) = ''"),
                "stock": product("SELECT available, reserved, sold FROM stock WHERE product_id = %s", stage.product),
                "movements": product("SELECT * FROM stock_movements WHERE product_id = %s", stage.product),
            }

        yield look


@contextmanager
def _connected(stack: AttachedStack, schema: str) -> Iterator[Rows]:
    access = stack.mysql(schema)
    connection = pymysql.connect(
        host=access.host,
        port=access.port,
        user=access.user,
        password=access.password,
        database=access.schema,
        autocommit=True,
        cursorclass=DictCursor,
    )

    def rows(sql: str, *arguments: Any) -> Rowset:
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return list(cursor.fetchall())

    with connection:
        yield rows
