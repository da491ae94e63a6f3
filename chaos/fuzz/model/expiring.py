"""Customers who leave without paying: examples are left behind, and when their orders' time is over they are looked at again.

Then the orders are EXPIRED, their units are back, and nothing but reading can be done with them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chaos.client import Answer
from chaos.fuzz.model.action import Outcome
from chaos.fuzz.model.catalogue import ADMIN, ReadStock
from chaos.fuzz.model.example import Example
from chaos.fuzz.model.ordering import PlaceOrder, order_name
from chaos.fuzz.model.paying import Authorise, Cancel, Complete, ReadOrder
from chaos.fuzz.model.shelf import NOBODYS_TOTAL
from chaos.fuzz.model.state import State
from harness.fuzz.interleavings import Memory, Step
from harness.fuzz.requests import Values

POLL_S = 0.3
POLLS = 20
"""Times POLL_S is how long after its time an order may be RESERVED, at most."""


@dataclass(frozen=True)
class ReadExpired(ReadOrder):
    """An admin reads an order whose time is over: it has expired."""

    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""

        def expire(state: State, _: Memory) -> Outcome:
            order = state.orders.get(values[self.order])
            if order is None or order.status != "RESERVED":
                return [(state, ())]
            expired = replace(order, status="EXPIRED", reason="NOT_PAID_IN_TIME")
            return [(state.moved(order, "reserved", "available").put(expired), ())]

        return [expire, *super().steps(answers, values)]


@dataclass(frozen=True)
class Abandoned:
    """An example left with unpaid orders (by name); `overdue_at` is when the time of the last is over (s since 1970)."""

    example: Example
    orders: tuple[str, ...]
    overdue_at: float

    @property
    def overdue(self) -> bool:
        """Whether every order's time is over."""
        return time.time() > self.overdue_at


def abandoned(example: Example) -> Abandoned | None:
    """What becomes of an example that is left; None when nothing in it is unpaid, or when the model is not sure."""
    if len(example.states) != 1 or example.inconclusive:
        return None
    names = [order_name(customer, key) for customer, key in example.shelf.contents]
    unpaid = [each for each in names if _status(example, each) == "RESERVED"]
    until = [datetime.fromisoformat(example.expires[example.values[each]]).timestamp() for each in unpaid]
    return Abandoned(example, tuple(unpaid), max(until)) if unpaid else None


async def expire(left: Abandoned) -> None:
    """Look at an example whose orders are overdue. Raises UnexplainedError, InconclusiveError."""
    example = left.example
    for order in left.orders:
        await _read_until_expired(example, order)
    stock = [ReadStock(example.shelf.product(number)) for number in range(example.shelf.products)]
    await example.together([stock])
    for customer in sorted({customer for customer, _ in example.shelf.contents}):
        await example.log_in(customer)
    for (customer, key), content in example.shelf.contents.items():
        order, session = order_name(customer, key), example.shelf.session(customer)
        if order not in left.orders:
            continue
        payment = f"late.{order}"
        await example.together([[Authorise(customer, payment, order, example.shelf.total(order) or NOBODYS_TOTAL, "card_ok")]])
        await example.together([[Complete(customer, session, order, payment)]])
        await example.together([[Cancel(customer, session, order)]])
        await example.together([[PlaceOrder(customer, session, key, content)]])


async def _read_until_expired(example: Example, order: str) -> None:
    for _ in range(POLLS):
        answer = await example.peek(ReadOrder(ADMIN, ADMIN, order, owners=False), POLL_S)
        if answer.status != 200 or answer.body.get("status") != "RESERVED":
            break
    await example.together([[ReadExpired(ADMIN, ADMIN, order, owners=False)]])


def _status(example: Example, order: str) -> str:
    known = example.shelf.state.orders.get(example.values[order])
    return known.status if known else ""
