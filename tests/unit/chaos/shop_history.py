"""Histories of a shop, told in the words of a test: who ordered what, what was answered, what the databases held."""

from itertools import count

from chaos.guarantees import facts
from harness.history import Call, History, Record, Recorder, Row

ADDRESS: Row = {"recipient": "Ada", "street": "Main 1", "city": "Bern", "postal_code": "3000", "country": "CH"}


class ShopHistory:
    """Builds a history; `done()` adds the observations that were not made explicitly as empty ones."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.recorder = Recorder(self, clock=count(1).__next__)
        self.rows: dict[str, list[Row]] = {
            subject: []
            for subject in (
                facts.STOCK,
                facts.MOVEMENTS,
                facts.RESERVATIONS,
                facts.RESERVATION_LINES,
                facts.ORDERS,
                facts.ORDER_ITEMS,
            )
        }

    def write(self, record: Record) -> None:
        self.records.append(record)

    def asks(self, order: str, quantity: int = 1) -> Call:
        """A buyer sends an order; its key and its owner are named after it."""
        sent: Row = {
            "user_id": f"user-{order}",
            "key": f"key-{order}",
            "items": [{"product_id": "p", "quantity": quantity}],
            "delivery_address": dict(ADDRESS),
        }
        return self.recorder.invoke(f"buyer-{order}", facts.PLACE_ORDER, sent)

    def places(self, order: str, status: int = 201, quantity: int = 1) -> None:
        """A buyer sends an order and is answered."""
        self.asks(order, quantity).answered(status, {"id": order} if status < 300 else {})

    def reads(self, order: str, status: int) -> None:
        self.recorder.invoke(f"buyer-{order}", facts.READ_ORDER, {"order_id": order}).answered(status, {})

    def moves(self, kind: str, quantity: int, order: str | None = None) -> None:
        """The ledger gets an entry."""
        rows = self.rows[facts.MOVEMENTS]
        rows.append({"id": len(rows) + 1, "product_id": "p", "order_id": order, "kind": kind, "quantity": quantity})

    def stock(self, available: int, reserved: int, sold: int) -> None:
        """The row of the product."""
        self.rows[facts.STOCK].append({"product_id": "p", "available": available, "reserved": reserved, "sold": sold})

    def holds(self, order: str, state: str = "RESERVED", quantity: int = 1) -> None:
        """Product holds a reservation."""
        self.rows[facts.RESERVATIONS].append({"order_id": order, "state": state})
        self.rows[facts.RESERVATION_LINES].append({"order_id": order, "product_id": "p", "quantity": quantity})

    def stored(self, order: str, status: str = "RESERVED", quantity: int = 1, street: str = "Main 1") -> None:
        """The order service holds an order."""
        self.rows[facts.ORDERS].append(
            {
                "id": order,
                "user_id": f"user-{order}",
                "idempotency_key": f"key-{order}",
                "status": status,
                **ADDRESS,
                "street": street,
            }
        )
        self.rows[facts.ORDER_ITEMS].append({"order_id": order, "product_id": "p", "quantity": quantity})

    def sells(self, *orders: str) -> None:
        """All of it for orders of one unit each: ordered, reserved, stored."""
        for order in orders:
            self.places(order)
            self.moves("RESERVE", 1, order)
            self.holds(order)
            self.stored(order)

    def done(self, *, without: str = "") -> History:
        """The history, with every observation but one."""
        for subject, rows in self.rows.items():
            if subject != without:
                self.recorder.observe(subject, rows)
        return History(tuple(self.records))
