"""A product service that is newer than this order service: its unknown outcomes are tried again, not taken for a failure."""

from typing import Any

import pytest
from shop.product.v1 import product_pb2

from system.common.errors import Unavailable
from system.order.clients import Stock


class Newer:
    """A stub that answers every reservation with an outcome of a later version."""

    def __getattr__(self, method: str) -> Any:
        return method


async def call(method: str, request: Any) -> Any:
    result = product_pb2.ReservationResult(order_id="o1", outcome=99)  # type: ignore[arg-type]  # proto3 carries any number
    return product_pb2.ReserveStockResponse(results=[result])


@pytest.mark.parametrize("ask", ["confirm", "release"])
async def test_an_outcome_of_a_newer_version(ask: str) -> None:
    stock = Stock(Newer(), call)  # type: ignore[arg-type]  # fakes
    with pytest.raises(Unavailable, match="does not know"):
        await getattr(stock, ask)(["o1"])
