"""The provider's HTTP API. Amounts are `{"minor_units": int, "currency": "EUR"}`; bodies and answers are JSON.

`POST /v1/payments` `{amount, reference, method?}` → 201 payment. `reference` is the order that is paid. `method` is
`card_ok` (default), `card_declined`, `card_insufficient_funds` or `card_expired`; a bad card shows at the capture.
An `Idempotency-Key` is heeded, not required.

`GET /v1/payments/{id}` → 200 payment: `{id, status, amount, reference, method, created_at, captured_minor_units,
refunded_minor_units, decline_code}`, status one of authorized, captured, refunded, voided, declined.

`POST /v1/payments/{id}/capture` `{amount_minor_units?}` (all of it by default), `POST …/refund` (all that was captured),
`POST …/void` → 200 payment. They require `Idempotency-Key`, 1 to 255 characters. The same key and request get the stored
answer, marked `Idempotent-Replayed: true`, be it a payment or an error; requests with one key wait for each other.
What a script answers, 400 and 404 are not stored.

`GET /ledger?reference=` → `{"entries": [{seq, at, at_monotonic, payment_id, reference, kind, amount, idempotency_key}]}`,
kind one of authorize, capture, refund, void, decline. `at_monotonic` is in seconds of CLOCK_MONOTONIC.
`GET /ledger/follow` → an empty line, then every new entry as a line of JSON as soon as it is written (`system.sandbox.feed`).

| Status | `error.code` |
|---|---|
| 400 | `invalid_request`, `idempotency_key_missing` |
| 402 | the code a capture was declined with: `card_declined`, `insufficient_funds`, `expired_card`, or the script's |
| 404 | `payment_not_found` |
| 409 | `already_captured`, `already_refunded`, `already_voided`, `not_captured`, `payment_declined`, `payment_refunded`,
        `payment_voided` |
| 422 | `idempotency_key_reused`, `amount_too_large` |

Rules of `POST /script` (see `system.sandbox.web`): `{"operation": "create|get|capture|refund|void" or null for any,
"match": {"reference"?, "payment_id"?}, "times": N or null, "action": A}`, where A is `{"kind": "fail", "status": 503}`,
`{"kind": "delay", "ms": 1500}` (at most 60000), `{"kind": "drop"}`, each with `"when": "before"` (default) or `"after"`
the effect, or `{"kind": "decline", "code": "card_declined"}` for captures.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from system.sandbox.feed import lines
from system.sandbox.provider.book import LedgerEntry, Receipt
from system.sandbox.provider.domain import (
    METHODS,
    Command,
    Money,
    NewPayment,
    Operation,
    Payment,
    Refusal,
    RefusalKind,
    Refused,
)
from system.sandbox.provider.rules import PaymentRules
from system.sandbox.provider.service import Provider
from system.sandbox.web import create_app as create_sandbox_app
from system.sandbox.web import error_answer

REPLAYED = {"Idempotent-Replayed": "true"}
PAYMENTS: TypeAdapter[Payment] = TypeAdapter(Payment)
ENTRIES: TypeAdapter[LedgerEntry] = TypeAdapter(LedgerEntry)
LARGEST_AMOUNT = 2**53 - 1  # what a JSON number carries exactly everywhere

STATUS_OF: dict[RefusalKind, HTTPStatus] = {
    RefusalKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RefusalKind.CONFLICT: HTTPStatus.CONFLICT,
    RefusalKind.DECLINED: HTTPStatus.PAYMENT_REQUIRED,
    RefusalKind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalKind.KEY_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
}

MinorUnits = Annotated[int, Field(ge=1, le=LARGEST_AMOUNT)]


class Body(BaseModel):
    """A request body: nothing is converted, unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AmountBody(Body):
    """An amount of money."""

    minor_units: MinorUnits
    currency: str = Field(pattern="^[A-Z]{3}$")


class PaymentBody(Body):
    """A payment to be created."""

    amount: AmountBody
    reference: str = Field(min_length=1, max_length=200)
    method: str = "card_ok"

    @field_validator("method")
    @classmethod
    def _known(cls, method: str) -> str:
        if method not in METHODS:
            raise ValueError(f"must be one of {', '.join(METHODS)}")
        return method


class CaptureBody(Body):
    """How much to capture."""

    amount_minor_units: MinorUnits | None = None


class EmptyBody(Body):
    """Nothing: refunds and voids are always of everything."""


class KeyMissing(Exception):
    """A request that moves money came without an idempotency key."""


Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=255)]


async def required_key(key: Key = None) -> str:
    """Return the idempotency key; raises `KeyMissing`."""
    if not key:
        raise KeyMissing
    return key


RequiredKey = Annotated[str, Depends(required_key)]


def create_app(provider: Provider) -> FastAPI:
    """Return the application that serves `provider`."""
    app = create_sandbox_app("Payment provider sandbox", provider.script, PaymentRules)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(KeyMissing, _key_missing)
    app.include_router(_payment_routes(provider))
    app.include_router(_ledger_route(provider))
    return app


def _payment_routes(provider: Provider) -> APIRouter:
    router = APIRouter(prefix="/v1/payments")

    @router.post("")
    async def create(body: PaymentBody, key: Key = None) -> Response:
        amount = Money(body.amount.minor_units, body.amount.currency)
        receipt = await provider.create(NewPayment(amount, body.reference, body.method), key or None)
        return _answer(receipt, HTTPStatus.CREATED)

    @router.get("/{payment_id}")
    async def get(payment_id: str) -> Payment:
        return await provider.get(payment_id)

    @router.post("/{payment_id}/capture")
    async def capture(payment_id: str, key: RequiredKey, body: CaptureBody | None = None) -> Response:
        minor_units = None if body is None else body.amount_minor_units
        return _answer(await provider.change(Command(Operation.CAPTURE, payment_id, minor_units), key))

    @router.post("/{payment_id}/refund")
    async def refund(payment_id: str, key: RequiredKey, _: EmptyBody | None = None) -> Response:
        return _answer(await provider.change(Command(Operation.REFUND, payment_id), key))

    @router.post("/{payment_id}/void")
    async def void(payment_id: str, key: RequiredKey, _: EmptyBody | None = None) -> Response:
        return _answer(await provider.change(Command(Operation.VOID, payment_id), key))

    return router


def _ledger_route(provider: Provider) -> APIRouter:
    router = APIRouter()

    @router.get("/ledger")
    async def ledger(reference: str | None = None) -> dict[str, list[LedgerEntry]]:
        return {"entries": provider.ledger(reference)}

    @router.get("/ledger/follow")
    async def follow() -> Response:
        return lines(provider.follow(), ENTRIES)

    return router


def _answer(receipt: Receipt, success: HTTPStatus = HTTPStatus.OK) -> Response:
    headers = REPLAYED if receipt.replayed else {}
    if isinstance(receipt.outcome, Refusal):
        return _refusal_answer(receipt.outcome, headers)
    payment: dict[str, Any] = PAYMENTS.dump_python(receipt.outcome, mode="json")
    return JSONResponse(payment, status_code=success, headers=headers)


def _refusal_answer(refusal: Refusal, headers: dict[str, str]) -> Response:
    return error_answer(STATUS_OF[refusal.kind], refusal.code, refusal.message, headers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for this one
    return _refusal_answer(error.refusal, {})


async def _key_missing(_: Request, __: Exception) -> Response:
    message = "send an Idempotency-Key header with every request that moves money"
    return error_answer(HTTPStatus.BAD_REQUEST, "idempotency_key_missing", message)
