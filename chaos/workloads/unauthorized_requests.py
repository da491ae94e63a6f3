"""Unauthorized requests: every route with the id of a resource, and those for admins only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Of(StrEnum):
    """The resource that a request is about: another user's, by placeholder, or the shop's."""

    ORDER = "order"
    PAYMENT = "payment"
    USER = "user"
    PRODUCT = "product"
    CATEGORY = "category"
    ME = "me"
    SHOP = ""


@dataclass(frozen=True)
class UnauthorizedRequest:
    """A request that must be refused.

    Placeholders: {order}, {payment} and {user} of another user; {own_order}, {own_payment} and {me}; {product} and {category}.
    """

    what: str
    of: Of
    method: str
    path: str
    body: Mapping[str, object] | None = None

    def filled(self, things: Mapping[str, str]) -> tuple[str, str, dict[str, object] | None]:
        """Method, path and body with the placeholders replaced. Raises KeyError for one that `things` lacks."""
        body = None if self.body is None else {name: _filled(value, things) for name, value in self.body.items()}
        return self.method, self.path.format_map(things), body


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """What a customer owns. `private` are texts that nobody else may read."""

    user: str
    order: str
    payment: str
    private: tuple[str, ...] = field(default=())

    def as_victims(self) -> dict[str, str]:
        """Their placeholders in another user's request."""
        return {"user": self.user, "order": self.order, "payment": self.payment}

    def as_own(self) -> dict[str, str]:
        """Their placeholders in the owner's request."""
        return {"me": self.user, "own_order": self.order, "own_payment": self.payment}


def _filled(value: object, things: Mapping[str, str]) -> object:
    return value.format_map(things) if isinstance(value, str) else value


PRICE = {"minor_units": 1, "currency": "EUR"}

UNAUTHORIZED_REQUESTS: tuple[UnauthorizedRequest, ...] = (
    UnauthorizedRequest("read an order", Of.ORDER, "GET", "/orders/{order}"),
    UnauthorizedRequest("cancel an order", Of.ORDER, "POST", "/orders/{order}/cancel"),
    UnauthorizedRequest("pay an order", Of.ORDER, "POST", "/orders/{order}/complete", {"payment_id": "{own_payment}"}),
    UnauthorizedRequest(
        "pay an order with its owner's payment", Of.ORDER, "POST", "/orders/{order}/complete", {"payment_id": "{payment}"}
    ),
    UnauthorizedRequest("spend a payment", Of.PAYMENT, "POST", "/orders/{own_order}/complete", {"payment_id": "{payment}"}),
    UnauthorizedRequest("read an account", Of.USER, "GET", "/users/{user}"),
    UnauthorizedRequest("change an account", Of.USER, "PATCH", "/users/{user}", {"name": "Mallory"}),
    UnauthorizedRequest("change an account as one's own", Of.USER, "PATCH", "/users/me", {"name": "Mallory", "id": "{user}"}),
    UnauthorizedRequest("raise another's role", Of.USER, "PATCH", "/users/{user}/role", {"role": "ADMIN"}),
    UnauthorizedRequest("raise one's own role", Of.ME, "PATCH", "/users/{me}/role", {"role": "ADMIN"}),
    UnauthorizedRequest(
        "raise one's own role along with the name", Of.ME, "PATCH", "/users/me", {"name": "Mallory", "role": "ADMIN"}
    ),
    UnauthorizedRequest(
        "register as an admin",
        Of.SHOP,
        "POST",
        "/auth/register",
        {"email": "mallory-{me}@shop.example", "password": "mallory-mallory", "name": "Mallory", "role": "ADMIN"},
    ),
    UnauthorizedRequest("read the stock", Of.PRODUCT, "GET", "/products/{product}/stock"),
    UnauthorizedRequest("set the stock", Of.PRODUCT, "PUT", "/products/{product}/stock", {"available": 0}),
    UnauthorizedRequest("change a product", Of.PRODUCT, "PATCH", "/products/{product}", {"name": "Mallory's"}),
    UnauthorizedRequest("delete a product", Of.PRODUCT, "DELETE", "/products/{product}"),
    UnauthorizedRequest("add a product", Of.SHOP, "POST", "/products", {"name": "Mallory's", "price": PRICE}),
    UnauthorizedRequest("add a category", Of.SHOP, "POST", "/categories", {"name": "Mallory's of {me}"}),
    UnauthorizedRequest("change a category", Of.CATEGORY, "PATCH", "/categories/{category}", {"name": "Mallory's"}),
    UnauthorizedRequest("delete a category", Of.CATEGORY, "DELETE", "/categories/{category}"),
)
