import asyncio
import uuid
from typing import Any

import httpx
import pytest
from shop.events.v1 import events_pb2
from shop.order.v1 import order_pb2

from system.common.errors import Conflict, DeadlineExceeded, KeyReused, NotFound, PaymentDeclined, Unavailable
from system.common.idempotency import order_id
from system.gateway.app import create_app
from tests.unit.system.gateway.fakes import ADA, AS_ADA, AS_ADMIN, ORDER, WISH, FakeShop, Reply, fake_shop, linked, order

KEY = {"Idempotency-Key": "key-1"}


def replying(outcome: "events_pb2.PlaceOrderOutcome.ValueType", reason: str = "") -> Reply:
    def reply(command: events_pb2.PlaceOrder) -> events_pb2.PlaceOrderReply:
        return events_pb2.PlaceOrderReply(order=order(id=command.order_id, reason=reason), outcome=outcome)

    return reply


async def test_a_reserved_order_is_201_at_its_location(shop: FakeShop, client: httpx.AsyncClient) -> None:
    answer = await client.post("/orders", json=WISH, headers=AS_ADA | KEY)
    identifier = order_id(ADA, "key-1")
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/orders/{identifier}"
    assert answer.json() == {
        "id": identifier,
        "status": "RESERVED",
        "items": [
            {
                "product_id": WISH["items"][0]["product_id"],  # type: ignore[index]  # JSON
                "name": "Lamp",
                "quantity": 2,
                "unit_price": {"minor_units": 1999, "currency": "EUR"},
            }
        ],
        "total": {"minor_units": 3998, "currency": "EUR"},
        "delivery_address": WISH["delivery_address"],
        "reason": None,
        "payment_id": None,
        "created_at": "2026-11-22T12:00:00Z",
        "updated_at": "2026-11-22T12:00:00Z",
        "expires_at": "2026-11-22T12:00:00Z",
        "last_payment": None,
    }


