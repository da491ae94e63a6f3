"""demo-data fills a shop once, shows it twice, and says plainly what is wrong."""

import itertools
import json
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from chaos.client import RefusedError
from chaos.demo_data import ARTICLES, PEOPLE, Demo, command, fill

ADMIN = {"email": "admin@shop.example", "password": "secret"}


class FakeShop:
    """Accounts, categories and products in memory."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.categories: list[dict[str, Any]] = []
        self.products: list[dict[str, Any]] = []
        self.stock: dict[str, int] = {}
        self.written = 0
        self._ids = (f"id-{number}" for number in itertools.count(1))

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        kind = request.url.path.split("/")[1]
        if request.method != "GET" and not request.url.path.endswith("/login"):
            self.written += 1
        handler = {"auth": self._auth, "users": self._role, "categories": self._category, "products": self._product}[kind]
        return handler(request, body)

    def _auth(self, request: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        email = body["email"]
        if request.url.path.endswith("/register"):
            if email in self.users:
                return httpx.Response(409, json={"title": "Conflict"})
            account = {"id": next(self._ids), "email": email, "name": body["name"], "role": "USER", "is": body["password"]}
            self.users[email] = account
            return httpx.Response(201, json=self.users[email])
        if body == ADMIN:
            user = {"id": "root", "email": email, "name": "Admin", "role": "ADMIN"}
        elif self.users.get(email, {}).get("is") == body["password"]:
            user = self.users[email]
        else:
            return httpx.Response(401, json={"title": "Unauthorized", "detail": "wrong e-mail address or password"})
        return httpx.Response(200, json={"access_token": "t", "refresh_token": "r", "user": user})

    def _role(self, request: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        user = next(user for user in self.users.values() if user["id"] == request.url.path.split("/")[2])
        user["role"] = body["role"]
        return httpx.Response(200, json=user)

    def _category(self, request: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        if request.method == "GET":
            parent = request.url.params.get("parent_id")
            return httpx.Response(200, json={"items": [each for each in self.categories if each["parent_id"] == parent]})
        self.categories.append({"id": next(self._ids), **body})
        return httpx.Response(201, json=self.categories[-1])

    def _product(self, request: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        if request.url.path.endswith("/stock"):
            product = request.url.path.split("/")[2]
            if request.method == "PUT":
                self.stock[product] = body["available"]
            return httpx.Response(200, json={"product_id": product, "available": self.stock[product], "reserved": 0, "sold": 0})
        if request.method == "GET":
            found = [each for each in self.products if request.url.params["name"] in each["name"]]
            return httpx.Response(200, json={"items": found, "total": len(found)})
        self.products.append({"id": next(self._ids), **body})
        return httpx.Response(201, json=self.products[-1])


async def filled(shop: FakeShop, password: str = ADMIN["password"]) -> Demo:
    async with httpx.AsyncClient(base_url="http://shop", transport=httpx.MockTransport(shop.answer), trust_env=False) as http:
        return await fill(http, ADMIN["email"], password)


async def test_everything_is_made() -> None:
    shop = FakeShop()
    demo = await filled(shop)
    assert [login.email for login in demo.logins] == [ADMIN["email"], *(person.email for person in PEOPLE)]
    assert shop.users["barbara@shop.example"]["role"] == "ADMIN"
    assert [(shelf.name, shelf.available) for shelf in demo.shelves] == [(each.name, each.stock) for each in ARTICLES]
    assert all(product["images"] for product in shop.products)
    tree = {each["name"]: each["parent_id"] for each in shop.categories}
    assert tree["Lamps"] == next(each["id"] for each in shop.categories if each["name"] == "Home")


async def test_a_second_time_changes_nothing_and_shows_what_is_there() -> None:
    shop = FakeShop()
    first = await filled(shop)
    shop.stock[first.shelves[0].id] = 3
    shop.written = 0
    second = await filled(shop)
    assert shop.written == len(PEOPLE)  # registrations, each answered 409
    assert second.logins == first.logins
    assert second.shelves[0].available == 3
    assert second.shelves[1:] == first.shelves[1:]


async def test_a_wrong_password_is_told() -> None:
    with pytest.raises(RefusedError, match="wrong e-mail address or password"):
        await filled(FakeShop(), "guess")


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(command)
    return app


def test_nothing_running_is_told(app: typer.Typer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 4
    assert "start one with `gauntlet up`" in result.output


def test_a_url_needs_a_password(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["--url", "http://127.0.0.1:9"])
    assert result.exit_code == 2
    assert "--admin-password" in result.output
