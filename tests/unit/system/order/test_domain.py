from dataclasses import replace
from datetime import datetime

import pytest

from system.order.domain import (
    MOVES,
    Address,
    Item,
    Money,
    Order,
    Placement,
    Status,
    before,
    content,
    fault_of,
    sum_of,
    why_not_cancellable,
    why_not_offered,
    why_not_payable,
)

PRODUCT = "0d8f2a9e-3c7e-4b57-9a53-7f2f3a1b6c01"
OTHER = "0d8f2a9e-3c7e-4b57-9a53-7f2f3a1b6c02"
ADDRESS = Address("Ada", "Main St 1", "London", "N1", "GB")
ORDER_ID, USER_ID = "0d8f2a9e-3c7e-4b57-9a53-7f2f3a1b6c03", "0d8f2a9e-3c7e-4b57-9a53-7f2f3a1b6c04"
PLACEMENT = Placement(ORDER_ID, USER_ID, "ada@shop.example", "key", (Item(PRODUCT, 2),), ADDRESS)
THEN = datetime(2026, 1, 1)  # noqa: DTZ001 - the database's times are naive UTC
ORDER = Order("o1", "u1", "ada@shop.example", Status.RESERVED, "", (), None, ADDRESS, "", "", THEN, THEN, THEN)


def test_final_statuses_have_no_way_out_and_nothing_leads_back() -> None:
    final = {Status.REJECTED, Status.PAID, Status.CANCELLED, Status.EXPIRED}
    assert {s for s, targets in MOVES.items() if not targets} == final
    assert before(Status.PENDING) == frozenset()
    assert before(Status.PAID) == {Status.RESERVED}


@pytest.mark.parametrize(
    ("placement", "fault"),
    [
        (PLACEMENT, ""),
        (replace(PLACEMENT, items=()), "NO_ITEMS"),
        (replace(PLACEMENT, user_id=""), "NO_IDENTITY"),
        (replace(PLACEMENT, idempotency_key=""), "NO_IDENTITY"),
        (replace(PLACEMENT, order_id="order-1"), "NO_IDENTITY"),
        (replace(PLACEMENT, order_id=ORDER_ID.upper()), "NO_IDENTITY"),
        (replace(PLACEMENT, order_id=f"{ORDER_ID}\n"), "NO_IDENTITY"),
        (replace(PLACEMENT, order_id="é" * 36), "NO_IDENTITY"),
        (replace(PLACEMENT, user_id=USER_ID * 2), "NO_IDENTITY"),
        (replace(PLACEMENT, idempotency_key="k" * 255), ""),
        (replace(PLACEMENT, idempotency_key="k" * 256), "NO_IDENTITY"),
        (replace(PLACEMENT, customer_email=""), "BAD_EMAIL"),
        (replace(PLACEMENT, customer_email="ada"), "BAD_EMAIL"),
        (replace(PLACEMENT, customer_email="ada@shop.example\nBcc: eve@shop.example"), "BAD_EMAIL"),
        (replace(PLACEMENT, customer_email="a" * 64 + "@" + "x" * 190), "BAD_EMAIL"),
        (replace(PLACEMENT, address=replace(ADDRESS, city="c" * 100, recipient="r" * 200)), ""),
        *((replace(PLACEMENT, address=replace(ADDRESS, **{name: "x" * 201})), "BAD_ADDRESS") for name in vars(ADDRESS)),
        *((replace(PLACEMENT, address=replace(ADDRESS, **{name: ""})), "BAD_ADDRESS") for name in vars(ADDRESS)),
        (replace(PLACEMENT, address=replace(ADDRESS, country="é€")), "BAD_ADDRESS"),
        (replace(PLACEMENT, address=replace(ADDRESS, street="Main\x00St")), "BAD_ADDRESS"),
        (replace(PLACEMENT, items=(Item("é" * 36, 1),)), "BAD_PRODUCT_ID"),
        (replace(PLACEMENT, items=(Item(PRODUCT, 0),)), "BAD_QUANTITY"),
        (replace(PLACEMENT, items=(Item(PRODUCT, -5),)), "BAD_QUANTITY"),
        (replace(PLACEMENT, items=(Item(PRODUCT, 10**9),)), "BAD_QUANTITY"),
        (replace(PLACEMENT, items=(Item(PRODUCT, 1), Item(PRODUCT, 2))), "DUPLICATE_PRODUCT"),
        (replace(PLACEMENT, items=(Item("short", 1),)), "BAD_PRODUCT_ID"),
        (replace(PLACEMENT, items=tuple(Item(f"{n:036}", 1) for n in range(101))), "TOO_MANY_ITEMS"),
    ],
)
def test_what_can_never_be_an_order_is_named(placement: Placement, fault: str) -> None:
    assert fault_of(placement) == fault


