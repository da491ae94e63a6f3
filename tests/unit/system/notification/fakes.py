"""Notification's surroundings in memory: a table of confirmations with a clock, and a mail server that can say no."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TypeVar, cast

from system.common.database import Transaction
from system.common.errors import Unavailable
from system.notification.domain import Claim, Confirmation, Item, Money, Sent, State
from system.notification.store import ConfirmationStore

T = TypeVar("T")
ORDER = "0d8f2a9e-3c7e-4b57-9a53-7f2f3a1b6c01"
THEN = datetime(2026, 1, 1, tzinfo=UTC)
CONFIRMATION = Confirmation(
    order_id=ORDER,
    recipient="ada@shop.example",
    name="Ada",
    items=(Item("Tea", 2, Money(1250, "EUR")), Item("Pot", 1, Money(123456, "EUR"))),
    total=Money(125956, "EUR"),
)


class FakeDatabase:
    """Runs work at once, unless it is away."""

    def __init__(self) -> None:
        self.away = False

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work`."""
        if self.away:
            raise Unavailable("the database cannot be reached")
        return await work(cast(Transaction, None))


@dataclass(frozen=True)
class Row:
    """One line of the table; times in s of the fake's clock."""

    state: State
    attempts: int
    claimed_until: float = 0


class FakeStore(ConfirmationStore):
    """The table."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.now = 0.0

    async def claim(self, tx: Transaction, wanted: Confirmation, lease_s: float) -> Claim | Sent | None:
        row = self.rows.get(wanted.order_id, Row(State.PENDING, 0))
        if row.state is State.SENT:
            return Sent(THEN, wanted.message_id)
        if row.state is State.SENDING and row.claimed_until > self.now:
            return None
        self.rows[wanted.order_id] = Row(State.SENDING, row.attempts + 1, self.now + lease_s)
        return Claim(wanted.order_id, row.attempts + 1)

    async def sent(self, tx: Transaction, claim: Claim) -> Sent:
        self.rows[claim.order_id] = replace(self.rows[claim.order_id], state=State.SENT)
        return Sent(THEN, f"<order-{claim.order_id}@shop.example>")

    async def release(self, tx: Transaction, claim: Claim) -> None:
        row = self.rows[claim.order_id]
        if row.state is State.SENDING and row.attempts == claim.attempt:
            self.rows[claim.order_id] = replace(row, state=State.PENDING)


class FakeMail:
    """Takes mails when its door is open, unless it has something else to say."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.timeouts_s: list[float] = []
        self.arrived: asyncio.Queue[EmailMessage] = asyncio.Queue()
        self.fails: Callable[[], None] | None = None
        self.door = asyncio.Event()
        self.door.set()

    async def send(self, message: EmailMessage, timeout_s: float) -> None:
        """Take a mail."""
        self.timeouts_s.append(timeout_s)
        self.arrived.put_nowait(message)
        await self.door.wait()
        if self.fails is not None:
            self.fails()
        self.taken.append(message)
