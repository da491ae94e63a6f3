"""Where a client can go from an answer, as OpenAPI links: the life of an account, of an order, and of the catalogue.

Whoever reads the description alone (a generator of clients, a fuzzer) learns from them what belongs together: that the id of
POST /orders is the `order_id` of POST /orders/{order_id}/cancel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from system.gateway.models.orders import ADDRESS

ID = "$response.body#/id"
THIS_PRODUCT = {"product_id": "$response.body#/product_id"}


@dataclass(frozen=True)
class Link:
    """After this status of this operation, that operation can follow, with parameters and body made of runtime expressions."""

    after: str
    status: int
    then: str
    about: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """Unique within an answer."""
        return self.then

    @property
    def described(self) -> dict[str, Any]:
        """The Link Object."""
        described: dict[str, Any] = {"operationId": self.then, "description": self.about}
        if self.parameters:
            described["parameters"] = dict(self.parameters)
        if self.body is not None:
            described["requestBody"] = dict(self.body)
        return described


def _order(status: int, after: str = "place_order") -> tuple[Link, ...]:
    this = {"order_id": ID}
    return (
        Link(after, status, "read_order", "See how it stands.", this),
        Link(after, status, "complete_order", "Pay it, with a payment authorised at the provider.", this),
        Link(after, status, "cancel_order", "Call it off.", this),
    )


LINKS: Sequence[Link] = (
    Link(
        "register",
        201,
        "login",
        "Log in with what was registered.",
        body={"email": "$request.body#/email", "password": "$request.body#/password"},
    ),
    Link("register", 201, "change_role", "An admin can give it another role.", {"user_id": ID}),
    Link("login", 200, "refresh", "Go on after the access token.", body={"refresh_token": "$response.body#/refresh_token"}),
    Link("login", 200, "logout", "End the session."),
    Link("refresh", 200, "refresh", "Each works once.", body={"refresh_token": "$response.body#/refresh_token"}),
    Link("create_category", 201, "read_category", "Read it.", {"category_id": ID}),
    Link("create_category", 201, "list_categories", "Its children.", {"parent_id": ID}),
    Link("create_category", 201, "list_products", "What it holds.", {"category_id": ID}),
    Link("create_category", 201, "change_category", "Rename or move it.", {"category_id": ID}),
    Link("create_category", 201, "delete_category", "Remove it.", {"category_id": ID}),
    Link("create_product", 201, "read_product", "Read it.", {"product_id": ID}),
    Link("create_product", 201, "change_product", "Change it.", {"product_id": ID}),
    Link("create_product", 201, "set_stock", "Put units of it in stock.", {"product_id": ID}),
    Link("create_product", 201, "read_stock", "Read its stock.", {"product_id": ID}),
    Link("create_product", 201, "delete_product", "Take it out of the catalogue.", {"product_id": ID}),
    Link("set_stock", 200, "read_stock", "Read it.", THIS_PRODUCT),
    Link(
        "set_stock",
        200,
        "place_order",
        "Order one.",
        body={"items": [{**THIS_PRODUCT, "quantity": 1}], "delivery_address": ADDRESS},
    ),
    *_order(201),
    *_order(202),
    *_order(200, "complete_order"),
    *_order(200, "cancel_order"),
    *_order(200, "read_order"),
    Link("list_products", 200, "read_product", "The first of the page.", {"product_id": "$response.body#/items/0/id"}),
    Link("list_products", 200, "list_products", "The next page.", {"cursor": "$response.body#/next_cursor"}),
    Link("list_orders", 200, "read_order", "The first of the page.", {"order_id": "$response.body#/items/0/id"}),
    Link("list_orders", 200, "list_orders", "The next page.", {"cursor": "$response.body#/next_cursor"}),
)
