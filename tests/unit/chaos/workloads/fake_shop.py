"""A shop of memory for workloads: a gateway that makes accounts and goods, the subject around it, and a record in memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from chaos.client import Provider, Shop
from harness.experiment import Context
from harness.experiment.triggers import RunProgress
from harness.history import History, Record, Recorder
from harness.seed import Seed
from tests.unit.chaos.fake_gateway import FakeGateway


class Kept(list[Record]):
    def write(self, record: Record) -> None:
        self.append(record)


class FrontDesk(FakeGateway):
    """A gateway that also lets accounts and goods be made."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/auth/login":
            body = {"access_token": "t", "refresh_token": "r", "user": {"id": "u", "email": "e", "name": "n", "role": "USER"}}
            return httpx.Response(200, json=body)
        if path == "/auth/register":
            return httpx.Response(201, json={"id": "u"})
        if path == "/products":
            price = {"minor_units": 1250, "currency": "EUR"}
            return httpx.Response(201, json={"id": "p", "name": "Lamp", "price": price})
        if path.endswith("/stock"):
            return httpx.Response(200, json={"product_id": "p", "available": 5000, "reserved": 0, "sold": 0})
        return super().answer(request)


@dataclass
class FlakyDesk(FrontDesk):
    """Every third request about an order is not answered: it takes effect, and 503 or nothing comes back, in turn."""

    _requests: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        answer = super().answer(request)
        if not request.url.path.startswith("/orders"):
            return answer
        self._requests += 1
        if self._requests % 6 == 0:
            raise httpx.ReadTimeout("late")
        return answer if self._requests % 3 else httpx.Response(503, json={"title": "not now"}, headers={"retry-after": "0"})


@dataclass
class AccountDesk(FrontDesk):
    """Keeps accounts apart: a token is its user and the version it was given for, and every change makes a new version."""

    versions: dict[str, int] = field(default_factory=dict)

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        user, _, version = request.headers.get("authorization", "").removeprefix("Bearer ").partition(":")
        match request.method, request.url.path.split("/")[1:]:
            case "POST", ["auth", "register"]:
                name = body["email"].partition("@")[0]
                return httpx.Response(201, json={"id": name, "email": body["email"], "name": name, "role": "USER"})
            case "POST", ["auth", "login"]:
                name = body["email"].partition("@")[0]
                account = {"id": name, "email": body["email"], "name": name, "role": "USER"}
                return httpx.Response(200, json={**self._pair(name), "user": account})
            case "POST", ["auth", "refresh"]:
                user, _, version = body["refresh_token"].partition(":")
                return httpx.Response(200, json=self._pair(user)) if self._stands(user, version) else httpx.Response(401)
            case "POST", ["categories"]:
                return httpx.Response(201, json={"id": "c", "name": "Lamps"})
            case "PATCH", ["users", "me"]:
                return self._changed(user) if self._stands(user, version) else httpx.Response(401)
            case "PATCH", ["users", other, "role"]:  # the admin speaks without a token here
                return httpx.Response(403) if user else self._changed(other)
            case "GET", ["users", "me"]:
                return httpx.Response(200 if self._stands(user, version) else 401, json={"id": user})
        return super().answer(request)

    def _changed(self, user: str) -> httpx.Response:
        self.versions[user] = self.versions.get(user, 1) + 1
        return httpx.Response(200, json={"id": user})

    def _stands(self, user: str, version: str) -> bool:
        return version == str(self.versions.get(user, 1))

    def _pair(self, user: str) -> dict[str, str]:
        token = f"{user}:{self.versions.get(user, 1)}"
        return {"access_token": token, "refresh_token": token}


@dataclass
class FakeShop:
    """One gateway behind two addresses; `addresses` are those of other members."""

    http: httpx.AsyncClient
    gateways: list[str]
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def shop(self) -> Shop:
        return Shop(self.http)

    @property
    def provider(self) -> Provider:
        return Provider(self.http)

    async def admin(self) -> Shop:
        return self.shop

    @property
    def stack(self) -> Any:
        members = [SimpleNamespace(name=name) for name in self.gateways]
        return SimpleNamespace(
            instances=lambda service: members if service == "gateway" else [],
            address=lambda name, _port: self.addresses.get(name, f"{name}:80"),
            secret=lambda name: f"secret-{name}",
        )


@asynccontextmanager
async def in_shop(gateway: FakeGateway, seed: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Any, Context, Kept]]:
    """The subject, the context and the record of a workload in front of this gateway, whatever connections it makes itself."""
    kept, progress = Kept(), RunProgress()
    recorder = Recorder(kept)
    recorder.listen(progress.update)

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)  # others have their turn, as they do while a real answer is awaited
        return gateway.answer(request)

    monkeypatch.setattr(httpx, "AsyncHTTPTransport", lambda **_options: httpx.MockTransport(answer))
    async with gateway.client() as http:
        context = Context(Seed(seed), recorder, progress, Path("unused"), lambda _text: None)
        yield FakeShop(http, ["gateway-1", "gateway-2"]), context, kept


async def played(workload: Any, gateway: FakeGateway, seed: int, monkeypatch: pytest.MonkeyPatch) -> History:
    """What a workload did in front of a gateway."""
    async with in_shop(gateway, seed, monkeypatch) as (subject, context, kept):
        drive = await workload.prepare(subject, context)
        await drive()
        return History(tuple(kept))
