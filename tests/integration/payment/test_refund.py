"""Giving money back, whatever is known of it: and a capture that comes too late takes nothing."""

import asyncio
import uuid
from typing import Any

import pytest

from system.common.errors import DeadlineExceeded, PaymentDeclined, Unavailable
from tests.integration.payment.desk import STRIKES, Books, Desk, persistently, status
from tests.integration.shop import authorise, eventually

Order = dict[str, Any]


async def assert_never_captured_again(desk: Desk, books: Books, order: Order, payment_id: str) -> None:
    before = await books.kinds(order)
    with pytest.raises(PaymentDeclined) as no:
        await desk.capture(order, payment_id)
    assert no.value.code == "PAYMENT_REFUNDED"
    assert status(await desk.refund(order, payment_id)) == "REFUNDED"
    assert await books.kinds(order) == before


async def test_captured_is_given_back_once(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await desk.capture(order, payment_id)
    refunded = await desk.refund(order, payment_id)
    assert (status(refunded), refunded.amount.minor_units) == ("REFUNDED", 1999)
    assert await books.kinds(order) == ["authorize", "capture", "refund"]
    assert await desk.get(order) == refunded
    await assert_never_captured_again(desk, books, order, payment_id)
    other = await authorise(books.http, order)
    assert status(await desk.capture(order, other)) == "CAPTURED", "the order can be paid otherwise"


async def test_never_begun_is_voided_and_the_late_capture_finds_the_door_shut(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    refunded = await desk.refund(order, payment_id)
    assert (status(refunded), refunded.HasField("amount")) == ("REFUNDED", False)
    assert await books.kinds(order) == ["authorize", "void"]
    await assert_never_captured_again(desk, books, order, payment_id)


async def test_unknown_to_the_provider(desk: Desk, books: Books, order: Order) -> None:
    assert status(await desk.refund(order, "pay_unknown")) == "REFUNDED"
    await assert_never_captured_again(desk, books, order, "pay_unknown")


@pytest.mark.parametrize(("when", "ledger"), [("before", ["authorize", "void"]), ("after", ["authorize", "capture", "refund"])])
async def test_pending_is_looked_up(desk: Desk, books: Books, order: Order, when: str, ledger: list[str]) -> None:
    payment_id = await authorise(books.http, order)
    await books.strike(payment_id, "capture", 1, kind="delay", ms=3000, when=when)
    with pytest.raises(DeadlineExceeded):
        await desk.capture(order, payment_id, timeout_s=1.5)
    assert status(await desk.get(order)) == "PENDING"
    assert status(await desk.refund(order, payment_id)) == "REFUNDED"
    assert await books.kinds(order) == ledger
    await assert_never_captured_again(desk, books, order, payment_id)


async def test_declined_stays_declined(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order, method="card_expired")
    with pytest.raises(PaymentDeclined):
        await desk.capture(order, payment_id)
    declined = await desk.refund(order, payment_id)
    assert (status(declined), declined.reason) == ("DECLINED", "EXPIRED_CARD")


async def test_another_ones_payment_is_not_touched(desk: Desk, books: Books, order: Order) -> None:
    theirs = await authorise(books.http, order)
    await desk.capture(order, theirs)
    answer = await desk.refund(order | {"id": str(uuid.uuid4())}, theirs)
    assert (status(answer), answer.reason) == ("DECLINED", "REFERENCE_MISMATCH")
    assert await books.kinds(order) == ["authorize", "capture"]
    assert status(await desk.get(order)) == "CAPTURED"


async def test_while_the_provider_is_away_nothing_is_captured_and_a_retry_heals(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await desk.capture(order, payment_id)
    await books.strike(payment_id, "refund", STRIKES, kind="fail", status=502)
    with pytest.raises(Unavailable):
        await desk.refund(order, payment_id)
    assert status(await desk.get(order)) == "CAPTURED", "no success for something that did not happen"
    with pytest.raises(PaymentDeclined):
        await desk.capture(order, payment_id)
    assert status(await persistently(lambda: desk.refund(order, payment_id))) == "REFUNDED"
    assert await books.kinds(order) == ["authorize", "capture", "refund"]


async def test_a_refund_whose_answer_is_lost_is_one_refund(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await desk.capture(order, payment_id)
    await books.strike(payment_id, "refund", 2, kind="drop", when="after")
    assert status(await persistently(lambda: desk.refund(order, payment_id))) == "REFUNDED"
    assert await books.hits(payment_id) == 2
    assert (await books.kinds(order)).count("refund") == 1


@pytest.mark.parametrize(("when", "ledger"), [("before", ["authorize", "void"]), ("after", ["authorize", "capture", "refund"])])
async def test_a_capture_overtaken_by_its_refund_takes_nothing(
    desk: Desk, books: Books, order: Order, when: str, ledger: list[str]
) -> None:
    payment_id = await authorise(books.http, order)
    await books.strike(payment_id, "capture", 1, kind="delay", ms=1200, when=when)
    slow = asyncio.create_task(desk.capture(order, payment_id))
    await eventually(lambda: books.hits(payment_id), bool)
    assert status(await desk.refund(order, payment_id)) == "REFUNDED"
    with pytest.raises(PaymentDeclined) as no:
        await slow
    assert no.value.code == "PAYMENT_REFUNDED"
    assert status(await desk.refund(order, payment_id)) == "REFUNDED"
    assert await books.kinds(order) == ledger


async def test_a_capture_answered_while_its_refund_is_in_doubt_is_not_stored(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await books.strike(payment_id, "capture", 1, kind="delay", ms=1500, when="after")
    await books.strike(payment_id, "refund", STRIKES, kind="fail", status=503)
    slow = asyncio.create_task(desk.capture(order, payment_id))
    await eventually(lambda: books.status(payment_id), lambda s: s == "captured")
    with pytest.raises(Unavailable):
        await desk.refund(order, payment_id)
    with pytest.raises(PaymentDeclined) as no:
        await slow
    assert no.value.code == "PAYMENT_REFUNDED"
    assert status(await desk.get(order)) == "PENDING"
    assert status(await persistently(lambda: desk.refund(order, payment_id))) == "REFUNDED"
    assert await books.kinds(order) == ["authorize", "capture", "refund"]


async def test_a_void_overtaken_by_a_capture_becomes_a_refund(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await books.strike(payment_id, "void", 1, kind="delay", ms=800)
    refund = asyncio.create_task(desk.refund(order, payment_id))
    await eventually(lambda: books.hits(payment_id), bool)
    headers = {"Idempotency-Key": f"capture:{order['id']}:{payment_id}"}  # a process that was paused before it sent this
    assert (await books.http.post(f"/v1/payments/{payment_id}/capture", headers=headers)).is_success
    assert status(await refund) == "REFUNDED"
    assert await books.kinds(order) == ["authorize", "capture", "refund"]


async def test_asked_from_many_at_once_it_is_one_refund(desk: Desk, books: Books, order: Order) -> None:
    payment_id = await authorise(books.http, order)
    await desk.capture(order, payment_id)
    answers = await asyncio.gather(*(desk.refund(order, payment_id) for _ in range(10)))
    assert {status(a) for a in answers} == {"REFUNDED"}
    assert await books.kinds(order) == ["authorize", "capture", "refund"]
