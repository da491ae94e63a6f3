"""A customer of the shop in a process of Locust: prepared by a run, or one that registers itself, by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

import gevent
from locust.contrib.fasthttp import FastHttpSession
from locust.exception import StopUser
from pydantic import JsonValue

from chaos.client.sandboxes import GOOD_CARD
from chaos.load.operations import READ_ACCOUNT, REGISTER
from chaos.observations.catalogue import LIST_PRODUCTS
from chaos.observations.identity import LOG_IN, READ_PRODUCT
from chaos.observations.orders import AUTHORISE_PAYMENT, COMPLETE_ORDER, PLACE_ORDER, READ_ORDER
from harness.history import Row
from harness.load.in_process import LoadProcess
from harness.load.requests import Reply, Requests

ATTEMPTS = 6
"""Requests for one order, while it is not known what became of it."""
POLLS = 40
LONGEST_WAIT_S = 2.0
PASSWORD = "by-hand-password"  # noqa: S105 - accounts of a throw-away shop
MADE = 201
ACCEPTED = 202
FOUND = 200


@dataclass
class Customer:
    """What a customer does, one request after the other. `random` is the visit's own."""

    requests: Requests
    row: Mapping[str, JsonValue]
    world: Mapping[str, JsonValue]
    random: Random

    def product(self) -> str:
        """The id of some product. Raises StopUser when there is none."""
        products = self.world.get("products")
        if not isinstance(products, list) or not products:
            raise StopUser
        chosen = self.random.choice(products)
        return str(chosen["id"]) if isinstance(chosen, dict) else ""

    def orders(self, key: str, product_id: str, quantity: int = 1) -> Mapping[str, JsonValue] | None:
        """Place an order, with the same key until it is known what became of it, and wait for it; the order if reserved."""
        address = self.row["address"]
        items: list[JsonValue] = [{"product_id": product_id, "quantity": quantity}]
        sent: Row = {"user_id": self.row["user_id"], "key": key, "items": items, "delivery_address": address}
        body = {"items": items, "delivery_address": address}
        reply = self._until_known(
            lambda: self.requests.send(PLACE_ORDER, sent, "POST", "/orders", body=body, headers={"Idempotency-Key": key})
        )
        if reply.status == MADE:
            return reply.body
        return self._decided(reply.text("id"), "PENDING") if reply.status == ACCEPTED else None

    def pays(self, order: Mapping[str, JsonValue]) -> None:
        """Have the provider authorise the total, complete the order, and wait until it is decided."""
        order_id, total = str(order["id"]), order.get("total")
        if not isinstance(total, dict):
            return
        sent: Row = {"order_id": order_id, "amount": total, "method": GOOD_CARD}
        body: Row = {"amount": total, "reference": order_id, "method": GOOD_CARD}
        paid = self.requests.send(AUTHORISE_PAYMENT, sent, "POST", f"{self.world['provider']}/v1/payments", body=body)
        if paid.status != MADE:
            return
        payment = paid.text("id")
        completing: Row = {"order_id": order_id, "payment_id": payment}
        path, by = f"/orders/{order_id}/complete", {"payment_id": payment}
        reply = self._until_known(lambda: self.requests.send(COMPLETE_ORDER, completing, "POST", path, body=by))
        if reply.status == ACCEPTED:
            self._decided(order_id, "RESERVED")

    def looks_at(self, product_id: str) -> Reply:
        """GET /products/{id}."""
        sent: Row = {"product_id": product_id}
        return self.requests.send(READ_PRODUCT, sent, "GET", f"/products/{product_id}")

    def reads_own_account(self) -> Reply:
        """GET /users/me."""
        return self.requests.send(READ_ACCOUNT, {"user_id": self.row["user_id"]}, "GET", "/users/me")

    def _decided(self, order_id: str, undecided: str) -> Mapping[str, JsonValue] | None:
        """Read an order until it has another status than that; the order if it is reserved then."""
        for _ in range(POLLS):
            reply = self.requests.send(READ_ORDER, {"order_id": order_id}, "GET", f"/orders/{order_id}")
            if reply.status == FOUND and reply.text("status") != undecided:
                return reply.body if reply.text("status") == "RESERVED" else None
            self._wait(reply)
        return None

    def _until_known(self, ask: Callable[[], Reply]) -> Reply:
        reply = ask()
        for _ in range(ATTEMPTS - 1):
            if not reply.unknown:
                break
            self._wait(reply)
            reply = ask()
        return reply

    def _wait(self, reply: Reply) -> None:
        """Wait the answer's Retry-After, at most LONGEST_WAIT_S, times 0.5 to 1.5 as jitter."""
        asked = 0.2 if reply.retry_after_s is None else reply.retry_after_s
        gevent.sleep(min(asked, LONGEST_WAIT_S) * (0.5 + self.random.random()))


def prepared(process: LoadProcess, session: FastHttpSession, row: Mapping[str, JsonValue]) -> Requests:
    """The requests of a customer that a run has prepared; gateways are used in turn."""
    gateways = process.world.get("gateways")
    found = gateways if isinstance(gateways, list) else []
    name = str(row["name"])
    session.base_url = str(found[sum(name.encode()) % len(found)])
    headers = row.get("headers")
    return Requests(
        process, session, name, {key: str(value) for key, value in headers.items()} if isinstance(headers, dict) else {}
    )


def by_hand(process: LoadProcess, session: FastHttpSession, random: Random) -> tuple[Requests, Mapping[str, JsonValue]]:
    """A customer that registers and logs in. Raises StopUser when the shop refuses it."""
    name = f"load-{random.getrandbits(48):012x}"
    requests = Requests(process, session, name)
    email = f"{name}@load.shop.example"
    account: dict[str, JsonValue] = {"email": email, "password": PASSWORD}
    registered = requests.send(REGISTER, {}, "POST", "/auth/register", body={**account, "name": name})
    session_said = requests.send(LOG_IN, {}, "POST", "/auth/login", body=account)
    token = session_said.text("access_token")
    if registered.status != MADE or not token:
        raise StopUser
    requests.headers = {"Authorization": f"Bearer {token}"}
    address: dict[str, JsonValue] = {
        "recipient": name,
        "street": "Load Street 1",
        "city": "Bern",
        "postal_code": "3000",
        "country": "CH",
    }
    return requests, {"name": name, "user_id": session_said.text("user", "id"), "address": address}


def goods(requests: Requests) -> Sequence[JsonValue]:
    """The first products of the catalogue, for customers that nothing was prepared for."""
    items = requests.send(LIST_PRODUCTS, {}, "GET", "/products?page_size=20").body.get("items")
    return items if isinstance(items, list) else []
