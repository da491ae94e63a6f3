"""Taking money, with the provider well, ill, and saying no: at most one capture, whatever was lost on the way."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import grpc
import httpx
import pytest

from harness.stack.view import StackView
from system.common.errors import Conflict, DeadlineExceeded, InvalidArgument, NotFound, PaymentDeclined, ShopError, Unavailable
from tests.integration.payment.desk import STRIKES, Books, Desk, persistently, status
from tests.integration.shop import Rows, authorise

Order = dict[str, Any]


async def test_captured_once_however_often_asked(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    first = await desk.capture(order, payment_id)
    assert (status(first), first.order_id, first.provider_payment_id) == ("CAPTURED", order["id"], payment_id)
    assert (first.amount.minor_units, first.amount.currency) == (1999, "EUR")
    assert await desk.capture(order, payment_id) == first
    assert await desk.get(order) == first
    entries = (await books.http.get("/ledger", params={"reference": order["id"]})).json()["entries"]
    assert [e["kind"] for e in entries] == ["authorize", "capture"]
    assert entries[1]["idempotency_key"] == f"capture:{order['id']}:{payment_id}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"method": "card_declined"}, "CARD_DECLINED"),
        ({"method": "card_insufficient_funds"}, "INSUFFICIENT_FUNDS"),
        ({"amount": {"minor_units": 1998, "currency": "EUR"}}, "AMOUNT_MISMATCH"),
        ({"amount": {"minor_units": 1999, "currency": "USD"}}, "AMOUNT_MISMATCH"),
        ({"reference": "another-order"}, "REFERENCE_MISMATCH"),
    ],
)
async def test_a_definite_no_is_final(
    desk: Desk, books: Books, order: Order, changes: dict[str, Any], reason: str, mysql: Callable[[str], Rows]
) -> None:
    payment_id = await authorise(books.http, order, **changes)
    for _ in range(2):
        with pytest.raises(PaymentDeclined) as no:
            await desk.capture(order, payment_id)
        assert no.value.code == reason
    assert "capture" not in await books.kinds(order)
    seen = await desk.get(order)
    assert (status(seen), seen.reason) == ("DECLINED", reason)
    assert len(mysql("payment")("SELECT id FROM payments WHERE order_id = %s", order["id"])) == 1
    good = await authorise(books.http, order)
    assert status(await desk.capture(order, good)) == "CAPTURED", "the order can be paid otherwise"


@pytest.mark.parametrize("payment_id", ["pay_unknown", "no such payment", "../ledger", "x" * 100, "päy"])
async def test_a_payment_the_provider_does_not_have(desk: Desk, order: Order, payment_id: str) -> None:
    with pytest.raises(PaymentDeclined) as no:
        await desk.capture(order, payment_id)
    assert no.value.code == "PAYMENT_NOT_FOUND"


async def test_what_was_voided_cannot_be_captured(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await books.http.post(f"/v1/payments/{payment_id}/void", headers={"Idempotency-Key": str(uuid.uuid4())})
    with pytest.raises(PaymentDeclined) as no:
        await desk.capture(order, payment_id)
    assert no.value.code == "PAYMENT_VOIDED"


async def test_captured_under_another_key_is_ours_all_the_same(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await books.http.post(f"/v1/payments/{payment_id}/capture", headers={"Idempotency-Key": str(uuid.uuid4())})
    assert status(await desk.capture(order, payment_id)) == "CAPTURED"
    assert await books.kinds(order) == ["authorize", "capture"]


async def test_captured_under_another_key_for_a_cent_does_not_pay_and_is_given_back(
    desk: Desk, books: Books, order: Order
) -> None:
    payment_id = await authorise(books.http, order)
    headers, cent = {"Idempotency-Key": str(uuid.uuid4())}, {"amount_minor_units": 1}
    (await books.http.post(f"/v1/payments/{payment_id}/capture", headers=headers, json=cent)).raise_for_status()
    with pytest.raises(PaymentDeclined) as no:
        await desk.capture(order, payment_id)
    assert no.value.code == "AMOUNT_MISMATCH"
    assert await books.kinds(order) == ["authorize", "capture", "refund"]


@pytest.mark.parametrize(
    ("changed", "amount"),
    [
        ({"id": "not-a-uuid"}, {}),
        ({"id": ""}, {}),
        ({}, {"minor_units": 0}),
        ({}, {"minor_units": -5}),
        ({}, {"minor_units": 2**62}),
        ({}, {"currency": "eur"}),
        ({}, {"currency": ""}),
    ],
)
async def test_what_is_malformed_is_said_to_be(
    desk: Desk, order: Order, changed: dict[str, Any], amount: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgument):
        await desk.capture(order | changed, "pay_1", **amount)


@pytest.mark.parametrize("payment_id", ["", "x" * 101])
async def test_a_malformed_payment_id(desk: Desk, order: Order, payment_id: str) -> None:
    with pytest.raises(InvalidArgument):
        await desk.capture(order, payment_id)
    with pytest.raises(InvalidArgument):
        await desk.refund(order, payment_id)


async def test_an_order_without_payment(desk: Desk, order: Order) -> None:
    with pytest.raises(NotFound):
        await desk.get(order)


async def test_a_provider_that_fails_in_every_way_charges_once(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await books.strike(payment_id, "get", 1, kind="drop")
    await books.strike(payment_id, "capture", 1, kind="fail", status=503)
    await books.strike(payment_id, "capture", 1, kind="drop", when="after")
    assert status(await persistently(lambda: desk.capture(order, payment_id))) == "CAPTURED"
    assert await books.hits(payment_id) == 3
    assert await books.kinds(order) == ["authorize", "capture"]


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "fail", "status": 503},
        {"kind": "fail", "status": 500, "when": "after"},
        {"kind": "fail", "status": 429},
        {"kind": "fail", "status": 404},
        {"kind": "drop"},
        {"kind": "drop", "when": "after"},
    ],
)
async def test_no_answer_leaves_it_pending_and_a_retry_heals(
    desk: Desk, books: Books, order: Order, action: dict[str, Any]
) -> None:
    payment_id = await authorise(books.http, order)
    await books.strike(payment_id, "capture", 2, **action)
    await books.strike(payment_id, "get", STRIKES, kind="drop")
    with pytest.raises(Unavailable):
        await desk.capture(order, payment_id)
    assert status(await desk.get(order)) == "PENDING"
    assert status(await persistently(lambda: desk.capture(order, payment_id))) == "CAPTURED"
    assert await books.hits(payment_id) > STRIKES, "the capture was struck as well"
    assert await books.kinds(order) == ["authorize", "capture"]


async def test_captured_but_the_answer_is_late(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await books.strike(payment_id, "capture", 1, kind="delay", ms=3000, when="after")
    with pytest.raises(DeadlineExceeded):
        await desk.capture(order, payment_id, timeout_s=1.5)
    assert await books.kinds(order) == ["authorize", "capture"]
    assert status(await desk.get(order)) == "PENDING"
    assert status(await desk.capture(order, payment_id)) == "CAPTURED"
    assert await books.kinds(order) == ["authorize", "capture"]


async def test_a_paid_order_is_not_paid_again(desk: Desk, books: Books, order: Order) -> None:
    paid, other = await authorise(books.http, order), await authorise(books.http, order)
    await desk.capture(order, paid)
    with pytest.raises(Conflict) as no:
        await desk.capture(order, other)
    assert no.value.code == "ALREADY_PAID"
    assert await books.status(other) == "authorized"
    with pytest.raises(Conflict) as no:
        await desk.capture(order, paid, minor_units=5)
    assert no.value.code == "AMOUNT_CHANGED"


async def test_another_ones_attempt_with_my_payment_does_not_keep_me_from_paying(
    desk: Desk, books: Books, order: Order
) -> None:
    mine, thief = await authorise(books.http, order), order | {"id": str(uuid.uuid4())}
    with pytest.raises(PaymentDeclined) as no:
        await desk.capture(thief, mine)
    assert no.value.code == "REFERENCE_MISMATCH"
    assert status(await desk.refund(thief, mine)) == "DECLINED"
    assert await books.status(mine) == "authorized"
    assert status(await desk.capture(order, mine)) == "CAPTURED"
    late = order | {"id": str(uuid.uuid4())}
    with pytest.raises(PaymentDeclined) as no:
        await desk.capture(late, mine)
    assert no.value.code == "PAYMENT_ALREADY_USED"


async def test_asked_from_all_sides_at_once_it_is_one_capture(
    stack: StackView, rpc: Callable[..., grpc.aio.Channel], books: Books, order: Order
) -> None:
    desks = [Desk(rpc("payment", index + 1)) for index in range(len(stack.instances("payment")))]
    payment_id = await authorise(books.http, order)
    answers = await asyncio.gather(*(desk.capture(order, payment_id) for desk in desks * 10))
    assert {status(a) for a in answers} == {"CAPTURED"}
    assert len({a.id for a in answers}) == 1
    assert await books.kinds(order) == ["authorize", "capture"]


async def test_two_payments_of_one_order_at_once_take_the_money_once(
    stack: StackView, rpc: Callable[..., grpc.aio.Channel], books: Books, order: Order
) -> None:
    desks = [Desk(rpc("payment", index + 1)) for index in range(len(stack.instances("payment")))]
    payments = [await authorise(books.http, order) for _ in range(6)]
    tries = [desks[n % len(desks)].capture(order, payment) for n, payment in enumerate(payments)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [status(a) for a in answers if not isinstance(a, BaseException)] == ["CAPTURED"]
    refused = {a.code for a in answers if isinstance(a, ShopError)}
    assert refused <= {"ALREADY_PAID", "PAYMENT_IN_PROGRESS"}
    assert (await books.kinds(order)).count("capture") == 1


async def test_the_database_itself_refuses_a_second_captured_payment(
    desk: Desk, provider: httpx.AsyncClient, order: Order, mysql: Callable[[str], Rows]
) -> None:
    await desk.capture(order, await authorise(provider, order))
    with pytest.raises(Exception, match="one_payment_in_force_per_order"):
        mysql("payment")(
            "INSERT INTO payments (id, order_id, provider_payment_id, amount_minor, currency, status)"
            " VALUES (%s, %s, 'pay_other', 1999, 'EUR', 'CAPTURED')",
            str(uuid.uuid4()),
            order["id"],
        )
