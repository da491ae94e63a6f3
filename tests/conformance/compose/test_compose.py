"""One deployment, from `docker compose up --build` to `down`. The tests go on from one another, in this order."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from tests.conformance.compose.deployment import Deployment, docker
from tests.integration.shop import Customer, authorise, eventually, key, order_of

pytestmark = pytest.mark.timeout(1200)

INSTANCES = 3
BUYERS = 30
PROCESSES = ("user", "product", "order", "payment", "notification", "gateway", "provider", "mailbox")
READ_METRICS = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9090/metrics').read().decode())"


async def new_product(gateway: httpx.AsyncClient, admin: Customer, stock: int) -> str:
    body = {"name": "Thing", "description": "", "price": {"minor_units": 1999, "currency": "EUR"}}
    made = await gateway.post("/products", json=body, headers=admin.headers)
    assert made.status_code == 201, made.text
    put = await gateway.put(f"/products/{made.json()['id']}/stock", json={"available": stock}, headers=admin.headers)
    assert put.status_code == 200, put.text
    return str(made.json()["id"])


def counted(container: str, metric: str) -> float:
    """The sum over a metric's labels, from the instance's own metrics port."""
    text = docker("exec", container, "python", "-c", READ_METRICS)
    return sum(map(float, re.findall(rf"^{metric}(?:{{.*}})? (\S+)$", text, re.MULTILINE)))


def test_every_process_runs_without_rights_and_is_reached_from_this_machine_only(deployment: Deployment) -> None:
    for state in deployment.inspect([one for name in PROCESSES for one in deployment.containers(name)]):
        assert state["Config"]["User"] == "10001:10001"
        assert state["HostConfig"]["Init"] is True
        assert (
            docker("exec", state["Id"], "python", "-c", "import os; print(os.getuid(), os.access('/app', os.W_OK))")
            == "10001 False\n"
        )
    published = [
        binding["HostIp"]
        for state in deployment.inspect(deployment.containers())
        for bindings in state["NetworkSettings"]["Ports"].values()
        for binding in bindings or ()
    ]
    assert published == ["127.0.0.1"] * len(deployment.ports)


async def test_an_order_is_placed_paid_and_confirmed_by_mail(
    gateway: httpx.AsyncClient, provider: httpx.AsyncClient, mailbox: httpx.AsyncClient, admin: Customer, customer: Customer
) -> None:
    product = await new_product(gateway, admin, stock=10)
    placed = await gateway.post("/orders", json=order_of(product, 2), headers=customer.headers | key())
    assert placed.status_code == 201, placed.text
    payment = await authorise(provider, placed.json())
    paid = await gateway.post(f"/orders/{placed.json()['id']}/complete", json={"payment_id": payment}, headers=customer.headers)
    assert (paid.status_code, paid.json().get("status")) == (200, "PAID"), paid.text
    stock = (await gateway.get(f"/products/{product}/stock", headers=admin.headers)).json()
    assert (stock["available"], stock["reserved"], stock["sold"]) == (8, 0, 2)

    async def mails() -> list[dict[str, Any]]:
        return list((await mailbox.get("/messages")).json())

    assert len(await eventually(mails, bool)) == 1


async def test_instances_that_come_later_share_the_work(
    deployment: Deployment, gateway: httpx.AsyncClient, admin: Customer, customer: Customer
) -> None:
    await asyncio.to_thread(deployment.up, "--no-recreate", "--scale", f"order={INSTANCES}")
    containers = deployment.containers("order")
    assert len(containers) == INSTANCES
    product = await new_product(gateway, admin, stock=1000)

    async def place_and_read() -> list[tuple[float, float]]:
        placed = await gateway.post("/orders", json=order_of(product), headers=customer.headers | key())
        assert placed.status_code == 201, placed.text
        assert (await gateway.get(f"/orders/{placed.json()['id']}", headers=customer.headers)).status_code == 200
        return [(counted(one, "rpc_server_seconds_count"), counted(one, "consumer_batch_size_count")) for one in containers]

    await eventually(place_and_read, lambda shares: all(calls and batches for calls, batches in shares), timeout_s=40)


async def test_a_killed_instance_costs_no_order(
    deployment: Deployment, gateway: httpx.AsyncClient, provider: httpx.AsyncClient, admin: Customer, customer: Customer
) -> None:
    product = await new_product(gateway, admin, stock=BUYERS)
    victim = deployment.containers("order")[0]
    begun = asyncio.Event()

    async def buy() -> str:
        """One order, asked for with one key until it is acknowledged; its id."""
        once = key()

        async def ask() -> httpx.Response:
            answer = await gateway.post("/orders", json=order_of(product), headers=customer.headers | once)
            begun.set()
            return answer

        answer = await eventually(ask, lambda said: said.status_code != 503, timeout_s=60)
        assert answer.status_code in {201, 202}, answer.text
        return str(answer.json()["id"])

    async def kill() -> None:
        await begun.wait()
        await asyncio.to_thread(docker, "kill", victim)

    *orders, _ = await asyncio.gather(*(buy() for _ in range(BUYERS)), kill())
    assert victim not in deployment.containers("order")

    async def statuses() -> set[str]:
        answers = [await gateway.get(f"/orders/{order}", headers=customer.headers) for order in orders]
        return {str(answer.json().get("status", answer.status_code)) for answer in answers}

    await eventually(statuses, lambda seen: seen == {"RESERVED"}, timeout_s=60)
    stock = (await gateway.get(f"/products/{product}/stock", headers=admin.headers)).json()
    assert (len(set(orders)), stock["available"], stock["reserved"]) == (BUYERS, 0, BUYERS)

    order = (await gateway.get(f"/orders/{orders[0]}", headers=customer.headers)).json()
    payment = await authorise(provider, order)
    paid = await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=customer.headers)
    assert (paid.status_code, paid.json().get("status")) == (200, "PAID"), paid.text


def test_data_outlives_the_containers(deployment: Deployment) -> None:
    before = set(deployment.containers())
    deployment.compose("down")
    assert deployment.containers() == []
    deployment.up()
    assert not before & set(deployment.containers())


async def test_after_that_everything_is_as_it_was(gateway: httpx.AsyncClient, customer: Customer) -> None:
    orders = (await gateway.get("/orders", headers=customer.headers)).json()
    assert {order["status"] for order in orders["items"]} <= {"PAID", "RESERVED"}
    assert orders["items"]


def test_down_leaves_nothing(deployment: Deployment) -> None:
    assert all(deployment.left().values())
    deployment.down()
    assert deployment.left() == {"container": [], "volume": [], "network": []}
