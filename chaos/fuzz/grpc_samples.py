"""Requests that each RPC of the shop answers with OK, made anew for each round, and which requests would do harm.

Who calls RPCs directly is past the gateway's checks: an effect that the guarantees hold against the shop (a mail for an
order that nobody paid, stock reserved for no order and never released) is kept to goods of the fuzzer's own.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from google.protobuf.message import DecodeError
from shop.notification.v1.notification_pb2 import SendOrderConfirmationRequest
from shop.payment.v1.payment_pb2 import CapturePaymentRequest
from shop.product.v1 import product_pb2

from chaos.client import Category
from chaos.fuzz.goods import ADDRESS, PASSWORD, PRICE, Customer, Goods, new_id
from harness.fuzz.grpc.sampled import Sampled

USER, PRODUCT, ORDER = "shop.user.v1.UserService", "shop.product.v1.ProductService", "shop.order.v1.OrderService"
PAYMENT, NOTIFICATION = "shop.payment.v1.PaymentService", "shop.notification.v1.NotificationService"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LATEST_TOKEN = 2**62
"""A fencing token that no lock of a run draws, so that a sample is not stale."""

Requests = dict[str, list[Mapping[str, Any]]]


async def sampled(goods: Goods) -> Sampled:
    """Samples of one round. Raises RefusedError, httpx.HTTPError."""
    owner, other, refreshing = [await goods.customer() for _ in range(3)]
    product, spare = await goods.product(), await goods.product()
    category = (await goods.admin.create_category(f"Fuzzed {new_id()}")).read(Category).id
    paid = await goods.paid_order(owner, product)
    samples: Requests = {"grpc.health.v1.Health/Check": [{}], "grpc.health.v1.Health/List": [{}]}
    samples |= _accounts(owner, other)
    samples[f"{USER}/Logout"] = [{"user_id": refreshing.user.id, "session_id": new_id()}, {"user_id": refreshing.user.id}]
    samples[f"{USER}/RefreshTokens"] = [{"refresh_token": refreshing.session.refresh_token}]
    samples |= await _catalogue(goods, product, spare, category)
    samples |= _stock(goods, product)
    samples |= await _orders(goods, owner, product)
    samples |= await _payments(goods)
    samples[f"{NOTIFICATION}/SendOrderConfirmation"] = [
        {
            "order_id": paid.id,
            "recipient_email": owner.user.email,
            "recipient_name": "Fay",
            "items": [{"name": "Fuzzed", "quantity": 1, "unit_price": asdict(PRICE)}],
            "total": asdict(PRICE),
        }
    ]
    known = {
        "user_id": [owner.user.id],
        "email": [owner.user.email],
        "product_id": [product],
        "category_id": [category],
        "parent_id": [category],
        "shop.product.v1.DeleteProductRequest.product_id": [spare],
        "shop.product.v1.DeleteCategoryRequest.category_id": [],
        "shop.order.v1.GetOrderRequest.order_id": [paid.id],
        "shop.notification.v1.SendOrderConfirmationRequest.order_id": [paid.id],
        "order_id": list(goods.ghosts),
    }
    return Sampled(samples, known, harmful=_Harm({paid.id}, set(goods.ghosts)))


def _accounts(owner: Customer, other: Customer) -> Requests:
    account = {"email": f"{new_id()}@shop.example", "password": PASSWORD, "name": "Fay"}
    return {
        f"{USER}/Register": [account],
        f"{USER}/Login": [{"email": owner.user.email, "password": PASSWORD}],
        f"{USER}/VerifyToken": [{"access_token": owner.session.access_token}],
        f"{USER}/GetUser": [{"user_id": owner.user.id}],
        f"{USER}/UpdateProfile": [
            {"user_id": other.user.id, "name": "Gus"},
            {"user_id": other.user.id, "password": PASSWORD, "current_password": PASSWORD},
        ],
        f"{USER}/ChangeRole": [{"user_id": other.user.id, "role": "ROLE_USER"}],
    }


async def _catalogue(goods: Goods, product: str, spare: str, category: str) -> Requests:
    empty = (await goods.admin.create_category(f"Empty {new_id()}")).read(Category).id
    image = {"url": "https://shop.example/lamp.png", "alt": "A lamp"}
    draft = {"name": "Fuzzed", "description": "Two\nlines", "price": asdict(PRICE), "category_id": category, "images": [image]}
    return {
        f"{PRODUCT}/CreateCategory": [{"name": f"Fuzzed {new_id()}", "parent_id": category}],
        f"{PRODUCT}/GetCategory": [{"category_id": category}],
        f"{PRODUCT}/ListCategories": [{"parent_id": category}, {}],
        f"{PRODUCT}/UpdateCategory": [
            {"category_id": category, "name": f"Fuzzed {new_id()}"},
            {"category_id": category, "parent_id": ""},
        ],
        f"{PRODUCT}/DeleteCategory": [{"category_id": empty}],
        f"{PRODUCT}/CreateProduct": [draft],
        f"{PRODUCT}/GetProduct": [{"product_id": product}],
        f"{PRODUCT}/GetProducts": [{"product_ids": [product, spare]}],
        f"{PRODUCT}/ListProducts": [
            {"page": 1, "page_size": 20, "name_contains": "Fuzzed", "category_id": category, "sort": "PRODUCT_SORT_NAME"}
        ],
        f"{PRODUCT}/UpdateProduct": [{"product_id": product, "price": asdict(PRICE), "images": {"images": [image]}}],
        f"{PRODUCT}/DeleteProduct": [{"product_id": spare}],
    }  # fmt: skip


def _stock(goods: Goods, product: str) -> Requests:
    order = goods.ghost()
    fences = [{"product_id": product, "token": LATEST_TOKEN}]
    return {
        f"{PRODUCT}/GetStock": [{"product_id": product}],
        f"{PRODUCT}/SetStock": [{"product_id": product, "available": 100_000}],
        f"{PRODUCT}/ReserveStock": [
            {"reservations": [{"order_id": goods.ghost(), "lines": [{"product_id": product, "quantity": 2}]}], "fences": fences}
        ],
        f"{PRODUCT}/ConfirmReservations": [{"order_ids": [order, goods.ghost()]}],
        f"{PRODUCT}/ReleaseReservations": [{"order_ids": [order, goods.ghost()]}],
    }


async def _orders(goods: Goods, owner: Customer, product: str) -> Requests:
    """Of orders of their own each, because RPCs that reserve spoil the product's fence for later ones."""
    ours = await goods.product()
    read, paying, leaving = [await goods.order(owner, ours) for _ in range(3)]
    payment = await goods.authorised(paying.id, paying.total or PRICE)
    cursor = base64.urlsafe_b64encode(f"2100-01-01T00:00:00|{read.id}".encode()).decode()
    wish = {
        "order_id": new_id(), "user_id": owner.user.id, "customer_email": owner.user.email, "idempotency_key": new_id(),
        "items": [{"product_id": ours, "quantity": 1}], "delivery_address": asdict(ADDRESS),
    }  # fmt: skip
    return {
        f"{ORDER}/AcceptOrder": [wish],
        f"{ORDER}/GetOrder": [{"order_id": read.id, "user_id": owner.user.id}, {"order_id": read.id}],
        f"{ORDER}/ListOrders": [
            {"user_id": owner.user.id, "page_size": 20},
            {"user_id": owner.user.id, "page_size": 1, "page_token": cursor},
        ],
        f"{ORDER}/CompleteOrder": [{"order_id": paying.id, "user_id": owner.user.id, "payment_id": payment}],
        f"{ORDER}/CancelOrder": [{"order_id": leaving.id, "user_id": owner.user.id}],
    }


