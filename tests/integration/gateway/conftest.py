"""Who sends bad requests, what they speak of, and what the databases hold about both."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

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


@pytest.fixture
def rows_of(mysql: Callable[[str], Rows], stage: Stage) -> Callable[[], dict[str, Rowset]]:
    """The rows a bad request could have touched, and those it could have added.

    Not whole tables: other tests run beside these.
    """
    user, product, order = mysql("user"), mysql("product"), mysql("order")

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

    return look
