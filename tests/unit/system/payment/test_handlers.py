"""The story of one payment, told once; tests/unit/system/payment/test_interleavings.py tells it in every order."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from system.common.errors import Conflict, InvalidArgument, NotFound, PaymentDeclined, Unavailable
from system.payment.domain import Money, RemotePayment, RemoteStatus, Status, Wanted
from system.payment.handlers import Payments
from tests.unit.system.payment.fakes import NOTHING, ORDER, OTHER_ORDER, PRICE, FakeDatabase, FakeProvider, FakeStore, Turns


@dataclass
class World:
    """One payment service with everything around it."""

    turns: Turns = field(default_factory=Turns)

    def __post_init__(self) -> None:
        self.store = FakeStore()
        self.provider = FakeProvider(self.turns)
        self.payments = Payments(FakeDatabase(self.store, self.turns), self.store, self.provider)

    async def capture(self, payment_id: str, **changes: Any) -> Status:
        wanted = Wanted(changes.get("order_id", ORDER), payment_id, changes.get("amount", PRICE))
        return (await self.payments.capture(wanted)).status

    async def refund(self, payment_id: str, order_id: str = ORDER) -> Status:
        return (await self.payments.refund(order_id, payment_id)).status


@pytest.fixture
def world() -> World:
    return World()


async def declined(world: World, payment_id: str, **changes: Any) -> str:
    with pytest.raises(PaymentDeclined) as no:
        await world.capture(payment_id, **changes)
    return no.value.code


async def test_captured_and_asked_again_without_asking_the_provider_again(world: World) -> None:
    world.provider.authorise("pay_1")
    assert await world.capture("pay_1") is Status.CAPTURED
    asked = world.provider.asked
    assert await world.capture("pay_1") is Status.CAPTURED
    assert world.provider.asked == asked
    assert world.provider.ledger == [("capture", "pay_1")]


async def test_a_definite_no_is_stored_and_repeated(world: World) -> None:
    world.provider.authorise("pay_1", status=RemoteStatus.DECLINED)
    assert await declined(world, "pay_1") == "CARD_DECLINED"
    asked = world.provider.asked
    assert await declined(world, "pay_1") == "CARD_DECLINED"
    assert world.provider.asked == asked
    assert (await world.payments.newest(ORDER)).reason == "CARD_DECLINED"


async def test_the_provider_is_asked_for_nothing_that_cannot_be_meant(world: World) -> None:
    world.provider.authorise("pay_1", amount=Money(1, "EUR"))
    world.provider.authorise("pay_2", reference=OTHER_ORDER)
    assert await declined(world, "pay_1") == "AMOUNT_MISMATCH"
    assert await declined(world, "pay_2") == "REFERENCE_MISMATCH"
    assert await declined(world, "pay_3") == "PAYMENT_NOT_FOUND"
    assert world.provider.ledger == []
    asked = world.provider.asked
    assert await declined(world, "../ledger") == "PAYMENT_NOT_FOUND"
    assert (world.provider.asked, len(world.store.rows)) == (asked, 3)


@pytest.mark.parametrize(
    ("authorised", "captured"),
    [(PRICE, Money(1, "EUR")), (PRICE, Money(1998, "EUR")), (Money(1, "EUR"), Money(1, "EUR"))],
)
async def test_what_was_captured_elsewhere_for_less_is_given_back(world: World, authorised: Money, captured: Money) -> None:
    world.provider.authorise("pay_1", amount=authorised, status=RemoteStatus.CAPTURED, captured=captured)
    assert await declined(world, "pay_1") == "AMOUNT_MISMATCH"
    assert await declined(world, "pay_1") == "AMOUNT_MISMATCH"
    assert world.provider.ledger == [("refund", "pay_1")]
    world.provider.authorise("pay_2")
    assert await world.capture("pay_2") is Status.CAPTURED


async def test_what_is_given_back_while_the_answer_is_lost_is_declined_when_it_is_asked_again(world: World) -> None:
    world.provider.authorise("pay_1", status=RemoteStatus.CAPTURED, captured=Money(1, "EUR"))
    world.turns.cut_at = 4
    with pytest.raises(Unavailable):
        await world.capture("pay_1")
    assert world.provider.ledger == [("refund", "pay_1")]
    assert await declined(world, "pay_1") == "AMOUNT_MISMATCH"


async def test_the_right_amount_captured_elsewhere_pays(world: World) -> None:
    world.provider.authorise("pay_1", status=RemoteStatus.CAPTURED, captured=PRICE)
    assert await world.capture("pay_1") is Status.CAPTURED
    assert world.provider.ledger == []


class Stingy(FakeProvider):
    """Captures a cent less than was authorised, and says so."""

    def taken(self, payment: RemotePayment) -> Money:
        return replace(payment.amount, minor_units=payment.amount.minor_units - 1)


async def test_a_capture_of_less_than_was_asked_for_does_not_pay(world: World) -> None:
    stingy = Stingy(world.turns)
    stingy.authorise("pay_1")
    payments = Payments(FakeDatabase(world.store, world.turns), world.store, stingy)
    with pytest.raises(PaymentDeclined) as no:
        await payments.capture(Wanted(ORDER, "pay_1", PRICE))
    assert (no.value.code, stingy.ledger) == ("AMOUNT_MISMATCH", [("capture", "pay_1"), ("refund", "pay_1")])


async def test_a_paid_order_is_not_paid_twice(world: World) -> None:
    world.provider.authorise("pay_1")
    world.provider.authorise("pay_2")
    await world.capture("pay_1")
    with pytest.raises(Conflict) as no:
        await world.capture("pay_2")
    assert no.value.code == "ALREADY_PAID"
    assert await declined(world, "pay_1", order_id=OTHER_ORDER) == "PAYMENT_ALREADY_USED"
    assert world.provider.ledger == [("capture", "pay_1")]


async def test_while_one_payment_is_pending_another_has_to_wait(world: World) -> None:
    world.provider.authorise("pay_1")
    world.provider.authorise("pay_2")
    world.turns.cut_at = 3
    with pytest.raises(Unavailable):
        await world.capture("pay_1")
    with pytest.raises(Unavailable) as no:
        await world.capture("pay_2")
    assert (no.value.code, no.value.retry_after_s) == ("PAYMENT_IN_PROGRESS", 1)
    assert await world.refund("pay_1") is Status.REFUNDED
    assert await world.capture("pay_2") is Status.CAPTURED


async def test_anothers_payment_is_neither_taken_nor_given_back(world: World) -> None:
    world.provider.authorise("pay_1", reference=OTHER_ORDER)
    assert await world.refund("pay_1") is Status.DECLINED
    await world.capture("pay_1", order_id=OTHER_ORDER)
    assert await world.refund("pay_1") is Status.DECLINED
    assert world.provider.ledger == [("capture", "pay_1")]


async def test_refunded_before_it_was_begun_leaves_the_door_shut_and_the_other_payment_alone(world: World) -> None:
    world.provider.authorise("pay_1")
    world.provider.authorise("pay_2")
    await world.capture("pay_1")
    assert await world.refund("pay_2") is Status.REFUNDED
    assert await declined(world, "pay_2") == "PAYMENT_REFUNDED"
    assert world.provider.ledger == [("capture", "pay_1"), ("void", "pay_2")]
    assert (await world.payments.newest(ORDER)).provider_payment_id == "pay_1"


async def test_a_refund_is_one_refund(world: World) -> None:
    world.provider.authorise("pay_1")
    await world.capture("pay_1")
    assert await world.refund("pay_1") is Status.REFUNDED
    asked = world.provider.asked
    assert [await world.refund("pay_1") for _ in range(3)] == [Status.REFUNDED] * 3
    assert world.provider.asked == asked, "what is final needs no provider"
    assert world.provider.ledger == [("capture", "pay_1"), ("refund", "pay_1")]
    assert await declined(world, "pay_1") == "PAYMENT_REFUNDED"


async def test_a_refund_in_doubt_already_refuses_captures(world: World) -> None:
    world.provider.authorise("pay_1")
    world.turns.cut_at = 2
    with pytest.raises(Unavailable):
        await world.refund("pay_1")
    assert await declined(world, "pay_1") == "PAYMENT_REFUNDED"
    assert world.provider.ledger == []


class Restless(FakeProvider):
    """Says that it is authorised and refuses to capture or void it because it is captured."""

    async def get(self, payment_id: str) -> RemotePayment | None:
        return RemotePayment(RemoteStatus.AUTHORIZED, PRICE, ORDER, NOTHING)


async def test_a_provider_that_contradicts_itself_is_not_believed(world: World) -> None:
    restless = Restless(world.turns)
    restless.authorise("pay_1", status=RemoteStatus.CAPTURED)
    payments = Payments(FakeDatabase(world.store, world.turns), world.store, restless)
    with pytest.raises(Unavailable):
        await payments.capture(Wanted(ORDER, "pay_1", PRICE))
    with pytest.raises(Unavailable):
        await payments.refund(ORDER, "pay_1")
    assert (await payments.newest(ORDER)).status is Status.PENDING


async def test_malformed_requests_change_nothing(world: World) -> None:
    for order_id, payment_id, amount in (("x", "pay_1", PRICE), (ORDER, "", PRICE), (ORDER, "pay_1", Money(0, "EUR"))):
        with pytest.raises(InvalidArgument):
            await world.capture(payment_id, order_id=order_id, amount=amount)
    for order_id, payment_id in (("x", "pay_1"), (ORDER, ""), (ORDER, "../x")):
        with pytest.raises(InvalidArgument):
            await world.refund(payment_id, order_id)
    with pytest.raises(InvalidArgument):
        await world.payments.newest("x")
    assert (world.store.rows, world.provider.asked) == ({}, 0)


async def test_no_payment(world: World) -> None:
    with pytest.raises(NotFound):
        await world.payments.newest(ORDER)