async def _payments(goods: Goods) -> Requests:
    taken, returned = goods.ghost(), goods.ghost()
    capture = {"order_id": taken, "provider_payment_id": await goods.authorised(taken, PRICE), "amount": asdict(PRICE)}
    refund = {"order_id": returned, "provider_payment_id": await goods.authorised(returned, PRICE)}
    return {
        f"{PAYMENT}/CapturePayment": [capture],
        f"{PAYMENT}/RefundPayment": [refund],
        f"{PAYMENT}/GetPayment": [{"order_id": taken}],
    }


class _Harm:
    """Whether a request has an effect for an order that is not the fuzzer's, which nobody would undo."""

    def __init__(self, paid: set[str], ghosts: set[str]) -> None:
        self._paid = paid
        self._ghosts = ghosts

    def __call__(self, rpc: str, body: bytes) -> bool:
        try:
            return any(UUID.fullmatch(order) for order in self._strangers(rpc, body))
        except DecodeError:
            return False

    def _strangers(self, rpc: str, body: bytes) -> Iterator[str]:
        """Orders in the request that its effects must not reach."""
        if rpc == f"{NOTIFICATION}/SendOrderConfirmation":
            yield from _others([SendOrderConfirmationRequest.FromString(body).order_id], self._paid)
        elif rpc == f"{PRODUCT}/ReserveStock":
            asked = product_pb2.ReserveStockRequest.FromString(body).reservations
            yield from _others([each.order_id for each in asked], self._ghosts)
        elif rpc == f"{PRODUCT}/ConfirmReservations":
            yield from _others(product_pb2.ConfirmReservationsRequest.FromString(body).order_ids, self._ghosts)
        elif rpc == f"{PRODUCT}/ReleaseReservations":
            yield from _others(product_pb2.ReleaseReservationsRequest.FromString(body).order_ids, self._ghosts)
        elif rpc == f"{PAYMENT}/CapturePayment":
            yield from _others([CapturePaymentRequest.FromString(body).order_id], self._ghosts)


def _others(orders: Sequence[str], ours: set[str]) -> Iterator[str]:
    return (order for order in orders if order not in ours)
