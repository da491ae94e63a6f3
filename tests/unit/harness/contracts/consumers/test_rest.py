"""What a REST client uses is noted: operations, fields sent, statuses, and fields read of the JSON answers."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from harness.contracts.consumers.recorder import rest
from harness.contracts.consumers.recorder.facts import Fact
from harness.contracts.consumers.recorder.rest import ContractTransport, TrackedObject, read_as, tracked

HERE = "tests/unit/harness/contracts/consumers/"
ORDER = {"id": "o", "items": [{"product": "p", "quantity": 2}], "total": {"units": 3}, "note": None}


@dataclass(frozen=True)
class Item:
    product: str


@dataclass(frozen=True)
class Total:
    units: int


@dataclass(frozen=True)
class Order:
    id: str
    items: tuple[Item, ...]
    total: Total | None
    missing: str = ""


class Client:
    """Asks for one order."""

    def __init__(self, packages: tuple[str, ...] = (HERE,), status: int = 200) -> None:
        self.facts: set[Fact] = set()
        answers = httpx.MockTransport(lambda _: httpx.Response(status, json=ORDER))
        transport = ContractTransport(answers, packages, lambda *fact: self.facts.add(Fact(*fact)))
        self._http = httpx.AsyncClient(trust_env=False, transport=transport, base_url="http://shop")

    async def order(self) -> dict[str, Any]:
        body = {"payment": {"id": "p"}, "lines": [{"product": "p"}]}
        response = await self._http.post("/orders/7f1c1c0e-53a4-4a57-8d43-1a8f0a4a2b11/complete", json=body, params={"page": 1})
        return tracked(response, response.json())

    def of(self, what: str) -> set[str]:
        return {fact.value for fact in self.facts if fact.what == what}


async def test_the_exchange() -> None:
    client = Client()
    await client.order()
    assert {(f.kind, f.name) for f in client.facts} == {("rest", "POST /orders/{id}/complete")}
    assert {f.place for f in client.facts} == {f"{HERE}test_rest.py:Client.order"}
    assert client.of("codes") == {"200"}
    assert client.of("sends") == {"payment", "payment.id", "lines", "lines.product", "?page"}
    assert not client.of("reads")


async def test_reads_by_name() -> None:
    client = Client()
    body = await client.order()
    assert body == ORDER
    assert (body["items"][0]["product"], body["total"].get("units"), "note" in body) == ("p", 3, True)
    assert (body.get("nothing"), "nothing" in body) == (None, False)
    assert client.of("reads") == {"200 items", "200 items.product", "200 total", "200 total.units", "200 note"}


async def test_what_is_read_of_a_refusal_is_read_of_all() -> None:
    client = Client(status=409)
    assert (await client.order())["id"] == "o"
    assert (client.of("codes"), client.of("reads")) == ({"409"}, {"problem id"})


async def test_reads_of_a_dataclass_are_its_own() -> None:
    client = Client()
    read_as(await client.order(), Order)
    assert {(f.value, f.place.rpartition(":")[2]) for f in client.facts if f.what == "reads"} == {
        ("200 id", "Order"),
        ("200 items", "Order"),
        ("200 items.product", "Item"),
        ("200 total", "Order"),
        ("200 total.units", "Total"),
    }


@pytest.mark.parametrize("whole", [dict, list, lambda body: body.items(), lambda body: body.values(), lambda body: {**body}])
async def test_whoever_takes_all_reads_all(whole: Any) -> None:
    client = Client()
    body = await client.order()
    whole(body)
    assert client.of("reads") >= {"200 id", "200 items", "200 total", "200 note"}


async def test_requests_of_others_are_not_noted() -> None:
    client = Client(packages=("chaos/client/",))
    assert not isinstance(await client.order(), TrackedObject)
    assert not client.facts


def test_off_nothing_is_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONTRACTS_RECORD_DIR", raising=False)
    transport = httpx.MockTransport(lambda _: httpx.Response(204))
    assert rest.recorded(transport, packages=(HERE,)) is transport
