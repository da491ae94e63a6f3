"""Books that were read before the shop came to rest: a breach stands where it is one at any time, and nothing is borne out."""

from collections.abc import Callable

import pytest

from chaos.guarantees.acknowledged_orders_survive import acknowledged_orders_survive
from chaos.guarantees.honest_errors import honest_errors
from chaos.guarantees.mail_once_per_paid_order import mail_once_per_paid_order
from chaos.guarantees.no_oversell import no_oversell
from chaos.guarantees.paid_iff_captured import paid_iff_captured
from chaos.guarantees.reading import NotAtRestError
from chaos.guarantees.sagas_terminate import sagas_terminate
from chaos.observations.orders import ORDERS
from chaos.observations.outside import MAILBOX, PROVIDER_LEDGER
from chaos.observations.rest import CONFIRMATIONS, PAYMENT_OUTBOX, QUEUES
from harness.verdict import Guarantee, Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    shop = ShopHistory()
    shop.pays("a")
    return shop


NEED_REST = [acknowledged_orders_survive, honest_errors, mail_once_per_paid_order, paid_iff_captured, sagas_terminate]


@pytest.mark.parametrize("guarantee", NEED_REST, ids=lambda each: each.name)
def test_what_needs_rest_is_not_borne_out_without(shop: ShopHistory, guarantee: Guarantee) -> None:
    assert guarantee.verdict(shop.done()).outcome is Outcome.PASS
    with pytest.raises(NotAtRestError):
        guarantee.verdict(shop.done(at_rest=False))


def test_what_holds_at_any_moment_is_judged_all_the_same(shop: ShopHistory) -> None:
    shop.moves("PUT", 5)
    shop.moves("RESERVE", 1, "a")
    shop.stock(4, 0, 1)
    assert no_oversell.verdict(shop.done(at_rest=False)).outcome is Outcome.PASS


def order_lost(shop: ShopHistory) -> None:
    shop.places("b", 201)


def paid_without_money(shop: ShopHistory) -> None:
    shop.rows[PROVIDER_LEDGER] = []


def mailed_twice(shop: ShopHistory) -> None:
    shop.mails("a", "<again>")


def mail_lost(shop: ShopHistory) -> None:
    shop.rows[MAILBOX] = []


def undecided(shop: ShopHistory) -> None:
    shop.stored("b", status="PENDING")


def success_that_was_none(shop: ShopHistory) -> None:
    shop.rows[ORDERS] = [{**shop.rows[ORDERS][0], "status": "RESERVED"}]


@pytest.mark.parametrize(
    ("guarantee", "breach"),
    [
        (acknowledged_orders_survive, order_lost),
        (paid_iff_captured, paid_without_money),
        (mail_once_per_paid_order, mailed_twice),
        (mail_once_per_paid_order, mail_lost),
        (sagas_terminate, undecided),
        (honest_errors, success_that_was_none),
    ],
)
def test_a_breach_at_any_time_stands(shop: ShopHistory, guarantee: Guarantee, breach: Callable[[ShopHistory], None]) -> None:
    breach(shop)
    assert guarantee.verdict(shop.done(at_rest=False)).outcome is Outcome.FAIL


def in_the_queue(shop: ShopHistory) -> None:
    shop.places("b", 202)


def captured_since(shop: ShopHistory) -> None:
    shop.stored("b")
    shop.provider("capture", "b")


def mail_in_the_outbox(shop: ShopHistory) -> None:
    shop.rows[MAILBOX] = []
    shop.rows[PAYMENT_OUTBOX] = [{"message_id": "m", "topic": "order_confirmation", "attempts": 1}]


def mail_in_the_queue(shop: ShopHistory) -> None:
    shop.rows[MAILBOX] = []
    shop.rows[QUEUES] = [{"queue": "payment.order-events", "messages": 1}]


def mail_being_sent(shop: ShopHistory) -> None:
    shop.rows[MAILBOX] = []
    shop.rows[CONFIRMATIONS] = [{"order_id": "a", "state": "SENDING"}]


def mailed_since(shop: ShopHistory) -> None:
    shop.stored("b")
    shop.mails("b")


@pytest.mark.parametrize(
    ("guarantee", "moving"),
    [
        (acknowledged_orders_survive, in_the_queue),
        (honest_errors, in_the_queue),
        (paid_iff_captured, captured_since),
        (mail_once_per_paid_order, mail_in_the_outbox),
        (mail_once_per_paid_order, mail_in_the_queue),
        (mail_once_per_paid_order, mail_being_sent),
        (mail_once_per_paid_order, mailed_since),
    ],
)
def test_what_may_only_be_on_its_way_is_no_breach(
    shop: ShopHistory, guarantee: Guarantee, moving: Callable[[ShopHistory], None]
) -> None:
    moving(shop)
    with pytest.raises(NotAtRestError):
        guarantee.verdict(shop.done(at_rest=False))
    assert guarantee.verdict(shop.done()).outcome is Outcome.FAIL, "at rest it is one"
