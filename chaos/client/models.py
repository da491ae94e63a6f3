"""The resources of the shop's REST API. Fields that the clients do not need are left out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency (ISO 4217)."""

    minor_units: int
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Address:
    """A delivery address; `country` is ISO 3166-1 alpha-2."""

    recipient: str
    street: str
    city: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class Line:
    """Units of a product in an order."""

    product_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order; `total` and `expires_at` (RFC 3339) are None until it is reserved."""

    id: str
    status: str
    items: tuple[Line, ...]
    total: Money | None
    delivery_address: Address
    reason: str | None = None
    payment_id: str | None = None
    expires_at: str | None = None


@dataclass(frozen=True, slots=True)
class Orders:
    """A page of one's own orders; `next_cursor` leads to the next one, None on the last."""

    items: tuple[Order, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class OrderRef:
    """The body of a 202: the order's id and status."""

    id: str
    status: str


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: str
    email: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Session:
    """The body of a login."""

    access_token: str
    refresh_token: str
    user: User


@dataclass(frozen=True, slots=True)
class Tokens:
    """The body of a refresh."""

    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the catalogue's tree."""

    id: str
    name: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Categories:
    """The children of a category, or the roots."""

    items: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a product."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A product."""

    id: str
    name: str
    price: Money
    category_id: str | None = None
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Products:
    """A page of the catalogue."""

    items: tuple[Product, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Stock:
    """Units of a product."""

    product_id: str
    available: int
    reserved: int
    sold: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment at the provider."""

    id: str
    status: str
