"""Orders: one's own, from placing to payment. Admins may read any."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import StringConstraints
from shop.order.v1 import order_pb2

from system.gateway.answers import LOCATION, answer, at
from system.gateway.auth import Auth
from system.gateway.models.fields import Id
from system.gateway.models.orders import NewOrder, Order, OrderQuery, Orders, Payment, PendingOrder
from system.gateway.models.users import Role
from system.gateway.parts import Shop
from system.gateway.problems import documented

router = APIRouter(tags=["orders"])
IdempotencyKey = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$"),
    Header(
        alias="Idempotency-Key",
        description="Chosen by the client, one per order: the same request under the same key is the same order.",
        examples=["9d0c3f4f-order-1"],
    ),
]
RUNNING = {"model": Order, "description": "Under way; read the order at its Location.", "headers": LOCATION}


@router.post(
    "/orders",
    status_code=201,
    response_model=Order,
    responses={
        201: {"description": "Reserved, awaiting payment.", "headers": LOCATION},
        202: {"model": PendingOrder, "description": "Accepted and durable, decided later.", "headers": LOCATION},
        **documented(409),
    },
)
async def place_order(body: NewOrder, key: IdempotencyKey, identity: Auth, shop: Shop) -> Response:
    """Order products.

    409 `OUT_OF_STOCK` when sold out, 409 `MIXED_CURRENCIES` when its products have prices in several currencies,
    409 `TOTAL_TOO_HIGH` above 10^15 minor units, 422 `UNKNOWN_PRODUCT`,
    422 `IDEMPOTENCY_KEY_REUSED` when the key stands for another order. 503: not accepted, or not known to be; send it again
    under the same key.
    """
    identifier, order = await shop.place_orders(identity, key, body)
    location = at(f"/orders/{identifier}")
    if order is None:
        return answer(PendingOrder(id=identifier), 202, location)
    return answer(Order.of(order), 201, location)


@router.get("/orders", response_model=Orders, responses=documented(400))
async def list_orders(query: Annotated[OrderQuery, Query()], identity: Auth, shop: Shop) -> object:
    """One's own orders, newest first. 400 `BAD_CURSOR` for a cursor that nobody gave out."""
    request = order_pb2.ListOrdersRequest(user_id=identity.id, page_size=query.limit, page_token=query.cursor)
    found = await shop.clients.call(shop.clients.orders.ListOrders, request)
    return Orders.of(found.orders, found.next_page_token)


@router.get("/orders/{order_id}", response_model=Order, responses=documented(404))
async def read_order(order_id: Id, identity: Auth, shop: Shop) -> object:
    """One's own order; an admin reads any. 404 also for somebody else's."""
    owner = "" if identity.role is Role.ADMIN else identity.id
    request = order_pb2.GetOrderRequest(order_id=order_id, user_id=owner)
    return Order.of((await shop.clients.call(shop.clients.orders.GetOrder, request)).order)


@router.post("/orders/{order_id}/complete", response_model=Order, responses={202: RUNNING, **documented(402, 404, 409)})
async def complete_order(order_id: Id, body: Payment, identity: Auth, shop: Shop) -> Response:
    """Pay an order with a payment authorised at the provider. 402 when the payment was declined."""
    request = order_pb2.CompleteOrderRequest(order_id=order_id, user_id=identity.id, payment_id=body.payment_id)
    done = await shop.clients.call_saga(shop.clients.orders.CompleteOrder, request)
    return _moved(done.order, in_progress=done.in_progress)


@router.post("/orders/{order_id}/cancel", response_model=Order, responses={202: RUNNING, **documented(404, 409)})
async def cancel_order(order_id: Id, identity: Auth, shop: Shop) -> Response:
    """Call an order off that is not paid yet."""
    request = order_pb2.CancelOrderRequest(order_id=order_id, user_id=identity.id)
    done = await shop.clients.call_saga(shop.clients.orders.CancelOrder, request)
    return _moved(done.order, in_progress=done.in_progress)


def _moved(order: order_pb2.Order, *, in_progress: bool) -> Response:
    return answer(Order.of(order), 202, at(f"/orders/{order.id}")) if in_progress else answer(Order.of(order), 200)
