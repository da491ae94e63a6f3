"""A gateway of memory behind httpx.MockTransport: knows what demo-data and buyers ask for, and can be told to fail."""

import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from harness.recording.http import RecordingTransport

Handler = Callable[[httpx.Request], httpx.Response | None]


@dataclass
class FakeGateway:
    """`first` are answers (or errors) given before anything else, one per request."""

    first: list[int | Exception] = field(default_factory=list)
    stock: int = 10
    status: str = "RESERVED"
    asked: list[tuple[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    retry_after: str = "0"
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """A recorded client whose requests end here."""
        transport = RecordingTransport(httpx.MockTransport(self.answer))
        async with httpx.AsyncClient(base_url="http://shop", transport=transport, trust_env=False) as http:
            yield http

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What the gateway says."""
        path = request.url.path
        self.asked.append((request.method, path))
        if self.first:
            said = self.first.pop(0)
            if isinstance(said, Exception):
                raise said
            return httpx.Response(said, json={"title": "not now"}, headers={"retry-after": self.retry_after})
        if (request.method, path) == ("POST", "/orders"):
            return self._place(request)
        if path.startswith("/orders/"):
            return self._order(request, path.split("/")[2])
        if path == "/v1/payments":
            return httpx.Response(201, json={"id": "pay_1", "status": "authorized"})
        return httpx.Response(404, json={"title": "Not found", "code": "NOT_FOUND"})

    def _place(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["idempotency-key"]
        self.keys.append(key)
        body = json.loads(request.content)
        if key not in self.orders:
            if self.stock <= 0:
                return httpx.Response(409, json={"title": "Sold out", "code": "OUT_OF_STOCK"})
            self.stock -= 1
            self.orders[key] = {
                "id": f"order-{next(self._numbers)}",
                "status": self.status,
                "items": body["items"],
                "total": {"minor_units": 1999, "currency": "EUR"},
                "delivery_address": body["delivery_address"],
            }
        order = self.orders[key]
        if order["status"] == "PENDING":
            return httpx.Response(202, json={"id": order["id"], "status": "PENDING"}, headers={"location": "/orders/x"})
        return httpx.Response(201, json=order)

    def _order(self, request: httpx.Request, order_id: str) -> httpx.Response:
        order = next(order for order in self.orders.values() if order["id"] == order_id)
        if request.url.path.endswith("/complete"):
            order["status"] = "PAID"
        elif request.url.path.endswith("/cancel"):
            order["status"] = "CANCELLED"
        answer = httpx.Response(200, json=order)
        if order["status"] == "PENDING":
            order["status"] = "RESERVED"
        return answer
