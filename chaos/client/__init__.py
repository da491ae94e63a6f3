"""Typed clients on httpx of the shop's REST API and of the sandboxes (payment provider, mailbox).

Every call returns an Answer, whatever its status; an error of the transport is raised as httpx.HTTPError. Nothing
is retried by itself; retries are the caller's decision (`accepted` for the preparations of a run).
"""

from chaos.client.accepted import accepted
from chaos.client.answer import Answer, RefusedError
from chaos.client.models import (
    Address,
    Categories,
    Category,
    Line,
    Money,
    Order,
    OrderRef,
    Orders,
    Payment,
    Product,
    Products,
    Session,
    Stock,
    Tokens,
    User,
)
from chaos.client.sandboxes import Mailbox, Provider
from chaos.client.service_instances import UserInstance
from chaos.client.shop import Shop

__all__ = [
    "Address",
    "Answer",
    "Categories",
    "Category",
    "Line",
    "Mailbox",
    "Money",
    "Order",
    "OrderRef",
    "Orders",
    "Payment",
    "Product",
    "Products",
    "Provider",
    "RefusedError",
    "Session",
    "Shop",
    "Stock",
    "Tokens",
    "User",
    "UserInstance",
    "accepted",
]
