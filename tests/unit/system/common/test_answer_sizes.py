"""The largest answers that the limits of messages allow fit into what a caller takes: they are answered, not refused."""

import pytest
from google.protobuf.message import Message
from shop.common.v1.money_pb2 import Money
from shop.order.v1.order_pb2 import Address, ListOrdersResponse, Order, OrderItem
from shop.product.v1.product_pb2 import (
    GetProductsResponse,
    Image,
    ListProductsResponse,
    PricedLine,
    Product,
    ReservationResult,
    ReserveStockResponse,
)

from system.common.rpc_channel import ANSWER_BYTES, OPTIONS

WIDE = "\U0001f3ee"
"""A character of four bytes, the most there are."""
ID = "0d8f2a9e-3c7e-4b57-9a53-7f2f3a1b6c01"
PRICE = Money(minor_units=10**11, currency="EUR")
PRODUCT = Product(
    id=ID,
    name=WIDE * 200,
    description=WIDE * 4000,
    price=PRICE,
    category_id=ID,
    images=[Image(url="u" * 2000, alt=WIDE * 200)] * 10,
)
LINE = OrderItem(product_id=ID, name=WIDE * 200, quantity=1000, unit_price=PRICE)
PRICED = PricedLine(product_id=ID, name=WIDE * 200, quantity=10**6, unit_price=PRICE)
ADDRESS = Address(recipient=WIDE * 200, street=WIDE * 200, city=WIDE * 100, postal_code=WIDE * 20, country="GB")
ORDER = Order(id=ID, items=[LINE] * 100, delivery_address=ADDRESS, total=PRICE, payment_id="p" * 100)


@pytest.mark.parametrize(
    ("answer", "many", "of"),
    [
        (GetProductsResponse(products=[PRODUCT]), 1000, "ids of a request"),
        (ListProductsResponse(products=[PRODUCT]), 100, "products of a page"),
        (ListOrdersResponse(orders=[ORDER]), 100, "orders of a page"),
        (ReserveStockResponse(results=[ReservationResult(order_id=ID, lines=[PRICED] * 100)]), 500, "reservations of a batch"),
    ],
)
def test_the_largest_answer_fits(answer: Message, many: int, of: str) -> None:
    assert answer.ByteSize() * many <= ANSWER_BYTES, of
    assert ("grpc.max_receive_message_length", ANSWER_BYTES) in OPTIONS
