"""Payment's surroundings in memory: a schema with its unique keys, and a provider with its idempotency keys.

Before each touch of either comes a turn: a test may hand turns to several requests in any order, or end a process at one.
What is done to a touch on its way and to its answer on the way back is done at the same two moments: this turn and the next.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from system.common.database import Transaction
from system.common.errors import Unavailable
from system.payment.domain import Money, Payment, Refusal, RemotePayment, RemoteStatus, Status
from system.payment.store import PaymentStore

T = TypeVar("T")
NO_TRANSACTION = cast(Transaction, None)
THEN = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = "0d8f2a9e-3c7e-4b57-9a53-7f2f3a1b6c01"
OTHER_ORDER = "0d8f2a9e-3c7e-4b57-9a53-7f2f3a1b6c02"
PRICE = Money(1999, "EUR")
NOTHING = Money(0, "EUR")


class Turn:
    """Whoever drives the coroutine decides when it goes on."""

    def __await__(self) -> Generator[None, None, None]:
        """Give the turn away once."""
        yield


class Turns:
    """Where a touch happens: does nothing, unless a test wants something to happen there."""

    def __init__(self) -> None:
        self.taken = 0
        self.cut_at: int | None = None
        self.yields = False

    async def __call__(self) -> None:
        """Take a turn. Raises Unavailable at the one where everything is cut."""
        self.taken += 1
        if self.taken == self.cut_at:
            raise Unavailable("cut")
        if self.yields:
            await Turn()


class FakeDatabase:
    """Transactions are atomic: what one did is undone when it fails."""

    def __init__(self, store: "FakeStore", turns: Turns) -> None:
        self._store = store
        self._turns = turns

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work`."""
        await self._turns()
        before = dict(self._store.rows)
        try:
            return await work(NO_TRANSACTION)
        except BaseException:
            self._store.rows = before
            raise


class FakeStore(PaymentStore):
    """The table, with the unique keys of the migration."""

    def __init__(self) -> None:
        self.rows: dict[str, Payment] = {}

    async def add(self, tx: Transaction, order_id: str, provider_payment_id: str, amount: Money | None) -> None:
        taken = any(
            p.order_id == order_id and (p.provider_payment_id == provider_payment_id or (amount and in_force(p)))
            for p in self.rows.values()
        )
        if not taken:
            key = f"row-{len(self.rows) + 1}"
            self.rows[key] = Payment(key, order_id, provider_payment_id, amount, Status.PENDING, "", False, THEN)

    async def lock_order(self, tx: Transaction, order_id: str) -> Sequence[Payment]:
        return [p for p in self.rows.values() if p.order_id == order_id]

    async def captured_elsewhere(self, tx: Transaction, order_id: str, provider_payment_id: str) -> bool:
        return any(
            p.provider_payment_id == provider_payment_id and p.status is Status.CAPTURED and p.order_id != order_id
            for p in self.rows.values()
        )

    async def settle(self, tx: Transaction, payment_id: str, status: Status, reason: str = "") -> None:
        row = self.rows[payment_id]
        if row.status is Status.PENDING and not row.refund_asked:
            self._put(replace(row, status=status, reason=reason))

    async def ask_refund(self, tx: Transaction, payment_id: str) -> None:
        row = self.rows[payment_id]
        if row.status in (Status.PENDING, Status.CAPTURED):
            self._put(replace(row, refund_asked=True))

    async def close(self, tx: Transaction, payment_id: str, status: Status, reason: str = "") -> None:
        row = self.rows[payment_id]
        if row.refund_asked and row.status in (Status.PENDING, Status.CAPTURED):
            self._put(replace(row, status=status, reason=reason))

    async def get(self, tx: Transaction, payment_id: str) -> Payment:
        return self.rows[payment_id]

    async def newest(self, tx: Transaction, order_id: str) -> Payment | None:
        return next((p for p in reversed(self.rows.values()) if p.order_id == order_id and p.amount), None)

    def _put(self, row: Payment) -> None:
        self.rows[row.id] = row
        assert sum(in_force(p) for p in self.rows.values() if p.order_id == row.order_id) <= 1


def in_force(payment: Payment) -> bool:
    """Whether the unique key over `order_in_force` counts it."""
    return payment.status is Status.CAPTURED or (payment.status is Status.PENDING and payment.amount is not None)


REFUSALS: dict[tuple[str, RemoteStatus], str] = {
    ("capture", RemoteStatus.CAPTURED): "already_captured",
    ("capture", RemoteStatus.REFUNDED): "payment_refunded",
    ("capture", RemoteStatus.VOIDED): "payment_voided",
    ("capture", RemoteStatus.DECLINED): "card_declined",
    ("refund", RemoteStatus.AUTHORIZED): "not_captured",
    ("refund", RemoteStatus.REFUNDED): "already_refunded",
    ("refund", RemoteStatus.VOIDED): "payment_voided",
    ("void", RemoteStatus.CAPTURED): "already_captured",
    ("void", RemoteStatus.VOIDED): "already_voided",
    ("void", RemoteStatus.REFUNDED): "payment_refunded",
}
BECOMES = {"capture": RemoteStatus.CAPTURED, "refund": RemoteStatus.REFUNDED, "void": RemoteStatus.VOIDED}


class FakeProvider:
    """Payments by id, a ledger, and answers by idempotency key."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.payments: dict[str, RemotePayment] = {}
        self.ledger: list[tuple[str, str]] = []
        self.asked = 0
        self._answers: dict[str, RemotePayment | Refusal] = {}

    def authorise(
        self,
        payment_id: str,
        *,
        reference: str = ORDER,
        amount: Money = PRICE,
        status: RemoteStatus = RemoteStatus.AUTHORIZED,
        captured: Money = NOTHING,
    ) -> str:
        """What a customer does; the id again."""
        self.payments[payment_id] = RemotePayment(status, amount, reference, captured)
        return payment_id

    async def get(self, payment_id: str) -> RemotePayment | None:
        """Look."""
        self.asked += 1
        await self._turns()
        return self.payments.get(payment_id)

    async def capture(self, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        """Take."""
        return await self._once("capture", payment_id, order_id)

    async def refund(self, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        """Give back."""
        return await self._once("refund", payment_id, order_id)

    async def void(self, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        """Give up."""
        return await self._once("void", payment_id, order_id)

    def taken(self, payment: RemotePayment) -> Money:
        """What a capture takes."""
        return payment.amount

    def captured(self, order_id: str = ORDER) -> int:
        """How many payments of an order hold money at present."""
        return sum(p.status is RemoteStatus.CAPTURED and p.reference == order_id for p in self.payments.values())

    async def _once(self, operation: str, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        self.asked += 1
        await self._turns()
        key = f"{operation}:{order_id}:{payment_id}"
        if key not in self._answers:
            self._answers[key] = self._change(operation, payment_id)
        return self._answers[key]

    def _change(self, operation: str, payment_id: str) -> RemotePayment | Refusal:
        payment = self.payments[payment_id]
        if code := REFUSALS.get((operation, payment.status)):
            return Refusal(code)
        captured = self.taken(payment) if operation == "capture" else payment.captured
        self.payments[payment_id] = replace(payment, status=BECOMES[operation], captured=captured)
        self.ledger.append((operation, payment_id))
        assert self.captured(payment.reference) <= 1, "charged twice"
        return self.payments[payment_id]


def finish(coroutine: Any) -> Any:
    """Drive a coroutine to its end."""
    while True:
        try:
            coroutine.send(None)
        except StopIteration as end:
            return end.value
