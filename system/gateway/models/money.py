"""Amounts of money: minor units and a currency, so that sums are exact."""

from typing import Annotated, Self

from pydantic import Field
from shop.common.v1 import money_pb2

from system.gateway.models.fields import PRICE_MAX, WHOLE, Answer, Currency, Request, example

MONEY = {"minor_units": 1999, "currency": "EUR"}


class Price(Request):
    """A price that comes in: above zero."""

    model_config = example(MONEY)

    minor_units: Annotated[int, Field(ge=1, le=PRICE_MAX, description="1999 is 19.99 in a currency with cents."), WHOLE]
    currency: Currency

    def message(self) -> money_pb2.Money:
        """As the services speak of it."""
        return money_pb2.Money(minor_units=self.minor_units, currency=self.currency)


class Money(Answer):
    """An amount that goes out."""

    model_config = example(MONEY)

    minor_units: int
    currency: str

    @classmethod
    def of(cls, message: money_pb2.Money) -> Self:
        """Read from a message."""
        return cls(minor_units=message.minor_units, currency=message.currency)
