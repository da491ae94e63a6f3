"""A customer tries everything there is with things that exist, and a shop that lets one thing pass is found out."""

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from chaos.client import Answer, Money, Product, Provider
from chaos.guarantees.private_to_owner import private_to_owner
from chaos.observations import identity
from chaos.observations.orders import ORDERS, PLACE_ORDER
from chaos.workloads.client_process import ClientProcess
from chaos.workloads.identity import Identity
from chaos.workloads.identity_customer import Customer
from chaos.workloads.identity_holder import AccountHolder, Habits
from chaos.workloads.token_verifiers import GatewayVerifier, TokenPair, Verifiers
from chaos.workloads.unauthorized_requests import UNAUTHORIZED_REQUESTS
from harness.history import History, Record, Recorder
from harness.recording.http import RecordingTransport
from harness.seed import Seed
from harness.verdict import Outcome

NAMES = ("ada", "bob", "eve")
PRODUCT = Product("the-product", "Lamp", Money(4999), category_id="the-category")


@dataclass
class FakeShop:
    """A shop and a payment provider of memory; the token of a user is its name. `lets_in` answers 200 to this request."""

    lets_in: str = ""
    orders: dict[str, str] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def answer(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.path
        who = request.headers.get("authorization", "").removeprefix("Bearer ")
        if path == "/auth/login":
            name = json.loads(request.content)["email"].partition("@")[0]
            user = {"id": name, "email": "", "name": name, "role": "USER"}
            return httpx.Response(200, json={"access_token": name, "refresh_token": name, "user": user})
        if path == "/v1/payments":
            return httpx.Response(201, json={"id": f"pay-{next(self._numbers)}", "status": "authorized"})
        if (method, path) == ("POST", "/orders"):
            return self._place(who, json.loads(request.content))
        if (method, path) == ("GET", "/orders"):
            return httpx.Response(200, json={"items": [{"id": order} for order, owner in self.orders.items() if owner == who]})
        if method == "GET" and path in ("/products/the-product", "/categories/the-category"):
            return httpx.Response(200, json={"id": path.rpartition("/")[2]})
        if self.lets_in and f"{method} {path}".endswith(self.lets_in):
            return httpx.Response(200, json={})
        return httpx.Response(404, json={"title": "Not found"})

    def _place(self, who: str, body: dict[str, object]) -> httpx.Response:
        order = f"order-{next(self._numbers)}"
        self.orders[order] = who
        total = {"minor_units": 4999, "currency": "EUR"}
        return httpx.Response(201, json={"id": order, "status": "RESERVED", "total": total, **body})


class Scene:
    """Three customers in a fake shop."""

    def __init__(self, shop: FakeShop) -> None:
        self.shop = shop
        self.records: list[Record] = []
        self.recorder = Recorder(self)

    def write(self, record: Record) -> None:
        self.records.append(record)

    async def _no_role(self, *_what: object) -> Answer | None:
        return None

    @asynccontextmanager
    async def customers(self) -> AsyncIterator[list[Customer]]:
        transport = RecordingTransport(httpx.MockTransport(self.shop.answer))
        async with httpx.AsyncClient(base_url="http://shop", transport=transport, trust_env=False) as http:
            verifiers = Verifiers((GatewayVerifier("gateway-1", http, PRODUCT.id),), ())
            yield [
                Customer(
                    AccountHolder(
                        client=ClientProcess(name, self.recorder),
                        user_id=name,
                        email=f"{name}@shop.example",
                        passwords=["password"],
                        verifiers=verifiers,
                        give_role=self._no_role,
                        random=Seed(1).stream(name),
                        habits=Habits(),
                    ),
                    Provider(http),
                    PRODUCT,
                )
                for name in NAMES
            ]

    async def plays(self) -> History:
        async with self.customers() as customers:
            for customer in customers:
                await customer.acquires()
            for customer in customers:
                name = customer.holder.client.name
                await customer.tries_unauthorized(
                    len(UNAUTHORIZED_REQUESTS), customers, TokenPair(f"{name}#1", name, name, name)
                )
        row = {"status": "RESERVED", "total_minor": None, "currency": None, "payment_id": "", "overdue": 0}
        address = dict.fromkeys(("recipient", "street", "city", "postal_code", "country"), "")
        stored = [
            {"id": order, "user_id": owner, "idempotency_key": order, **row, **address}
            for order, owner in self.shop.orders.items()
        ]
        self.recorder.observe(ORDERS, stored)
        self.recorder.observe(identity.USERS, [{"id": name, "role": "USER", "version": 1} for name in NAMES])
        return History(self.records)


async def test_everything_is_tried_with_what_exists() -> None:
    history = await Scene(FakeShop()).plays()
    assert {operation.name for operation in history.operations} <= Identity().operations
    verdict = private_to_owner.verdict(history)
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts["judged"] == len(NAMES) * len(UNAUTHORIZED_REQUESTS)
    assert verdict.counts["kinds of attempts"] == len(UNAUTHORIZED_REQUESTS)
    assert verdict.counts["attempts at nothing"] == 0


@pytest.mark.parametrize("lets_in", ["/cancel", "/role", "/users/me", "/stock", "DELETE /products/the-product"])
async def test_one_route_that_lets_a_stranger_pass_is_found(lets_in: str) -> None:
    verdict = private_to_owner.verdict(await Scene(FakeShop(lets_in=lets_in)).plays())
    assert verdict.outcome is Outcome.FAIL
    assert all("was answered 200" in violation.what for violation in verdict.evidence)


async def test_the_key_of_another_makes_an_order_of_ones_own() -> None:
    history = await Scene(FakeShop()).plays()
    keys = [str(operation.input["key"]) for operation in history.named(PLACE_ORDER)]
    owners = [f"{operation.input['user_id']}-first" for operation in history.named(PLACE_ORDER)]
    assert sum(key != owner for key, owner in zip(keys, owners, strict=True)) == len(NAMES)


async def test_no_token_is_on_record() -> None:
    assert "_token" not in repr((await Scene(FakeShop()).plays()).records)
