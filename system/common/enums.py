"""Enum values of other versions: while a deploy is under way, an answer may carry one that this version does not know yet."""

from enum import StrEnum
from typing import Any, Protocol, TypeVar

from system.common.errors import Unavailable

RETRY_AFTER_S = 5
"""Seconds after which another instance, of the newer version, may answer."""

E = TypeVar("E", bound=StrEnum)


class Named(Protocol):
    """An enum of a generated module."""

    def Name(self, number: Any, /) -> str:  # noqa: N802 - protobuf's name
        """The name of a value. Raises ValueError."""


def name_of(enum: Named, number: int, prefix: str) -> str:
    """The name of a value without its prefix. Raises Unavailable for one that this version does not know."""
    try:
        return enum.Name(number).removeprefix(prefix)
    except ValueError as error:
        raise _newer() from error


def member_of(kind: type[E], enum: Named, number: int, prefix: str) -> E:
    """The member of our own enumeration that a value stands for. Raises Unavailable when there is none."""
    try:
        return kind(name_of(enum, number, prefix))
    except ValueError as error:
        raise _newer() from error


def _newer() -> Unavailable:
    return Unavailable("this version does not know what it was answered; a newer one does", retry_after_s=RETRY_AFTER_S)
