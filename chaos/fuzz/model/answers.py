"""What an answer should be, and how a thing of the model looks in one. Raises MismatchError, which says both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model.state import Account, Money, Order, Product
from harness.fuzz.interleavings import MismatchError
from harness.recording.exchange import without_secrets

Body = Mapping[str, JsonValue]
PICTURE = ("url", "alt")
ADDRESS = ("recipient", "street", "city", "postal_code", "country")
SHOWN = 600


@dataclass(frozen=True)
class Expected:
    """An answer that is right: its status, the code of its problem ("" for any), and fields of its body."""

    status: int
    code: str = ""
    body: tuple[tuple[str, str], ...] = ()
    """Fields with their values as JSON, so that it is hashed."""

    @classmethod
    def of(cls, status: int, body: Body) -> "Expected":
        """An answer with these fields."""
        return cls(status, "", tuple((name, json.dumps(value, sort_keys=True)) for name, value in body.items()))

    def check(self, answer: Answer) -> None:
        """Compare. Raises MismatchError."""
        if answer.status != self.status or (self.code and answer.code != self.code):
            raise MismatchError(f"{answer.request}: expected {self}, answered {shown(answer)}")
        for name, value in self.body:
            got = json.dumps(answer.body.get(name, "(not there)"), sort_keys=True)
            if got != value:
                raise MismatchError(f"{answer.request}: expected {name} {value}, answered {self.status} with {got[:SHOWN]}")

    def __str__(self) -> str:
        return f"{self.status} {self.code}".strip()


def refuse(status: int, code: str) -> Expected:
    """A problem with this code."""
    return Expected(status, code)


def shown(answer: Answer) -> str:
    """An answer in a line."""
    said = answer.code or json.dumps(without_secrets(answer.body))[:SHOWN]
    return f"{answer.status} {said}"


def text(answer: Answer, name: str) -> str:
    """A field that must be text. Raises MismatchError."""
    value = answer.body.get(name)
    if not isinstance(value, str) or not value:
        raise MismatchError(f"{answer.request}: expected text in {name}, answered {shown(answer)}")
    return value


def rows(answer: Answer, name: str = "items") -> list[Body]:
    """A field that must be a list of objects. Raises MismatchError."""
    value = answer.body.get(name)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise MismatchError(f"{answer.request}: expected a list in {name}, answered {shown(answer)}")
    return [each for each in value if isinstance(each, dict)]


def money(amount: Money | None) -> JsonValue:
    """An amount as JSON."""
    return None if amount is None else {"minor_units": amount.minor, "currency": amount.currency}


def account(of: Account) -> Body:
    """An account as its owner sees it."""
    return {"id": of.id, "email": of.email, "name": of.name, "role": "USER"}


def product(of: Product) -> Body:
    """A product as everybody sees it."""
    pictures: list[JsonValue] = [dict(zip(PICTURE, each, strict=True)) for each in of.pictures]
    return {
        "id": of.id,
        "name": of.name,
        "description": of.description,
        "price": money(of.price),
        "category_id": of.category,
        "images": pictures,
        "created_at": of.created_at,
    }


def stock(of: Product) -> Body:
    """A product's units."""
    return {"product_id": of.id, "available": of.available, "reserved": of.reserved, "sold": of.sold}


def order(of: Order) -> Body:
    """An order as its owner sees it; a time that was not seen yet is left out."""
    lines: list[JsonValue] = [
        {"product_id": each.product, "name": each.name, "quantity": each.quantity, "unit_price": money(each.price)}
        for each in of.lines
    ]
    seen: Body = {
        "id": of.id,
        "status": of.status,
        "total": money(of.total),
        "delivery_address": dict(zip(ADDRESS, of.address, strict=True)),
        "reason": of.reason,
        "payment_id": of.payment,
    }
    # A pending order's lines are read after its row: they may have their prices already.
    priced: Body = {} if of.status == "PENDING" else {"items": lines}
    return {**seen, **priced, **({"created_at": of.created_at} if of.created_at else {})}
