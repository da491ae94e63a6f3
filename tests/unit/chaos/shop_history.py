"""Histories of a shop, told in the words of a test: who ordered what, what was answered, what the databases held."""

from itertools import count

from chaos.observations.orders import COMPLETE_ORDER, ORDER_ITEMS, ORDERS, PLACE_ORDER, READ_ORDER, SAGAS
from chaos.observations.outside import MAILBOX, PROVIDER_LEDGER
from chaos.observations.rest import CONFIRMATIONS, HEALTH, ORDER_OUTBOX, PAYMENT_OUTBOX, QUEUES
from chaos.observations.stock import MOVEMENTS, RESERVATION_LINES, RESERVATIONS, STOCK
from harness.faults.spec import Edge, FaultSpec
from harness.history import Call, FaultPhase, History, Record, Recorder, Row

ADDRESS: Row = {"recipient": "Ada", "street": "Main 1", "city": "Bern", "postal_code": "3000", "country": "CH"}


class ShopHistory:
    """Builds a history; `done()` adds the observations that were not made explicitly as empty ones."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.recorder = Recorder(self, clock=count(1).__next__)
        self.rows: dict[str, list[Row]] = {
            subject: []
            for subject in (
                STOCK,
                MOVEMENTS,
                RESERVATIONS,
                RESERVATION_LINES,
                ORDERS,
                ORDER_ITEMS,
                SAGAS,
                ORDER_OUTBOX,
                PAYMENT_OUTBOX,
                CONFIRMATIONS,
                PROVIDER_LEDGER,
                MAILBOX,
            )
        }
        self.rows[QUEUES] = [{"queue": "order.place", "messages": 0}]
        self.rows[HEALTH] = [{"part": "GET /health/ready", "well": True, "detail": "answered 200"}]

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
        return self.recorder.invoke(f"buyer-{order}", PLACE_ORDER, sent)

    def places(self, order: str, status: int = 201, quantity: int = 1) -> None:
        """A buyer sends an order and is answered."""
        self.asks(order, quantity).answered(status, {"id": order} if status < 300 else {})

    def reads(self, order: str, status: int) -> None:
        self.recorder.invoke(f"buyer-{order}", READ_ORDER, {"order_id": order}).answered(status, {})

    def looks(self, order: str) -> Call:
        """A buyer begins to read an order."""
        return self.recorder.invoke(f"buyer-{order}", READ_ORDER, {"order_id": order})

    def sees(self, order: str, *states: str) -> None:
        """A buyer reads an order, again and again, in these states."""
        for state in states:
            self.looks(order).answered(200, {"id": order, "status": state})

    def does(self, operation: str, order: str, status: int, state: str = "") -> None:
        """A buyer completes or cancels an order."""
        call = self.recorder.invoke(f"buyer-{order}", operation, {"order_id": order, "payment_id": f"pay-{order}"})
        call.answered(status, {"id": order, "status": state} if state else {})

    def provider(self, kind: str, order: str, payment: str = "", units: int = 1999, key: str | None = None) -> None:
        """The payment provider writes something down; the payment is named after the order."""
        ledger = self.rows[PROVIDER_LEDGER]
        ledger.append(
            {
                "seq": len(ledger) + 1,
                "payment_id": payment or f"pay-{order}",
                "reference": order,
                "kind": kind,
                "amount": {"minor_units": units, "currency": "EUR"},
                "idempotency_key": key,
            }
        )

    def mails(self, order: str | None, message: str = "", transmissions: int = 1) -> None:
        """A mail is delivered."""
        row: Row = {"message_id": message or f"<{order}>", "order_id": order, "transmissions": transmissions}
        self.rows[MAILBOX].append(row)

    def saga(self, order: str, kind: str = "complete") -> None:
        """A saga is still under way."""
        row: Row = {"id": f"saga-{order}", "kind": kind, "subject": order, "state": "RUNNING", "step": 1, "attempts": 3}
        self.rows[SAGAS].append(row)

    def pays(self, *orders: str) -> None:
        """All of it for paid orders: ordered, completed, captured, stored, sold, mailed."""
        for order in orders:
            self.places(order)
            self.does(COMPLETE_ORDER, order, 200, "PAID")
            self.provider("authorize", order)
            self.provider("capture", order)
            self.stored(order, status="PAID")
            self.holds(order, state="CONFIRMED")
            self.mails(order)

    def strikes(self, target: str, *, heals: bool = True) -> None:
        """A fault of a member, or of an edge, comes and, most often, goes."""
        edges = (Edge.named(target),) if "->" in target else ()
        self.suffers(FaultSpec(kind="bang", members=() if edges else (target,), edges=edges), heals=heals)

    def suffers(self, spec: FaultSpec, *, heals: bool = True) -> None:
        """A fault comes and, most often, goes."""
        for phase in (FaultPhase.INJECT, FaultPhase.HEAL) if heals else (FaultPhase.INJECT,):
            self.recorder.fault(f"bang {spec.target}", spec.target, phase, spec=spec)

    def moves(self, kind: str, quantity: int, order: str | None = None) -> None:
        """The ledger gets an entry."""
        rows = self.rows[MOVEMENTS]
        rows.append({"id": len(rows) + 1, "product_id": "p", "order_id": order, "kind": kind, "quantity": quantity})

    def stock(self, available: int, reserved: int, sold: int) -> None:
        """The row of the product."""
        self.rows[STOCK].append({"product_id": "p", "available": available, "reserved": reserved, "sold": sold})

    def holds(self, order: str, state: str = "RESERVED", quantity: int = 1) -> None:
        """Product holds a reservation."""
        self.rows[RESERVATIONS].append({"order_id": order, "state": state})
        self.rows[RESERVATION_LINES].append({"order_id": order, "product_id": "p", "quantity": quantity})

    def stored(self, order: str, status: str = "RESERVED", quantity: int = 1, street: str = "Main 1") -> None:
        """The order service holds an order."""
        self.rows[ORDERS].append(
            {
                "id": order,
                "user_id": f"user-{order}",
                "idempotency_key": f"key-{order}",
                "status": status,
                "total_minor": 1999,
                "currency": "EUR",
                "payment_id": f"pay-{order}" if status == "PAID" else "",
                "overdue": 0,
                **ADDRESS,
                "street": street,
            }
        )
        self.rows[ORDER_ITEMS].append({"order_id": order, "product_id": "p", "quantity": quantity})

    def sells(self, *orders: str) -> None:
        """All of it for orders of one unit each: ordered, reserved, stored."""
        for order in orders:
            self.places(order)
            self.moves("RESERVE", 1, order)
            self.holds(order)
            self.stored(order)

    def done(self, *, without: str = "", at_rest: bool = True) -> History:
        """The history, with every observation but one."""
        for subject, rows in self.rows.items():
            if subject != without:
                self.recorder.observe(subject, rows, at_rest=at_rest)
        return History(tuple(self.records))
