"""The order service, the payment provider and the mailbox as one small state machine: requests in, answers and rows out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

from chaos.observations.outside import Kind
from chaos.observations.stock import Movement
from chaos.proof.stockroom import CURRENCY, Stockroom
from chaos.proof.world import Answer, World, problem
from harness.history import Row

TIME_TO_PAY_NS = 20_000_000_000
BAD_CARD, GOOD_CARD = "card_declined", "card_ok"
ENDED = {"PAID": "ORDER_PAID", "CANCELLED": "ORDER_CANCELLED", "EXPIRED": "ORDER_EXPIRED", "REJECTED": "ORDER_REJECTED"}


def money(units: int) -> dict[str, JsonValue]:
    """An amount, as in JSON."""
    return {"minor_units": units, "currency": CURRENCY}


@dataclass
class Placed:
    """An order. `prices` are those of the moment of its reservation."""

    id: str
    user: str
    key: str
    lines: dict[str, int]
    address: Mapping[str, JsonValue]
    created: str
    expires_ns: int
    status: str = "PENDING"
    prices: dict[str, int] = field(default_factory=dict)
    payment: str = ""
    reason: str | None = None
    reserved: str = ""
    expires: str = ""
    transmissions: int = 0

    @property
    def total(self) -> int | None:
        """Minor units; None without prices."""
        return sum(self.prices[each] * units for each, units in self.lines.items()) if self.prices else None


@dataclass
class Payment:
    """An authorisation at the provider."""

    id: str
    order: str
    amount: int
    method: str
    captured: int = 0
    """What its customer captured past the shop."""


@dataclass
class Orders:
    """`waiting` are durable commands that nobody decided yet, and completions under way."""

    world: World
    stockroom: Stockroom
    placed: dict[str, Placed] = field(default_factory=dict)
    by_key: dict[tuple[str, str], str] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    ledger: list[Row] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    books: dict[tuple[str, str], str] = field(default_factory=dict)
    """Payment's own rows: the status by order and payment."""
    steps: list[Row] = field(default_factory=list)
    """The last step of each saga that placed or completed an order."""
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    """Why payments were declined."""

    def place(self, user: str, sent: Row) -> Answer:
        """POST /orders."""
        key, address = str(sent["key"]), cast(Mapping[str, JsonValue], sent["delivery_address"])
        lines = {str(each["product_id"]): int(each["quantity"]) for each in cast(list[dict[str, str]], sent["items"])}
        known = self.by_key.get((user, key))
        if known is not None:
            order = self.placed[known]
            if order.lines != lines or order.address != address:
                return problem(422, "IDEMPOTENCY_KEY_REUSED")
            return self._decided(order)
        order = Placed(self.world.new_id(), user, key, lines, address, self.world.moment(), self.world.clock() + TIME_TO_PAY_NS)
        self.placed[order.id] = order
        self.by_key[user, key] = order.id
        if self.world.chance(0.15):
            self.waiting.append(("place", order.id))
            return self._decided(order)
        self.decide(order)
        return self._decided(order)

    def decide(self, order: Placed) -> None:
        """Reserve its units, or reject it."""
        if self.stockroom.reserves(order.id, order.lines):
            order.status = "RESERVED"
            order.reserved, order.expires = self.world.moment(), self.world.moment(TIME_TO_PAY_NS / 1e9)
            order.prices = {each: self.stockroom.products[each].price for each in order.lines}
        else:
            order.status, order.reason = "REJECTED", "OUT_OF_STOCK"
        self._ends("place", "reserve_stock", order)

    def _decided(self, order: Placed) -> Answer:
        if order.status == "PENDING":
            return Answer(202, {"id": order.id, "status": "PENDING"})
        if order.status == "REJECTED":
            return problem(409, "OUT_OF_STOCK", order_id=order.id)
        return Answer(201, self.shown(order))

    def read(self, user: str, order_id: str) -> Answer:
        """GET /orders/{id}."""
        order = self.placed.get(order_id)
        return Answer(200, self.shown(order)) if order and order.user == user else problem(404, "ORDER_NOT_FOUND")

    def list(self, user: str) -> Answer:
        """GET /orders."""
        items: list[JsonValue] = [dict(self.shown(each)) for each in reversed(self.placed.values()) if each.user == user]
        return Answer(200, {"items": items, "next_cursor": None})

    def authorise(self, order_id: str, amount: int, method: str) -> Answer:
        """POST /v1/payments of the provider."""
        payment = Payment(f"pay_{self.world.random.getrandbits(128):032x}", order_id, amount, method)
        self.payments[payment.id] = payment
        self._enter(Kind.AUTHORIZE, payment)
        told: Row = {
            "id": payment.id,
            "status": "authorized",
            "amount": money(amount),
            "reference": order_id,
            "method": method,
            "captured_minor_units": 0,
            "refunded_minor_units": 0,
            "decline_code": None,
        }
        return Answer(201, told)

    def capture_elsewhere(self, payment_id: str, units: int, key: str) -> Answer:
        """POST /v1/payments/{id}/capture of the provider, by a customer."""
        payment = self.payments[payment_id]
        payment.captured = units
        self._enter(Kind.CAPTURE, payment, units, key)
        return Answer(200, {"id": payment.id, "status": "captured", "captured_minor_units": units})

    def complete(self, user: str, order_id: str, payment_id: str) -> Answer:
        """POST /orders/{id}/complete."""
        order, payment = self.placed.get(order_id), self.payments.get(payment_id)
        if order is None or order.user != user:
            return problem(404, "ORDER_NOT_FOUND")
        if order.status == "PAID" and order.payment == payment_id:
            return Answer(200, self.shown(order))
        if refusal := self._busy_or_over(order):
            return refusal
        if payment is None or payment.order != order_id:
            return self._declines(order_id, payment_id, "REFERENCE_MISMATCH")
        if reason := self._objection(order, payment):
            return self._declines(order_id, payment_id, reason)
        if not payment.captured:
            self._enter(Kind.CAPTURE, payment)
        self.books[order_id, payment_id] = "CAPTURED"
        if self.world.chance(0.08):
            return self._loses_the_stock(order, payment)
        order.payment = payment_id
        if self.world.chance(0.15):
            self.waiting.append(("complete", order_id))
            return Answer(202, self.shown(order))
        self.pay(order)
        return Answer(200, self.shown(order))

    def _objection(self, order: Placed, payment: Payment) -> str:
        """Why an order's payment does not pay it; what its customer captured of it past the shop is given back."""
        if payment.amount != order.total or payment.captured not in (0, order.total):
            if payment.captured and (order.id, payment.id) not in self.books:
                self._enter(Kind.REFUND, payment, payment.captured)
            return "AMOUNT_MISMATCH"
        if payment.method == BAD_CARD:
            self._enter(Kind.DECLINE, payment)
            return "CARD_DECLINED"
        return ""

    def _declines(self, order_id: str, payment_id: str, reason: str) -> Answer:
        self.books[order_id, payment_id], self.reasons[order_id, payment_id] = "DECLINED", reason
        return problem(402, reason)

    def pay(self, order: Placed) -> None:
        """What follows a capture: units are sold, the order is PAID, the mail is sent."""
        order.status = "PAID"
        self._ends("complete", "confirm_stock", order)
        self.stockroom.ends(order.id, Movement.CONFIRM)
        again = self.world.disturbance is not None and self.world.disturbance.mails_again
        order.transmissions = 2 if again and self.world.chance(0.5) else 1

    def _loses_the_stock(self, order: Placed, payment: Payment) -> Answer:
        """The reservation was released by somebody else: the capture is refunded and the order cancelled."""
        self.stockroom.ends(order.id, Movement.RELEASE)
        self._enter(Kind.REFUND, payment)
        self.books[order.id, payment.id] = "REFUNDED"
        order.status, order.reason = "CANCELLED", "STOCK_LOST"
        return problem(409, "STOCK_LOST")

    def cancel(self, user: str, order_id: str) -> Answer:
        """POST /orders/{id}/cancel."""
        order = self.placed.get(order_id)
        if order is None or order.user != user:
            return problem(404, "ORDER_NOT_FOUND")
        if order.status == "CANCELLED":
            return Answer(200, self.shown(order))
        if refusal := self._busy_or_over(order):
            return refusal
        order.status, order.reason = "CANCELLED", "CANCELLED_BY_OWNER"
        self.stockroom.ends(order.id, Movement.RELEASE)
        return Answer(200, self.shown(order))

    def expire(self) -> None:
        """The clock's saga: reserved orders whose time to pay is over."""
        moving = {order for _, order in self.waiting}
        for order in self.placed.values():
            if order.status == "RESERVED" and order.expires_ns <= self.world.clock() and order.id not in moving:
                order.status, order.reason = "EXPIRED", "NOT_PAID_IN_TIME"
                self.stockroom.ends(order.id, Movement.RELEASE)

    def work(self) -> None:
        """Carry on with one thing that was answered 202."""
        if self.waiting:
            kind, order_id = self.waiting.pop(0)
            order = self.placed[order_id]
            if kind == "place":
                self.decide(order)
            else:
                self.pay(order)

    def _busy_or_over(self, order: Placed) -> Answer | None:
        if order.status == "PENDING" or any(each == order.id for _, each in self.waiting):
            return problem(409, "ORDER_BUSY")
        return problem(409, ENDED[order.status]) if order.status in ENDED else None

    def _ends(self, kind: str, step: str, order: Placed) -> None:
        step_row: Row = {
            "saga_id": f"{kind} {order.id}",
            "subject": order.id,
            "kind": kind,
            "step": step,
            "direction": "do",
            "outcome": order.reason or "done",
            "executor": "order-1:1",
            "at_ns": self.world.clock(),
            "created_ns": order.expires_ns - TIME_TO_PAY_NS,
        }
        self.steps.append(step_row)

    def _enter(self, kind: Kind, payment: Payment, units: int | None = None, key: str | None = None) -> None:
        asked = None if kind is Kind.AUTHORIZE else f"{kind.value}:{payment.order}:{payment.id}"
        entry: Row = {
            "seq": len(self.ledger) + 1,
            "at": self.world.moment(),
            "at_monotonic": self.world.clock() / 1e9,
            "payment_id": payment.id,
            "reference": payment.order,
            "kind": kind.value,
            "amount": money(payment.amount if units is None else units),
            "idempotency_key": key or asked,
        }
        self.ledger.append(entry)

    def shown(self, order: Placed) -> Row:
        """An order, as answers have it."""
        return {
            "id": order.id,
            "status": order.status,
            "items": [
                {
                    "product_id": product,
                    "name": self.stockroom.products[product].name if order.prices else None,
                    "quantity": units,
                    "unit_price": money(order.prices[product]) if order.prices else None,
                }
                for product, units in order.lines.items()
            ],
            "total": None if order.total is None else money(order.total),
            "delivery_address": dict(order.address),
            "reason": order.reason,
            "payment_id": order.payment if order.status == "PAID" else None,
            "created_at": order.created,
            "updated_at": order.reserved if order.status == "RESERVED" else self.world.moment(),
            "expires_at": order.expires if order.prices else None,
        }
