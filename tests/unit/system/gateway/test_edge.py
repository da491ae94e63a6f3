import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from system.common.errors import DeadlineExceeded, Internal, TooManyRequests, Unauthenticated, Unavailable
from system.gateway.app import create_app
from tests.unit.system.gateway.fakes import AS_ADA, PRODUCT, WISH, FakeShop, fake_shop


def client_of(shop: FakeShop) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(shop.parts)), base_url="http://shop", trust_env=False)


async def test_what_nobody_expected_is_a_500_that_says_nothing(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["GetProduct"] = ZeroDivisionError("the secret is 42")
    with capture_logs() as logged:
        answer = await client.get(f"/products/{PRODUCT}")
    assert [(entry["event"], type(entry["exc_info"])) for entry in logged] == [("unexpected error", ZeroDivisionError)]
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-trace-id"] == answer.json()["trace_id"]


async def test_a_service_that_never_answers_is_503_in_time() -> None:
    shop = fake_shop(request_timeout_s=0.05)

    def never(_: object) -> Any:
        return asyncio.sleep(60)

    shop.products.answers["GetProduct"] = never
    async with client_of(shop) as client:
        answer = await client.get(f"/products/{PRODUCT}")
    assert (answer.status_code, answer.json()["code"]) == (503, "DEADLINE_EXCEEDED")
    assert answer.headers["retry-after"] == "1"


async def test_calls_get_no_more_time_than_the_request_has(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["GetProduct"] = Unavailable("away")
    await client.get(f"/products/{PRODUCT}")
    limited = fake_shop(request_timeout_s=1)
    limited.products.answers["GetProduct"] = Unavailable("away")
    async with client_of(limited) as other:
        await other.get(f"/products/{PRODUCT}")
    assert shop.products.timeouts == [shop.settings.call_timeout_s]
    assert 0.5 < limited.products.timeouts[0] <= 1


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (Unavailable("away"), 503, "1"),
        (Unavailable("away", retry_after_s=2.1), 503, "3"),
        (DeadlineExceeded("slow", retry_after_s=0.2), 503, "1"),
        (TooManyRequests("slow down", retry_after_s=7), 429, "7"),
        (Internal("a defect"), 500, None),
    ],
)
async def test_an_error_of_a_service_keeps_its_place_in_the_table(
    shop: FakeShop, client: httpx.AsyncClient, error: Exception, status: int, retry_after: str | None
) -> None:
    shop.products.answers["GetProduct"] = error
    answer = await client.get(f"/products/{PRODUCT}")
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == retry_after


async def test_facts_of_an_error_cannot_overwrite_the_problem(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["GetProduct"] = Unavailable("away", metadata={"status": "200", "product_id": PRODUCT})
    told = (await client.get(f"/products/{PRODUCT}")).json()
    assert (told["status"], told["product_id"]) == (503, PRODUCT)


async def test_a_wrong_method_is_told_all_right_ones(client: httpx.AsyncClient) -> None:
    for path, methods in (
        ("/users/me", "GET, HEAD, PATCH"),
        (f"/products/{PRODUCT}", "DELETE, GET, HEAD, PATCH"),
        (f"/products/{PRODUCT}/stock", "GET, HEAD, PUT"),
        ("/health/live", "GET, HEAD"),
    ):
        answer = await client.request("LOCK", path)
        assert (answer.status_code, answer.headers["allow"]) == (405, methods)


async def test_every_answer_forbids_guessing_and_framing(client: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/nowhere"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


async def test_a_body_in_chunks_is_read_whole(shop: FakeShop, client: httpx.AsyncClient) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for part in (b'{"email": "ada@shop', b'.example", "pass', b'word": 5}'):
            yield part

    answer = await client.post("/auth/login", content=slowly(), headers={"Content-Type": "application/json; charset=utf-8"})
    assert [fault["field"] for fault in answer.json()["errors"]] == ["password"]


async def raw_request(shop: FakeShop, *messages: Message, headers: tuple[tuple[bytes, bytes], ...] = ()) -> list[Message]:
    """A request to /auth/login as a server would pass it on; the body stalls after `messages`."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/auth/login",
        "raw_path": b"/auth/login",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), *headers],
    }
    waiting, sent = list(messages), list[Message]()

    async def receive() -> Message:
        return waiting.pop(0) if waiting else await asyncio.Event().wait()  # type: ignore[return-value]  # it never returns

    async def send(message: Message) -> None:
        sent.append(message)

    await create_app(shop.parts)(scope, receive, send)
    return sent


async def test_a_body_that_does_not_arrive_is_408() -> None:
    shop = fake_shop(body_timeout_s=0.05)
    part: Message = {"type": "http.request", "body": b"{", "more_body": True}
    start, body = await raw_request(shop, part, headers=((b"content-length", b"100"),))
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert json.loads(body["body"])["code"] == "REQUEST_TIMEOUT"


async def test_a_body_announced_too_large_is_refused_unread() -> None:
    start, _ = await raw_request(fake_shop(), headers=((b"content-length", b"70000"),))
    assert start["status"] == 413


async def test_a_client_that_hangs_up_gets_no_answer() -> None:
    gone: Message = {"type": "http.disconnect"}
    assert await raw_request(fake_shop(), gone, headers=((b"transfer-encoding", b"chunked"),)) == []


async def test_requests_are_counted_by_route_not_by_path(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["GetProduct"] = Unavailable("away")
    await client.get(f"/products/{PRODUCT}")
    assert (await client.get("/metrics")).status_code == 404, "open only where the settings say so"
    async with client_of(fake_shop(metrics_open=True)) as open_to_all:
        counted = (await open_to_all.get("/metrics")).text
    assert 'http_server_seconds_count{method="GET",route="/products/{product_id}",status="503"}' in counted
    assert PRODUCT not in counted


BODY = b'{"email": "ada@shop.example", "password": "correct horse battery"}'


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
async def test_a_body_in_another_encoding_is_not_taken(shop: FakeShop, client: httpx.AsyncClient, encoding: str) -> None:
    sent = BODY.decode().encode(encoding)
    answer = await client.post("/auth/login", content=sent, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_JSON")
    assert shop.users.calls == []


@pytest.mark.parametrize(("charset", "status"), [("utf-8", 401), ('"UTF-8"', 401), ("utf-16", 415), ("latin-1", 415)])
async def test_a_body_that_is_declared_in_another_encoding_is_not_taken(
    shop: FakeShop, client: httpx.AsyncClient, charset: str, status: int
) -> None:
    shop.users.answers["Login"] = Unauthenticated("no")
    headers = {"Content-Type": f"application/json; charset={charset}"}
    assert (await client.post("/auth/login", content=BODY, headers=headers)).status_code == status


@pytest.mark.parametrize("name", ["Idempotency-Key", "Authorization", "Content-Type"])
@pytest.mark.parametrize("same", [True, False])
async def test_a_field_that_says_one_thing_comes_once(shop: FakeShop, client: httpx.AsyncClient, name: str, same: bool) -> None:
    said = {"Idempotency-Key": "k", "Content-Type": "application/json"} | AS_ADA
    fields = [*said.items(), (name, said[name] if same else f"{said[name]}2")]
    answer = await client.post("/orders", json=WISH, headers=httpx.Headers(fields))
    assert (answer.status_code, answer.json()["code"]) == (400, f"{name.upper().replace('-', '_')}_INVALID")
    assert shop.writes == []
