from hypothesis import given
from hypothesis import strategies as st

from system.product.domain.stock import SIGNS, Change, Kind, Movement, changes

MOVEMENTS = st.lists(st.builds(Movement, st.sampled_from("abc"), st.sampled_from(Kind), st.integers(1, 1000)))


def test_each_kind_takes_from_one_place_and_gives_to_another() -> None:
    assert {kind: sum(signs) for kind, signs in SIGNS.items()} == {kind: int(kind is Kind.PUT) for kind in Kind}


def test_movements_of_a_product_are_summed_and_products_sorted() -> None:
    movements = [
        Movement("b", Kind.RESERVE, 2, "1"),
        Movement("a", Kind.RETURN, 5, "2"),
        Movement("b", Kind.RESERVE, 3, "3"),
        Movement("b", Kind.CONFIRM, 1, "4"),
    ]
    assert changes(movements, {"b": 7}) == (Change("a", 5, 0, -5, None), Change("b", -5, 4, 1, 7))


def test_a_fence_is_written_for_a_product_that_nothing_moved() -> None:
    assert changes([], {"a": 3}) == (Change("a", 0, 0, 0, 3),)


@given(MOVEMENTS)
def test_only_put_changes_how_many_units_there_are(movements: list[Movement]) -> None:
    put = sum(m.quantity for m in movements if m.kind is Kind.PUT)
    assert sum(c.available + c.reserved + c.sold for c in changes(movements, {})) == put


@given(MOVEMENTS, MOVEMENTS)
def test_changes_add_up_whatever_the_batches(first: list[Movement], second: list[Movement]) -> None:
    def total(*batches: list[Movement]) -> dict[str, tuple[int, int, int]]:
        sums: dict[str, tuple[int, int, int]] = {}
        for change in (c for batch in batches for c in changes(batch, {})):
            a, r, s = sums.get(change.product_id, (0, 0, 0))
            sums[change.product_id] = (a + change.available, r + change.reserved, s + change.sold)
        return sums

    assert total(first + second) == total(first, second)
