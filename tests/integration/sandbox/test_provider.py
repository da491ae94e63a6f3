"""The payment provider over HTTP, as the shop and the checkers see it."""

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from tests.integration.sandbox.running import Sandbox

EUR_10 = {"minor_units": 1000, "currency": "EUR"}


class Customer:
    """Pays one order at the provider."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.reference = str(uuid.uuid4())

    async def create(self, **fields: Any) -> dict[str, Any]:
        body = {"amount": EUR_10, "reference": self.reference} | fields
        answer = await self.http.post("/v1/payments", json=body)
        assert answer.status_code == 201, answer.text
        payment: dict[str, Any] = answer.json()
        return payment

    async def ask(self, payment_id: str, operation: str, key: str | None = None, body: Any = None) -> httpx.Response:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return await self.http.post(f"/v1/payments/{payment_id}/{operation}", headers=headers, json=body)

    async def ledger(self) -> list[dict[str, Any]]:
        answer = await self.http.get("/ledger", params={"reference": self.reference})
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    async def kinds(self) -> list[str]:
        return [entry["kind"] for entry in await self.ledger()]

    async def strike(self, operation: str, action: dict[str, Any], times: int | None = 1) -> None:
        rule = {"operation": operation, "match": {"reference": self.reference}, "times": times, "action": action}
        answer = await self.http.post("/script", json={"rules": [rule]})
        assert answer.status_code == 201, answer.text


@pytest.fixture
def customer(provider: Sandbox) -> Customer:
    return Customer(provider.http)


def error_code(answer: httpx.Response) -> str:
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["message"]
    code: str = error["code"]
    return code


async def test_a_payment_is_created_captured_and_refunded(customer: Customer) -> None:
    created = await customer.create()
    assert created["id"].startswith("pay_")
    assert (created["status"], created["amount"], created["reference"]) == ("authorized", EUR_10, customer.reference)
    captured = await customer.ask(created["id"], "capture")
    assert (captured.status_code, captured.json()["status"]) == (200, "captured")
    assert captured.json()["captured_minor_units"] == 1000
    refunded = await customer.ask(created["id"], "refund")
    assert (refunded.status_code, refunded.json()["status"]) == (200, "refunded")
    read = await customer.http.get(f"/v1/payments/{created['id']}")
    assert (read.status_code, read.json()) == (200, refunded.json())
    entries = await customer.ledger()
    assert [entry["kind"] for entry in entries] == ["authorize", "capture", "refund"]
    assert all(entry["amount"] == EUR_10 and entry["payment_id"] == created["id"] for entry in entries)
    assert [entry["at_monotonic"] for entry in entries] == sorted(entry["at_monotonic"] for entry in entries)


async def test_a_voided_payment_cannot_be_captured(customer: Customer) -> None:
    payment = await customer.create()
    assert (await customer.ask(payment["id"], "void")).json()["status"] == "voided"
    answer = await customer.ask(payment["id"], "capture")
    assert (answer.status_code, error_code(answer)) == (409, "payment_voided")
    assert await customer.kinds() == ["authorize", "void"]


async def test_a_second_key_does_not_capture_again(customer: Customer) -> None:
    payment = await customer.create()
    await customer.ask(payment["id"], "capture")
    answer = await customer.ask(payment["id"], "capture")
    assert (answer.status_code, error_code(answer)) == (409, "already_captured")
    assert await customer.kinds() == ["authorize", "capture"]


async def test_a_bad_card_is_declined_at_the_capture(customer: Customer) -> None:
    payment = await customer.create(method="card_declined")
    answer = await customer.ask(payment["id"], "capture", key=customer.reference)
    assert (answer.status_code, error_code(answer)) == (402, "card_declined")
    again = await customer.ask(payment["id"], "capture", key=customer.reference)
    assert (again.status_code, again.headers["Idempotent-Replayed"], again.json()) == (402, "true", answer.json())
    assert await customer.kinds() == ["authorize", "decline"]


async def test_a_key_is_answered_once_and_then_repeated(customer: Customer) -> None:
    payment = await customer.create()
    first = await customer.ask(payment["id"], "capture", key=customer.reference)
    again = await customer.ask(payment["id"], "capture", key=customer.reference, body={})
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    other = await customer.ask(payment["id"], "capture", key=customer.reference, body={"amount_minor_units": 5})
    assert (other.status_code, error_code(other)) == (422, "idempotency_key_reused")
    assert await customer.kinds() == ["authorize", "capture"]


async def test_a_creation_with_a_key_is_repeated_too(customer: Customer) -> None:
    body = {"amount": EUR_10, "reference": customer.reference}
    headers = {"Idempotency-Key": customer.reference}
    first, again = [await customer.http.post("/v1/payments", json=body, headers=headers) for _ in range(2)]
    assert (again.status_code, again.content, again.headers["Idempotent-Replayed"]) == (201, first.content, "true")
    assert await customer.kinds() == ["authorize"]


async def test_a_storm_of_one_key_has_one_effect_and_one_answer(customer: Customer) -> None:
    payment = await customer.create()
    await customer.strike("capture", {"kind": "delay", "ms": 100}, times=3)
    storm = [customer.ask(payment["id"], "capture", key=customer.reference) for _ in range(20)]
    answers = await asyncio.gather(*storm)
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert await customer.kinds() == ["authorize", "capture"]


async def test_a_storm_of_other_keys_has_one_effect(customer: Customer) -> None:
    payment = await customer.create()
    answers = await asyncio.gather(*(customer.ask(payment["id"], "capture") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    assert await customer.kinds() == ["authorize", "capture"]


@pytest.mark.parametrize("operation", ["capture", "refund", "void"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": ""}])
async def test_money_does_not_move_without_a_key(customer: Customer, operation: str, headers: dict[str, str]) -> None:
    payment = await customer.create()
    answer = await customer.http.post(f"/v1/payments/{payment['id']}/{operation}", headers=headers)
    assert (answer.status_code, error_code(answer)) == (400, "idempotency_key_missing")
    assert await customer.kinds() == ["authorize"]


async def test_a_key_can_be_too_long(customer: Customer) -> None:
    payment = await customer.create()
    answer = await customer.ask(payment["id"], "capture", key="k" * 256)
    assert (answer.status_code, error_code(answer)) == (400, "invalid_request")


@pytest.mark.parametrize("operation", ["capture", "refund", "void"])
async def test_an_unknown_payment_is_not_found(customer: Customer, operation: str) -> None:
    answer = await customer.ask("pay_none", operation)
    assert (answer.status_code, error_code(answer)) == (404, "payment_not_found")
    read = await customer.http.get("/v1/payments/pay_none")
    assert (read.status_code, error_code(read)) == (404, "payment_not_found")


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": {"minor_units": 0, "currency": "EUR"}},
        {"amount": {"minor_units": -5, "currency": "EUR"}},
        {"amount": {"minor_units": 0.4, "currency": "EUR"}},
        {"amount": {"minor_units": "10", "currency": "EUR"}},
        {"amount": {"minor_units": True, "currency": "EUR"}},
        {"amount": {"minor_units": 2**53, "currency": "EUR"}},
        {"amount": {"minor_units": 10, "currency": "euro"}},
        {"amount": 10},
        {"reference": ""},
        {"method": "gold"},
        {"colour": "red"},
    ],
)
async def test_payments_that_make_no_sense_are_refused(customer: Customer, fields: dict[str, Any]) -> None:
    body = {"amount": EUR_10, "reference": customer.reference} | fields
    answer = await customer.http.post("/v1/payments", json=body)
    assert (answer.status_code, error_code(answer)) == (400, "invalid_request")
    assert await customer.ledger() == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff"])
async def test_bodies_that_are_no_json_objects_are_refused(customer: Customer, content: bytes) -> None:
    for path in ("/v1/payments", "/script"):
        answer = await customer.http.post(path, content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, error_code(answer)) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("operation", "body", "status", "code"),
    [
        ("capture", {"amount_minor_units": 1001}, 422, "amount_too_large"),
        ("capture", {"amount_minor_units": 0}, 400, "invalid_request"),
        ("capture", {"amount": 5}, 400, "invalid_request"),
        ("refund", {"amount_minor_units": 5}, 400, "invalid_request"),
        ("void", [], 400, "invalid_request"),
    ],
)
async def test_commands_that_make_no_sense_are_refused(
    customer: Customer, operation: str, body: Any, status: int, code: str
) -> None:
    payment = await customer.create()
    answer = await customer.ask(payment["id"], operation, body=body)
    assert (answer.status_code, error_code(answer)) == (status, code)
    assert await customer.kinds() == ["authorize"]


async def test_unknown_routes_have_the_shape_of_all_errors(customer: Customer) -> None:
    answer = await customer.http.get("/v2/payments")
    assert (answer.status_code, error_code(answer)) == (404, "not_found")
    answer = await customer.http.delete("/ledger")
    assert (answer.status_code, error_code(answer)) == (405, "method_not_allowed")


async def test_a_scripted_failure_happens_as_often_as_it_should(customer: Customer) -> None:
    payment = await customer.create()
    await customer.strike("capture", {"kind": "fail", "status": 503}, times=2)
    answers = [await customer.ask(payment["id"], "capture", key=customer.reference) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert error_code(answers[0]) == "scripted_failure"
    rules = (await customer.http.get("/script")).json()["rules"]
    assert [(rule["operation"], rule["times"], rule["hits"]) for rule in rules] == [("capture", 2, 2)]
    assert rules[0]["action"] == {"kind": "fail", "status": 503, "when": "before"}
    assert await customer.kinds() == ["authorize", "capture"]


@pytest.mark.parametrize(("when", "effects"), [("before", ["authorize"]), ("after", ["authorize", "capture"])])
async def test_an_answer_is_lost_before_or_after_the_effect(customer: Customer, when: str, effects: list[str]) -> None:
    payment = await customer.create()
    await customer.strike("capture", {"kind": "drop", "when": when})
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending a response"):
        await customer.ask(payment["id"], "capture", key=customer.reference)
    assert await customer.kinds() == effects
    retried = await customer.ask(payment["id"], "capture", key=customer.reference)
    assert retried.json()["status"] == "captured"
    assert ("Idempotent-Replayed" in retried.headers) is (when == "after")
    assert await customer.kinds() == ["authorize", "capture"]


@pytest.mark.parametrize("operation", ["create", "get"])
async def test_reads_and_creations_can_be_dropped_too(customer: Customer, operation: str) -> None:
    await customer.strike(operation, {"kind": "drop"})
    with pytest.raises(httpx.RemoteProtocolError):
        await customer.http.get(f"/v1/payments/{(await customer.create())['id']}")


@pytest.mark.parametrize("when", ["before", "after"])
async def test_who_gives_up_on_a_late_answer_is_charged_all_the_same(customer: Customer, when: str) -> None:
    payment = await customer.create()
    await customer.strike("capture", {"kind": "delay", "ms": 300, "when": when})
    with pytest.raises(httpx.ReadTimeout):
        await customer.http.post(
            f"/v1/payments/{payment['id']}/capture", headers={"Idempotency-Key": customer.reference}, timeout=0.1
        )
    assert await customer.kinds() == (["authorize"] if when == "before" else ["authorize", "capture"])
    retried = await customer.ask(payment["id"], "capture", key=customer.reference)
    assert (retried.json()["status"], retried.headers["Idempotent-Replayed"]) == ("captured", "true")
    assert await customer.kinds() == ["authorize", "capture"]


async def test_a_scripted_decline(customer: Customer) -> None:
    payment = await customer.create()
    await customer.strike("capture", {"kind": "decline", "code": "stolen_card"})
    answer = await customer.ask(payment["id"], "capture")
    assert (answer.status_code, error_code(answer)) == (402, "stolen_card")
    assert await customer.kinds() == ["authorize", "decline"]


async def test_a_script_is_taken_whole_or_not_at_all(customer: Customer) -> None:
    good = {"action": {"kind": "drop"}}
    answer = await customer.http.post("/script", json={"rules": [good, {"action": {"kind": "delay", "ms": 60_001}}]})
    assert (answer.status_code, error_code(answer)) == (400, "invalid_request")
    assert (await customer.http.get("/script")).json() == {"rules": []}


async def test_a_deleted_script_strikes_no_more(customer: Customer) -> None:
    await customer.strike("create", {"kind": "fail", "status": 500}, times=None)
    assert (await customer.http.delete("/script")).status_code == 204
    assert (await customer.create())["status"] == "authorized"
