"""The shop's doors as tests use them: bodies, logins, payments, and waiting for what must come true."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc
import httpx

from chaos.client.service_instances import credential
from harness.loopback import NO_PROXY
from harness.recording.shown_metadata import ShownMetadata
from harness.stack.view import StackView

T = TypeVar("T")
Rows = Callable[..., list[dict[str, Any]]]
ADMIN_EMAIL = "admin@shop.example"
PASSWORD = "correct horse battery"
ADDRESS = {"recipient": "Ada Lovelace", "street": "Main St 1", "city": "London", "postal_code": "N1", "country": "GB"}


@dataclass(frozen=True)
class Customer:
    """A user who is logged in."""

    id: str
    email: str
    password: str
    headers: dict[str, str] = field(repr=False)


def service_channel(stack: StackView, address: str) -> grpc.aio.Channel:
    """A channel to a service, shown what services of the stack show each other."""
    return grpc.aio.insecure_channel(address, options=NO_PROXY, interceptors=[ShownMetadata(credential(stack))])


def order_of(product_id: str, quantity: int = 1) -> dict[str, Any]:
    """The body of POST /orders for one product."""
    return {"items": [{"product_id": product_id, "quantity": quantity}], "delivery_address": ADDRESS}


def key() -> dict[str, str]:
    """A fresh idempotency key, as a header."""
    return {"Idempotency-Key": str(uuid.uuid4())}


async def log_in(gateway: httpx.AsyncClient, email: str, password: str) -> Customer:
    """Log in. Fails the test when that is refused."""
    answer = await gateway.post("/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return Customer(body["user"]["id"], email, password, {"Authorization": f"Bearer {body['access_token']}"})


async def authorise(provider: httpx.AsyncClient, order: dict[str, Any], **changes: Any) -> str:
    """What the client does at the provider before it completes an order; the provider's payment id."""
    body = {"amount": order["total"], "reference": order["id"]} | changes
    answer = await provider.post("/v1/payments", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def eventually(probe: Callable[[], Awaitable[T]], accept: Callable[[T], bool], *, timeout_s: float = 20) -> T:
    """Ask until the answer is accepted; that answer. Fails with the last one after `timeout_s` seconds."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while not accept(answer := await probe()):
        assert asyncio.get_running_loop().time() < deadline, f"not within {timeout_s} s; last answer: {answer!r}"
        await asyncio.sleep(0.05)
    return answer
