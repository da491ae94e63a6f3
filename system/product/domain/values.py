"""The small values everything else is made of, checked when they are made: text, money, identifiers, numbers in a range."""

import re
from dataclasses import dataclass
from unicodedata import category

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CURRENCY = re.compile(r"[A-Z]{3}")
MAX_PRICE_MINOR = 100_000_000_000
"""Minor units: a billion euros. Times the largest quantity it still fits 64 bits."""


class InvalidValueError(ValueError):
    """A value that can never be right, whatever the state of the shop. The message says which and what is allowed."""


@dataclass(frozen=True)
class Money:
    """An amount in minor units of a currency (ISO 4217)."""

    minor_units: int
    currency: str


def is_identifier(value: str) -> bool:
    """Whether `value` has the form of an id: a UUID in lower case."""
    return UUID.fullmatch(value) is not None


def identifier(value: str, field: str) -> str:
    """`value`, a UUID in lower case. Raises InvalidValueError."""
    if not is_identifier(value):
        raise InvalidValueError(f"{field} must be a UUID in lower case")
    return value


def optional_identifier(value: str, field: str) -> str | None:
    """`value` as an id, or None for the empty string. Raises InvalidValueError."""
    return identifier(value, field) if value else None


def text(value: str, field: str, *, least: int, most: int, multiline: bool = False) -> str:
    """`value` without blanks around it, `least` to `most` characters, no control characters. Raises InvalidValueError."""
    stripped = value.strip()
    if not least <= len(stripped) <= most:
        raise InvalidValueError(f"{field} must have {least} to {most} characters")
    allowed = "\n\r\t" if multiline else ""
    if any(category(character) == "Cc" and character not in allowed for character in stripped):
        raise InvalidValueError(f"{field} must not contain control characters")
    return stripped


def number(value: int, field: str, *, least: int, most: int) -> int:
    """`value`, within `least` and `most`. Raises InvalidValueError."""
    if not least <= value <= most:
        raise InvalidValueError(f"{field} must be from {least} to {most}")
    return value


def price(minor_units: int, currency: str) -> Money:
    """A price: above zero, at most MAX_PRICE_MINOR, in a currency of three capitals. Raises InvalidValueError."""
    number(minor_units, "price.minor_units", least=1, most=MAX_PRICE_MINOR)
    if not CURRENCY.fullmatch(currency):
        raise InvalidValueError("price.currency must be three capital letters (ISO 4217)")
    return Money(minor_units, currency)