async def test_the_command_says_who_wants_what_where_and_where_to_answer(shop: FakeShop, client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await client.post("/orders", json=WISH, headers=AS_ADA | KEY)
    first, second = shop.broker.commands
    assert first.order_id == second.order_id == order_id(ADA, "key-1")
    assert (first.user_id, first.customer_email, first.idempotency_key) == (ADA, "ada@shop.example", "key-1")
    assert [(item.product_id, item.quantity) for item in first.items] == [(WISH["items"][0]["product_id"], 2)]  # type: ignore[index]  # JSON
    assert first.delivery_address.city == "London"
    assert first.HasField("requested_at")
    assert [sent["routing_key"] for sent in shop.broker.sent] == ["order.place"] * 2
    assert [sent["reply_to"] for sent in shop.broker.sent] == ["replies"] * 2
    assert len({uuid.UUID(sent["message_id"]) for sent in shop.broker.sent}) == 2, "one correlation id per request"


@pytest.mark.parametrize(
    ("outcome", "reason", "status", "code"),
    [
        (events_pb2.PLACE_ORDER_OUTCOME_REJECTED, "OUT_OF_STOCK", 409, "OUT_OF_STOCK"),
        (events_pb2.PLACE_ORDER_OUTCOME_REJECTED, "UNKNOWN_PRODUCT", 422, "UNKNOWN_PRODUCT"),
        (events_pb2.PLACE_ORDER_OUTCOME_REJECTED, "MIXED_CURRENCIES", 409, "MIXED_CURRENCIES"),
        (events_pb2.PLACE_ORDER_OUTCOME_REJECTED, "", 409, "REJECTED"),
        (events_pb2.PLACE_ORDER_OUTCOME_KEY_REUSED, "", 422, "IDEMPOTENCY_KEY_REUSED"),
    ],
)
async def test_a_refused_order_is_a_problem_that_names_it(
    shop: FakeShop,
    client: httpx.AsyncClient,
    outcome: "events_pb2.PlaceOrderOutcome.ValueType",
    reason: str,
    status: int,
    code: str,
) -> None:
    shop.broker.reply = replying(outcome, reason)
    answer = await client.post("/orders", json=WISH, headers=AS_ADA | KEY)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["order_id"] == order_id(ADA, "key-1")


@pytest.mark.parametrize("written", [order_pb2.AcceptOrderResponse(), Unavailable("away"), DeadlineExceeded("slow")])
async def test_an_order_still_in_the_queue_is_written_down_before_its_202(
    shop: FakeShop, client: httpx.AsyncClient, written: Any
) -> None:
    shop.broker.reply = lambda _: None
    shop.orders.answers["AcceptOrder"] = written
    answer = await client.post("/orders", json=WISH, headers=AS_ADA | KEY)
    assert answer.status_code == 202, "accepted is what the queue made it, whether or not it could be written down already"
    (command,), ((method, request),) = shop.broker.commands, shop.orders.calls
    assert method == "AcceptOrder"
    assert (request.order_id, request.user_id, list(request.items)) == (command.order_id, ADA, list(command.items))
    assert request.delivery_address == command.delivery_address


async def test_a_key_that_stands_for_another_order_is_not_accepted(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.broker.reply = lambda _: None
    shop.orders.answers["AcceptOrder"] = KeyReused("used before")
    answer = await client.post("/orders", json=WISH, headers=AS_ADA | KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("reply", [lambda _: None, replying(events_pb2.PLACE_ORDER_OUTCOME_PENDING)])
async def test_an_undecided_order_is_202_at_its_location(shop: FakeShop, client: httpx.AsyncClient, reply: Reply) -> None:
    shop.broker.reply = reply
    shop.orders.answers["AcceptOrder"] = order_pb2.AcceptOrderResponse()
    answer = await client.post("/orders", json=WISH, headers=AS_ADA | KEY)
    assert answer.status_code == 202
    assert answer.json() == {"id": order_id(ADA, "key-1"), "status": "PENDING"}
    assert answer.headers["location"] == f"/orders/{order_id(ADA, 'key-1')}"


async def test_without_a_confirm_nothing_was_accepted(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.broker.reply = lambda _: None
    shop.broker.error = Unavailable("the broker did not confirm the message", retry_after_s=1)
    answer = await client.post("/orders", json=WISH, headers=AS_ADA | KEY)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


async def test_a_reply_counts_even_when_the_confirm_was_lost(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.broker.error = Unavailable("the broker did not confirm the message", retry_after_s=1)
    answer = await client.post("/orders", json=WISH, headers=AS_ADA | KEY)
    assert answer.status_code == 201


async def test_without_a_link_to_the_broker_it_is_503_at_once() -> None:
    made = fake_shop()
    transport = httpx.ASGITransport(create_app(made.parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", trust_env=False) as client:
        answer = await client.post("/orders", json=WISH, headers=AS_ADA | KEY)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_a_thousand_orders_are_under_way_at_once_and_each_gets_its_own_answer() -> None:
    shop = fake_shop(order_wait_s=30, request_timeout_s=60)
    shop.broker.hold = 1000  # no confirm for anybody before the thousandth command is there
    transport = httpx.ASGITransport(create_app(shop.parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", trust_env=False) as client:
        with linked(shop):
            requests = [
                client.post("/orders", json=WISH, headers=AS_ADA | {"Idempotency-Key": f"key-{n}"}) for n in range(1000)
            ]
            answers = await asyncio.gather(*requests)
    assert {answer.status_code for answer in answers} == {201}
    assert [answer.json()["id"] for answer in answers] == [order_id(ADA, f"key-{n}") for n in range(1000)]


async def test_a_customer_reads_as_himself_and_an_admin_as_anybody(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.orders.answers["GetOrder"] = order_pb2.GetOrderResponse(order=order())
    assert (await client.get(f"/orders/{ORDER}", headers=AS_ADA)).status_code == 200
    assert (await client.get(f"/orders/{ORDER}", headers=AS_ADMIN)).status_code == 200
    assert [request.user_id for _, request in shop.orders.calls] == [ADA, ""]


async def test_somebody_elses_order_is_404(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.orders.answers["GetOrder"] = NotFound("there is no such order")
    assert (await client.get(f"/orders/{ORDER}", headers=AS_ADA)).status_code == 404


async def test_a_page_of_orders_carries_the_next_cursor(shop: FakeShop, client: httpx.AsyncClient) -> None:
    pending = order(order_pb2.ORDER_STATUS_PENDING)
    for unset in ("total", "expires_at"):
        pending.ClearField(unset)
    shop.orders.answers["ListOrders"] = order_pb2.ListOrdersResponse(orders=[pending], next_page_token="next")
    answer = await client.get("/orders?limit=1&cursor=here", headers=AS_ADA)
    assert answer.json()["next_cursor"] == "next"
    assert answer.json()["items"][0]["total"] is None
    request = shop.orders.calls[0][1]
    assert (request.user_id, request.page_size, request.page_token) == (ADA, 1, "here")
    shop.orders.answers["ListOrders"] = order_pb2.ListOrdersResponse()
    assert (await client.get("/orders", headers=AS_ADA)).json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(("verb", "method"), [("complete", "CompleteOrder"), ("cancel", "CancelOrder")])
@pytest.mark.parametrize(("in_progress", "status"), [(False, 200), (True, 202)])
async def test_a_saga_that_still_runs_is_202(
    shop: FakeShop, client: httpx.AsyncClient, verb: str, method: str, in_progress: bool, status: int
) -> None:
    response = getattr(order_pb2, f"{method}Response")
    shop.orders.answers[method] = response(order=order(), in_progress=in_progress)
    body = {"payment_id": "pay_1"} if verb == "complete" else None
    answer = await client.post(f"/orders/{ORDER}/{verb}", json=body, headers=AS_ADA)
    assert answer.status_code == status
    assert answer.headers.get("location") == (f"/orders/{ORDER}" if in_progress else None)
    assert answer.json()["id"] == ORDER
    assert shop.orders.calls[0][1].user_id == ADA
    assert shop.orders.timeouts[0] > shop.settings.call_timeout_s, "sagas have a longer deadline"


async def test_an_admin_completes_as_himself_not_as_the_owner(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.orders.answers["CancelOrder"] = NotFound("there is no such order")
    await client.post(f"/orders/{ORDER}/cancel", headers=AS_ADMIN)
    assert shop.orders.calls[0][1].user_id != ""


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PaymentDeclined("the card was declined"), 402, "PAYMENT_DECLINED"),
        (Conflict("it is cancelled", reason="ORDER_CANCELLED"), 409, "ORDER_CANCELLED"),
    ],
)
async def test_a_payment_that_is_refused_is_a_problem(
    shop: FakeShop, client: httpx.AsyncClient, error: Exception, status: int, code: str
) -> None:
    shop.orders.answers["CompleteOrder"] = error
    answer = await client.post(f"/orders/{ORDER}/complete", json={"payment_id": "pay_1"}, headers=AS_ADA)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
