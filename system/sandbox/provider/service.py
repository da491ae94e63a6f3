"""Carries out requests: at most one at a time per idempotency key, and struck by the script where it says so."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from system.sandbox.provider.book import Book, LedgerEntry, Receipt
from system.sandbox.provider.domain import Command, NewPayment, Operation, Payment, Refused
from system.sandbox.provider.rules import Decline, PaymentRule
from system.sandbox.script import Facts, Script, When

ResultT = TypeVar("ResultT")


class KeyLocks:
    """One lock per key, kept only while somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: Counter[str] = Counter()

    @asynccontextmanager
    async def hold(self, key: str | None) -> AsyncIterator[None]:
        """Hold the lock of `key`; requests without a key wait for nobody."""
        if key is None:
            yield
            return
        self._users[key] += 1
        try:
            async with self._locks.setdefault(key, asyncio.Lock()):
                yield
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._locks[key]


class Provider:
    """The payment provider; every method raises `Struck` where the script has it so and `Refused` as the book does."""

    def __init__(self, book: Book, script: Script[PaymentRule]) -> None:
        self.script = script
        self._book = book
        self._locks = KeyLocks()

    async def create(self, new: NewPayment, key: str | None) -> Receipt:
        """Authorise a payment."""
        facts = {"operation": (Operation.CREATE.value,), "reference": (new.reference,)}
        return await self._perform(facts, key, lambda _: self._book.create(new, key))

    async def get(self, payment_id: str) -> Payment:
        """Return a payment."""
        facts = self._facts(Operation.GET, payment_id)
        return await self._perform(facts, None, lambda _: self._book.payment(payment_id))

    async def change(self, command: Command, key: str) -> Receipt:
        """Capture, refund or void."""
        facts = self._facts(command.operation, command.payment_id)
        return await self._perform(facts, key, lambda decline_code: self._book.change(command, key, decline_code))

    def ledger(self, reference: str | None) -> list[LedgerEntry]:
        """Return the ledger, or the part about one reference; never struck, so that it can always be asked."""
        return self._book.ledger(reference)

    def follow(self) -> AsyncIterator[LedgerEntry]:
        """Every entry of the ledger from now on."""
        return self._book.feed.follow()

    def _facts(self, operation: Operation, payment_id: str) -> Facts:
        facts: dict[str, tuple[str, ...]] = {"operation": (operation.value,), "payment_id": (payment_id,)}
        try:
            return facts | {"reference": (self._book.payment(payment_id).reference,)}
        except Refused:
            return facts

    async def _perform(self, facts: Facts, key: str | None, effect: Callable[[str | None], ResultT]) -> ResultT:
        action = self.script.take(facts)
        async with self._locks.hold(key):
            await action.strike(When.BEFORE)
            result = effect(action.code if isinstance(action, Decline) else None)
        await action.strike(When.AFTER)
        return result
