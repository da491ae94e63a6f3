"""What the database refuses, in the words of the catalogue."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from system.common.database import DUPLICATE, mysql_code
from system.common.errors import AlreadyExists, Conflict, NotFound, Stale
from system.product.domain.catalogue import Category, Product
from system.product.domain.stock import Stock
from system.product.domain.tags import tag

REFERENCE_MISSING = 1452
REFERENCED = 1451


def category_not_found(category_id: str) -> NotFound:
    """The error for a category, parent or not, that is not in the tree."""
    return NotFound("there is no such category", reason="CATEGORY_NOT_FOUND", metadata={"category_id": category_id})


def product_not_found(product_id: str) -> NotFound:
    """The error for a product that is not, or no longer, in the catalogue."""
    return NotFound("there is no such product", reason="PRODUCT_NOT_FOUND", metadata={"product_id": product_id})


def category_in_use() -> Conflict:
    """The error for deleting a category that is not empty."""
    return Conflict("the category has children or products; move or delete them first", reason="CATEGORY_IN_USE")


def require_current(found: Product | Category | Stock, wanted: Sequence[str]) -> None:
    """Raise Stale unless what was found has one of these tags; none are wanted of whoever does not mind."""
    if wanted and tag(found) not in wanted:
        raise Stale("it was changed since it was read: read it again")


@contextmanager
def translated(category_id: str) -> Iterator[None]:
    """Turn what a write under category `category_id` may violate into AlreadyExists, NotFound or Conflict."""
    try:
        yield
    except IntegrityError as error:
        match mysql_code(error):
            case int(code) if code == DUPLICATE:
                raise AlreadyExists("a sibling has this name already", reason="CATEGORY_NAME_TAKEN") from error
            case int(code) if code == REFERENCE_MISSING:
                raise category_not_found(category_id) from error
            case int(code) if code == REFERENCED:
                raise category_in_use() from error
        raise
