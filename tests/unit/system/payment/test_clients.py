import asyncio
from collections.abc import Callable, Sequence

import httpx
import pytest

from system.common import deadlines
from system.common.errors import DeadlineExceeded, Unavailable
from system.payment.clients import ATTEMPTS, NotDefinite, ProviderClient, RetryBudget, http_client, read
from system.payment.domain import Money, Refusal, RemotePayment, RemoteStatus

BODY = {
    "id": "pay_1",
    "status": "captured",
    "amount": {"minor_units": 1999, "currency": "EUR"},
    "reference": "order",
    "captured_minor_units": 1999,
    "new": 1,
}
PRICE = Money(1999, "EUR")
CAPTURED = RemotePayment(RemoteStatus.CAPTURED, PRICE, "order", PRICE)
Answer = httpx.Response | Exception


def refusal(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "no"}})


class Provider:
    """Gives prepared answers, the last one for ever, and remembers what it was asked."""

    def __init__(self, *answers: Answer | Callable[[], Answer]) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        answer = answer() if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(provider: Provider, timeout_s: float = 5) -> ProviderClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(provider), base_url="http://provider.example", trust_env=False)
    return ProviderClient(http, timeout_s=timeout_s)


@pytest.mark.parametrize(
    ("response", "meaning"),
    [
        (httpx.Response(200, json=BODY), CAPTURED),
        (refusal(402, "card_declined"), Refusal("card_declined")),
        (refusal(402, "whatever they invent next"), Refusal("whatever they invent next")),
        (refusal(404, "payment_not_found"), Refusal("payment_not_found")),
        (refusal(409, "payment_voided"), Refusal("payment_voided")),
        (refusal(409, "already_captured"), Refusal("already_captured")),
    ],
)
def test_definite_answers(response: httpx.Response, meaning: RemotePayment | Refusal) -> None:
    assert read(response) == meaning


@pytest.mark.parametrize(
    "response",
    [
        refusal(400, "invalid_request"),
        refusal(401, "unauthorized"),
        refusal(404, "not_found"),
        refusal(409, "try_again"),
        refusal(422, "idempotency_key_reused"),
        refusal(429, "too_many"),
        refusal(500, "oops"),
        refusal(503, "payment_not_found"),
        httpx.Response(402, text="<html>"),
        httpx.Response(404, text="no such route"),
        httpx.Response(200, text=""),
        httpx.Response(200, json=BODY | {"status": "thinking"}),
        httpx.Response(200, json=[]),
        httpx.Response(302, json=BODY),
    ],
)
def test_answers_after_which_nothing_is_known(response: httpx.Response) -> None:
    with pytest.raises(NotDefinite):
        read(response)


@pytest.mark.parametrize("operation", ["capture", "refund", "void"])
async def test_what_moves_money_carries_a_key_of_its_own(operation: str) -> None:
    provider = Provider(httpx.Response(200, json=BODY))
    assert await getattr(client(provider), operation)("pay_1", "order-1") == CAPTURED
    (request,) = provider.requests
    assert (request.method, request.url.path) == ("POST", f"/v1/payments/pay_1/{operation}")
    assert request.headers["Idempotency-Key"] == f"{operation}:order-1:pay_1"


async def test_looking() -> None:
    provider = Provider(httpx.Response(200, json=BODY))
    assert await client(provider).get("pay_1") == CAPTURED
    assert (provider.requests[0].method, provider.requests[0].url.path) == ("GET", "/v1/payments/pay_1")
    assert await client(Provider(refusal(404, "payment_not_found"))).get("pay_1") is None


@pytest.mark.parametrize(
    "failures",
    [
        [refusal(503, "x")],
        [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("closed")],
    ],
)
async def test_a_short_illness_is_not_noticed_and_the_key_stays(failures: Sequence[Answer]) -> None:
    provider = Provider(*failures, httpx.Response(200, json=BODY))
    assert await client(provider).capture("pay_1", "order-1") == CAPTURED
    assert len(provider.requests) == len(failures) + 1
    assert {r.headers["Idempotency-Key"] for r in provider.requests} == {"capture:order-1:pay_1"}


async def test_a_definite_no_is_not_asked_for_twice() -> None:
    provider = Provider(refusal(402, "card_declined"))
    assert await client(provider).capture("pay_1", "order-1") == Refusal("card_declined")
    assert len(provider.requests) == 1


@pytest.mark.parametrize("failure", [refusal(503, "x"), httpx.ConnectError("refused"), refusal(400, "invalid_request")])
async def test_attempts_end(failure: Answer) -> None:
    provider = Provider(failure)
    with pytest.raises(Unavailable) as no:
        await client(provider).capture("pay_1", "order-1")
    assert no.value.retry_after_s
    assert len(provider.requests) == ATTEMPTS


async def test_the_callers_deadline_ends_it_too() -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError("never")

    http = httpx.AsyncClient(transport=httpx.MockTransport(never), base_url="http://provider.example", trust_env=False)
    with deadlines.within(0.05), pytest.raises(DeadlineExceeded):
        await ProviderClient(http, timeout_s=60).get("pay_1")
    provider = Provider(httpx.Response(200, json=BODY))
    with deadlines.within(0), pytest.raises(DeadlineExceeded):
        await client(provider).capture("pay_1", "order-1")
    assert provider.requests == []


async def test_when_the_budget_is_spent_a_request_is_made_once() -> None:
    provider = Provider(refusal(503, "x"))
    ill = client(provider)
    asked = 40
    answers = await asyncio.gather(*(ill.get("pay_1") for _ in range(asked)), return_exceptions=True)
    assert all(isinstance(a, Unavailable) for a in answers)
    assert len(provider.requests) - asked < asked, "with all their retries it would be three times as many"


def test_the_budget_fills_with_requests_and_with_time() -> None:
    now = 0.0
    budget = RetryBudget(lambda: now)
    spent = 0
    while budget.withdraw():
        spent += 1
    assert spent == RetryBudget.MOST
    for _ in range(5):
        budget.deposit()
    assert (budget.withdraw(), budget.withdraw()) == (True, False)
    now = 1.0
    assert [budget.withdraw() for _ in range(3)] == [True, True, False]
    now = 1000.0
    assert sum(budget.withdraw() for _ in range(100)) == RetryBudget.MOST


async def test_the_real_client_is_bounded_and_goes_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://elsewhere.example:1")
    async with http_client("http://provider.example", 2.0) as http:
        assert http.timeout == httpx.Timeout(2.0, connect=1.0)
        assert not http.trust_env
