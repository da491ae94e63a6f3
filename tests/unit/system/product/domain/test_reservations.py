import pytest

from system.product.domain.reservations import (
    MAX_BATCH,
    MAX_LINES,
    Batch,
    FenceMissingError,
    FenceStaleError,
    Outcome,
    Plan,
    PricedLine,
    Reservation,
    Shelf,
    State,
    Wanted,
    confirm,
    release,
    reserve,
)
from system.product.domain.stock import MAX_QUANTITY, Kind, Movement
from system.product.domain.values import InvalidValueError
from tests.unit.system.product.world import PRICE, order, product, shelf, wanted

NOBODY: dict[str, Reservation] = {}


def shelves(*rows: Shelf) -> dict[str, Shelf]:
    return {row.product_id: row for row in rows}


def batch(*orders: Wanted, token: int = 1) -> Batch:
    products = {line.product_id for each in orders for line in each.lines}
    return Batch(orders, dict.fromkeys(products, token))


def outcomes(plan: Plan) -> list[Outcome]:
    return [result.outcome for result in plan.results]


def held(number: int, state: State, *lines: tuple[int, int]) -> Reservation:
    priced = tuple(PricedLine(product(n), quantity, "Then", PRICE) for n, quantity in lines)
    return Reservation(order(number), state, priced)


def test_orders_are_served_in_their_order_until_nothing_is_left() -> None:
    plan = reserve(batch(wanted(3, (1, 2)), wanted(1, (1, 2)), wanted(2, (1, 1))), shelves(shelf(1, 3)), NOBODY)
    assert [(r.order_id, r.outcome) for r in plan.results] == [
        (order(3), Outcome.RESERVED),
        (order(1), Outcome.OUT_OF_STOCK),
        (order(2), Outcome.RESERVED),
    ]
    assert plan.results[1].product_id == product(1)
    assert plan.movements == (
        Movement(product(1), Kind.RESERVE, 2, order(3), 1),
        Movement(product(1), Kind.RESERVE, 1, order(2), 1),
    )


def test_a_reserved_line_carries_the_name_and_price_of_the_moment() -> None:
    plan = reserve(batch(wanted(1, (1, 2))), shelves(shelf(1, 2)), NOBODY)
    assert plan.results[0].lines == (PricedLine(product(1), 2, "Thing 1", PRICE),)
    assert plan.new == (Reservation(order(1), State.RESERVED, plan.results[0].lines),)


def test_an_order_is_reserved_whole_or_not_at_all() -> None:
    plan = reserve(batch(wanted(1, (1, 1), (2, 1)), wanted(2, (1, 1))), shelves(shelf(1, 1), shelf(2, 0)), NOBODY)
    assert outcomes(plan) == [Outcome.OUT_OF_STOCK, Outcome.RESERVED]
    assert plan.results[0].product_id == product(2)
    assert [m.order_id for m in plan.movements] == [order(2)]


def test_what_is_unknown_or_off_sale_is_named_before_what_is_out_of_stock() -> None:
    off_sale = shelves(shelf(1, 0), shelf(2, 5, on_sale=False))
    plan = reserve(batch(wanted(1, (1, 1), (2, 1)), wanted(2, (1, 1), (3, 1))), off_sale, NOBODY)
    assert [(r.outcome, r.product_id) for r in plan.results] == [
        (Outcome.UNKNOWN_PRODUCT, product(2)),
        (Outcome.UNKNOWN_PRODUCT, product(3)),
    ]
    assert not plan.new
    assert not plan.movements


@pytest.mark.parametrize("state", State)
def test_an_order_that_has_a_reservation_is_answered_as_it_is(state: State) -> None:
    before = held(1, state, (1, 4))
    plan = reserve(batch(wanted(1, (1, 2))), shelves(shelf(1, 9)), {order(1): before})
    assert outcomes(plan) == [Outcome(state.value)]
    assert plan.results[0].lines == (before.lines if state is State.RESERVED else ())
    assert (plan.new, plan.moved, plan.movements) == ((), {}, ())


