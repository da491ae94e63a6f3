"""A simulated buyer: places, reads, pays, cancels or abandons orders, and enters the resulting rows."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from chaos.bench.world import Steps, World
from chaos.observations.orders import (
    AUTHORISE_PAYMENT,
    CANCEL_ORDER,
    COMPLETE_ORDER,
    ORDER_ITEMS,
    ORDERS,
    PLACE_ORDER,
    READ_ORDER,
)
from chaos.observations.outside import MAILBOX, PROVIDER_LEDGER, Kind
from chaos.observations.payments import PAYMENTS
from chaos.observations.rest import CONFIRMATIONS
from chaos.observations.stock import RESERVATION_LINES, RESERVATIONS, Movement
from harness.history import Row

EPOCH = datetime(2026, 11, 22, 12, tzinfo=UTC)
PRICE: dict[str, JsonValue] = {"minor_units": 1999, "currency": "EUR"}
NAME = "Flash sale lamp"
LINE = f"1 x {NAME}\n    19.99 EUR each, 19.99 EUR"
"""A line of an order as its mail states it."""
UNITS = 1_000_000
"""Stock of each product at the beginning."""


@dataclass
class SimulatedBuyer:
    """Owns the orders that it places."""

    world: World
    name: str
    user_id: str = field(init=False)
    address: dict[str, JsonValue] = field(init=False)
    _times: Row = field(default_factory=dict)
    """Of the order under way: when it was made, and until when it can be paid."""

    def __post_init__(self) -> None:
        self.user_id = self.world.new_id()
        self.address = {
            "recipient": self.name,
            "street": f"Sale Street {self.name}",
            "city": "Bern",
            "postal_code": "3000",
            "country": "CH",
        }

    def steps(self) -> Steps:
        """One order after the other until `world.enough()`."""
        number = 0
        while not self.world.enough():
            number += 1
            yield self.world.duration_ns(1, 200)
            yield from self._order(f"sale-{self.name}-{number}")

    def _order(self, key: str) -> Steps:
        world, drawn = self.world, self.world.random.random()
        sold_out = drawn < 0.06
        order, product = world.new_id(), world.new_id() if sold_out else world.random.choice(world.products)
        sent: Row = {
            "user_id": self.user_id,
            "key": key,
            "items": [{"product_id": product, "quantity": 1}],
            "delivery_address": self.address,
        }
        for status in (503,) if world.disturbed() and world.random.random() < 0.06 else ():
            call = world.recorder.invoke(self.name, PLACE_ORDER, sent)
            yield world.duration_ns(50, 1500)
            call.answered(status, {"title": "Unavailable", "status": status, "code": "UNAVAILABLE", "trace_id": world.new_id()})
        call = world.recorder.invoke(self.name, PLACE_ORDER, sent)
        yield world.duration_ns(20, 400)
        if sold_out:
            call.answered(409, {"order_id": order, "title": "Conflict", "status": 409, "code": "OUT_OF_STOCK"})
            self._stored(order, key, product, "REJECTED")
            return
        self._times = {"created_at": self._moment(), "updated_at": self._moment(), "expires_at": self._moment(300)}
        shown = self._shown(order, product, "RESERVED")
        world.books.reserves(product, order, world.clock())
        call.answered(*((202, {"id": order, "status": "PENDING"}) if drawn > 0.95 else (201, shown)))
        for _ in range(world.random.randrange(1, 4)):
            yield from self._does(READ_ORDER, {"order_id": order}, shown)
        yield from self._ends(order, key, product, world.random.random())

    def _ends(self, order: str, key: str, product: str, drawn: float) -> Steps:
        if drawn < 0.6:
            yield from self._pays(order, key, product)
        elif drawn < 0.75:
            self._stored(order, key, product, "CANCELLED")
            yield from self._does(CANCEL_ORDER, {"order_id": order}, self._shown(order, product, "CANCELLED"))
        else:
            self._stored(order, key, product, "RESERVED")

    def _pays(self, order: str, key: str, product: str) -> Steps:
        world, payment = self.world, f"pay_{self.world.random.getrandbits(128):032x}"
        authorised: Row = {"id": payment, "status": "authorized", "amount": PRICE, "reference": order}
        yield from self._does(AUTHORISE_PAYMENT, {"order_id": order, "amount": PRICE}, authorised, 201)
        for kind in (Kind.AUTHORIZE, Kind.CAPTURE):
            self._entered(kind, order, payment)
        self._stored(order, key, product, "PAID", payment)
        paid = self._shown(order, product, "PAID", payment)
        yield from self._does(COMPLETE_ORDER, {"order_id": order, "payment_id": payment}, paid)
        yield from self._does(READ_ORDER, {"order_id": order}, paid)
        world.books.enter(CONFIRMATIONS, {"order_id": order, "state": "SENT"})
        mail: Row = {
            "message_id": f"<order-{order}@shop.example>",
            "order_id": order,
            "to": f"{self.name}@shop.example",
            "subject": f"Your order {order[:8].upper()} is confirmed",
            "text": f"Thank you, {self.name}!\n\n{LINE}\n\nTotal: 19.99 EUR\n\nOrder: {order}",
            "transmissions": 1,
            "received_at": self._moment(),
        }
        world.books.enter(MAILBOX, mail)

    def _does(self, operation: str, sent: Row, told: Row, status: int = 200) -> Steps:
        call = self.world.recorder.invoke(self.name, operation, sent)
        yield self.world.duration_ns(3, 60)
        call.answered(status, told)

    def _entered(self, kind: Kind, order: str, payment: str) -> None:
        books = self.world.books
        entry: Row = {
            "seq": books.count(PROVIDER_LEDGER) + 1,
            "at": self._moment(),
            "payment_id": payment,
            "reference": order,
            "kind": kind.value,
            "amount": PRICE,
            "idempotency_key": None,
        }
        books.enter(PROVIDER_LEDGER, entry)

    def _stored(self, order: str, key: str, product: str, status: str, payment: str = "") -> None:
        books = self.world.books
        row: Row = {
            "id": order,
            "user_id": self.user_id,
            "idempotency_key": key,
            "status": status,
            "total_minor": None if status == "REJECTED" else 1999,
            "currency": None if status == "REJECTED" else "EUR",
            "payment_id": payment,
            "overdue": 0,
            **self.address,
        }
        books.enter(ORDERS, row)
        if status == "REJECTED":
            books.enter(ORDER_ITEMS, {"order_id": order, "product_id": product, "quantity": 1, "name": ""})
            return
        line: Row = {
            "order_id": order,
            "product_id": product,
            "quantity": 1,
            "name": NAME,
            "unit_price_minor": 1999,
            "currency": "EUR",
        }
        books.enter(ORDER_ITEMS, line)
        state = {"PAID": "CONFIRMED", "CANCELLED": "RELEASED"}.get(status, "RESERVED")
        books.enter(RESERVATIONS, {"order_id": order, "state": state})
        books.enter(RESERVATION_LINES, line)
        if payment:
            books.enter(PAYMENTS, _captured(order, payment))
        moved = {"CONFIRMED": Movement.CONFIRM, "RELEASED": Movement.RELEASE}.get(state)
        if moved is not None:
            books.moves(product, moved, order, 1)

    def _shown(self, order: str, product: str, status: str, payment: str | None = None) -> Row:
        return {
            "id": order,
            "status": status,
            "items": [{"product_id": product, "name": NAME, "quantity": 1, "unit_price": PRICE}],
            "total": PRICE,
            "delivery_address": self.address,
            "reason": None,
            "payment_id": payment,
            **self._times,
        }

    def _moment(self, later_s: float = 0.0) -> str:
        now = EPOCH + timedelta(microseconds=self.world.clock() / 1000, seconds=later_s)
        return now.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _captured(order: str, payment: str) -> Row:
    return {
        "order_id": order,
        "provider_payment_id": payment,
        "amount_minor": 1999,
        "currency": "EUR",
        "status": "CAPTURED",
        "reason": "",
    }
