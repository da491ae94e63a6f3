"""Products and categories: what may be said about them, and the shape of the tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from system.product.domain.values import InvalidValueError, Money, identifier, number, optional_identifier, text

MAX_IMAGES = 10
MAX_PAGE = 10_000
_TOTAL_DIGITS = 12
MAX_PAGE_SIZE = 100
MAX_PRODUCTS = 1000
MAX_DEPTH = 20
"""Levels of the tree, far below the depth at which the databases give up a recursive query (1000)."""


@dataclass(frozen=True)
class Category:
    """A node of the tree; a root has no parent."""

    id: str
    name: str
    parent_id: str | None


@dataclass(frozen=True)
class Neighbourhood:
    """A node with its parent and its children, by name."""

    category: Category
    parent: Category | None
    children: tuple[Category, ...]


@dataclass(frozen=True)
class Image:
    """A picture of a product, and the text in its place."""

    url: str
    alt: str

    def __post_init__(self) -> None:
        text(self.url, "image.url", least=1, most=2000)
        if not self.url.startswith(("https://", "http://")) or " " in self.url:
            raise InvalidValueError("image.url must be an http or https address")
        text(self.alt, "image.alt", least=0, most=200)


@dataclass(frozen=True)
class Product:
    """A product in the catalogue. Times are UTC."""

    id: str
    name: str
    description: str
    price: Money
    category_id: str | None
    images: tuple[Image, ...]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Draft:
    """A product to be added."""

    name: str
    description: str
    price: Money
    category_id: str | None
    images: tuple[Image, ...]


@dataclass(frozen=True)
class Patch:
    """What is to change of a product; None leaves it. `category_id` is set to "" to take the product out of its category."""

    name: str | None = None
    description: str | None = None
    price: Money | None = None
    category_id: str | None = None
    images: tuple[Image, ...] | None = None


class Sort(StrEnum):
    """The order of a page."""

    NEWEST = "NEWEST"
    NAME = "NAME"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"


@dataclass(frozen=True)
class Place:
    """Where a page ended: its last product, and how many products there were when the first page was read."""

    product_id: str
    total: int

    @classmethod
    def of(cls, token: str) -> Self:
        """Read a place that was written as a token. Raises InvalidValueError."""
        product_id, _, total = token.partition(".")
        if not (total.isascii() and total.isdigit() and len(total) <= _TOTAL_DIGITS):
            raise InvalidValueError("page_token is not one that was given out")
        return cls(identifier(product_id, "page_token"), int(total))

    def __str__(self) -> str:
        return f"{self.product_id}.{self.total}"


@dataclass(frozen=True)
class Search:
    """A page of the catalogue, and what is to be on it: the page of that number, from 1, or the one `after` an earlier one."""

    page: int
    page_size: int
    name_contains: str
    category_id: str | None
    sort: Sort = Sort.NEWEST
    after: Place | None = None

    def __post_init__(self) -> None:
        if self.after is None:
            number(self.page, "page", least=1, most=MAX_PAGE)
        number(self.page_size, "page_size", least=1, most=MAX_PAGE_SIZE)
        text(self.name_contains, "name_contains", least=0, most=200)
        optional_identifier(self.category_id or "", "category_id")


@dataclass(frozen=True)
class Page:
    """The products of a page, how many there are on all pages, and where the next one begins (None: there is none)."""

    products: tuple[Product, ...]
    total: int
    next: Place | None = None


def category_name(value: str) -> str:
    """A category's name. Raises InvalidValueError."""
    return text(value, "name", least=1, most=100)


def product_name(value: str) -> str:
    """A product's name. Raises InvalidValueError."""
    return text(value, "name", least=1, most=200)


def description(value: str) -> str:
    """A product's description; it may have several lines. Raises InvalidValueError."""
    return text(value, "description", least=0, most=4000, multiline=True)


def images(values: Sequence[Image]) -> tuple[Image, ...]:
    """A product's pictures, in their order. Raises InvalidValueError."""
    number(len(values), "the number of images", least=0, most=MAX_IMAGES)
    return tuple(values)


Parents = Mapping[str, str | None]
"""The tree: every node's parent."""


def path(tree: Parents, node: str | None) -> tuple[str, ...]:
    """The nodes from `node` up to its root; empty for None."""
    found: list[str] = []
    while node is not None and node not in found:
        found.append(node)
        node = tree.get(node)
    return tuple(found)


def closes_circle(tree: Parents, node: str, parent: str | None) -> bool:
    """Whether `node` would become its own ancestor under `parent`."""
    return node in path(tree, parent)


def depth_under(tree: Parents, parent: str | None, node: str | None = None) -> int:
    """Levels of the tree down to the deepest node of the subtree of `node` (None: a new node) once it hangs under `parent`."""
    ways = [path(tree, other) for other in tree] if node else []
    height = max((way.index(node) for way in ways if node in way), default=0)
    return len(path(tree, parent)) + 1 + height