def test_a_lower_token_than_the_one_written_last_is_refused() -> None:
    with pytest.raises(FenceStaleError) as caught:
        reserve(batch(wanted(1, (1, 1)), token=6), shelves(shelf(1, 9, fence=7)), NOBODY)
    assert (caught.value.product_id, caught.value.token, caught.value.written) == (product(1), 6, 7)
    assert reserve(batch(wanted(1, (1, 1)), token=7), shelves(shelf(1, 9, fence=7)), NOBODY).new


def test_a_stale_token_refuses_even_what_would_change_nothing() -> None:
    before = {order(1): held(1, State.RESERVED, (1, 1))}
    with pytest.raises(FenceStaleError):
        reserve(batch(wanted(1, (1, 1)), token=6), shelves(shelf(1, 9, fence=7)), before)


def test_every_product_that_exists_needs_a_token() -> None:
    both = wanted(1, (1, 1), (2, 1))
    with pytest.raises(FenceMissingError) as caught:
        reserve(Batch((both,), {product(1): 1}), shelves(shelf(1, 9), shelf(2, 9)), NOBODY)
    assert caught.value.product_id == product(2)
    assert outcomes(reserve(Batch((both,), {product(1): 1}), shelves(shelf(1, 9)), NOBODY)) == [Outcome.UNKNOWN_PRODUCT]


@pytest.mark.parametrize("quantity", [0, -5, MAX_QUANTITY + 1])
def test_a_quantity_has_bounds(quantity: int) -> None:
    assert wanted(1, (1, 1), (2, MAX_QUANTITY))
    with pytest.raises(InvalidValueError, match="quantity"):
        wanted(1, (1, quantity))


def test_an_order_has_1_to_100_lines_of_different_products() -> None:
    assert wanted(1, *((n, 1) for n in range(MAX_LINES)))
    for lines in ((), tuple((n, 1) for n in range(MAX_LINES + 1))):
        with pytest.raises(InvalidValueError, match="number of lines"):
            wanted(1, *lines)
    with pytest.raises(InvalidValueError, match="names a product twice"):
        wanted(1, (1, 1), (1, 2))


def test_a_batch_has_at_most_500_orders_each_once() -> None:
    assert batch(*(wanted(n, (1, 1)) for n in range(MAX_BATCH)))
    with pytest.raises(InvalidValueError, match="number of reservations"):
        batch(*(wanted(n, (1, 1)) for n in range(MAX_BATCH + 1)))
    with pytest.raises(InvalidValueError, match="an order is named twice"):
        batch(wanted(1, (1, 1)), wanted(1, (2, 1)))


def test_a_token_is_above_zero() -> None:
    with pytest.raises(InvalidValueError, match=r"fence\.token"):
        batch(wanted(1, (1, 1)), token=0)


def test_confirming_sells_what_is_reserved_and_answers_the_rest_as_it_is() -> None:
    before = {
        order(1): held(1, State.RESERVED, (1, 2), (2, 1)),
        order(2): held(2, State.CONFIRMED, (1, 2)),
        order(3): held(3, State.RELEASED, (1, 2)),
    }
    plan = confirm([order(n) for n in (3, 1, 4, 2, 1)], before)
    assert outcomes(plan) == [
        Outcome.RELEASED,
        Outcome.CONFIRMED,
        Outcome.NOT_FOUND,
        Outcome.CONFIRMED,
        Outcome.CONFIRMED,
    ]
    assert plan.moved == {order(1): State.CONFIRMED}
    assert plan.movements == (
        Movement(product(1), Kind.CONFIRM, 2, order(1)),
        Movement(product(2), Kind.CONFIRM, 1, order(1)),
    )


def test_releasing_gives_back_what_is_reserved_or_sold_and_shuts_out_the_unknown() -> None:
    before = {
        order(1): held(1, State.RESERVED, (1, 2)),
        order(2): held(2, State.CONFIRMED, (1, 3)),
        order(3): held(3, State.RELEASED, (1, 4)),
    }
    plan = release([order(n) for n in (1, 2, 3, 4, 4)], before)
    assert outcomes(plan) == [Outcome.RELEASED] * 5
    assert plan.moved == {order(1): State.RELEASED, order(2): State.RELEASED}
    assert plan.new == (Reservation(order(4), State.RELEASED),)
    assert plan.movements == (
        Movement(product(1), Kind.RELEASE, 2, order(1)),
        Movement(product(1), Kind.RETURN, 3, order(2)),
    )
