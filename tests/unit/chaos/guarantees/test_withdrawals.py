"""A product of which units are reserved all the while is not withdrawn; where the times are not certain, nothing is said."""

import pytest

from chaos.guarantees.withdrawals import of_reserved_units
from chaos.observations.catalogue import WITHDRAW_PRODUCT
from chaos.observations.stock import MOVEMENTS
from harness.history import History
from tests.unit.chaos.shop_history import ShopHistory

LONG_NS = 10**9

Entry = tuple[str, int, int | None]
"""Kind, quantity, and ns from the withdrawal's invocation."""


def told(*entries: Entry, status: int = 204) -> list[str]:
    """What is said of a withdrawal with these entries in the ledger."""
    shop = ShopHistory()
    shop.recorder.invoke("staff", WITHDRAW_PRODUCT, {"product_id": "p"}).answered(status, {})
    began_ns = History(tuple(shop.records)).named(WITHDRAW_PRODUCT)[0].invoked_ns
    for kind, quantity, after_ns in entries:
        shop.moves(kind, quantity, "o")
        shop.rows[MOVEMENTS][-1] = {
            **shop.rows[MOVEMENTS][-1],
            "created_ns": None if after_ns is None else began_ns + after_ns,
        }
    return [what for _operation, what in of_reserved_units(shop.done())]


def test_what_is_reserved_all_the_while_is_told() -> None:
    (said,) = told(("PUT", 5, -3 * LONG_NS), ("RESERVE", 2, -2 * LONG_NS), ("RELEASE", 2, 2 * LONG_NS))
    assert "2 units of which were reserved" in said


@pytest.mark.parametrize(
    "entries",
    [
        [("PUT", 5, -3 * LONG_NS)],
        [("RESERVE", 2, -2 * LONG_NS), ("RELEASE", 2, -LONG_NS)],
        [("RESERVE", 2, -2 * LONG_NS), ("CONFIRM", 2, -LONG_NS)],
        [("RESERVE", 2, -2 * LONG_NS), ("RELEASE", 2, 0)],
        [("RESERVE", 2, 2 * LONG_NS)],
        [("RESERVE", 2, None)],
    ],
)
def test_what_is_free_or_was_reserved_at_another_time_may_go(entries: list[Entry]) -> None:
    assert told(*entries) == []


def test_a_refusal_withdraws_nothing() -> None:
    assert told(("RESERVE", 2, -2 * LONG_NS), status=409) == []
