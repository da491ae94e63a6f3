"""Products, their pictures and their stock."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema
from shop.product.v1 import product_pb2

from system.gateway.models.fields import (
    IMAGES_MAX,
    LINE_OF_TEXT,
    NOT_BLANK,
    PROSE,
    STOCK_MAX,
    UUID,
    WHOLE,
    WRITTEN,
    Answer,
    Change,
    Id,
    OptionalId,
    Request,
    example,
    moment,
)
from system.gateway.models.money import MONEY, Money, Price

PICTURE = {"url": "https://img.shop.example/lamp.jpg", "alt": "A green lamp"}
DRAFT = {
    "name": "Desk lamp",
    "description": "Warm light, long arm.",
    "price": MONEY,
    "category_id": "3d9a7e8c-0b4e-4a0c-9c55-64a0c7b4b1a1",
    "images": [PICTURE],
}
LAMP = {
    "id": "5c0d9f2e-8a41-4a63-9a58-6d1f6d0c7e33",
    **DRAFT,
    "created_at": "2026-11-22T12:00:00.000000Z",
    "updated_at": "2026-11-22T12:00:00.000000Z",
}

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NOT_BLANK)]
Description = Annotated[str, StringConstraints(max_length=4000, pattern=PROSE)]
Category = Annotated[Id | None, Field(description="Its category; null for none.")]
PICTURE_URL = r"^https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$"
"""The characters of RFC 3986, without the brackets of IP addresses: those are not where a shop's pictures are."""

CURSOR = rf"^({UUID.strip('^$')}\.[0-9]{{1,12}})?$"
"""The last product of the page before, and the total: any product ends a page."""


class Picture(Request):
    """A picture that comes in."""

    model_config = example(PICTURE)

    url: Annotated[str, StringConstraints(min_length=8, max_length=2000, pattern=PICTURE_URL)]
    alt: Annotated[str, StringConstraints(max_length=200, pattern=LINE_OF_TEXT)] = ""

    def message(self) -> product_pb2.Image:
        """As the services speak of it."""
        return product_pb2.Image(url=self.url, alt=self.alt)


Pictures = Annotated[list[Picture], Field(max_length=IMAGES_MAX)]


class NewProduct(Request):
    """A product to add; its stock is set apart from it."""

    model_config = example(DRAFT)

    name: Name
    description: Description = ""
    price: Price
    category_id: Category = None
    images: Annotated[Pictures, Field(default_factory=list)]


class ProductChange(Change):
    """What changes of a product."""

    model_config = example({"price": {"minor_units": 1799, "currency": "EUR"}})
    clearable: ClassVar[frozenset[str]] = frozenset({"category_id"})

    name: Name | SkipJsonSchema[None] = None
    description: Description | SkipJsonSchema[None] = None
    price: Price | SkipJsonSchema[None] = None
    category_id: Category = None
    images: Pictures | SkipJsonSchema[None] = None


class ProductQuery(Request):
    """Which page of the catalogue."""

    model_config = ConfigDict(strict=False)  # a query string holds nothing but text

    page: Annotated[int, Field(ge=1, le=10_000, description="Its number; `cursor` is the cheaper way."), WRITTEN] = 1
    cursor: Annotated[
        str,
        StringConstraints(max_length=64, pattern=CURSOR),
        Field(description="`next_cursor` of the page before, with the same filter and order; `page` is not looked at then."),
    ] = ""
    page_size: Annotated[int, Field(ge=1, le=100), WRITTEN] = 20
    name: Annotated[
        str, StringConstraints(max_length=200, pattern=LINE_OF_TEXT), Field(description="Part of the name, any case.")
    ] = ""
    category_id: Annotated[Id | SkipJsonSchema[None], Field(description="A category, its descendants included.")] = None
    sort: Literal["newest", "name", "price_asc", "price_desc"] = "newest"


class StockChange(Request):
    """The units that can be ordered from now on."""

    model_config = example({"available": 100})

    available: Annotated[int, Field(ge=0, le=STOCK_MAX), WHOLE]


class Image(Answer):
    """A picture that goes out."""

    model_config = example(PICTURE)

    url: str
    alt: str


class Product(Answer):
    """A product."""

    model_config = example(LAMP)

    id: str
    name: str
    description: str
    price: Money
    category_id: OptionalId
    images: list[Image]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, message: product_pb2.Product) -> Self:
        """Read from a message."""
        return cls(
            id=message.id,
            name=message.name,
            description=message.description,
            price=Money.of(message.price),
            category_id=message.category_id or None,
            images=[Image(url=image.url, alt=image.alt) for image in message.images],
            created_at=moment(message.created_at),
            updated_at=moment(message.updated_at),
        )


class Products(Answer):
    """A page of the catalogue."""

    model_config = example({"items": [LAMP], "total": 1, "page": 1, "page_size": 20, "next_cursor": None})

    items: list[Product]
    total: Annotated[int, Field(description="Products on all pages together; by `cursor` as counted for the first page.")]
    page: int
    page_size: int
    next_cursor: Annotated[str | None, Field(description="Send it as `cursor` for the next page; null on the last.")] = None


class Stock(Answer):
    """Units of a product. Put in = available + reserved + sold."""

    model_config = example({"product_id": LAMP["id"], "available": 97, "reserved": 2, "sold": 1})

    product_id: str
    available: int
    reserved: int
    sold: int

    @classmethod
    def of(cls, message: product_pb2.Stock) -> Self:
        """Read from a message."""
        return cls(product_id=message.product_id, available=message.available, reserved=message.reserved, sold=message.sold)
