"""What explains a refusal as sold out, and what does not."""

from chaos.guarantees.stock_told_truly import stock_told_truly
from chaos.observations import catalogue
from chaos.observations.orders import COMPLETE_ORDER, ORDERS
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory

SOLD_OUT = {"code": "OUT_OF_STOCK"}


def refused(shop: ShopHistory, order: str, quantity: int = 1) -> None:
    shop.asks(order, quantity).answered(409, SOLD_OUT)
    shop.stored(order, "REJECTED", quantity)


def outcome(shop: ShopHistory) -> Outcome:
    return stock_told_truly.verdict(shop.done()).outcome


def test_units_that_are_held_explain_a_refusal() -> None:
    shop = ShopHistory()
    shop.moves("PUT", 2)
    shop.sells("o1")
    refused(shop, "o2", 2)
    assert outcome(shop) is Outcome.PASS


def test_a_refusal_while_there_was_enough_fails() -> None:
    shop = ShopHistory()
    shop.moves("PUT", 2)
    shop.sells("o1")
    refused(shop, "o2")
    verdict = stock_told_truly.verdict(shop.done())
    assert verdict.outcome is Outcome.FAIL
    assert "operation 2 was told that it is sold out; it wanted 1 of p, of which at least 1" in verdict.evidence[0].what


def taken_on_and_rejected(shop: ShopHistory, order: str, reason: str = "OUT_OF_STOCK") -> None:
    shop.asks(order).answered(202, {"id": order, "status": "PENDING"})
    shop.sees(order, "REJECTED")
    shop.stored(order, "REJECTED")
    shop.rows[ORDERS][-1] = {**shop.rows[ORDERS][-1], "reason": reason}


def test_an_order_that_is_rejected_later_is_judged_as_well() -> None:
    for units, reason, expected in (
        (1, "OUT_OF_STOCK", Outcome.FAIL),
        (0, "OUT_OF_STOCK", Outcome.PASS),
        (1, "", Outcome.PASS),
    ):
        shop = ShopHistory()
        shop.moves("PUT", units)
        taken_on_and_rejected(shop, "o1", reason)
        assert outcome(shop) is expected


def test_an_order_of_unknown_outcome_may_have_held_them() -> None:
    shop = ShopHistory()
    shop.moves("PUT", 1)
    shop.asks("o1").answered(503, {})
    shop.stored("o1", "EXPIRED")
    refused(shop, "o2")
    assert outcome(shop) is Outcome.PASS


def test_what_was_given_back_is_there_for_the_next() -> None:
    shop = ShopHistory()
    shop.moves("PUT", 1)
    shop.places("o1")
    shop.sees("o1", "CANCELLED")
    shop.stored("o1", "CANCELLED")
    refused(shop, "o2")
    assert outcome(shop) is Outcome.FAIL


def test_staff_set_and_read_the_stock() -> None:
    for shown, expected in ((5, Outcome.PASS), (4, Outcome.FAIL), (7, Outcome.FAIL)):
        shop = ShopHistory()
        shop.moves("PUT", 7)
        shop.recorder.invoke("staff", catalogue.SET_STOCK, {"product_id": "p", "available": 5}).answered(200, {})
        shop.recorder.invoke("staff", catalogue.READ_STOCK, {"product_id": "p"}).answered(200, {"available": shown})
        assert outcome(shop) is expected


def counted(shown: dict[str, int], *, lost: bool = False) -> Outcome:
    """Staff read the units of a product of which one is reserved, for an order that is paid later, and one is sold."""
    shop = ShopHistory()
    shop.moves("PUT", 9)
    shop.pays("o1")
    shop.looks("o2").answered(503, {})
    shop.asks("o2").answered(201, {"id": "o2", "status": "RESERVED"})
    shop.recorder.invoke("staff", catalogue.READ_STOCK, {"product_id": "p"}).answered(200, {**shown})
    shop.does(COMPLETE_ORDER, "o2", 200, "PAID")
    shop.stored("o2", "PAID")
    shop.holds("o2", "RELEASED" if lost else "CONFIRMED")
    return outcome(shop)


def test_staff_read_what_is_reserved_and_sold() -> None:
    assert counted({"reserved": 1, "sold": 1}) is Outcome.PASS
    assert counted({"reserved": 0, "sold": 1}) is Outcome.FAIL
    assert counted({"reserved": 2, "sold": 1}) is Outcome.FAIL
    assert counted({"reserved": 1, "sold": 0}) is Outcome.FAIL
    assert counted({"reserved": 1, "sold": 2}) is Outcome.FAIL
    assert counted({"reserved": 0, "sold": 1}, lost=True) is Outcome.PASS


def test_what_is_reserved_is_not_withdrawn() -> None:
    for reserved_before, expected in ((True, Outcome.FAIL), (False, Outcome.PASS)):
        shop = ShopHistory()
        shop.moves("PUT", 9)
        if reserved_before:
            shop.asks("o1").answered(201, {"id": "o1", "status": "RESERVED"})
        shop.recorder.invoke("staff", catalogue.WITHDRAW_PRODUCT, {"product_id": "p"}).answered(204, {})
        if not reserved_before:
            shop.asks("o1").answered(201, {"id": "o1", "status": "RESERVED"})
        shop.does(COMPLETE_ORDER, "o1", 200, "PAID")
        shop.stored("o1", "PAID")
        shop.holds("o1", "CONFIRMED")
        assert outcome(shop) is expected


def test_contests_are_counted() -> None:
    shop = ShopHistory()
    shop.moves("PUT", 1)
    lost = shop.asks("o2")
    shop.sells("o1")
    lost.answered(409, SOLD_OUT)
    refused(shop, "o3")
    assert stock_told_truly.verdict(shop.done()).counts["of them while another got the last units"] == 1
