"""One story that calls every RPC of the shop with an effect, told in the messages of either version."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx

from harness.contracts.versions.caller import Caller
from harness.waiting import wait_until

USER, PRODUCT, ORDER = "/shop.user.v1.UserService", "/shop.product.v1.ProductService", "/shop.order.v1.OrderService"
PAYMENT, NOTIFICATION = "/shop.payment.v1.PaymentService", "/shop.notification.v1.NotificationService"
PASSWORD = "correct horse battery"
EUR = {"minor_units": 1999, "currency": "EUR"}
ADDRESS = {"recipient": "Ada Lovelace", "street": "Main St 1", "city": "London", "postal_code": "N1", "country": "GB"}

Json = dict[str, Any]
Authorise = Callable[[str, Json], str]
"""Authorises a payment of an amount for an order at the provider; returns the provider's id."""


def authorising(provider: str) -> Authorise:
    """At the sandbox of that address."""

    def authorise(order_id: str, amount: Json) -> str:
        answer = httpx.post(f"{provider}/v1/payments", json={"amount": amount, "reference": order_id}, trust_env=False)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return authorise


def account(ask: Caller) -> Json:
    """Everything that can be done with an account; the account."""
    email = f"{uuid.uuid4().hex}@shop.example"
    user: Json = ask.ask(f"{USER}/Register", email=email, password=PASSWORD, name="Ada")["user"]
    tokens = ask.ask(f"{USER}/Login", email=email, password=PASSWORD)["tokens"]
    bearer = ask.ask(f"{USER}/VerifyToken", access_token=tokens["access_token"])
    assert (bearer["user_id"], bearer["role"]) == (user["id"], "ROLE_USER")
    again = ask.ask(f"{USER}/RefreshTokens", refresh_token=tokens["refresh_token"])["tokens"]
    other = ask.ask(f"{USER}/Login", email=email, password=PASSWORD)["tokens"]
    session = ask.ask(f"{USER}/VerifyToken", access_token=other["access_token"])["session_id"]
    ask.ask(f"{USER}/Logout", user_id=user["id"], session_id=session)
    changed = ask.ask(f"{USER}/UpdateProfile", user_id=user["id"], name="Ada King")["user"]
    assert (changed["name"], changed["email"]) == ("Ada King", email)
    assert ask.ask(f"{USER}/ChangeRole", user_id=user["id"], role="ROLE_ADMIN")["user"]["role"] == "ROLE_ADMIN"
    found: Json = ask.ask(f"{USER}/GetUser", user_id=user["id"])["user"]
    return {**found, **again}


def catalogue(ask: Caller) -> Json:
    """Everything that can be done with categories and products; a product that stays, with stock."""
    category = ask.ask(f"{PRODUCT}/CreateCategory", name=f"Lamps {uuid.uuid4().hex[:8]}")["category"]
    assert ask.ask(f"{PRODUCT}/GetCategory", category_id=category["id"])["category"] == category
    renamed = ask.ask(f"{PRODUCT}/UpdateCategory", category_id=category["id"], name=f"Lights {uuid.uuid4().hex[:8]}")
    assert renamed["category"] in ask.ask(f"{PRODUCT}/ListCategories")["categories"]
    product: Json = ask.ask(f"{PRODUCT}/CreateProduct", name="Lamp", price=EUR, category_id=category["id"])["product"]
    mine = {"product_id": product["id"]}
    changed = ask.ask(f"{PRODUCT}/UpdateProduct", **mine, description="warm")["product"]
    assert (changed["name"], changed["description"], changed["price"]["minor_units"]) == ("Lamp", "warm", "1999")
    assert ask.ask(f"{PRODUCT}/GetProduct", **mine)["product"] == changed
    assert ask.ask(f"{PRODUCT}/GetProducts", product_ids=[product["id"]])["products"] == [changed]
    listed = ask.ask(f"{PRODUCT}/ListProducts", page=1, page_size=10, category_id=category["id"], sort="PRODUCT_SORT_NAME")
    assert listed["products"] == [changed]
    ask.ask(f"{PRODUCT}/SetStock", **mine, available=10)
    reserve(ask, product["id"])
    ask.ask(f"{PRODUCT}/DeleteProduct", **mine)
    ask.ask(f"{PRODUCT}/DeleteCategory", category_id=category["id"])
    kept: Json = ask.ask(f"{PRODUCT}/CreateProduct", name="Lamp", price=EUR)["product"]
    ask.ask(f"{PRODUCT}/SetStock", product_id=kept["id"], available=10)
    return kept


