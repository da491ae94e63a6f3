"""Orders as they are asked for and as they are."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from shop.order.v1 import order_pb2

from system.common.enums import member_of
from system.gateway.models.fields import (
    LINES_MAX,
    NOT_BLANK,
    QUANTITY_MAX,
    UUID,
    WHOLE,
    WRITTEN,
    Answer,
    Country,
    Id,
    Request,
    example,
    moment,
)
from system.gateway.models.money import MONEY, Money
from system.gateway.models.products import LAMP

ADDRESS = {
    "recipient": "Ada Lovelace",
    "street": "Keizersgracht 1",
    "city": "Amsterdam",
    "postal_code": "1015 CJ",
    "country": "NL",
}
LINE = {"product_id": LAMP["id"], "name": LAMP["name"], "quantity": 2, "unit_price": MONEY}
ORDER = {
    "id": "0b2a6f0e-7d3e-5b63-9d0c-3f4f1f6a2a51",
    "status": "RESERVED",
    "items": [LINE],
    "total": {"minor_units": 3998, "currency": "EUR"},
    "delivery_address": ADDRESS,
    "reason": None,
    "payment_id": None,
    "created_at": "2026-11-22T12:00:00.000000Z",
    "updated_at": "2026-11-22T12:00:00.100000Z",
    "expires_at": "2026-11-22T12:05:00.100000Z",
    "last_payment": None,
}
DECLINED = {
    "payment_id": "pay_4f1d2c3b",
    "outcome": "DECLINED",
    "reason": "CARD_DECLINED",
    "ended_at": "2026-11-22T12:01:00.000000Z",
}
CURSOR = f"^([0-9]{{16}}-{UUID.strip('^$')})?$"
"""What is given out since 0.2; what 0.1 gave out is read, too, so that a client can go on with its list during an upgrade."""


class Status(StrEnum):
    """Where an order is: PENDING → RESERVED | REJECTED; RESERVED → PAID | CANCELLED | EXPIRED."""

    PENDING = "PENDING"
    RESERVED = "RESERVED"
    REJECTED = "REJECTED"
    PAID = "PAID"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class Line(Request):
    """Units of one product."""

    model_config = example({"product_id": LAMP["id"], "quantity": 2})

    product_id: Id
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX), WHOLE]


class Address(Request):
    """Where an order goes."""

    model_config = example(ADDRESS)

    recipient: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NOT_BLANK)]
    street: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NOT_BLANK)]
    city: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NOT_BLANK)]
    postal_code: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=NOT_BLANK)]
    country: Country


class NewOrder(Request):
    """What a customer asks for."""

    model_config = example({"items": [{"product_id": LAMP["id"], "quantity": 2}], "delivery_address": ADDRESS})

    items: Annotated[
        list[Line], Field(min_length=1, max_length=LINES_MAX, description=f"1 to {LINES_MAX} lines, each product once.")
    ]
    delivery_address: Address

    @field_validator("items")
    @classmethod
    def _each_product_once(cls, items: list[Line]) -> list[Line]:
        if len({line.product_id for line in items}) < len(items):
            raise PydanticCustomError("duplicate_product", "each product may stand on one line only: add up its quantities")
        return items


class Payment(Request):
    """The payment the client authorised at the provider."""

    model_config = example({"payment_id": "pay_4f1d2c3b"})

    payment_id: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]


class OrderQuery(Request):
    """Which page of one's own orders."""

    model_config = ConfigDict(strict=False)  # a query string holds nothing but text

    cursor: Annotated[
        str,
        StringConstraints(max_length=500, pattern=r"^[\x21-\x7e]*$"),
        Field(description="`next_cursor` of the page before.", json_schema_extra={"pattern": CURSOR}),
    ] = ""
    limit: Annotated[int, Field(ge=1, le=100), WRITTEN] = 20


