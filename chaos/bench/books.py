"""Observations at rest of a generated shop: rows of databases, ledger and mailbox, in the shapes that judges read.

Kept as JSON text, since a long run fills them with millions of rows.
"""

from collections import defaultdict
from pathlib import Path
from typing import Final

from pydantic_core import to_json

from chaos.guarantees import joining
from chaos.observations.locks import LOCK_GRANTS
from chaos.observations.orders import PROMISED_TIME_TO_PAY_S, SAGAS, TIME_TO_PAY
from chaos.observations.rest import HEALTH, ORDER_OUTBOX, PAYMENT_OUTBOX, QUEUES
from chaos.observations.stock import MOVEMENTS, STOCK, Movement
from harness.history import Row

EMPTY: Final = (SAGAS, ORDER_OUTBOX, PAYMENT_OUTBOX)
"""Subjects of which nothing is left at rest."""


class Books:
    """Rows by subject."""

    def __init__(self) -> None:
        self._text: dict[str, bytearray] = {subject: bytearray() for subject in EMPTY}
        self._count: defaultdict[str, int] = defaultdict(int)
        self._stock: dict[str, dict[str, int]] = {}

    def enter(self, subject: str, row: Row) -> None:
        """Add a row."""
        text = self._text.setdefault(subject, bytearray())
        if text:
            text += b","
        text += to_json(row)
        self._count[subject] += 1

    def count(self, subject: str) -> int:
        """How many rows there are."""
        return self._count[subject]

    def reserves(self, product: str, order: str, now_ns: int) -> None:
        """Reserve a unit under a lock that is released at once; fencing tokens rise in the ledger's order."""
        token = self.count(LOCK_GRANTS) + 1
        grant: Row = {
            "resource": product,
            "holder": f"order-{token % 2 + 1}",
            "value": f"{token:032x}",
            "token": token,
            "begin_ns": now_ns,
            "sure_ns": now_ns,
            "end_ns": now_ns,
            "ending": "released",
            "votes": 3,
            "unseen": 0,
            "quorum": 2,
        }
        self.enter(LOCK_GRANTS, grant)
        self.moves(product, Movement.RESERVE, order, 1, fence=token)

    def moves(self, product: str, kind: Movement, order: str | None, quantity: int, fence: int | None = None) -> None:
        """Move units of a product, in the ledger and in its stock."""
        source, target = joining.MOVES[kind]
        held = self._stock.setdefault(product, {"available": 0, "reserved": 0, "sold": 0})
        for bucket, change in ((source, -quantity), (target, quantity)):
            if bucket in held:
                held[bucket] += change
        number = self.count(MOVEMENTS) + 1
        row: Row = {"id": number, "product_id": product, "order_id": order, "kind": kind.value, "quantity": quantity}
        self.enter(MOVEMENTS, {**row, "fence": fence})

    def close(self) -> None:
        """Add the rows that are known only at the end: stock, queues, health."""
        for product, held in self._stock.items():
            self.enter(STOCK, {"product_id": product, **held})
        self.enter(TIME_TO_PAY, {"seconds": PROMISED_TIME_TO_PAY_S})
        self.enter(QUEUES, {"queue": "order.place", "messages": 0})
        self.enter(HEALTH, {"part": "GET /health/ready", "well": True, "detail": "answered 200"})

    def write(self, file: Path, time_ns: int) -> None:
        """Append one observation per subject to a history."""
        with file.open("ab") as history:
            for subject, text in self._text.items():
                history.write(b'{"time_ns":%d,"subject":%s,"rows":[' % (time_ns, to_json(subject)))
                history.write(text)
                history.write(b'],"type":"observation"}\n')
