"""The catalogue through REST, each change carried out: what an admin changes is what a visitor reads."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

Made = dict[str, Any]


async def _ok(asked: Awaitable[httpx.Response], status: int = 200) -> Made:
    answer = await asked
    assert answer.status_code == status, answer.text
    body: Made = answer.json() if answer.content else {}
    return body


async def test_a_category_is_renamed_moved_and_removed(gateway: httpx.AsyncClient, admin: dict[str, str]) -> None:
    names = [f"{name} {uuid.uuid4().hex[:8]}" for name in ("Root", "Child", "Renamed")]
    root = await _ok(gateway.post("/categories", json={"name": names[0]}, headers=admin), 201)
    child = await _ok(gateway.post("/categories", json={"name": names[1]}, headers=admin), 201)
    change = {"name": names[2], "parent_id": root["id"]}
    changed = await _ok(gateway.patch(f"/categories/{child['id']}", json=change, headers=admin))
    assert changed == {"id": child["id"], "name": names[2], "parent_id": root["id"]}
    read = await _ok(gateway.get(f"/categories/{child['id']}"))
    assert (read["name"], read["parent"]["id"]) == (names[2], root["id"])
    assert [each["id"] for each in (await _ok(gateway.get(f"/categories/{root['id']}")))["children"]] == [child["id"]]
    for each in (child, root):
        await _ok(gateway.delete(f"/categories/{each['id']}", headers=admin), 204)
    assert (await gateway.get(f"/categories/{root['id']}")).status_code == 404


async def test_a_product_is_changed_and_removed(
    gateway: httpx.AsyncClient, admin: dict[str, str], new_product: Callable[..., Awaitable[str]]
) -> None:
    product = await new_product()
    name = f"Shelf {uuid.uuid4().hex[:8]}"
    category = await _ok(gateway.post("/categories", json={"name": name}, headers=admin), 201)
    change = {
        "name": name,
        "description": "Oak.",
        "price": {"minor_units": 2999, "currency": "EUR"},
        "category_id": category["id"],
        "images": [{"url": "https://img.shop.example/shelf.jpg", "alt": "A shelf"}],
    }
    changed = await _ok(gateway.patch(f"/products/{product}", json=change, headers=admin))
    assert {key: changed[key] for key in change} == change
    query = {"name": name, "category_id": category["id"], "sort": "price_desc", "page": 1, "page_size": 5}
    page = await _ok(gateway.get("/products", params=query))
    assert (page["total"], page["items"]) == (1, [changed])
    await _ok(gateway.delete(f"/products/{product}", headers=admin), 204)
    assert (await gateway.get(f"/products/{product}")).status_code == 404


async def test_an_account_changes_its_address_and_password(
    gateway: httpx.AsyncClient, new_user: Callable[[], Awaitable[Any]]
) -> None:
    user = await new_user()
    email, password = f"{uuid.uuid4().hex}@shop.example", "another horse battery"
    change = {"name": "Ada King", "email": email, "password": password, "current_password": user.password}
    changed = await _ok(gateway.patch("/users/me", json=change, headers=user.headers))
    assert (changed["email"], changed["name"]) == (email, "Ada King")
    await _ok(gateway.post("/auth/login", json={"email": email, "password": password}))


async def test_a_page_of_the_largest_products_is_answered(gateway: httpx.AsyncClient, admin: dict[str, str]) -> None:
    mark, wide = uuid.uuid4().hex[:12], "\U0001f3ee"
    body = {
        "name": f"{mark} {wide * 180}",
        "description": wide * 4000,
        "price": {"minor_units": 1, "currency": "EUR"},
        "images": [{"url": f"https://shop.example/{number}".ljust(2000, "u"), "alt": wide * 200} for number in range(10)],
    }
    made = [await gateway.post("/products", json=body, headers=admin) for _ in range(100)]
    assert {each.status_code for each in made} == {201}, made[0].text
    page = await gateway.get("/products", params={"name": mark, "page_size": 100})
    assert (page.status_code, len(page.json().get("items", ()))) == (200, 100), page.text[:500]
    assert len(page.content) > 4 * 1024 * 1024, "it would have fitted into the library's own limit"