def reserve(ask: Caller, product: str) -> None:
    """Units are reserved and sold, or given back."""
    for kind, outcome, left in (("Confirm", "CONFIRMED", "8"), ("Release", "RELEASED", "8")):
        order = str(uuid.uuid4())
        reservation = {"order_id": order, "lines": [{"product_id": product, "quantity": 2}]}
        fences = [{"product_id": product, "token": 1}]
        (result,) = ask.ask(f"{PRODUCT}/ReserveStock", reservations=[reservation], fences=fences)["results"]
        assert result["outcome"] == "RESERVATION_OUTCOME_RESERVED", result
        (result,) = ask.ask(f"{PRODUCT}/{kind}Reservations", order_ids=[order])["results"]
        assert result["outcome"] == f"RESERVATION_OUTCOME_{outcome}", result
        assert ask.ask(f"{PRODUCT}/GetStock", product_id=product)["stock"]["available"] == left


def ordering(ask: Caller, user: str, product: str, authorise: Authorise) -> Json:
    """One order is cancelled, another paid, each written down as by a gateway; the paid one."""
    for ending in ("cancelled", "paid"):
        order = {"order_id": str(uuid.uuid4()), "user_id": user}
        wish = {"items": [{"product_id": product, "quantity": 1}], "delivery_address": ADDRESS}
        contact = {"customer_email": "ada@shop.example", "idempotency_key": str(uuid.uuid4())}
        assert ask.ask(f"{ORDER}/AcceptOrder", **order, **wish, **contact)["order"]["id"] == order["order_id"]
        reserved = status_of(ask, order, "RESERVED")
        if ending == "cancelled":
            ask.ask(f"{ORDER}/CancelOrder", **order)
            status_of(ask, order, "CANCELLED")
        else:
            payment = authorise(order["order_id"], {**reserved["total"], "minor_units": int(reserved["total"]["minor_units"])})
            ask.ask(f"{ORDER}/CompleteOrder", **order, payment_id=payment)
            paid = status_of(ask, order, "PAID")
    assert len(ask.ask(f"{ORDER}/ListOrders", user_id=user, page_size=10)["orders"]) == 2
    return paid


def status_of(ask: Caller, order: Json, expected: str) -> Json:
    """The order, once it has that status."""
    found: Json = {}

    def reached() -> bool:
        found.update(ask.ask(f"{ORDER}/GetOrder", **order)["order"])
        return bool(found["status"] == f"ORDER_STATUS_{expected}")

    wait_until(reached, what=f"the order is {expected}", timeout_s=30)
    return found


def paying(ask: Caller, authorise: Authorise) -> None:
    """A payment is captured, read, and given back."""
    order = str(uuid.uuid4())
    payment = {"order_id": order, "provider_payment_id": authorise(order, EUR)}
    captured = ask.ask(f"{PAYMENT}/CapturePayment", **payment, amount=EUR)["payment"]
    assert captured["status"] == "PAYMENT_STATUS_CAPTURED"
    assert ask.ask(f"{PAYMENT}/GetPayment", order_id=order)["payment"] == captured
    assert ask.ask(f"{PAYMENT}/RefundPayment", **payment)["payment"]["status"] == "PAYMENT_STATUS_REFUNDED"


def notifying(ask: Caller) -> None:
    """A confirmation is mailed."""
    items = [{"name": "Lamp", "quantity": 1, "unit_price": EUR}]
    to = {"recipient_email": "ada@shop.example", "recipient_name": "Ada"}
    sent = ask.ask(f"{NOTIFICATION}/SendOrderConfirmation", order_id=str(uuid.uuid4()), items=items, total=EUR, **to)
    assert sent["message_id"]