class OrderItem(Answer):
    """A line of an order; name and price are null until it is reserved."""

    model_config = example(LINE)

    product_id: str
    name: str | None
    quantity: int
    unit_price: Money | None


class DeliveryAddress(Answer):
    """Where an order goes."""

    model_config = example(ADDRESS)

    recipient: str
    street: str
    city: str
    postal_code: str
    country: str


class PaymentOutcome(StrEnum):
    """How an attempt to pay ended: DECLINED took nothing, REFUNDED gave everything back."""

    CAPTURED = "CAPTURED"
    DECLINED = "DECLINED"
    REFUNDED = "REFUNDED"


class PaymentAttempt(Answer):
    """An attempt to pay that has ended."""

    model_config = example(DECLINED)

    payment_id: str
    outcome: PaymentOutcome
    reason: Annotated[str | None, Field(description="Why it was declined or refunded, as a constant.")]
    ended_at: datetime

    @classmethod
    def of(cls, message: order_pb2.PaymentAttempt) -> Self:
        """Read from a message."""
        return cls(
            payment_id=message.payment_id,
            outcome=member_of(PaymentOutcome, order_pb2.PaymentOutcome, message.outcome, "PAYMENT_OUTCOME_"),
            reason=message.reason or None,
            ended_at=moment(message.ended_at),
        )


class Order(Answer):
    """An order."""

    model_config = example(ORDER)

    id: str
    status: Status
    items: list[OrderItem]
    total: Annotated[Money | None, Field(description="Null until it is reserved.")]
    delivery_address: DeliveryAddress
    reason: Annotated[str | None, Field(description="Why it was rejected or cancelled, as a constant.")]
    payment_id: Annotated[str | None, Field(description="What it was paid with; null until it is paid.")]
    created_at: datetime
    updated_at: datetime
    expires_at: Annotated[datetime | None, Field(description="Until when it can be paid; null until it is reserved.")]
    last_payment: Annotated[
        PaymentAttempt | None,
        Field(description="The last attempt to pay that has ended: what became of a `complete` that was answered 202."),
    ]

    @classmethod
    def of(cls, message: order_pb2.Order) -> Self:
        """Read from a message."""
        address = message.delivery_address
        return cls(
            id=message.id,
            status=member_of(Status, order_pb2.OrderStatus, message.status, "ORDER_STATUS_"),
            items=[_item(item) for item in message.items],
            total=Money.of(message.total) if message.HasField("total") else None,
            delivery_address=DeliveryAddress(
                recipient=address.recipient,
                street=address.street,
                city=address.city,
                postal_code=address.postal_code,
                country=address.country,
            ),
            reason=message.reason or None,
            payment_id=message.payment_id or None,
            created_at=moment(message.created_at),
            updated_at=moment(message.updated_at),
            expires_at=moment(message.expires_at) if message.HasField("expires_at") else None,
            last_payment=PaymentAttempt.of(message.last_payment) if message.HasField("last_payment") else None,
        )


def _item(message: order_pb2.OrderItem) -> OrderItem:
    return OrderItem(
        product_id=message.product_id,
        name=message.name or None,
        quantity=message.quantity,
        unit_price=Money.of(message.unit_price) if message.HasField("unit_price") else None,
    )


class Orders(Answer):
    """A page of one's own orders, newest first."""

    model_config = example({"items": [ORDER], "next_cursor": None})

    items: list[Order]
    next_cursor: Annotated[str | None, Field(description="Send it as `cursor` for the next page; null on the last.")]

    @classmethod
    def of(cls, messages: Sequence[order_pb2.Order], next_page_token: str) -> Self:
        """Read from messages."""
        return cls(items=[Order.of(message) for message in messages], next_cursor=next_page_token or None)


class PendingOrder(Answer):
    """An order taken on, durable and not yet decided. Read it at its Location."""

    model_config = example({"id": ORDER["id"], "status": "PENDING"})

    id: str
    status: Literal[Status.PENDING] = Status.PENDING
