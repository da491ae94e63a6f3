"""The provider's memory: payments, the ledger, and the answer given under each idempotency key.

Guarantees: the ledger only grows; a change, its ledger entry and the answer stored under its key are one record of the
journal, so that no crash separates them; what is written down is written before it is believed; a key is answered
once and then repeated, for one request only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from system.sandbox.clock import Clock
from system.sandbox.feed import Feed
from system.sandbox.journal import Journal
from system.sandbox.provider import domain
from system.sandbox.provider.domain import (
    Change,
    Command,
    EntryKind,
    Money,
    NewPayment,
    Operation,
    Payment,
    Refusal,
    RefusalKind,
    Refused,
)

Request = NewPayment | Command
Outcome = Payment | Refusal


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger; `seq` counts from 1, `at_monotonic` is in seconds of CLOCK_MONOTONIC."""

    seq: int
    at: datetime
    at_monotonic: float
    payment_id: str
    reference: str
    kind: EntryKind
    amount: Money
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered to `request` under `key`."""

    key: str
    request: Request
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the journal: everything that became true at once."""

    entry: LedgerEntry | None = None
    payment: Payment | None = None
    answer: StoredAnswer | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer, and whether it had been given before."""

    outcome: Outcome
    replayed: bool = False


RECORDS: TypeAdapter[Record] = TypeAdapter(Record)


class Book:
    """Starts from what the journal remembers; raises `JournalError` wherever the journal does."""

    def __init__(self, journal: Journal[Record], clock: Clock, new_id: Callable[[], str]) -> None:
        self._journal = journal
        self._clock = clock
        self._new_id = new_id
        self._payments: dict[str, Payment] = {}
        self._ledger: list[LedgerEntry] = []
        self._answers: dict[str, StoredAnswer] = {}
        self.feed: Feed[LedgerEntry] = Feed()
        for record in journal.replay():
            self._believe(record)

    def payment(self, payment_id: str) -> Payment:
        """Return a payment; raises `Refused` when there is none."""
        try:
            return self._payments[payment_id]
        except KeyError:
            raise Refused(RefusalKind.NOT_FOUND, "payment_not_found", f"no payment {payment_id}") from None

    def ledger(self, reference: str | None = None) -> list[LedgerEntry]:
        """Return the entries, oldest first; those of one reference when it is given."""
        return [entry for entry in self._ledger if reference in (None, entry.reference)]

    def create(self, new: NewPayment, key: str | None = None) -> Receipt:
        """Authorise a payment, once per key; raises `Refused` when the key was used for another request."""
        created_at = self._clock().at
        return self._once(key, new, lambda: domain.authorize(new, self._new_id(), created_at))

    def change(self, command: Command, key: str, decline_code: str | None = None) -> Receipt:
        """Carry out a command, once per key, declining a capture when there is a `decline_code`.

        Raises `Refused` when the key was used for another request or there is no such payment; both leave no trace.
        """
        return self._once(key, command, lambda: self._decide(command, self.payment(command.payment_id), decline_code))

    def _decide(self, command: Command, payment: Payment, decline_code: str | None) -> Change:
        match command.operation:
            case Operation.CAPTURE:
                return domain.capture(payment, command.minor_units, decline_code)
            case Operation.REFUND:
                return domain.refund(payment)
            case Operation.VOID:
                return domain.void(payment)
            case _:
                raise ValueError(f"{command.operation} changes no payment")

    def _once(self, key: str | None, request: Request, decide: Callable[[], Change]) -> Receipt:
        stored = self._answers.get(key) if key is not None else None
        if stored is not None:
            if stored.request != request:
                raise Refused(RefusalKind.KEY_REUSED, "idempotency_key_reused", f"{key} belongs to another request")
            return Receipt(stored.outcome, replayed=True)
        try:
            change = decide()
        except Refused as refused:
            if refused.refusal.kind is RefusalKind.NOT_FOUND:
                raise
            return self._record(key, request, refused.refusal)
        return self._record(key, request, change.refusal or change.payment, change)

    def _record(self, key: str | None, request: Request, outcome: Outcome, change: Change | None = None) -> Receipt:
        record = Record(
            entry=None if change is None else self._entry(change, key),
            payment=None if change is None else change.payment,
            answer=None if key is None else StoredAnswer(key, request, outcome),
        )
        self._journal.append(record)
        self._believe(record)
        if record.entry is not None:
            self.feed.publish(record.entry)
        return Receipt(outcome)

    def _entry(self, change: Change, key: str | None) -> LedgerEntry:
        moment = self._clock()
        return LedgerEntry(
            seq=len(self._ledger) + 1,
            at=moment.at,
            at_monotonic=moment.monotonic,
            payment_id=change.payment.id,
            reference=change.payment.reference,
            kind=change.kind,
            amount=change.amount,
            idempotency_key=key,
        )

    def _believe(self, record: Record) -> None:
        if record.entry is not None:
            self._ledger.append(record.entry)
        if record.payment is not None:
            self._payments[record.payment.id] = record.payment
        if record.answer is not None:
            self._answers[record.answer.key] = record.answer
