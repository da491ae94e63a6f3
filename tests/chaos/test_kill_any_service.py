"""kill -9 of any one instance or server while orders flow: every order comes to rest afterwards, stock and money add up."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pymysql
import pymysql.cursors
import pytest

from harness.stack.providers import choose
from harness.stack.stack import Stack
from harness.stack.topology import Topology
from tests.integration.shop import ADMIN_EMAIL, PASSWORD, authorise, eventually, key, log_in, order_of

BUYERS = 8
STOCK = 1000
KILL_AFTER = 6
STOP_AFTER = 24
PATIENCE_S = 60
AT_EACH_COMMIT = ("order", "rabbitmq", "mysql", "redis-lock-1")
"""One of each kind: a service, the broker, the database, a Redis server."""
NIGHTLY = ("product", "payment", "notification", "user", "gateway", "redis-cache")
VICTIMS = (*AT_EACH_COMMIT, *(pytest.param(name, marks=pytest.mark.nightly) for name in NIGHTLY))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Stack]:
    topology = Topology.load(Path("system/services.toml"))
    settings = {"gateway": {"LOGIN_RATE": "100000/minute"}}
    folder = tmp_path_factory.mktemp("killed")
    with Stack(topology, choose(pytestconfig.getoption("--provider")).provider, folder=folder, environment=settings) as running:
        yield running


@dataclass
class Sale:
    """Buyers at work, and what they were told."""

    stack: Stack
    gateway: httpx.AsyncClient
    provider: httpx.AsyncClient
    product: str
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    time_to_kill: asyncio.Event = field(default_factory=asyncio.Event)

    async def buy(self, headers: dict[str, str]) -> None:
        """Place and pay, order after order; errors are what a killed instance looks like from outside: try again."""
        while not self.enough.is_set():
            with suppress(httpx.HTTPError):
                await self._one(headers)
            if len(self.paid) >= KILL_AFTER:
                self.time_to_kill.set()
            if len(self.paid) >= STOP_AFTER:
                self.enough.set()

    async def _one(self, headers: dict[str, str]) -> None:
        placed = await self.gateway.post("/orders", json=order_of(self.product), headers=headers | key())
        if placed.status_code not in (201, 202):
            return
        order = placed.json()
        self.acknowledged[order["id"]] = headers
        if placed.status_code != 201:
            return
        payment = await authorise(self.provider, order)
        answer = await self.gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=headers)
        if answer.status_code == 200:
            self.paid.add(order["id"])

    def rows(self, schema: str, sql: str) -> list[dict[str, Any]]:
        """Rows of a service's schema."""
        a = self.stack.mysql(schema)
        with (
            pymysql.connect(
                host=a.host,
                port=a.port,
                user=a.user,
                password=a.password,
                database=a.schema,
                cursorclass=pymysql.cursors.DictCursor,
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
            return list(cursor.fetchall())

    async def unrest(self) -> dict[str, int]:
        """What is still on its way, by kind; empty at rest."""
        found = {
            "pending orders": ("order", "SELECT id FROM orders WHERE status = 'PENDING'"),
            "active sagas": ("order", "SELECT id FROM sagas WHERE active"),
            "order outbox": ("order", "SELECT id FROM outbox"),
            "payment outbox": ("payment", "SELECT id FROM outbox"),
        }
        counts = {name: len(self.rows(schema, sql)) for name, (schema, sql) in found.items()}
        return {name: count for name, count in counts.items() if count}


async def customers(gateway: httpx.AsyncClient, count: int, prefix: str) -> list[dict[str, str]]:
    made = []
    for n in range(count):
        email = f"{prefix}-{n}@shop.example"
        await gateway.post("/auth/register", json={"email": email, "password": PASSWORD, "name": "Ada"})
        made.append((await log_in(gateway, email, PASSWORD)).headers)
    return made


@pytest.mark.timeout(240)
@pytest.mark.parametrize("service", VICTIMS)
async def test_the_books_add_up_after_a_kill(stack: Stack, service: str) -> None:
    base, outside = stack.base_url, f"http://{stack.address('provider', 'http')}"
    async with (
        httpx.AsyncClient(base_url=base, timeout=20, trust_env=False) as gateway,
        httpx.AsyncClient(base_url=outside, trust_env=False) as provider,
    ):
        admin = (await log_in(gateway, ADMIN_EMAIL, stack.secret("admin"))).headers
        body = {"name": f"Survivor of {service}", "description": "", "price": {"minor_units": 700, "currency": "EUR"}}
        product = (await gateway.post("/products", json=body, headers=admin)).json()["id"]
        put = await gateway.put(f"/products/{product}/stock", json={"available": STOCK}, headers=admin)
        assert put.status_code == 200, put.text
        sale = Sale(stack, gateway, provider, product)

        async with asyncio.TaskGroup() as buyers:
            for headers in await customers(gateway, BUYERS, service):
                buyers.create_task(sale.buy(headers))
            await asyncio.wait_for(sale.time_to_kill.wait(), PATIENCE_S)
            victim = stack.instances(service)[0].name
            await asyncio.to_thread(stack.kill, victim)
            assert not stack.instance(victim).alive
            await asyncio.to_thread(stack.boot, victim)
            await asyncio.to_thread(stack.wait_ready, victim)
            await asyncio.wait_for(sale.enough.wait(), PATIENCE_S)

        await eventually(sale.unrest, lambda found: not found, timeout_s=PATIENCE_S)
        await check_the_books(sale)


async def check_the_books(sale: Sale) -> None:
    orders = {
        r["id"]: r
        for r in sale.rows(
            "order", "SELECT o.id, o.status, o.total_minor, i.product_id FROM orders o JOIN order_items i ON i.order_id = o.id"
        )
        if r["product_id"] == sale.product
    }
    assert set(sale.acknowledged) <= set(orders), "an acknowledged order is gone"
    by_status = Counter(o["status"] for o in orders.values())
    assert sale.paid <= {key for key, o in orders.items() if o["status"] == "PAID"}

    (stock,) = [r for r in sale.rows("product", "SELECT * FROM stock") if r["product_id"] == sale.product]
    assert (stock["reserved"], stock["sold"]) == (by_status["RESERVED"], by_status["PAID"])
    assert stock["available"] + stock["reserved"] + stock["sold"] == STOCK

    entries = (await sale.provider.get("/ledger")).json()["entries"]
    captured = Counter(e["reference"] for e in entries if e["kind"] == "capture" and e["reference"] in orders)
    refunded = Counter(e["reference"] for e in entries if e["kind"] == "refund" and e["reference"] in orders)
    kept = captured - refunded
    assert dict(kept) == {key: 1 for key, o in orders.items() if o["status"] == "PAID"}, (
        "money taken does not match orders paid"
    )

    async with httpx.AsyncClient(base_url=f"http://{sale.stack.address('mailbox', 'http')}", trust_env=False) as mailbox:

        async def mailed() -> Counter[str]:
            items = (await mailbox.get("/messages")).json()
            return Counter(m["order_id"] for m in items if m["order_id"] in orders)

        wanted = Counter(key for key, o in orders.items() if o["status"] == "PAID")
        assert await eventually(mailed, lambda seen: sum(seen.values()) >= sum(wanted.values())) == wanted
