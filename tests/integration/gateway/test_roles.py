"""Who may do what, at every guarded door of the running shop; and that a change of role ends the tokens of the old one."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.integration.shop import PASSWORD, Customer, Rows, key, log_in, order_of

Users = Callable[[], Awaitable[Customer]]
SOMEBODY = "6b1f0c52-7d3e-4f0a-9a55-3c1d2e4f5a6b"  # the same in every xdist worker: it is part of the names of tests
PRICE = {"minor_units": 100, "currency": "EUR"}

ADMINS_ONLY: list[tuple[str, str, dict[str, Any] | None]] = [
    ("PATCH", f"/users/{SOMEBODY}/role", {"role": "ADMIN"}),
    ("POST", "/categories", {"name": "Forbidden"}),
    ("PATCH", f"/categories/{SOMEBODY}", {"name": "Forbidden"}),
    ("DELETE", f"/categories/{SOMEBODY}", None),
    ("POST", "/products", {"name": "Forbidden", "description": "", "price": PRICE}),
    ("PATCH", f"/products/{SOMEBODY}", {"name": "Forbidden"}),
    ("DELETE", f"/products/{SOMEBODY}", None),
    ("GET", f"/products/{SOMEBODY}/stock", None),
    ("PUT", f"/products/{SOMEBODY}/stock", {"available": 5}),
]
USERS_ONLY: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/users/me", None),
    ("PATCH", "/users/me", {"name": "Nobody"}),
    ("POST", "/orders", order_of(SOMEBODY)),
    ("GET", "/orders", None),
    ("GET", f"/orders/{SOMEBODY}", None),
    ("POST", f"/orders/{SOMEBODY}/complete", {"payment_id": "pay_1"}),
    ("POST", f"/orders/{SOMEBODY}/cancel", None),
]


@pytest.mark.parametrize(("method", "path", "body"), [*ADMINS_ONLY, *USERS_ONLY])
async def test_nobody_gets_in_without_a_token(gateway: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    answer = await gateway.request(method, path, json=body, headers=key())
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path", "body"), ADMINS_ONLY)
async def test_a_customer_is_no_admin(
    gateway: httpx.AsyncClient, new_user: Users, admin: dict[str, str], method: str, path: str, body: Any
) -> None:
    refused = await gateway.request(method, path, json=body, headers=(await new_user()).headers)
    assert refused.status_code == 403, refused.text
    allowed = await gateway.request(method, path, json=body, headers=admin)
    assert allowed.status_code in (200, 201, 204, 404), f"the same request opens the door to an admin: {allowed.text}"


async def test_nobody_raises_his_own_role(gateway: httpx.AsyncClient, new_user: Users, mysql: Callable[[str], Rows]) -> None:
    user = await new_user()
    smuggled = await gateway.patch("/users/me", json={"name": "Ada", "role": "ADMIN"}, headers=user.headers)
    assert smuggled.status_code == 422
    asked = await gateway.patch(f"/users/{user.id}/role", json={"role": "ADMIN"}, headers=user.headers)
    assert asked.status_code == 403
    (row,) = mysql("user")("SELECT role, version, name FROM users WHERE id = %s", user.id)
    assert (row["role"], row["version"]) == ("USER", 1)


async def test_a_new_role_needs_a_new_token(gateway: httpx.AsyncClient, new_user: Users, admin: dict[str, str]) -> None:
    user = await new_user()
    body = {"name": f"Category {uuid.uuid4().hex}"}
    raised = await gateway.patch(f"/users/{user.id}/role", json={"role": "ADMIN"}, headers=admin)
    assert (raised.status_code, raised.json()["role"]) == (200, "ADMIN")
    stale = await gateway.get("/users/me", headers=user.headers)
    assert (stale.status_code, stale.json()["code"]) == (401, "TOKEN_OUTDATED")
    promoted = await log_in(gateway, user.email, PASSWORD)
    assert (await gateway.post("/categories", json=body, headers=promoted.headers)).status_code == 201

    lowered = await gateway.patch(f"/users/{user.id}/role", json={"role": "USER"}, headers=admin)
    assert lowered.status_code == 200
    for _ in range(4):  # every instance of user is asked in turn
        old = await gateway.post("/categories", json={"name": uuid.uuid4().hex}, headers=promoted.headers)
        assert (old.status_code, old.json()["code"]) == (401, "TOKEN_OUTDATED")


async def test_reading_the_catalogue_is_free(gateway: httpx.AsyncClient) -> None:
    for path in ("/products", "/categories", "/health/live", "/health/ready", "/metrics", "/openapi.json", "/api-docs"):
        assert (await gateway.get(path)).status_code == 200, path
