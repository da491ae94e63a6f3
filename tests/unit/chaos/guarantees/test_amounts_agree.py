"""amounts_agree on a stack that serves several runs: orders of an earlier one are there, and nobody of this one paid them."""

from dataclasses import asdict
from itertools import product

from chaos.guarantees.amounts_agree import amounts_agree
from chaos.observations.catalogue import CREATE_PRODUCT, NewProduct
from chaos.observations.orders import AUTHORISE_PAYMENT, COMPLETE_ORDER, ORDER_ITEMS, ORDERS
from chaos.observations.outside import Amount
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


def test_captures_of_an_earlier_run_are_not_of_this_one() -> None:
    shop = ShopHistory()
    shop.pays("a")
    shop.provider("capture", "earlier")
    shop.stored("earlier", status="PAID")
    assert amounts_agree.verdict(shop.done()).outcome is Outcome.PASS


def test_a_capture_that_nobody_of_this_run_asked_for_is_one() -> None:
    shop = ShopHistory()
    shop.pays("a")
    shop.places("b")
    shop.provider("capture", "b")
    shop.stored("b", status="PAID")
    shop.provider("capture", "of a fuzzer")
    shop.recorder.invoke("a", AUTHORISE_PAYMENT, {"order_id": "of no order"}).answered(201, {"id": "pay-of no order"})
    shop.provider("capture", "of no order")
    assert [each.facts["order_id"] for each in amounts_agree.verdict(shop.done()).evidence] == ["b", "of no order"]
    shop.does(COMPLETE_ORDER, "b", 200, "PAID")
    assert [each.facts["order_id"] for each in amounts_agree.verdict(shop.done()).evidence] == ["of no order"]


def test_who_is_rejected_for_mixed_currencies_mixed_them() -> None:
    for currency, reason in product(("EUR", "CHF"), ("MIXED_CURRENCIES", "OUT_OF_STOCK")):
        expected = Outcome.FAIL if currency == "EUR" and reason == "MIXED_CURRENCIES" else Outcome.PASS
        shop = ShopHistory()
        shop.pays("a")
        for name, priced_in in (("p", "EUR"), ("q", currency)):
            made = asdict(NewProduct(name, Amount(1999, priced_in)))
            shop.recorder.invoke("staff", CREATE_PRODUCT, made).answered(201, {"id": name})
        shop.stored("b", status="REJECTED")
        shop.rows[ORDERS][-1] = {**shop.rows[ORDERS][-1], "total_minor": None, "currency": None, "reason": reason}
        shop.rows[ORDER_ITEMS].append({"order_id": "b", "product_id": "q", "quantity": 1})
        assert amounts_agree.verdict(shop.done()).outcome is expected
