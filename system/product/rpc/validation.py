"""Where a bad value becomes a refusal."""

from collections.abc import Iterator
from contextlib import contextmanager

from system.common.errors import InvalidArgument
from system.product.domain.values import InvalidValueError


@contextmanager
def reading() -> Iterator[None]:
    """Read a request in this block: raises InvalidArgument for what the domain calls invalid."""
    try:
        yield
    except InvalidValueError as error:
        raise InvalidArgument(str(error)) from error
