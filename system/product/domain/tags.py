"""Tags of what can be read and changed: another one for another content, so that nobody changes what he has not seen."""

from collections.abc import Sequence
from hashlib import sha256

from system.product.domain.catalogue import Category, Product
from system.product.domain.stock import Stock
from system.product.domain.values import InvalidValueError, number

_MOST = 20
_LONGEST = 64


def tag(of: Product | Category | Stock) -> str:
    """16 hex digits."""
    return sha256(repr(of).encode()).hexdigest()[:16]


def wanted(values: Sequence[str]) -> tuple[str, ...]:
    """The tags of which one is wanted. Raises InvalidValueError for more, or longer ones, than anybody was given."""
    number(len(values), "the number of if_match", least=0, most=_MOST)
    if any(len(value) > _LONGEST for value in values):
        raise InvalidValueError(f"a tag of if_match has at most {_LONGEST} characters")
    return tuple(values)
