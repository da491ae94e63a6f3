"""Outgoing calls: the payment provider over HTTP, the notification service over gRPC.

Every request to the provider may be repeated, the ones that move money because of their idempotency keys. Only what is
understood as a definite answer is one: anything else (5xx, timeouts, lost connections, answers that make no sense) is
Unavailable or DeadlineExceeded, and the money may or may not have moved.
"""

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus

import httpx
import stamina
from pydantic import BaseModel, ConfigDict, ValidationError
from shop.notification.v1 import notification_pb2, notification_pb2_grpc

from system.common import deadlines
from system.common.errors import DeadlineExceeded, Unavailable
from system.common.rpc_channel import Caller
from system.common.telemetry import log, outgoing_trace
from system.payment.domain import ALREADY_CAPTURED, Money, Refusal, RemotePayment, RemoteStatus

NOTIFICATION = "shop.notification.v1.NotificationService"
CONNECT_TIMEOUT_S = 1.0
ATTEMPTS = 4
NOT_FOUND = "payment_not_found"
CONFLICTS = frozenset(
    {ALREADY_CAPTURED, "already_refunded", "already_voided", "not_captured"}
    | {"payment_declined", "payment_refunded", "payment_voided"}
)


class _Amount(BaseModel):
    minor_units: int
    currency: str


class _Answer(BaseModel):
    """A payment on the wire; fields added by the provider later are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: RemoteStatus
    amount: _Amount
    reference: str
    captured_minor_units: int


class _Error(BaseModel):
    code: str


class _ErrorBody(BaseModel):
    error: _Error


class NotDefinite(Exception):
    """An answer after which nothing is known."""


class RetryBudget:
    """What may be spent on retries: a share of the requests made, and a few a second besides (as Finagle's).

    When the provider is ill, most requests are then made once, and retries do not keep it from getting well.
    """

    MOST = 20.0
    PER_REQUEST = 0.2
    PER_SECOND = 2.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen = clock()
        self._balance = self.MOST

    def deposit(self) -> None:
        """Count a request."""
        self._add(self.PER_REQUEST)

    def withdraw(self) -> bool:
        """Pay for a retry; False when there is not enough for one."""
        now, before = self._clock(), self._seen
        self._seen = now
        self._add((now - before) * self.PER_SECOND)
        if self._balance < 1:
            return False
        self._balance -= 1
        return True

    def _add(self, amount: float) -> None:
        self._balance = min(self.MOST, self._balance + amount)


def http_client(url: str, attempt_s: float) -> httpx.AsyncClient:
    """A client whose connects and reads are bounded, and which does not look for proxies in the environment."""
    return httpx.AsyncClient(
        base_url=url,
        timeout=httpx.Timeout(attempt_s, connect=min(CONNECT_TIMEOUT_S, attempt_s)),
        limits=httpx.Limits(max_connections=100),
        trust_env=False,
    )


class ProviderClient:
    """The payment provider. Methods raise Unavailable or DeadlineExceeded when nothing definite was learnt."""

    def __init__(self, http: httpx.AsyncClient, *, timeout_s: float) -> None:
        self._http = http
        self._timeout_s = timeout_s
        self._budget = RetryBudget()

    async def get(self, payment_id: str) -> RemotePayment | None:
        """The provider's payment, or None when there is none."""
        answer = await self._ask("GET", f"/v1/payments/{payment_id}")
        return answer if isinstance(answer, RemotePayment) else None

    async def capture(self, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        """Take all of the money that was authorised for an order; asked again, the answer is the same."""
        return await self._move("capture", payment_id, order_id)

    async def refund(self, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        """Give back all that was captured."""
        return await self._move("refund", payment_id, order_id)

    async def void(self, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        """Give up an authorisation: it can never be captured afterwards."""
        return await self._move("void", payment_id, order_id)

    async def _move(self, operation: str, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        key = f"{operation}:{order_id}:{payment_id}"
        return await self._ask("POST", f"/v1/payments/{payment_id}/{operation}", {"Idempotency-Key": key})

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> RemotePayment | Refusal:
        left_s = deadlines.remaining(self._timeout_s)
        if left_s <= 0:
            raise DeadlineExceeded("the deadline passed before the payment provider was asked", retry_after_s=1)
        self._budget.deposit()
        try:
            async with asyncio.timeout(left_s):
                async for attempt in stamina.retry_context(
                    on=self._worth_another,
                    attempts=ATTEMPTS,
                    timeout=left_s,
                    wait_initial=0.05,
                    wait_max=0.5,
                    wait_jitter=0.05,
                ):
                    with attempt:
                        return await self._attempt(method, path, headers or {})
        except TimeoutError as error:
            raise DeadlineExceeded("the payment provider did not answer in time", retry_after_s=1) from error
        except (httpx.HTTPError, NotDefinite) as error:
            log.warning("the payment provider gave no answer", error=repr(error))
            raise Unavailable("the payment provider gave no answer", retry_after_s=1) from error
        raise AssertionError("stamina either returns or raises")

    def _worth_another(self, error: Exception) -> bool:
        return isinstance(error, httpx.TransportError | NotDefinite) and self._budget.withdraw()

    async def _attempt(self, method: str, path: str, headers: dict[str, str]) -> RemotePayment | Refusal:
        return read(await self._http.request(method, path, headers={**outgoing_trace(), **headers}))


def read(response: httpx.Response) -> RemotePayment | Refusal:
    """What an answer of the provider means. Raises NotDefinite when that cannot be told."""
    try:
        if response.status_code == HTTPStatus.OK:
            body = _Answer.model_validate_json(response.content)
            currency = body.amount.currency
            amount, captured = Money(body.amount.minor_units, currency), Money(body.captured_minor_units, currency)
            return RemotePayment(body.status, amount, body.reference, captured)
        code = _ErrorBody.model_validate_json(response.content).error.code
    except ValidationError as error:
        raise NotDefinite(f"{response.status_code} with a body that is not understood") from error
    if _definite(response.status_code, code):
        return Refusal(code)
    if response.is_client_error:
        log.error("the payment provider does not accept what it was asked", status=response.status_code, code=code)
    raise NotDefinite(f"{response.status_code} {code}")


def _definite(status: int, code: str) -> bool:
    return (
        status == HTTPStatus.PAYMENT_REQUIRED
        or (status == HTTPStatus.NOT_FOUND and code == NOT_FOUND)
        or (status == HTTPStatus.CONFLICT and code in CONFLICTS)
    )


class Notifier:
    """The notification service."""

    def __init__(self, stub: "notification_pb2_grpc.NotificationServiceAsyncStub", caller: Caller) -> None:
        self._stub = stub
        self._caller = caller

    async def send_order_confirmation(self, request: notification_pb2.SendOrderConfirmationRequest) -> None:
        """Have an order's confirmation mailed, once however often this is called. Raises a ShopError."""
        await self._caller(self._stub.SendOrderConfirmation, request)