def test_the_order_of_lines_is_not_content_but_quantities_and_address_are() -> None:
    two = replace(PLACEMENT, items=(Item(PRODUCT, 1), Item(OTHER, 2)))
    assert content(two) == content(replace(two, items=two.items[::-1]))
    assert content(two) != content(replace(two, items=(Item(PRODUCT, 2), Item(OTHER, 1))))
    assert content(two) != content(replace(two, address=replace(ADDRESS, city="Paris")))


def test_sums_are_exact_and_currencies_do_not_mix() -> None:
    euro, dollar = Money(1999, "EUR"), Money(5, "USD")
    assert sum_of([Item(PRODUCT, 3, "a", euro), Item(OTHER, 1, "b", Money(1, "EUR"))]) == Money(5998, "EUR")
    assert sum_of([Item(PRODUCT, 1, "a", euro), Item(OTHER, 1, "b", dollar)]) is None
    with pytest.raises(ValueError, match="no price"):
        sum_of([Item(PRODUCT, 1)])


def test_what_nobody_can_pay_is_refused_before_it_is_reserved() -> None:
    """The payment service takes no more, so such an order could never be completed."""

    def costs(minor_units: int, currency: str = "EUR") -> Item:
        return Item(PRODUCT, 1, "a", Money(minor_units, currency))

    assert why_not_offered([costs(10**15)]) == ""
    assert why_not_offered([costs(10**15), costs(1)]) == "TOTAL_TOO_HIGH"
    assert why_not_offered([costs(1), costs(1, "USD")]) == "MIXED_CURRENCIES"


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (ORDER, ""),
        (replace(ORDER, overdue=True), "ORDER_EXPIRED"),
        (replace(ORDER, status=Status.PENDING), "ORDER_PENDING"),
        (replace(ORDER, status=Status.REJECTED), "ORDER_REJECTED"),
        (replace(ORDER, status=Status.CANCELLED), "ORDER_CANCELLED"),
        (replace(ORDER, status=Status.EXPIRED), "ORDER_EXPIRED"),
        (replace(ORDER, status=Status.PAID, payment_id="pay_1"), ""),
        (replace(ORDER, status=Status.PAID, payment_id="pay_2"), "ORDER_ALREADY_PAID"),
        (replace(ORDER, status=Status.PAID, payment_id="pay_1", overdue=True), ""),
    ],
)
def test_only_a_reserved_order_in_time_can_be_paid(order: Order, reason: str) -> None:
    assert why_not_payable(order, "pay_1") == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.RESERVED, ""),
        (Status.CANCELLED, ""),
        (Status.PENDING, "ORDER_PENDING"),
        (Status.PAID, "ORDER_PAID"),
        (Status.EXPIRED, "ORDER_EXPIRED"),
        (Status.REJECTED, "ORDER_REJECTED"),
    ],
)
def test_only_a_reserved_order_can_be_called_off(status: Status, reason: str) -> None:
    assert why_not_cancellable(replace(ORDER, status=status)) == reason
