"""mail_once_per_paid_order counts what lies in the mailbox."""

import pytest

from chaos.guarantees.mail_once_per_paid_order import mail_once_per_paid_order
from chaos.observations.orders import ORDERS
from chaos.observations.outside import MAILBOX
from harness.faults.inventory import Inventory
from harness.faults.partition import partition
from harness.history import NotObservedError
from harness.seed import Seed
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    shop = ShopHistory()
    shop.pays("a")
    return shop


def test_one_each_passes(shop: ShopHistory) -> None:
    shop.pays("b")
    shop.sells("c")
    verdict = mail_once_per_paid_order.verdict(shop.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts == {"judged": 2, "orders PAID": 2, "mails": 2, "sent again": 0}


def test_no_mail_fails_and_names_the_operations(shop: ShopHistory) -> None:
    shop.pays("b")
    shop.rows[MAILBOX].pop()
    (violation,) = mail_once_per_paid_order.verdict(shop.done()).evidence
    assert violation.operations == (3, 4)
    assert violation.what == "order b has 0 confirmations in place of 1"


def test_two_mails_fail(shop: ShopHistory) -> None:
    shop.mails("a", message="<again>")
    (violation,) = mail_once_per_paid_order.verdict(shop.done()).evidence
    assert violation.what == "order a has 2 confirmations in place of 1"


@pytest.mark.parametrize("order", ["b", "nobody", None])
def test_a_mail_for_what_was_not_paid_fails(shop: ShopHistory, order: str | None) -> None:
    shop.sells("b")
    shop.mails(order, message="<wrong>")
    assert mail_once_per_paid_order.verdict(shop.done()).outcome is Outcome.FAIL


@pytest.mark.parametrize("target", ["", "redis-lock-1", "order-1->mysql", "payment-2"])
def test_sent_twice_though_delivered_once_fails_without_a_fault_on_the_way(shop: ShopHistory, target: str) -> None:
    if target:
        shop.strikes(target)
    shop.rows[MAILBOX] = []
    shop.mails("a", transmissions=2)
    (violation,) = mail_once_per_paid_order.verdict(shop.done()).evidence
    assert "was sent 2 times though nothing on its way was broken" in violation.what


@pytest.mark.parametrize("target", ["notification-1", "mailbox", "notification-2->mailbox", "notification-1->mysql", "mysql"])
def test_sent_twice_and_delivered_once_is_counted_when_the_way_was_broken(shop: ShopHistory, target: str) -> None:
    shop.strikes(target)
    shop.rows[MAILBOX] = []
    shop.mails("a", transmissions=2)
    verdict = mail_once_per_paid_order.verdict(shop.done())
    assert (verdict.outcome, verdict.counts["sent again"]) == (Outcome.PASS, 1)


def test_a_partition_between_notification_and_its_database_is_on_the_way(shop: ShopHistory) -> None:
    inventory = Inventory({}, ("notification-1->mysql", "notification-2->mysql", "order-1->mysql"))
    shop.suffers(partition(["notification-*"], ["mysql"])(inventory, Seed(1).stream("fault")))
    shop.rows[MAILBOX] = []
    shop.mails("a", transmissions=2)
    assert mail_once_per_paid_order.verdict(shop.done()).outcome is Outcome.PASS


def test_delivered_twice_fails_whatever_was_broken(shop: ShopHistory) -> None:
    shop.strikes("notification-1")
    shop.mails("a", message="<again>")
    assert mail_once_per_paid_order.verdict(shop.done()).outcome is Outcome.FAIL


def test_nobody_paid_is_vacuous() -> None:
    shop = ShopHistory()
    shop.sells("a")
    assert mail_once_per_paid_order.verdict(shop.done()).outcome is Outcome.VACUOUS


@pytest.mark.parametrize("missing", [ORDERS, MAILBOX])
def test_without_its_observations_it_does_not_judge(shop: ShopHistory, missing: str) -> None:
    with pytest.raises(NotObservedError):
        mail_once_per_paid_order.verdict(shop.done(without=missing))
